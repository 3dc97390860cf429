import { CreateTableCommand, DeletePartitionCommand, GetTableCommand } from "@aws-sdk/client-glue";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { eventually } from "../../benchmarks/support/eventually";
import { HOUR_MS, hourOf } from "../../contract/hours";
import { s3Objects } from "../../lambdas/merge-small-files/aws-objects";
import { mergeSmallFiles } from "../../lambdas/merge-small-files/core";
import { LEASE_NAME, type LeaseState } from "../../lambdas/merge-small-files/lease";
import { hourLocation, s3Uri } from "../../lambdas/merge-small-files/locations";
import type { Outcome } from "../../lambdas/merge-small-files/outcome";
import {
  makeRunId,
  TEMPORARY_TABLE_PREFIX,
  temporaryTableName,
} from "../../lambdas/merge-small-files/run-id";
import { LOCAL_CREDENTIALS } from "../../local/services/credentials";
import { type Functions, startFunctions } from "../../local/services/lambda/functions/start-functions";
import { BatchLayer } from "../support/batch-layer";
import { Deliveries } from "../support/deliveries";
import { EngineGate } from "../support/engine-gate";
import { ParquetReader } from "../support/parquet-reader";
import { type RawLine, RawLines } from "../support/raw-lines";

/**
 * The functions' processes go by this machine's time. Only hours that have ended are used, and each test makes the
 * hourly pass due, which looks at all of the look-back: so it does not matter when an hour ends meanwhile.
 */
const START_MS = Date.now();
const LOOK_BACK_HOURS = 5;
/** It ended long enough ago to be compared. */
const LAST = hourOf(START_MS - HOUR_MS - 11 * 60_000);
const EARLIER = hourOf(LAST.startMs - HOUR_MS);
/** Nothing arrives in it: whatever lies in its Parquet folder is an orphan. */
const EMPTY = hourOf(LAST.startMs - 2 * HOUR_MS);
/** Its raw partition is registered ahead of time. */
const AHEAD = hourOf(START_MS + 24 * HOUR_MS);

/** Nobody's, and no hourly pass was made. */
const FREE: LeaseState = { holder: null, expiresAtMs: 0, lastHourlyPass: null };

let layer: BatchLayer;
let deliveries: Deliveries;
let functions: Functions;
const gate = new EngineGate();
const lines = new RawLines();

beforeAll(async () => {
  layer = await BatchLayer.start();
  deliveries = new Deliveries(layer);
  const [s3, sql] = [await gate.open(layer.urls.s3), await gate.open(layer.urls.sql)];
  const { mergeFunction } = layer;
  const environment = { ...mergeFunction.environment, LOOK_BACK_HOURS: String(LOOK_BACK_HOURS) };
  functions = await startFunctions([{ ...mergeFunction, environment }], {
    baseEnvironment: {
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_S3: s3,
      AWS_ENDPOINT_URL_ATHENA: sql,
      AWS_ENDPOINT_URL_GLUE: sql,
    },
  });
  await deliveries.add(EARLIER, some(3, EARLIER));
  await deliveries.add(EARLIER, some(5, EARLIER));
  await deliveries.add(LAST, some(4, LAST));
});

afterAll(async () => {
  await functions.close();
  await gate.close();
  await layer.close();
});

beforeEach(async () => {
  gate.keeper = {};
  await writeLease(FREE);
});

function some(count: number, { startMs }: { readonly startMs: number }): RawLine[] {
  return lines.spread(count, startMs, startMs + HOUR_MS);
}

/** Invokes the function once, in a process. */
async function merge(): Promise<Outcome> {
  return (await functions.invoke(layer.mergeFunction.arn, {})) as Outcome;
}

function mergedHours({ merged }: Outcome): string[] {
  return merged.map(({ hour }) => hour).sort();
}

/** Does something while a reader looks on, who must not see an hour duplicated, shrunk or empty. */
async function underEyes<T>(work: () => Promise<T>): Promise<T> {
  const reader = new ParquetReader(layer, Date.now);
  try {
    return await work();
  } finally {
    await reader.stop();
    expect(reader.complaints).toEqual([]);
  }
}

/** Each line is in Parquet once, in an hour that got it, and the raw zone has no other. */
async function expectRight(): Promise<void> {
  const { OLD_TABLE_NAME, NEW_TABLE_NAME } = layer.config;
  const parquet = await layer.rows(NEW_TABLE_NAME);
  expect(deliveries.faults(parquet)).toEqual([]);
  const raw = await layer.rows(OLD_TABLE_NAME);
  expect(new Set(raw.map(({ identity }) => identity))).toEqual(new Set(deliveries.homes.keys()));
  expect(raw).toHaveLength(deliveries.written);
}

