import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { Client } from "@opensearch-project/opensearch";
import type { KinesisStreamEvent } from "aws-lambda";
import { eventually } from "../../benchmarks/support/eventually";
import { acknowledged } from "../../local/acknowledged";
import { runOnce } from "../../local/once";
import type { DataPlane } from "../../local/plan/data-plane";
import { EngineError } from "../../local/services/opensearch/errors";
import type { Fault } from "../../local/services/opensearch/service";
import type { Reconciliation } from "../../ops/reconcile/reconcile";
import { bundleWithFaultyJudge } from "../support/faulty-bundle";
import { FAULT_MARKER } from "../support/faulty-judge";
import { line, upsertToEs } from "../support/observed-run";
import { SpeedRun, withCode, withMapping } from "../support/speed-run";
import { synthesized } from "../support/synthesized";

/** How long the engine is down: several of the mapping's waits between two attempts. */
const DOWN_MS = 20_000;
/** How long it refuses the function's role. */
const REFUSING_MS = 10_000;

let folder: string;
let stackDir: string;
let runs: SpeedRun[];

beforeAll(async () => {
  // What `npm start` would write on the terminal.
  jest.spyOn(process.stderr, "write").mockReturnValue(true);
  runs = [];
  folder = mkdtempSync(join(tmpdir(), "retail-bi-faults-"));
  stackDir = await synthesized("dev");
});

afterAll(async () => {
  for (const run of runs) await run.close();
  rmSync(folder, { recursive: true, force: true });
  jest.restoreAllMocks();
});

async function start(change?: (plane: DataPlane) => DataPlane): Promise<SpeedRun> {
  const run = await SpeedRun.start(stackDir, change);
  runs.push(run);
  return run;
}

function lines(count: number): string[] {
  return Array.from({ length: count }, (_, number) => line(number));
}

/** Lets a fault last for as long as it should, and until it was felt. */
async function outage(ms: number, felt: () => void): Promise<void> {
  await sleep(ms);
  await eventually(felt, 60_000);
}

/** Every acknowledged line once in every layer, except those that are in quarantine and so not in the index. */
function expectEqualSets(found: Reconciliation, quarantinedBySpeed = 0): void {
  const { acknowledged: all } = found;
  expect({ agree: found.agree, quarantined: found.quarantined, ...found.counts }).toEqual({
    agree: true,
    quarantined: quarantinedBySpeed,
    raw: all,
    parquet: all,
    indexed: all - quarantinedBySpeed,
  });
  expect(found.duplicates).toMatchObject({ parquet: [], indexed: [] });
  expect(found.discarded.size).toBe(0);
}

function rejected(status: number, type: string, reason: string): Fault {
  return { status, body: { error: { type, reason, root_cause: [{ type, reason }] }, status } };
}

describe("faults of the search engine and of the function's process, each ends with equal sets", () => {
  let speed: SpeedRun;

  beforeAll(async () => {
    speed = await start();
  });

  test("the engine is down", async () => {
    await speed.search.down(async () => {
      await speed.send(400);
      await outage(DOWN_MS, () => expect(speed.metric("retried")).toBeGreaterThan(0));
      expect(speed.mapping.recordsAcknowledged).toBe(0);
    });

    expectEqualSets(await speed.settled());
    expect(speed.mapping).toMatchObject({ recordsAcknowledged: 400, discarded: [] });
  });

  test("429 for every third bulk request", async () => {
    let rejections = 0;
    const retried = speed.metric("retried");

    const found = await speed.search.during(
      {
        onBulk: (number) => {
          if (number % 3 !== 0) return undefined;
          rejections++;
          return rejected(
            429,
            "rejected_execution_exception",
            "rejected execution of coordinating operation",
          );
        },
      },
      async () => {
        await speed.send(400, { rate: 200 });
        // A slow machine takes them in few requests.
        for (let more = 0; rejections < 3 && more < 20; more++) await speed.send(100, { rate: 100 });
        return speed.settled();
      },
    );

    expectEqualSets(found);
    expect(rejections).toBeGreaterThanOrEqual(3);
    expect(speed.metric("retried")).toBeGreaterThan(retried);
  });

  test("single items are refused with 429 inside a 200", async () => {
    const seen = new Set<string>();
    let refused = 0;
    const acknowledgedBefore = speed.mapping.recordsAcknowledged;
    const retried = speed.metric("retried");

    const found = await speed.search.during(
      {
        onItem: ({ id }) => {
          const isNew = !seen.has(id);
          seen.add(id);
          if (!isNew || seen.size % 10 !== 0) return undefined;
          refused++;
          return new EngineError(
            429,
            "rejected_execution_exception",
            "rejected execution of primary operation",
          );
        },
      },
      async () => {
        await speed.send(400);
        return speed.settled();
      },
    );

    expectEqualSets(found);
    expect(refused).toBe(40);
    expect(speed.mapping.recordsAcknowledged - acknowledgedBefore).toBe(400);
    expect(speed.metric("retried")).toBeGreaterThanOrEqual(retried + 4);
  });

  test("403 at first: the function waits, nothing goes into quarantine", async () => {
    const recordsBefore = speed.mapping.recordsAcknowledged;
    const refusals = speed.metric("refusals");

    await speed.search.during(
      { onBulk: () => rejected(403, "security_exception", "no permissions for [indices:data/write/bulk]") },
      async () => {
        await speed.send(400);
        await outage(REFUSING_MS, () => expect(speed.metric("refusals")).toBeGreaterThan(refusals));
        expect(speed.mapping.recordsAcknowledged).toBe(recordsBefore);
      },
    );

    expectEqualSets(await speed.settled());
  });

  test("the function's process is killed in the middle of a batch", async () => {
    const { failedInvocations, retries } = speed.mapping;
    let killed: number[] = [];
    let documents = 0;

    const found = await speed.search.during(
      {
        onBulk: (number) => {
          // The engine takes the documents, and whoever sent them does not live to read its answer.
          if (number === 1) {
            killed = speed.processIds();
            for (const pid of killed) process.kill(pid, "SIGKILL");
          }
          return undefined;
        },
        onItem: () => {
          documents++;
          return undefined;
        },
      },
      async () => {
        await speed.send(400);
        return speed.settled();
      },
    );

    expectEqualSets(found);
    expect(documents).toBeGreaterThan(400);
    expect(killed.length).toBeGreaterThan(0);
    expect(speed.processIds()).not.toEqual(expect.arrayContaining(killed));
    expect(speed.mapping.failedInvocations).toBeGreaterThan(failedInvocations);
    expect(speed.mapping.retries).toBeGreaterThan(retries);
  });

  test("five documents conflict with the mapping of an old index: in quarantine with the engine's reason", async () => {
    const client = new Client({ node: speed.search.url });
    await client.indices.create({
      index: "retail-2010-01",
      body: { mappings: { properties: { Customer_ID: { type: "integer" } } } },
    });
    const conflicting = Array.from({ length: 5 }, (_, number) =>
      line(1_000 + number, { Customer_ID: "gold" }),
    );
    const unsuspicious = line(2_000, { Customer_ID: "3" });

    await speed.sendLines([...lines(100), ...conflicting, unsuspicious, ...lines(100)]);
    const found = await speed.settled();

    expectEqualSets(found, 5);
    const quarantined = [...found.quarantine.values()];
    expect(quarantined).toEqual(
      Array(5).fill({
        reason: "mapper_parsing_exception",
        detail: expect.stringMatching(/failed to parse field \[Customer_ID\] of type \[integer\].*gold/),
        arrivedAt: expect.any(String),
        layers: ["speed"],
      }),
    );
    expect(speed.metric("quarantined")).toBe(5);
    expect(speed.mapping.discarded).toEqual([]);
  });
});

