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

/** Records asked for in a call; the service's maximum. */
const RECORDS_PER_CALL = 10_000;

/**
 * Every line that the stream still holds, judged by the code that both layers use.
 * @throws what the client throws: stream not found, access denied.
 */
export async function readStream(
  kinesis: KinesisClient,
  streamName: string,
): Promise<Map<string, StreamLine>> {
  const lines = new Map<string, StreamLine>();
  let token: string | undefined;
  do {
    const page: ListShardsCommandOutput = await kinesis.send(
      new ListShardsCommand(token === undefined ? { StreamName: streamName } : { NextToken: token }),
    );
    for (const { ShardId } of page.Shards ?? []) {
      if (ShardId !== undefined) await readShard(kinesis, streamName, ShardId, lines);
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
): Promise<void> {
  const start = await kinesis.send(
    new GetShardIteratorCommand({
      StreamName: streamName,
      ShardId: shardId,
      ShardIteratorType: "TRIM_HORIZON",
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
      const record = {
        shardId,
        sequenceNumber: SequenceNumber,
        arrivedAtMs: ApproximateArrivalTimestamp.getTime(),
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
