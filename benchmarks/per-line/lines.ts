import { replay } from "../../loadgen/replay";
import { retailPreset } from "../../loadgen/retail-preset";
import { isBadRow, itemsOf, type SourceItem } from "../../loadgen/source";

/** Lines that are made up where no file is given. */
const SYNTHETIC_LINES = 14_000;

/** The lines of a file as the load generator sends them; without a file synthetic ones. */
export async function linesOf(inputFile: string | undefined): Promise<string[]> {
  const source = inputFile === undefined ? retailPreset.syntheticLines(1) : replay(inputFile, retailPreset);
  const lines: string[] = [];
  for await (const item of itemsOf<SourceItem>(source)) {
    if (!isBadRow(item)) lines.push(Buffer.from(item.bytes).toString());
    if (inputFile === undefined && lines.length === SYNTHETIC_LINES) break;
  }
  return lines;
}

/** A line as Python's `json.dumps` writes it: blanks behind commas and colons, escapes beyond ASCII, prices as floats. */
export function pythonSpelling(line: string): string {
  const members = Object.entries(JSON.parse(line) as Record<string, unknown>).map(([key, value]) => {
    const text = key === "Price" && Number.isInteger(value) ? `${value}.0` : JSON.stringify(value);
    return `${JSON.stringify(key)}: ${text}`;
  });
  return `{${members.join(", ")}}`.replace(/[\u007f-\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
