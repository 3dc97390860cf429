import { createHash } from "node:crypto";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { messageOf } from "../../../../lib/message-of";
import { backoffMs, endsWithin, pause } from "../../../../lib/pause";
import type { EventSourceMappingModel, Invoke, Service } from "../../../plan/data-plane";
import type { Store } from "../../../store/store";
import { Positions } from "../../stream-consumer/positions";
import {
  type ShardPosition,
  ShardReader,
  type StreamSource,
  startingPositions,
} from "../../stream-consumer/shard-reader";
import { type DiscardCondition, type DiscardedBatch, invocationRecord } from "./discarded-batch";
import { ShardConsumer, type ShardPorts } from "./shard-consumer";

/** Dependencies of a mapping. */
interface EventSourceMappingOptions {
  readonly source: StreamSource;
  readonly s3: S3Client;
  readonly invoke: Invoke;
  /** Keeps the positions, by the mapping's UUID. */
  readonly store: Store;
  /** Receives a message about each failure. */
  readonly onNotice?: (message: string) => void;
}

/** A record that the mapping discarded. */
interface DiscardedRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly condition: DiscardCondition;
  /** Key of the on-failure object; absent without an on-failure destination, when the record is lost. */
  readonly key?: string;
}

/** Counts since the start, in stream records (not lines). */
export interface MappingProgress {
  readonly recordsRead: number;
  readonly recordsAcknowledged: number;
  readonly invocations: number;
  readonly failedInvocations: number;
  /** Invocations with records of an earlier invocation. */
  readonly retries: number;
  readonly discarded: readonly DiscardedRecord[];
  /** Arrival time of the newest acknowledged record, ms since 1970. */
  readonly newestMs?: number;
  /** For each shard, the position up to which every record was acknowledged or discarded. */
  readonly positions: Readonly<Record<string, ShardPosition>>;
}

/** A running event source mapping. */
export interface EventSourceMapping extends Service {
  readonly model: EventSourceMappingModel;
  /** Lambda's UUID of the mapping, the same in each run. */
  readonly uuid: string;
  progress(): MappingProgress;
  /**
   * Waits a few seconds for the invocations in progress and saves the positions. The next start reads the
   * unacknowledged records again.
   */
  close(): Promise<void>;
}

const PUT_FIRST_WAIT_MS = 200;
const PUT_LONGEST_WAIT_MS = 5_000;
/** Time that the work in progress gets at the end; it is then read again at the next start. */
const CLOSE_GRACE_MS = 1_000;

/**
 * Reads a stream and invokes a function with its records, as Lambda does: up to `ParallelizationFactor` concurrent batches
 * of each shard, each retried until it is processed or discarded by the mapping's settings. Each record is delivered at
 * least once. Positions are saved. A disabled mapping does nothing. Unlike on AWS, a record that has expired from the
 * stream is still retried.
 * @throws Error for a stream that was resharded.
 */
export async function startEventSourceMapping(
  model: EventSourceMappingModel,
  options: EventSourceMappingOptions,
): Promise<EventSourceMapping> {
  const uuid = mappingUuid(model);
  const kept = new Positions(options.store, `mapping/${uuid}`);
  let positions = kept.load();
  if (positions === undefined) {
    positions = startingPositions(options.source, model.streamArn, model.startingPosition);
    kept.save(positions);
  }
  return new Mapping(model, uuid, options, kept, positions);
}

class Mapping implements EventSourceMapping {
  private readonly stop = new AbortController();
  private readonly positions: Record<string, ShardPosition>;
  private readonly discarded: DiscardedRecord[] = [];
  private readonly counts = {
    recordsRead: 0,
    recordsAcknowledged: 0,
    invocations: 0,
    failedInvocations: 0,
    retries: 0,
  };
  private newestMs: number | undefined;
  private failuresInARow = 0;
  private closed = false;
  private readonly work: Promise<void>;

  constructor(
    readonly model: EventSourceMappingModel,
    readonly uuid: string,
    private readonly options: EventSourceMappingOptions,
    private readonly kept: Positions,
    positions: Record<string, ShardPosition>,
  ) {
    this.positions = { ...positions };
    const consumers = Object.entries(model.enabled ? positions : {}).map(([shardId, position]) => {
      const reader = new ShardReader(options.source, model.streamArn, shardId, position);
      return new ShardConsumer(model, reader, position, this.ports());
    });
    this.work = Promise.all(consumers.map((consumer) => consumer.run())).then(
      () => undefined,
      (error: unknown) => this.tell(`stopped: ${messageOf(error)}`),
    );
  }

