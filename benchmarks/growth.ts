/**
 * CPU seconds and memory of `npm start -- --once` by the number of lines, and the memory of each process over time:
 * `npm run bench -- growth 10 10000 100000`, with `--json <file>` for all samples. It compares the runs of one call with each
 * other. Linux only: it reads /proc.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type ProcessSample, processesOf } from "./support/processes";
import { ROOT } from "./support/start";

const SAMPLE_EVERY_MS = 250;
const SECOND_MS = 1_000;
const LINES = [10, 10_000, 100_000, 1_000_000];
/** Characters at the end of stderr that are shown of a run that does not agree. */
const SHOWN_ERRORS = 4_000;
/** Columns of a sparkline. */
const SPARK_WIDTH = 60;
const SPARKS = "▁▂▃▄▅▆▇█";

/** Phases of a run by how its lines of progress begin, in their order. */
const PHASES = { sending: "sent ", delivering: "of ", comparing: "comparing: " } as const;
type Phase = "starting" | keyof typeof PHASES;

/** Memory of the processes of one name, MiB. */
interface Memory {
  readonly processes: number;
  readonly anonymousMiB: number;
  readonly residentMiB: number;
  readonly proportionalMiB: number;
}

const NOTHING: Memory = { processes: 0, anonymousMiB: 0, residentMiB: 0, proportionalMiB: 0 };

/** The largest values of a second. */
interface Moment {
  /** Since the start. */
  readonly second: number;
  readonly phase: Phase;
  readonly memory: Readonly<Record<string, Memory>>;
}

interface Measured {
  readonly lines: number;
  readonly agree: boolean;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** Peaks of anonymous memory: of the main process, and of all processes together. */
  readonly mainMiB: number;
  readonly allMiB: number;
  /** Peak of resident memory of all processes, in which shared pages count once for each process. */
  readonly allResidentMiB: number;
  /** The same, with shared pages counted once. */
  readonly allProportionalMiB: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly moments: readonly Moment[];
}

/** The main process's name, and that of all together. */
const MAIN = "main";
const ALL = "all";

function memoryByName([main, ...others]: readonly ProcessSample[]): Record<string, Memory> {
  const found: Record<string, Memory> = {};
  const add = (name: string, { anonymousMiB, residentMiB, proportionalMiB }: ProcessSample): void => {
    const before = found[name] ?? NOTHING;
    found[name] = {
      processes: before.processes + 1,
      anonymousMiB: before.anonymousMiB + anonymousMiB,
      residentMiB: before.residentMiB + residentMiB,
      proportionalMiB: before.proportionalMiB + proportionalMiB,
    };
  };
  if (main) add(MAIN, main);
  // What has ended and is not waited for yet has no name.
  for (const other of others) if (other.name !== "") add(other.name, other);
  for (const one of main ? [main, ...others] : []) add(ALL, one);
  return found;
}

/** The larger of two memories of each name. */
function larger(
  a: Readonly<Record<string, Memory>>,
  b: Readonly<Record<string, Memory>>,
): Record<string, Memory> {
  const merged: Record<string, Memory> = { ...a };
  for (const [name, one] of Object.entries(b)) {
    const other = a[name] ?? one;
    merged[name] = {
      processes: Math.max(one.processes, other.processes),
      anonymousMiB: Math.max(one.anonymousMiB, other.anonymousMiB),
      residentMiB: Math.max(one.residentMiB, other.residentMiB),
      proportionalMiB: Math.max(one.proportionalMiB, other.proportionalMiB),
    };
  }
  return merged;
}