describe("a fault of our own", () => {
  test("the record is quarantined as internal_error, and its shard goes on", async () => {
    const code = await bundleWithFaultyJudge("upsert-to-es", folder);
    const speed = await start((plane) => withCode(plane, code));

    await speed.sendLines([...lines(100), line(1, { Description: FAULT_MARKER }), ...lines(100)]);
    const found = await speed.settled();

    expectEqualSets(found, 1);
    expect([...found.quarantine.values()]).toMatchObject([
      { reason: "internal_error", detail: expect.stringMatching(/^TypeError: /), layers: ["speed"] },
    ]);
    expect(speed.mapping).toMatchObject({ recordsAcknowledged: 201, failedInvocations: 0, retries: 0 });
  });
});

describe("the engine is down for longer than a record may wait", () => {
  test("a discarded batch lies in the lake, the report says so, and its payload brings it back", async () => {
    const speed = await start((plane) => withMapping(plane, { maximumRecordAgeSeconds: 2 }));
    const sent = lines(250);
    const stdout = jest.spyOn(process.stdout, "write").mockReturnValue(true);

    const { once } = await speed.search.down(async () => {
      const running = runOnce(speed.run, {
        inputFile: speed.file(sent),
        pack: 1,
        seed: 1,
        json: false,
        signal: new AbortController().signal,
      });
      await eventually(() => expect(speed.mapping.discarded).toHaveLength(250), 60_000);
      return { once: running };
    });
    const agree = await once;
    const report = stdout.mock.calls.join("");
    stdout.mockRestore();

    expect(agree).toBe(false);
    expect(report).toMatch(/discarded, RecordAgeExceeded: 250 lines, in s3:\/\/[^/]+\/aws\/lambda\//);
    expect(report).toContain("THE LAYERS DO NOT AGREE.\n");

    const found = await speed.settled();
    expect(found).toMatchObject({
      agree: false,
      counts: { raw: 250, parquet: 250, indexed: 0 },
      quarantined: 0,
    });
    const acknowledgedIds: string[] = [];
    for await (const id of await acknowledged(speed.run)) acknowledgedIds.push(id);
    expect([...found.discarded.keys()]).toEqual(acknowledgedIds.sort());
    expect(found.missing).toMatchObject({ raw: [], parquet: [], indexed: [...found.discarded.keys()] });

    const events = await payloads(speed, found);
    expect(events.flatMap(linesOf).sort()).toEqual([...sent].sort());

    const { arn } = upsertToEs(speed.run.plane);
    for (const event of events) await speed.run.functions.invoke(arn, event);
    expectEqualSets(await speed.settled());
  });
});

/** The events in the objects that the report names. */
async function payloads({ run }: SpeedRun, { discarded }: Reconciliation): Promise<KinesisStreamEvent[]> {
  const events: KinesisStreamEvent[] = [];
  for (const location of new Set([...discarded.values()].map((line) => line.location))) {
    const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
    const object = await run.dataSources.failures?.s3.send(new GetObjectCommand({ Bucket, Key }));
    const { payload } = JSON.parse((await object?.Body?.transformToString()) ?? "");
    events.push(JSON.parse(payload));
  }
  return events;
}

function linesOf({ Records }: KinesisStreamEvent): string[] {
  return Records.map(({ kinesis }) => Buffer.from(kinesis.data, "base64").toString().trimEnd());
}
