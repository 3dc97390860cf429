import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "aws-lambda";
import { readEnvironment } from "../shared/env";
import { createLogger } from "../shared/log";
import { createSearch } from "../shared/search-client";
import { type SetupOutcome, searchSetup } from "./core";
import { ENVIRONMENT } from "./env";

const config = readEnvironment(ENVIRONMENT, process.env);
const search = createSearch(config.ES_HOST, config.REGION_NAME);

/** Called by the deploy with a `SearchSetupInput`. */
export async function handler(event: unknown, context: Context): Promise<SetupOutcome> {
  return searchSetup(event, config.ES_INDEX, {
    search,
    log: createLogger(context.functionName),
    timeLeftMs: () => context.getRemainingTimeInMillis(),
    sleep: (ms) => sleep(ms),
  });
}
