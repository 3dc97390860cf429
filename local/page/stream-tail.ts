import { HOUR_MS } from "../../contract/hours";
import { isStored, RecordJudge } from "../../contract/lines";
import type { RunTimeContract } from "../../contract/variable";
import { ShardReader, type StreamSource } from "../services/stream-consumer/shard-reader";
import { Arrivals, minuteStart } from "./arrivals";

/** Arrivals of this period are kept by second. */
export const SECONDS_KEPT_MS = 15 * 60_000;
/** Near the end of the retention a record may already have expired. */
const TRIM_MARGIN_MS = 10 * 60_000;

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
  private readonly readers: readonly ShardReader[];
  private caughtUp = false;
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  /** @throws Error when there is no such stream */
  public constructor(
    source: StreamSource,
    streamArn: string,
    { columns }: RunTimeContract,
    retentionHours: number,
    nowMs: number = Date.now(),
  ) {
    this.judge = new RecordJudge(columns);
    this.sinceMs = minuteStart(nowMs - retentionHours * HOUR_MS + TRIM_MARGIN_MS);
    const secondsFromMs = minuteStart(nowMs - SECONDS_KEPT_MS);
    this.accepted = new Arrivals(secondsFromMs);
    this.refused = new Arrivals(secondsFromMs);
    this.readers = source
      .shardIds(streamArn)
      .map((shardId) => new ShardReader(source, streamArn, shardId, null));
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

  private async readAll(): Promise<void> {
    const nowMs = Date.now();
    try {
      await Promise.all(this.readers.map((reader) => this.readShard(reader, nowMs)));
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
  private async readShard(reader: ShardReader, untilMs: number): Promise<void> {
    for (let newestMs = 0; newestMs < untilMs; ) {
      const records = await reader.read();
      if (records.length === 0) return;
      newestMs = records.at(-1)?.arrivedAtMs ?? newestMs;
      for (const record of records) {
        for (const line of this.judge.judgeRecord(record)) {
          (isStored(line) ? this.accepted : this.refused).add(record.arrivedAtMs);
        }
      }
    }
  }
}
