import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  type ListShardsCommandOutput,
} from "@aws-sdk/client-kinesis";
import type { StreamRecord } from "../../contract/lines";
import { isInWindow, type Window } from "./window";

/** Records asked for in a call; the service's maximum. */
const RECORDS_PER_CALL = 10_000;

/** By how much the arrival times of a shard may be out of order, generously. */
const DISORDER_MS = 60_000;

/**
 * What the stream still holds, shard by shard, each in order.
 * @param window the arrivals that are wanted. @default all
 * @param disorderMs by how much arrivals may be out of order: so far beyond the window a shard is read
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
    const answer = await kinesis.send(
      new GetRecordsCommand({ ShardIterator: iterator, Limit: RECORDS_PER_CALL }),
    );
    for (const { SequenceNumber, ApproximateArrivalTimestamp, Data } of answer.Records ?? []) {
      if (SequenceNumber === undefined || ApproximateArrivalTimestamp === undefined || Data === undefined) {
        throw new Error(`${streamName}, ${shardId}: a record came without number, arrival or data`);
      }
      const arrivedAtMs = ApproximateArrivalTimestamp.getTime();
      // Arrival is approximate: a later record of the shard may bear an earlier time, but not by that.
      if (window && arrivedAtMs > window.toMs + disorderMs) return;
      if (window && !isInWindow(window, arrivedAtMs)) continue;
      yield { shardId, sequenceNumber: SequenceNumber, arrivedAtMs, data: Data };
    }
    // An empty answer alone does not mean the end: a shard is walked in steps of time.
    const ended = (answer.Records ?? []).length === 0 && (answer.MillisBehindLatest ?? 0) === 0;
    iterator = ended ? undefined : answer.NextShardIterator;
  }
}
