import { readFileSync } from "node:fs";
import type { Rounds } from "../rounds";

/** Files of lines in base64, one JSON line each. */
export interface JsonParseSettings {
  readonly file: string;
}

/** The least that any function does with a line: base64, UTF-8, `JSON.parse`. */
export async function jsonParseRounds({ file }: JsonParseSettings): Promise<Rounds> {
  const text = readFileSync(file, "utf8");
  let lines: string[] = [];
  let bytes = 0;
  return {
    parts: 1,
    prepare: () => {
      lines = JSON.parse(text);
    },
    run: async () => {
      for (const line of lines)
        bytes += Object.keys(JSON.parse(Buffer.from(line, "base64").toString())).length;
      if (bytes === 0) throw new Error("no line has a member");
      return lines.length;
    },
  };
}