async function measure(lines: number): Promise<Measured> {
  const startedAt = performance.now();
  const options = ["--once", "--json", "--pack", "25", "--max-count", String(lines)];
  const child = spawn(process.execPath, [join(ROOT, "lib/run-bundled.cjs"), "local/cli.ts", ...options], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  let phase: Phase = "starting";
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors = (errors + chunk).slice(-SHOWN_ERRORS);
    for (const line of chunk.split("\n")) {
      const [found] = Object.entries(PHASES).find(([, begin]) => line.startsWith(begin)) ?? [];
      if (found !== undefined) phase = found as Phase;
    }
  });
  let isOver = false;
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  void ended.then(() => {
    isOver = true;
  });
  let cpuSeconds = 0;
  const moments: Moment[] = [];
  while (!isOver) {
    const second = Math.floor((performance.now() - startedAt) / SECOND_MS);
    const last = moments.at(-1);
    const found = processesOf(child.pid ?? -1, last?.second !== second);
    const cpu = found.reduce((total, one) => total + one.cpuSeconds, 0);
    cpuSeconds = Math.max(cpuSeconds, cpu);
    const memory = memoryByName(found);
    if (last?.second === second) moments.splice(-1, 1, { ...last, memory: larger(last.memory, memory) });
    else moments.push({ second, phase, memory });
    await sleep(SAMPLE_EVERY_MS);
  }
  const report = JSON.parse(text || "{}");
  if (report.agree !== true) {
    process.stdout.write(`${lines} lines do not agree: ${JSON.stringify(report.reasons)}\n${errors}\n`);
  }
  const peak = peakOf(moments);
  return {
    lines,
    agree: report.agree === true,
    wallSeconds: (performance.now() - startedAt) / SECOND_MS,
    cpuSeconds,
    mainMiB: peak[MAIN]?.anonymousMiB ?? 0,
    allMiB: peak[ALL]?.anonymousMiB ?? 0,
    allResidentMiB: peak[ALL]?.residentMiB ?? 0,
    allProportionalMiB: peak[ALL]?.proportionalMiB ?? 0,
    p50Ms: report.latency?.p50_ms,
    p99Ms: report.latency?.p99_ms,
    moments,
  };
}

function peakOf(moments: readonly Moment[]): Record<string, Memory> {
  return moments.reduce<Record<string, Memory>>((peak, { memory }) => larger(peak, memory), {});
}

/** The memory of each name over time: the peak of anonymous memory in each phase, and a sparkline of the whole run. */
function memoryTable({ lines, moments }: Measured): string {
  const peak = peakOf(moments);
  const names = Object.keys(peak).sort((a, b) => rank(b, peak) - rank(a, peak));
  const phases = ["starting", ...Object.keys(PHASES)].flatMap((phase) => {
    const some = moments.filter((moment) => moment.phase === phase);
    const [first, last] = [some[0], some.at(-1)];
    return first && last ? [{ title: `${phase} ${first.second}-${last.second} s`, peak: peakOf(some) }] : [];
  });
  const header = [
    "process",
    ...phases.map(({ title }) => title),
    "resident, shared pages in part",
    "over time",
  ];
  const rows = names.map((name) => {
    const { processes, proportionalMiB } = peak[name] ?? NOTHING;
    return [
      name === ALL || processes === 1 ? name : `${name} ×${processes}`,
      ...phases.map((phase) => String(Math.round(phase.peak[name]?.anonymousMiB ?? 0))),
      String(Math.round(proportionalMiB)),
      sparkline(moments.map(({ memory }) => memory[name]?.anonymousMiB ?? 0)),
    ];
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    `${lines} lines: peaks of anonymous memory by phase, of resident memory in all, MiB`,
    ...[line(header), line(header.map(() => "---")), ...rows.map(line)],
  ].join("\n");
}

function rank(name: string, peak: Readonly<Record<string, Memory>>): number {
  return name === MAIN ? Number.POSITIVE_INFINITY : (peak[name]?.anonymousMiB ?? 0) * (name === ALL ? -1 : 1);
}

/** The largest value of each part of a row, as bars of eight heights. */
function sparkline(values: readonly number[]): string {
  const highest = Math.max(1, ...values);
  const width = Math.min(SPARK_WIDTH, values.length);
  return Array.from({ length: width }, (_, at) => {
    const part = values.slice(
      Math.floor((at * values.length) / width),
      Math.floor(((at + 1) * values.length) / width),
    );
    return SPARKS[Math.min(SPARKS.length - 1, Math.floor((Math.max(...part) / highest) * SPARKS.length))];
  }).join("");
}

function growthTable(rows: readonly Measured[]): Record<string, unknown>[] {
  const [least] = rows;
  return rows.map((row, at) => {
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
      "all resident MiB": Math.round(row.allResidentMiB),
      "shared pages once": Math.round(row.allProportionalMiB),
      "bytes a line in main":
        at === 0
          ? ""
          : Math.round(((row.mainMiB - (least?.mainMiB ?? 0)) * 2 ** 20) / (row.lines - (least?.lines ?? 0))),
      "searchable p50, p99 ms": `${row.p50Ms ?? ""} ${row.p99Ms ?? ""}`,
    };
  });
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { json: { type: "string" } },
    allowPositionals: true,
  });
  const given = positionals.map(Number);
  const rows: Measured[] = [];
  for (const lines of given.length > 0 ? given : LINES) {
    const row = await measure(lines);
    rows.push(row);
    process.stdout.write(`${memoryTable(row)}\n\n`);
    if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(rows, null, 1));
  }
  console.table(growthTable(rows));
  process.exitCode = rows.every(({ agree }) => agree) ? 0 : 1;
}

void main();
