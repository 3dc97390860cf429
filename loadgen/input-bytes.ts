import { createReadStream } from "node:fs";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { errorOf } from "./errors";
import { InputError } from "./source";

/** Bytes that tell what a file is; the longest sign of {@link FOREIGN} ends here. */
const SNIFFED_BYTES = 4096;

const ASCII = (text: string): Buffer => Buffer.from(text, "latin1");

/** Signatures of files that are not text, with the remedy for each. */
const FOREIGN: readonly (readonly [begins: Buffer, what: string, remedy: string])[] = [
  [
    ASCII("PK\x03\x04"),
    "a zip archive or an Excel workbook (.xlsx)",
    "unpack it, or save the sheet as CSV UTF-8",
  ],
  [ASCII("PK\x05\x06"), "an empty zip archive", "there is nothing in it"],
  [ASCII("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "an old Excel workbook (.xls)", "save the sheet as CSV UTF-8"],
  [ASCII("PAR1"), "a Parquet file", "export it as CSV or JSON lines"],
  [ASCII("Obj\x01"), "an Avro file", "export it as CSV or JSON lines"],
  [ASCII("ORC"), "an ORC file", "export it as CSV or JSON lines"],
  [ASCII("ARROW1"), "an Arrow (Feather) file", "export it as CSV or JSON lines"],
  [ASCII("SQLite format 3\0"), "an SQLite database", "export the table as CSV"],
  [ASCII("BZh"), "compressed by bzip2", "unpack it with bunzip2"],
  [ASCII("\xfd7zXZ\0"), "compressed by xz", "unpack it with unxz"],
  [ASCII("\x28\xb5\x2f\xfd"), "compressed by zstd", "unpack it with unzstd"],
  [ASCII("\x04\x22\x4d\x18"), "compressed by lz4", "unpack it with unlz4"],
  [ASCII("7z\xbc\xaf\x27\x1c"), "a 7z archive", "unpack it"],
  [ASCII("Rar!\x1a\x07"), "a RAR archive", "unpack it"],
  [ASCII("%PDF-"), "a PDF document", "the rows are wanted as CSV"],
  [ASCII("{\\rtf"), "a rich text document", "save it as plain text"],
  [ASCII("version https://git-lfs"), "the pointer of a file in Git LFS", "fetch it with git lfs pull"],
  [ASCII("\xff\xfe\0\0"), "UTF-32LE text", "save it as UTF-8"],
  [ASCII("\0\0\xfe\xff"), "UTF-32BE text", "save it as UTF-8"],
];
const MARKUP = /^(\xef\xbb\xbf)?\s*(<!doctype html|<html|<\?xml)/i;
/** Offset of the signature of a tar archive. */
const TAR_SIGN_AT = 257;

const BYTE_ORDER_MARKS: readonly (readonly [mark: Buffer, encoding: string])[] = [
  [ASCII("\xef\xbb\xbf"), "utf-8"],
  [ASCII("\xff\xfe"), "utf-16le"],
  [ASCII("\xfe\xff"), "utf-16be"],
];

/**
 * The text of a file in UTF-8, block by block, unpacked if it is gzip, without a byte order mark. UTF-16 is recognised by its
 * byte order mark. UTF-8 is passed through unchecked: an invalid byte is for the reader to name with its line.
 * @param encoding that of the file, a label of the WHATWG Encoding Standard; absent: recognised
 * @throws InputError naming what the file is instead of text, or why it cannot be read.
 */
export async function* textBytesOf(file: string, encoding?: string): AsyncGenerator<Buffer> {
  let blocks = blocksOf(file);
  let [first, rest] = await beginningOf(blocks);
  if (first[0] === 0x1f && first[1] === 0x8b) {
    blocks = gunzipped(file, first, rest);
    [first, rest] = await beginningOf(blocks);
    if (first[0] === 0x1f && first[1] === 0x8b)
      throw new InputError(`${file} is gzip within gzip: unpack it once`);
  }
  try {
    const marked = BYTE_ORDER_MARKS.find(([mark]) => first.subarray(0, mark.length).equals(mark));
    refuseForeign(file, first);
    const known = encoding ?? marked?.[1] ?? "utf-8";
    if (new TextDecoder(known).encoding === "utf-8") {
      yield first.subarray(marked?.[1] === "utf-8" ? marked[0].length : 0);
      yield* rest;
    } else {
      yield* recoded(file, known, first, rest);
    }
  } finally {
    await blocks.return(undefined);
  }
}

function refuseForeign(file: string, first: Buffer): void {
  const text = first.toString("latin1", 0, 512);
  const [, what, remedy] =
    FOREIGN.find(([begins]) => first.subarray(0, begins.length).equals(begins)) ??
    (MARKUP.test(text)
      ? ["", "a page of HTML or XML, not the file itself", "download the file"]
      : undefined) ??
    (text.startsWith("ustar", TAR_SIGN_AT) ? ["", "a tar archive", "unpack it"] : []);
  if (what !== undefined) throw new InputError(`${file} is ${what}: ${remedy}`);
}

/** @throws InputError for a block that holds bytes which no text in UTF-8 has, and names UTF-16 without its byte order mark. */
export function refuseBinary(file: string, first: Buffer): void {
  const zero = first.indexOf(0);
  if (zero === -1) return;
  const [even = 0, odd = 0] = [0, 1].map(
    (parity) => first.filter((byte, index) => byte === 0 && index % 2 === parity).length,
  );
  if (Math.max(even, odd) > first.length / 8) {
    const encoding = odd > even ? "utf-16le" : "utf-16be";
    throw new InputError(
      `${file} looks like UTF-16 without a byte order mark: --encoding ${encoding} reads it`,
    );
  }
  throw new InputError(`${file} is no text: its byte ${zero + 1} is zero`);
}

async function* recoded(
  file: string,
  encoding: string,
  first: Buffer,
  rest: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const decode = (block?: Buffer): Buffer => {
    try {
      return Buffer.from(block ? decoder.decode(block, { stream: true }) : decoder.decode());
    } catch (error) {
      throw new InputError(`${file} is not valid ${decoder.encoding}`, { cause: error });
    }
  };
  yield decode(first);
  for await (const block of rest) yield decode(block);
  yield decode();
}

/** The first blocks as one that is long enough to tell what the file is, and those that follow. */
async function beginningOf(
  blocks: AsyncGenerator<Buffer>,
): Promise<[first: Buffer, rest: AsyncGenerator<Buffer>]> {
  const parts: Buffer[] = [];
  for (let length = 0; length < SNIFFED_BYTES; ) {
    const { value, done } = await blocks.next();
    if (done) break;
    parts.push(value);
    length += value.length;
  }
  return [Buffer.concat(parts), blocks];
}

async function* blocksOf(file: string): AsyncGenerator<Buffer> {
  const blocks: AsyncIterable<Buffer> = createReadStream(file);
  try {
    yield* blocks;
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${errorOf(error).message}`, { cause: error });
  }
}

async function* gunzipped(file: string, first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  async function* whole(): AsyncGenerator<Buffer> {
    yield first;
    yield* rest;
  }
  const gunzip = createGunzip();
  try {
    // The errors of either end reach the iteration.
    pipeline(Readable.from(whole()), gunzip, () => {});
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file} is damaged gzip: ${errorOf(error).message}`, { cause: error });
  }
}

/** Blocks, each with whether nothing follows; at least one. */
export async function* withLast(
  blocks: AsyncIterable<Buffer>,
): AsyncGenerator<{ readonly block: Buffer; readonly isLast: boolean }> {
  let last: Buffer | undefined;
  for await (const block of blocks) {
    if (last !== undefined) yield { block: last, isLast: false };
    last = block;
  }
  yield { block: last ?? Buffer.alloc(0), isLast: true };
}
