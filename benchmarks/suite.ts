/**
 * All measures in one table, each beside its reference in the same run: `npm run bench`. `history.jsonl` keeps what was recorded.
 */
import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { measureLatency } from "./latency";
import { measureMerge } from "./merge-cpu";
import { measurePerLine, measureStart } from "./per-line";
import type { Measure } from "./per-line/measure";
import { ROOT } from "./support/start";

/** A measure of the table. */
interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: "µs of CPU a line" | "ms of CPU" | "ms";
  /** Absent where it cannot run here. */
  readonly reference?: { readonly name: string; readonly value: number };
  /** The value over the reference's, a median of turns; the smaller, the better. */
  readonly ratio?: number;
}

/** A line of the history. */
interface Recorded {
  readonly date: string;
  readonly commit: string;
  readonly node: string;
  readonly machine: string;
  readonly load: number;
  readonly short: boolean;
  readonly lines: "real" | "synthetic";
  readonly rows: readonly Row[];
}

const HISTORY = join(__dirname, "history.jsonl");
/** A short run fails when a ratio is so much larger than the recorded one. */
const WORSE = 1.5;

const FULL = { rounds: 9, merge: { files: 1_000, lines: 1_000_000, rounds: 3 } } as const;
const SHORT = { rounds: 3, merge: { files: 50, lines: 50_000, rounds: 3 } } as const;
const LATENCY = { rate: 1_000, seconds: 60 } as const;

interface Options {
  readonly short: boolean;
  readonly json: boolean;
  readonly record: boolean;
  readonly inputFile?: string;
}

async function* measures({ short, inputFile }: Options): AsyncGenerator<Row> {
  const { rounds, merge } = short ? SHORT : FULL;
  for await (const measure of measurePerLine({ rounds, ...(inputFile !== undefined && { inputFile }) })) {
    yield rowOf(measure);
  }
  const { name, cpuMillis, emptyCpuMillis } = measureStart(rounds);
  yield {
    name,
    value: cpuMillis,
    unit: "ms of CPU",
    reference: { name: "start of an empty function", value: emptyCpuMillis },
    ratio: cpuMillis / emptyCpuMillis,
  };
  yield rowOf(await measureMerge(merge));
  if (short) return;
  const { agree, p50Ms, p99Ms, leastMs } = await measureLatency(
    LATENCY.rate,
    LATENCY.seconds,
    () => undefined,
  );
  if (!agree) throw new Error("the layers do not agree after the run at a steady rate");
  const reference = { name: "batching window and refresh", value: leastMs };
  for (const [name, value] of Object.entries({ "50th": p50Ms, "99th": p99Ms })) {
    if (value === undefined) throw new Error("no line was found by a search");
    yield {
      name: `arrival to searchable at ${LATENCY.rate} lines/s, merges on, ${name} percentile`,
      value,
      unit: "ms",
      reference,
      ratio: value / leastMs,
    };
  }
}

function rowOf({ name, cpuMicrosPerLine: value, reference, ratio }: Measure): Row {
  return {
    name,
    value,
    unit: "µs of CPU a line",
    ...(reference && { reference: { name: reference.name, value: reference.cpuMicrosPerLine } }),
    ...(ratio !== undefined && { ratio }),
  };
}

/** The last recorded run of the same kind, or undefined. */
function lastRecorded({ short, lines }: Pick<Recorded, "short" | "lines">): Recorded | undefined {
  const history = readFileSync(HISTORY, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return history
    .map((line) => JSON.parse(line) as Recorded)
    .findLast((one) => one.short === short && one.lines === lines);
}

/** A measure that is worse than recorded. */
interface Worse {
  readonly name: string;
  readonly text: string;
}

/** What is worse by half than it was. */
function worseThan(before: Recorded, rows: readonly Row[]): Worse[] {
  return before.rows.flatMap(({ name, ratio: old }) => {
    const row = rows.find((one) => one.name === name);
    if (row === undefined) return [{ name, text: `${name} was recorded and is no longer measured` }];
    if (old === undefined || row.ratio === undefined || row.ratio <= WORSE * old) return [];
    return [
      { name, text: `${name}: ${row.ratio.toFixed(2)} times its reference, recorded ${old.toFixed(2)}` },
    ];
  });
}

async function measureAll(options: Options): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of measures(options)) {
    rows.push(row);
    process.stderr.write(`${row.name}\n`);
  }
  return rows;
}

async function main(): Promise<void> {
  const options = new Command("npm run bench --")
    .description(
      "Measures beside their references in the same run; npm run bench -- <name> runs one of the others.",
    )
    .option(
      "--short",
      "fewer and smaller turns; fails on a ratio that is twice in a row worse by half than recorded",
      false,
    )
    .option("--input-file <file>", "lines of this file instead of generated ones")
    .option("--record", "append the result to benchmarks/history.jsonl", false)
    .option("--json", "one JSON document instead of a table", false)
    .parse()
    .opts<Options>();
  const rows = await measureAll(options);
  const recorded: Recorded = {
    date: new Date().toISOString(),
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: ROOT, encoding: "utf8" }).trim(),
    node: process.versions.node,
    machine: `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`,
    load: Math.round((loadavg()[0] ?? Number.NaN) * 10) / 10,
    short: options.short,
    lines: options.inputFile === undefined ? "synthetic" : "real",
    rows,
  };
  const before = lastRecorded(recorded);
  if (options.json) process.stdout.write(`${JSON.stringify(recorded, null, 2)}\n`);
  else process.stdout.write(`${tableOf(recorded, before)}\n`);
  if (options.record) appendFileSync(HISTORY, `${JSON.stringify(recorded)}\n`);
  let worse = options.short && before !== undefined ? worseThan(before, rows) : [];
  if (worse.length > 0 && before !== undefined) {
    // Whatever else the machine did may have met one side only.
    process.stderr.write(`worse by half, measured again: ${worse.map(({ text }) => text).join("; ")}\n`);
    const again = await measureAll(options);
    worse = worseThan(before, again).filter(({ name }) => worse.some((one) => one.name === name));
  }
  for (const { text } of worse) process.stderr.write(`worse by half: ${text}\n`);
  if (worse.length > 0) process.exitCode = 1;
}

function tableOf({ rows, node, machine, load, lines }: Recorded, before: Recorded | undefined): string {
  const table = new Table({
    head: ["", "now", "unit", "beside", "its", "ratio", "recorded"],
    colAligns: ["left", "right", "left", "left", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, value, unit, reference, ratio } of rows) {
    const old = before?.rows.find((row) => row.name === name)?.ratio;
    table.push([
      name,
      value.toFixed(unit === "ms" ? 0 : 1),
      unit,
      reference?.name ?? "not to be had here",
      reference?.value.toFixed(unit === "ms" ? 0 : 1) ?? "",
      ratio?.toFixed(2) ?? "",
      old?.toFixed(2) ?? "",
    ]);
  }
  return `${table}\nNode ${node}, ${machine}, load average ${load}, ${lines} lines`;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
