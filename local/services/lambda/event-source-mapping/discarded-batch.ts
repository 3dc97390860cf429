import { randomUUID } from "node:crypto";
import type { EventSourceMappingModel } from "../../../plan/data-plane";
import { type EventRecord, kinesisEvent } from "./event";

/** Why records were given up, as Lambda calls it. */
export type DiscardCondition = "RetryAttemptsExhausted" | "RecordAgeExceeded";

/** Records that were given up together. */
export interface DiscardedBatch {
  /** At least one, of one shard. */
  readonly records: readonly [EventRecord, ...EventRecord[]];
  readonly condition: DiscardCondition;
  /** How often the function was invoked with them. */
  readonly invocations: number;
  /** Whether the last invocation ended with an error, not with an answer; undefined when there was none. */
  readonly endedWithError?: boolean;
}

/**
 * What Lambda puts into a bucket as on-failure destination: its invocation record with the whole event as a
 * string, under `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<random UUID>`.
 */
export function invocationRecord(
  model: EventSourceMappingModel,
  mappingUuid: string,
  { records, condition, invocations, endedWithError }: DiscardedBatch,
  now: Date,
): { readonly key: string; readonly body: string } {
  const first = records[0].record;
  const last = (records.at(-1) ?? records[0]).record;
  const time = now.toISOString();
  const document = {
    requestContext: {
      requestId: randomUUID(),
      functionArn: model.functionArn,
      condition,
      approximateInvokeCount: invocations,
    },
    ...(endedWithError !== undefined && {
      responseContext: {
        statusCode: 200,
        executedVersion: "$LATEST",
        functionError: endedWithError ? "Unhandled" : null,
      },
    }),
    version: "1.0",
    timestamp: time,
    KinesisBatchInfo: {
      shardId: first.shardId,
      startSequenceNumber: first.sequenceNumber,
      endSequenceNumber: last.sequenceNumber,
      approximateArrivalOfFirstRecord: new Date(first.arrivedAtMs).toISOString(),
      approximateArrivalOfLastRecord: new Date(last.arrivedAtMs).toISOString(),
      batchSize: records.length,
      streamArn: model.streamArn,
    },
    payload: JSON.stringify(kinesisEvent(records)),
  };
  const day = time.slice(0, 10).replaceAll("-", "/");
  const second = time.slice(0, 19).replaceAll(":", ".");
  return {
    key: `aws/lambda/${mappingUuid}/${first.shardId}/${day}/${second}-${randomUUID()}`,
    body: JSON.stringify(document),
  };
}
