import type { KinesisStreamEvent } from "aws-lambda";
import fc from "fast-check";
import { eventually } from "../../../../benchmarks/support/eventually";
import { type BatchVerdict, readBatchResponse } from "../../../../lib/batch-response";
import type { EventSourceMappingModel, Invoke } from "../../../../local/plan/data-plane";
import {
  batchLength,
  eventRecord,
  kinesisEvent,
} from "../../../../local/services/lambda/event-source-mapping/event";
import {
  type EventSourceMapping,
  type MappingProgress,
  startEventSourceMapping,
} from "../../../../local/services/lambda/event-source-mapping/event-source-mapping";
import { concurrentBatchOf } from "../../../../local/services/lambda/event-source-mapping/shard-consumer";
import { Watermark } from "../../../../local/services/lambda/event-source-mapping/watermark";
import type { ShardRecord } from "../../../../local/services/stream-consumer/shard-reader";
import { BUCKET, type Engines, type GivenRecord, REGION, STREAM, startEngines } from "../../support/engines";

const FUNCTION = `arn:aws:lambda:${REGION}:123456789012:function:upsert-to-es`;

const MODEL: EventSourceMappingModel = {
  address: "aws_lambda_event_source_mapping.upsert",
  streamArn: STREAM.arn,
  functionArn: FUNCTION,
  enabled: true,
  startingPosition: "TRIM_HORIZON",
  batchSize: 10,
  windowSeconds: 0,
  parallelizationFactor: 1,
  bisectOnError: false,
  maximumRetries: -1,
  maximumRecordAgeSeconds: -1,
  reportsItemFailures: true,
  dependsOn: [],
  onFailureBucket: BUCKET,
};

let engines: Engines;
let mapping: EventSourceMapping | undefined;
let notices: string[];

beforeEach(async () => {
  engines = await startEngines();
  notices = [];
});

afterEach(async () => {
  await mapping?.close();
  mapping = undefined;
  await engines.stop();
});

async function start(
  invoke: Invoke,
  change: Partial<EventSourceMappingModel> = {},
): Promise<EventSourceMapping> {
  const { stream, s3, store } = engines;
  const options = {
    source: stream.source,
    s3,
    invoke,
    store,
    onNotice: (message: string) => void notices.push(message),
  };
  mapping = await startEventSourceMapping({ ...MODEL, ...change }, options);
  return mapping;
}

/** A record as a fake function sees it. */
interface Seen {
  readonly data: string;
  readonly sequenceNumber: string;
}

/** A function that remembers the batches it was given, as the data of their records. */
function remembering(answer: (batch: Seen[], call: number) => unknown = () => undefined) {
  const batches: string[][] = [];
  const invoke: Invoke = async (_arn, event) => {
    const seen = (event as KinesisStreamEvent).Records.map(({ kinesis }) => ({
      data: Buffer.from(kinesis.data, "base64").toString(),
      sequenceNumber: kinesis.sequenceNumber,
    }));
    batches.push(seen.map(({ data }) => data));
    return answer(seen, batches.length);
  };
  return { invoke, batches };
}

/** The partial answer that names these records. */
function failing(...records: (Seen | undefined)[]) {
  return { batchItemFailures: records.map((record) => ({ itemIdentifier: record?.sequenceNumber })) };
}

function numbered(count: number, first = 0): GivenRecord[] {
  return Array.from({ length: count }, (_, n) => ({ data: `${first + n}` }));
}

function range(count: number, first = 0): string[] {
  return numbered(count, first).map(({ data }) => data);
}

/** The invocation records in the bucket, by key. */
async function discardedObjects(): Promise<[string, Record<string, unknown>][]> {
  const objects = Object.entries(await engines.objects("aws/lambda/"));
  return objects.map(([key, body]) => [key, JSON.parse(body.toString()) as Record<string, unknown>]);
}

