import { createHash } from "node:crypto";
import { HOUR_MS } from "../../../contract/hours";
import type { StreamModel } from "../../plan/data-plane";
import type { Store, Table } from "../../store/store";
import type { Batch } from "./batch";
import { recordBytes } from "./batch";
import { invalidArgument } from "./errors";
import type { RecordEntry } from "./request";
import { SequenceNumbers } from "./sequence-number";
import { ShardLog } from "./shard-log";
import { ReadThroughput, WriteThroughput } from "./throughput";

/** Interval at which expired records are deleted; they are not read before. */
const TRIM_EVERY_MS = 60_000;
const HASH_KEYS = 2n ** 128n;
const HASH_KEY_BYTES = 16;

/** A shard of a stream. */
export interface StreamShard {
  readonly id: string;
  readonly index: number;
  readonly startingHashKey: bigint;
  readonly endingHashKey: bigint;
  readonly log: ShardLog;
  readonly reads: ReadThroughput;
}

/** Outcome of putting one record. */
export type PutOutcome =
  | { readonly accepted: true; readonly shardId: string; readonly sequenceNumber: string }
  | { readonly accepted: false; readonly shardId: string };

interface OpenShard extends StreamShard {
  readonly writes: WriteThroughput;
  /** {@link endingHashKey}, to compare with an MD5. */
  readonly lastHash: Buffer;
}

/** What is stored of a stream; all else comes from the Terraform. */
interface StoredStream {
  readonly createdAtMs: number;
  readonly shardCount: number;
}

/** A stream and its records, in the store. */
export class Stream {
  readonly createdAtMs: number;
  private readonly openShards: readonly OpenShard[];
  private trimmedAtMs = 0;

  /**
   * Opens the stream of this name, or creates it.
   * @throws Error when the stored one has another number of shards
   */
  constructor(
    readonly model: StreamModel,
    private readonly store: Store,
  ) {
    const { createdAtMs } = openStored(model, store.table("streams"), store);
    this.createdAtMs = createdAtMs;
    const records = store.table("stream-records");
    this.openShards = Array.from({ length: model.shardCount }, (_, index) => {
      const [startingHashKey, endingHashKey] = hashKeyRange(index, model.shardCount);
      return {
        id: `shardId-${String(index).padStart(12, "0")}`,
        index,
        startingHashKey,
        endingHashKey,
        lastHash: hashBytes(endingHashKey),
        log: new ShardLog(
          records,
          `${model.name}/${index.toString(16).padStart(8, "0")}/`,
          new SequenceNumbers(createdAtMs, index),
        ),
        reads: new ReadThroughput(),
        writes: new WriteThroughput(model.maxRecordKiB * 1024),
      };
    });
  }

  get shards(): readonly StreamShard[] {
    return this.openShards;
  }

  /** Arrival of the oldest record that is still retained, ms since 1970. */
  retainedFromMs(nowMs: number): number {
    return nowMs - this.model.retentionHours * HOUR_MS;
  }

  shard(id: string): StreamShard | undefined {
    return this.openShards.find((shard) => shard.id === id);
  }

  /**
   * Appends records, in the given order, each unless its shard's throughput is exceeded. When it returns, the accepted
   * ones survive the end of the process.
   * @throws AwsError for a hash key out of range; what a commit throws: then none is stored
   */
  put(records: readonly RecordEntry[]): PutOutcome[] {
    const nowMs = Date.now();
    const shards = records.map((record) => this.shardOf(record));
    const accepted = new Map<OpenShard, RecordEntry[]>();
    const places = records.map((record, at) => {
      const shard = shards[at] as OpenShard;
      if (!shard.writes.accepts(recordBytes(record), nowMs)) return undefined;
      const batch = accepted.get(shard);
      if (batch === undefined) accepted.set(shard, [record]);
      else batch.push(record);
      return (batch?.length ?? 1) - 1;
    });
    const batches = new Map<OpenShard, Batch>();
    for (const [shard, entries] of accepted) batches.set(shard, shard.log.prepare(entries, nowMs));
    try {
      this.commit(batches, nowMs);
    } catch (error) {
      for (const [shard, entries] of accepted) {
        for (const entry of entries) shard.writes.release(recordBytes(entry));
      }
      throw error;
    }
    for (const [shard, batch] of batches) shard.log.adopt(batch);
    return places.map((place, at) => {
      const shard = shards[at] as OpenShard;
      const batch = batches.get(shard);
      if (place === undefined || batch === undefined) return { accepted: false, shardId: shard.id };
      const sequenceNumber = shard.log.numbers.of(batch.first + place, batch.arrivedAtMs);
      return { accepted: true, shardId: shard.id, sequenceNumber };
    });
  }

  private commit(batches: ReadonlyMap<OpenShard, Batch>, nowMs: number): void {
    const isTrimDue = nowMs - this.trimmedAtMs >= TRIM_EVERY_MS;
    if (batches.size === 0 && !isTrimDue) return;
    this.store.commit(() => {
      for (const [shard, batch] of batches) shard.log.write(batch);
      if (!isTrimDue) return;
      for (const { log } of this.openShards) log.trim(this.retainedFromMs(nowMs));
    });
    if (isTrimDue) this.trimmedAtMs = nowMs;
  }

  private shardOf({ partitionKey, explicitHashKey }: RecordEntry): OpenShard {
    const hash =
      explicitHashKey === undefined
        ? createHash("md5").update(partitionKey).digest()
        : explicitHash(explicitHashKey);
    const shard = this.openShards.find(({ lastHash }) => hash.compare(lastHash) <= 0);
    if (shard === undefined) throw new Error(`no shard of ${this.model.name} has a hash key`);
    return shard;
  }
}

function openStored(model: StreamModel, streams: Table, store: Store): StoredStream {
  const { name, shardCount, address } = model;
  const stored = streams.get(name);
  if (stored === undefined) {
    const created: StoredStream = { createdAtMs: Date.now(), shardCount };
    store.commit(() => streams.set(name, Buffer.from(JSON.stringify(created))));
    return created;
  }
  const stream = JSON.parse(stored.toString()) as StoredStream;
  if (stream.shardCount !== shardCount) {
    throw new Error(
      `the stored stream ${name} has ${stream.shardCount} shards, but ${address} has ${shardCount}; ` +
        "resharding is not supported here: use another --data-dir, or the old shard count",
    );
  }
  return stream;
}

/** The shards divide the hash keys evenly; the last one has the rest. */
function hashKeyRange(index: number, shardCount: number): [starting: bigint, ending: bigint] {
  const size = HASH_KEYS / BigInt(shardCount);
  const ending = index === shardCount - 1 ? HASH_KEYS : size * BigInt(index + 1);
  return [size * BigInt(index), ending - 1n];
}

/** @throws AwsError when it is out of range */
function explicitHash(explicitHashKey: string): Buffer {
  const key = BigInt(explicitHashKey);
  if (key < HASH_KEYS) return hashBytes(key);
  throw invalidArgument(
    "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. " +
      `Specified value was ${explicitHashKey}`,
  );
}

function hashBytes(key: bigint): Buffer {
  return Buffer.from(key.toString(16).padStart(HASH_KEY_BYTES * 2, "0"), "hex");
}
