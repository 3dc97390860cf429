import { GetObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import type { KinesisStreamEvent, KinesisStreamRecord } from "aws-lambda";
import { judgeRecord } from "../lambdas/shared/lines";
import { decodeKinesisRecord } from "../lambdas/upsert-to-es/decode";
import type { GivenUpLine } from "./compare";
import { isInWindow, type Window } from "./window";

/** Where Lambda puts what event source mappings give up; its own choice. */
const PREFIX = "aws/lambda/";

/** The bucket that is the mappings' on-failure destination. */
export interface FailureBucket {
  readonly s3: S3Client;
  readonly bucket: string;
}

/** What is read of Lambda's invocation record of a stream's batch. */
interface InvocationRecord {
  readonly requestContext: { readonly condition: string };
  /** The event as JSON. */
  readonly payload: string;
}

/**
 * Every line of what the mappings ever gave up, by identity, with the object that keeps its record. Failures of
 * other kinds that Lambda may keep there, which hold no batch of a stream, are passed over.
 * @throws what the client throws; SyntaxError for an object that is not JSON
 */
export async function readGivenUp(
  { s3, bucket }: FailureBucket,
  window?: Window,
): Promise<Map<string, GivenUpLine>> {
  const lines = new Map<string, GivenUpLine>();
  for await (const { Contents } of paginateListObjectsV2(
    { client: s3 },
    { Bucket: bucket, Prefix: PREFIX },
  )) {
    for (const { Key } of Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const document: unknown = JSON.parse((await Body?.transformToString()) ?? "");
      if (!isInvocationRecord(document)) continue;
      const { condition } = document.requestContext;
      for (const record of recordsOf(document)) {
        const decoded = decodeKinesisRecord(record);
        if (window && !isInWindow(window, decoded.arrivedAtMs)) continue;
        for (const { recordId } of judgeRecord(decoded)) {
          lines.set(recordId, { condition, location: `s3://${bucket}/${Key}` });
        }
      }
    }
  }
  return lines;
}

function recordsOf({ payload }: InvocationRecord): readonly KinesisStreamRecord[] {
  const event: KinesisStreamEvent = JSON.parse(payload);
  return event.Records;
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
