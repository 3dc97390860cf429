import { setTimeout as sleep } from "node:timers/promises";
import type { BatchLayer, PlacedLine } from "./batch-layer";

/** Athena ends a query after that time, and the sweep of superseded runs relies on it. */
const LONGEST_QUERY_MS = 30 * 60_000;
/** Between two readings: one after the other would leave the merges half of the machine. */
const PAUSE_MS = 50;

/** Reads the whole Parquet table again and again while it is merged, and notes what no reader may ever see. */
export class ParquetReader {
  readonly complaints: string[] = [];
  /** Readings, and those of them that found other lines than the one before. */
  readonly readings = { all: 0, changed: 0 };
  #seen = new Map<string, string>();
  #current: Promise<void> = Promise.resolve();
  #beganAtMs = 0;
  #stopped = false;
  readonly #loop: Promise<void>;

  /** Begins at once. @param now milliseconds since 1970, on the clock that the merges go by */
  constructor(
    private readonly layer: BatchLayer,
    private readonly now: () => number,
  ) {
    this.#loop = this.#readOn();
  }

  /** Resolves when no reading is under way that would last longer than a query may, were it that time. */
  async keepUpWith(nowMs: number): Promise<void> {
    if (nowMs - this.#beganAtMs >= LONGEST_QUERY_MS) await this.#current;
  }

  /** Ends with one more reading, and gives it. */
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

  /** Each identity is there once, in whichever hour, and stays in the hour where it was seen. */
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
