import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "aws-lambda";
import { readEnvironment } from "../shared/env";
import { createLogger } from "../shared/log";
import { createSearch } from "../shared/search-client";
import { searchSetup } from "./core";
import { ENVIRONMENT } from "./env";
import { readInput } from "./input";
import type { SetupOutcome } from "./resource";

const config = readEnvironment(ENVIRONMENT, process.env);
const search = createSearch(config.ES_HOST, config.REGION_NAME);

/**
 * Invoked by the deploy, once for each part, with a `SearchSetupInput`.
 * @throws InputError when the input is wrong; Error when the domain cannot be reached in time or refuses
 */
export async function handler(event: unknown, context: Context): Promise<SetupOutcome> {
  const { ES_INDEX: indexName, CONTRACT: contract } = config;
  return searchSetup(
    readInput(contract, event),
    { indexName, contract },
    {
      search,
      log: createLogger(context.functionName),
      timeLeftMs: () => context.getRemainingTimeInMillis(),
      sleep: (ms) => sleep(ms),
    },
  );
}
