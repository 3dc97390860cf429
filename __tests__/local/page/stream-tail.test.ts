import { GetRecordsCommand, type KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { retailTransaction } from "../../../contract/retail-transaction";
import type { RunTimeContract } from "../../../contract/variable";
import { StreamTail } from "../../../local/page/stream-tail";
import { localKinesis } from "../../../local/services/clients";
import { GOOD_ROW } from "../../support/good-row";
import { streamLines } from "../../support/lines-by-id";
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

const open = (contract: RunTimeContract = retailTransaction): StreamTail =>
  new StreamTail(engines.stream.source, STREAM.arn, contract, STREAM.retentionHours);
const total = (arrivals: StreamTail["accepted"]): number =>
  [...arrivals.buckets.values()].reduce((sum, lines) => sum + lines, 0);

test("counts lines, not records, by the judge of the layers, from before it was opened on, whoever sent them", async () => {
  await engines.put([{ data: `${good}\n${bad}\n${good}` }, { data: good, shard: 1 }]);
  const tail = open();
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
  const tail = open(meterReadings);
  await tail.advance();
  expect([total(tail.accepted), total(tail.refused)]).toEqual([1, 2]);
});

test("a stream that cannot be read is not counted to its end, until it can be again", async () => {
  const tail = open();
  await tail.advance();
  const read = jest.spyOn(engines.stream.source, "read").mockImplementation(() => {
    throw new Error("away");
  });
  await expect(tail.advance()).rejects.toThrow("away");
  expect(tail.isCaughtUp).toBe(false);
  read.mockRestore();
  await engines.put([{ data: good }]);
  await tail.advance();
  expect([tail.isCaughtUp, total(tail.accepted)]).toEqual([true, 1]);
});

test("a stream that always has more is counted up to now, and no further", async () => {
  const tail = open();
  const { source } = engines.stream;
  const read = source.read.bind(source);
  const more: Promise<unknown>[] = [];
  jest.spyOn(source, "read").mockImplementation((...place) => {
    for (const PartitionKey of ["a", "b", "c", "d"]) {
      const command = { StreamName: STREAM.name, PartitionKey, Data: Buffer.from(good) };
      more.push(engines.stream.client.send(new PutRecordCommand(command)));
    }
    return read(...place);
  });

  await tail.advance();

  await Promise.all(more);
  jest.restoreAllMocks();
  expect(tail.lines).toBeLessThan(more.length);
});

test("the comparison of an hour that goes on ends with its window", async () => {
  const send = engines.kinesis.send.bind(engines.kinesis);
  jest.spyOn(engines.kinesis, "send").mockImplementation((async (command: GetRecordsCommand) => {
    if (command instanceof GetRecordsCommand) await engines.put([{ data: good }, { data: good, shard: 1 }]);
    return send(command);
  }) as never);
  const now = Date.now();
  const window = { fromMs: now - 60_000, toMs: now - 1_000, minutesPerHour: 60 };

  expect((await streamLines(engines.kinesis, STREAM.name, retailTransaction, window, 500)).size).toBe(0);
});
