import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { constants, gunzipSync } from "node:zlib";
import { isJsonObject } from "../../../../lib/json";
import type { ObjectFile } from "../../s3/service";

/** Bytes that hold the first line of nearly any object, as they are and as gzip; a longer first line makes it read the whole object. */
const HEAD_BYTES = 32_000;
const GZIP_HEAD_BYTES = 4_000;
/** Files cached; more than an hour-partitioned table of this stack has. */
const MAX_REMEMBERED = 50_000;

/**
 * Finds how a file of JSON lines spells the keys of a table's columns. Athena's JSON reader ignores the case of
 * keys; DuckDB matches them exactly. It assumes that a file spells a key alike on all its lines, and looks for
 * a key that the first line lacks in the other lines.
 */
export class JsonKeys {
  private readonly remembered = new Map<string, Readonly<Record<string, string>>>();

  /** The key for each column: as the file spells it, or the column's own name when no line has it. */
  spelling(file: ObjectFile, columns: readonly string[]): Readonly<Record<string, string>> {
    const id = JSON.stringify([file.path, file.size, file.lastModified, columns]);
    const known = this.remembered.get(id);
    if (known) return known;
    const spelling = find(file, columns);
    const oldest = this.remembered.keys().next();
    if (this.remembered.size >= MAX_REMEMBERED && !oldest.done) this.remembered.delete(oldest.value);
    this.remembered.set(id, spelling);
    return spelling;
  }
}

/** Whether Athena would decompress the object: it decides by the name. */
export function isGzip(file: ObjectFile): boolean {
  return file.key.endsWith(".gz");
}

function find(file: ObjectFile, columns: readonly string[]): Record<string, string> {
  const found = new Map<string, string>();
  collect(readHead(file).split("\n", 1), found);
  if (columns.some((column) => !found.has(column))) {
    const bytes = readFileSync(file.path);
    collect((isGzip(file) ? gunzipSync(bytes) : bytes).toString("utf8").split("\n"), found, columns);
  }
  return Object.fromEntries(columns.map((column) => [column, found.get(column) ?? column]));
}

function readHead(file: ObjectFile): string {
  const gzip = isGzip(file);
  const buffer = Buffer.alloc(Math.min(file.size, gzip ? GZIP_HEAD_BYTES : HEAD_BYTES));
  const descriptor = openSync(file.path, "r");
  let head: Buffer;
  try {
    head = buffer.subarray(0, readSync(descriptor, buffer));
  } finally {
    closeSync(descriptor);
  }
  // The head of a compressed object ends in the midst of it, which is no error with this flag.
  return (gzip ? gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }) : head).toString("utf8");
}

/** Collects keys line by line, until every column has its own; the query reports a line that is not JSON. */
function collect(lines: readonly string[], found: Map<string, string>, columns?: readonly string[]): void {
  for (const line of lines) {
    for (const key of keysOf(line)) {
      const column = key.toLowerCase();
      if (!found.has(column)) found.set(column, key);
    }
    if (columns?.every((column) => found.has(column))) return;
  }
}

function keysOf(line: string): string[] {
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? Object.keys(value) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
