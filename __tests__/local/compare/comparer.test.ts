import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { encodeRecordId } from "../../../contract/record-id";
import { type Comparer, startComparer } from "../../../local/compare/comparer";
import { RUN_STATE_FORMAT, type RunState } from "../../../local/runs/run-state";
import { startS3 } from "../../../local/services/s3/service";
import { Endpoint } from "../services/kinesis/fixture";
import { streamModel } from "../support/streams";

const STREAM = streamModel({ retentionHours: 48 });
const LINE = '{"InvoiceDate":"2011-12-09 08:26:00"}';

let endpoint: Endpoint;
let objects: Awaited<ReturnType<typeof startS3>>;
let comparer: Comparer | undefined;

beforeEach(async () => {
  endpoint = new Endpoint();
  await endpoint.start([STREAM]);
  const dataDir = join(endpoint.dataDir, "objects");
  mkdirSync(dataDir);
  objects = await startS3({ buckets: ["lake"], region: "eu-west-1", store: endpoint.store, dataDir });
});

afterEach(async () => {
  await comparer?.close();
  await objects.close();
  await endpoint.stop();
  endpoint.remove();
});

function start(changes: Partial<RunState> = {}): Comparer {
  comparer = startComparer({
    format: RUN_STATE_FORMAT,
    pid: process.pid,
    startedAt: Date.now(),
    name: "dev",
    dataDir: endpoint.dataDir,
    region: "eu-west-1",
    accountId: "000000000000",
    timeScale: 60,
    settleMs: 75_000,
    endpoints: {
      AWS_ENDPOINT_URL_KINESIS: endpoint.service.url,
      AWS_ENDPOINT_URL_S3: objects.url,
    },
    searchUrl: "http://127.0.0.1:1",
    contract: "InvoiceDate,InvoiceDate:s!",
    stream: { name: STREAM.name, retentionHours: 48 },
    lakeBucket: "lake",
    functions: [],
    schedules: [],
    failedInvocations: [],
    ...changes,
  });
  return comparer;
}

/** Puts lines. @returns the file of their identities */
async function put(count: number): Promise<string> {
  const Records = Array.from({ length: count }, (_, at) => ({
    Data: Buffer.from(LINE),
    PartitionKey: `part-${at}`,
  }));
  const answer = await endpoint.client.send(new PutRecordsCommand({ StreamName: STREAM.name, Records }));
  const ids = (answer.Records ?? []).map(({ ShardId = "", SequenceNumber = "" }) =>
    encodeRecordId({ shardId: ShardId, sequenceNumber: SequenceNumber, subsequenceNumber: 0, line: 0 }),
  );
  const file = join(endpoint.dataDir, "ledger");
  writeFileSync(file, ids.map((id) => `${id}\n`).join(""), { flag: "a" });
  return file;
}

test("compares in a thread, as often as it is asked to", async () => {
  const read: [string, number][] = [];
  const { compare } = start();
  const ledger = await put(3);
  const first = await compare(ledger, (...one) => read.push(one));
  expect(first).toMatchObject({ acknowledged: 3, agree: true, extra: [], counts: {} });
  expect(read).toEqual([
    ["stream", 3],
    ["quarantine", 0],
  ]);
  await put(2);
  expect(await compare(ledger, () => undefined)).toMatchObject({ acknowledged: 5, agree: true });
});

test("its own process keeps its environment", async () => {
  const before = { ...process.env };
  await start().compare(await put(1), () => undefined);
  expect({ ...process.env }).toEqual(before);
});

test("throws what the comparison throws, and goes on", async () => {
  const { compare } = start();
  const ledger = await put(1);
  const broken = join(endpoint.dataDir, "broken");
  writeFileSync(broken, "no identity\n");
  await expect(compare(broken, () => undefined)).rejects.toThrow('line 1: "no identity" is not a record_id');
  expect(await compare(ledger, () => undefined)).toMatchObject({ acknowledged: 1, agree: true });
});

test("says why its thread ended", async () => {
  const { compare } = start({ contract: "no contract" });
  await expect(compare("ledger", () => undefined)).rejects.toThrow("no contract");
  await expect(compare("ledger", () => undefined)).rejects.toThrow("no contract");
});

test("a comparison ends with its thread", async () => {
  const { compare, close } = start();
  const comparison = compare(await put(1), () => undefined);
  await Promise.all([close(), expect(comparison).rejects.toThrow("the thread of the comparison ended")]);
});
