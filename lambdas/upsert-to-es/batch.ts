import type { Line } from "../../contract/lines";
import { type QuarantineEntry, quarantineEntry } from "../../contract/quarantine";
import type { Fault } from "./answer";

/** A line with the record it came in. */
export interface Tracked {
  /** Of the record, as Kinesis writes it. */
  readonly sequenceNumber: string;
  readonly line: Line;
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
  public bulkRequests = 0;
  private readonly refusals: Refusal[] = [];
  private readonly faults = new Map<string, { fault: Fault; times: number }>();
  private lowest: bigint | undefined;

  /** The line can never be indexed. */
  public refuse({ sequenceNumber, line }: Tracked, reason: string, detail: string): void {
    this.refusals.push({ sequenceNumber, entry: quarantineEntry(line, "speed", reason, detail) });
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

  /** Refused lines of records that do not come again, in stream order: the same lines, the same object. */
  public settledRefusals(): Refusal[] {
    return this.refusals
      .filter(({ sequenceNumber }) => !this.comesAgain(sequenceNumber))
      .sort((a, b) => (a.entry.record_id < b.entry.record_id ? -1 : 1));
  }
}
