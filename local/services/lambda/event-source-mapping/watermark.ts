import type { ShardPosition } from "../../stream-consumer/shard-reader";

/**
 * The position up to which every record of a shard has ended, while records end in any order.
 */
export class Watermark {
  private readonly open: { readonly sequenceNumber: string; ended: boolean }[] = [];
  private readonly bySequenceNumber = new Map<string, { ended: boolean }>();

  constructor(private reached: ShardPosition) {}

  get position(): ShardPosition {
    return this.reached;
  }

  /** Number of records that have not ended, or that ended before an earlier one. */
  get outstanding(): number {
    return this.open.length;
  }

  /** Call it in the order of the shard. */
  begin(sequenceNumber: string): void {
    const entry = { sequenceNumber, ended: false };
    this.open.push(entry);
    this.bySequenceNumber.set(sequenceNumber, entry);
  }

  /** @throws Error when the record ended twice or never began */
  end(sequenceNumber: string): void {
    const entry = this.bySequenceNumber.get(sequenceNumber);
    if (entry === undefined) throw new Error(`record ${sequenceNumber} ended twice, or never began`);
    entry.ended = true;
    this.bySequenceNumber.delete(sequenceNumber);
    let done = 0;
    while (this.open[done]?.ended) done++;
    this.reached = this.open[done - 1]?.sequenceNumber ?? this.reached;
    this.open.splice(0, done);
  }
}
