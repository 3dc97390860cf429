import { setImmediate as nextTurn } from "node:timers/promises";
import { CongestionWindow } from "./congestion-window";
import { errorOf } from "./errors";
import type { Ledger } from "./ledger";
import { Pacer } from "./pacer";
import { Batcher, MAX_RECORD_BYTES, type PackedRecord, Packer, sizeOf } from "./pack";
import type { Put } from "./put";
import { type FailedLines, type PutPorts, putWithRetry } from "./put-with-retry";
import { Random } from "./random";
import { type SendReport, Tally } from "./send-report";
import { type BadRow, isBadRow, itemsIn, type Source, type SourceLine } from "./source";
import { SYSTEM_TIMING, type Timing } from "./timing";

/** Options of {@link produce}: source, destination and rate. */
export interface ProduceOptions {
  readonly put: Put;
  readonly lines: Source;
  /** Lines a second; a function is asked again and again, so its answer may change. 0 pauses. @default no limit */
  readonly rate?: number | (() => number);
  /** Lines at the beginning that the rate does not limit, unless it is 0. @default 0 */
  readonly unpacedLines?: number;
  /** Lines in one stream record, at most. @default 1 */
  readonly pack?: number;
  /** Lines to accept, at most. @default all */
  readonly maxCount?: number;
  /** Milliseconds after which no more lines are offered. @default no end */
  readonly durationMs?: number;
  /** Seed of the partition keys. @default 1 */
  readonly seed?: number;
  /** Once aborted, no more lines are offered; what is in flight is finished. */
  readonly signal?: AbortSignal;
  /** Takes the identity of each acknowledged line. */
  readonly ledger?: Ledger;
  /** Called with the current report after each call. */
  readonly onProgress?: (report: SendReport) => void;
  readonly onBadRow?: (row: BadRow) => void;
  readonly onFailed?: (lines: FailedLines) => void;
  /** @default this machine's */
  readonly timing?: Timing;
}

/** A run that could not go on: the input is unreadable, or a call fails on every retry. */
export class ProduceError extends Error {
  override readonly name = "ProduceError";

  public constructor(
    cause: Error,
    /** Report up to the error; nothing is in flight any more. */
    public readonly report: SendReport,
  ) {
    super(cause.message, { cause });
  }
}

/** A stream record that is not full is sent when its first line has waited for this long. */
const LINGER_MS = 1_000;

/**
 * Sends lines to a stream until they end, the limits are reached or the signal is aborted, and reports on every line.
 * Where the stream throttles, fewer batches are in flight, so the source is read more slowly. Order is kept within a
 * stream record, not between records. Memory is bounded by the batches in flight.
 * @throws ProduceError; whatever was acknowledged by then is in its report and in the ledger.
 */
export async function produce(options: ProduceOptions): Promise<SendReport> {
  const { timing = SYSTEM_TIMING } = options;
  const tally = new Tally(() => timing.now());
  const sender = new Sender(options, tally, timing);
  let inputFault: unknown;
  try {
    await offer(options, tally, timing, sender);
  } catch (error) {
    inputFault = error;
  }
  await sender.finish();
  const fault = sender.failed.aborted ? sender.failed.reason : inputFault;
  const report = { ...tally.snapshot(), ...options.lines.columns?.() };
  if (fault !== undefined)
    throw new ProduceError(errorOf(fault), { ...report, error: errorOf(fault).message });
  return report;
}

/** Takes lines from the source, each in its turn. */
async function offer(options: ProduceOptions, tally: Tally, timing: Timing, sender: Sender): Promise<void> {
  const { lines, rate = Number.POSITIVE_INFINITY, signal, onBadRow } = options;
  const {
    maxCount = Number.POSITIVE_INFINITY,
    durationMs = Number.POSITIVE_INFINITY,
    unpacedLines = 0,
  } = options;
  const stop = AbortSignal.any(signal ? [signal, sender.failed] : [sender.failed]);
  const wanted = typeof rate === "function" ? rate : () => rate;
  const current = (): number => {
    const perSecond = wanted();
    return perSecond > 0 && tally.accepted < unpacedLines ? Number.POSITIVE_INFINITY : perSecond;
  };
  const pacer = new Pacer(current, () => timing.now());
  const isTimed = durationMs !== Number.POSITIVE_INFINITY;
  const isOver = (): boolean =>
    stop.aborted || tally.accepted >= maxCount || (isTimed && tally.elapsedMs >= durationMs);

  if (isOver()) return;
  for await (const given of lines) {
    // The source may have been waited for.
    if (isOver()) return;
    for (const item of itemsIn(given)) {
      if (isBadRow(item)) {
        tally.refuse(item.reason);
        onBadRow?.(item);
      } else {
        for (let wait = pacer.take(); wait > 0; wait = pacer.take()) {
          await sender.sendWaiting();
          await timing.sleep(Math.min(wait, durationMs - tally.elapsedMs), stop);
          if (isOver()) return;
        }
        // Most lines complete nothing: without a promise for each.
        const sending = sender.add(item);
        if (sending) await sending;
      }
      if (isOver()) return;
    }
  }
}

