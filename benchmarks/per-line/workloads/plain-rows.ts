import { readFileSync } from "node:fs";
import type { Rounds } from "../rounds";

/** Rows that are ready in memory. */
export interface PlainRowsSettings {
  /** A file of JSON lines. */
  readonly file: string;
  /** How often they are written in a round. */
  readonly times: number;
}

/** The least that any generator does with a line: `JSON.stringify` of a row, and its bytes. */
export async function plainRowsRounds({ file, times }: PlainRowsSettings): Promise<Rounds> {
  const rows = readFileSync(file, "utf8")
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  let bytes = 0;
  return {
    parts: 1,
    run: async () => {
      for (let time = 0; time < times; time++) {
        for (const row of rows) bytes += Buffer.from(JSON.stringify(row)).length;
      }
      if (bytes === 0) throw new Error("no row has a byte");
      return times * rows.length;
    },
  };
}
