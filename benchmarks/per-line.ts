/**
 * CPU time of the functions and of the load generator for a line, each beside what it is measured by, in turn.
 *
 * npm run bench -- per-line --input-file transactions.csv
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { upsertToEs, validateRecords } from "./per-line/functions";
import { linesOf, pythonSpelling } from "./per-line/lines";
import { csvReplay, generation, sender } from "./per-line/load-generator";
import type { Measure, MeasureSettings } from "./per-line/measure";
import { type StartMeasure, startOfUpsertToEs } from "./per-line/start";

/** How much is measured. */
export interface PerLineOptions {
  /** A CSV file of transactions; without one lines are made up. */
  readonly inputFile?: string;
  /** Turns that count. @default 9 */
  readonly rounds?: number;
  /** Names of measures, or parts of names. @default all */
  readonly only?: readonly string[];
}

/** Measures one after the other. */
export async function* measurePerLine({
  inputFile,
  rounds = 9,
  only = [""],
}: PerLineOptions): AsyncGenerator<Measure> {
  const scratch = mkdtempSync(join(tmpdir(), "bench-per-line-"));
  const settings: MeasureSettings = { rounds, warmUp: 3, scratch };
  try {
    const lines = await linesOf(inputFile);
    const measures: Readonly<Record<string, () => Promise<Measure>>> = {
      upsert: () => upsertToEs(lines, "compact JSON", settings),
      "upsert-python": () => upsertToEs(lines.map(pythonSpelling), "json.dumps of Python", settings),
      validate: () => validateRecords(lines, 1, settings),
      "validate-packed": () => validateRecords(lines, 25, settings),
      generation: () => generation(lines, 25, settings),
      sender: () => sender(lines, 1, settings),
      "sender-packed": () => sender(lines, 25, settings),
      ...(inputFile !== undefined && { csv: () => csvReplay(resolve(inputFile), lines, settings) }),
    };
    for (const [name, measure] of Object.entries(measures)) {
      if (only.some((part) => name.includes(part))) yield await measure();
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** CPU time of a start of UpsertToES. @param rounds a third of the turns that count. @default 9 */
export function measureStart(rounds = 9): StartMeasure {
  const scratch = mkdtempSync(join(tmpdir(), "bench-start-"));
  try {
    return startOfUpsertToEs({ rounds, warmUp: 3, scratch });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const { json, ...options } = new Command("npm run bench -- per-line")
    .option("--input-file <file>", "lines of this file instead of generated ones")
    .option("--rounds <number>", "turns that count", Number)
    .option("--only <names...>", "measures whose names contain one of these")
    .option("--json", "one JSON object a measure")
    .parse()
    .opts<PerLineOptions & { json?: boolean }>();
  const table = new Table({
    head: ["", "µs of CPU a line", "measured by", "its µs", "ratio"],
    colAligns: ["left", "right", "left", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for await (const measure of measurePerLine(options)) {
    if (json) process.stdout.write(`${JSON.stringify(measure)}\n`);
    const { name, cpuMicrosPerLine, reference, ratio } = measure;
    const micros = reference?.cpuMicrosPerLine.toFixed(2) ?? "";
    table.push([
      name,
      cpuMicrosPerLine.toFixed(2),
      reference?.name ?? "not to be had here",
      micros,
      ratio?.toFixed(2) ?? "",
    ]);
  }
  if (!json) process.stdout.write(`${table}\n`);
  if (!(options.only ?? [""]).some((part) => "start".includes(part))) return;
  const start = measureStart(options.rounds);
  const { name, cpuMillis, emptyCpuMillis, aboveEmptyMillis } = start;
  const text = `${name}: ${cpuMillis.toFixed(1)} ms of CPU, ${aboveEmptyMillis.toFixed(1)} above an empty function's ${emptyCpuMillis.toFixed(1)}`;
  process.stdout.write(`${json ? JSON.stringify(start) : text}\n`);
}

if (process.argv[1] === __filename) void main();
