import { extname } from "node:path";
import { type CsvOptions, readCsv } from "./csv";
import { readJsonLines } from "./json-lines";
import type { Preset } from "./preset";
import { type BadRow, InputError, isBadRow, itemsOf, type Source } from "./source";

/** Suffixes of input files, each also with `.gz`. */
const ROWS: readonly string[] = [".csv", ".tsv", ".txt"];
const LINES: readonly string[] = [".jsonl", ".ndjson", ".json"];
export const INPUT_EXTENSIONS: readonly string[] = [...ROWS, ...LINES];

/** Rows that are checked before anything is sent or started. */
const CHECKED_ROWS = 1_000;

/** How a file is read. */
export type InputOptions = CsvOptions;

/** Whether a file holds rows or JSON lines, by its name; undefined for another. */
export function kindOf(file: string): "rows" | "lines" | undefined {
  const extension = extname(file.replace(/\.gz$/i, "")).toLowerCase();
  return ROWS.includes(extension) ? "rows" : LINES.includes(extension) ? "lines" : undefined;
}

/**
 * The lines of a file, read as they are wanted: rows of a `.csv` become lines of the contract, lines of a `.jsonl` are sent as they
 * are.
 * @throws InputError for another ending; the iteration throws it for a file that cannot be used.
 */
export function replay(file: string, preset: Preset, options: InputOptions = {}): Source {
  switch (kindOf(file)) {
    case "rows":
      return readCsv(file, preset, options);
    case "lines":
      return readJsonLines(file, options.encoding);
    default:
      throw new InputError(`${file} ends in none of ${INPUT_EXTENSIONS.join(", ")}`);
  }
}

/**
 * Reads the beginning of a file as {@link replay} would, to find faults of the whole file.
 * @param maxBadRows how many rows may be refused
 * @throws InputError when the file cannot be used, when none of its first rows can be sent, and when an option would
 * make refused rows readable: it names the option.
 */
export async function checkInput(
  file: string,
  preset: Preset,
  options: InputOptions,
  maxBadRows = 0,
): Promise<void> {
  const bad: BadRow[] = [];
  let accepted = 0;
  let isWhole = true;
  for await (const item of itemsOf(replay(file, preset, options))) {
    if (isBadRow(item)) bad.push(item);
    else accepted++;
    isWhole = accepted + bad.length < CHECKED_ROWS;
    if (!isWhole) break;
  }
  if (bad.length <= maxBadRows && (accepted > 0 || !isWhole)) return;
  const curable = bad.find(({ remedy }) => remedy !== undefined);
  if (curable !== undefined) {
    // The last remedy is the most exact: dates tell D/M from M/D only together.
    const { remedy } = bad.findLast(({ reason, remedy }) => remedy && reason === curable.reason) ?? curable;
    throw new InputError(`${file}, line ${curable.number}: ${curable.fault}; ${remedy}`);
  }
  const [first] = bad;
  if (accepted === 0 && first !== undefined) {
    const rows = bad.length === 1 ? "its only row cannot" : `none of its first ${bad.length} rows can`;
    throw new InputError(
      `${file}: ${isWhole && bad.length > 1 ? `none of its ${bad.length} rows can` : rows} be sent; line ${first.number}: ${first.fault}`,
    );
  }
}
