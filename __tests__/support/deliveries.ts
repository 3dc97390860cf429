import type { Hour } from "../../contract/hours";
import type { BatchLayer, PlacedLine } from "./batch-layer";
import type { RawLine } from "./raw-lines";

/** What a test has delivered, and by it what Parquet has to hold: kept apart from everything a merge knows. */
export class Deliveries {
  /** Number of objects by hour. */
  readonly objects = new Map<string, number>();
  /** The hours that got a line, by identity: in one of them a reader has to find it. */
  readonly homes = new Map<string, Set<string>>();
  /** How many lines were written, duplicates counted. */
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

  /** What is wrong with the rows of Parquet: each line has to be there once, in an hour that got it. */
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

  /** The lines of an hour's objects, in the order in which they were written. */
  of(hour: Hour): readonly RawLine[] {
    return this.#lines.get(hour.name) ?? [];
  }

  count(hourName: string): number {
    return this.objects.get(hourName) ?? 0;
  }
}