describe("the answer of a function that reports item failures", () => {
  const batch = ["10", "11", "12"];
  const item = (itemIdentifier: unknown) => ({ itemIdentifier });

  test.each<[string, unknown, BatchVerdict | "failure"]>([
    ["nothing", undefined, { type: "success" }],
    ["null", null, { type: "success" }],
    ["an empty answer", {}, { type: "success" }],
    ["null failures", { batchItemFailures: null }, { type: "success" }],
    ["no failures", { batchItemFailures: [] }, { type: "success" }],
    ["a misspelt key", { batchItemFailure: [item("11")] }, { type: "success" }],
    ["one failure", { batchItemFailures: [item("11")] }, { type: "failedFrom", index: 1 }],
    [
      "several, in any order",
      { batchItemFailures: [item("12"), item("11")] },
      { type: "failedFrom", index: 1 },
    ],
    ["the first one", { batchItemFailures: [item("12"), item("10")] }, { type: "failedFrom", index: 0 }],
    ["an empty identifier", { batchItemFailures: [item("")] }, "failure"],
    ["a null identifier", { batchItemFailures: [item(null)] }, "failure"],
    ["a misspelt identifier", { batchItemFailures: [{ itemidentifier: "11" }] }, "failure"],
    ["a record of another batch", { batchItemFailures: [item("11"), item("13")] }, "failure"],
    ["no list", { batchItemFailures: "11" }, "failure"],
    ["a text", "done", "failure"],
  ])("%s", (_, answer, expected) => {
    const verdict = readBatchResponse(answer, batch);

    if (expected === "failure")
      expect(verdict).toMatchObject({ type: "failure", reason: expect.any(String) });
    else expect(verdict).toEqual(expected);
  });
});

