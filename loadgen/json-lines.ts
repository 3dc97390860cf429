import { createReadStream } from "node:fs";
import { errorOf } from "./errors";
import { InputError, type SourceItem } from "./source";

/** The largest record that any stream takes, in bytes: a longer line is not even kept in memory. */
const MAX_KEPT_BYTES = 10 * 1024 * 1024;

const NEWLINE = 0x0a;
const BLANKS = new Set([0x20, 0x09, 0x0d]);

/**
 * Reads a file line by line, each as the bytes that it is: valid or not, they are for the pipeline to judge. Blank lines are
 * skipped, but keep their number. A last line without a newline is one too.
 * @throws InputError when the file cannot be read.
 */
export async function* readJsonLines(file: string): AsyncGenerator<SourceItem> {
  let number = 1;
  let parts: Uint8Array[] = [];
  let length = 0;

  const take = (part: Uint8Array): void => {
    length += part.length;
    if (length <= MAX_KEPT_BYTES) parts.push(part);
    else parts = [];
  };
  const end = (): SourceItem | undefined => {
    const bytes = Buffer.concat(parts);
    const item =
      length > MAX_KEPT_BYTES
        ? { number, fault: `${length} bytes; no stream takes that` }
        : { bytes, number };
    const blank = length <= MAX_KEPT_BYTES && bytes.every((byte) => BLANKS.has(byte));
    parts = [];
    length = 0;
    number++;
    return blank ? undefined : item;
  };

  for await (const chunk of bytesOf(file)) {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, at));
      start = at + 1;
      const item = end();
      if (item) yield item;
    }
    take(chunk.subarray(start));
  }
  const item = end();
  if (item) yield item;
}

async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterable<Buffer> = createReadStream(file);
  try {
    yield* chunks;
  } catch (error) {
    throw new InputError(`${file}: ${errorOf(error).message}`, { cause: error });
  }
}
