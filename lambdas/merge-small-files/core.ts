import { HOUR_MS, hourOf } from "../../contract/hours";
import { count, type Logger } from "../shared/log";
import { type Acknowledgement, acknowledge } from "./acknowledge";
import { acquireLease, releaseLease } from "./lease";
import { METRICS } from "./metrics";
import { MergeRunFailed, NOTHING, type Outcome } from "./outcome";
import type { Ports } from "./ports";
import { Run } from "./run";
import { makeRunId } from "./run-id";
import { MergeState, newLedger } from "./state";
import type { MergeConfig } from "./warehouse";

/** Time reserved at the end of an invocation to write the ledger, to log and to release the lease. */
const RESERVE_MS = 15_000;

/** Time by which the lease outlives the function's timeout, because clocks differ slightly. */
const LEASE_MARGIN_MS = 30_000;

/**
 * One run: acquires the lease, does the work, and releases the lease.
 * @param remainingMs until the function's time-out
 * @param acknowledgement hours to treat as settled; the run then does nothing else
 * @throws MergeRunFailed when parts failed, after the rest was done; RangeError for an hour that cannot be
 * acknowledged; the error of S3 or Glue when nothing could be done at all.
 */
export async function mergeSmallFiles(
  config: MergeConfig,
  ports: Ports,
  remainingMs: number,
  acknowledgement?: Acknowledgement,
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
    return { status: "busy", ...NOTHING };
  }
  let { lastHourlyPass } = lease;
  try {
    const state = new MergeState(ports.objects, config.STATE_PREFIX);
    const found = await state.readLedger();
    const ledger = found?.ledger ?? newLedger(hourOf(startMs - config.LOOK_BACK_HOURS * HOUR_MS));
    const before = found && JSON.stringify(ledger);
    const save = async (): Promise<void> => {
      if (JSON.stringify(ledger) !== before) await state.saveLedger(ledger, found?.etag);
    };
    if (acknowledgement) {
      await acknowledge(acknowledgement, hourOf(startMs), ledger, config, ports);
      await save();
      return { status: "acknowledged", ...NOTHING, unsettled: Object.keys(ledger.unsettled) };
    }
    const thisHour = hourOf(startMs).name;
    const run = new Run(config, ports, state, ledger, startMs, timeoutMs - RESERVE_MS);
    const { outcome, isComplete } = await run.work(lastHourlyPass !== thisHour);
    await save();
    // If the run did not check every hour or had no time left, the next run continues, not the one in an hour.
    if (outcome.hourlyPass && isComplete) lastHourlyPass = thisHour;
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
    // An hour that waits for its next attempt still counts as failed.
    [METRICS.failedSteps]: count(outcome.failing.length + otherFailures(outcome)),
    [METRICS.backlogHours]: count(outcome.postponed.length + outcome.inFlight.length),
    [METRICS.unsettledHours]: count(outcome.unsettled.length),
    [METRICS.identityDifferences]: count(
      outcome.compared.reduce((sum, { differences }) => sum + differences, 0),
    ),
    [METRICS.queries]: count(outcome.queries),
    [METRICS.staleness]: { value: outcome.stalenessSeconds, unit: "Seconds" },
    [METRICS.duration]: { value: durationMs, unit: "Milliseconds" },
  });
}

function otherFailures({ failed, failing }: Outcome): number {
  return failed.filter(({ hour }) => hour === undefined || !failing.includes(hour)).length;
}