/** Packs lines into records and records into batches, and keeps a bounded number of batches in flight. */
class Sender {
  private readonly failure = new AbortController();
  private readonly packer: Packer;
  private readonly batcher = new Batcher();
  private readonly window = new CongestionWindow();
  private readonly inFlight = new Set<Promise<unknown>>();
  private readonly ports: PutPorts;
  private readonly onFailed: (lines: FailedLines) => void;
  /** When the first line of the incomplete record was added. */
  private openSince = 0;

  public constructor(
    options: ProduceOptions,
    private readonly tally: Tally,
    private readonly timing: Timing,
  ) {
    const { put, pack = 1, seed = 1, ledger, onProgress, onFailed } = options;
    this.packer = new Packer(pack, seed);
    this.onFailed = (lines) => {
      tally.add("failed", lines.numbers.length);
      onFailed?.(lines);
    };
    this.ports = {
      put,
      tally,
      timing,
      random: new Random(seed, 2),
      ledger,
      onFailed: this.onFailed,
      onCall: (throttled) => {
        this.window.learn(throttled);
        onProgress?.(tally.snapshot());
      },
    };
  }

  /** Aborted, with the error as its reason, when the run cannot go on. */
  public get failed(): AbortSignal {
    return this.failure.signal;
  }

  /** Takes a line. @returns undefined, or when it completed a batch: ends when no longer too much is in flight */
  public add(line: SourceLine): Promise<void> | undefined {
    if (this.packer.isEmpty) this.openSince = this.timing.now();
    const records = this.packer.add(line);
    this.tally.add("accepted");
    const batches = this.batchesOf(records);
    return batches && this.dispatchAll(batches);
  }

  /** Sends an incomplete batch, because the next line is not due yet. */
  public async sendWaiting(): Promise<void> {
    if (this.timing.now() - this.openSince >= LINGER_MS) await this.closeRecord();
    await this.dispatch(this.batcher.flush());
  }

  /** Sends the rest and waits for everything in flight. */
  public async finish(): Promise<void> {
    await this.closeRecord();
    await this.dispatch(this.batcher.flush());
    await Promise.all(this.inFlight);
  }

  private async closeRecord(): Promise<void> {
    await this.dispatchAll(this.batchesOf(this.packer.flush()) ?? []);
  }

  /** The batches that records complete. */
  private batchesOf(records: readonly PackedRecord[]): (readonly PackedRecord[])[] | undefined {
    let batches: (readonly PackedRecord[])[] | undefined;
    for (const record of records) {
      this.tally.add("records");
      this.tally.add("bytes", record.data.length);
      if (sizeOf(record) > MAX_RECORD_BYTES) {
        const reason = `a stream record of ${sizeOf(record)} bytes, its key included; at most ${MAX_RECORD_BYTES} are taken`;
        this.onFailed({ numbers: record.numbers, reason });
        continue;
      }
      const batch = this.batcher.add(record);
      if (batch) batches = [...(batches ?? []), batch];
    }
    return batches;
  }

  private async dispatchAll(batches: readonly (readonly PackedRecord[])[]): Promise<void> {
    for (const batch of batches) await this.dispatch(batch);
  }

  private async dispatch(batch: readonly PackedRecord[] | undefined): Promise<void> {
    if (batch === undefined) return;
    // Lets signals and timers through, which a source and a stream that never wait would keep out.
    await nextTurn();
    while (this.inFlight.size >= this.window.size) await Promise.race(this.inFlight);
    if (this.failed.aborted) {
      const reason = "the run ended before it was sent";
      this.onFailed({ numbers: batch.flatMap(({ numbers }) => numbers), reason });
      return;
    }
    const delivery = putWithRetry(batch, this.ports, this.failed)
      .then(
        (fault) => fault && this.failure.abort(fault),
        (fault: unknown) => this.failure.abort(fault),
      )
      .finally(() => this.inFlight.delete(delivery));
    this.inFlight.add(delivery);
  }
}
