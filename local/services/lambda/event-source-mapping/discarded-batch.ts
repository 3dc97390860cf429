import { randomUUID } from "node:crypto";
import type { EventSourceMappingModel } from "../../../plan/data-plane";
import { type EventRecord, kinesisEvent } from "./event";

/** Lambda's `condition` of a discarded batch. */
export type DiscardCondition = "RetryAttemptsExhausted" | "RecordAgeExceeded";

/** Records that Lambda would discard together. */
export interface DiscardedBatch {
  /** At least one, of one shard. */
  readonly records: readonly [EventRecord, ...EventRecord[]];
  readonly condition: DiscardCondition;
  /** Number of invocations with these records. */
  readonly invocations: number;
  /** Whether the last invocation failed with an error instead of a response; undefined without an invocation. */
  readonly endedWithError?: boolean;
}

/**
 * The on-failure record that Lambda writes to a bucket: an invocation record with the whole event as a string, under
 * `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<random UUID>`.
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
