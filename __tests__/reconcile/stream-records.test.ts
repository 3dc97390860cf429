import { GetRecordsCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { streamRecords } from "../../ops/reconcile/stream-records";
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
