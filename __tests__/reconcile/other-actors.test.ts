import { Readable } from "node:stream";
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-kinesis";
import { S3Client } from "@aws-sdk/client-s3";
import type { Client } from "@opensearch-project/opensearch";
import { RecordJudge } from "../../contract/lines";
import { encodeRecordId } from "../../contract/record-id";
import { retailTransaction as contract } from "../../contract/retail-transaction";
import { reconcile } from "../../ops/reconcile/reconcile";
import { streamRecords } from "../../ops/reconcile/stream-records";
import { traceLine } from "../../ops/trace/journey";
import { startEndpoint } from "../support/fake-endpoint";
import { goodLine } from "../support/kinesis-event";

const NOON = Date.UTC(2026, 10, 29, 12);
const MINUTE = 60_000;
const POSITION = { shardId: "shardId-000000000000", sequenceNumber: "7", line: 0 };
const RECORD_ID = encodeRecordId(POSITION);

/** The document of a line that arrived then. */
function documentOf(arrivedAtMs: number): string {
  const judge = new RecordJudge(contract.columns);
  const [line] = judge.judgeRecord({ ...POSITION, arrivedAtMs, data: Buffer.from(goodLine()) });
  if (line === undefined || !("verdict" in line) || !line.verdict.accepted) throw new Error("refused");
  return judge.storedJson(line as never);
}

/** A stream of these shards; undefined for one that is gone. Each record that is read takes a time. */
function streamOf(
  shards: Readonly<Record<string, readonly object[] | undefined>>,
  onRead: () => void = () => undefined,
): KinesisClient {
  const send = async (command: unknown): Promise<object> => {
    if (command instanceof ListShardsCommand) {
      return { Shards: Object.keys(shards).map((ShardId) => ({ ShardId })) };
    }
    if (command instanceof GetShardIteratorCommand) {
      const { ShardId = "" } = command.input;
      if (shards[ShardId]) return { ShardIterator: ShardId };
      throw new ResourceNotFoundException({ message: `Shard ${ShardId} does not exist`, $metadata: {} });
    }
    if (!(command instanceof GetRecordsCommand)) throw new Error("another command");
    onRead();
    const { ShardIterator = "" } = command.input;
    return { Records: shards[ShardIterator] ?? [], MillisBehindLatest: 0 };
  };
  return { send } as unknown as KinesisClient;
}

/** An engine whose searches find these documents, one search after the other; the last one's ever after. */
function searchOf(...answers: readonly (readonly string[])[]): Client {
  let asked = 0;
  const answer = async (_: unknown, options?: { asStream: boolean }): Promise<object> => {
    const documents = answers[Math.min(asked++, answers.length - 1)] ?? [];
    const hits = documents.map((one) => `{"_index":"i","_id":${JSON.stringify(RECORD_ID)},"_source":${one}}`);
    const text = `{"timed_out":false,"_shards":{"failed":0},"hits":{"hits":[${hits.join(",")}]}}`;
    return { statusCode: 200, body: options?.asStream ? Readable.from([text]) : JSON.parse(text) };
  };
  return {
    indices: { refresh: async () => ({ statusCode: 200, body: { _shards: { failed: 0 } } }) },
    search: answer,
  } as unknown as Client;
}

describe("while others work", () => {
  let s3: S3Client;
  let endpoint: Awaited<ReturnType<typeof startEndpoint>>;

  beforeAll(async () => {
    endpoint = await startEndpoint(() => ({ body: "<ListBucketResult></ListBucketResult>" }));
    s3 = new S3Client({
      ...{ endpoint: endpoint.url, region: "eu-west-1", forcePathStyle: true },
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    });
  });

  afterAll(async () => {
    s3.destroy();
    await endpoint.close();
  });

  afterEach(() => jest.restoreAllMocks());

  function sources(kinesis: KinesisClient, client: Client) {
    return {
      ...{ kinesis, streamName: "s", retentionHours: 24, contract },
      search: { client, indexPattern: "i*" },
      failures: { s3, bucket: "lake" },
    };
  }

  test.each([
    ["in no time: a line that the stream should have", 0, 1],
    ["for twenty minutes: a line that expired meanwhile", 20 * MINUTE, 0],
  ])("the stream is read %s", async (_, takesMs, unknown) => {
    let now = NOON;
    jest.spyOn(Date, "now").mockImplementation(() => now);
    const kinesis = streamOf({ "shardId-000000000000": [] }, () => {
      now += takesMs;
    });
    const old = documentOf(NOON - 24 * 60 * MINUTE + 15 * MINUTE);
    const found = await reconcile(sources(kinesis, searchOf([old])));
    expect(found.unknown.indexed).toHaveLength(unknown);
  });

  test("a shard that is gone after its listing has no records; the others are read", async () => {
    const record = {
      SequenceNumber: "7",
      ApproximateArrivalTimestamp: new Date(NOON),
      Data: Buffer.from("x"),
    };
    const kinesis = streamOf({ "shardId-000000000000": undefined, "shardId-000000000001": [record] });
    const read: string[] = [];
    // The second answer of GetRecords would be the same: one is enough here.
    for await (const { shardId } of streamRecords(kinesis, "s")) {
      read.push(shardId);
      break;
    }
    expect(read).toEqual(["shardId-000000000001"]);
  });

  test("a stream that is not there is an error", async () => {
    const gone = new ResourceNotFoundException({ message: "Stream s not found", $metadata: {} });
    const kinesis = {
      send: async (command: unknown) => {
        if (command instanceof ListShardsCommand) return { Shards: [{ ShardId: "shardId-000000000000" }] };
        throw gone;
      },
    } as unknown as KinesisClient;
    await expect(streamRecords(kinesis, "s").next()).rejects.toBe(gone);
  });

  test("a line that is redriven while it is traced is found in the index", async () => {
    const indexed = documentOf(NOON);
    const journey = await traceLine(
      { ...sources(streamOf({ "shardId-000000000000": [] }), searchOf([], [indexed])), s3 },
      RECORD_ID,
    );
    expect(journey).toMatchObject({ index: [{ index: "i" }], arrivedAt: "2026-11-29 12:00:00.000" });
    expect(journey.discarded).toBeUndefined();
  });
});
