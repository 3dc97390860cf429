import { createHash } from "node:crypto";
import { pause } from "../../../../lib/pause";
import type { EventSourceMappingModel } from "../../../plan/data-plane";
import type { ShardPosition, ShardReader } from "../../stream-consumer/shard-reader";
import { ConcurrentBatch, type ConcurrentBatchPorts } from "./concurrent-batch";
import { type EventRecord, eventRecord } from "./event";
import { Watermark } from "./watermark";

/** Interval between reads of an empty shard; AWS reads once a second. */
const POLL_MS = 200;
const READ_RETRY_MS = 1_000;
/** Batches to read ahead for each concurrent batch. */
const BATCHES_AHEAD = 2;

/** Callbacks of a shard to its mapping. */
export interface ShardPorts extends Omit<ConcurrentBatchPorts, "onAcknowledged"> {
  readonly onRead: (records: number) => void;
  readonly onReadFailed: (error: unknown) => void;
  /** @param newestMs arrival of the newest of them, ms since 1970 */
  readonly onAcknowledged: (records: number, newestMs: number) => void;
  /** Every record up to this position was acknowledged or discarded. */
  readonly onPosition: (shardId: string, position: ShardPosition) => void;
}

/** Reads a shard and distributes its records to its concurrent batches. */
export class ShardConsumer {
  private readonly concurrentBatches: readonly ConcurrentBatch[];
  private readonly watermark: Watermark;

  constructor(
    private readonly model: EventSourceMappingModel,
    private readonly reader: ShardReader,
    position: ShardPosition,
    private readonly ports: ShardPorts,
  ) {
    this.watermark = new Watermark(position);
    const batchPorts: ConcurrentBatchPorts = {
      ...ports,
      onAcknowledged: (records) => {
        const newest = records.at(-1);
        if (newest) ports.onAcknowledged(records.length, newest.record.arrivedAtMs);
        this.end(records);
      },
      discard: async (batch) => {
        const done = await ports.discard(batch);
        if (done) this.end(batch.records);
        return done;
      },
    };
    this.concurrentBatches = Array.from(
      { length: model.parallelizationFactor },
      () => new ConcurrentBatch(model, batchPorts),
    );
  }

  async run(): Promise<void> {
    await Promise.all([this.read(), ...this.concurrentBatches.map((batch) => batch.run())]);
  }

  private async read(): Promise<void> {
    const { signal } = this.ports;
    const ahead = this.model.batchSize * this.model.parallelizationFactor * BATCHES_AHEAD;
    while (!signal.aborted) {
      const room = ahead - this.watermark.outstanding;
      const count = room > 0 ? await this.readOnce(room) : 0;
      if (count === 0) await pause(POLL_MS, signal);
    }
  }

  private async readOnce(limit: number): Promise<number> {
    try {
      const records = await this.reader.read(limit);
      this.ports.onRead(records.length);
      for (const record of records) {
        this.watermark.begin(record.sequenceNumber);
        this.concurrentBatches[concurrentBatchOf(record.partitionKey, this.concurrentBatches.length)]?.add(
          eventRecord(this.model, record),
        );
      }
      return records.length;
    } catch (error) {
      if (!this.ports.signal.aborted) this.ports.onReadFailed(error);
      await pause(READ_RETRY_MS, this.ports.signal);
      return 0;
    }
  }

  private end(records: readonly EventRecord[]): void {
    for (const { record } of records) this.watermark.end(record.sequenceNumber);
    if (records.length > 0) this.ports.onPosition(this.reader.shardId, this.watermark.position);
  }
}

/** Index of the concurrent batch of a partition key, always the same. */
export function concurrentBatchOf(partitionKey: string, concurrentBatches: number): number {
  return createHash("md5").update(partitionKey).digest().readUInt32BE() % concurrentBatches;
}
