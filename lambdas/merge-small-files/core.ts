import { hourOf } from "../../contract/hours";
import { count, type Logger } from "../shared/log";
import { acquireLease, releaseLease } from "./lease";
import { METRICS } from "./metrics";
import { BUSY, MergeRunFailed, type Outcome } from "./outcome";
import type { Ports } from "./ports";
import { Run } from "./run";
import { makeRunId } from "./run-id";
import type { MergeConfig } from "./warehouse";

/** Left over at the end of the function's time: to stop a query, to log and to give the lease back. */
const RESERVE_MS = 15_000;

/** By so much the lease outlives the function's time-out, for clocks differ a little. */
const LEASE_MARGIN_MS = 30_000;

/**
 * One run: takes the lease, does what there is to do, and gives the lease back.
 * @param remainingMs until the function's time-out
 * @throws MergeRunFailed when parts failed, after the rest was done; what S3 or Glue threw when nothing could
 * be done at all.
 */
export async function mergeSmallFiles(
  config: MergeConfig,
  ports: Ports,
  remainingMs: number,
): Promise<Outcome> {
  const { clock, log } = ports;
  const startMs = clock.now();
  const staging = config.STAGING_OUTPUT_PREFIX;
  const timeoutMs = startMs + remainingMs;
  const holder = makeRunId(startMs, ports.randomId());
  const lease = await acquireLease(ports, staging, holder, timeoutMs + LEASE_MARGIN_MS);
  if (!lease) {
    log.info("Another run holds the lease");
    log.metrics({ [METRICS.busyRuns]: count(1) });
    return BUSY;
  }
  let { lastHourlyPass } = lease;
  try {
    const thisHour = hourOf(startMs).name;
    const run = new Run(config, ports, startMs, timeoutMs - RESERVE_MS);
    const outcome = await run.work(lastHourlyPass !== thisHour);
    // What failed or found no time is taken up by the next run, not in an hour.
    const complete = outcome.failed.length === 0 && outcome.postponed.length === 0;
    if (outcome.hourlyPass && complete) lastHourlyPass = thisHour;
    report(outcome, clock.now() - startMs, log);
    if (outcome.failed.length > 0) throw new MergeRunFailed(outcome);
    return outcome;
  } finally {
    await releaseLease(ports, staging, lease, lastHourlyPass);
  }
}

function report(outcome: Outcome, durationMs: number, log: Logger): void {
  log.info("Run ended", { ...outcome });
  log.metrics({
    [METRICS.mergedHours]: count(outcome.merged.length),
    [METRICS.mergedRows]: count(outcome.merged.reduce((sum, { rows }) => sum + rows, 0)),
    [METRICS.refusedHours]: count(outcome.refused.length),
    [METRICS.failedSteps]: count(outcome.failed.length),
    [METRICS.backlogHours]: count(outcome.postponed.length),
    [METRICS.identityDifferences]: count(
      outcome.compared.reduce((sum, { differences }) => sum + differences, 0),
    ),
    [METRICS.queries]: count(outcome.queries),
    [METRICS.staleness]: { value: outcome.stalenessSeconds, unit: "Seconds" },
    [METRICS.duration]: { value: durationMs, unit: "Milliseconds" },
  });
}
