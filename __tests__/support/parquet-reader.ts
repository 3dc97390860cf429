import { setTimeout as sleep } from "node:timers/promises";
import type { BatchLayer, PlacedLine } from "./batch-layer";

/** Athena's query timeout; the sweep of superseded runs relies on it. */
const LONGEST_QUERY_MS = 30 * 60_000;
/** Pause between two reads: without it the merges would get only half of the machine. */
const PAUSE_MS = 50;

/** Repeatedly reads the whole Parquet table while it is merged, and records states that no reader may see. */
export class ParquetReader {
  readonly complaints: string[] = [];
  /** Number of reads, and of reads whose lines differ from the read before. */
  readonly readings = { all: 0, changed: 0 };
  #seen = new Map<string, string>();
  #current: Promise<void> = Promise.resolve();
  #beganAtMs = 0;
  #stopped = false;
  readonly #loop: Promise<void>;

  /** Starts at once. @param now milliseconds since 1970, on the clock of the merges */
  constructor(
    private readonly layer: BatchLayer,
    private readonly now: () => number,
  ) {
    this.#loop = this.#readOn();
  }

  /** Resolves when no read is running that would exceed the query timeout at that time. */
  async keepUpWith(nowMs: number): Promise<void> {
    if (nowMs - this.#beganAtMs >= LONGEST_QUERY_MS) await this.#current;
  }

  /** Stops after one more read, and returns it. */
  async stop(): Promise<PlacedLine[]> {
    this.#stopped = true;
    await this.#loop;
    const rows = await this.layer.rows(this.layer.config.NEW_TABLE_NAME);
    this.#judge(rows);
    return rows;
  }

  async #readOn(): Promise<void> {
    while (!this.#stopped) {
      this.#beganAtMs = this.now();
      this.#current = this.#read();
      await this.#current;
      await sleep(PAUSE_MS);
    }
  }

  async #read(): Promise<void> {
    try {
      this.#judge(await this.layer.rows(this.layer.config.NEW_TABLE_NAME));
    } catch (error) {
      this.#stopped = true;
      this.complaints.push(`a query failed: ${String(error)}`);
    }
  }

  /** Each identity must occur once, in any hour, and stay in the hour where it was seen. */
  #judge(rows: readonly PlacedLine[]): void {
    const seen = new Map<string, string>();
    const twice: string[] = [];
    for (const { identity, hour } of rows) {
      const other = seen.get(identity);
      if (other !== undefined) twice.push(other, hour);
      seen.set(identity, hour);
    }
    const gone = [...this.#seen].flatMap(([identity, hour]) => (seen.get(identity) === hour ? [] : [hour]));
    this.#complain("lines duplicated", twice);
    this.#complain("lines gone", gone);
    this.readings.all++;
    if (seen.size !== this.#seen.size) this.readings.changed++;
    this.#seen = seen;
  }

  #complain(what: string, hours: readonly string[]): void {
    if (hours.length === 0) return;
    this.complaints.push(`${new Date(this.now()).toISOString()}: ${what} in ${[...new Set(hours)]}`);
  }
}
