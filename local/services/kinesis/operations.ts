import { AwsError } from "../protocol/errors";
import { recordBytes } from "./batch";
import { invalidArgument, notFound, unavailable } from "./errors";
import {
  type RecordEntry,
  type RequestMembers,
  SEQUENCE_NUMBER,
  SHARD_ID,
  STREAM_ARN,
  STREAM_NAME,
} from "./request";
import { parseSequenceNumber } from "./sequence-number";
import type { PutOutcome, Stream, StreamShard } from "./stream";
import { decodeToken, encodeToken, TOKEN_LIFETIME_MS } from "./tokens";

/** Limits of the API: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const MOST_RECORDS_PUT = 500;
const PUT_BYTES = 10 * 1024 * 1024;
const MOST_RECORDS_READ = 10_000;
const READ_BYTES = 10 * 1024 * 1024;
const MOST_LISTED = 10_000;
const SHARDS_PER_PAGE = 1_000;
const DESCRIBED_PER_PAGE = 100;
const STREAMS_PER_PAGE = 100;
const TAGS_PER_PAGE = 50;

const ITERATOR_TYPES = [
  "AFTER_SEQUENCE_NUMBER",
  "LATEST",
  "AT_TIMESTAMP",
  "AT_SEQUENCE_NUMBER",
  "TRIM_HORIZON",
];
const FILTER_TYPES = [
  "AFTER_SHARD_ID",
  "AT_TRIM_HORIZON",
  "FROM_TRIM_HORIZON",
  "AT_LATEST",
  "AT_TIMESTAMP",
  "FROM_TIMESTAMP",
];

/** Records put into the streams since the start, by all producers. */
export interface PutCounts {
  readonly records: number;
  /** Records that exceeded the throughput of their shard; counts every attempt. */
  readonly refused: number;
  /** Time of the last accepted record, ms since 1970. */
  readonly lastMs?: number;
}

/** Circumstances of a request. */
interface RequestContext {
  /** Whether reads count against the shard's read throughput. */
  readonly isThrottled: boolean;
}

type Operation = (input: RequestMembers, context: RequestContext) => object;

/** The operations of Kinesis that read and write records, or describe streams. Only Terraform changes streams. */
export class KinesisOperations {
  private counts: PutCounts = { records: 0, refused: 0 };
  private acceptsPuts = false;
  private readonly operations: Readonly<Record<string, Operation>> = {
    PutRecord: (input) => this.putRecord(input),
    PutRecords: (input) => this.putRecords(input),
    GetShardIterator: (input) => this.getShardIterator(input),
    GetRecords: (input, context) => this.getRecords(input, context),
    ListShards: (input) => this.listShards(input),
    ListStreams: (input) => this.listStreams(input),
    DescribeStream: (input) => this.describeStream(input),
    DescribeStreamSummary: (input) => this.describeStreamSummary(input),
    ListTagsForStream: (input) => this.listTagsForStream(input),
    ListTagsForResource: (input) => this.listTagsForResource(input),
  };

  constructor(
    private readonly streams: ReadonlyMap<string, Stream>,
    private readonly owner: { readonly region: string; readonly accountId: string },
  ) {}

  /** The operation of a name; undefined when it is not supported. */
  find(name: string): Operation | undefined {
    return Object.hasOwn(this.operations, name) ? this.operations[name] : undefined;
  }

  puts(): PutCounts {
    return this.counts;
  }

  acceptPuts(): void {
    this.acceptsPuts = true;
  }

  private putRecord(input: RequestMembers): object {
    const stream = this.streamNamed(input);
    const record = input.record();
    const ordering = input.text("SequenceNumberForOrdering", SEQUENCE_NUMBER);
    input.assertValid();
    const { name } = stream().model;
    if (ordering !== undefined && !isPast(ordering)) {
      throw invalidArgument(
        `ExclusiveMinimumSequenceNumber ${ordering} used in PutRecord on stream ${name} under account ` +
          `${this.owner.accountId} is invalid.`,
      );
    }
    const [outcome] = this.put(stream(), [record], input);
    if (!outcome?.accepted) throw this.throughputExceeded(outcome?.shardId ?? "", name);
    return { ShardId: outcome.shardId, SequenceNumber: outcome.sequenceNumber };
  }

