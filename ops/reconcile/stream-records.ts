import { setTimeout } from "node:timers/promises";
import {
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  type ListShardsCommandOutput,
  ProvisionedThroughputExceededException,
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
  const start = await kinesis.send(
    new GetShardIteratorCommand({
      StreamName: streamName,
      ShardId: shardId,
      ...(window === undefined
        ? { ShardIteratorType: "TRIM_HORIZON" }
        : { ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(window.fromMs - disorderMs) }),
    }),
  );
  let iterator = start.ShardIterator;
  while (iterator !== undefined) {
    const answer = await getRecords(kinesis, iterator);
    for (const { SequenceNumber, ApproximateArrivalTimestamp, Data } of answer.Records ?? []) {
      if (SequenceNumber === undefined || ApproximateArrivalTimestamp === undefined || Data === undefined) {
        throw new Error(`${streamName}, ${shardId}: a record has no sequence number, arrival time or data`);
      }
      const arrivedAtMs = ApproximateArrivalTimestamp.getTime();
      // Arrival is approximate: a later record of the shard may have an earlier time, but by less than this.
      if (window && arrivedAtMs > window.toMs + disorderMs) return;
      if (window && !isInWindow(window, arrivedAtMs)) continue;
      yield { shardId, sequenceNumber: SequenceNumber, arrivedAtMs, data: Data };
    }
    // An empty answer does not mean the end: GetRecords covers only a part of the shard.
    const ended = (answer.Records ?? []).length === 0 && (answer.MillisBehindLatest ?? 0) === 0;
    iterator = ended ? undefined : answer.NextShardIterator;
  }
}

/**
 * One GetRecords, repeated while the shard's read throughput is exceeded: an answer of 10 MiB uses up five seconds of it, and
 * other consumers read, too. The client's own retries end before that.
 */
async function getRecords(kinesis: KinesisClient, iterator: string): Promise<GetRecordsCommandOutput> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: RECORDS_PER_CALL }));
    } catch (error) {
      const isThrottled = error instanceof ProvisionedThroughputExceededException;
      if (!isThrottled || attempt === THROTTLED_ATTEMPTS) throw error;
      await setTimeout(THROTTLED_WAIT_MS);
    }
  }
}
