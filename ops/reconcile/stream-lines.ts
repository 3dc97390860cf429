import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { checksum } from "../../contract/checksum";
import { isStored, RecordJudge } from "../../contract/lines";
import type { RunTimeContract } from "../../contract/variable";
import type { StreamLine } from "./compare";
import { streamRecords } from "./stream-records";
import type { Window } from "./window";

/**
 * Reads every line that the stream still holds, judged by the code that both layers use.
 * @param onLine called with each line, once
 * @param window arrivals to read. @default all
 * @param disorderMs milliseconds by which arrivals of a shard may be out of order
 * @throws what the client throws: stream not found, access denied.
 */
export async function readStream(
  kinesis: KinesisClient,
  streamName: string,
  { columns }: RunTimeContract,
  onLine: (id: string, line: StreamLine) => void,
  window?: Window,
  disorderMs?: number,
): Promise<void> {
  const judge = new RecordJudge(columns);
  for await (const record of streamRecords(kinesis, streamName, window, disorderMs)) {
    for (const line of judge.judgeRecord(record)) {
      onLine(
        line.recordId,
        isStored(line)
          ? {
              accepted: true,
              checksum: checksum(columns, line.verdict.values, line.arrivedAt, line.verdict.extra),
              arrivedAt: line.arrivedAt,
            }
          : {
              accepted: false,
              reason: line.verdict.accepted ? "" : line.verdict.reason,
              arrivedAt: line.arrivedAt,
            },
      );
    }
  }
}
