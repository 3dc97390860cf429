import type { Context, FirehoseTransformationEvent, FirehoseTransformationResult } from "aws-lambda";
import { RecordJudge } from "../../contract/lines";
import { readEnvironment } from "../shared/env";
import { createLogger } from "../shared/log";
import { putJsonLines } from "../shared/s3";
import { validateRecords } from "./core";
import { ENVIRONMENT } from "./env";

const { QUARANTINE_LOCATION: quarantine, CONTRACT: contract } = readEnvironment(ENVIRONMENT, process.env);
const settings = { quarantinePrefix: quarantine.prefix, judge: new RecordJudge(contract.columns) };
const put = putJsonLines(quarantine.bucket);

/** Called by Firehose with the records of one transformation buffer. */
export async function handler(
  event: FirehoseTransformationEvent,
  context: Context,
): Promise<FirehoseTransformationResult> {
  return validateRecords(event, settings, { put, log: createLogger(context.functionName) });
}
