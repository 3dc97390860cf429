import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "aws-lambda";
import { PANELS } from "../../dashboards/panels";
import { savedObjects } from "../../dashboards/saved-objects";
import { readEnvironment } from "../shared/env";
import { createLogger } from "../shared/log";
import { createSearch } from "../shared/search-client";
import { type Ports, type SetupOutcome, searchSetup } from "./core";
import { setUpDashboards } from "./dashboards";
import { ENVIRONMENT } from "./env";
import { withRetry } from "./with-retry";

const config = readEnvironment(ENVIRONMENT, process.env);
const search = createSearch(config.ES_HOST, config.REGION_NAME);

/** Invoked by the deploy with a `SearchSetupInput`. The engine comes first, because its roles allow the other writes. */
export async function handler(event: unknown, context: Context): Promise<SetupOutcome> {
  const ports: Ports = {
    search,
    log: createLogger(context.functionName),
    timeLeftMs: () => context.getRemainingTimeInMillis(),
    sleep: (ms) => sleep(ms),
  };
  const engine = await searchSetup(
    event,
    { indexName: config.ES_INDEX, columns: config.CONTRACT.columns },
    ports,
  );
  const objects = savedObjects(PANELS, config.ES_INDEX);
  const dashboards = await setUpDashboards(objects, withRetry(search, ports));
  ports.log.info("Dashboards", { ...dashboards });
  return {
    created: [...engine.created, ...dashboards.created],
    updated: [...engine.updated, ...dashboards.updated],
    unchanged: [...engine.unchanged, ...dashboards.unchanged],
  };
}
