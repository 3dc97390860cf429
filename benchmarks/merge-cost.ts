/**
 * Computes the cost of merging: the core of MergeSmallFiles over hours of simulated time, with a warehouse that
 * counts what queries read and how often the function calls. No line is late, none comes twice.
 *
 * npm run bench -- merge-cost [events a second …]
 *
 * Its output goes into docs/measurements.md.
 */
import Table from "cli-table3";
import { glueColumns } from "../contract/glue-columns";
import { HOUR_MS } from "../contract/hours";
import { retailTransaction } from "../contract/retail-transaction";
import { defineEnvironment } from "../environments/environment";
import { mergeSmallFiles } from "../lambdas/merge-small-files/core";
import type { MergeConfig } from "../lambdas/merge-small-files/warehouse";
import { PRICES } from "./merge-cost/prices";
import { measureRatios, type Ratios } from "./merge-cost/ratios";
import { Simulation } from "./merge-cost/simulation";

const GIVEN_RATES = process.argv.slice(2).map(Number);
const EVENTS_PER_SECOND: readonly number[] = GIVEN_RATES.length > 0 ? GIVEN_RATES : [1, 100, 10_000];
/** Of a rate that is given, the shortest: every listing is kept in memory. */
const HISTORY_HOURS: readonly number[] = GIVEN_RATES.length > 0 ? [26] : [26, 170, 500];
/** Equal to the minutes between two runs: after so many hours the runs are at the same minutes of an hour again. */
const MEASURED_HOURS = 13;
const START_MS = Date.UTC(2026, 10, 24, 12);
/** Offset of a run from each full hour. */
const PHASE_MS = 90_000;
const MINUTE_MS = 60_000;
const TIMEOUT_MS = 5 * MINUTE_MS;
const MEMORY_GB = 0.5;

/** Settings of an environment that uses the defaults. */
const DEPLOYED = defineEnvironment("benchmarks/merge-cost.ts", { name: "bench", protection: "disposable" });
const SETTINGS = {
  everyMinutes: DEPLOYED.merge.everyMinutes,
  bufferMiB: DEPLOYED.lake.bufferMiB,
  bufferSeconds: 60,
  gzip: DEPLOYED.lake.compression === "gzip",
} as const;

function configOf(lookBackHours: number): MergeConfig {
  const place = (folder: string) => ({ bucket: "lake", prefix: `${folder}/` });
  return {
    OLD_DATABASE: "db",
    OLD_TABLE_NAME: "raw",
    NEW_DATABASE: "db",
    NEW_TABLE_NAME: "parquet",
    WORK_GROUP: "merge",
    OLD_TABLE_LOCATION_PREFIX: place("json-data"),
    OUTPUT_PREFIX: place("parquet"),
    STAGING_OUTPUT_PREFIX: place("tmp"),
    STATE_PREFIX: place("merge-state"),
    COLUMN_NAMES: glueColumns(retailTransaction.columns).map(({ name }) => name),
    LOOK_BACK_HOURS: lookBackHours,
    RAW_RETENTION_DAYS: DEPLOYED.lake.rawRetentionDays,
    QUERIES_IN_FLIGHT: DEPLOYED.merge.queriesInFlight,
  };
}

interface Result {
  readonly scanned: number;
  readonly billed: number;
  readonly dollarsPerGB: number;
  readonly kinds: string;
  readonly callsPerHour: string;
  readonly lagMinutes: number;
  readonly longestRunSeconds: number;
  /** Runs that left an hour to the next one. */
  readonly postponingRuns: number;
}

