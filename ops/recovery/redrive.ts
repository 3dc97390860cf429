import type { KinesisStreamEvent, KinesisStreamRecord } from "aws-lambda";
import { type BatchVerdict, readBatchResponse } from "../../lib/batch-response";
import { EXIT, type ExitCode } from "../../lib/exit";
import type { GivenUpBatch, OtherFailure } from "../reconcile/given-up";

/** Invokes the function. @returns its answer. Rejects with {@link InvocationError} when it failed. */
export type InvokeFunction = (event: KinesisStreamEvent) => Promise<unknown>;

/** The function was called and failed: it threw, timed out or was killed. */
export class InvocationError extends Error {
  override readonly name = "InvocationError";
}

/** What a redrive works with. */
export interface RedrivePorts {
  /** What lies below the folder of what was given up. */
  readonly objects: AsyncIterable<GivenUpBatch | OtherFailure>;
  readonly remove: (key: string) => Promise<void>;
  /** Whose batches are taken back. */
  readonly functionName: string;
  readonly invoke: InvokeFunction;
  readonly sleep: (ms: number) => Promise<void>;
  /** Told of each object when it is done with. */
  readonly onObject: (fate: Fate) => void;
}

/** What became of one object. */
export interface Fate {
  readonly key: string;
  /** Stream records in it. */
  readonly records: number;
  /**
   * `redriven`: all of it was acknowledged and the object is deleted; `waiting`: it would be, on a dry run;
   * `left`: some of it was not acknowledged; `foreign`: it is no batch of this function.
   */
  readonly kind: "redriven" | "waiting" | "left" | "foreign";
  /** Why it was left, or what it is. */
  readonly reason?: string;
}

/** What a redrive did. Counts of objects, except where records are named. */
export interface RedriveAccount {
  readonly redriven: number;
  readonly recordsRedriven: number;
  readonly waiting: number;
  readonly recordsWaiting: number;
  readonly left: readonly Fate[];
  readonly foreign: readonly Fate[];
  /** It ended before the last object, because one after the other got nowhere. */
  readonly stoppedEarly: boolean;
}

/** How a redrive ends: well unless a batch was left where it is, or objects may be there that it did not come to. */
export function redriveCode({ left, stoppedEarly }: RedriveAccount): ExitCode {
  return left.length === 0 && !stoppedEarly ? EXIT.ok : EXIT.failed;
}

/** Invocations one after the other that get nowhere, before an object is left; just one behind an object that was. */
const FRUITLESS_INVOCATIONS = 3;
/** Objects one after the other that are left, before all others are: what they need is not there. */
const FRUITLESS_OBJECTS = 3;

const FIRST_WAIT_MS = 1_000;

/**
 * Takes what the event source mapping gave up back through its function, batch by batch, in the order of the
 * shards. An object is deleted once the function has acknowledged its whole batch, and not before: its lines
 * are then in the index or in quarantine. Whatever was done already is done again without harm, for the
 * function's writes are idempotent; so a redrive that was interrupted is simply run again.
 * @throws what the clients throw, except that of a failed invocation: then the object is left.
 */
export async function redrive(
  ports: RedrivePorts,
  { dryRun }: { readonly dryRun: boolean },
): Promise<RedriveAccount> {
  const fates: Fate[] = [];
  let leftInARow = 0;
  const settle = (batch: GivenUpBatch): Promise<Pick<Fate, "kind" | "reason">> =>
    redriveBatch(batch, ports, dryRun, leftInARow === 0 ? FRUITLESS_INVOCATIONS : 1);
  for await (const object of ports.objects) {
    const { key } = object;
    const fate: Fate =
      object.event === undefined
        ? { key, records: 0, kind: "foreign", reason: "it holds no batch of a stream" }
        : { key, records: object.event.Records.length, ...(await settle(object)) };
    fates.push(fate);
    ports.onObject(fate);
    if (fate.kind === "left") leftInARow++;
    else if (fate.kind === "redriven") leftInARow = 0;
    if (leftInARow === FRUITLESS_OBJECTS) break;
  }
  return accountOf(fates, leftInARow === FRUITLESS_OBJECTS);
}

async function redriveBatch(
  batch: GivenUpBatch,
  ports: RedrivePorts,
  dryRun: boolean,
  patience: number,
): Promise<Pick<Fate, "kind" | "reason">> {
  // arn:aws:lambda:<region>:<account>:function:<name>, and perhaps a qualifier
  const owner = batch.functionArn.split(":")[6];
  if (owner !== ports.functionName) return { kind: "foreign", reason: `it was given up by ${owner}` };
  if (dryRun) return { kind: "waiting", reason: batch.condition };
  const outcome = await acknowledge(batch.event.Records, patience, ports);
  if (!outcome.acknowledged) return { kind: "left", reason: outcome.reason };
  await ports.remove(batch.key);
  return { kind: "redriven" };
}

type Acknowledgement =
  | { readonly acknowledged: true }
  | { readonly acknowledged: false; readonly reason: string };

/**
 * Invokes the function until it has acknowledged all records, each time from the first one on that it has not.
 * @param patience invocations in a row that may get nowhere
 */
async function acknowledge(
  records: readonly KinesisStreamRecord[],
  patience: number,
  { invoke, sleep }: RedrivePorts,
): Promise<Acknowledgement> {
  let rest = [...records];
  for (let fruitless = 0; ; ) {
    const verdict = await attempt(rest, invoke);
    if (verdict.type === "success") return { acknowledged: true };
    const processed = verdict.type === "failedFrom" ? verdict.index : 0;
    rest = rest.slice(processed);
    fruitless = processed > 0 ? 0 : fruitless + 1;
    if (fruitless === patience) return { acknowledged: false, reason: reasonOf(verdict, rest) };
    if (fruitless > 0) await sleep(FIRST_WAIT_MS * 2 ** (fruitless - 1));
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

function accountOf(fates: readonly Fate[], stoppedEarly: boolean): RedriveAccount {
  const of = (kind: Fate["kind"]): Fate[] => fates.filter((fate) => fate.kind === kind);
  const recordsOf = (kind: Fate["kind"]): number => of(kind).reduce((sum, { records }) => sum + records, 0);
  return {
    redriven: of("redriven").length,
    recordsRedriven: recordsOf("redriven"),
    waiting: of("waiting").length,
    recordsWaiting: recordsOf("waiting"),
    left: of("left"),
    foreign: of("foreign"),
    stoppedEarly,
  };
}