  progress(): MappingProgress {
    const { counts, newestMs, discarded, positions } = this;
    return {
      ...counts,
      discarded: [...discarded],
      ...(newestMs !== undefined && { newestMs }),
      positions: { ...positions },
    };
  }

  async close(): Promise<void> {
    this.stop.abort();
    await endsWithin(this.work, CLOSE_GRACE_MS);
    this.closed = true;
    this.savePositions();
  }

  private ports(): ShardPorts {
    const { counts } = this;
    return {
      invoke: this.options.invoke,
      signal: this.stop.signal,
      onRead: (records) => {
        counts.recordsRead += records;
      },
      onReadFailed: (error) => this.tell(`cannot read the stream: ${messageOf(error)}`),
      onAcknowledged: (records, newestMs) => {
        counts.recordsAcknowledged += records;
        this.newestMs = Math.max(this.newestMs ?? 0, newestMs);
      },
      onInvocation: (outcome) => this.countInvocation(outcome),
      discard: (batch) => this.discard(batch),
      onPosition: (shardId, position) => {
        if (this.closed) return;
        this.positions[shardId] = position;
        this.savePositions();
      },
    };
  }

  /** Positions that a full disk refuses are saved with the next ones, and at the end. */
  private savePositions(): void {
    try {
      this.kept.save(this.positions);
    } catch (error) {
      this.tell(`cannot save its positions: ${messageOf(error)}`);
    }
  }

  private countInvocation({ isRetry, error }: { readonly isRetry: boolean; readonly error?: string }): void {
    this.counts.invocations++;
    if (isRetry) this.counts.retries++;
    if (error === undefined) {
      this.failuresInARow = 0;
      return;
    }
    this.counts.failedInvocations++;
    this.failuresInARow++;
    // During an outage it reports failures 1, 2, 4, 8, … only.
    if (Number.isInteger(Math.log2(this.failuresInARow))) {
      this.tell(`an invocation failed (${this.failuresInARow} in a row): ${error}`);
    }
  }

  /** Writes the batch to the on-failure destination, and retries until that succeeds. */
  private async discard(batch: DiscardedBatch): Promise<boolean> {
    const { onFailureBucket: Bucket } = this.model;
    const { key, body } = invocationRecord(this.model, this.uuid, batch, new Date());
    if (Bucket !== undefined && !(await this.put(Bucket, key, body))) return false;
    for (const { record } of batch.records) {
      const { shardId, sequenceNumber } = record;
      const { condition } = batch;
      this.discarded.push({ shardId, sequenceNumber, condition, ...(Bucket !== undefined && { key }) });
    }
    const where =
      Bucket === undefined
        ? "without an on-failure destination: they are lost"
        : `into s3://${Bucket}/${key}`;
    this.tell(`discarded ${batch.records.length} records (${batch.condition}) ${where}`);
    return true;
  }

  private async put(Bucket: string, Key: string, Body: string): Promise<boolean> {
    for (let failures = 0; ; failures++) {
      try {
        await this.options.s3.send(
          new PutObjectCommand({ Bucket, Key, Body, ContentType: "application/json" }),
        );
        return true;
      } catch (error) {
        this.tell(`cannot write s3://${Bucket}/${Key}: ${messageOf(error)}`);
        if (this.stop.signal.aborted) return false;
        await pause(backoffMs(failures, PUT_FIRST_WAIT_MS, PUT_LONGEST_WAIT_MS), this.stop.signal);
      }
    }
  }

  private tell(what: string): void {
    this.options.onNotice?.(`event source mapping of ${this.model.functionArn.split(":").at(-1)}: ${what}`);
  }
}

/** A UUID derived from the mapping's address and ARNs, of version 8 (RFC 9562). */
function mappingUuid({ address, streamArn, functionArn }: EventSourceMappingModel): string {
  const hex = createHash("sha256")
    .update(JSON.stringify([address, streamArn, functionArn]))
    .digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
