import {
  type _Record,
  DescribeLimitsCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  ListShardsCommand,
  type ListShardsCommandInput,
  ListStreamsCommand,
  ListTagsForResourceCommand,
  ListTagsForStreamCommand,
  PutRecordCommand,
  PutRecordsCommand,
  type PutRecordsRequestEntry,
  SplitShardCommand,
  SubscribeToShardCommand,
} from "@aws-sdk/client-kinesis";
import { cbor } from "@smithy/core/cbor";
import { streamModel } from "../../support/streams";
import { Endpoint, hashKey } from "./fixture";

const STREAM = streamModel({ retentionHours: 48, tags: { Stack: "dev", Owner: "lab" } });
const LARGE = streamModel({ name: "large", mode: "PROVISIONED", shardCount: 1, maxRecordKiB: 2048 });
const WIDE = streamModel({ name: "wide", mode: "PROVISIONED", shardCount: 1_101 });
const SHARDS = [0, 1, 2, 3].map((n) => `shardId-00000000000${n}`);
const [SHARD = ""] = SHARDS;
const HOUR_MS = 3_600_000;

let endpoint: Endpoint;

beforeEach(async () => {
  endpoint = new Endpoint();
  await endpoint.start([STREAM, LARGE, WIDE]);
});

afterEach(async () => {
  jest.restoreAllMocks();
  await endpoint.stop();
  endpoint.remove();
});

/** Lets so much time pass. */
function pass(ms: number): void {
  const now = Date.now();
  jest.spyOn(Date, "now").mockReturnValue(now + ms);
}

function entry(data: string | Uint8Array, shard = 0): PutRecordsRequestEntry {
  return { Data: Buffer.from(data), PartitionKey: "key", ExplicitHashKey: hashKey(shard, 4) };
}

/** Puts records into a shard. @returns their sequence numbers */
async function put(...data: string[]): Promise<string[]> {
  const Records = data.map((text) => entry(text));
  const output = await endpoint.client.send(new PutRecordsCommand({ StreamName: STREAM.name, Records }));
  expect(output.FailedRecordCount).toBe(0);
  return (output.Records ?? []).map(({ SequenceNumber = "" }) => SequenceNumber);
}

type IteratorStart = Pick<
  GetShardIteratorCommandInput,
  "ShardIteratorType" | "StartingSequenceNumber" | "Timestamp"
>;

async function iterator(start: IteratorStart, ShardId = SHARD, StreamName = STREAM.name): Promise<string> {
  const output = await endpoint.client.send(new GetShardIteratorCommand({ StreamName, ShardId, ...start }));
  return output.ShardIterator ?? "";
}

function get(ShardIterator: string, Limit?: number): Promise<GetRecordsCommandOutput> {
  return endpoint.client.send(
    new GetRecordsCommand({ ShardIterator, ...(Limit !== undefined && { Limit }) }),
  );
}

async function read(start: IteratorStart, ShardId = SHARD): Promise<string[]> {
  return texts((await get(await iterator(start, ShardId))).Records);
}

function texts(records: readonly _Record[] = []): string[] {
  return records.map(({ Data = new Uint8Array() }) => Buffer.from(Data).toString());
}

const TRIM_HORIZON = { ShardIteratorType: "TRIM_HORIZON" } as const;
const LATEST = { ShardIteratorType: "LATEST" } as const;

