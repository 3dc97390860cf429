import type { Context, FirehoseTransformationEvent, FirehoseTransformationResult } from "aws-lambda";
import { readEnvironment } from "../shared/env";
import { createLogger } from "../shared/log";
import { putJsonLines } from "../shared/s3";
import { validateRecords } from "./core";
import { ENVIRONMENT } from "./env";

const { QUARANTINE_LOCATION: quarantine } = readEnvironment(ENVIRONMENT, process.env);
const put = putJsonLines(quarantine.bucket);

/** Called by Firehose with the records of one transformation buffer. */
export async function handler(
  event: FirehoseTransformationEvent,
  context: Context,
): Promise<FirehoseTransformationResult> {
  return validateRecords(event, quarantine.prefix, { put, log: createLogger(context.functionName) });
}
