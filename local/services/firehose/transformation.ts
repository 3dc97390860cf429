import { randomUUID } from "node:crypto";
import type { FirehoseTransformationEvent } from "aws-lambda";
import { LAMBDA_REQUEST_BYTES } from "../../../contract/limits";
import { isJsonObject } from "../../../lib/json";
import { backoffMs, pause } from "../../../lib/pause";
import type { DeliveryStreamModel, Invoke } from "../../plan/data-plane";
import type { DeliveredRecord } from "./user-records";

/** Outcome of a record's transformation. */
export type Outcome =
  | { readonly result: "Ok"; readonly data: Buffer }
  | { readonly result: "Dropped" }
  | { readonly result: "Failed"; readonly failure: Failure };

/** Reason why a record was not transformed, in the terms of Firehose's error records. */
export interface Failure {
  readonly attemptsMade: number;
  readonly errorCode: string;
  readonly errorMessage: string;
  /** Milliseconds since 1970. */
  readonly attemptEndingTimestamp: number;
}

/** First wait between the attempts of one invocation; AWS does not publish its own. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

type TransformationModel = NonNullable<DeliveryStreamModel["transformation"]>;

/** Dependencies of a transformation. */
interface TransformationPorts {
  readonly invoke: Invoke;
  /** Called for each attempt that fails. */
  readonly onFailedInvocation: (attempt: number, error: Error) => void;
  readonly signal: AbortSignal;
}

/**
 * Sends records to the transformation function and reads its response. A failed invocation is retried; when the
 * last attempt fails too, every record has failed. A record that the function marks as failed, omits, or returns
 * twice fails at once, as on AWS.
 * @returns an outcome for each record, in order; undefined when `signal` was aborted meanwhile.
 */
export async function transform(
  delivery: DeliveryStreamModel,
  model: TransformationModel,
  records: readonly DeliveredRecord[],
  { invoke, onFailedInvocation, signal }: TransformationPorts,
): Promise<Outcome[] | undefined> {
  const event = transformationEvent(delivery, records);
  let lastError = new Error("no attempt was made");
  for (let attempt = 1; attempt <= model.retries + 1; attempt++) {
    if (attempt > 1) await pause(backoffMs(attempt - 2, FIRST_WAIT_MS, LONGEST_WAIT_MS), signal);
    if (signal.aborted) return undefined;
    try {
      const answer = await invoke(model.functionArn, event);
      if (signal.aborted) return undefined;
      return readAnswer(records, checkAnswer(answer), attempt);
    } catch (error) {
      lastError = error instanceof Error ? error : new Error(String(error));
      onFailedInvocation(attempt, lastError);
    }
  }
  if (signal.aborted) return undefined;
  const failure = failed(model.retries + 1, "Lambda.FunctionError", lastError.message);
  return records.map(() => failure);
}

/** The request of a delivery stream whose source is a Kinesis stream. */
export function transformationEvent(
  delivery: DeliveryStreamModel,
  records: readonly DeliveredRecord[],
): FirehoseTransformationEvent {
  const [, , , region = ""] = delivery.arn.split(":");
  return {
    invocationId: randomUUID(),
    deliveryStreamArn: delivery.arn,
    sourceKinesisStreamArn: delivery.streamArn,
    region,
    records: records.map((record) => ({
      recordId: record.recordId,
      approximateArrivalTimestamp: Math.round(record.arrivedAtMs),
      data: Buffer.from(record.data).toString("base64"),
      kinesisRecordMetadata: {
        shardId: record.shardId,
        partitionKey: record.partitionKey,
        approximateArrivalTimestamp: Math.round(record.arrivedAtMs),
        sequenceNumber: record.sequenceNumber,
        subsequenceNumber: record.subsequenceNumber,
      },
    })),
  };
}

/** Upper bound of the bytes that a record adds to the request. */
export function requestBytes(record: DeliveredRecord): number {
  const base64 = 4 * Math.ceil(record.data.length / 3);
  return base64 + JSON.stringify(record.partitionKey).length * 3 + 500;
}

/** A record of the response, its fields not yet checked. */
interface AnsweredRecord {
  readonly recordId: string;
  readonly result: unknown;
  readonly data: unknown;
}

/** @throws Error when the whole response is unusable: the invocation has then failed. */
function checkAnswer(answer: unknown): AnsweredRecord[] {
  const bytes = Buffer.byteLength(JSON.stringify(answer) ?? "");
  if (bytes > LAMBDA_REQUEST_BYTES)
    throw new Error(`the answer has ${bytes} bytes; at most ${LAMBDA_REQUEST_BYTES} are allowed`);
  const records = isJsonObject(answer) ? answer["records"] : undefined;
  if (!Array.isArray(records)) throw new Error('the answer has no list "records"');
  return records.map((record: unknown) => {
    if (!isJsonObject(record) || typeof record["recordId"] !== "string") {
      throw new Error("a record of the answer has no recordId");
    }
    return { recordId: record["recordId"], result: record["result"], data: record["data"] };
  });
}

function readAnswer(
  records: readonly DeliveredRecord[],
  answered: AnsweredRecord[],
  attempt: number,
): Outcome[] {
  const byId = Map.groupBy(answered, (record) => record.recordId);
  return records.map((record) => {
    const [answer, second] = byId.get(record.recordId) ?? [];
    if (answer === undefined) {
      return failed(attempt, "Lambda.MissingRecordId", "The function's answer lacks the record");
    }
    if (second !== undefined) {
      return failed(
        attempt,
        "Lambda.DuplicatedRecordId",
        "The function's answer has the record more than once",
      );
    }
    return readRecord(answer, attempt);
  });
}

function readRecord({ result, data }: AnsweredRecord, attempt: number): Outcome {
  if (result === "Dropped") return { result };
  if (result === "Ok" && typeof data === "string") return { result, data: Buffer.from(data, "base64") };
  if (result === "ProcessingFailed") {
    return failed(attempt, "Lambda.ProcessingFailedStatus", "The function answered ProcessingFailed");
  }
  const what = result === "Ok" ? "no data" : `the result ${JSON.stringify(result)}`;
  return failed(attempt, "Lambda.JsonProcessingException", `The function answered ${what}`);
}

function failed(attemptsMade: number, errorCode: string, errorMessage: string): Outcome {
  const failure = { attemptsMade, errorCode, errorMessage, attemptEndingTimestamp: Date.now() };
  return { result: "Failed", failure };
}
