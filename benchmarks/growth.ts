/**
 * CPU seconds and memory of `npm start -- --once` by the number of lines: `npm run bench -- growth 10 10000 100000`. It
 * compares the runs of one call with each other. Linux only: it reads /proc.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "./support/start";

const SAMPLE_EVERY_MS = 250;
/** Clock ticks a second of Linux's /proc. */
const TICKS = 100;
const LINES = [10, 10_000, 100_000, 1_000_000];

interface Measured {
  readonly lines: number;
  readonly agree: boolean;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** Peak of anonymous memory of the main process, and of all processes together. */
  readonly mainMiB: number;
  readonly allMiB: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

interface Sampled {
  readonly pid: number;
  readonly parent: number;
  /** With the processes that it has waited for. */
  readonly cpuSeconds: number;
  readonly anonymousMiB: number;
}

/** A process and all below it; none when it has ended. */
function processesOf(root: number): Sampled[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => sample(Number(name)) ?? []);
  const found = all.filter(({ pid }) => pid === root);
  for (const one of found) found.push(...all.filter(({ parent }) => parent === one.pid));
  return found;
}

function sample(pid: number): Sampled | undefined {
  try {
    const [, after = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(/\) (?=[A-Z] )/);
    const fields = after.split(" ");
    const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
    const [, kB = "0"] = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return { pid, parent: Number(fields[1]), cpuSeconds: ticks / TICKS, anonymousMiB: Number(kB) / 1_024 };
  } catch {
    // It ended meanwhile: its parent has its time.
    return undefined;
  }
}

async function measure(lines: number): Promise<Measured> {
  const startedAt = performance.now();
  const options = ["--once", "--json", "--pack", "25", "--max-count", String(lines)];
  const child = spawn(process.execPath, [join(ROOT, "lib/run-bundled.cjs"), "local/cli.ts", ...options], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  let isOver = false;
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  void ended.then(() => {
    isOver = true;
  });
  let [cpuSeconds, mainMiB, allMiB] = [0, 0, 0];
  while (!isOver) {
    const found = processesOf(child.pid ?? -1);
    const sum = (pick: (one: Sampled) => number): number =>
      found.reduce((total, one) => total + pick(one), 0);
    cpuSeconds = Math.max(
      cpuSeconds,
      sum((one) => one.cpuSeconds),
    );
    mainMiB = Math.max(mainMiB, found[0]?.anonymousMiB ?? 0);
    allMiB = Math.max(
      allMiB,
      sum((one) => one.anonymousMiB),
    );
    await sleep(SAMPLE_EVERY_MS);
  }
  const report = JSON.parse(text || "{}");
  return {
    lines,
    agree: report.agree === true,
    wallSeconds: (performance.now() - startedAt) / 1_000,
    cpuSeconds,
    mainMiB,
    allMiB,
    p50Ms: report.latency?.p50_ms,
    p99Ms: report.latency?.p99_ms,
  };
}

async function main(): Promise<void> {
  const given = process.argv.slice(2).map(Number);
  const rows: Measured[] = [];
  for (const lines of given.length > 0 ? given : LINES) {
    const row = await measure(lines);
    rows.push(row);
    process.stderr.write(`${lines} lines: ${row.wallSeconds.toFixed(0)} s\n`);
  }
  const least = rows[0];
  console.table(
    rows.map((row, at) => {
      const before = rows[at - 1];
      const above = row.cpuSeconds - (least?.cpuSeconds ?? 0);
      const aboveBefore = (before?.cpuSeconds ?? 0) - (least?.cpuSeconds ?? 0);
      return {
        lines: row.lines,
        agree: row.agree,
        "wall s": Math.round(row.wallSeconds),
        "CPU s": Math.round(row.cpuSeconds),
        "CPU above the first, times the row before": aboveBefore > 0 ? (above / aboveBefore).toFixed(1) : "",
        "main MiB": Math.round(row.mainMiB),
        "all MiB": Math.round(row.allMiB),
        "bytes a line in main":
          at === 0
            ? ""
            : Math.round(
                ((row.mainMiB - (least?.mainMiB ?? 0)) * 2 ** 20) / (row.lines - (least?.lines ?? 0)),
              ),
        "searchable p50, p99 ms": `${row.p50Ms ?? ""} ${row.p99Ms ?? ""}`,
      };
    }),
  );
  process.exitCode = rows.every(({ agree }) => agree) ? 0 : 1;
}

void main();
