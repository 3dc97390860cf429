import {
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  type KinesisClient,
  PutRecordsCommand,
} from "@aws-sdk/client-kinesis";
import { retailTransaction } from "../../contract/retail-transaction";
import { kinesisPut } from "../../loadgen/kinesis";
import { type Part, type SmokePorts, smoke } from "../../ops/smoke/smoke";
import { Endpoint, hashKey } from "../local/services/kinesis/fixture";
import { streamModel } from "../local/support/streams";

const STREAM = streamModel();
const SHARDS = STREAM.shardCount;

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

type Send = (command: unknown) => Promise<unknown>;

/** A record of another producer in each shard. */
async function putForeign(send: Send): Promise<void> {
  const Records = Array.from({ length: SHARDS }, (_, shard) => ({
    Data: Buffer.from('{"smoke_test":"of another"}'),
    PartitionKey: "foreign",
    ExplicitHashKey: hashKey(shard, SHARDS),
  }));
  await send(new PutRecordsCommand({ StreamName: STREAM.name, Records }));
}

/** Lets `answer` make the answers of the stream's reads. @returns the number of reads so far */
function reading(answer: (command: GetRecordsCommand, send: Send) => Promise<GetRecordsCommandOutput>) {
  const send = endpoint.client.send.bind(endpoint.client) as Send;
  let reads = 0;
  jest.spyOn(endpoint.client, "send").mockImplementation((async (command: unknown) => {
    if (!(command instanceof GetRecordsCommand)) return send(command);
    // More than any shard needs; without an end the test would not have one.
    if (++reads > 10 * SHARDS) throw new Error("the stream is read without an end");
    return answer(command, send);
  }) as KinesisClient["send"]);
  return { reads: () => reads, send };
}

async function smokeOf(put?: SmokePorts["put"]): Promise<Readonly<Record<string, Part>>> {
  const { client } = endpoint;
  const parts = await smoke({
    contract: retailTransaction,
    put: put ?? kinesisPut(client, STREAM.name),
    sources: { kinesis: client, streamName: STREAM.name, contract: retailTransaction },
    notReached: {},
    alarms: async () => ({ names: [], others: [] }),
    waitMs: 0,
    onPart: () => undefined,
    run: "a test",
    signal: new AbortController().signal,
  });
  return Object.fromEntries(parts.map((part) => [part.name, part]));
}

test("the stream's clock is 2 seconds ahead: every line is found", async () => {
  reading(async (command, send) => {
    const answer = (await send(command)) as GetRecordsCommandOutput;
    for (const record of answer.Records ?? []) {
      record.ApproximateArrivalTimestamp = new Date(
        Number(record.ApproximateArrivalTimestamp ?? Number.NaN) + 2_000,
      );
    }
    return answer;
  });
  expect((await smokeOf())["stream"]).toMatchObject({
    verdict: "ok",
    detail: expect.stringMatching(/^1000 of 1000 acknowledged lines in \d+ records$/),
  });
});

test("others write all the time: each shard is read to the last record of the test, and theirs are not counted", async () => {
  const { reads, send } = reading(async (command, read) => {
    await putForeign(read);
    return (await read(command)) as GetRecordsCommandOutput;
  });
  await putForeign(send);
  const put = kinesisPut(endpoint.client, STREAM.name);
  const among: SmokePorts["put"] = async (batch) => {
    await putForeign(send);
    return put(batch);
  };
  expect((await smokeOf(among))["stream"]).toMatchObject({
    verdict: "ok",
    detail: expect.stringMatching(/^1000 of 1000 acknowledged lines/),
  });
  expect(reads()).toBe(SHARDS);
});

test("acknowledged lines that the stream does not have are red, and no layer is ok without a line", async () => {
  reading(async (command, read) => {
    const answer = (await read(command)) as GetRecordsCommandOutput;
    return { ...answer, Records: [], MillisBehindLatest: 0 };
  });
  expect(await smokeOf()).toMatchObject({
    stream: { verdict: "failed", detail: expect.stringMatching(/^0 of 1000 acknowledged lines/) },
    quarantine: { verdict: "unknown", detail: expect.stringContaining("the stream has none of the lines") },
  });
}, 30_000);
