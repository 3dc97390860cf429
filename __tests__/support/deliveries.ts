import type { Hour } from "../../contract/hours";
import type { BatchLayer } from "./batch-layer";
import type { RawLine } from "./raw-lines";

/** What a test has delivered, and by it what Parquet has to hold: kept apart from everything a merge knows. */
export class Deliveries {
  /** Number of objects by hour. */
  readonly objects = new Map<string, number>();
  /** The hour that got a line first, by identity: where a reader has to find it. */
  readonly homes = new Map<string, string>();
  /** How many lines were written, copies counted. */
  written = 0;
  readonly #lines = new Map<string, RawLine[]>();

  constructor(private readonly layer: BatchLayer) {}

  /** Writes one more object into an hour. */
  async add(hour: Hour, lines: readonly RawLine[]): Promise<void> {
    const number = this.count(hour.name) + 1;
    await this.layer.deliver(hour, `retail-trans-${String(number).padStart(3, "0")}.json`, lines);
    this.objects.set(hour.name, number);
    this.written += lines.length;
    this.#lines.set(hour.name, [...this.of(hour), ...lines]);
    for (const { identity } of lines) {
      if (!this.homes.has(identity)) this.homes.set(identity, hour.name);
    }
  }

  /** The lines of an hour's objects, in the order in which they were written. */
  of(hour: Hour): readonly RawLine[] {
    return this.#lines.get(hour.name) ?? [];
  }

  count(hourName: string): number {
    return this.objects.get(hourName) ?? 0;
  }
}