  private putRecords(input: RequestMembers): object {
    const stream = this.streamNamed(input);
    const records = input.records(MOST_RECORDS_PUT);
    input.assertValid();
    const outcomes = this.put(stream(), records, input);
    const { name } = stream().model;
    return {
      FailedRecordCount: outcomes.filter(({ accepted }) => !accepted).length,
      Records: outcomes.map((outcome) => {
        if (outcome.accepted) return { SequenceNumber: outcome.sequenceNumber, ShardId: outcome.shardId };
        const { type, message } = this.throughputExceeded(outcome.shardId, name);
        return { ErrorCode: type, ErrorMessage: message };
      }),
    };
  }

  private put(stream: Stream, records: readonly RecordEntry[], input: RequestMembers): PutOutcome[] {
    let bytes = 0;
    for (const record of records) {
      const size = recordBytes(record);
      const most = stream.model.maxRecordKiB * 1024;
      if (size > most) {
        throw invalidArgument(
          `a record has ${size} bytes of data and partition key; the maximum record size of ` +
            `${stream.model.name} is ${most} bytes`,
        );
      }
      bytes += size;
    }
    if (bytes > PUT_BYTES) throw invalidArgument("Records size exceeds 10 MB limit");
    if (!this.acceptsPuts) {
      throw unavailable("the consumers of the stream are starting");
    }
    assertNoDryRun(input);
    const outcomes = stream.put(records);
    const accepted = outcomes.filter((outcome) => outcome.accepted).length;
    this.counts = {
      ...this.counts,
      records: this.counts.records + accepted,
      refused: this.counts.refused + outcomes.length - accepted,
      ...(accepted > 0 && { lastMs: Date.now() }),
    };
    return outcomes;
  }

  private getShardIterator(input: RequestMembers): object {
    const named = this.streamNamed(input);
    const shardId = input.requiredText("ShardId", SHARD_ID);
    const type = input.requiredText("ShardIteratorType", { values: ITERATOR_TYPES });
    const number = input.text("StartingSequenceNumber", SEQUENCE_NUMBER);
    const timestampMs = input.timeMs("Timestamp");
    input.assertValid();
    const stream = named();
    const shard = this.shardOf(stream, shardId);
    const next = this.startOf(stream, shard, type, number, timestampMs);
    assertNoDryRun(input);
    return { ShardIterator: iterator(stream, shard, next) };
  }

  /** Index of the first record that an iterator reads. */
  private startOf(
    stream: Stream,
    shard: StreamShard,
    type: string,
    number: string | undefined,
    timestampMs: number | undefined,
  ): number {
    switch (type) {
      case "AT_SEQUENCE_NUMBER":
      case "AFTER_SEQUENCE_NUMBER": {
        if (number === undefined) throw startMismatch(type, "no StartingSequenceNumber");
        const index = this.indexOf(stream, shard, number);
        return type === "AT_SEQUENCE_NUMBER" ? index : index + 1;
      }
      case "AT_TIMESTAMP": {
        if (timestampMs === undefined) {
          throw invalidArgument(
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no " +
              "timestamp parameter.",
          );
        }
        const nowMs = Date.now();
        if (timestampMs > nowMs) {
          throw invalidArgument(
            "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. " +
              `timestampInMillis: ${timestampMs}, currentTimestampInMillis: ${nowMs}`,
          );
        }
        return shard.log.indexAt(timestampMs);
      }
      default:
        if (number !== undefined) throw startMismatch(type, "also a StartingSequenceNumber");
        return type === "LATEST" ? shard.log.last + 1 : 1;
    }
  }

  /** @throws AwsError for a number that this shard did not give */
  private indexOf(stream: Stream, shard: StreamShard, number: string): number {
    const fields = parseSequenceNumber(number);
    const used =
      `StartingSequenceNumber ${number} used in GetShardIterator on shard ${shard.id} in stream ` +
      `${stream.model.name} under account ${this.owner.accountId} is invalid`;
    if (fields === undefined) throw invalidArgument(`${used}.`);
    if (fields.shard !== shard.index) {
      const encoded = `shardId-${String(fields.shard).padStart(12, "0")}`;
      throw invalidArgument(
        `Invalid StartingSequenceNumber. It encodes ${encoded}, while it was used in a call to a shard with ${shard.id}`,
      );
    }
    if (!shard.log.numbers.isOwn(fields)) {
      throw invalidArgument(`${used} because it did not come from this stream.`);
    }
    return fields.index;
  }

