import { BLANKS } from "../contract/lines";
import { textBytesOf, withLast } from "./input-bytes";
import { InputError, type SourceItem } from "./source";

/** The largest record that any stream takes, in bytes: a longer line is not even kept in memory. */
const MAX_KEPT_BYTES = 10 * 1024 * 1024;
/** Lines of a file's first block that are looked at together, to tell pretty-printed JSON from lines. */
const MAX_LINES_OF_ONE_OBJECT = 200;

const NEWLINE = 0x0a;

/**
 * Reads a file line by line, a block of lines at a time, as bytes: the pipeline judges whether they are valid. Blank lines are skipped, but keep
 * their number. A last line without a newline is one too. UTF-16 becomes UTF-8.
 * @param encoding as {@link textBytesOf} takes it
 * @throws InputError when the file cannot be read, has no line, or is JSON that is not one object a line.
 */
export async function* readJsonLines(file: string, encoding?: string): AsyncGenerator<readonly SourceItem[]> {
  let number = 1;
  let found = false;
  let isFirst = true;
  let parts: Uint8Array[] = [];
  let length = 0;

  const take = (part: Uint8Array): void => {
    length += part.length;
    if (length <= MAX_KEPT_BYTES) parts.push(part);
    else parts = [];
  };
  const end = (): SourceItem | undefined => {
    const bytes = Buffer.concat(parts);
    const item: SourceItem =
      length > MAX_KEPT_BYTES
        ? { number, reason: "line_too_large", fault: `${length} bytes; no stream takes that` }
        : { bytes, number };
    const blank = length <= MAX_KEPT_BYTES && bytes.every((byte) => BLANKS.has(byte));
    parts = [];
    length = 0;
    number++;
    found ||= !blank;
    return blank ? undefined : item;
  };

  for await (const { block, isLast } of withLast(textBytesOf(file, encoding))) {
    if (isFirst) refuseOtherJson(file, block.toString(), isLast);
    isFirst = false;
    const items: SourceItem[] = [];
    let start = 0;
    for (let at = block.indexOf(NEWLINE); at !== -1; at = block.indexOf(NEWLINE, start)) {
      take(block.subarray(start, at));
      start = at + 1;
      const item = end();
      if (item) items.push(item);
    }
    take(block.subarray(start));
    yield items;
  }
  const item = end();
  if (item) yield [item];
  if (!found) throw new InputError(`${file} is empty; a JSON object on each line is wanted`);
}

/** @throws InputError for an array, and for objects that each take several lines. */
function refuseOtherJson(file: string, beginning: string, isWhole: boolean): void {
  const lines = beginning.split("\n").filter((line) => line.trim() !== "");
  const [first = "", ...others] = lines.map((line) => line.trim());
  const isAlone = isWhole && others.length === 0;
  if (
    first.startsWith("[") &&
    (isAlone ? isArrayOfObjects(first) : /^\[\s*(\{.*)?,?$/.test(first) && !isJson(first))
  ) {
    throw new InputError(
      `${file} is one JSON array; a JSON object on each line is wanted: jq -c '.[]' FILE makes them of it`,
    );
  }
  if (!first.startsWith("{") || isJson(first)) return;
  let text = first;
  for (const line of others.slice(0, MAX_LINES_OF_ONE_OBJECT)) {
    text += `\n${line}`;
    if (!/^\}/.test(line)) continue;
    if (!isJson(text.replace(/,$/, ""))) continue;
    throw new InputError(
      `${file} holds JSON objects of several lines; each on one line is wanted: jq -c . FILE makes them of it`,
    );
  }
}

function isArrayOfObjects(text: string): boolean {
  return isJson(text)
    ? JSON.parse(text).every((item: unknown) => typeof item === "object")
    : /^\[\s*\{/.test(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
