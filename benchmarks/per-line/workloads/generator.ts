import { produce } from "../../../loadgen/produce";
import { dryRun } from "../../../loadgen/put";
import { replay } from "../../../loadgen/replay";
import { retailPreset } from "../../../loadgen/retail-preset";
import type { Rounds } from "../rounds";

/** A run of the load generator that sends nothing. */
export interface GeneratorSettings {
  /** A file to replay; without one lines are made up. */
  readonly inputFile?: string;
  /** Lines in a stream record. */
  readonly pack: number;
  /** Lines of a round; of a file all. */
  readonly lines?: number;
}

/** Lines to nothing, by the code of `npm run loadgen -- --dry-run`. */
export async function generatorRounds({ inputFile, pack, lines }: GeneratorSettings): Promise<Rounds> {
  let seed = 0;
  return {
    parts: 1,
    run: async () => {
      const report = await produce({
        put: dryRun,
        lines:
          inputFile === undefined ? retailPreset.syntheticLines(++seed) : replay(inputFile, retailPreset),
        pack,
        ...(lines !== undefined && { maxCount: lines }),
      });
      return report.skipped;
    },
  };
}
