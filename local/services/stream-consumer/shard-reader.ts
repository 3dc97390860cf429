import { setImmediate } from "node:timers/promises";

/** A record as a consumer reads it. */
export interface ShardRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  /** Milliseconds since 1970. */
  readonly arrivedAtMs: number;
  readonly data: Uint8Array;
}

/** Position in a shard: the last consumed sequence number, or null before the first record. */
export type ShardPosition = string | null;

/** The shards of the streams, as consumers in this process read them: without HTTP and without throttling. */
export interface StreamSource {
  /** Ids of the stream's shards. @throws Error when there is no such stream */
  shardIds(streamArn: string): readonly string[];
  /** Position of the newest record. */
  lastPosition(streamArn: string, shardId: string): ShardPosition;
  /**
   * Retained records after a position, in order. A position that is no longer retained means the oldest record.
   * @throws Error for a position that is not of this shard
   */
  read(streamArn: string, shardId: string, position: ShardPosition, limit: number): ShardRecord[];
}

/** Records of one read. */
const READ_LIMIT = 1_000;

/** Reads one shard from a position, in order, each record once. */
export class ShardReader {
  constructor(
    private readonly source: StreamSource,
    private readonly streamArn: string,
    readonly shardId: string,
    private position: ShardPosition,
  ) {}

  /** The next records, or none when there are none yet. @param limit of the number of records */
  async read(limit = READ_LIMIT): Promise<ShardRecord[]> {
    // A reader that is far behind would let nothing else run in this process.
    await setImmediate();
    const most = Math.min(limit, READ_LIMIT);
    const records = this.source.read(this.streamArn, this.shardId, this.position, most);
    this.position = records.at(-1)?.sequenceNumber ?? this.position;
    return records;
  }
}

/**
 * The starting position in each shard of a stream. `LATEST` is the last record at this moment, by sequence number, so that
 * it means the same after a restart.
 */
export function startingPositions(
  source: StreamSource,
  streamArn: string,
  start: "TRIM_HORIZON" | "LATEST",
): Record<string, ShardPosition> {
  return Object.fromEntries(
    source
      .shardIds(streamArn)
      .map((shardId) => [shardId, start === "LATEST" ? source.lastPosition(streamArn, shardId) : null]),
  );
}