async function simulate(eventsPerSecond: number, historyHours: number, ratios: Ratios): Promise<Result> {
  const config = configOf(historyHours);
  const world = new Simulation(config, { ...SETTINGS, eventsPerSecond, historyHours }, ratios, START_MS);
  // The history is merged and compared before anything is counted.
  await mergeSmallFiles(config, world.ports(), 1_000 * HOUR_MS);
  // That took time; the measured hours begin with the next, at a steady pace.
  const fromMs = Math.ceil(world.nowMs / HOUR_MS + 1) * HOUR_MS + PHASE_MS;
  for (let tick = fromMs - HOUR_MS; tick < fromMs; tick += SETTINGS.everyMinutes * MINUTE_MS) {
    world.nowMs = Math.max(world.nowMs, tick);
    await mergeSmallFiles(config, world.ports(), TIMEOUT_MS);
  }
  world.reset();
  let running = 0;
  let longest = 0;
  let postponingRuns = 0;
  for (
    let tick = fromMs;
    tick < fromMs + MEASURED_HOURS * HOUR_MS;
    tick += SETTINGS.everyMinutes * MINUTE_MS
  ) {
    world.nowMs = Math.max(world.nowMs, tick);
    const begun = world.nowMs;
    const { failed, refused, postponed } = await mergeSmallFiles(config, world.ports(), TIMEOUT_MS);
    if (failed.length + refused.length > 0)
      throw new Error(JSON.stringify({ failed, refused }).slice(0, 500));
    if (postponed.length > 0) postponingRuns++;
    running += world.nowMs - begun;
    longest = Math.max(longest, world.nowMs - begun);
  }
  const stored = (world.lineBytesPerSecond * MEASURED_HOURS * HOUR_MS) / 1000;
  const calls = (kind: string): number => world.calls.get(kind) ?? 0;
  const dollars =
    (world.billedBytes / 1e12) * PRICES.athenaTB +
    calls("s3 PUT") * PRICES.s3Put +
    calls("s3 LIST") * PRICES.s3List +
    calls("s3 GET") * PRICES.s3Get +
    calls("glue") * PRICES.glue +
    (running / 1000) * MEMORY_GB * PRICES.lambdaGBSecond;
  return {
    scanned: world.scannedBytes / stored,
    billed: world.billedBytes / stored,
    dollarsPerGB: dollars / (stored / 1e9),
    kinds: [...world.kinds]
      .map(([kind, count]) => `${kind} ${(count / MEASURED_HOURS).toFixed(1)}`)
      .join(", "),
    callsPerHour: [...world.calls]
      .map(([kind, count]) => `${kind} ${Math.round(count / MEASURED_HOURS)}`)
      .join(", "),
    lagMinutes: world.worstLagMs / MINUTE_MS,
    longestRunSeconds: longest / 1000,
    postponingRuns,
  };
}

async function main(): Promise<void> {
  const ratios = await measureRatios();
  process.stdout.write(
    `A stored line has ${ratios.lineBytes.toFixed(0)} bytes. For a byte of it: Parquet ${ratios.parquet.toFixed(3)}, ` +
      `its identities ${ratios.identities.toFixed(3)}, gzip ${ratios.gzip(60).toFixed(3)} (60 lines an object) to ` +
      `${ratios.gzip(100_000).toFixed(3)}.\n`,
  );
  const head = [
    "events/s",
    "history h",
    "scanned",
    "billed",
    "$/GB",
    "queries/h",
    "lag min",
    "longest run s",
    "runs that postpone",
    "calls/h",
  ];
  const table = new Table({ head });
  for (const eventsPerSecond of EVENTS_PER_SECOND) {
    for (const historyHours of HISTORY_HOURS) {
      const result = await simulate(eventsPerSecond, historyHours, ratios);
      table.push([
        eventsPerSecond,
        historyHours,
        result.scanned.toFixed(2),
        result.billed.toFixed(2),
        result.dollarsPerGB.toFixed(5),
        result.kinds,
        result.lagMinutes.toFixed(1),
        result.longestRunSeconds.toFixed(0),
        result.postponingRuns,
        result.callsPerHour,
      ]);
    }
  }
  process.stdout.write(
    `${table.toString()}\nDollars: prices of ${PRICES.asOf}, Athena, S3, Glue and Lambda.\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
