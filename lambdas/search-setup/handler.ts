import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "aws-lambda";
import { savedObjects } from "../../dashboards/saved-objects";
import { readEnvironment } from "../shared/env";
import { createLogger } from "../shared/log";
import { createSearch } from "../shared/search-client";
import { type Ports, type SetupOutcome, searchSetup } from "./core";
import { setUpDashboards } from "./dashboards";
import { ENVIRONMENT } from "./env";
import { readInput } from "./input";
import { withRetry } from "./with-retry";

const config = readEnvironment(ENVIRONMENT, process.env);
const search = createSearch(config.ES_HOST, config.REGION_NAME);

/**
 * Invoked by the deploy with a `SearchSetupInput`. The engine comes first, because its roles allow the other writes.
 * @throws InputError when the input is wrong; Error when the domain cannot be reached in time or refuses
 */
export async function handler(event: unknown, context: Context): Promise<SetupOutcome> {
  const ports: Ports = {
    search,
    log: createLogger(context.functionName),
    timeLeftMs: () => context.getRemainingTimeInMillis(),
    sleep: (ms) => sleep(ms),
  };
  const { ES_INDEX: indexName, CONTRACT: contract } = config;
  const input = readInput(contract, event);
  const engine = await searchSetup(input, { indexName, contract }, ports);
  const { panels, smoke, title } = input;
  const objects = savedObjects({ ...contract, smoke }, panels, { indexName, title });
  const dashboards = await setUpDashboards(objects, withRetry(search, ports));
  ports.log.info("Dashboards", { ...dashboards });
  return {
    created: [...engine.created, ...dashboards.created],
    updated: [...engine.updated, ...dashboards.updated],
    unchanged: [...engine.unchanged, ...dashboards.unchanged],
    warnings: engine.warnings,
  };
}
