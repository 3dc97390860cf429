/**
 * CPU time of a merge's queries on the local run's Athena, beside DuckDB's own COPY of the same files, in turn.
 *
 * npm run bench -- merge-cpu --files 1000 --lines 1000000
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Command } from "commander";
import { storedLines } from "./merge-cost/ratios";
import { Contender } from "./per-line/contenders";
import { comparison, type Measure } from "./per-line/measure";

/** How much is merged. */
export interface MergeCpuOptions {
  readonly files: number;
  readonly lines: number;
  /** Turns that count. */
  readonly rounds: number;
}

/** Measures in processes of their own, threads of DuckDB included. */
export async function measureMerge({ files, lines, rounds }: MergeCpuOptions): Promise<Measure> {
  const scratch = mkdtempSync(join(tmpdir(), "bench-merge-"));
  const contenders: Contender[] = [];
  try {
    const each = Math.ceil(lines / files);
    const all = storedLines(lines);
    for (let file = 0; file < files; file++) {
      const object = gzipSync(all.slice(file * each, (file + 1) * each).join(""));
      writeFileSync(join(scratch, `${String(file).padStart(5, "0")}.json.gz`), object);
    }
    for (const which of ["merge", "COPY"] as const) {
      const args = [
        "--import",
        "tsx",
        join(__dirname, "merge-cpu", "worker.ts"),
        which,
        scratch,
        String(lines),
      ];
      const name = which === "merge" ? "the merge's queries" : "DuckDB's own COPY";
      contenders.push(new Contender(name, process.execPath, args));
    }
    return await comparison(`merge of ${files} files`, contenders, { rounds, warmUp: 1, scratch });
  } finally {
    for (const contender of contenders) contender.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const options = new Command("npm run bench -- merge-cpu")
    .option("--files <number>", "objects of the hour", Number, 1_000)
    .option("--lines <number>", "lines in all of them", Number, 1_000_000)
    .option("--rounds <number>", "turns that count", Number, 3)
    .parse()
    .opts<MergeCpuOptions>();
  process.stdout.write(`${JSON.stringify(await measureMerge(options), null, 2)}\n`);
}

if (process.argv[1] === __filename) void main();