  private getRecords(input: RequestMembers, { isThrottled }: RequestContext): object {
    const token = input.requiredText("ShardIterator", { min: 1, max: 512 });
    const limit = input.integer("Limit", 1, MOST_RECORDS_READ) ?? MOST_RECORDS_READ;
    const arn = input.text("StreamARN", STREAM_ARN);
    input.assertValid();
    const { stream, shard, next } = this.decodeIterator(token);
    if (arn !== undefined && arn !== stream.model.arn) {
      throw invalidArgument(`StreamARN ${arn} is not that of the ShardIterator, ${stream.model.arn}.`);
    }
    assertNoDryRun(input);
    const nowMs = Date.now();
    if (isThrottled && !shard.reads.accepts(nowMs)) {
      throw this.throughputExceeded(shard.id, stream.model.name);
    }
    const result = shard.log.read(next, {
      records: limit,
      bytes: READ_BYTES,
      retainedFromMs: stream.retainedFromMs(nowMs),
    });
    if (isThrottled) shard.reads.count(result.bytes);
    const nextArrivalMs = shard.log.arrivalAt(result.next);
    return {
      MillisBehindLatest: nextArrivalMs === undefined ? 0 : Math.max(1, nowMs - nextArrivalMs),
      NextShardIterator: iterator(stream, shard, result.next),
      Records: result.records.map(({ sequenceNumber, partitionKey, arrivedAtMs, data }) => ({
        SequenceNumber: sequenceNumber,
        ApproximateArrivalTimestamp: new Date(arrivedAtMs),
        Data: data,
        PartitionKey: partitionKey,
      })),
    };
  }

  private decodeIterator(token: string): { stream: Stream; shard: StreamShard; next: number } {
    const { createdAtMs, parts } = decodeToken("shard-iterator", token) ?? {};
    const [name = "", streamCreatedAtMs, shardId = "", next] = parts ?? [];
    if (createdAtMs === undefined) throw invalidArgument("Invalid ShardIterator.");
    const nowMs = Date.now();
    if (nowMs - createdAtMs > TOKEN_LIFETIME_MS) {
      throw new AwsError(
        "ExpiredIteratorException",
        `Iterator expired. The iterator was created at time ${utcTime(createdAtMs)} while right now it is ` +
          `${utcTime(nowMs)} which is further in the future than the tolerated delay of ${TOKEN_LIFETIME_MS} milliseconds.`,
      );
    }
    const stream = this.streams.get(name);
    const shard = stream?.shard(shardId);
    if (stream === undefined || shard === undefined) throw this.shardNotFound(shardId, name);
    if (String(stream.createdAtMs) !== streamCreatedAtMs) throw invalidArgument("Invalid ShardIterator.");
    return { stream, shard, next: Number(next) };
  }

  private listShards(input: RequestMembers): object {
    const named = input.has("NextToken") ? undefined : this.streamNamed(input);
    const token = input.text("NextToken", { min: 1, max: 1_048_576 });
    const after = input.text("ExclusiveStartShardId", SHARD_ID);
    const most = Math.min(input.integer("MaxResults", 1, MOST_LISTED) ?? SHARDS_PER_PAGE, SHARDS_PER_PAGE);
    const createdAtMs = input.timeMs("StreamCreationTimestamp");
    const filter = input.structure("ShardFilter");
    const filterType = filter?.requiredText("Type", { values: FILTER_TYPES });
    const filterShardId = filter?.text("ShardId", SHARD_ID);
    const filterMs = filter?.timeMs("Timestamp");
    input.assertValid();
    if (token !== undefined) {
      for (const name of ["StreamName", "ExclusiveStartShardId", "StreamCreationTimestamp", "ShardFilter"]) {
        if (input.has(name)) throw invalidArgument(`NextToken and ${name} cannot be provided together.`);
      }
      const [name = "", from = ""] = this.decodeNextToken("list-shards", token);
      return this.shardPage(this.streamOf(name), from, most);
    }
    if (named === undefined) throw new Error("ListShards without a token has a stream");
    const stream = named();
    // Seconds, because a client may have rounded it.
    if (createdAtMs !== undefined && Math.abs(createdAtMs - stream.createdAtMs) >= 1_000) {
      throw this.streamNotFound(stream.model.name);
    }
    if ((filterType === "AFTER_SHARD_ID") !== (filterShardId !== undefined) && filterType !== undefined) {
      throw invalidArgument(
        "ShardId must be specified for ShardFilter type AFTER_SHARD_ID, and only for it.",
      );
    }
    const isTimed = filterType === "AT_TIMESTAMP" || filterType === "FROM_TIMESTAMP";
    if (filterType !== undefined && isTimed !== (filterMs !== undefined)) {
      throw invalidArgument(
        "Timestamp must be specified for ShardFilter types AT_TIMESTAMP and FROM_TIMESTAMP, and only for them.",
      );
    }
    // Every shard is as old as the stream, and open.
    if (filterType === "AT_TIMESTAMP" && filterMs !== undefined && filterMs < stream.createdAtMs) {
      return { Shards: [] };
    }
    return this.shardPage(stream, after ?? filterShardId ?? "", most);
  }

