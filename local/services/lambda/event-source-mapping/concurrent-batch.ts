import { readBatchResponse } from "../../../../lib/batch-response";
import { messageOf } from "../../../../lib/message-of";
import { backoffMs, pause } from "../../../../lib/pause";
import type { EventSourceMappingModel, Invoke } from "../../../plan/data-plane";
import type { GivenUpBatch, GiveUpCondition } from "./discarded-batch";
import { batchLength, type EventRecord, kinesisEvent, PAYLOAD_LIMIT } from "./event";

/** Waits before an invocation is repeated; AWS does not publish its own. */
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;

/** What a slot tells its mapping. */
export interface SlotPorts {
  readonly invoke: Invoke;
  readonly signal: AbortSignal;
  /** The function has processed it. */
  readonly onAcknowledged: (records: readonly EventRecord[]) => void;
  /** Resolves once the records are where they can be found; false when that was given up at the close. */
  readonly giveUp: (batch: GivenUpBatch) => Promise<boolean>;
  readonly onInvocation: (outcome: { readonly isRetry: boolean; readonly error?: string }) => void;
}

/** Records that are invoked together. */
interface Piece {
  readonly records: readonly EventRecord[];
  /** Failures that count against the retry quota. */
  readonly failures: number;
  readonly invocations: number;
  readonly endedWithError?: boolean;
}

/**
 * One lane of a shard: its batches are processed one after the other, in order. The records of a partition key
 * are always in the same slot of their shard.
 */
export class Slot {
  private readonly queue: EventRecord[] = [];
  private queuedBytes = 0;
  private wake: (() => void) | undefined;
  /** Failures since something last went well, for the waits. */
  private failuresInARow = 0;

  constructor(
    private readonly model: EventSourceMappingModel,
    private readonly ports: SlotPorts,
  ) {}

  add(record: EventRecord): void {
    this.queue.push(record);
    this.queuedBytes += record.bytes;
    this.wake?.();
  }

  /** Works until the signal is aborted; an invocation that is under way then is waited for. */
  async run(): Promise<void> {
    const { signal } = this.ports;
    while (!signal.aborted) {
      await this.fill();
      if (signal.aborted) return;
      const records = this.queue.splice(0, batchLength(this.queue, this.model.batchSize));
      for (const { bytes } of records) this.queuedBytes -= bytes;
      await this.process(records);
    }
  }

  /** Waits for a full batch, or for what has come when the batching window ends; it begins with a record. */
  private async fill(): Promise<void> {
    const { signal } = this.ports;
    while (this.queue.length === 0 && !signal.aborted) await this.nextRecord(Number.POSITIVE_INFINITY);
    const end = Date.now() + this.model.windowSeconds * 1_000;
    while (!this.isFull() && Date.now() < end && !signal.aborted) await this.nextRecord(end - Date.now());
  }

  private isFull(): boolean {
    return this.queue.length >= this.model.batchSize || this.queuedBytes >= PAYLOAD_LIMIT;
  }

  private async nextRecord(withinMs: number): Promise<void> {
    const { signal } = this.ports;
    const enough = new AbortController();
    const wake = (): void => enough.abort();
    this.wake = wake;
    signal.addEventListener("abort", wake, { once: true });
    await pause(Math.min(withinMs, 2 ** 31 - 1), enough.signal);
    signal.removeEventListener("abort", wake);
    this.wake = undefined;
  }

  /** Until every record was acknowledged or given up, or the mapping is closed. */
  private async process(records: readonly EventRecord[]): Promise<void> {
    let work: Piece[] = [{ records, failures: 0, invocations: 0 }];
    for (;;) {
      const [piece, ...rest] = work;
      if (piece === undefined || this.ports.signal.aborted) return;
      work = [...(await this.attempt(piece)), ...rest];
    }
  }

  /** Invokes the function once. @returns what is left to do of the piece, in order. */
  private async attempt(given: Piece): Promise<Piece[]> {
    const piece = await this.withoutExpired(given);
    if (piece.records.length === 0 || this.ports.signal.aborted) return [];
    const { error, processed } = await this.invoke(piece);
    this.ports.onAcknowledged(piece.records.slice(0, processed));
    if (processed > 0) this.failuresInARow = 0;
    if (processed === piece.records.length) return [];
    this.failuresInARow++;
    const rest = {
      records: piece.records.slice(processed),
      failures: piece.failures,
      invocations: piece.invocations + 1,
      endedWithError: error !== undefined,
    };
    return this.retry(rest, processed > 0);
  }

  private async invoke({ records, invocations }: Piece): Promise<{ error?: string; processed: number }> {
    const isRetry = invocations > 0;
    try {
      const answer = await this.ports.invoke(this.model.functionArn, kinesisEvent(records));
      const verdict = this.model.reportsItemFailures
        ? readBatchResponse(
            answer,
            records.map(({ record }) => record.sequenceNumber),
          )
        : ({ type: "success" } as const);
      if (verdict.type === "failure") throw new Error(verdict.reason);
      this.ports.onInvocation({ isRetry });
      return { processed: verdict.type === "success" ? records.length : verdict.index };
    } catch (error) {
      const message = messageOf(error);
      this.ports.onInvocation({ isRetry, error: message });
      return { error: message, processed: 0 };
    }
  }

  /**
   * What follows a failure. With bisection the batch is cut: behind what was processed if the function said
   * so, else in halves; that does not count against the retries. Else it is one retry more, after a wait.
   */
  private async retry(
    piece: Piece & { readonly endedWithError: boolean },
    progressed: boolean,
  ): Promise<Piece[]> {
    const { bisectOnError, maximumRetries } = this.model;
    const { records } = piece;
    if (bisectOnError && piece.endedWithError && records.length > 1) {
      const half = Math.ceil(records.length / 2);
      return [
        { ...piece, records: records.slice(0, half) },
        { ...piece, records: records.slice(half) },
      ];
    }
    const failures = bisectOnError && progressed ? piece.failures : piece.failures + 1;
    if (maximumRetries >= 0 && failures > maximumRetries) {
      await this.giveUp(piece, records, "RetryAttemptsExhausted");
      return [];
    }
    await pause(backoffMs(this.failuresInARow - 1, FIRST_WAIT_MS, LONGEST_WAIT_MS), this.ports.signal);
    return [{ ...piece, failures }];
  }

  /** Gives up the records that are older than the mapping allows. They are the first: a shard is in order. */
  private async withoutExpired(piece: Piece): Promise<Piece> {
    const { maximumRecordAgeSeconds: age } = this.model;
    if (age < 0) return piece;
    const oldestMs = Date.now() - age * 1_000;
    const firstYoung = piece.records.findIndex(({ record }) => record.arrivedAtMs >= oldestMs);
    const expired = firstYoung === -1 ? piece.records.length : firstYoung;
    await this.giveUp(piece, piece.records.slice(0, expired), "RecordAgeExceeded");
    return { ...piece, records: piece.records.slice(expired) };
  }

  private async giveUp(
    piece: Piece,
    records: readonly EventRecord[],
    condition: GiveUpCondition,
  ): Promise<void> {
    const [first, ...others] = records;
    if (first === undefined) return;
    const { invocations, endedWithError } = piece;
    await this.ports.giveUp({
      records: [first, ...others],
      condition,
      invocations,
      ...(endedWithError !== undefined && { endedWithError }),
    });
    this.failuresInARow = 0;
  }
}
