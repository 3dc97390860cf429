import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  type ListShardsCommandOutput,
} from "@aws-sdk/client-kinesis";
import { isStored, judgeRecord } from "../lambdas/shared/lines";
import { checksum } from "./checksum";
import type { StreamLine } from "./compare";
import { isInWindow, type Window } from "./window";

/** Records asked for in a call; the service's maximum. */
const RECORDS_PER_CALL = 10_000;

/** By how much the arrival times of a shard may be out of order, generously. */
const DISORDER_MS = 60_000;

/**
 * Every line that the stream still holds, judged by the code that both layers use.
 * @param window the arrivals that are wanted. @default all
 * @throws what the client throws: stream not found, access denied.
 */
export async function readStream(
  kinesis: KinesisClient,
  streamName: string,
  window?: Window,
): Promise<Map<string, StreamLine>> {
  const lines = new Map<string, StreamLine>();
  let token: string | undefined;
  do {
    const page: ListShardsCommandOutput = await kinesis.send(
      new ListShardsCommand(token === undefined ? { StreamName: streamName } : { NextToken: token }),
    );
    for (const { ShardId } of page.Shards ?? []) {
      if (ShardId !== undefined) await readShard(kinesis, streamName, ShardId, lines, window);
    }
    token = page.NextToken;
  } while (token !== undefined);
  return lines;
}

async function readShard(
  kinesis: KinesisClient,
  streamName: string,
  shardId: string,
  lines: Map<string, StreamLine>,
  window: Window | undefined,
): Promise<void> {
  const start = await kinesis.send(
    new GetShardIteratorCommand({
      StreamName: streamName,
      ShardId: shardId,
      ...(window === undefined
        ? { ShardIteratorType: "TRIM_HORIZON" }
        : { ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(window.fromMs) }),
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
      // Arrival is approximate: a later record of the shard may bear an earlier time, but not by a minute.
      if (window && arrivedAtMs > window.toMs + DISORDER_MS) return;
      if (window && !isInWindow(window, arrivedAtMs)) continue;
      const record = {
        shardId,
        sequenceNumber: SequenceNumber,
        arrivedAtMs,
        data: Data,
      };
      for (const line of judgeRecord(record)) {
        lines.set(
          line.recordId,
          isStored(line)
            ? { accepted: true, checksum: checksum(line.verdict.values, line.arrivedAt) }
            : { accepted: false, reason: line.verdict.accepted ? "" : line.verdict.reason },
        );
      }
    }
    // An empty answer alone does not mean the end: a shard is walked in steps of time.
    const ended = (answer.Records ?? []).length === 0 && (answer.MillisBehindLatest ?? 0) === 0;
    iterator = ended ? undefined : answer.NextShardIterator;
  }
}
