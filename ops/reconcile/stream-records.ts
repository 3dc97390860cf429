import { setTimeout } from "node:timers/promises";
import {
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  InvalidArgumentException,
  type KinesisClient,
  type _Record as KinesisRecord,
  ListShardsCommand,
  type ListShardsCommandOutput,
  ProvisionedThroughputExceededException,
  ResourceNotFoundException,
} from "@aws-sdk/client-kinesis";
import type { StreamRecord } from "../../contract/lines";
import { isInWindow, type Window } from "./window";

/** Records asked for in a call; the service's maximum. */
const RECORDS_PER_CALL = 10_000;

/** Wait after a read that exceeded the shard's throughput, and attempts until it fails: within the iterator's five minutes. */
const THROTTLED_WAIT_MS = 1_000;
const THROTTLED_ATTEMPTS = 60;

/** Milliseconds by which arrival times of a shard may be out of order; a generous bound. */
const DISORDER_MS = 60_000;

/**
 * The records that the stream still has, shard by shard, each in order.
 * @param window arrivals to read. @default all
 * @param disorderMs milliseconds by which arrivals may be out of order; a shard is read so far beyond the window
 * @throws what the client throws: stream not found, access denied.
 */
export async function* streamRecords(
  kinesis: KinesisClient,
  streamName: string,
  window?: Window,
  disorderMs: number = DISORDER_MS,
): AsyncGenerator<StreamRecord> {
  let token: string | undefined;
  do {
    const page: ListShardsCommandOutput = await kinesis.send(
      new ListShardsCommand(token === undefined ? { StreamName: streamName } : { NextToken: token }),
    );
    for (const { ShardId } of page.Shards ?? []) {
      if (ShardId !== undefined) yield* shardRecords(kinesis, streamName, ShardId, window, disorderMs);
    }
    token = page.NextToken;
  } while (token !== undefined);
}

async function* shardRecords(
  kinesis: KinesisClient,
  streamName: string,
  shardId: string,
  window: Window | undefined,
  disorderMs: number,
): AsyncGenerator<StreamRecord> {
  let iterator = await iteratorOf(kinesis, {
    StreamName: streamName,
    ShardId: shardId,
    ...(window === undefined
      ? { ShardIteratorType: "TRIM_HORIZON" }
      : { ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(window.fromMs - disorderMs) }),
  });
  while (iterator !== undefined) {
    const answer = await getRecords(kinesis, iterator);
    for (const one of answer.Records ?? []) {
      const record = recordOf(one, streamName, shardId);
      const { arrivedAtMs } = record;
      // Arrival is approximate: a later record of the shard may have an earlier time, but by less than this.
      if (window && arrivedAtMs > window.toMs + disorderMs) return;
      if (window && !isInWindow(window, arrivedAtMs)) continue;
      yield record;
    }
    // An empty answer does not mean the end: GetRecords covers only a part of the shard.
    const ended = (answer.Records ?? []).length === 0 && (answer.MillisBehindLatest ?? 0) === 0;
    iterator = ended ? undefined : answer.NextShardIterator;
  }
}

/** Reads of a shard that has nothing more, and the wait between them: a record is readable within a second after its put. */
const READS_AT_TIP = 5;
const TIP_WAIT_MS = 500;

/**
 * The records of a shard from one sequence number to another, both included, in order, with those of others between them.
 * Records that the stream does not have are left out.
 * @throws what the client throws: stream not found, access denied.
 */
export async function* recordsBetween(
  kinesis: KinesisClient,
  streamName: string,
  shardId: string,
  { first, last }: { readonly first: bigint; readonly last: bigint },
): AsyncGenerator<StreamRecord> {
  let iterator = await iteratorOf(kinesis, {
    StreamName: streamName,
    ShardId: shardId,
    ShardIteratorType: "AT_SEQUENCE_NUMBER",
    StartingSequenceNumber: String(first),
  });
  for (let atTip = 0; iterator !== undefined; ) {
    const answer = await getRecords(kinesis, iterator);
    for (const one of answer.Records ?? []) {
      const record = recordOf(one, streamName, shardId);
      const at = BigInt(record.sequenceNumber);
      if (at <= last) yield record;
      if (at >= last) return;
    }
    iterator = answer.NextShardIterator;
    if ((answer.MillisBehindLatest ?? 0) > 0) continue;
    if (++atTip === READS_AT_TIP) return;
    await setTimeout(TIP_WAIT_MS);
  }
}

/** Answers without a record until the one that was asked for is taken to be gone. */
const MOST_EMPTY_ANSWERS = 20;

/**
 * The record at a sequence number; undefined when the stream does not have it any more, or never had it.
 * @throws what the client throws: stream not found, access denied.
 */
export async function recordAt(
  kinesis: KinesisClient,
  streamName: string,
  shardId: string,
  sequenceNumber: string,
): Promise<StreamRecord | undefined> {
  let iterator: string | undefined;
  try {
    iterator = await iteratorOf(kinesis, {
      StreamName: streamName,
      ShardId: shardId,
      ShardIteratorType: "AT_SEQUENCE_NUMBER",
      StartingSequenceNumber: sequenceNumber,
    });
  } catch (error) {
    // A number that the shard cannot have.
    if (error instanceof InvalidArgumentException) return undefined;
    throw error;
  }
  for (let empty = 0; iterator !== undefined && empty < MOST_EMPTY_ANSWERS; empty++) {
    const answer = await getRecords(kinesis, iterator, 1);
    const [first] = answer.Records ?? [];
    // The iterator of a record that has expired begins at the oldest one.
    if (first)
      return first.SequenceNumber === sequenceNumber ? recordOf(first, streamName, shardId) : undefined;
    if ((answer.MillisBehindLatest ?? 0) === 0) return undefined;
    iterator = answer.NextShardIterator;
  }
  return undefined;
}

/**
 * An iterator of a shard; undefined when the shard is gone, as one is that was closed a retention ago: also between its
 * listing and its reading.
 * @throws what the client throws: stream not found, access denied.
 */
async function iteratorOf(
  kinesis: KinesisClient,
  start: GetShardIteratorCommandInput,
): Promise<string | undefined> {
  try {
    return (await kinesis.send(new GetShardIteratorCommand(start))).ShardIterator;
  } catch (error) {
    // Of a stream that is not there, the message has no shard.
    if (error instanceof ResourceNotFoundException && /\bshardId-/.test(error.message)) return undefined;
    throw error;
  }
}

function recordOf(
  { SequenceNumber, ApproximateArrivalTimestamp, Data }: KinesisRecord,
  streamName: string,
  shardId: string,
): StreamRecord {
  if (SequenceNumber === undefined || ApproximateArrivalTimestamp === undefined || Data === undefined) {
    throw new Error(`${streamName}, ${shardId}: a record has no sequence number, arrival time or data`);
  }
  return {
    shardId,
    sequenceNumber: SequenceNumber,
    arrivedAtMs: ApproximateArrivalTimestamp.getTime(),
    data: Data,
  };
}

/**
 * One GetRecords, repeated while the shard's read throughput is exceeded: an answer of 10 MiB uses up five seconds of it, and
 * other consumers read, too. The client's own retries end before that.
 */
async function getRecords(
  kinesis: KinesisClient,
  iterator: string,
  limit: number = RECORDS_PER_CALL,
): Promise<GetRecordsCommandOutput> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: limit }));
    } catch (error) {
      const isThrottled = error instanceof ProvisionedThroughputExceededException;
      if (!isThrottled || attempt === THROTTLED_ATTEMPTS) throw error;
      await setTimeout(THROTTLED_WAIT_MS);
    }
  }
}
