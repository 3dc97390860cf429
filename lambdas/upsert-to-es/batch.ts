import { type IdentifiedLine, type QuarantineEntry, quarantineEntry } from "../../contract/quarantine";
import type { Fault } from "./answer";

/** A line with the record it came in. */
export interface Tracked {
  /** Of the record, as Kinesis writes it. */
  readonly sequenceNumber: string;
  readonly line: IdentifiedLine;
}

/** A line that cannot go into the index, with the record it came in. */
export interface Refusal {
  readonly sequenceNumber: string;
  readonly entry: QuarantineEntry;
}

/** What became of the lines of a batch, so far. */
export class Batch {
  public linesIndexed = 0;
  public linesQuarantined = 0;
  public unknownColumns = 0;
  public bulkRequests = 0;
  /** How many lines were quarantined for each reason. */
  public readonly reasons: Record<string, number> = {};
  private refusals: Refusal[] = [];
  private refusedBytes = 0;
  private readonly faults = new Map<string, { fault: Fault; times: number }>();
  private lowest: bigint | undefined;

  /** The line can never be indexed. */
  public refuse({ sequenceNumber, line }: Tracked, reason: string, detail: string): void {
    const entry = quarantineEntry(line, "speed", reason, detail);
    this.refusals.push({ sequenceNumber, entry });
    this.refusedBytes += entry.original.length + detail.length + REFUSAL_BYTES;
  }

  /** Bytes of what is refused and not yet quarantined, about. */
  public get pendingBytes(): number {
    return this.refusedBytes;
  }

  /** The record has to come again, and with it all behind it in the shard. */
  public comeAgain(sequenceNumber: string): void {
    const number = BigInt(sequenceNumber);
    if (this.lowest === undefined || number < this.lowest) this.lowest = number;
  }

  /** Whether the record comes again. */
  public comesAgain(sequenceNumber: string): boolean {
    return this.lowest !== undefined && BigInt(sequenceNumber) >= this.lowest;
  }

  /** Where Lambda has to begin again; undefined when the batch is done. */
  public get lowestFailed(): string | undefined {
    return this.lowest?.toString();
  }

  /** Notes why something comes again. */
  public noteFault(fault: Fault): void {
    const key = `${fault.status} ${fault.type}`;
    const known = this.faults.get(key) ?? { fault, times: 0 };
    known.times++;
    this.faults.set(key, known);
  }

  /** Each kind of fault once, and how often it was met. */
  public allFaults(): readonly { readonly fault: Fault; readonly times: number }[] {
    return [...this.faults.values()];
  }

  /** Counts refusals whose entries are written. */
  public noteQuarantined(refusals: readonly Refusal[]): void {
    this.linesQuarantined += refusals.length;
    for (const { entry } of refusals) this.reasons[entry.reason] = (this.reasons[entry.reason] ?? 0) + 1;
  }

  /**
   * Takes the refused lines of records that do not come again, in stream order: the same lines, the same object.
   * Those of the others are forgotten, for they come again.
   */
  public takeRefusals(): Refusal[] {
    const taken = this.refusals
      .filter(({ sequenceNumber }) => !this.comesAgain(sequenceNumber))
      .sort((a, b) => (a.entry.record_id < b.entry.record_id ? -1 : 1));
    this.refusals = [];
    this.refusedBytes = 0;
    return taken;
  }
}

/** What an entry of the quarantine has beside the line and its detail, about. */
const REFUSAL_BYTES = 200;