  /** @param after exclusive; empty for all */
  private shardPage(stream: Stream, after: string, most: number): object {
    const { page, more } = pageOf(stream.shards, ({ id }) => id, after, most);
    const last = page.at(-1)?.id;
    return {
      Shards: page.map(describeShard),
      ...(more &&
        last !== undefined && {
          NextToken: encodeToken("list-shards", Date.now(), [stream.model.name, last]),
        }),
    };
  }

  private listStreams(input: RequestMembers): object {
    const most = input.integer("Limit", 1, MOST_LISTED) ?? STREAMS_PER_PAGE;
    const start = input.text("ExclusiveStartStreamName", STREAM_NAME);
    const token = input.text("NextToken", { min: 1, max: 1_048_576 });
    input.assertValid();
    const [after = start ?? ""] = token === undefined ? [] : this.decodeNextToken("list-streams", token);
    const sorted = [...this.streams.values()].sort((a, b) => (a.model.name < b.model.name ? -1 : 1));
    const { page, more } = pageOf(sorted, ({ model }) => model.name, after, most);
    const last = page.at(-1)?.model.name;
    return {
      HasMoreStreams: more,
      StreamNames: page.map(({ model }) => model.name),
      StreamSummaries: page.map(({ model, createdAtMs }) => ({
        StreamARN: model.arn,
        StreamCreationTimestamp: new Date(createdAtMs),
        StreamModeDetails: { StreamMode: model.mode },
        StreamName: model.name,
        StreamStatus: "ACTIVE",
      })),
      ...(more && last !== undefined && { NextToken: encodeToken("list-streams", Date.now(), [last]) }),
    };
  }

  private describeStream(input: RequestMembers): object {
    const named = this.streamNamed(input);
    const most = Math.min(input.integer("Limit", 1, MOST_LISTED) ?? DESCRIBED_PER_PAGE, DESCRIBED_PER_PAGE);
    const after = input.text("ExclusiveStartShardId", SHARD_ID) ?? "";
    input.assertValid();
    const stream = named();
    const { page, more } = pageOf(stream.shards, ({ id }) => id, after, most);
    return {
      StreamDescription: { ...describe(stream), HasMoreShards: more, Shards: page.map(describeShard) },
    };
  }

  private describeStreamSummary(input: RequestMembers): object {
    const named = this.streamNamed(input);
    input.assertValid();
    const stream = named();
    return {
      StreamDescriptionSummary: {
        ...describe(stream),
        ConsumerCount: 0,
        MaxRecordSizeInKiB: stream.model.maxRecordKiB,
        OpenShardCount: stream.shards.length,
      },
    };
  }

  private listTagsForStream(input: RequestMembers): object {
    const named = this.streamNamed(input);
    const after = input.text("ExclusiveStartTagKey", { min: 1, max: 128 }) ?? "";
    const most = input.integer("Limit", 1, TAGS_PER_PAGE) ?? TAGS_PER_PAGE;
    input.assertValid();
    const { page, more } = pageOf(tagsOf(named()), ({ Key }) => Key, after, most);
    return { HasMoreTags: more, Tags: page };
  }

  private listTagsForResource(input: RequestMembers): object {
    const arn = input.requiredText("ResourceARN", STREAM_ARN);
    input.assertValid();
    return { Tags: tagsOf(this.streamOfArn(arn)) };
  }

  /**
   * Reads StreamName and StreamARN. The stream is looked up by the returned function, because Kinesis checks the form of
   * all members first.
   */
  private streamNamed(input: RequestMembers): () => Stream {
    const name = input.text("StreamName", STREAM_NAME);
    const arn = input.text("StreamARN", STREAM_ARN);
    return () => {
      if (arn === undefined) {
        if (name === undefined) throw invalidArgument("Either StreamName or StreamARN must be provided.");
        return this.streamOf(name);
      }
      const stream = this.streamOfArn(arn);
      if (name !== undefined && name !== stream.model.name) {
        throw invalidArgument(`StreamName ${name} and StreamARN ${arn} name different streams.`);
      }
      return stream;
    };
  }

