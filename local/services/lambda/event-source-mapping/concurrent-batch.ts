import { LAMBDA_REQUEST_BYTES } from "../../../../contract/limits";
import { readBatchResponse } from "../../../../lib/batch-response";
import { messageOf } from "../../../../lib/message-of";
import { backoffMs, pause } from "../../../../lib/pause";
import type { EventSourceMappingModel, Invoke } from "../../../plan/data-plane";
import type { DiscardCondition, DiscardedBatch } from "./discarded-batch";
import { batchLength, type EventRecord, kinesisEvent } from "./event";

/** Waits before an invocation is repeated; AWS does not publish its own. */
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;

/** Callbacks of a concurrent batch to its mapping. */
export interface ConcurrentBatchPorts {
  readonly invoke: Invoke;
  readonly signal: AbortSignal;
  /** The function has processed the records. */
  readonly onAcknowledged: (records: readonly EventRecord[]) => void;
  /** Resolves to true once the on-failure record is written, to false when the mapping was closed before that. */
  readonly discard: (batch: DiscardedBatch) => Promise<boolean>;
  readonly onInvocation: (outcome: { readonly isRetry: boolean; readonly error?: string }) => void;
}

/** The part of a batch for one invocation: the whole batch first, less after a bisection. */
interface SubBatch {
  readonly records: readonly EventRecord[];
  /** Failures that count against the retry quota. */
  readonly failures: number;
  readonly invocations: number;
  readonly endedWithError?: boolean;
}

/**
 * One of the `ParallelizationFactor` batches that Lambda processes concurrently from a shard. It invokes the function with
 * one batch after the other, in order. All records of a partition key go to the same concurrent batch.
 */
export class ConcurrentBatch {
  private readonly queue: EventRecord[] = [];
  private queuedBytes = 0;
  private wake: (() => void) | undefined;
  /** Consecutive failures; they determine the backoff. */
  private failuresInARow = 0;

  constructor(
    private readonly model: EventSourceMappingModel,
    private readonly ports: ConcurrentBatchPorts,
  ) {}

  add(record: EventRecord): void {
    this.queue.push(record);
    this.queuedBytes += record.bytes;
    this.wake?.();
  }

  /** Runs until the signal is aborted, and then waits for the invocation in progress. */
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

  /** Waits for a full batch or the end of the batching window, which begins with the first record. */
  private async fill(): Promise<void> {
    const { signal } = this.ports;
    while (this.queue.length === 0 && !signal.aborted) await this.nextRecord(Number.POSITIVE_INFINITY);
    const end = Date.now() + this.model.windowSeconds * 1_000;
    while (!this.isFull() && Date.now() < end && !signal.aborted) await this.nextRecord(end - Date.now());
  }

  private isFull(): boolean {
    return this.queue.length >= this.model.batchSize || this.queuedBytes >= LAMBDA_REQUEST_BYTES;
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

  /** Repeats until every record is acknowledged or discarded, or the mapping is closed. */
  private async process(records: readonly EventRecord[]): Promise<void> {
    let work: SubBatch[] = [{ records, failures: 0, invocations: 0 }];
    for (;;) {
      const [subBatch, ...rest] = work;
      if (subBatch === undefined || this.ports.signal.aborted) return;
      work = [...(await this.attempt(subBatch)), ...rest];
    }
  }

  /** Invokes the function once. @returns the sub-batches that remain, in order. */
  private async attempt(given: SubBatch): Promise<SubBatch[]> {
    const subBatch = await this.withoutExpired(given);
    if (subBatch.records.length === 0 || this.ports.signal.aborted) return [];
    const { error, processed } = await this.invoke(subBatch);
    this.ports.onAcknowledged(subBatch.records.slice(0, processed));
    if (processed > 0) this.failuresInARow = 0;
    if (processed === subBatch.records.length) return [];
    this.failuresInARow++;
    const rest = {
      records: subBatch.records.slice(processed),
      failures: subBatch.failures,
      invocations: subBatch.invocations + 1,
      endedWithError: error !== undefined,
    };
    return this.retry(rest, processed > 0);
  }

  private async invoke({ records, invocations }: SubBatch): Promise<{ error?: string; processed: number }> {
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
   * Handles a failure. With `BisectBatchOnFunctionError` the batch is split, either after the records that the function
   * reported as processed or in halves; a split does not count against the retries. Otherwise the batch is retried after
   * a backoff, and discarded when no retries are left.
   */
  private async retry(
    subBatch: SubBatch & { readonly endedWithError: boolean },
    progressed: boolean,
  ): Promise<SubBatch[]> {
    const { bisectOnError, maximumRetries } = this.model;
    const { records } = subBatch;
    if (bisectOnError && subBatch.endedWithError && records.length > 1) {
      const half = Math.ceil(records.length / 2);
      return [
        { ...subBatch, records: records.slice(0, half) },
        { ...subBatch, records: records.slice(half) },
      ];
    }
    const failures = bisectOnError && progressed ? subBatch.failures : subBatch.failures + 1;
    if (maximumRetries >= 0 && failures > maximumRetries) {
      await this.discard(subBatch, records, "RetryAttemptsExhausted");
      return [];
    }
    await pause(backoffMs(this.failuresInARow - 1, FIRST_WAIT_MS, LONGEST_WAIT_MS), this.ports.signal);
    return [{ ...subBatch, failures }];
  }

  /** Discards the records that exceed the maximum record age. They come first, because a shard is in order. */
  private async withoutExpired(subBatch: SubBatch): Promise<SubBatch> {
    const { maximumRecordAgeSeconds: age } = this.model;
    if (age < 0) return subBatch;
    const oldestMs = Date.now() - age * 1_000;
    const firstYoung = subBatch.records.findIndex(({ record }) => record.arrivedAtMs >= oldestMs);
    const expired = firstYoung === -1 ? subBatch.records.length : firstYoung;
    await this.discard(subBatch, subBatch.records.slice(0, expired), "RecordAgeExceeded");
    return { ...subBatch, records: subBatch.records.slice(expired) };
  }

  private async discard(
    subBatch: SubBatch,
    records: readonly EventRecord[],
    condition: DiscardCondition,
  ): Promise<void> {
    const [first, ...others] = records;
    if (first === undefined) return;
    const { invocations, endedWithError } = subBatch;
    await this.ports.discard({
      records: [first, ...others],
      condition,
      invocations,
      ...(endedWithError !== undefined && { endedWithError }),
    });
    this.failuresInARow = 0;
  }
}