describe("describing", () => {
  test("the summary is as the Terraform says, by name and by ARN", async () => {
    const byName = await endpoint.client.send(new DescribeStreamSummaryCommand({ StreamName: STREAM.name }));
    const byArn = await endpoint.client.send(new DescribeStreamSummaryCommand({ StreamARN: STREAM.arn }));

    expect(byName.StreamDescriptionSummary).toMatchObject({
      StreamName: STREAM.name,
      StreamARN: STREAM.arn,
      StreamStatus: "ACTIVE",
      StreamModeDetails: { StreamMode: "ON_DEMAND" },
      OpenShardCount: 4,
      RetentionPeriodHours: 48,
      MaxRecordSizeInKiB: 1024,
      EncryptionType: "NONE",
      ConsumerCount: 0,
    });
    const { StreamCreationTimestamp } = byName.StreamDescriptionSummary ?? {};
    expect(Math.abs((StreamCreationTimestamp?.getTime() ?? 0) - Date.now())).toBeLessThan(HOUR_MS);
    expect(byArn.StreamDescriptionSummary).toEqual(byName.StreamDescriptionSummary);
  });

  test("the shards divide the hash keys without a gap", async () => {
    const { Shards = [] } = await endpoint.client.send(new ListShardsCommand({ StreamARN: WIDE.arn }));
    const rest = await endpoint.client.send(
      new ListShardsCommand({ StreamName: WIDE.name, ExclusiveStartShardId: Shards.at(-1)?.ShardId }),
    );
    const ranges = [...Shards, ...(rest.Shards ?? [])].map(({ HashKeyRange }) => [
      BigInt(HashKeyRange?.StartingHashKey ?? -1),
      BigInt(HashKeyRange?.EndingHashKey ?? -1),
    ]);

    expect(ranges).toHaveLength(WIDE.shardCount);
    expect(ranges[0]?.[0]).toBe(0n);
    expect(ranges.at(-1)?.[1]).toBe(2n ** 128n - 1n);
    for (const [at, [starting]] of ranges.slice(1).entries())
      expect(starting).toBe((ranges[at]?.[1] ?? 0n) + 1n);
  });

  test("ListShards pages by NextToken, and DescribeStream by shard id", async () => {
    const listed: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await endpoint.client.send(
        new ListShardsCommand(
          NextToken === undefined ? { StreamName: WIDE.name } : { NextToken, MaxResults: 70 },
        ),
      );
      listed.push(...(page.Shards ?? []).map(({ ShardId = "" }) => ShardId));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    const described: string[] = [];
    let more = true;
    while (more) {
      const { StreamDescription } = await endpoint.client.send(
        new DescribeStreamCommand({ StreamName: WIDE.name, ExclusiveStartShardId: described.at(-1) }),
      );
      described.push(...(StreamDescription?.Shards ?? []).map(({ ShardId = "" }) => ShardId));
      more = StreamDescription?.HasMoreShards ?? false;
    }

    expect(listed).toHaveLength(WIDE.shardCount);
    expect(new Set(listed).size).toBe(WIDE.shardCount);
    expect(described).toEqual(listed);
  });

  test.each<[string, () => ListShardsCommandInput, string[]]>([
    ["AT_LATEST", () => ({ ShardFilter: { Type: "AT_LATEST" } }), SHARDS],
    ["AT_TRIM_HORIZON", () => ({ ShardFilter: { Type: "AT_TRIM_HORIZON" } }), SHARDS],
    ["FROM_TRIM_HORIZON", () => ({ ShardFilter: { Type: "FROM_TRIM_HORIZON" } }), SHARDS],
    [
      "AFTER_SHARD_ID",
      () => ({ ShardFilter: { Type: "AFTER_SHARD_ID", ShardId: SHARDS[1] } }),
      SHARDS.slice(2),
    ],
    ["FROM_TIMESTAMP", () => ({ ShardFilter: { Type: "FROM_TIMESTAMP", Timestamp: new Date(0) } }), SHARDS],
    [
      "AT_TIMESTAMP before the stream",
      () => ({ ShardFilter: { Type: "AT_TIMESTAMP", Timestamp: new Date(0) } }),
      [],
    ],
    ["AT_TIMESTAMP now", () => ({ ShardFilter: { Type: "AT_TIMESTAMP", Timestamp: new Date() } }), SHARDS],
    ["ExclusiveStartShardId", () => ({ ExclusiveStartShardId: SHARDS[2] }), SHARDS.slice(3)],
  ])("ListShards filters by %s", async (_, input, ids) => {
    const { Shards = [] } = await endpoint.client.send(
      new ListShardsCommand({ StreamName: STREAM.name, ...input() }),
    );

    expect(Shards.map(({ ShardId }) => ShardId)).toEqual(ids);
  });

  test("ListStreams pages by name and by token", async () => {
    const first = await endpoint.client.send(new ListStreamsCommand({ Limit: 2 }));
    const { NextToken } = first;
    const byToken = await endpoint.client.send(new ListStreamsCommand({ NextToken }));
    const byName = await endpoint.client.send(
      new ListStreamsCommand({ ExclusiveStartStreamName: "retail-trans" }),
    );

    expect(first).toMatchObject({ StreamNames: ["large", "retail-trans"], HasMoreStreams: true });
    expect(byToken).toMatchObject({ StreamNames: ["wide"], HasMoreStreams: false });
    expect(byName.StreamNames).toEqual(["wide"]);
    expect(first.StreamSummaries?.[0]).toMatchObject({ StreamARN: LARGE.arn, StreamStatus: "ACTIVE" });
  });

  test("the tags are those of the Terraform", async () => {
    const tags = [
      { Key: "Owner", Value: "lab" },
      { Key: "Stack", Value: "dev" },
    ];
    const first = await endpoint.client.send(
      new ListTagsForStreamCommand({ StreamName: STREAM.name, Limit: 1 }),
    );
    const rest = await endpoint.client.send(
      new ListTagsForStreamCommand({ StreamName: STREAM.name, ExclusiveStartTagKey: "Owner" }),
    );
    const all = await endpoint.client.send(new ListTagsForResourceCommand({ ResourceARN: STREAM.arn }));

    expect(first).toMatchObject({ Tags: tags.slice(0, 1), HasMoreTags: true });
    expect(rest).toMatchObject({ Tags: tags.slice(1), HasMoreTags: false });
    expect(all.Tags).toEqual(tags);
  });
});

