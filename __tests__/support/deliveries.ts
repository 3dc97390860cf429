import type { Hour } from "../../contract/hours";
import type { BatchLayer, PlacedLine } from "./batch-layer";
import type { RawLine } from "./raw-lines";

/** The lines that a test delivered, and so the expected content of Parquet; independent of the merge. */
export class Deliveries {
  /** Number of objects by hour. */
  readonly objects = new Map<string, number>();
  /** Hours that received a line, by identity: a reader must find it in one of them. */
  readonly homes = new Map<string, Set<string>>();
  /** Number of lines written, duplicates included. */
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
      this.homes.set(identity, (this.homes.get(identity) ?? new Set()).add(hour.name));
    }
  }

  /** Faults in the rows of Parquet: each line must be there once, in an hour that received it. */
  faults(rows: readonly PlacedLine[]): string[] {
    const found = Map.groupBy(rows, ({ identity }) => identity);
    const strange = [...found.keys()].filter((identity) => !this.homes.has(identity));
    const misplaced = [...this.homes].flatMap(([identity, hours]) => {
      const places = (found.get(identity) ?? []).map(({ hour }) => hour);
      const [place] = places;
      const isRight = places.length === 1 && place !== undefined && hours.has(place);
      return isRight ? [] : [`${identity} is in [${places}] and came in ${[...hours]}`];
    });
    return [...strange.map((identity) => `${identity} never came`), ...misplaced];
  }

  /** The lines of an hour's objects, in the order of writing. */
  of(hour: Hour): readonly RawLine[] {
    return this.#lines.get(hour.name) ?? [];
  }

  count(hourName: string): number {
    return this.objects.get(hourName) ?? 0;
  }
}
