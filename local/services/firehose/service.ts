import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { messageOf } from "../../../lib/message-of";
import { backoffMs, endsWithin, pause } from "../../../lib/pause";
import type { DeliveryStreamModel, Invoke, Service } from "../../plan/data-plane";
import type { Numbering } from "../../plan/user-record-numbers";
import type { Store } from "../../store/store";
import { Positions } from "../stream-consumer/positions";
import {
  type ShardPosition,
  ShardReader,
  type ShardRecord,
  type StreamSource,
  startingPositions,
} from "../stream-consumer/shard-reader";
import { ObjectBuffer, type ObjectContent, TransformationBuffer } from "./buffers";
import { compilePrefixes, fileTime, type Prefix } from "./prefix";
import { type Outcome, transform } from "./transformation";
import { type DeliveredRecord, deliveredRecords } from "./user-records";

/** Dependencies and settings of a delivery stream. */
interface DeliveryStreamOptions {
  readonly source: StreamSource;
  readonly s3: S3Client;
  readonly invoke: Invoke;
  /** Keeps the positions, by the delivery stream's name. */
  readonly store: Store;
  /** Divides both buffers' intervals. */
  readonly timeScale: number;
  /** Record ids of user records that were aggregated. @default ordered */
  readonly numbering?: Numbering;
  /** Called with a message for each failure. */
  readonly onNotice?: (message: string) => void;
}

/** Progress of a delivery stream since its start. Counts records, not lines; an aggregated record counts by its user records. */
interface DeliveryProgress {
  readonly recordsRead: number;
  /** In objects under the prefix. */
  readonly recordsDelivered: number;
  /** Marked as dropped by the transformation. */
  readonly recordsDropped: number;
  /** In objects under the error prefix. */
  readonly recordsFailed: number;
  readonly objects: number;
  readonly failedInvocations: number;
  /** Arrival of the newest record that was delivered, dropped, or written as failed, ms since 1970. */
  readonly newestMs?: number;
  /** Every record of the shard up to this position was delivered, dropped, or written as failed. */
  readonly positions: Readonly<Record<string, ShardPosition>>;
}

/** A running delivery stream. */
export interface DeliveryStream extends Service {
  readonly model: DeliveryStreamModel;
  progress(): DeliveryProgress;
  /**
   * Waits for the current invocation or write, writes the transformed records as a last object, and saves the
   * positions. The next start reads records again that were read and not transformed.
   */
  close(): Promise<void>;
}

/** Invocations at once; AWS makes up to five for each shard. A second one keeps both cores busy. */
const MAX_INVOCATIONS = 2;
const POLL_MS = 200;
const READ_RETRY_MS = 1_000;
const PUT_FIRST_WAIT_MS = 200;
const PUT_LONGEST_WAIT_MS = 5_000;
/** Time that the work in progress gets at the end; it is then read again at the next start. */
const CLOSE_GRACE_MS = 1_000;
const MIB = 1024 * 1024;

/**
 * Delivers a stream to S3 as Firehose does: in order of arrival within each shard, transformed by a function, one
 * object whenever a buffer is full or old enough, each record at least once. It saves the positions after each
 * object, so a process that is killed loses nothing, and may write records again.
 *
 * A delivery stream without saved positions begins at LATEST, fixed before this resolves.
 * @throws Error for a prefix that cannot be evaluated, and for a stream that was resharded.
 */
export async function startDeliveryStream(
  model: DeliveryStreamModel,
  options: DeliveryStreamOptions,
): Promise<DeliveryStream> {
  const prefixes = compilePrefixes(model);
  const kept = new Positions(options.store, `delivery/${model.name}`);
  let positions = kept.load();
  if (positions === undefined) {
    positions = startingPositions(options.source, model.streamArn, "LATEST");
    kept.save(positions);
  }
  return new Delivery(model, options, prefixes, kept, positions);
}

