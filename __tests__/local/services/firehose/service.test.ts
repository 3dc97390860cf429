import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { PutRecordCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import type { FirehoseTransformationEvent, FirehoseTransformationResultRecord } from "aws-lambda";
import fc from "fast-check";
import { eventually } from "../../../../benchmarks/support/eventually";
import type { DeliveryStreamModel, Invoke } from "../../../../local/plan/data-plane";
import type { Numbering } from "../../../../local/plan/user-record-numbers";
import { localKinesis } from "../../../../local/services/clients";
import { TransformationBuffer } from "../../../../local/services/firehose/buffers";
import { compilePrefixes } from "../../../../local/services/firehose/prefix";
import { type DeliveryStream, startDeliveryStream } from "../../../../local/services/firehose/service";
import { transformationEvent } from "../../../../local/services/firehose/transformation";
import type { DeliveredRecord } from "../../../../local/services/firehose/user-records";
import { startKinesis } from "../../../../local/services/kinesis/service";
import { Positions } from "../../../../local/services/stream-consumer/positions";
import { openStore, type Store } from "../../../../local/store/store";
import { AGGREGATES } from "../../../support/kpl/aggregates";
import { BUCKET, type Engines, type GivenRecord, REGION, STREAM, startEngines } from "../../support/engines";

const FUNCTION = `arn:aws:lambda:${REGION}:123456789012:function:validate-records`;
const PREFIX =
  "json-data/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/";
const ERROR_PREFIX = `error-json/year=!{timestamp:yyyy}/!{firehose:error-output-type}/`;

const TRANSFORMATION = { functionArn: FUNCTION, bufferMiB: 1, bufferSeconds: 1, retries: 3 } as const;

const MODEL: DeliveryStreamModel = {
  address: "aws_kinesis_firehose_delivery_stream.raw",
  name: "retail-trans",
  arn: `arn:aws:firehose:${REGION}:123456789012:deliverystream/retail-trans`,
  streamArn: STREAM.arn,
  bucket: BUCKET,
  prefix: PREFIX,
  errorPrefix: ERROR_PREFIX,
  bufferMiB: 1,
  bufferSeconds: 1,
  compression: "UNCOMPRESSED",
  transformation: TRANSFORMATION,
};

/** Makes 20 ms of a second. */
const TIME_SCALE = 50;

let engines: Engines;
let delivery: DeliveryStream | undefined;
let notices: string[];

beforeEach(async () => {
  engines = await startEngines();
  notices = [];
});

afterEach(async () => {
  await delivery?.close();
  delivery = undefined;
  await engines.stop();
});

async function start(
  invoke: Invoke,
  {
    model = MODEL,
    timeScale = TIME_SCALE,
    numbering,
    store = engines.store,
  }: { model?: DeliveryStreamModel; timeScale?: number; numbering?: Numbering; store?: Store } = {},
): Promise<DeliveryStream> {
  const { s3 } = engines;
  delivery = await startDeliveryStream(model, {
    source: engines.stream.source,
    s3,
    invoke,
    store,
    timeScale,
    ...(numbering && { numbering }),
    onNotice: (message) => notices.push(message),
  });
  return delivery;
}

type Answer = (data: string, recordId: string) => Partial<FirehoseTransformationResultRecord>[];

/** A transformation that answers each record by what it says. */
function answering(answer: Answer): jest.Mock<Promise<unknown>, [string, unknown]> {
  return jest.fn(async (_arn: string, event: unknown) => ({
    records: (event as FirehoseTransformationEvent).records.flatMap(({ recordId, data }) =>
      answer(Buffer.from(data, "base64").toString(), recordId),
    ),
  }));
}

const passing: Answer = (data, recordId) => [ok(recordId, `${data}\n`)];

function ok(recordId: string, text: string): Partial<FirehoseTransformationResultRecord> {
  return { recordId, result: "Ok", data: Buffer.from(text).toString("base64") };
}

function numbered(count: number, first = 0, shard?: 0 | 1): GivenRecord[] {
  return Array.from({ length: count }, (_, n) => ({
    data: `${first + n}`,
    shard: shard ?? ((n % 2) as 0 | 1),
  }));
}

/** All lines under the prefix, in the order of objects' writing. */
async function lines(prefix = "json-data/"): Promise<string[]> {
  const objects = Object.values(await engines.objects(prefix));
  return objects.flatMap((body) => body.toString().split("\n").slice(0, -1));
}

function texts(records: readonly GivenRecord[]): string[] {
  return records.map(({ data }) => data);
}

describe("prefixes", () => {
  const arrival = Date.UTC(2026, 10, 24, 3, 5, 9);

  test.each([
    [PREFIX, "json-data/year=2026/month=11/day=24/hour=03/"],
    ["a/!{timestamp:yyyy-MM-dd'T'HH:mm:ss}/", "a/2026-11-24T03:05:09/"],
    ["a/!{timestamp:yyyy''MM'o''clock'}", "a/2026'11o'clock"],
    ["no time/", "no time/2026/11/24/03/"],
    ["", "2026/11/24/03/"],
  ])("%s", (prefix, expected) => {
    expect(compilePrefixes({ ...MODEL, prefix }).data(arrival)).toBe(expected);
  });

  test("the error prefix, and a random part that differs each time", () => {
    const { error } = compilePrefixes({ ...MODEL, errorPrefix: `!{firehose:random-string}/${ERROR_PREFIX}` });

    const [first, second] = [error(arrival), error(arrival)];

    expect(first).toMatch(/^[\w-]{11}\/error-json\/year=2026\/processing-failed\/$/);
    expect(first).not.toBe(second);
  });

  test.each([
    [
      { prefix: "!{timestamp:YYYY}/" },
      /prefix is .*!\{timestamp:YYYY\}: "YYYY" is not supported here; supported: yyyy MM dd/,
    ],
    [{ prefix: "!{timestamp:y}/" }, /"y" is not supported here/],
    [{ prefix: "!{partitionKeyFromQuery:a}/" }, /!\{partitionKeyFromQuery:a\} is not supported here/],
    [{ prefix: "!{firehose:error-output-type}/" }, /belongs in error_output_prefix/],
    [{ prefix: "a/!{timestamp:yyyy" }, /unfinished expression/],
    [{ errorPrefix: "error/" }, /error_output_prefix is "error\/": it must hold/],
  ])("%j is refused", async (change, message) => {
    await expect(start(answering(passing), { model: { ...MODEL, ...change } })).rejects.toThrow(message);
  });
});

describe("delivery", () => {
  test("records reach an object of Firehose's name, in the order of their shards", async () => {
    const stream = await start(answering(passing));
    const records = numbered(100);

    await engines.put(records);
    await eventually(() => expect(stream.progress().recordsDelivered).toBe(100));
    // Said once the positions are saved, which follows.
    await eventually(() => expect(stream.progress().newestMs).toBeGreaterThan(Date.now() - 60_000));
    expect(stream.progress().newestMs).toBeLessThanOrEqual(Date.now());

    const objects = await engines.objects();
    const hour = new Date().toISOString();
    const folder = `json-data/year=${hour.slice(0, 4)}/month=${hour.slice(5, 7)}/day=${hour.slice(8, 10)}/hour=${hour.slice(11, 13)}`;
    for (const key of Object.keys(objects)) {
      expect(key).toMatch(new RegExp(`^${folder}/retail-trans-1-\\d{4}(-\\d\\d){5}-[0-9a-f-]{36}$`));
    }
    const found = (await lines()).map(Number);
    expect(found.filter((n) => n % 2 === 0)).toEqual(Array.from({ length: 50 }, (_, n) => n * 2));
    expect(found.filter((n) => n % 2 === 1)).toEqual(Array.from({ length: 50 }, (_, n) => n * 2 + 1));
    expect(stream.progress()).toMatchObject({ recordsRead: 100, recordsFailed: 0, recordsDropped: 0 });
    expect(notices).toEqual([]);
  });

  test("the transformation's request is that of a stream as source", async () => {
    const invoke = answering(passing);
    await start(invoke);
    const [sequenceNumber] = await engines.put([{ data: "line", partitionKey: "part-00001", shard: 1 }]);
    await eventually(() => expect(invoke).toHaveBeenCalledTimes(1));

    const [arn, event] = invoke.mock.calls[0] ?? [];

    const arrival = expect.any(Number);
    expect(arn).toBe(FUNCTION);
    expect(event).toEqual({
      invocationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      deliveryStreamArn: MODEL.arn,
      sourceKinesisStreamArn: STREAM.arn,
      region: REGION,
      records: [
        {
          recordId: `${sequenceNumber}000000`,
          approximateArrivalTimestamp: arrival,
          data: Buffer.from("line").toString("base64"),
          kinesisRecordMetadata: {
            shardId: "shardId-000000000001",
            partitionKey: "part-00001",
            approximateArrivalTimestamp: arrival,
            sequenceNumber,
            subsequenceNumber: "",
          },
        },
      ],
    });
    const { approximateArrivalTimestamp: at } = (event as FirehoseTransformationEvent).records[0] ?? {};
    expect(Number.isInteger(at) && Math.abs(Number(at) - Date.now()) < 10_000).toBe(true);
  });

  test("what a record becomes: a truth table", async () => {
    const table: Record<string, Answer> = {
      ok: (_, id) => [ok(id, "ok\n")],
      emptied: (_, id) => [ok(id, "")],
      dropped: (_, id) => [{ recordId: id, result: "Dropped" }],
      failed: (_, id) => [{ recordId: id, result: "ProcessingFailed", data: "" }],
      forgotten: () => [],
      twice: (_, id) => [ok(id, "twice\n"), ok(id, "twice\n")],
      dataless: (_, id) => [{ recordId: id, result: "Ok" }],
      odd: (_, id) => [{ recordId: id, result: "odd" as "Ok" }],
      invented: (_, id) => [ok(id, "invented\n"), ok("nobody's", "nobody's\n")],
    };
    const invoke = answering((data, id) => table[data]?.(data, id) ?? []);
    const stream = await start(invoke);

    await engines.put(Object.keys(table).map((data) => ({ data })));
    await eventually(() => expect(stream.progress().recordsFailed).toBe(5));
    await eventually(() => expect(stream.progress().recordsDelivered).toBe(3));

    expect(await lines()).toEqual(["ok", "invented"]);
    const failures = (await lines(`error-json/year=${new Date().getUTCFullYear()}/processing-failed/`)).map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    );
    const codes = failures.map(({ rawData, errorCode }) => [
      Buffer.from(String(rawData), "base64").toString(),
      errorCode,
    ]);
    expect(codes).toEqual([
      ["failed", "Lambda.ProcessingFailedStatus"],
      ["forgotten", "Lambda.MissingRecordId"],
      ["twice", "Lambda.DuplicatedRecordId"],
      ["dataless", "Lambda.JsonProcessingException"],
      ["odd", "Lambda.JsonProcessingException"],
    ]);
    expect(failures[0]).toEqual({
      attemptsMade: 1,
      arrivalTimestamp: expect.any(Number),
      errorCode: "Lambda.ProcessingFailedStatus",
      errorMessage: "The function answered ProcessingFailed",
      attemptEndingTimestamp: expect.any(Number),
      rawData: Buffer.from("failed").toString("base64"),
      lambdaArn: FUNCTION,
    });
    expect(stream.progress()).toMatchObject({ recordsDropped: 1, failedInvocations: 0 });
  });

  test.each([
    ["throws", () => Promise.reject(new Error("no quarantine"))],
    ["answers nothing", async () => undefined],
    ["answers no records", async () => ({ batchItemFailures: [] })],
    ["answers a record without id", async () => ({ records: [{ result: "Ok" }] })],
    ["answers more than 6 MB", async () => ({ records: [], padding: "x".repeat(6 * 1024 * 1024) })],
  ])(
    "an invocation that %s is repeated, and after the last time all its records have failed",
    async (_, fault) => {
      const invoke = jest.fn<Promise<unknown>, [string, unknown]>(fault);
      const stream = await start(invoke, {
        model: { ...MODEL, transformation: { ...TRANSFORMATION, retries: 2 } },
      });

      await engines.put(numbered(3, 0, 0));
      await eventually(() => expect(stream.progress().recordsFailed).toBe(3));

      expect(invoke).toHaveBeenCalledTimes(3);
      expect(invoke.mock.calls[2]).toEqual(invoke.mock.calls[0]);
      const failures = (await lines("error-json/")).map(
        (line) => JSON.parse(line) as Record<string, unknown>,
      );
      expect(failures.map(({ rawData }) => Buffer.from(String(rawData), "base64").toString())).toEqual([
        "0",
        "1",
        "2",
      ]);
      expect(failures[0]).toMatchObject({ attemptsMade: 3, errorCode: "Lambda.FunctionError" });
      expect(stream.progress()).toMatchObject({ failedInvocations: 3, objects: 0 });
      expect(notices.at(-1)).toMatch(
        /3 records were not transformed; they are in s3:\/\/retail-bi-lake\/error-json/,
      );
    },
  );

  test("an invocation that works at last delivers", async () => {
    const pass = answering(passing);
    let attempts = 0;
    const invoke: Invoke = (arn, event) =>
      ++attempts < 3 ? Promise.reject(new Error("not yet")) : pass(arn, event);
    const stream = await start(invoke);

    await engines.put(numbered(3, 0, 0));
    await eventually(() => expect(stream.progress().recordsDelivered).toBe(3));

    expect(stream.progress()).toMatchObject({ failedInvocations: 2, recordsFailed: 0 });
  });

  test("an object is cut at its size, or at its age; the other of the two does not matter", async () => {
    const megabyte = { ...MODEL, bufferSeconds: 3_600 };
    const answer = jest.fn<ReturnType<Answer>, Parameters<Answer>>((data, recordId) =>
      data === "end" ? [{ recordId, result: "Dropped" }] : passing(data, recordId),
    );
    const stream = await start(answering(answer), { model: megabyte });
    const records = Array.from({ length: 30 }, (_, n) => ({ data: `${n}`.padEnd(100_000, "x") }));

    await engines.put(records);
    await eventually(() => expect(answer).toHaveBeenCalledTimes(30));
    // Two invocations run at once: when the second end is asked for, what was asked before the first lies in the buffer.
    for (const calls of [31, 32]) {
      await engines.put([{ data: "end" }]);
      await eventually(() => expect(answer).toHaveBeenCalledTimes(calls));
    }
    await eventually(() => expect(stream.progress().objects).toBe(2));
    await stream.close();

    const sizes = Object.values(await engines.objects()).map((body) => body.length);
    expect(sizes.sort()).toEqual([1_100_011, 1_100_011, 800_008]);
  });

  test("two invocations run at once; the answer that comes first waits for the one before it", async () => {
    const answer = answering(passing);
    const first = Promise.withResolvers<void>();
    const stream = await start(async (arn, event) => {
      if (answer.mock.calls.length === 0) await Promise.all([answer(arn, event), first.promise]);
      return answer(arn, event);
    });
    const big = (name: string) => ({ data: name.padEnd(900_000, "x"), shard: 0 as const });

    await engines.put([big("one"), big("two"), big("three"), big("four")]);
    await eventually(() => expect(answer).toHaveBeenCalledTimes(2));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(answer).toHaveBeenCalledTimes(2);
    expect(stream.progress().recordsDelivered).toBe(0);
    first.resolve();
    await eventually(() => expect(stream.progress().recordsDelivered).toBe(4));

    expect((await lines()).map((line) => line.replace(/x+$/, ""))).toEqual(["one", "two", "three", "four"]);
  });

  test("a delivery stream with GZIP and without a transformation", async () => {
    const { transformation: _, ...plain } = MODEL;
    const stream = await start(answering(passing), { model: { ...plain, compression: "GZIP" } });

    await engines.put([{ data: "a\n" }, { data: "b\n" }]);
    await eventually(() => expect(stream.progress().recordsDelivered).toBe(2));

    const objects = Object.entries(await engines.objects());
    expect(objects.map(([key, body]) => [key.slice(-3), gunzipSync(body).toString()])).toEqual([
      [".gz", "a\nb\n"],
    ]);
  });

  test("a read that fails in one shard loses nothing of the others", async () => {
    let reads = 0;
    const { source } = engines.stream;
    const read = source.read.bind(source);
    jest.spyOn(source, "read").mockImplementation((...place) => {
      if (++reads % 3 === 0) throw new Error("no answer");
      return read(...place);
    });
    const stream = await start(answering(passing));
    for (let n = 0; n < 40; n += 4) {
      await engines.put(numbered(4, n));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }

    await eventually(() => expect(stream.progress().recordsDelivered).toBe(40));

    expect((await lines()).sort()).toEqual(texts(numbered(40)).sort());
    expect(notices).toContain("delivery stream retail-trans: cannot read the stream: no answer");
  });

  describe("aggregated records", () => {
    const aggregate = AGGREGATES.find(({ what }) => what.startsWith("several keys"));
    if (!aggregate) throw new Error("there is no such aggregate");

    async function put(Data: Uint8Array): Promise<string> {
      const command = new PutRecordCommand({ StreamName: STREAM.name, Data, PartitionKey: "outer" });
      return (await engines.kinesis.send(command)).SequenceNumber ?? "";
    }

    test.each<[Numbering, (place: number) => string]>([
      ["ordered", (place) => String(place)],
      ["empty", () => ""],
      ["constant", () => "0"],
      ["from-one", (place) => String(place + 1)],
    ])("are unpacked before the transformation, numbering %s", async (numbering, subsequenceNumber) => {
      const invoke = answering(passing);
      const stream = await start(invoke, { numbering });

      const sequenceNumber = await put(aggregate.data);
      await put(Buffer.from("plain"));
      const count = aggregate.userRecords.length;
      await eventually(() => expect(stream.progress().recordsDelivered).toBe(count + 1));

      const records = invoke.mock.calls.flatMap(
        ([, event]) => (event as FirehoseTransformationEvent).records,
      );
      expect(records.map(({ data }) => Buffer.from(data, "base64").toString())).toEqual(
        expect.arrayContaining(aggregate.userRecords),
      );
      const unpacked = records.filter(({ recordId }) => recordId.startsWith(sequenceNumber));
      expect(unpacked.map(({ recordId }) => recordId)).toEqual(
        aggregate.userRecords.map((_, place) => `${sequenceNumber}${String(place).padStart(6, "0")}`),
      );
      expect(unpacked.map(({ kinesisRecordMetadata: metadata }) => metadata?.subsequenceNumber)).toEqual(
        aggregate.userRecords.map((_, place) => subsequenceNumber(place)),
      );
      expect(
        new Set(unpacked.map(({ kinesisRecordMetadata: metadata }) => metadata?.sequenceNumber)),
      ).toEqual(new Set([sequenceNumber]));
      expect(stream.progress()).toMatchObject({ recordsRead: count + 1, recordsFailed: 0 });
    });

    test("the position stays before a record that is delivered in part: a new start delivers all of it", async () => {
      const small = { ...MODEL, transformation: { ...TRANSFORMATION, bufferMiB: 0.001, retries: 1_000 } };
      const answers = answering(passing);
      let invocations = 0;
      const first = await start(
        (arn, event) => (++invocations > 2 ? Promise.reject(new Error("no answer")) : answers(arn, event)),
        { model: small },
      );
      await put(aggregate.data);
      await eventually(() => expect(invocations).toBeGreaterThan(2));
      await first.close();
      const delivered = (await lines()).length;
      expect(delivered).toBeGreaterThan(0);
      expect(delivered).toBeLessThan(aggregate.userRecords.length);

      const second = await start(answering(passing), { model: small });
      await eventually(() => expect(second.progress().recordsDelivered).toBe(aggregate.userRecords.length));
      const all = new Set(await lines());
      for (const line of aggregate.userRecords.flatMap((text) => text.split("\n")))
        expect(all).toContain(line);
    });
  });

  test("a request stays under 6 MB however small the records are", () => {
    const buffer = new TransformationBuffer(3 * 1024 * 1024, 60_000);
    const record: DeliveredRecord = {
      shardId: "shardId-000000000000",
      sequenceNumber: "4".repeat(56),
      partitionKey: '"\u0001'.repeat(10),
      arrivedAtMs: 1_795_000_000_000,
      data: Buffer.from("{}"),
      recordId: "4".repeat(62),
      subsequenceNumber: "",
      isLast: true,
    };

    while (!buffer.overflowsWith(record)) buffer.add(record);

    const bytes = Buffer.byteLength(JSON.stringify(transformationEvent(MODEL, buffer.take())));
    expect(bytes).toBeLessThanOrEqual(6 * 1024 * 1024);
    expect(bytes).toBeGreaterThan(3 * 1024 * 1024);
  });
});

