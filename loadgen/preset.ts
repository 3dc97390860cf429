import type { RunTimeContract } from "../contract/variable";
import { generateByKinds } from "./generate-by-kinds";
import type { History } from "./past-times";
import { numbered, type Source, type SourceLine } from "./source";

/** How lines of a contract are read from files, and made up. */
export interface Preset {
  readonly contract: RunTimeContract;
  /** Other names that published files give to a column. */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  /** Optional text columns of whole numbers: `13085.0`, as pandas writes them beside absent ones, is read as `13085`. */
  readonly wholeNumbers: readonly string[];
  /**
   * Synthetic lines without end; the same for the same seed, but for times.
   * @param now milliseconds since 1970
   * @param history event times of the first lines. @default all lines are of now
   */
  readonly syntheticLines: (seed: number, now?: () => number, history?: History) => Source<SourceLine>;
}

/** What follows from the contract alone. */
export function presetOf(contract: RunTimeContract): Preset {
  return {
    contract,
    aliases: new Map(),
    wholeNumbers: [],
    syntheticLines: (seed, now, history) => numbered(generateByKinds(contract, seed, now, history)),
  };
}