class Delivery implements DeliveryStream {
  private readonly stop = new AbortController();
  private readonly readers: ShardReader[];
  private readonly pending: TransformationBuffer;
  private readonly buffer: ObjectBuffer;
  /** Records up to this position are in {@link buffer}, or were delivered. */
  private readonly buffered: Record<string, ShardPosition>;
  /** Arrival of the newest record in {@link buffer}, ms since 1970. */
  private newestBufferedMs: number | undefined;
  private newestMs: number | undefined;
  private saved: Readonly<Record<string, ShardPosition>>;
  private readonly counts = {
    recordsRead: 0,
    recordsDelivered: 0,
    recordsDropped: 0,
    recordsFailed: 0,
    objects: 0,
    failedInvocations: 0,
  };
  /** Ends when the work so far that must happen in the order of arrival has ended. */
  private stored = Promise.resolve();
  /** The storing of each invocation that may still run, oldest first. */
  private readonly invocations: Promise<void>[] = [];
  /** A write failed during close: positions must no longer be saved, so that the next start repeats it. */
  private writeFailed = false;
  private readonly work: Promise<void>;

  constructor(
    readonly model: DeliveryStreamModel,
    private readonly options: DeliveryStreamOptions,
    private readonly prefixes: { readonly data: Prefix; readonly error: Prefix },
    private readonly kept: Positions,
    positions: Record<string, ShardPosition>,
  ) {
    const { transformation } = model;
    const interval = (seconds: number): number => (seconds * 1_000) / options.timeScale;
    this.pending = new TransformationBuffer(
      (transformation?.bufferMiB ?? 0) * MIB,
      interval(transformation?.bufferSeconds ?? 0),
    );
    this.buffer = new ObjectBuffer(
      model.bufferMiB * MIB,
      interval(model.bufferSeconds),
      transformation?.functionArn ?? "",
    );
    this.saved = positions;
    this.buffered = { ...positions };
    this.readers = Object.entries(positions).map(
      ([shardId, position]) => new ShardReader(options.source, model.streamArn, shardId, position),
    );
    this.work = this.run().catch((error: unknown) => this.tell(`stopped: ${messageOf(error)}`));
  }

  progress(): DeliveryProgress {
    const { newestMs } = this;
    return { ...this.counts, ...(newestMs !== undefined && { newestMs }), positions: this.saved };
  }

  async close(): Promise<void> {
    this.stop.abort();
    if (await endsWithin(this.work, CLOSE_GRACE_MS)) await this.deliver({ once: true });
  }

  private async run(): Promise<void> {
    try {
      await this.deliverUntilStopped();
    } finally {
      await this.stored;
    }
  }

