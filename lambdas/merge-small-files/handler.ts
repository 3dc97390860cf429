import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { AthenaClient } from "@aws-sdk/client-athena";
import { GlueClient } from "@aws-sdk/client-glue";
import { S3Client } from "@aws-sdk/client-s3";
import type { Context } from "aws-lambda";
import { readEnvironment } from "../shared/env";
import { createLogger } from "../shared/log";
import { type Acknowledgement, readAcknowledgement } from "./acknowledge";
import { glueCatalog } from "./aws-catalog";
import { s3Objects } from "./aws-objects";
import { athenaQueries } from "./aws-queries";
import { mergeSmallFiles } from "./core";
import { ENVIRONMENT } from "./env";
import type { Outcome } from "./outcome";
import { tablesOf } from "./warehouse";

const config = readEnvironment(ENVIRONMENT, process.env);
const athena = new AthenaClient({});
const glue = new GlueClient({});
const objects = s3Objects(new S3Client({}));

/** Invoked by the schedule, whose event is ignored, or by an operator with an {@link Acknowledgement}. */
export async function handler(event: unknown, context: Context): Promise<Outcome> {
  const ports = {
    objects,
    catalog: glueCatalog(glue),
    queries: athenaQueries(athena, config.WORK_GROUP, config.STAGING_OUTPUT_PREFIX, tablesOf(config)),
    clock: { now: Date.now, sleep: (ms: number) => sleep(ms) },
    randomId: () => randomBytes(4).toString("hex"),
    log: createLogger(context.functionName),
  };
  return mergeSmallFiles(config, ports, context.getRemainingTimeInMillis(), readAcknowledgement(event));
}
