import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from "aws-lambda";
import { RecordJudge } from "../../contract/lines";
import { readEnvironment } from "../shared/env";
import { createLogger } from "../shared/log";
import { putJsonLines } from "../shared/s3";
import { createSearch } from "../shared/search-client";
import { upsertToEs } from "./core";
import { ENVIRONMENT } from "./env";

const config = readEnvironment(ENVIRONMENT, process.env);
const search = createSearch(config.ES_HOST, config.REGION_NAME);
const { columns, eventTime } = config.CONTRACT;
const settings = {
  indexName: config.ES_INDEX,
  quarantinePrefix: config.QUARANTINE_LOCATION.prefix,
  judge: new RecordJudge(columns),
  eventTime,
};

const put = putJsonLines(config.QUARANTINE_LOCATION.bucket);

/** Called by the event source mapping with a batch of one shard; it must report item failures. */
export async function handler(
  event: KinesisStreamEvent,
  context: Context,
): Promise<KinesisStreamBatchResponse> {
  return upsertToEs(event, settings, {
    search,
    put,
    log: createLogger(context.functionName),
    timeLeftMs: () => context.getRemainingTimeInMillis(),
  });
}