  private async deliverUntilStopped(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      const records = await this.read();
      for (const record of records) {
        await this.addToPending(record);
        if (signal.aborted) return;
      }
      if (this.pending.dueMs <= Date.now()) await this.transformPending();
      if (this.buffer.dueMs <= Date.now()) await this.inTurn(() => this.deliver());
      if (records.length > 0) continue;
      const due = Math.min(this.pending.dueMs, this.buffer.dueMs) - Date.now();
      await pause(Math.max(0, Math.min(POLL_MS, due)), signal);
    }
  }

  /** Unpacks an aggregated record, and transforms the pending records each time the buffer is full. */
  private async addToPending(record: ShardRecord): Promise<void> {
    for (const delivered of deliveredRecords(record, this.options.numbering ?? "ordered")) {
      if (this.pending.overflowsWith(delivered)) await this.transformPending();
      if (this.stop.signal.aborted) return;
      this.counts.recordsRead++;
      this.pending.add(delivered);
      if (this.pending.isFull()) await this.transformPending();
    }
  }

  /** Reads the shards' new records. An unreadable shard does not hold up the others. */
  private async read(): Promise<ShardRecord[]> {
    const { signal } = this.stop;
    const results = await Promise.allSettled(this.readers.map((reader) => reader.read()));
    const records = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
    const failure = results.find((result) => result.status === "rejected");
    if (failure && !signal.aborted) {
      this.tell(`cannot read the stream: ${messageOf(failure.reason)}`);
      await pause(READ_RETRY_MS, signal);
    }
    return records;
  }

  /** Does a part of the work behind the parts before it. */
  private inTurn(part: () => Promise<void>): Promise<void> {
    this.stored = this.stored.then(part);
    // Whoever waits for it, and the end of the run, get its error.
    this.stored.catch(() => undefined);
    return this.stored;
  }

  /** Begins to transform the pending records. Resolves when another invocation may begin. */
  private async transformPending(): Promise<void> {
    const records = this.pending.take();
    const outcomes = this.transform(records);
    this.invocations.push(this.inTurn(async () => this.store(records, await outcomes)));
    if (this.invocations.length >= MAX_INVOCATIONS) await this.invocations.shift();
  }

  private async store(
    records: readonly DeliveredRecord[],
    outcomes: readonly Outcome[] | undefined,
  ): Promise<void> {
    if (outcomes === undefined) return;
    for (const [index, record] of records.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined || this.stop.signal.aborted) return;
      this.buffer.add(record, outcome);
      // Otherwise the remaining user records of the same record would be lost if the process ended.
      if (record.isLast) this.buffered[record.shardId] = record.sequenceNumber;
      this.newestBufferedMs = Math.max(this.newestBufferedMs ?? 0, record.arrivedAtMs);
      if (this.buffer.isFull()) await this.deliver();
    }
  }

  /** Returns undefined when the delivery stream is closed meanwhile: the next start reads the records again. */
  private async transform(records: readonly DeliveredRecord[]): Promise<Outcome[] | undefined> {
    const { transformation } = this.model;
    if (transformation === undefined) {
      return records.map(({ data }) => ({ result: "Ok", data: Buffer.from(data) }));
    }
    return transform(this.model, transformation, records, {
      invoke: this.options.invoke,
      signal: this.stop.signal,
      onFailedInvocation: (attempt, error) => {
        this.counts.failedInvocations++;
        this.tell(`attempt ${attempt} of its transformation failed: ${error.message}`);
      },
    });
  }

  /** Writes the buffered records, then saves the positions. @param once do not retry a write that fails */
  private async deliver({ once = false } = {}): Promise<void> {
    if (this.writeFailed) return;
    const positions = { ...this.buffered };
    const newestMs = this.newestBufferedMs;
    const { data, errors, dropped } = this.buffer.take();
    if (errors) {
      const key = this.key(this.prefixes.error, errors);
      await this.put(key, errors.body, once);
      if (this.writeFailed) return;
      this.counts.recordsFailed += errors.records;
      this.tell(
        `${errors.records} records were not transformed; they are in s3://${this.model.bucket}/${key}`,
      );
    }
    if (data) {
      const isGzip = this.model.compression === "GZIP";
      const key = this.key(this.prefixes.data, data) + (isGzip ? ".gz" : "");
      const body = isGzip ? gzipSync(data.body) : data.body;
      await this.put(key, body, once);
      if (this.writeFailed) return;
      this.counts.recordsDelivered += data.records;
      this.counts.objects++;
    }
    this.counts.recordsDropped += dropped;
    await this.write("save its positions", () => this.kept.save(positions), once);
    if (this.writeFailed) return;
    this.saved = positions;
    this.newestMs = newestMs;
  }

  /** Firehose's object name, after the prefix. */
  private key(prefix: Prefix, { oldestMs }: ObjectContent): string {
    return `${prefix(oldestMs)}${this.model.name}-1-${fileTime(oldestMs)}-${randomUUID()}`;
  }

  /** Retries under the same key. */
  private put(Key: string, Body: Buffer, once: boolean): Promise<void> {
    const { bucket: Bucket } = this.model;
    const send = () => this.options.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    return this.write(`write s3://${Bucket}/${Key}`, send, once);
  }

  /** Retries a write that fails until the delivery stream is closed. @param once do not retry */
  private async write(what: string, attempt: () => unknown, once: boolean): Promise<void> {
    const { signal } = this.stop;
    for (let failures = 0; ; failures++) {
      try {
        await attempt();
        return;
      } catch (error) {
        this.tell(`cannot ${what}: ${messageOf(error)}`);
        this.writeFailed = once || signal.aborted;
        if (this.writeFailed) return;
        await pause(backoffMs(failures, PUT_FIRST_WAIT_MS, PUT_LONGEST_WAIT_MS), signal);
      }
    }
  }

  private tell(what: string): void {
    this.options.onNotice?.(`delivery stream ${this.model.name}: ${what}`);
  }
}
