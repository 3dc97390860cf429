import { count, type Logger } from "../shared/log";
import { WRITER_ROLE } from "../shared/search";
import type { Fault } from "./answer";
import type { Batch } from "./batch";
import { METRICS } from "./metrics";

/**
 * Writes the metrics of a batch, and a log line for anything that an operator should look at.
 * @param retried lines of records that are retried
 */
export function report(batch: Batch, retried: number, log: Logger): void {
  const faults = batch.allFaults();
  const refusals = faults.filter(({ fault }) => isRefusal(fault));
  log.metrics({
    [METRICS.indexed]: count(batch.linesIndexed),
    [METRICS.quarantined]: count(batch.linesQuarantined),
    [METRICS.retried]: count(retried),
    [METRICS.unknownColumns]: count(batch.unknownColumns),
    [METRICS.bulkRequests]: count(batch.bulkRequests),
    [METRICS.refusals]: count(refusals.reduce((sum, { times }) => sum + times, 0)),
  });
  if (batch.linesQuarantined > 0) log.warn("Lines were quarantined", { reasons: batch.reasons });
  if (faults.length > 0) {
    log.warn("Records are retried", {
      from: batch.lowestFailed,
      faults: faults.map(({ fault, times }) => ({ ...fault, times })),
    });
  }
  for (const { fault } of refusals) log.error("The search domain refuses this function", remedy(fault));
}

function isRefusal({ status }: Fault): boolean {
  return status === 401 || status === 403;
}

/** The security plugin and the domain's access policy refuse with different messages and need different remedies. */
function remedy({ type, reason }: Fault): Readonly<Record<string, unknown>> {
  const text =
    type === "security_exception"
      ? `map this function's execution role to the security role ${WRITER_ROLE}; search-setup does so at each deploy`
      : type === "cluster_block_exception"
        ? "the cluster blocks writes: look at its free storage and its index blocks"
        : "the domain's access policy must allow this function's execution role es:ESHttpPost";
  return { remedy: text, type, ...(reason !== undefined && { reason }) };
}