async function readLease(): Promise<LeaseState> {
  const { bucket, prefix } = layer.config.STAGING_OUTPUT_PREFIX;
  const found = await s3Objects(layer.s3).read(bucket, prefix + LEASE_NAME);
  return JSON.parse(found?.body ?? "null") as LeaseState;
}

async function writeLease(lease: LeaseState): Promise<void> {
  const { bucket: Bucket, prefix } = layer.config.STAGING_OUTPUT_PREFIX;
  const Body = JSON.stringify(lease);
  await layer.s3.send(new PutObjectCommand({ Bucket, Key: prefix + LEASE_NAME, Body }));
}

async function temporaryTables(): Promise<string[]> {
  const { catalog } = layer.ports({ now: Date.now, sleep: async () => {} }, () => {});
  return catalog.tableNames(layer.config.NEW_DATABASE, TEMPORARY_TABLE_PREFIX);
}

test("invoked three times in a row: the second and the third run start no query", async () => {
  const first = await merge();
  expect(mergedHours(first)).toEqual([EARLIER.name, LAST.name]);
  // Two hours: a CTAS each, a check of its identities, and a comparison with raw, for both have ended.
  expect(first.queries).toBe(6);
  expect(await layer.mergeQueries()).toHaveLength(6);
  await expectRight();

  const [second, third] = [await merge(), await merge()];

  expect([second, third]).toMatchObject([
    { status: "done", queries: 0, merged: [] },
    { status: "done", queries: 0, merged: [] },
  ]);
  expect(await layer.mergeQueries()).toHaveLength(6);
});

test("a late object for a merged hour: the next merge has it", async () => {
  await deliveries.add(EARLIER, some(2, EARLIER));

  const outcome = await underEyes(merge);

  expect(mergedHours(outcome)).toEqual([EARLIER.name]);
  await expectRight();
});

test("a raw object delivered twice, into the same hour and into the next: Parquet has its lines once", async () => {
  const delivered = deliveries.of(EARLIER).slice(0, 3);
  await deliveries.add(EARLIER, delivered);
  await deliveries.add(LAST, delivered);

  const outcome = await underEyes(merge);

  expect(mergedHours(outcome)).toEqual([EARLIER.name, LAST.name]);
  const raw = await layer.rows(layer.config.OLD_TABLE_NAME);
  const duplicates = raw.filter(({ identity }) => identity === delivered[0]?.identity);
  expect(duplicates.map(({ hour }) => hour).sort()).toEqual([EARLIER.name, EARLIER.name, LAST.name]);
  await expectRight();
});

test("two merges at once: one works, the other is told that it does", async () => {
  await deliveries.add(LAST, some(2, LAST));
  // Both have read that the lease is free before either takes it.
  let arrived = 0;
  let release = (): void => {};
  const both = new Promise<void>((resolve) => {
    release = resolve;
  });
  gate.keeper = {
    before: async ({ name }) => {
      if (name !== "PutObject lease.json") return;
      if (++arrived === 2) release();
      await both;
    },
  };

  const outcomes = await underEyes(() => Promise.all([merge(), merge()]));

  expect(outcomes.map(({ status }) => status).sort()).toEqual(["busy", "done"]);
  expect(outcomes.flatMap(mergedHours)).toEqual([LAST.name]);
  await expectRight();
});

