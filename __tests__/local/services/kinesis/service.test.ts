import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  type KinesisClient,
  PutRecordCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from "@aws-sdk/client-kinesis";
import kinesalite from "kinesalite";
import { eventually } from "../../../../benchmarks/support/eventually";
import { listenOnLoopback } from "../../../../lib/loopback";
import type { StreamModel } from "../../../../local/plan/data-plane";
import { localKinesis } from "../../../../local/services/clients";
import { type KinesisService, startKinesis } from "../../../../local/services/kinesis/service";
import { ShardReader, startingPositions } from "../../../../local/services/stream-consumer/shard-reader";

const MODEL: StreamModel = {
  address: "aws_kinesis_stream.retail",
  name: "retail-trans",
  arn: "arn:aws:kinesis:eu-west-1:123456789012:stream/retail-trans",
  shardCount: 4,
  retentionHours: 48,
};

let dataDir: string;
let service: KinesisService;
let kinesis: KinesisClient;

async function start(model = MODEL): Promise<void> {
  service = await startKinesis({ models: [model], dataDir });
  kinesis = localKinesis(service.url, "eu-west-1");
}

async function stop(): Promise<void> {
  kinesis.destroy();
  await service.close();
}

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "stream-"));
  await start();
});

afterEach(async () => {
  await stop();
  rmSync(dataDir, { recursive: true });
});

async function put(first: number, count: number): Promise<void> {
  const Records = Array.from({ length: count }, (_, n) => ({
    Data: Buffer.from(`record ${first + n}`),
    PartitionKey: `part-${(first + n) % 50}`,
  }));
  for (let at = 0; at < count; at += 500) {
    const command = new PutRecordsCommand({ StreamName: MODEL.name, Records: Records.slice(at, at + 500) });
    expect((await kinesis.send(command)).FailedRecordCount).toBe(0);
  }
}

/** Everything from the given positions on, as texts in no order. */
async function readAll(positions: Readonly<Record<string, string | null>>): Promise<string[]> {
  const texts: string[] = [];
  for (const [shardId, position] of Object.entries(positions)) {
    const reader = new ShardReader(kinesis, MODEL.arn, shardId, position);
    for (let records = await reader.read(); records.length > 0; records = await reader.read()) {
      texts.push(...records.map(({ data }) => Buffer.from(data).toString()));
    }
  }
  return texts;
}

function numbered(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `record ${first + n}`);
}

test("the stream is as the Terraform describes it, and stays so", async () => {
  const summary = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: MODEL.name }));
  const split = kinesis.send(
    new SplitShardCommand({
      StreamName: MODEL.name,
      ShardToSplit: "shardId-000000000000",
      NewStartingHashKey: "9",
    }),
  );

  expect(summary.StreamDescriptionSummary).toMatchObject({
    StreamARN: MODEL.arn,
    StreamStatus: "ACTIVE",
    OpenShardCount: 4,
    RetentionPeriodHours: 48,
  });
  await expect(split).rejects.toThrow("SplitShard is not supported by the local run");
});

test("it counts what is put, by whomever, and when the last record came", async () => {
  expect(service.puts()).toEqual({ records: 0, refused: 0 });
  const before = Date.now();
  await put(0, 700);
  await kinesis.send(
    new PutRecordCommand({ StreamName: MODEL.name, Data: Buffer.from("one more"), PartitionKey: "a" }),
  );
  const tooMany = Array.from({ length: 501 }, () => ({ Data: Buffer.from("x"), PartitionKey: "a" }));
  await expect(
    kinesis.send(new PutRecordsCommand({ StreamName: MODEL.name, Records: tooMany })),
  ).rejects.toThrow();

  const { records, refused, lastMs } = service.puts();
  expect({ records, refused }).toEqual({ records: 701, refused: 0 });
  expect(lastMs).toBeGreaterThanOrEqual(before);
  expect(lastMs).toBeLessThanOrEqual(Date.now());
});

test("records outlive a restart, with their numbers", async () => {
  await put(0, 1200);
  const before = await startingPositions(kinesis, MODEL.arn, "LATEST");
  await stop();

  await start({ ...MODEL, retentionHours: 24 });
  await put(1200, 100);

  expect(await startingPositions(kinesis, MODEL.arn, "TRIM_HORIZON")).toEqual({
    "shardId-000000000000": null,
    "shardId-000000000001": null,
    "shardId-000000000002": null,
    "shardId-000000000003": null,
  });
  const all = await readAll(await startingPositions(kinesis, MODEL.arn, "TRIM_HORIZON"));
  expect(all.sort()).toEqual(numbered(0, 1300).sort());
  expect((await readAll(before)).sort()).toEqual(numbered(1200, 100).sort());
});