describe("what is kept over a restart", () => {
  test("a new one begins at LATEST, and stands there from then on", async () => {
    await engines.put([
      { data: "before", shard: 0 },
      { data: "before", shard: 1 },
    ]);
    const first = await start(answering(passing));
    await first.close();
    await engines.put([{ data: "while it was down", shard: 1 }]);

    const second = await start(answering(passing));
    await engines.put([{ data: "while it was up", shard: 0 }]);
    await eventually(() => expect(second.progress().recordsDelivered).toBe(2));

    expect((await lines()).sort()).toEqual(["while it was down", "while it was up"]);
  });

  test("closing writes what is transformed, and the next start goes on behind it", async () => {
    const slow = { ...MODEL, bufferSeconds: 3_600 };
    const invoke = answering(passing);
    const first = await start(invoke, { model: slow });
    await engines.put(numbered(10));
    await eventually(() => expect(invoke).toHaveBeenCalled());
    await eventually(() => expect(first.progress().recordsRead).toBe(10));
    expect(first.progress().recordsDelivered).toBe(0);
    await first.close();
    const early = (await lines()).length;

    const second = await start(invoke);
    await engines.put(numbered(10, 10));
    await eventually(async () => expect((await lines()).length).toBe(20));

    expect(early).toBeGreaterThan(0);
    expect((await lines()).sort()).toEqual(texts(numbered(20)).sort());
    // Counted once the objects are written, which is when they can be seen.
    await eventually(() => expect(second.progress().recordsDelivered).toBe(20 - early));
  });

  test("a store that is down is waited for; closing meanwhile loses nothing", async () => {
    const first = await start(answering(passing));
    await engines.storeDown();
    await engines.put(numbered(10));
    await eventually(() =>
      expect(notices.join("\n")).toMatch(/cannot write s3:\/\/retail-bi-lake\/json-data/),
    );
    await first.close();
    expect(first.progress().recordsDelivered).toBe(0);

    const second = await start(answering(passing));
    await engines.put(numbered(10, 10));
    await engines.storeUp();
    await eventually(() => expect(second.progress().recordsDelivered).toBe(20));

    expect((await lines()).sort()).toEqual(texts(numbered(20)).sort());
  });

  test("an object that was written and not noted is written again, and nothing is missing", async () => {
    const first = await start(answering(passing));
    const kept = new Positions(engines.store, `delivery/${MODEL.name}`);
    const atStart = kept.load() ?? {};
    await engines.put(numbered(10));
    await eventually(() => expect(first.progress().recordsDelivered).toBe(10));
    await first.close();
    kept.save(atStart);

    const second = await start(answering(passing));
    await eventually(() => expect(second.progress().recordsDelivered).toBe(10));

    expect((await lines()).sort()).toEqual([...texts(numbered(10)), ...texts(numbered(10))].sort());
  });

  test("killed at any moment, with its stream, it has delivered all of it in the end", async () => {
    const dataDir = join(engines.dataDir, "killed");
    mkdirSync(dataDir);
    const s3 = await engines.s3.config.endpoint?.();
    const options = { s3: `http://${s3?.hostname}:${s3?.port}`, dataDir, model: MODEL, stream: STREAM };
    const script = `
      const { startDeliveryStream } = require("./local/services/firehose/service.ts");
      const { startKinesis } = require("./local/services/kinesis/service.ts");
      const { openStore } = require("./local/store/store.ts");
      const { localS3 } = require("./local/services/clients.ts");
      const o = ${JSON.stringify(options)};
      const invoke = async (_, { records }) => ({ records: records.map(({ recordId, data }) =>
        ({ recordId, result: "Ok", data: Buffer.from(Buffer.from(data, "base64") + "\\n").toString("base64") })) });
      (async () => {
        const store = openStore(o.dataDir);
        const stream = await startKinesis({ models: [o.stream], store });
        await startDeliveryStream(o.model, { source: stream.source, s3: localS3(o.s3, "${REGION}"), invoke,
          store, timeScale: ${TIME_SCALE} });
        stream.acceptPuts();
        process.stdout.write(stream.url);
      })();`;
    const runs = 3;
    const sent: string[] = [];

    for (let run = 0; run < runs; run++) {
      const child = spawn(process.execPath, ["--import", "tsx", "-e", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const url = await new Promise<string>((resolve) =>
        child.stdout.once("data", (text) => resolve(`${text}`)),
      );
      const kinesis = localKinesis(url, REGION);
      for (let batch = 0; batch < 10; batch++) {
        const records = numbered(20, sent.length);
        const Records = records.map(({ data }) => ({ Data: Buffer.from(data), PartitionKey: data }));
        await kinesis.send(new PutRecordsCommand({ StreamName: STREAM.name, Records }));
        sent.push(...texts(records));
        await new Promise((resolve) => setTimeout(resolve, 7));
      }
      child.kill("SIGKILL");
      await new Promise((resolve) => child.once("exit", resolve));
      kinesis.destroy();
    }
    const store = openStore(dataDir);
    const kinesis = await startKinesis({ models: [STREAM], store });
    const last = await startDeliveryStream(MODEL, {
      source: kinesis.source,
      s3: engines.s3,
      invoke: answering(passing),
      store,
      timeScale: TIME_SCALE,
    });
    await eventually(async () => expect(new Set(await lines()).size).toBe(sent.length));
    expect(new Set(await lines())).toEqual(new Set(sent));
    expect(last.progress().recordsFailed).toBe(0);
    await last.close();
    await kinesis.close();
    store.close();
  });
});

test("law: whatever the function does, a record is delivered, dropped or failed, once, in its shard's order", async () => {
  const scenario = fc.record({
    shards: fc.array(fc.constantFrom<0 | 1>(0, 1), { minLength: 1, maxLength: 60 }),
    /** What befalls the invocations, and then the records, one after the other. */
    throws: fc.infiniteStream(fc.integer({ min: 0, max: 2 }).map((n) => n === 0)),
    results: fc.infiniteStream(fc.constantFrom("Ok", "Ok", "Ok", "Dropped", "ProcessingFailed", "forgotten")),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async ({ shards, throws, results }) => {
      run++;
      const answer = answering((data, recordId) => {
        const { value: result } = results.next();
        if (result === "forgotten") return [];
        return result === "Ok" ? passing(data, recordId) : [{ recordId, result: result as "Dropped" }];
      });
      const invoke: Invoke = (arn, event) =>
        throws.next().value ? Promise.reject(new Error("as told")) : answer(arn, event);
      const model = { ...MODEL, name: `run-${run}`, transformation: { ...TRANSFORMATION, retries: 1 } };
      const stream = await start(invoke, { model });

      const given = shards.map((shard, n) => ({ data: `${run}:${shard}:${n}`, shard }));
      await engines.put(given);
      const counts = () => stream.progress();
      await eventually(() => {
        const { recordsDelivered, recordsDropped, recordsFailed } = counts();
        expect(recordsDelivered + recordsDropped + recordsFailed).toBe(given.length);
      });
      await stream.close();

      const ofThisRun = (text: string): boolean => text.startsWith(`${run}:`);
      const delivered = (await lines()).filter(ofThisRun);
      const failed = (await lines("error-json/"))
        .map((line) => Buffer.from((JSON.parse(line) as { rawData: string }).rawData, "base64").toString())
        .filter(ofThisRun);
      expect(counts()).toMatchObject({ recordsDelivered: delivered.length, recordsFailed: failed.length });
      const there = new Set([...delivered, ...failed]);
      expect(there.size).toBe(delivered.length + failed.length);
      for (const found of [delivered, failed]) {
        for (const shard of [0, 1]) {
          const inShard = (text: string): boolean => text.startsWith(`${run}:${shard}:`);
          expect(found.filter(inShard)).toEqual(
            texts(given).filter((text) => inShard(text) && found.includes(text)),
          );
        }
      }
    }),
    { numRuns: 15, endOnFailure: true },
  );
});
