import { createServer } from "node:http";
import type { FirehoseTransformationResult, KinesisStreamBatchResponse } from "aws-lambda";
import { decodeKinesisRecord } from "../../contract/kinesis-record";
import { MAX_ANSWER_BYTES } from "../../contract/limits";
import { closeServer, listenOnLoopback } from "../../lib/loopback";
import type { DataPlane, FunctionModel } from "../../local/plan/data-plane";
import { readDataPlane } from "../../local/plan/read-data-plane";
import { type Functions, startFunctions } from "../../local/services/lambda/functions/start-functions";
import { only } from "../support/batch-layer";
import { goodLine, kinesisRecord } from "../support/kinesis-event";
import { judgeRecord } from "../support/retail";
import { synthesized } from "../support/synthesized";
import { WORST_RECORDS } from "../support/worst-records";

/**
 * ValidateRecords and UpsertToES as Terraform would deploy them, their bundles in processes with their memory and their
 * timeout, against a bucket and an engine that take everything.
 */

/** Bytes of records that one event takes: 6 MB in base64, less what stands beside them. */
const EVENT_BYTES = 4_300_000;

let plane: DataPlane;
let functions: Functions;
let world: ReturnType<typeof createServer>;
/** Identities in the quarantine, by how many entries they have, and those of indexed documents. */
let quarantined: Map<string, number>;
let indexed: Set<string>;

beforeAll(async () => {
  world = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const rows = Buffer.concat(parts).toString().split("\n");
      if (!request.url?.startsWith("/_bulk")) {
        for (const row of rows) {
          const [, id] = /^\{"record_id":"(\w+)"/.exec(row) ?? [];
          if (id !== undefined) quarantined.set(id, (quarantined.get(id) ?? 0) + 1);
        }
        response.setHeader("ETag", '"e"').end();
        return;
      }
      const ids = rows.flatMap((row) => /^\{"index":\{"_index":"[^"]+","_id":"(\w+)"/.exec(row)?.[1] ?? []);
      for (const id of ids) indexed.add(id);
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ items: ids.map(() => ({ index: { status: 201 } })) }));
    });
  });
  const url = await listenOnLoopback(world, 0, "bucket and engine");
  plane = readDataPlane(await synthesized("dev"), { searchEndpoint: url });
  functions = await startFunctions([validateRecords(), upsertToEs()], {
    baseEnvironment: { AWS_ENDPOINT_URL: url },
  });
});

afterAll(async () => {
  await functions.close();
  await closeServer(world);
});

beforeEach(() => {
  quarantined = new Map();
  indexed = new Set();
});

function validateRecords(): FunctionModel {
  const [delivery] = plane.deliveryStreams;
  return only(plane.functions, ({ arn }) => arn === delivery?.transformation?.functionArn);
}

function upsertToEs(): FunctionModel {
  const [mapping] = plane.eventSourceMappings;
  return only(plane.functions, ({ arn }) => arn === mapping?.functionArn);
}

/** Resident memory beyond a function's own would be the end of it on Lambda. */
function expectInMemory({ name, memoryMiB }: FunctionModel): void {
  const stats = functions.stats().find(({ functionName }) => functionName === name);
  expect(stats?.failures).toBe(0);
  expect((stats?.peakRssBytes ?? Number.POSITIVE_INFINITY) / 1024 / 1024).toBeLessThan(memoryMiB);
}

async function validate(data: readonly Buffer[]): Promise<string[]> {
  const answer = (await functions.invoke(validateRecords().arn, {
    invocationId: "invocation",
    deliveryStreamArn: plane.deliveryStreams[0]?.arn,
    sourceKinesisStreamArn: plane.streams[0]?.arn,
    region: plane.region,
    records: data.map((item, at) => {
      const { eventID, kinesis } = kinesisRecord(item, at);
      return {
        recordId: `${kinesis.sequenceNumber}000000`,
        approximateArrivalTimestamp: Math.round(kinesis.approximateArrivalTimestamp * 1000),
        data: kinesis.data,
        kinesisRecordMetadata: {
          shardId: eventID.split(":")[0],
          partitionKey: kinesis.partitionKey,
          approximateArrivalTimestamp: Math.round(kinesis.approximateArrivalTimestamp * 1000),
          sequenceNumber: kinesis.sequenceNumber,
          subsequenceNumber: "",
        },
      };
    }),
  })) as FirehoseTransformationResult;
  expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(MAX_ANSWER_BYTES);
  expect(answer.records.map(({ result }) => result)).not.toContain("ProcessingFailed");
  expect(answer.records).toHaveLength(data.length);
  return answer.records.flatMap(({ data: stored = "" }) =>
    Buffer.from(stored, "base64")
      .toString()
      .split("\n")
      .flatMap((line) => (line === "" ? [] : [String(JSON.parse(line).record_id)])),
  );
}

