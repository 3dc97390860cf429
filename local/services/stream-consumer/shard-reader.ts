import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  type Shard,
} from "@aws-sdk/client-kinesis";

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

/** Records of one GetRecords; AWS limits it to 10,000 in 10 MB; kinesalite has no limit in bytes. */
const READ_LIMIT = 1_000;

/** Reads one shard from a position, in order, each record once. */
export class ShardReader {
  private iterator: string | undefined;

  constructor(
    private readonly client: KinesisClient,
    private readonly streamArn: string,
    readonly shardId: string,
    private position: ShardPosition,
  ) {}

  /** The next records, or none when there are none yet. @param limit of the number of records */
  async read(limit = READ_LIMIT): Promise<ShardRecord[]> {
    const Limit = Math.min(limit, READ_LIMIT);
    this.iterator ??= await this.openIterator();
    try {
      const command = new GetRecordsCommand({ ShardIterator: this.iterator, Limit });
      const { Records = [], NextShardIterator } = await this.client.send(command);
      if (NextShardIterator === undefined) {
        throw new Error(`${this.shardId} of ${this.streamArn} was closed: resharding is not supported here`);
      }
      const records = Records.map((record) => ({
        shardId: this.shardId,
        sequenceNumber: given(record.SequenceNumber, "SequenceNumber"),
        partitionKey: given(record.PartitionKey, "PartitionKey"),
        arrivedAtMs: given(record.ApproximateArrivalTimestamp, "ApproximateArrivalTimestamp").getTime(),
        data: given(record.Data, "Data"),
      }));
      this.iterator = NextShardIterator;
      this.position = records.at(-1)?.sequenceNumber ?? this.position;
      return records;
    } catch (error) {
      // After any error, the position determines the next iterator.
      this.iterator = undefined;
      if (error instanceof ExpiredIteratorException) return this.read(limit);
      throw error;
    }
  }

  private async openIterator(): Promise<string> {
    const { ShardIterator } = await this.client.send(
      new GetShardIteratorCommand({
        StreamName: streamName(this.streamArn),
        ShardId: this.shardId,
        ...(this.position === null
          ? { ShardIteratorType: "TRIM_HORIZON" }
          : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: this.position }),
      }),
    );
    return given(ShardIterator, "ShardIterator");
  }
}

/**
 * The starting position in each shard of a stream. `LATEST` is the last record at this moment, by sequence number,
 * so that it means the same after a restart; finding it reads all records that the stream still holds once.
 * @throws Error when the stream was resharded.
 */
export async function startingPositions(
  client: KinesisClient,
  streamArn: string,
  start: "TRIM_HORIZON" | "LATEST",
): Promise<Record<string, ShardPosition>> {
  const positions: Record<string, ShardPosition> = {};
  for (const shard of await openShards(client, streamArn)) {
    const shardId = given(shard.ShardId, "ShardId");
    positions[shardId] = start === "LATEST" ? await lastPosition(client, streamArn, shardId) : null;
  }
  return positions;
}

async function lastPosition(
  client: KinesisClient,
  streamArn: string,
  shardId: string,
): Promise<ShardPosition> {
  const reader = new ShardReader(client, streamArn, shardId, null);
  let last: ShardPosition = null;
  for (;;) {
    const record = (await reader.read()).at(-1);
    if (record === undefined) return last;
    last = record.sequenceNumber;
  }
}

async function openShards(client: KinesisClient, streamArn: string): Promise<Shard[]> {
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: streamName(streamArn) }));
  const resharded = Shards.filter(
    ({ ParentShardId, SequenceNumberRange }) =>
      ParentShardId !== undefined || SequenceNumberRange?.EndingSequenceNumber !== undefined,
  );
  if (resharded.length > 0) {
    throw new Error(
      `${streamArn} was resharded (${resharded.map(({ ShardId }) => ShardId)}), which is not supported here: ` +
        "start with another --data-dir",
    );
  }
  return Shards;
}

/** The `name` in `arn:aws:kinesis:region:account:stream/name`. */
function streamName(streamArn: string): string {
  return given(streamArn.split("/")[1], `a name in the stream's ARN ${streamArn}`);
}

function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the stream's answer has no ${what}`);
  return value;
}
