import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Cell } from "./engine";

/** Bytes per read of a result file. */
const READ_BYTES = 256 * 1024;

const LINE_FEED = 0x0a;
const QUOTE = 0x22;

/** A line of Athena's result CSV: every value in quotes; NULL is an empty field without quotes. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map((cell) => (cell === null ? "" : `"${cell.replaceAll('"', '""')}"`)).join(",")}\n`;
}

/** Writes a result as Athena does, header first. @returns rows written */
export async function writeCsv(
  path: string,
  header: readonly string[],
  batches: AsyncIterable<readonly (readonly Cell[])[]>,
): Promise<number> {
  const stream = createWriteStream(path);
  const failed = once(stream, "error").then(([error]) => Promise.reject(error));
  // Awaited and thrown below; this handler avoids an unhandled rejection until then.
  failed.catch(() => undefined);
  let rows = 0;
  try {
    stream.write(csvLine(header));
    for await (const batch of batches) {
      rows += batch.length;
      if (!stream.write(batch.map(csvLine).join(""))) await Promise.race([once(stream, "drain"), failed]);
    }
    stream.end();
    await Promise.race([once(stream, "finish"), failed]);
  } finally {
    stream.destroy();
  }
  return rows;
}

/** Rows of a result file, and the offset of the next page; no `next` at the end. */
export interface CsvPage {
  readonly rows: readonly (readonly Cell[])[];
  readonly next?: number;
}

/** Reads up to `limit` rows from a byte offset, which must be the start of a line. */
export async function readCsvPage(path: string, offset: number, limit: number): Promise<CsvPage> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const rows: Cell[][] = [];
    let position = offset;
    let pending = Buffer.alloc(0);
    let read = offset;
    while (rows.length < limit && position < size) {
      const end = endOfLine(pending);
      if (end >= 0) {
        rows.push(parseLine(pending.toString("utf8", 0, end)));
        pending = pending.subarray(end + 1);
        position += end + 1;
        continue;
      }
      const { bytesRead, buffer } = await file.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, read);
      if (bytesRead === 0) throw new Error(`${path} ends within a line`);
      read += bytesRead;
      pending = Buffer.concat([pending, buffer.subarray(0, bytesRead)]);
    }
    return position < size ? { rows, next: position } : { rows };
  } finally {
    await file.close();
  }
}

/** Index of the end of the first line, -1 if there is none; a line feed between quotes is part of a value. */
function endOfLine(bytes: Buffer): number {
  let quoted = false;
  for (const [index, byte] of bytes.entries()) {
    if (byte === QUOTE) quoted = !quoted;
    else if (byte === LINE_FEED && !quoted) return index;
  }
  return -1;
}

function parseLine(line: string): Cell[] {
  const cells: Cell[] = [];
  for (let start = 0; start <= line.length; start++) {
    const [field = "", value] = /^"((?:[^"]|"")*)"/.exec(line.slice(start)) ?? [];
    cells.push(value === undefined ? null : value.replaceAll('""', '"'));
    start += field.length;
  }
  return cells;
}
