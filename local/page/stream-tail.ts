import type { GetShardIteratorCommandInput, KinesisClient } from "@aws-sdk/client-kinesis";
import { isStored, RecordJudge } from "../../contract/lines";
import type { RunTimeContract } from "../../contract/variable";
import { type ShardPosition, ShardReader, startingPositions } from "../services/stream-consumer/shard-reader";
import { Arrivals, minuteStart } from "./arrivals";

/** Arrivals of this period are kept by second. */
export const SECONDS_KEPT_MS = 15 * 60_000;
const HOUR_MS = 3_600_000;
/** Near the end of the retention a record may already have expired. */
const TRIM_MARGIN_MS = 10 * 60_000;

/** The first record of a minute in a shard. */
interface Bookmark {
  readonly arrivedAtMs: number;
  readonly sequenceNumber: string;
}

interface ShardTail {
  readonly reader: ShardReader;
  readonly bookmarks: Bookmark[];
}

/** Start of a reading of a shard. */
type IteratorStart =
  | { readonly ShardIteratorType: "AT_SEQUENCE_NUMBER"; readonly StartingSequenceNumber: string }
  | { readonly ShardIteratorType: "LATEST" };

/**
 * Reads the stream and counts its lines by arrival, whoever sent them: the lines that each layer should have. It uses
 * the judge of both layers.
 */
export class StreamTail {
  /** Lines that keep the contract. */
  public readonly accepted: Arrivals;
  /** Lines that go into quarantine. */
  public readonly refused: Arrivals;
  /** Every line that arrived since is counted, ms since 1970; older lines may have expired in the stream. */
  public readonly sinceMs: number;
  private readonly judge: RecordJudge;
  private readonly shards = new Map<string, ShardTail>();
  private caughtUp = false;
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  private constructor(
    kinesis: KinesisClient,
    streamArn: string,
    positions: Readonly<Record<string, ShardPosition>>,
    { columns }: RunTimeContract,
    retentionHours: number,
    nowMs: number,
  ) {
    this.judge = new RecordJudge(columns);
    this.sinceMs = minuteStart(nowMs - retentionHours * HOUR_MS + TRIM_MARGIN_MS);
    const secondsFromMs = minuteStart(nowMs - SECONDS_KEPT_MS);
    this.accepted = new Arrivals(secondsFromMs);
    this.refused = new Arrivals(secondsFromMs);
    for (const [shardId, position] of Object.entries(positions)) {
      const reader = new ShardReader(kinesis, streamArn, shardId, position);
      this.shards.set(shardId, { reader, bookmarks: [] });
    }
  }

  /** @throws what the client throws, and Error for a stream that was resharded */
  public static async open(
    kinesis: KinesisClient,
    streamArn: string,
    contract: RunTimeContract,
    retentionHours: number,
    nowMs: number = Date.now(),
  ): Promise<StreamTail> {
    const positions = await startingPositions(kinesis, streamArn, "TRIM_HORIZON");
    return new StreamTail(kinesis, streamArn, positions, contract, retentionHours, nowMs);
  }

  /** Whether all lines were counted that the stream had at the last {@link advance}. */
  public get isCaughtUp(): boolean {
    return this.caughtUp;
  }

  /** Lines that were counted. */
  public get lines(): number {
    return this.accepted.total + this.refused.total;
  }

  /** Counts all lines that the stream has now. @throws what the client throws; counts so far are kept */
  public advance(): Promise<void> {
    // A running round may have passed the newest records, so all callers share the next one.
    this.next ??= (this.running ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        this.running = this.next;
        this.next = undefined;
        return this.readAll();
      });
    return this.next;
  }

  /**
   * Lets a client begin its readings of an arrival time where this tail saw it. kinesalite looks for the first record
   * from the shard's beginning on, and never answers when there is none.
   */
  public beginReadingsOf(kinesis: KinesisClient): void {
    kinesis.middlewareStack.add(
      (next) => (args) => {
        const { ShardIteratorType, ShardId, Timestamp, ...input } =
          args.input as GetShardIteratorCommandInput;
        if (ShardIteratorType !== "AT_TIMESTAMP" || ShardId === undefined) return next(args);
        const start = this.startFrom(ShardId, new Date(Timestamp ?? 0).getTime());
        return next({ ...args, input: { ...input, ShardId, ...start } as typeof args.input });
      },
      { step: "initialize" },
    );
  }

  /** Start of the arrivals from `ms` on in a shard, at most a minute early. */
  public startFrom(shardId: string, ms: number): IteratorStart {
    const bookmarks = this.shards.get(shardId)?.bookmarks ?? [];
    const after = bookmarks.findIndex(({ arrivedAtMs }) => arrivedAtMs >= ms);
    // The bookmark before may be of the minute that contains `ms`.
    const at = after === -1 ? bookmarks.length - 1 : Math.max(0, after - 1);
    const bookmark = bookmarks[at];
    if (bookmark === undefined) return { ShardIteratorType: "LATEST" };
    return { ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: bookmark.sequenceNumber };
  }

  private async readAll(): Promise<void> {
    const nowMs = Date.now();
    try {
      await Promise.all([...this.shards.values()].map((tail) => this.readShard(tail, nowMs)));
      this.caughtUp = true;
    } catch (error) {
      this.caughtUp = false;
      throw error;
    }
    const secondsFromMs = nowMs - SECONDS_KEPT_MS;
    this.accepted.fold(secondsFromMs);
    this.refused.fold(secondsFromMs);
  }

  /** Reads up to what arrives at `untilMs`: a shard that is written to faster than it is read has no end. */
  private async readShard({ reader, bookmarks }: ShardTail, untilMs: number): Promise<void> {
    for (let newestMs = 0; newestMs < untilMs; ) {
      const records = await reader.read();
      if (records.length === 0) return;
      newestMs = records.at(-1)?.arrivedAtMs ?? newestMs;
      for (const record of records) {
        const { arrivedAtMs, sequenceNumber } = record;
        if (minuteStart(bookmarks.at(-1)?.arrivedAtMs ?? 0) < minuteStart(arrivedAtMs)) {
          bookmarks.push({ arrivedAtMs, sequenceNumber });
        }
        for (const line of this.judge.judgeRecord(record)) {
          (isStored(line) ? this.accepted : this.refused).add(arrivedAtMs);
        }
      }
    }
  }
}
