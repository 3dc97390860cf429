import { lineId, recordPrefix } from "../contract/record-id";
import { errorOf } from "./errors";
import type { Ledger } from "./ledger";
import type { PackedRecord } from "./pack";
import { type Put, PutError, type RecordOutcome, type StreamPosition } from "./put";
import type { Random } from "./random";
import type { Tally } from "./send-report";
import type { Timing } from "./timing";

/** How often a record, or a call, may fail for another reason than throttling. */
const MAX_FAILURES = 8;
/** How long a throttled record is retried. */
const MAX_THROTTLED_MS = 5 * 60_000;
/** Bound of the first wait; it doubles each time. The wait is drawn evenly from 0 to the bound ("full jitter"). */
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;

/** Lines that were not acknowledged although they were sent. */
export interface FailedLines {
  /** Their numbers in the source. */
  readonly numbers: readonly number[];
  readonly reason: string;
}

/** Ports of {@link putWithRetry}. */
export interface PutPorts {
  readonly put: Put;
  readonly tally: Tally;
  readonly timing: Timing;
  /** Draws the jitter of the waits. */
  readonly random: Random;
  readonly ledger?: Ledger | undefined;
  /** Called with lines that failed for good; it counts them. */
  readonly onFailed: (lines: FailedLines) => void;
  /** Called after each call. */
  readonly onCall: (throttled: boolean) => void;
}

/** A record that the stream did not accept, and the reason. */
interface FailedRecord {
  readonly record: PackedRecord;
  readonly reason: string;
}

/** Result of one PutRecords call. */
interface CallResult {
  readonly failed: readonly FailedRecord[];
  readonly throttled: readonly FailedRecord[];
  /** The call as a whole failed; it is not known to have stored any record. */
  readonly error?: Error;
  /** Set when the error will occur again on every retry. */
  readonly nonRetryable?: boolean;
}

/**
 * Puts a batch, and retries the records that were not accepted, until each record is acknowledged or has failed.
 * @param abandoned once aborted, nothing is retried
 * @returns the error that ends the whole run; undefined while it can continue.
 */
export async function putWithRetry(
  batch: readonly PackedRecord[],
  ports: PutPorts,
  abandoned: AbortSignal,
): Promise<Error | undefined> {
  const { tally, timing, random, onFailed } = ports;
  const startedAt = timing.now();
  let pending = batch;
  let failures = 0;
  for (let attempt = 0; ; attempt++) {
    const { failed, throttled, error, nonRetryable = false } = await attemptOnce(pending, ports);
    if (failed.length > 0) failures++;
    const over = nonRetryable || abandoned.aborted;
    const lost = over || failures >= MAX_FAILURES;
    const late = over || timing.now() - startedAt > MAX_THROTTLED_MS;
    pending = [...recordsToRetry(failed, lost, ports), ...recordsToRetry(throttled, late, ports)];
    // After so many failures of whole calls the next batch would fail too.
    if (error !== undefined && lost) return error;
    if (pending.length === 0) return undefined;
    const bound = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt);
    await timing.sleep(random.next() * bound, abandoned);
    if (abandoned.aborted) {
      const reason = "the run ended before it could be sent again";
      onFailed({ numbers: pending.flatMap(({ numbers }) => numbers), reason });
      return undefined;
    }
    tally.add("retried", countLines(pending));
  }
}

/** One call, counted and entered in the ledger. */
async function attemptOnce(records: readonly PackedRecord[], ports: PutPorts): Promise<CallResult> {
  const { put, tally, onCall } = ports;
  tally.add("calls");
  let round: CallResult;
  try {
    round = settle(records, await put(records), ports);
  } catch (cause) {
    round = failedCall(records, errorOf(cause), tally);
  }
  onCall(round.throttled.length > 0);
  return round;
}

/** Result of a call that failed as a whole. */
function failedCall(records: readonly PackedRecord[], error: Error, tally: Tally): CallResult {
  const failures = records.map((record) => ({ record, reason: error.message }));
  const failure = error instanceof PutError ? error.failure : "refused";
  if (failure === "throttled") {
    tally.add("throttled", countLines(records));
    return { failed: [], throttled: failures };
  }
  if (failure === "unanswered") tally.add("uncertain", countLines(records));
  return { failed: failures, throttled: [], error, nonRetryable: failure === "refused" };
}

/** Sorts the records by their outcome. Never throws, so that acknowledged records stay counted. */
function settle(
  records: readonly PackedRecord[],
  outcomes: readonly RecordOutcome[],
  { tally, ledger }: PutPorts,
): CallResult {
  const failed: FailedRecord[] = [];
  const throttled: FailedRecord[] = [];
  const taken: { readonly position: StreamPosition; readonly lines: number }[] = [];
  for (const [index, record] of records.entries()) {
    const lines = record.numbers.length;
    const outcome: RecordOutcome = outcomes[index] ?? {
      status: "failed",
      reason: "no answer for this record",
    };
    switch (outcome.status) {
      case "acknowledged":
        tally.add("acknowledged", lines);
        if (outcome.position) taken.push({ position: outcome.position, lines });
        break;
      case "skipped":
        tally.add("skipped", lines);
        break;
      case "throttled":
        tally.add("throttled", lines);
        throttled.push({ record, reason: outcome.reason });
        break;
      case "failed":
        failed.push({ record, reason: outcome.reason });
        break;
    }
  }
  try {
    ledger?.append(taken.flatMap(({ position, lines }) => identitiesOf(position, lines)));
  } catch (cause) {
    const message = `lines were acknowledged, but the ledger cannot take them: ${errorOf(cause).message}`;
    return { failed, throttled, error: new Error(message, { cause }), nonRetryable: true };
  }
  return { failed, throttled };
}

/** Identities of all lines of a record. */
function identitiesOf({ shardId, sequenceNumber }: StreamPosition, lines: number): string[] {
  const prefix = recordPrefix(shardId, sequenceNumber);
  return Array.from({ length: lines }, (_, line) => lineId(prefix, line));
}

/** The records to put again; with `noMore` none, and all are reported as failed. */
function recordsToRetry(
  failures: readonly FailedRecord[],
  noMore: boolean,
  { onFailed }: PutPorts,
): readonly PackedRecord[] {
  if (!noMore) return failures.map(({ record }) => record);
  for (const [reason, given] of Map.groupBy(failures, ({ reason }) => reason)) {
    onFailed({ numbers: given.flatMap(({ record }) => record.numbers), reason });
  }
  return [];
}

function countLines(records: readonly PackedRecord[]): number {
  return records.reduce((sum, { numbers }) => sum + numbers.length, 0);
}
