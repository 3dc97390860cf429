import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  PutRecordCommand,
} from "@aws-sdk/client-kinesis";
import { retailTransaction } from "../../../contract/retail-transaction";
import { StreamTail } from "../../../local/page/stream-tail";
import { localKinesis } from "../../../local/services/clients";
import { readStream } from "../../../ops/reconcile/stream-lines";
import { GOOD_ROW } from "../../support/good-row";
import { meterReadings } from "../../support/meter-readings";
import { type Engines, REGION, STREAM, startEngines } from "../support/engines";

let engines: Engines;
let client: KinesisClient;
const good = JSON.stringify(GOOD_ROW);
const bad = "{";

beforeEach(async () => {
  engines = await startEngines();
  client = localKinesis(engines.stream.url, REGION);
});

afterEach(async () => {
  client.destroy();
  await engines.stop();
});

const open = (): Promise<StreamTail> =>
  StreamTail.open(engines.kinesis, STREAM.arn, retailTransaction, STREAM.retentionHours);
const total = (arrivals: StreamTail["accepted"]): number =>
  [...arrivals.buckets.values()].reduce((sum, lines) => sum + lines, 0);

test("counts lines, not records, by the judge of the layers, from before it was opened on, whoever sent them", async () => {
  await engines.put([{ data: `${good}\n${bad}\n${good}` }, { data: good, shard: 1 }]);
  const tail = await open();
  expect(tail.isCaughtUp).toBe(false);
  await tail.advance();
  expect([tail.isCaughtUp, total(tail.accepted), total(tail.refused)]).toEqual([true, 3, 1]);
  await client.send(
    new PutRecordCommand({ StreamName: STREAM.name, PartitionKey: "k", Data: Buffer.from(good) }),
  );
  await Promise.all([tail.advance(), tail.advance(), tail.advance()]);
  expect([total(tail.accepted), total(tail.refused)]).toEqual([4, 1]);
});

test("the judge is that of the contract", async () => {
  const reading = JSON.stringify({ meter_id: "m-1", reading_kwh: 1.5, read_at: "2026-11-24T09:30:00Z" });
  await engines.put([{ data: `${good}\n${reading}\n${good}` }]);
  const tail = await StreamTail.open(engines.kinesis, STREAM.arn, meterReadings, STREAM.retentionHours);
  await tail.advance();
  expect([total(tail.accepted), total(tail.refused)]).toEqual([1, 2]);
});

test("a stream that cannot be read is not counted to its end, until it can be again", async () => {
  const tail = await open();
  await tail.advance();
  const send = jest.spyOn(engines.kinesis, "send").mockRejectedValue(new Error("away") as never);
  await expect(tail.advance()).rejects.toThrow("away");
  expect(tail.isCaughtUp).toBe(false);
  send.mockRestore();
  await engines.put([{ data: good }]);
  await tail.advance();
  expect([tail.isCaughtUp, total(tail.accepted)]).toEqual([true, 1]);
});

test("a stream that always has more is counted up to now, and no further", async () => {
  const tail = await open();
  const send = engines.kinesis.send.bind(engines.kinesis);
  jest.spyOn(engines.kinesis, "send").mockImplementation((async (command: GetRecordsCommand) => {
    if (!(command instanceof GetRecordsCommand)) return send(command);
    for (const PartitionKey of ["a", "b", "c", "d"]) {
      await client.send(
        new PutRecordCommand({ StreamName: STREAM.name, PartitionKey, Data: Buffer.from(good) }),
      );
    }
    return send(command);
  }) as never);
  await tail.advance();
  expect(tail.lines).toBeGreaterThan(0);

  // As the comparison of an hour that goes on does.
  const now = Date.now();
  const window = { fromMs: now - 60_000, toMs: now - 1_000, minutesPerHour: 60 };
  await readStream(engines.kinesis, STREAM.name, retailTransaction, window, 1_000);
});

test("a client begins at an arrival time, also in a shard where nothing arrived since", async () => {
  await engines.put([{ data: good }]);
  const tail = await open();
  await tail.advance();
  tail.beginReadingsOf(client);
  const now = Date.now();
  const everything = { fromMs: now - 3_600_000, toMs: now + 60_000, minutesPerHour: 60 };
  // The second shard is empty: kinesalite itself would never answer.
  expect((await readStream(client, STREAM.name, retailTransaction, everything)).size).toBe(1);

  const later = {
    StreamName: STREAM.name,
    ShardId: "shardId-000000000001",
    Timestamp: new Date(now - 1_000),
  };
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({ ...later, ShardIteratorType: "AT_TIMESTAMP" }),
  );
  expect((await client.send(new GetRecordsCommand({ ShardIterator }))).Records).toEqual([]);
});

test("begins a minute early at most, never late", async () => {
  const [number] = await engines.put([{ data: good }, { data: good }]);
  const tail = await open();
  await tail.advance();
  const first = { ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: number };
  for (const ms of [0, Date.now(), Date.now() + 30_000]) {
    expect(tail.startFrom("shardId-000000000000", ms)).toEqual(first);
  }
  expect(tail.startFrom("shardId-000000000001", 0)).toEqual({ ShardIteratorType: "LATEST" });
});