test("what was acknowledged outlives a kill", async () => {
  const killed = mkdtempSync(join(tmpdir(), "stream-killed-"));
  const script = `
    const { startKinesis } = require("./local/services/kinesis/service.ts");
    const { localKinesis } = require("./local/services/clients.ts");
    const { PutRecordsCommand } = require("@aws-sdk/client-kinesis");
    (async () => {
      const { url } = await startKinesis({ models: [${JSON.stringify(MODEL)}], dataDir: ${JSON.stringify(killed)} });
      const Records = Array.from({ length: 500 }, (_, n) => ({ Data: Buffer.from("record " + n), PartitionKey: "part-" + n }));
      await localKinesis(url, "eu-west-1").send(new PutRecordsCommand({ StreamName: "${MODEL.name}", Records }));
      process.kill(process.pid, "SIGKILL");
    })();`;
  const child = spawn(process.execPath, ["--import", "tsx", "-e", script], { stdio: "inherit" });
  const signal = await new Promise((resolve) => child.once("exit", (_, name) => resolve(name)));
  expect(signal).toBe("SIGKILL");
  await stop();
  rmSync(dataDir, { recursive: true });
  dataDir = killed;

  await start();

  const found = await readAll(await startingPositions(kinesis, MODEL.arn, "TRIM_HORIZON"));
  expect(found.sort()).toEqual(numbered(0, 500).sort());
});

test("another number of shards than the kept stream has is refused", async () => {
  await stop();

  await expect(start({ ...MODEL, shardCount: 2 })).rejects.toThrow(
    /retail-trans in .* has 4 shards, but aws_kinesis_stream.retail has 2; .* another --data-dir/,
  );

  await start();
});

test("a record whose number was given out before an empty read is still read after it", async () => {
  const [shardId = ""] = Object.keys(await startingPositions(kinesis, MODEL.arn, "LATEST"));
  const reader = new ShardReader(kinesis, MODEL.arn, shardId, null);
  const now = Date.now();
  const clock = jest.spyOn(Date, "now").mockReturnValue(now + 3_000);
  expect(await reader.read()).toEqual([]);
  clock.mockReturnValue(now);
  const record = {
    StreamName: MODEL.name,
    PartitionKey: "p",
    ExplicitHashKey: "0",
    Data: Buffer.from("late"),
  };

  await kinesis.send(new PutRecordCommand(record));
  clock.mockReturnValue(now + 3_000);
  const records = await reader.read();
  clock.mockRestore();

  expect(records.map(({ data }) => Buffer.from(data).toString())).toEqual(["late"]);
});

test("an expired iterator is renewed where the reading stood", async () => {
  await put(0, 50);
  const [shardId = ""] = Object.keys(await startingPositions(kinesis, MODEL.arn, "LATEST"));
  const reader = new ShardReader(kinesis, MODEL.arn, shardId, null);
  const first = await reader.read(1);
  const clock = jest.spyOn(Date, "now").mockReturnValue(Date.now() + 301_000);

  const rest = await reader.read();
  clock.mockRestore();

  const numbers = [...first, ...rest].map(({ sequenceNumber }) => BigInt(sequenceNumber));
  expect(first).toHaveLength(1);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers).toEqual([...numbers].sort((a, b) => (a < b ? -1 : 1)));
  expect(numbers.length).toBe((await readAll({ [shardId]: null })).length);
});

test("a consumer refuses a stream that was resharded elsewhere", async () => {
  const plain = kinesalite({ createStreamMs: 0, updateStreamMs: 0 });
  const client = localKinesis(await listenOnLoopback(plain, 0, "plain kinesalite"), "eu-west-1");
  try {
    await client.send(new CreateStreamCommand({ StreamName: MODEL.name, ShardCount: 1 }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const split = { ShardToSplit: "shardId-000000000000", NewStartingHashKey: (2n ** 127n).toString() };
    await client.send(new SplitShardCommand({ StreamName: MODEL.name, ...split }));

    await eventually(() =>
      expect(startingPositions(client, MODEL.arn, "LATEST")).rejects.toThrow(
        `${MODEL.arn} was resharded (shardId-000000000000,shardId-000000000001,shardId-000000000002)`,
      ),
    );
  } finally {
    client.destroy();
    await new Promise((resolve) => plain.close(resolve));
  }
});

test("a client that is killed within its request harms nobody", async () => {
  const { port, hostname } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  socket.write(
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nX-Amz-Target: Kinesis_20131202.PutRecord\r\n\r\n{",
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.resetAndDestroy();
  await new Promise((resolve) => setTimeout(resolve, 20));

  await put(0, 10);

  expect(await readAll(await startingPositions(kinesis, MODEL.arn, "TRIM_HORIZON"))).toHaveLength(10);
});

test("closing amid puts neither fails nor loses what was acknowledged", async () => {
  const outcomes = Array.from({ length: 40 }, (_, n) =>
    put(n * 10, 10).then(
      () => n * 10,
      () => undefined,
    ),
  );
  await outcomes[0];
  await stop();
  const acknowledged = (await Promise.all(outcomes)).filter((first) => first !== undefined);

  await start();

  const found = new Set(await readAll(await startingPositions(kinesis, MODEL.arn, "TRIM_HORIZON")));
  expect(acknowledged.length).toBeGreaterThan(0);
  for (const first of acknowledged) for (const text of numbered(first, 10)) expect(found).toContain(text);
});

test("it listens on the loopback address alone, and a taken port is named", async () => {
  expect(new URL(service.url).hostname).toBe("127.0.0.1");
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;

  const starting = startKinesis({ models: [MODEL], dataDir: join(dataDir, "second"), port });

  await expect(starting).rejects.toThrow(`port ${port} of the stream is taken by another process`);
  await new Promise((resolve) => other.close(resolve));
});