describe("batches", () => {
  test("the event is Lambda's", async () => {
    const invoke = jest.fn<Promise<unknown>, [string, unknown]>(async () => undefined);
    await start(invoke);

    const [sequenceNumber] = await engines.put([{ data: "line", partitionKey: "part-00001", shard: 1 }]);
    await eventually(() => expect(invoke).toHaveBeenCalledTimes(1));

    const [arn, event] = invoke.mock.calls[0] ?? [];
    expect(arn).toBe(FUNCTION);
    expect(event).toEqual({
      Records: [
        {
          kinesis: {
            kinesisSchemaVersion: "1.0",
            partitionKey: "part-00001",
            sequenceNumber,
            data: Buffer.from("line").toString("base64"),
            approximateArrivalTimestamp: expect.any(Number),
          },
          eventSource: "aws:kinesis",
          eventVersion: "1.0",
          eventID: `shardId-000000000001:${sequenceNumber}`,
          eventName: "aws:kinesis:record",
          invokeIdentityArn: "arn:aws:iam::123456789012:role/upsert-to-es",
          awsRegion: REGION,
          eventSourceARN: STREAM.arn,
        },
      ],
    });
    const seconds = (event as KinesisStreamEvent).Records[0]?.kinesis.approximateArrivalTimestamp ?? 0;
    expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(10);
  });

  test("no more than the batch size, in order, one at a time in each shard", async () => {
    let inFlight = 0;
    let most = 0;
    const { invoke, batches } = remembering();
    const slowly: Invoke = async (arn, event) => {
      most = Math.max(most, ++inFlight);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inFlight--;
      return invoke(arn, event);
    };
    const before = Date.now() - 1;
    await engines.put(numbered(35));

    const progress = await running(start(slowly));
    await eventually(() => expect(progress().recordsAcknowledged).toBe(35));

    expect(progress().newestMs).toBeGreaterThan(before);
    expect(progress().newestMs).toBeLessThanOrEqual(Date.now());
    expect(batches.flat()).toEqual(range(35));
    expect(batches.map((batch) => batch.length)).toEqual([10, 10, 10, 5]);
    expect(most).toBe(1);
  });

  test("the window gathers what trickles in", async () => {
    const { invoke, batches } = remembering();
    await start(invoke, { windowSeconds: 5 });

    const begin = Date.now();
    for (let n = 0; n < 4; n++) {
      await engines.put(numbered(1, n));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await eventually(() => expect(batches).toEqual([range(4)]));
    expect(Date.now() - begin).toBeGreaterThan(4_900);
  });

  test("a full batch does not wait for the end of its window", async () => {
    const { invoke, batches } = remembering();
    await start(invoke, { windowSeconds: 300 });

    await engines.put(numbered(10));
    await eventually(() => expect(batches).toEqual([range(10)]));
  });

  test("an event stays under 6 MB, and takes one record however large", () => {
    const record = (bytes: number): ShardRecord => ({
      shardId: "shardId-000000000000",
      sequenceNumber: "4".repeat(56),
      partitionKey: "é".repeat(20),
      arrivedAtMs: 1_795_000_000_123,
      data: Buffer.alloc(bytes, "x"),
    });
    const records = Array.from({ length: 20 }, () => eventRecord(MODEL, record(1_048_576)));

    const length = batchLength(records, 10_000);

    const size = (count: number): number =>
      Buffer.byteLength(JSON.stringify(kinesisEvent(records.slice(0, count))));
    expect(size(length)).toBeLessThanOrEqual(6 * 1024 * 1024);
    expect(size(length + 1)).toBeGreaterThan(6 * 1024 * 1024);
    expect(batchLength([eventRecord(MODEL, record(10_000_000))], 10_000)).toBe(1);
    expect(batchLength(records, 2)).toBe(2);
  });

  test("concurrent batches of a shard work at once; a partition key keeps its concurrent batch and its order", async () => {
    const keys = range(16).map((n) => `part-${n}`);
    const used = new Set(keys.map((key) => concurrentBatchOf(key, 4)));
    const inFlight = new Set<number>();
    let most = 0;
    const seen = new Map<string, number[]>();
    const invoke: Invoke = async (_, event) => {
      const { Records } = event as KinesisStreamEvent;
      const [slot = -1, ...others] = new Set(
        Records.map(({ kinesis }) => concurrentBatchOf(kinesis.partitionKey, 4)),
      );
      expect(others).toEqual([]);
      expect(inFlight.has(slot)).toBe(false);
      inFlight.add(slot);
      most = Math.max(most, inFlight.size);
      await new Promise((resolve) => setTimeout(resolve, 10));
      inFlight.delete(slot);
      for (const { kinesis } of Records) {
        const numbers = seen.get(kinesis.partitionKey) ?? [];
        seen.set(kinesis.partitionKey, [...numbers, Number(Buffer.from(kinesis.data, "base64").toString())]);
      }
    };
    const records = range(320).map((data, n) => ({ data, partitionKey: keys[n % keys.length] ?? "" }));
    await engines.put(records);

    const progress = await running(start(invoke, { parallelizationFactor: 4 }));
    await eventually(() => expect(progress().recordsAcknowledged).toBe(320));

    expect(used.size).toBe(4);
    expect(most).toBe(4);
    expect(progress().failedInvocations).toBe(0);
    for (const [index, key] of keys.entries()) {
      expect(seen.get(key)).toEqual(Array.from({ length: 20 }, (_, n) => n * 16 + index));
    }
  });

  test("a disabled mapping does nothing", async () => {
    const { invoke, batches } = remembering();
    await engines.put(numbered(3));

    const progress = await running(start(invoke, { enabled: false }));
    await new Promise((resolve) => setTimeout(resolve, 300));

    expect(batches).toEqual([]);
    expect(progress().recordsRead).toBe(0);
  });
});

describe("failures", () => {
  test("an error repeats the whole batch, and what follows waits for it", async () => {
    const { invoke, batches } = remembering((_, call) => {
      if (call <= 2) throw new Error("search is down");
    });
    await engines.put(numbered(15));

    const progress = await running(start(invoke));
    await eventually(() => expect(progress().recordsAcknowledged).toBe(15));

    expect(batches).toEqual([range(10), range(10), range(10), range(5, 10)]);
    expect(progress()).toMatchObject({ invocations: 4, failedInvocations: 2, retries: 2, discarded: [] });
    expect(notices[0]).toBe(
      "event source mapping of upsert-to-es: an invocation failed (1 in a row): search is down",
    );
  });

  test("a partial answer repeats from the lowest record on", async () => {
    const { invoke, batches } = remembering((batch, call) => (call === 1 ? failing(batch[7], batch[4]) : {}));
    await engines.put(numbered(10));

    const progress = await running(start(invoke));
    await eventually(() => expect(progress().recordsAcknowledged).toBe(10));

    expect(batches).toEqual([range(10), range(6, 4)]);
    expect(progress()).toMatchObject({ failedInvocations: 0, retries: 1 });
  });

  test("without reported failures the answer is not looked at", async () => {
    const { invoke, batches } = remembering((batch) => failing(batch[0]));
    await engines.put(numbered(10));

    const progress = await running(start(invoke, { reportsItemFailures: false }));
    await eventually(() => expect(progress().recordsAcknowledged).toBe(10));

    expect(batches).toEqual([range(10)]);
  });

  test("bisection finds the poison, without using up retries, and only the poison is discarded", async () => {
    const { invoke, batches } = remembering((batch) => {
      if (batch.some(({ data }) => data === "2")) throw new Error("poison");
    });
    await engines.put(numbered(8));

    const progress = await running(start(invoke, { bisectOnError: true, maximumRetries: 1 }));
    await eventually(() => expect(progress().recordsAcknowledged).toBe(7));

    expect(batches).toEqual([range(8), range(4), range(2), range(2, 2), ["2"], ["2"], ["3"], range(4, 4)]);
    expect(progress().discarded).toMatchObject([{ condition: "RetryAttemptsExhausted" }]);
    expect(progress().positions["shardId-000000000000"]).not.toBe(progress().discarded[0]?.sequenceNumber);
  });

  test("bisection after a partial answer cuts at the reported record, and that is no retry", async () => {
    const { invoke, batches } = remembering((batch) => (batch.length > 2 ? failing(batch[2]) : undefined));
    await engines.put(numbered(8));

    const progress = await running(start(invoke, { bisectOnError: true, maximumRetries: 0 }));
    await eventually(() => expect(progress().recordsAcknowledged).toBe(8));

    expect(batches).toEqual([range(8), range(6, 2), range(4, 4), range(2, 6)]);
    expect(progress().discarded).toEqual([]);
  });

  test("when the retries are used up, the batch lies in the bucket as Lambda writes it, and the shard goes on", async () => {
    const { invoke } = remembering((batch) => {
      if (batch.some(({ data }) => data === "0")) throw new Error("poison");
    });
    const numbers = await engines.put([...numbered(10), ...numbered(5, 10)]);

    const current = await start(invoke, { maximumRetries: 2 });
    await eventually(() => expect(current.progress().recordsAcknowledged).toBe(5));

    const [[key, record] = ["", {}], ...others] = await discardedObjects();
    expect(others).toEqual([]);
    const day = new Date().toISOString().slice(0, 10);
    expect(key).toMatch(
      new RegExp(
        `^aws/lambda/${current.uuid}/shardId-000000000000/${day.replaceAll("-", "/")}/` +
          `${day}T\\d\\d\\.\\d\\d\\.\\d\\d-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`,
      ),
    );
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(record).toEqual({
      requestContext: {
        requestId: expect.any(String),
        functionArn: FUNCTION,
        condition: "RetryAttemptsExhausted",
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      version: "1.0",
      timestamp: time,
      KinesisBatchInfo: {
        shardId: "shardId-000000000000",
        startSequenceNumber: numbers[0],
        endSequenceNumber: numbers[9],
        approximateArrivalOfFirstRecord: time,
        approximateArrivalOfLastRecord: time,
        batchSize: 10,
        streamArn: STREAM.arn,
      },
      payload: expect.any(String),
    });
    const payload = JSON.parse(String(record["payload"])) as KinesisStreamEvent;
    expect(payload.Records.map(({ kinesis }) => Buffer.from(kinesis.data, "base64").toString())).toEqual(
      range(10),
    );
    expect(current.progress().discarded).toEqual(
      numbers.slice(0, 10).map((sequenceNumber) => ({
        shardId: "shardId-000000000000",
        sequenceNumber,
        condition: "RetryAttemptsExhausted",
        key,
      })),
    );
    await eventually(() => expect(current.progress().positions["shardId-000000000000"]).toBe(numbers[14]));
  });

  test("records past their maximum age are discarded, the younger ones of the batch are not", async () => {
    let down = true;
    const { invoke, batches } = remembering(() => {
      if (down) throw new Error("search is down");
    });
    await engines.put(numbered(3));
    const progress = await running(start(invoke, { maximumRecordAgeSeconds: 6, windowSeconds: 0.3 }));
    await eventually(() => expect(progress().failedInvocations).toBeGreaterThan(0));
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    await engines.put(numbered(3, 3));
    await eventually(() => expect(progress().discarded.length).toBe(3));
    down = false;

    await eventually(() => expect(progress().recordsAcknowledged).toBe(3));

    expect(batches.at(-1)).toEqual(range(3, 3));
    const [[, record] = ["", {}]] = await discardedObjects();
    expect(record).toMatchObject({
      requestContext: { condition: "RecordAgeExceeded" },
      responseContext: { functionError: "Unhandled" },
      KinesisBatchInfo: { batchSize: 3 },
    });
  });

  test("records that were too old before any invocation have no response in their record", async () => {
    const { invoke, batches } = remembering();
    await engines.put(numbered(2));
    await new Promise((resolve) => setTimeout(resolve, 1_100));

    const progress = await running(start(invoke, { maximumRecordAgeSeconds: 1 }));
    await eventually(() => expect(progress().discarded.length).toBe(2));

    const [[, record] = ["", {}]] = await discardedObjects();
    expect(record).toMatchObject({
      requestContext: { approximateInvokeCount: 0, condition: "RecordAgeExceeded" },
    });
    expect(record).not.toHaveProperty("responseContext");
    expect(batches).toEqual([]);
  });

  test("a bucket that is down is waited for: nothing is discarded before it is written", async () => {
    const { invoke } = remembering(() => {
      throw new Error("poison");
    });
    await engines.storeDown();
    await engines.put(numbered(2));
    const progress = await running(start(invoke, { maximumRetries: 0 }));
    await eventually(() =>
      expect(notices.join("\n")).toMatch(/cannot write s3:\/\/retail-bi-lake\/aws\/lambda/),
    );
    expect(progress().discarded).toEqual([]);

    await engines.storeUp();
    await eventually(() => expect(progress().discarded.length).toBe(2));

    expect(await discardedObjects()).toHaveLength(1);
  });

  test("without a destination, discarded records are reported as lost", async () => {
    const { onFailureBucket: _, ...without } = MODEL;
    const { stream, s3, store } = engines;
    const { invoke } = remembering(() => Promise.reject(new Error("poison")));
    await engines.put(numbered(1));

    mapping = await startEventSourceMapping(
      { ...without, maximumRetries: 0 },
      { source: stream.source, s3, invoke, store, onNotice: (message) => void notices.push(message) },
    );
    await eventually(() => expect(mapping?.progress().discarded.length).toBe(1));

    expect(notices.at(-1)).toMatch(/discarded 1 records .* they are lost/);
    expect(mapping.progress().discarded[0]).not.toHaveProperty("key");
  });
});

describe("what is kept over a restart", () => {
  test("acknowledged batches are not given again, an unacknowledged one is", async () => {
    const hung: (() => void)[] = [];
    const { invoke, batches } = remembering((batch) => {
      if (batch[0]?.data !== "10") return undefined;
      return new Promise<void>((resolve) => hung.push(resolve));
    });
    await engines.put(numbered(25));
    const first = await start(invoke);
    await eventually(() => expect(hung).toHaveLength(1));
    const closing = first.close();
    hung[0]?.();
    await closing;
    expect(batches).toEqual([range(10), range(10, 10)]);
    expect(first.progress().recordsAcknowledged).toBe(20);

    const second = await start(invoke);
    await eventually(() => expect(second.progress().recordsAcknowledged).toBe(5));

    expect(second.uuid).toBe(first.uuid);
    expect(batches.slice(2)).toEqual([range(5, 20)]);
  });

  test("a batch that did not end within the time of closing is given again", async () => {
    const { invoke, batches } = remembering((_, call) =>
      call === 1 ? new Promise(() => undefined) : undefined,
    );
    await engines.put(numbered(10));
    const first = await start(invoke);
    await eventually(() => expect(batches).toHaveLength(1));
    await first.close();

    const second = await start(invoke);
    await eventually(() => expect(second.progress().recordsAcknowledged).toBe(10));

    expect(batches).toEqual([range(10), range(10)]);
  });

  test("LATEST begins behind what is there, and stays there over a restart", async () => {
    const { invoke, batches } = remembering();
    await engines.put(numbered(5));
    await (await start(invoke, { startingPosition: "LATEST" })).close();
    await engines.put(numbered(5, 5));

    const progress = await running(start(invoke, { startingPosition: "LATEST" }));
    await eventually(() => expect(progress().recordsAcknowledged).toBe(5));

    expect(batches).toEqual([range(5, 5)]);
  });
});

describe("laws", () => {
  test("a watermark stands before the first record that has not ended, whatever the order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.infiniteStream(fc.nat()), (count, picks) => {
        const watermark = new Watermark(null);
        const open = Array.from({ length: count }, (_, n) => `${n}`);
        for (const sequenceNumber of open) watermark.begin(sequenceNumber);
        while (open.length > 0) {
          const [ended = ""] = open.splice(picks.next().value % open.length, 1);
          watermark.end(ended);
          const firstOpen = Number(open[0] ?? count);
          expect(watermark.position).toBe(firstOpen === 0 ? null : `${firstOpen - 1}`);
        }
        expect(watermark.outstanding).toBe(0);
        expect(() => watermark.end("0")).toThrow("record 0 ended twice");
      }),
    );
  });

  test("each record is acknowledged or discarded, exactly once, in the order of its key, whatever fails", async () => {
    const scenario = fc.record({
      records: fc.array(fc.record({ shard: fc.constantFrom<0 | 1>(0, 1), key: fc.nat(5) }), {
        minLength: 1,
        maxLength: 40,
      }),
      faults: fc.infiniteStream(fc.constantFrom("none", "none", "none", "throws", "reports", "invents")),
      picks: fc.infiniteStream(fc.nat()),
      batchSize: fc.integer({ min: 1, max: 12 }),
      parallelizationFactor: fc.integer({ min: 1, max: 3 }),
      bisectOnError: fc.boolean(),
      maximumRetries: fc.integer({ min: 0, max: 2 }),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(scenario, async ({ records, faults, picks, ...settings }) => {
        run++;
        const processed: string[] = [];
        const { invoke } = remembering((batch) => {
          const { value: fault } = faults.next();
          if (fault === "throws") throw new Error("as told");
          if (fault === "invents") return { batchItemFailures: [{ itemIdentifier: "1" }] };
          const index = fault === "reports" ? picks.next().value % batch.length : batch.length;
          processed.push(...batch.slice(0, index).map(({ sequenceNumber }) => sequenceNumber));
          return fault === "reports" ? failing(batch[index]) : undefined;
        });
        const given = records.map(({ shard, key }) => ({
          data: "x",
          shard,
          partitionKey: `${shard}-${key}`,
        }));
        const current = await start(invoke, {
          ...settings,
          address: `run-${run}`,
          startingPosition: "LATEST",
        });
        const numbers = await engines.put(given);
        await eventually(() => {
          expect(current.progress().recordsAcknowledged + current.progress().discarded.length).toBe(
            given.length,
          );
        }, 30_000);
        const { discarded, positions } = current.progress();
        await current.close();

        const ended = [...processed, ...discarded.map(({ sequenceNumber }) => sequenceNumber)];
        expect([...ended].sort()).toEqual([...numbers].sort());
        for (const partitionKey of new Set(given.map((record) => record.partitionKey))) {
          const ofKey = (number: string): boolean =>
            given[numbers.indexOf(number)]?.partitionKey === partitionKey;
          expect(processed.filter(ofKey)).toEqual(numbers.filter((n) => ofKey(n) && processed.includes(n)));
        }
        for (const shard of [0, 1]) {
          const last = numbers.filter((_, n) => given[n]?.shard === shard).at(-1);
          if (last !== undefined) expect(positions[`shardId-00000000000${shard}`]).toBe(last);
        }
      }),
      { numRuns: 15, endOnFailure: true },
    );
  }, 120_000);
});

/** How far the mapping that is starting has come, each time it is asked. */
async function running(starting: Promise<EventSourceMapping>): Promise<() => MappingProgress> {
  const current = await starting;
  return () => current.progress();
}