test("killed after any call that leaves something behind, the next run ends in the right state", async () => {
  const killedAfter: string[] = [];
  await underEyes(async () => {
    for (let number = 1; ; number++) {
      await makeWork();
      const last = await mergeKilledAfter(number);
      if (last === undefined) break;
      killedAfter.push(last);

      // Five minutes and a half later the lease has expired. Until then a run finds it held.
      const lease = await readLease();
      if (lease.holder !== null) {
        expect(await merge()).toMatchObject({ status: "busy", queries: 0 });
        await writeLease({ ...lease, expiresAtMs: Date.now() - 1 });
      }
      expect(await merge()).toMatchObject({ status: "done", failed: [], refused: [], postponed: [] });

      await expectRight();
      expect(layer.runFolders(EMPTY)).toEqual([]);
      expect(await layer.partitions(layer.config.OLD_TABLE_NAME)).toContain(AHEAD.values.join("/"));
    }
  });

  // All that a run does to the world: a kill after a read finds the world as the call before it left it.
  const kinds = killedAfter.map((call) => call.replace(/\d{4}-\d\d-\d\dT\d\d/, "<hour>"));
  const hour = [
    "PutObject keys.json",
    "PutObject <hour>.json",
    "StartQueryExecution CREATE TABLE",
    "PutObject <hour>.json",
    "StartQueryExecution SELECT",
    "PutObject <hour>.json",
    "UpdatePartition",
    "DeleteTable",
    "DeleteObjects",
  ];
  const comparison = [
    "PutObject <hour>.json",
    "StartQueryExecution WITH",
    "PutObject <hour>.json",
    "UpdatePartition",
  ];
  const [first, ...others] = kinds;
  expect(first).toBe("PutObject lease.json");
  expect(others[0]).toBe("BatchCreatePartition");
  expect(others.at(-1)).toBe("PutObject lease.json");
  expect(new Set(others)).toEqual(
    new Set([...hour, ...comparison, "BatchCreatePartition", "PutObject lease.json"]),
  );
  expect(kinds.length).toBeGreaterThanOrEqual(2 + 2 * hour.length + 2 * comparison.length);

  // Two hours later nothing is left of all those runs but what is live. The same code, its clock put forward.
  const later = { now: () => Date.now() + 2 * HOUR_MS, sleep: async () => {} };
  const log: string[] = [];
  const swept = await mergeSmallFiles(
    { ...layer.config, LOOK_BACK_HOURS },
    layer.ports(later, (line) => log.push(line)),
    60_000,
  );
  expect(swept).toMatchObject({ hourlyPass: true, failed: [], merged: [] });
  expect(await temporaryTables()).toEqual([]);
  expect([EMPTY, EARLIER, LAST].map((folder) => layer.runFolders(folder).length)).toEqual([0, 1, 1]);
  await expectRight();
}, 1_800_000);

/** Something of everything that a run can find to do: late lines, duplicates, orphans, a partition not registered. */
async function makeWork(): Promise<void> {
  const { NEW_DATABASE, NEW_TABLE_NAME, OLD_DATABASE, OLD_TABLE_NAME, OUTPUT_PREFIX } = layer.config;
  const duplicates = deliveries.of(EARLIER).slice(-2);
  await deliveries.add(EARLIER, [...duplicates.slice(0, 1), ...some(2, EARLIER)]);
  await deliveries.add(LAST, [...duplicates, ...some(1, LAST)]);

  const orphan = makeRunId(Date.now() - 2 * HOUR_MS, "0a0b0c0d");
  const { bucket, prefix } = hourLocation(OUTPUT_PREFIX, EMPTY);
  const folder = { bucket, prefix: `${prefix}run=${orphan}/` };
  const table = await layer.glue.send(
    new GetTableCommand({ DatabaseName: NEW_DATABASE, Name: NEW_TABLE_NAME }),
  );
  await layer.s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: `${folder.prefix}part`, Body: "left over" }),
  );
  await layer.glue.send(
    new CreateTableCommand({
      DatabaseName: NEW_DATABASE,
      TableInput: {
        Name: temporaryTableName(orphan),
        StorageDescriptor: { ...table.Table?.StorageDescriptor, Location: s3Uri(folder) },
      },
    }),
  );

  await layer.glue.send(
    new DeletePartitionCommand({
      DatabaseName: OLD_DATABASE,
      TableName: OLD_TABLE_NAME,
      PartitionValues: [...AHEAD.values],
    }),
  );
  await writeLease(FREE);
}

/**
 * Invokes the function and kills its process when so many of its writing calls were answered by the engines, but
 * the last not yet to the function. @returns that last call's name; undefined when the run ended before.
 */
async function mergeKilledAfter(number: number): Promise<string | undefined> {
  let calls = 0;
  let last: string | undefined;
  const killed = new Set<number>();
  const running = () => functions.stats().flatMap(({ processes }) => processes);
  gate.keeper = {
    after: async ({ name, writes }) => {
      if (!writes || ++calls !== number) return;
      last = name;
      for (const { pid } of running()) {
        killed.add(pid);
        process.kill(pid, "SIGKILL");
      }
    },
  };
  try {
    const outcome = await merge();
    expect(outcome).toMatchObject({ status: "done", failed: [] });
  } catch (error) {
    expect(String(error)).toContain("signal: SIGKILL");
  } finally {
    gate.keeper = {};
  }
  await eventually(() => expect(running().filter(({ pid }) => killed.has(pid))).toEqual([]));
  return last;
}
