import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { connect } from "node:net";
import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordCommand,
  PutRecordsCommand,
} from "@aws-sdk/client-kinesis";
import { LOCAL_CREDENTIALS } from "../../../../local/services/credentials";
import { startKinesis } from "../../../../local/services/kinesis/service";
import { ShardReader, startingPositions } from "../../../../local/services/stream-consumer/shard-reader";
import { openStore, StoreFullError } from "../../../../local/store/store";
import { streamModel } from "../../support/streams";
import { Endpoint } from "./fixture";

const STREAM = streamModel({ retentionHours: 48 });

let endpoint: Endpoint;

beforeEach(async () => {
  endpoint = new Endpoint();
  await endpoint.start([STREAM]);
});

afterEach(async () => {
  jest.restoreAllMocks();
  await endpoint.stop();
  endpoint.remove();
});

async function put(first: number, count: number): Promise<void> {
  const Records = numbered(first, count).map((text, n) => ({
    Data: Buffer.from(text),
    PartitionKey: `part-${(first + n) % 50}`,
  }));
  for (let at = 0; at < count; at += 500) {
    const command = new PutRecordsCommand({ StreamName: STREAM.name, Records: Records.slice(at, at + 500) });
    expect((await endpoint.client.send(command)).FailedRecordCount).toBe(0);
  }
}

/** Everything from the given positions on, as texts in no order. */
async function readAll(positions: Readonly<Record<string, string | null>>): Promise<string[]> {
  const found: string[] = [];
  for (const [shardId, position] of Object.entries(positions)) {
    const reader = new ShardReader(endpoint.service.source, STREAM.arn, shardId, position);
    for (let records = await reader.read(); records.length > 0; records = await reader.read()) {
      found.push(...records.map(({ data }) => Buffer.from(data).toString()));
    }
  }
  return found;
}

function positions(start: "TRIM_HORIZON" | "LATEST"): Record<string, string | null> {
  return startingPositions(endpoint.service.source, STREAM.arn, start);
}

function numbered(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `record ${first + n}`);
}

test("records outlive a restart, with their numbers; the retention is the Terraform's", async () => {
  await put(0, 1200);
  const before = positions("LATEST");
  const iterator = { StreamName: STREAM.name, ShardId: "shardId-000000000001" };
  const { ShardIterator } = await endpoint.client.send(
    new GetShardIteratorCommand({ ...iterator, ShardIteratorType: "LATEST" }),
  );
  await endpoint.stop();

  await endpoint.start([{ ...STREAM, retentionHours: 24 }]);
  await put(1200, 100);

  expect(positions("TRIM_HORIZON")).toEqual(
    Object.fromEntries([0, 1, 2, 3].map((n) => [`shardId-00000000000${n}`, null])),
  );
  expect((await readAll(positions("TRIM_HORIZON"))).sort()).toEqual(numbered(0, 1300).sort());
  const since = await readAll(before);
  expect(since.sort()).toEqual(numbered(1200, 100).sort());
  const { Records = [] } = await endpoint.client.send(new GetRecordsCommand({ ShardIterator }));
  expect(Records.length).toBeGreaterThan(0);
  expect(since).toEqual(
    expect.arrayContaining(Records.map(({ Data }) => Buffer.from(Data ?? []).toString())),
  );
  const { StreamDescriptionSummary: summary } = await endpoint.client.send(
    new DescribeStreamSummaryCommand({ StreamName: STREAM.name }),
  );
  expect(summary?.RetentionPeriodHours).toBe(24);
});

