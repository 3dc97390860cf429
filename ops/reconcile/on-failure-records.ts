import type { S3Client } from "@aws-sdk/client-s3";
import type { KinesisStreamEvent } from "aws-lambda";
import { decodeKinesisRecord } from "../../contract/kinesis-record";
import { RecordJudge } from "../../contract/lines";
import type { RunTimeContract } from "../../contract/variable";
import { ZONES } from "../../modules/batch/zones";
import type { DiscardedLine } from "./compare";
import { objectsUnder } from "./objects";
import { isInWindow, type Window } from "./window";

/** The bucket that is the mappings' on-failure destination. */
export interface FailureBucket {
  readonly s3: S3Client;
  readonly bucket: string;
}

/** A batch of a stream that a mapping discarded, as its on-failure record keeps it. */
export interface DiscardedBatch {
  /** Key of the object. */
  readonly key: string;
  /** Lambda's condition: `RecordAgeExceeded`, `RetryAttemptsExhausted`. */
  readonly condition: string;
  /** ARN of the mapping's function, perhaps with a qualifier. */
  readonly functionArn: string;
  /** The function's event. */
  readonly event: KinesisStreamEvent;
}

/** An object of another kind, such as another failure that Lambda keeps there. */
export interface OtherFailure {
  readonly key: string;
  readonly event?: undefined;
}

/** The parts of Lambda's invocation record of a batch that are read. */
interface InvocationRecord {
  readonly requestContext: { readonly condition: string; readonly functionArn: string };
  /** The event as JSON. */
  readonly payload: string;
}

/**
 * On-failure records that the bucket still holds, in the order of the keys: by mapping, shard and time.
 * @throws what the client throws; SyntaxError naming the object that is not JSON
 */
export async function* onFailureRecords({
  s3,
  bucket,
}: FailureBucket): AsyncGenerator<DiscardedBatch | OtherFailure> {
  for await (const { key, location, text } of objectsUnder(s3, bucket, ZONES.onFailure)) {
    try {
      yield readObject(key, text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new SyntaxError(`${location}: ${error.message}`);
    }
  }
}

/**
 * Every line of the on-failure records that the bucket still holds, by identity, with the object that keeps its
 * record.
 * @throws as {@link onFailureRecords}
 */
export async function readDiscardedLines(
  failures: FailureBucket,
  { columns }: RunTimeContract,
  window?: Window,
): Promise<Map<string, DiscardedLine>> {
  const judge = new RecordJudge(columns);
  const lines = new Map<string, DiscardedLine>();
  for await (const object of onFailureRecords(failures)) {
    if (object.event === undefined) continue;
    for (const record of object.event.Records) {
      const decoded = decodeKinesisRecord(record);
      if (window && !isInWindow(window, decoded.arrivedAtMs)) continue;
      for (const { recordId } of judge.judgeRecord(decoded)) {
        lines.set(recordId, {
          condition: object.condition,
          location: `s3://${failures.bucket}/${object.key}`,
        });
      }
    }
  }
  return lines;
}

function readObject(key: string, text: string): DiscardedBatch | OtherFailure {
  const document: unknown = JSON.parse(text);
  if (!isInvocationRecord(document)) return { key };
  const event: KinesisStreamEvent = JSON.parse(document.payload);
  const { condition, functionArn } = document.requestContext;
  return { key, condition, functionArn, event };
}

function isInvocationRecord(document: unknown): document is InvocationRecord {
  return (
    typeof document === "object" &&
    document !== null &&
    "KinesisBatchInfo" in document &&
    "payload" in document &&
    typeof document.payload === "string" &&
    "requestContext" in document
  );
}
