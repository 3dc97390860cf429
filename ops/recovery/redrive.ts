import type { KinesisStreamEvent, KinesisStreamRecord } from "aws-lambda";
import { type BatchVerdict, readBatchResponse } from "../../lib/batch-response";
import { EXIT, type ExitCode } from "../../lib/exit";
import type { DiscardedBatch, OtherFailure } from "../reconcile/on-failure-records";

/** Invokes the function. @returns its answer. Rejects with {@link InvocationError} when it failed. */
export type InvokeFunction = (event: KinesisStreamEvent) => Promise<unknown>;

/** The function was called and failed: it threw, timed out or was killed. */
export class InvocationError extends Error {
  override readonly name = "InvocationError";
}

/** Ports of {@link redrive}. */
export interface RedrivePorts {
  /** The objects of the on-failure destination. */
  readonly objects: AsyncIterable<DiscardedBatch | OtherFailure>;
  readonly remove: (key: string) => Promise<void>;
  /** Only its batches are redriven. */
  readonly functionName: string;
  readonly invoke: InvokeFunction;
  readonly sleep: (ms: number) => Promise<void>;
  /** Called with the result of each object. */
  readonly onObject: (result: ObjectResult) => void;
}

/** Result of one object. */
export interface ObjectResult {
  readonly key: string;
  /** Stream records in it. */
  readonly records: number;
  /**
   * `redriven`: all of it was acknowledged and the object is deleted; `pending`: it would be, on a dry run;
   * `failed`: some of it was not acknowledged; `skipped`: it is no batch of this function.
   */
  readonly kind: "redriven" | "pending" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  readonly reason?: string;
}

/** Report of a redrive. Counts of objects, except where records are named. */
export interface RedriveReport {
  readonly redriven: number;
  readonly recordsRedriven: number;
  readonly pending: number;
  readonly recordsPending: number;
  readonly failed: readonly ObjectResult[];
  readonly skipped: readonly ObjectResult[];
  /** It ended before the last object, because one after the other failed. */
  readonly stoppedEarly: boolean;
}

/** Exit code of a redrive: 0 unless a batch failed, or the redrive stopped before the last object. */
export function redriveCode({ failed, stoppedEarly }: RedriveReport): ExitCode {
  return failed.length === 0 && !stoppedEarly ? EXIT.ok : EXIT.failed;
}

/** Consecutive invocations without progress after which an object has failed; one, when the object before it has. */
const MAX_INVOCATIONS = 3;
/** Consecutive objects that fail, after which the redrive stops: they have a common cause. */
const MAX_FAILED_OBJECTS = 3;

const FIRST_WAIT_MS = 1_000;

/**
 * Reprocesses batches that the event source mapping discarded, one by one through its function, in the order of the
 * shards. An object is deleted once the function has acknowledged its whole batch, and not before: its lines are then
 * in the index or in quarantine. The function's writes are idempotent, so a redrive may be repeated after an
 * interruption.
 * @throws what the clients throw, except {@link InvocationError}, after which the object stays.
 */
export async function redrive(
  ports: RedrivePorts,
  { dryRun }: { readonly dryRun: boolean },
): Promise<RedriveReport> {
  const results: ObjectResult[] = [];
  let failedInARow = 0;
  const settle = (batch: DiscardedBatch): Promise<Pick<ObjectResult, "kind" | "reason">> =>
    redriveBatch(batch, ports, dryRun, failedInARow === 0 ? MAX_INVOCATIONS : 1);
  for await (const object of ports.objects) {
    const { key } = object;
    const result: ObjectResult =
      object.event === undefined
        ? { key, records: 0, kind: "skipped", reason: "it holds no batch of a stream" }
        : { key, records: object.event.Records.length, ...(await settle(object)) };
    results.push(result);
    ports.onObject(result);
    if (result.kind === "failed") failedInARow++;
    else if (result.kind === "redriven") failedInARow = 0;
    if (failedInARow === MAX_FAILED_OBJECTS) break;
  }
  return reportOf(results, failedInARow === MAX_FAILED_OBJECTS);
}

async function redriveBatch(
  batch: DiscardedBatch,
  ports: RedrivePorts,
  dryRun: boolean,
  maxAttempts: number,
): Promise<Pick<ObjectResult, "kind" | "reason">> {
  // arn:aws:lambda:<region>:<account>:function:<name>, and perhaps a qualifier
  const owner = batch.functionArn.split(":")[6];
  if (owner !== ports.functionName)
    return { kind: "skipped", reason: `it was discarded by the mapping of ${owner}` };
  if (dryRun) return { kind: "pending", reason: batch.condition };
  const outcome = await acknowledge(batch.event.Records, maxAttempts, ports);
  if (!outcome.acknowledged) return { kind: "failed", reason: outcome.reason };
  await ports.remove(batch.key);
  return { kind: "redriven" };
}

type Acknowledgement =
  | { readonly acknowledged: true }
  | { readonly acknowledged: false; readonly reason: string };

/**
 * Invokes the function until it has acknowledged all records, each time from the first record that it has not.
 * @param maxAttempts consecutive invocations without progress that are allowed
 */
async function acknowledge(
  records: readonly KinesisStreamRecord[],
  maxAttempts: number,
  { invoke, sleep }: RedrivePorts,
): Promise<Acknowledgement> {
  let rest = [...records];
  for (let withoutProgress = 0; ; ) {
    const verdict = await attempt(rest, invoke);
    if (verdict.type === "success") return { acknowledged: true };
    const processed = verdict.type === "failedFrom" ? verdict.index : 0;
    rest = rest.slice(processed);
    withoutProgress = processed > 0 ? 0 : withoutProgress + 1;
    if (withoutProgress === maxAttempts) return { acknowledged: false, reason: reasonOf(verdict, rest) };
    if (withoutProgress > 0) await sleep(FIRST_WAIT_MS * 2 ** (withoutProgress - 1));
  }
}

async function attempt(records: KinesisStreamRecord[], invoke: InvokeFunction): Promise<BatchVerdict> {
  let answer: unknown;
  try {
    answer = await invoke({ Records: records });
  } catch (error) {
    if (!(error instanceof InvocationError)) throw error;
    return { type: "failure", reason: error.message };
  }
  return readBatchResponse(
    answer,
    records.map(({ kinesis }) => kinesis.sequenceNumber),
  );
}

function reasonOf(verdict: BatchVerdict, [first]: readonly KinesisStreamRecord[]): string {
  return verdict.type === "failure"
    ? verdict.reason
    : `the function does not get past record ${first?.eventID}: its log says why`;
}

function reportOf(results: readonly ObjectResult[], stoppedEarly: boolean): RedriveReport {
  const of = (kind: ObjectResult["kind"]): ObjectResult[] => results.filter((result) => result.kind === kind);
  const recordsOf = (kind: ObjectResult["kind"]): number =>
    of(kind).reduce((sum, { records }) => sum + records, 0);
  return {
    redriven: of("redriven").length,
    recordsRedriven: recordsOf("redriven"),
    pending: of("pending").length,
    recordsPending: recordsOf("pending"),
    failed: of("failed"),
    skipped: of("skipped"),
    stoppedEarly,
  };
}
