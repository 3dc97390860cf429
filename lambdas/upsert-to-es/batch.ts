import { type IdentifiedLine, type QuarantineEntry, quarantineEntry } from "../../contract/quarantine";
import type { Fault } from "./answer";

/** A line with the record it came in. */
export interface Tracked {
  /** Sequence number of the record, as Kinesis writes it. */
  readonly sequenceNumber: string;
  readonly line: IdentifiedLine;
}

/** A line that cannot go into the index, with the record it came in. */
export interface RejectedLine {
  readonly sequenceNumber: string;
  readonly entry: QuarantineEntry;
}

/** Results of a batch so far. */
export class Batch {
  public linesIndexed = 0;
  public linesQuarantined = 0;
  public unknownColumns = 0;
  public bulkRequests = 0;
  /** Quarantined lines by reason. */
  public readonly reasons: Record<string, number> = {};
  private rejected: RejectedLine[] = [];
  private refusedBytes = 0;
  private readonly faults = new Map<string, { fault: Fault; times: number }>();
  private lowest: bigint | undefined;

  /** The line can never be indexed. */
  public refuse({ sequenceNumber, line }: Tracked, reason: string, detail: string): void {
    const entry = quarantineEntry(line, "speed", reason, detail);
    this.rejected.push({ sequenceNumber, entry });
    this.refusedBytes += entry.original.length + detail.length + ENTRY_BYTES;
  }

  /** Approximate bytes of the refused lines that are not quarantined yet. */
  public get pendingBytes(): number {
    return this.refusedBytes;
  }

  /** Makes Lambda retry from this record: it and all that follow in the shard. */
  public retryFrom(sequenceNumber: string): void {
    const number = BigInt(sequenceNumber);
    if (this.lowest === undefined || number < this.lowest) this.lowest = number;
  }

  /** Whether the record is retried. */
  public isRetried(sequenceNumber: string): boolean {
    return this.lowest !== undefined && BigInt(sequenceNumber) >= this.lowest;
  }

  /** Sequence number at which the retry begins; undefined when the batch is done. */
  public get lowestFailed(): string | undefined {
    return this.lowest?.toString();
  }

  /** Notes why something is retried. */
  public noteFault(fault: Fault): void {
    const key = `${fault.status} ${fault.type}`;
    const known = this.faults.get(key) ?? { fault, times: 0 };
    known.times++;
    this.faults.set(key, known);
  }

  /** Each kind of fault once, and how often it occurred. */
  public allFaults(): readonly { readonly fault: Fault; readonly times: number }[] {
    return [...this.faults.values()];
  }

  /** Counts the rejected lines whose entries are written. */
  public noteQuarantined(rejected: readonly RejectedLine[]): void {
    this.linesQuarantined += rejected.length;
    for (const { entry } of rejected) this.reasons[entry.reason] = (this.reasons[entry.reason] ?? 0) + 1;
  }

  /**
   * Removes and returns the refused lines of records that are not retried, in stream order, so that the same lines
   * give the same object. Refused lines of retried records are dropped, because the retry judges them again.
   */
  public takeRejected(): RejectedLine[] {
    const taken = this.rejected
      .filter(({ sequenceNumber }) => !this.isRetried(sequenceNumber))
      .sort((a, b) => (a.entry.record_id < b.entry.record_id ? -1 : 1));
    this.rejected = [];
    this.refusedBytes = 0;
    return taken;
  }
}

/** Approximate bytes of a quarantine entry without its line and detail. */
const ENTRY_BYTES = 200;
