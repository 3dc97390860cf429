import { GetRecordsCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { recordsBetween, streamRecords } from "../../ops/reconcile/stream-records";
import { Endpoint, hashKey } from "../local/services/kinesis/fixture";
import { streamModel } from "../local/support/streams";

const STREAM = streamModel();

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

test("a shard whose read throughput is exceeded is read when there is some again", async () => {
  const Records = Array.from({ length: 8 }, (_, n) => ({
    Data: Buffer.from(`record ${n}`),
    PartitionKey: "k",
    ExplicitHashKey: hashKey(n % 4, 4),
  }));
  await endpoint.client.send(new PutRecordsCommand({ StreamName: STREAM.name, Records }));
  let now = Date.now();
  jest.spyOn(Date, "now").mockImplementation(() => now);
  let reads = 0;
  let throttled = 0;
  const send = endpoint.client.send.bind(endpoint.client);
  jest.spyOn(endpoint.client, "send").mockImplementation((async (command: GetRecordsCommand) => {
    if (!(command instanceof GetRecordsCommand)) return send(command);
    // Another consumer reads in between; a second passes when the throughput is exceeded.
    if (++reads === 2) for (let n = 0; n < 4; n++) await send(command);
    try {
      return await send(command);
    } catch (error) {
      throttled++;
      now += 1_000;
      throw error;
    }
  }) as never);

  const found: string[] = [];
  for await (const { data } of streamRecords(endpoint.client, STREAM.name))
    found.push(Buffer.from(data).toString());

  expect(throttled).toBe(1);
  expect(found.sort()).toEqual(Records.map(({ Data }) => Data.toString()));
});

describe("the records of a shard from one sequence number to another", () => {
  const SHARD = "shardId-000000000000";

  /** Puts records into one shard. @returns their sequence numbers */
  async function put(...texts: readonly string[]): Promise<bigint[]> {
    const Records = texts.map((text) => ({
      Data: Buffer.from(text),
      PartitionKey: "k",
      ExplicitHashKey: hashKey(0, 4),
    }));
    const answer = await endpoint.client.send(new PutRecordsCommand({ StreamName: STREAM.name, Records }));
    return (answer.Records ?? []).map(({ SequenceNumber = "" }) => BigInt(SequenceNumber));
  }

  async function between(first = 0n, last = 0n): Promise<string[]> {
    const found: string[] = [];
    for await (const { data } of recordsBetween(endpoint.client, STREAM.name, SHARD, { first, last }))
      found.push(Buffer.from(data).toString());
    return found;
  }

  test("are these, and no others", async () => {
    const [, first, , last] = await put("a", "b", "c", "d", "e");
    expect(await between(first, last)).toEqual(["b", "c", "d"]);
    expect(await between(first, first)).toEqual(["b"]);
  });

  test("are waited for at the tip: an acknowledged record may not be readable at once", async () => {
    const [first, last] = await put("a", "b");
    const send = endpoint.client.send.bind(endpoint.client);
    let reads = 0;
    jest.spyOn(endpoint.client, "send").mockImplementation((async (command: GetRecordsCommand) => {
      if (!(command instanceof GetRecordsCommand) || ++reads > 1) return send(command);
      return { Records: [], MillisBehindLatest: 0, NextShardIterator: command.input.ShardIterator };
    }) as never);
    expect(await between(first, last)).toEqual(["a", "b"]);
    expect(reads).toBe(2);
  });

  test("end where the shard has nothing more", async () => {
    const [first = 0n, last = 0n] = await put("a", "b");
    expect(await between(first, last + 1n)).toEqual(["a", "b"]);
  });
});