  private streamOfArn(arn: string): Stream {
    const known = [...this.streams.values()].find(({ model }) => model.arn === arn);
    if (known !== undefined) return known;
    const [, , , region, accountId, ...resource] = arn.split(":");
    const name = resource.join(":").slice("stream/".length);
    if (accountId !== this.owner.accountId) {
      throw new AwsError(
        "AccessDeniedException",
        `${arn} is in account ${accountId}; the local run has the streams of account ${this.owner.accountId}`,
      );
    }
    throw this.streamNotFound(region === this.owner.region ? name : `${name} of ${region}`);
  }

  private streamOf(name: string): Stream {
    const stream = this.streams.get(name);
    if (stream === undefined) throw this.streamNotFound(name);
    return stream;
  }

  private shardOf(stream: Stream, id: string): StreamShard {
    const shard = stream.shard(id);
    if (shard !== undefined) return shard;
    const { name } = stream.model;
    if (/^shardId-\d{12}$/.test(id)) throw this.shardNotFound(id, name);
    throw notFound(`Could not find shard ${id} in stream ${name} under account ${this.owner.accountId}.`);
  }

  private decodeNextToken(kind: "list-shards" | "list-streams", text: string): readonly string[] {
    const token = decodeToken(kind, text);
    if (token === undefined) throw invalidArgument("Invalid NextToken.");
    if (Date.now() - token.createdAtMs > TOKEN_LIFETIME_MS) {
      throw new AwsError("ExpiredNextTokenException", "The NextToken has expired.");
    }
    return token.parts;
  }

  private streamNotFound(name: string): AwsError {
    return notFound(`Stream ${name} under account ${this.owner.accountId} not found.`);
  }

  private shardNotFound(id: string, name: string): AwsError {
    return notFound(`Shard ${id} in stream ${name} under account ${this.owner.accountId} does not exist`);
  }

  private throughputExceeded(shardId: string, name: string): AwsError {
    return new AwsError(
      "ProvisionedThroughputExceededException",
      `Rate exceeded for shard ${shardId} in stream ${name} under account ${this.owner.accountId}.`,
    );
  }
}

/** @throws AwsError when the request only asks whether it would succeed, which it would */
function assertNoDryRun(input: RequestMembers): void {
  if (!input.flag("DryRun")) return;
  throw new AwsError("DryRunOperationException", "Request would have succeeded, but DryRun flag is set.");
}

/** Whether a sequence number can have been given already. */
function isPast(number: string): boolean {
  const fields = parseSequenceNumber(number);
  return fields !== undefined && fields.arrivedAtSeconds * 1_000 <= Date.now();
}

function iterator({ model, createdAtMs }: Stream, shard: StreamShard, next: number): string {
  return encodeToken("shard-iterator", Date.now(), [model.name, createdAtMs, shard.id, next]);
}

function startMismatch(type: string, specified: string): AwsError {
  return invalidArgument(
    "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or " +
      `(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ${type} and ${specified}.`,
  );
}

/** The items after a key, at most `most` of them. */
function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  after: string,
  most: number,
): { readonly page: readonly T[]; readonly more: boolean } {
  const rest = items.filter((item) => keyOf(item) > after);
  return { page: rest.slice(0, most), more: rest.length > most };
}

function describe({ model, createdAtMs }: Stream): object {
  return {
    EncryptionType: "NONE",
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    RetentionPeriodHours: model.retentionHours,
    StreamARN: model.arn,
    StreamCreationTimestamp: new Date(createdAtMs),
    StreamModeDetails: { StreamMode: model.mode },
    StreamName: model.name,
    StreamStatus: "ACTIVE",
  };
}

function describeShard({ id, startingHashKey, endingHashKey, log }: StreamShard): object {
  return {
    HashKeyRange: { EndingHashKey: String(endingHashKey), StartingHashKey: String(startingHashKey) },
    SequenceNumberRange: { StartingSequenceNumber: log.numbers.start },
    ShardId: id,
  };
}

function tagsOf({ model }: Stream): { readonly Key: string; readonly Value: string }[] {
  return Object.entries(model.tags)
    .map(([Key, Value]) => ({ Key, Value }))
    .sort((a, b) => (a.Key < b.Key ? -1 : 1));
}

/** Such as `Thu Jan 22 01:22:02 UTC 2015`. */
function utcTime(ms: number): string {
  const [weekday = "", day, month, year, time] = new Date(ms).toUTCString().split(" ");
  return `${weekday.replace(",", "")} ${month} ${day} ${time} UTC ${year}`;
}
