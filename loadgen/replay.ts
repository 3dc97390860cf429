import { extname } from "node:path";
import { type CsvOptions, readCsv } from "./csv";
import { readJsonLines } from "./json-lines";
import { InputError, type SourceItem } from "./source";

/** What an input file may end in. */
export const INPUT_EXTENSIONS: readonly string[] = [".csv", ".jsonl", ".ndjson"];

/**
 * The lines of a file, read as they are wanted: rows of a `.csv` become lines of the contract, lines of a `.jsonl` or
 * `.ndjson` are sent as they are.
 * @throws InputError for another ending; the iteration throws it for a file that cannot be used.
 */
export function replay(file: string, options: CsvOptions = {}): AsyncIterable<SourceItem> {
  switch (extname(file).toLowerCase()) {
    case ".csv":
      return readCsv(file, options);
    case ".jsonl":
    case ".ndjson":
      return readJsonLines(file);
    default:
      throw new InputError(`${file} ends in none of ${INPUT_EXTENSIONS.join(", ")}`);
  }
}