describe("putting", () => {
  test("PutRecord by name and by ARN: the shard of the key's MD5, rising numbers of 56 digits", async () => {
    const input = { PartitionKey: "a", Data: Buffer.from("1") };
    const first = await endpoint.client.send(new PutRecordCommand({ ...input, StreamName: STREAM.name }));
    const second = await endpoint.client.send(
      new PutRecordCommand({
        ...input,
        StreamARN: STREAM.arn,
        ...(first.SequenceNumber !== undefined && { SequenceNumberForOrdering: first.SequenceNumber }),
      }),
    );

    // md5("a") = 0cc175b9…: the first quarter of the hash keys.
    expect([first.ShardId, second.ShardId]).toEqual([SHARD, SHARD]);
    expect(first.SequenceNumber).toMatch(/^49\d{54}$/);
    expect(BigInt(second.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(first.SequenceNumber ?? 0));
  });

  test("an explicit hash key overrides the MD5, to the last one", async () => {
    const { Records = [] } = await endpoint.client.send(
      new PutRecordsCommand({
        StreamARN: STREAM.arn,
        Records: [
          "0",
          hashKey(1, 4),
          (BigInt(hashKey(1, 4)) - 1n).toString(),
          (2n ** 128n - 1n).toString(),
        ].map((ExplicitHashKey) => ({ ExplicitHashKey, PartitionKey: "a", Data: Buffer.from("x") })),
      }),
    );

    expect(Records.map(({ ShardId }) => ShardId)).toEqual([SHARD, SHARDS[1], SHARD, SHARDS[3]]);
  });

  test("bytes and partition keys are kept as they are", async () => {
    const Data = Uint8Array.from({ length: 256 }, (_, n) => n);
    const PartitionKey = "ключ €🙂".padEnd(256, "ü");
    const record = { Data, PartitionKey, ExplicitHashKey: "0" };
    const empty = { Data: new Uint8Array(), PartitionKey: '\\"\n', ExplicitHashKey: "0" };
    await endpoint.client.send(new PutRecordsCommand({ StreamName: STREAM.name, Records: [record, empty] }));

    const { Records = [] } = await get(await iterator(TRIM_HORIZON));

    expect(Records.map(({ PartitionKey: key, Data: bytes }) => [key, Buffer.from(bytes ?? [])])).toEqual([
      [PartitionKey, Buffer.from(Data)],
      ['\\"\n', Buffer.alloc(0)],
    ]);
    const arrival = Records[0]?.ApproximateArrivalTimestamp?.getTime() ?? 0;
    expect(Math.abs(arrival - Date.now())).toBeLessThan(HOUR_MS);
  });

  test("500 records are taken, and 1 MiB of data and key; more is not", async () => {
    const Records = Array.from({ length: 500 }, () => ({ Data: Buffer.from("x"), PartitionKey: "a" }));
    const largest = { Data: Buffer.alloc(1024 * 1024 - 1), PartitionKey: "b" };

    await endpoint.client.send(new PutRecordsCommand({ StreamName: STREAM.name, Records }));
    await endpoint.client.send(new PutRecordCommand({ StreamName: STREAM.name, ...largest }));

    expect(endpoint.service.puts()).toMatchObject({ records: 501, refused: 0 });
  });

  test("a stream can have larger records, up to its own size, and requests of 10 MiB", async () => {
    const record = (bytes: number) => ({ Data: Buffer.alloc(bytes - 1), PartitionKey: "k" });
    const large = { StreamName: LARGE.name, ...record(2048 * 1024) };

    await endpoint.client.send(new PutRecordCommand(large));
    await expect(
      endpoint.client.send(new PutRecordCommand({ ...large, ...record(2048 * 1024 + 1) })),
    ).rejects.toMatchObject({ name: "InvalidArgumentException" });
    pass(10_000);
    const ten = { StreamName: STREAM.name, Records: Array.from({ length: 10 }, () => record(1024 * 1024)) };
    expect((await endpoint.client.send(new PutRecordsCommand(ten))).FailedRecordCount).toBe(9);
    const more = { ...ten, Records: [...ten.Records, record(2)] };
    await expect(endpoint.client.send(new PutRecordsCommand(more))).rejects.toMatchObject({
      name: "InvalidArgumentException",
      message: "Records size exceeds 10 MB limit",
    });
  });

  test("a shard takes 1,000 records a second; the others are not affected, and it takes more later", async () => {
    pass(0);
    const Records = Array.from({ length: 500 }, () => entry("x"));
    const command = new PutRecordsCommand({ StreamName: STREAM.name, Records });
    await endpoint.client.send(command);
    await endpoint.client.send(command);
    const mixed = [entry("hot"), entry("cold", 1), entry("hot")];

    const output = await endpoint.client.send(
      new PutRecordsCommand({ StreamName: STREAM.name, Records: mixed }),
    );
    const single = endpoint.client.send(new PutRecordCommand({ StreamName: STREAM.name, ...entry("hot") }));

    const ErrorMessage = `Rate exceeded for shard ${SHARD} in stream retail-trans under account 123456789012.`;
    const refused = { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage };
    expect(output).toMatchObject({
      FailedRecordCount: 2,
      Records: [refused, { ShardId: SHARDS[1], SequenceNumber: expect.any(String) }, refused],
    });
    await expect(single).rejects.toMatchObject({ name: refused.ErrorCode, message: ErrorMessage });
    expect(endpoint.service.puts()).toMatchObject({ records: 1_001, refused: 3 });
    pass(250);
    expect((await endpoint.client.send(command)).FailedRecordCount).toBe(250);
  });

  test("a shard takes 1 MiB a second", async () => {
    pass(0);
    const half = entry(Buffer.alloc(512 * 1024 - 3));
    const command = new PutRecordsCommand({ StreamName: STREAM.name, Records: [half, half, entry("x")] });
    expect((await endpoint.client.send(command)).FailedRecordCount).toBe(1);
    pass(500);
    expect((await endpoint.client.send(command)).FailedRecordCount).toBe(2);
  });

  test("DryRun says whether it would succeed, and stores nothing", async () => {
    const dry = { StreamName: STREAM.name, ...entry("x"), DryRun: true };

    await expect(endpoint.client.send(new PutRecordCommand(dry))).rejects.toMatchObject({
      name: "DryRunOperationException",
    });
    await expect(
      endpoint.client.send(new PutRecordCommand({ ...dry, StreamName: "other" })),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    expect(await read(TRIM_HORIZON)).toEqual([]);
  });
});

describe("reading", () => {
  test("the five iterators", async () => {
    const [first = "", second = ""] = await put("1", "2", "3");
    const latest = await iterator(LATEST);
    pass(5_000);
    const between = new Date(Date.now() - 1_000);
    await put("4");

    expect(await read(TRIM_HORIZON)).toEqual(["1", "2", "3", "4"]);
    expect(texts((await get(latest)).Records)).toEqual(["4"]);
    pass(1_000);
    const at = { ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: second } as const;
    expect(await read(at)).toEqual(["2", "3", "4"]);
    const after = { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: first } as const;
    expect(await read(after)).toEqual(["2", "3", "4"]);
    expect(await read({ ShardIteratorType: "AT_TIMESTAMP", Timestamp: between })).toEqual(["4"]);
    expect(await read({ ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(0) })).toHaveLength(4);
  });

  test("AT_TIMESTAMP answers in a shard that is empty, and reads what comes then", async () => {
    const start = await iterator({ ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date() });

    expect((await get(start)).Records).toEqual([]);
    await put("later");
    expect(texts((await get(start)).Records)).toEqual(["later"]);
  });

  test("a shard is read from the number before its first record", async () => {
    const { Shards = [] } = await endpoint.client.send(new ListShardsCommand({ StreamName: STREAM.name }));
    const StartingSequenceNumber = Shards[0]?.SequenceNumberRange?.StartingSequenceNumber ?? "";
    await put("1");

    expect(await read({ ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber })).toEqual(["1"]);
    expect(await read({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber })).toEqual(["1"]);
  });

  test("MillisBehindLatest is 0 at the tip only: a loop that ends there has read everything", async () => {
    await put("1", "2", "3");
    const start = await iterator(TRIM_HORIZON);
    expect((await get(start, 1)).MillisBehindLatest).toBeGreaterThan(0);
    pass(7_000);

    const first = await get(start, 2);
    expect(first.MillisBehindLatest).toBeGreaterThanOrEqual(7_000);
    const second = await get(first.NextShardIterator ?? "", 2);
    expect([...texts(first.Records), ...texts(second.Records)]).toEqual(["1", "2", "3"]);
    expect(second.MillisBehindLatest).toBe(0);
    pass(60_000);
    expect(await get(second.NextShardIterator ?? "")).toMatchObject({ Records: [], MillisBehindLatest: 0 });
  });

  test("an answer has at most 10 MiB", async () => {
    const record = { Data: Buffer.alloc(1024 * 1024 - 3), PartitionKey: "key", ExplicitHashKey: "0" };
    for (let n = 0; n < 12; n++) {
      pass(1_000);
      await endpoint.client.send(new PutRecordCommand({ StreamName: STREAM.name, ...record }));
    }

    const first = await get(await iterator(TRIM_HORIZON));
    pass(5_001);
    const second = await get(first.NextShardIterator ?? "");

    expect([first.Records?.length, second.Records?.length]).toEqual([10, 2]);
    expect(first.MillisBehindLatest).toBeGreaterThan(0);
  });

  test("a shard answers five reads a second and, after 10 MiB, none for five seconds", async () => {
    pass(0);
    const start = await iterator(TRIM_HORIZON);
    for (let n = 0; n < 5; n++) await get(start);
    const throttled = {
      name: "ProvisionedThroughputExceededException",
      message: `Rate exceeded for shard ${SHARD} in stream retail-trans under account 123456789012.`,
    };
    await expect(get(start)).rejects.toMatchObject(throttled);
    await get(await iterator(TRIM_HORIZON, SHARDS[1]));
    for (let n = 0; n < 10; n++) {
      pass(1_000);
      await endpoint.client.send(
        new PutRecordCommand({ StreamName: STREAM.name, ...entry(Buffer.alloc(1024 * 1024 - 3)) }),
      );
    }
    await get(start);
    pass(4_900);
    await expect(get(start)).rejects.toMatchObject(throttled);
    pass(100);
    await get(start);
  });

  test("the run's own parts are not throttled", async () => {
    await put("1");
    const { client } = endpoint.service;
    const ShardIterator = await iterator(TRIM_HORIZON);

    for (let n = 0; n < 20; n++) {
      const { Records } = await client.send(new GetRecordsCommand({ ShardIterator }));
      expect(texts(Records)).toEqual(["1"]);
    }
  });

  test("an iterator expires after five minutes", async () => {
    pass(0);
    const start = await iterator(TRIM_HORIZON);
    pass(300_000);
    await get(start);
    pass(1);
    await expect(get(start)).rejects.toMatchObject({
      name: "ExpiredIteratorException",
      message: expect.stringMatching(
        /^Iterator expired\. The iterator was created at time \w{3} \w{3} \d\d [\d:]{8} UTC \d{4} while right now it is /,
      ),
    });
  });

  test("a record expires with the stream's retention, and its number then means the oldest record", async () => {
    const [old = ""] = await put("old");
    pass(47 * HOUR_MS);
    await put("new");
    expect(await read(TRIM_HORIZON)).toEqual(["old", "new"]);
    pass(2 * HOUR_MS);

    expect(await read(TRIM_HORIZON)).toEqual(["new"]);
    const at = { ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: old } as const;
    expect(await read(at)).toEqual(["new"]);
    // The next put deletes it.
    await put("newer");
    const kept = [...endpoint.store.table("stream-records").entries()].map(([, value]) => String(value));
    expect(kept.filter((value) => value.includes("old"))).toEqual([]);
    expect(kept.filter((value) => value.includes("new"))).toHaveLength(2);
  });

  test("numbers rise although all records have expired", async () => {
    const [first = "0"] = await put("old");
    pass(100 * HOUR_MS);
    expect(await read(TRIM_HORIZON)).toEqual([]);
    const [second = "0"] = await put("new");

    expect(BigInt(second)).toBeGreaterThan(BigInt(first));
    expect(await read(TRIM_HORIZON)).toEqual(["new"]);
  });

  test("arrivals and numbers keep their order when the clock is set back", async () => {
    await put("1");
    pass(-60_000);
    await put("2");

    const { Records = [] } = await get(await iterator(TRIM_HORIZON));
    const [first, second] = Records.map(
      ({ ApproximateArrivalTimestamp }) => ApproximateArrivalTimestamp?.getTime() ?? 0,
    );
    expect(texts(Records)).toEqual(["1", "2"]);
    expect(second).toBe(first);
  });
});

describe("what is refused", () => {
  const name = { StreamName: STREAM.name };
  const record = { PartitionKey: "a", Data: Buffer.from("x") };
  const shard = { ...name, ShardId: SHARD };
  const commands = (): [string, Promise<unknown>, string, string | RegExp][] => {
    const { client } = endpoint;
    const many = Array.from({ length: 501 }, () => record);
    const other = `${STREAM.arn.replace(":123456789012:", ":210987654321:")}`;
    const elsewhere = STREAM.arn.replace("eu-west-1", "us-east-1");
    return [
      [
        "501 records",
        client.send(new PutRecordsCommand({ ...name, Records: many })),
        "ValidationException",
        /^1 validation error detected: .* at 'records' failed to satisfy constraint: Member must have length less than or equal to 500$/,
      ],
      [
        "no records",
        client.send(new PutRecordsCommand({ ...name, Records: [] })),
        "ValidationException",
        /Member must have length greater than or equal to 1$/,
      ],
      [
        "a long partition key",
        client.send(
          new PutRecordsCommand({ ...name, Records: [record, { ...record, PartitionKey: "k".repeat(257) }] }),
        ),
        "ValidationException",
        /at 'records\.2\.member\.partitionKey' failed to satisfy constraint: Member must have length less than or equal to 256$/,
      ],
      [
        "several faults at once",
        client.send(new PutRecordCommand({ StreamName: "a b", Data: Buffer.from("x"), PartitionKey: "" })),
        "ValidationException",
        /^2 validation errors detected: .*'streamName'.*; .*'partitionKey'/,
      ],
      [
        "a record above 1 MiB",
        client.send(new PutRecordCommand({ ...name, ...record, Data: Buffer.alloc(1024 * 1024) })),
        "InvalidArgumentException",
        /1048577 bytes.*1048576 bytes$/,
      ],
      [
        "a hash key that is none",
        client.send(new PutRecordCommand({ ...name, ...record, ExplicitHashKey: "01" })),
        "ValidationException",
        /'explicitHashKey' failed to satisfy constraint: Member must satisfy regular expression pattern/,
      ],
      [
        "a hash key out of range",
        client.send(new PutRecordCommand({ ...name, ...record, ExplicitHashKey: (2n ** 128n).toString() })),
        "InvalidArgumentException",
        "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was 340282366920938463463374607431768211456",
      ],
      [
        "an ordering number that was not given",
        client.send(new PutRecordCommand({ ...name, ...record, SequenceNumberForOrdering: "12" })),
        "InvalidArgumentException",
        /^ExclusiveMinimumSequenceNumber 12 used in PutRecord on stream retail-trans under account 123456789012 is invalid\.$/,
      ],
      [
        "an unknown stream",
        client.send(new PutRecordCommand({ StreamName: "other", ...record })),
        "ResourceNotFoundException",
        "Stream other under account 123456789012 not found.",
      ],
      [
        "no stream",
        client.send(new DescribeStreamSummaryCommand({})),
        "InvalidArgumentException",
        "Either StreamName or StreamARN must be provided.",
      ],
      [
        "a name and an ARN of different streams",
        client.send(new PutRecordCommand({ StreamName: LARGE.name, StreamARN: STREAM.arn, ...record })),
        "InvalidArgumentException",
        /name different streams/,
      ],
      [
        "an ARN of another account",
        client.send(new PutRecordCommand({ StreamARN: other, ...record })),
        "AccessDeniedException",
        /is in account 210987654321/,
      ],
      [
        "an ARN of another region",
        client.send(new PutRecordCommand({ StreamARN: elsewhere, ...record })),
        "ResourceNotFoundException",
        /us-east-1 under account 123456789012 not found/,
      ],
      [
        "a shard that is not there",
        client.send(new GetShardIteratorCommand({ ...shard, ShardId: "shardId-000000000004", ...LATEST })),
        "ResourceNotFoundException",
        "Shard shardId-000000000004 in stream retail-trans under account 123456789012 does not exist",
      ],
      [
        "a shard id that is none",
        client.send(new GetShardIteratorCommand({ ...shard, ShardId: "first", ...LATEST })),
        "ResourceNotFoundException",
        "Could not find shard first in stream retail-trans under account 123456789012.",
      ],
      [
        "an iterator type that is none",
        client.send(new GetShardIteratorCommand({ ...shard, ShardIteratorType: "OLDEST" as "LATEST" })),
        "ValidationException",
        /Member must satisfy enum value set/,
      ],
      [
        "AT_SEQUENCE_NUMBER without a number",
        client.send(new GetShardIteratorCommand({ ...shard, ShardIteratorType: "AT_SEQUENCE_NUMBER" })),
        "InvalidArgumentException",
        /Request specified AT_SEQUENCE_NUMBER and no StartingSequenceNumber\.$/,
      ],
      [
        "LATEST with a number",
        client.send(new GetShardIteratorCommand({ ...shard, ...LATEST, StartingSequenceNumber: "1" })),
        "InvalidArgumentException",
        /Request specified LATEST and also a StartingSequenceNumber\.$/,
      ],
      [
        "a number that is none",
        client.send(
          new GetShardIteratorCommand({
            ...shard,
            ShardIteratorType: "AT_SEQUENCE_NUMBER",
            StartingSequenceNumber: "12",
          }),
        ),
        "InvalidArgumentException",
        `StartingSequenceNumber 12 used in GetShardIterator on shard ${SHARD} in stream retail-trans under account 123456789012 is invalid.`,
      ],
      [
        "AT_TIMESTAMP without a time",
        client.send(new GetShardIteratorCommand({ ...shard, ShardIteratorType: "AT_TIMESTAMP" })),
        "InvalidArgumentException",
        /^Must specify timestampInMillis parameter/,
      ],
      [
        "a time in the future",
        client.send(
          new GetShardIteratorCommand({
            ...shard,
            ShardIteratorType: "AT_TIMESTAMP",
            Timestamp: new Date(Date.now() + 60_000),
          }),
        ),
        "InvalidArgumentException",
        /^The timestampInMillis parameter cannot be greater than the currentTimestampInMillis/,
      ],
      [
        "10,001 records",
        client.send(new GetRecordsCommand({ ShardIterator: "x", Limit: 10_001 })),
        "ValidationException",
        /'limit' failed to satisfy constraint: Member must have value less than or equal to 10000$/,
      ],
      [
        "a NextToken with a name",
        client.send(new ListShardsCommand({ ...name, NextToken: "x" })),
        "InvalidArgumentException",
        "NextToken and StreamName cannot be provided together.",
      ],
      [
        "a malformed NextToken",
        client.send(new ListShardsCommand({ NextToken: "x" })),
        "InvalidArgumentException",
        "Invalid NextToken.",
      ],
      [
        "a malformed NextToken of streams",
        client.send(new ListStreamsCommand({ NextToken: "x" })),
        "InvalidArgumentException",
        "Invalid NextToken.",
      ],
      [
        "a filter without its time",
        client.send(new ListShardsCommand({ ...name, ShardFilter: { Type: "AT_TIMESTAMP" } })),
        "InvalidArgumentException",
        /^Timestamp must be specified/,
      ],
      [
        "a change of the stream",
        client.send(new SplitShardCommand({ ...name, ShardToSplit: SHARD, NewStartingHashKey: "9" })),
        "UnsupportedOperationException",
        /^SplitShard is not supported by the local run: only Terraform changes its streams/,
      ],
      [
        "enhanced fan-out",
        client.send(
          new SubscribeToShardCommand({
            ConsumerARN: `${STREAM.arn}/consumer/c:1`,
            ShardId: SHARD,
            StartingPosition: { Type: "LATEST" },
          }),
        ),
        "UnsupportedOperationException",
        /^SubscribeToShard is not supported by the local run: it has no enhanced fan-out/,
      ],
      [
        "an account's limits",
        client.send(new DescribeLimitsCommand({})),
        "UnsupportedOperationException",
        /^DescribeLimits is not supported/,
      ],
    ];
  };

  test("each by the service's own error, and nothing is stored", async () => {
    const found: Record<string, unknown> = {};
    const expected: Record<string, unknown> = {};
    for (const [what, answer, type, message] of commands()) {
      const error = await answer.then(
        () => "no error",
        (reason: Error) => ({ type: reason.name, message: reason.message }),
      );
      found[what] = error;
      expected[what] = {
        type,
        message: typeof message === "string" ? message : expect.stringMatching(message),
      };
    }

    expect(found).toEqual(expected);
    expect(await read(TRIM_HORIZON)).toEqual([]);
  });

  test("a number of another shard, or of an earlier stream of the name", async () => {
    const [number = ""] = await put("1");
    const start = { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: number } as const;
    await expect(iterator(start, SHARDS[1])).rejects.toThrow(
      `Invalid StartingSequenceNumber. It encodes ${SHARD}, while it was used in a call to a shard with ${SHARDS[1]}`,
    );
    const earlier = (BigInt(number) - (1n << 148n)).toString();
    await expect(iterator({ ...start, StartingSequenceNumber: earlier })).rejects.toThrow(
      "is invalid because it did not come from this stream.",
    );
  });

  test("a changed iterator, and one of another kind", async () => {
    const start = await iterator(TRIM_HORIZON);
    const { NextToken = "" } = await endpoint.client.send(new ListStreamsCommand({ Limit: 1 }));
    const bytes = Buffer.from(start, "base64");
    const changed = Array.from({ length: bytes.length }, (_, at) => {
      const copy = Buffer.from(bytes);
      copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
      return copy.toString("base64");
    });
    const answers = await Promise.allSettled(
      ["x", "AAAA", start.slice(4), `${start}AAAA`, ` ${start}`, NextToken, ...changed].map((token) =>
        get(token),
      ),
    );

    expect(
      new Set(answers.map((answer) => (answer.status === "rejected" ? String(answer.reason) : "answered"))),
    ).toEqual(new Set(["InvalidArgumentException: Invalid ShardIterator."]));
  });

  test("an expired NextToken", async () => {
    const { NextToken = "" } = await endpoint.client.send(
      new ListShardsCommand({ StreamName: STREAM.name, MaxResults: 1 }),
    );
    pass(300_001);
    await expect(endpoint.client.send(new ListShardsCommand({ NextToken }))).rejects.toMatchObject({
      name: "ExpiredNextTokenException",
    });
  });

  test("an iterator with the ARN of another stream", async () => {
    const ShardIterator = await iterator(TRIM_HORIZON);
    await endpoint.client.send(new GetRecordsCommand({ ShardIterator, StreamARN: STREAM.arn }));
    await expect(
      endpoint.client.send(new GetRecordsCommand({ ShardIterator, StreamARN: LARGE.arn })),
    ).rejects.toMatchObject({ name: "InvalidArgumentException" });
  });
});

describe("the wire", () => {
  async function post(
    target: string,
    body: string | Uint8Array,
    contentType = "application/x-amz-json-1.1",
  ): Promise<{ status: number; type: string | null; body: Buffer }> {
    const response = await fetch(endpoint.service.url, {
      method: "POST",
      headers: { "content-type": contentType, "x-amz-target": `Kinesis_20131202.${target}` },
      body,
    });
    const { status, headers } = response;
    return { status, type: headers.get("content-type"), body: Buffer.from(await response.arrayBuffer()) };
  }

  test("CBOR, as the SDKs for Java send it: blobs as bytes, times in milliseconds", async () => {
    const CBOR = "application/x-amz-cbor-1.1";
    const call = async (target: string, input: object): Promise<Record<string, unknown>> => {
      const { type, body } = await post(target, cbor.serialize(input), CBOR);
      expect(type).toBe(CBOR);
      return cbor.deserialize(body) as Record<string, unknown>;
    };
    const data = Uint8Array.from([0, 255, 10]);
    const Records = [{ Data: data, PartitionKey: "k", ExplicitHashKey: "0" }];
    const before = Date.now();
    await call("PutRecords", { StreamName: STREAM.name, Records });
    const { ShardIterator } = await call("GetShardIterator", {
      StreamName: STREAM.name,
      ShardId: SHARD,
      ShardIteratorType: "AT_TIMESTAMP",
      Timestamp: before,
    });
    const answer = await call("GetRecords", { ShardIterator });

    const [record] = answer["Records"] as { Data: Uint8Array; ApproximateArrivalTimestamp: number }[];
    expect(Buffer.from(record?.Data ?? [])).toEqual(Buffer.from(data));
    expect(record?.ApproximateArrivalTimestamp).toBeGreaterThanOrEqual(before);
    expect(record?.ApproximateArrivalTimestamp).toBeLessThanOrEqual(Date.now());
    expect(await call("GetRecords", { ShardIterator: "x" })).toEqual({
      __type: "InvalidArgumentException",
      message: "Invalid ShardIterator.",
    });
    // A text in the place of a blob is not its base64.
    const text = [{ ...Records[0], Data: "AAAA" }];
    expect(await call("PutRecords", { StreamName: STREAM.name, Records: text })).toMatchObject({
      __type: "SerializationException",
    });
  });

  test("CBOR of indefinite length and with the tag of a time, as Jackson writes it", async () => {
    const pair = (key: string, value: Buffer): Buffer =>
      Buffer.concat([Buffer.from(cbor.serialize(key)), value]);
    const text = (value: string): Buffer => Buffer.from(cbor.serialize(value));
    const map = Buffer.concat([
      Buffer.from([0xbf]),
      pair("StreamName", text(STREAM.name)),
      pair("ShardId", text(SHARD)),
      pair("ShardIteratorType", text("AT_TIMESTAMP")),
      pair(
        "Timestamp",
        Buffer.concat([Buffer.from([0xc1]), Buffer.from(cbor.serialize(Date.now() - 1_000))]),
      ),
      Buffer.from([0xff]),
    ]);

    expect((await post("GetShardIterator", map, "application/x-amz-cbor-1.1")).status).toBe(200);
  });

  test.each<[string, string, string | Uint8Array, string | undefined, number, string]>([
    ["no JSON", "ListStreams", "{", undefined, 400, "SerializationException"],
    ["no structure", "ListStreams", "[]", undefined, 400, "SerializationException"],
    ["a number for a name", "DescribeStream", '{"StreamName":1}', undefined, 400, "SerializationException"],
    ["a text for a number", "ListStreams", '{"Limit":"1"}', undefined, 400, "SerializationException"],
    [
      "a text for a time",
      "GetShardIterator",
      '{"StreamName":"a","ShardId":"b","ShardIteratorType":"AT_TIMESTAMP","Timestamp":"2026"}',
      undefined,
      400,
      "SerializationException",
    ],
    [
      "a list for a record",
      "PutRecords",
      '{"StreamName":"a","Records":[[]]}',
      undefined,
      400,
      "SerializationException",
    ],
    [
      "no base64",
      "PutRecord",
      '{"StreamName":"retail-trans","PartitionKey":"a","Data":"a_=="}',
      undefined,
      400,
      "SerializationException",
    ],
    [
      "cut base64",
      "PutRecord",
      '{"StreamName":"retail-trans","PartitionKey":"a","Data":"YWE"}',
      undefined,
      400,
      "SerializationException",
    ],
    ["a missing iterator", "GetRecords", "{}", undefined, 400, "ValidationException"],
    [
      "a hundred thousand levels",
      "ListStreams",
      "[".repeat(100_000),
      undefined,
      400,
      "SerializationException",
    ],
    ["another encoding", "ListStreams", "{}", "text/xml", 400, "SerializationException"],
    [
      "no CBOR",
      "ListStreams",
      Uint8Array.from([0xff]),
      "application/x-amz-cbor-1.1",
      400,
      "SerializationException",
    ],
    [
      "a hundred thousand levels of CBOR",
      "ListStreams",
      new Uint8Array(100_000).fill(0x81),
      "application/x-amz-cbor-1.1",
      400,
      "SerializationException",
    ],
    ["no operation of Kinesis", "toString", "{}", undefined, 400, "UnsupportedOperationException"],
    [
      "more than 16 MiB",
      "PutRecords",
      "x".repeat(16 * 1024 * 1024 + 1),
      undefined,
      413,
      "RequestEntityTooLargeException",
    ],
  ])("%s", async (_, target, body, contentType, status, type) => {
    const answer = await post(target, body, contentType);
    const error =
      contentType === "application/x-amz-cbor-1.1"
        ? cbor.deserialize(answer.body)
        : JSON.parse(answer.body.toString());

    expect([answer.status, error.__type]).toEqual([status, type]);
    expect(await read(TRIM_HORIZON)).toEqual([]);
  });

  test("null means absent, and members of other services are ignored", async () => {
    const { status } = await post("ListStreams", '{"Limit":null,"Other":{"a":[1]}}');
    expect(status).toBe(200);
  });
});