async function upsert(data: readonly Buffer[]): Promise<string[]> {
  const event = { Records: data.map((item, at) => kinesisRecord(item, at)) };
  const answer = (await functions.invoke(upsertToEs().arn, event)) as KinesisStreamBatchResponse;
  expect(answer.batchItemFailures).toEqual([]);
  return [...indexed];
}

/** What both functions make of records: every line accepted or refused once, the same in both. */
async function expectSettled(data: readonly Buffer[]): Promise<{ accepted: number }> {
  const lines = data.flatMap((item, at) => judgeRecord(decodeKinesisRecord(kinesisRecord(item, at))));
  const idsOf = (accepted: boolean): string[] =>
    lines.filter(({ verdict }) => verdict.accepted === accepted).map(({ recordId }) => recordId);
  const accepted = idsOf(true).sort();
  const refused = idsOf(false).sort();
  for (const invoke of [validate, upsert]) {
    quarantined.clear();
    expect(sameAs(await invoke(data), accepted)).toBe("the same");
    expect(sameAs([...quarantined.keys()], refused)).toBe("the same");
    expect([...quarantined.values()].every((entries) => entries === 1)).toBe(true);
  }
  return { accepted: accepted.length };
}

/** Whether identities are those expected: jest compares half a million of them for minutes. */
function sameAs(found: string[], expected: readonly string[]): string {
  if (found.sort().join() === expected.join()) return "the same";
  const rest = new Set(found);
  return `${found.length} instead of ${expected.length}, without ${expected.filter((id) => !rest.has(id)).slice(0, 3)}`;
}

test.each(WORST_RECORDS)("$what", async ({ data, good }) => {
  expect((await expectSettled([data])).accepted).toBe(good);
});

test("a batch of nothing but refused lines, each record below the limit", async () => {
  const record = Buffer.from("x\n".repeat(11_000));
  await expectSettled(Array.from({ length: Math.floor(EVENT_BYTES / record.length / 12) }, () => record));
});

test("four hundred records, each of hundreds of refused lines and a good one", async () => {
  const record = Buffer.from(`${"{}\n".repeat(500)}${goodLine()}`);
  const data = Array.from({ length: 400 }, () => record);
  expect((await expectSettled(data)).accepted).toBe(400);
});

test("as many of the worst records as an event takes, good ones between them", async () => {
  const good = (at: number): Buffer => Buffer.from(goodLine({ Invoice: `good-${at}` }));
  let batch: Buffer[] = [];
  let bytes = 0;
  let expected = 0;
  const settle = async (): Promise<void> => {
    indexed.clear();
    expect((await expectSettled(batch)).accepted).toBe(expected);
    batch = [];
    bytes = 0;
    expected = 0;
  };
  // What is left of them when their answers are not what is measured: Firehose's own buffer is far smaller.
  const worst = WORST_RECORDS.filter((record) => record.good < 100);
  for (const [at, record] of worst.entries()) {
    // A stored line may be twice as long as it was sent.
    const size = record.data.length * (record.good > 0 ? 2 : 1);
    if (bytes + size > EVENT_BYTES) await settle();
    batch.push(record.data, good(at));
    bytes += size;
    expected += record.good + 1;
  }
  await settle();
});

test("all of this in one process of each, within its memory", () => {
  expectInMemory(validateRecords());
  expectInMemory(upsertToEs());
  for (const { coldStarts } of functions.stats()) expect(coldStarts).toBe(1);
});