test("what was acknowledged outlives a kill at any moment, and the rest is there at most once", async () => {
  const rounds = 6;
  const acknowledged = new Map<string, string>();
  const sent = new Set<string>();
  await endpoint.stop();
  const script = `
    const { startKinesis } = require("./local/services/kinesis/service.ts");
    const { openStore } = require("./local/store/store.ts");
    startKinesis({ models: [${JSON.stringify(STREAM)}], store: openStore(${JSON.stringify(endpoint.dataDir)}) })
      .then((service) => { service.acceptPuts(); process.stdout.write(service.url); });`;
  for (let round = 0; round < rounds; round++) {
    const child = spawn(process.execPath, ["--import", "tsx", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    const url = await new Promise<string>((resolve) =>
      child.stdout.once("data", (text) => resolve(`${text}`)),
    );
    const client = new KinesisClient({
      endpoint: url,
      region: "eu-west-1",
      credentials: LOCAL_CREDENTIALS,
      maxAttempts: 1,
    });
    // The kill comes while requests are in progress, after another number of answers in each round.
    let answers = 0;
    const producer = async (name: string): Promise<void> => {
      for (let n = 0; ; n++) {
        const Records = numbered(0, 20).map((text) => {
          const data = `${round} ${name} ${n} ${text}`;
          sent.add(data);
          return { Data: Buffer.from(data), PartitionKey: data };
        });
        const answer = await client
          .send(new PutRecordsCommand({ StreamName: STREAM.name, Records }))
          .catch(() => undefined);
        if (answer === undefined) return;
        for (const [at, { SequenceNumber }] of (answer.Records ?? []).entries()) {
          if (SequenceNumber !== undefined) {
            acknowledged.set(SequenceNumber, Buffer.from(Records[at]?.Data ?? []).toString());
          }
        }
        if (++answers === round * 3 + 1) child.kill("SIGKILL");
      }
    };
    await Promise.all(["a", "b", "c"].map(producer));
    expect(await exited).toBe("SIGKILL");
    client.destroy();
  }

  await endpoint.start([STREAM]);

  const found: string[] = [];
  const byNumber = new Map<string, string>();
  for (const shardId of endpoint.service.source.shardIds(STREAM.arn)) {
    for (const { sequenceNumber, data } of endpoint.service.source.read(STREAM.arn, shardId, null, 10_000)) {
      found.push(Buffer.from(data).toString());
      byNumber.set(sequenceNumber, Buffer.from(data).toString());
    }
  }
  expect(acknowledged.size).toBeGreaterThan(0);
  for (const [number, data] of acknowledged) expect([number, byNumber.get(number)]).toEqual([number, data]);
  expect(new Set(found).size).toBe(found.length);
  expect(byNumber.size).toBe(found.length);
  for (const data of found) expect(sent).toContain(data);
});

test("another number of shards than the stored stream has is refused", async () => {
  await endpoint.stop();

  await expect(endpoint.start([{ ...STREAM, shardCount: 2 }])).rejects.toThrow(
    /retail-trans has 4 shards, but aws_kinesis_stream.retail-trans has 2; .* another --data-dir/,
  );

  await endpoint.start([STREAM]);
});

test("no put is accepted before the consumers have their positions; a client that retries gets through", async () => {
  const other = new Endpoint();
  const store = openStore(other.dataDir);
  const service = await startKinesis({ models: [STREAM], store });
  const client = new KinesisClient({
    endpoint: service.url,
    region: "eu-west-1",
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 10,
  });
  const record = { StreamName: STREAM.name, Data: Buffer.from("x"), PartitionKey: "a" };
  let refused = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        refused++;
        expect(error).toMatchObject({ name: "ServiceUnavailable" });
        if (refused === 2) {
          expect(service.source.lastPosition(STREAM.arn, "shardId-000000000000")).toBeNull();
          service.acceptPuts();
        }
        throw error;
      }
    },
    { step: "finalizeRequest", priority: "low" },
  );

  const { SequenceNumber } = await client.send(new PutRecordCommand(record));

  expect(refused).toBe(2);
  expect(service.source.lastPosition(STREAM.arn, "shardId-000000000000")).toBe(SequenceNumber);
  client.destroy();
  await service.close();
  store.close();
  other.remove();
});

test("without room on the disk a put fails so that clients retry it, and goes on when there is room", async () => {
  const commit = jest.spyOn(endpoint.store, "commit").mockImplementation(() => {
    throw new StoreFullError("store.db", new Error("no space left"));
  });
  const put1 = { StreamName: STREAM.name, Data: Buffer.from("x"), PartitionKey: "a" };
  await expect(endpoint.client.send(new PutRecordCommand(put1))).rejects.toMatchObject({
    name: "ServiceUnavailable",
    $metadata: { httpStatusCode: 503 },
  });
  expect(await readAll(positions("TRIM_HORIZON"))).toEqual([]);
  commit.mockRestore();

  await put(0, 1);

  expect(await readAll(positions("TRIM_HORIZON"))).toEqual(["record 0"]);
});

test("a position of another stream is refused, not read as the beginning", () => {
  const { source } = endpoint.service;
  expect(() => source.read(STREAM.arn, "shardId-000000000000", "4", 1)).toThrow(
    "position 4 is not one of shardId-000000000000: start with another --data-dir",
  );
  expect(() => source.shardIds(`${STREAM.arn}x`)).toThrow(`there is no stream ${STREAM.arn}x`);
});

test("a client that is killed within its request harms nobody", async () => {
  const { port, hostname } = new URL(endpoint.service.url);
  const socket = connect(Number(port), hostname);
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  socket.write(
    `POST / HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: 1000\r\nX-Amz-Target: Kinesis_20131202.PutRecord\r\n\r\n{`,
  );
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.resetAndDestroy();
  await closed;

  await put(0, 10);

  expect(await readAll(positions("TRIM_HORIZON"))).toHaveLength(10);
});

test("closing amid puts neither fails nor loses what was acknowledged", async () => {
  const outcomes = Array.from({ length: 40 }, (_, n) =>
    put(n * 10, 10).then(
      () => n * 10,
      () => undefined,
    ),
  );
  await outcomes[0];
  await endpoint.stop();
  const acknowledged = (await Promise.all(outcomes)).filter((first) => first !== undefined);

  await endpoint.start([STREAM]);

  const found = new Set(await readAll(positions("TRIM_HORIZON")));
  expect(acknowledged.length).toBeGreaterThan(0);
  for (const first of acknowledged) for (const text of numbered(first, 10)) expect(found).toContain(text);
});

test("a taken port is named", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;

  await expect(startKinesis({ models: [STREAM], store: endpoint.store, port })).rejects.toThrow(
    `port ${port} of the stream is taken by another process`,
  );
  await new Promise((resolve) => other.close(resolve));
});
