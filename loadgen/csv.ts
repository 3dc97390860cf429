import { createReadStream } from "node:fs";
import { ReadableStream } from "node:stream/web";
import Papa, { type ParseResult } from "papaparse";
import { judgeLine } from "../contract/judge";
import { COLUMNS, type Column } from "../contract/retail-transaction";
import { InputError, type SourceItem } from "./source";

/** Longest row, in bytes. Without a bound, a quote that is never closed would pull the whole file into memory. */
const MAX_ROW_BYTES = 4 * 1024 * 1024;

/** How a CSV file is read. */
export interface CsvOptions {
  /** Told of something that a person should know and that is no fault, once. */
  readonly onNotice?: (text: string) => void;
  /** Milliseconds since 1970, against which dates are judged. */
  readonly now?: () => number;
}

/**
 * Reads a CSV file (RFC 4180, UTF-8, a header) row by row. Columns are found by their names, without regard to case, blanks and
 * underscores; those that the contract does not know are left out. Texts stay exactly as they are; a row that cannot become
 * a line of the contract is given as a bad row.
 * @throws InputError when the file cannot be read, lacks a required column or has a quote that is never closed.
 */
export async function* readCsv(file: string, options: CsvOptions = {}): AsyncGenerator<SourceItem> {
  const { onNotice, now = Date.now } = options;
  let layout: Layout | undefined;
  for await (const row of rowsOf(file)) {
    if (layout === undefined) {
      layout = layoutOf(row.cells, file);
      if (layout.leftOut.length > 0) onNotice?.(`${file}: columns left out: ${layout.leftOut.join(", ")}`);
    } else {
      yield toItem(row, layout, now());
    }
  }
  if (layout === undefined) throw new InputError(`${file} is empty; a header with column names is wanted`);
}

/** A row as the file has it. */
interface Row {
  /** Line on which it begins, from 1. */
  readonly number: number;
  /** Each character stands for one byte. */
  readonly cells: readonly string[];
  /** What is wrong with its quotes. */
  readonly fault?: string;
}

/** The rows that are not blank, the header first. */
async function* rowsOf(file: string): AsyncGenerator<Row> {
  let number = 1;
  try {
    for await (const { data, errors } of chunksOf(file)) {
      const faults = new Map(errors.map(({ row, message }) => [row, message]));
      for (const [index, cells] of data.entries()) {
        const within = newlinesIn(cells);
        const fault = faults.get(index);
        if (fault !== undefined) yield { number, cells, fault: quoteFault(fault, within) };
        else if (!isBlank(cells)) yield { number, cells };
        number += 1 + within;
      }
    }
  } catch (error) {
    if (error instanceof RowTooLong) {
      throw new InputError(
        `${file}, line ${number}: the row that begins here has no end within ${MAX_ROW_BYTES} bytes; is a quote not closed?`,
      );
    }
    throw error;
  }
}

function quoteFault(message: string, within: number): string {
  return within === 0 ? message : `${message}, so the ${within} lines that follow belong to this row`;
}

class RowTooLong extends Error {
  override readonly name = "RowTooLong";
}

/** The file's rows as the parser gives them, a block of the file at a time, read when they are wanted. */
function chunksOf(file: string): ReadableStream<ParseResult<string[]>> {
  // One character a byte: so that the parser, which knows texts only, passes every byte through.
  const input = createReadStream(file, { encoding: "latin1" });
  let resume: (() => void) | undefined;
  return new ReadableStream<ParseResult<string[]>>({
    start: (controller) => {
      Papa.parse<string[], typeof input>(input, {
        delimiter: ",",
        beforeFirstChunk: (chunk) => chunk.replace(UTF8_BYTE_ORDER_MARK, ""),
        chunk: (result, parser) => {
          parser.pause();
          input.pause();
          resume = () => {
            input.resume();
            parser.resume();
          };
          controller.enqueue(result);
          if (input.bytesRead - result.meta.cursor > MAX_ROW_BYTES) {
            input.destroy();
            controller.error(new RowTooLong());
          }
        },
        complete: () => controller.close(),
        error: (error) => controller.error(new InputError(`${file}: ${error.message}`, { cause: error })),
      });
    },
    pull: () => {
      // Once for each block, and after the parser has returned: it waits for ever otherwise.
      if (resume) queueMicrotask(resume);
      resume = undefined;
    },
    cancel: () => void input.destroy(),
  });
}

const UTF8_BYTE_ORDER_MARK = /^\u00ef\u00bb\u00bf/;
/** Lines of the file that end inside the cells. */
function newlinesIn(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) {
    for (let at = cell.indexOf("\n"); at !== -1; at = cell.indexOf("\n", at + 1)) count++;
  }
  return count;
}

function isBlank([first = "", ...others]: readonly string[]): boolean {
  return others.length === 0 && first.trim() === "";
}

/** Where the contract's columns are in a row. */
interface Layout {
  readonly width: number;
  readonly columns: readonly { readonly column: Column; readonly index: number }[];
  /** Names of the columns that are not sent. */
  readonly leftOut: readonly string[];
}

function layoutOf(cells: readonly string[], file: string): Layout {
  const header = cells.map((cell) => decode(cell) ?? cell);
  const columns: { column: Column; index: number }[] = [];
  for (const column of COLUMNS) {
    const indexes = [...header.keys()].filter((index) => plain(header[index] ?? "") === plain(column.field));
    const [index, second] = indexes;
    if (second !== undefined) {
      throw new InputError(
        `${file}: the column ${column.field} is there twice in the header: ${header.join(", ")}`,
      );
    }
    if (index !== undefined) columns.push({ column, index });
    else if (column.required) {
      throw new InputError(`${file}: no column ${column.field} in the header: ${shown(header.join(", "))}`);
    }
  }
  const used = new Set(columns.map(({ index }) => index));
  return { width: header.length, columns, leftOut: header.filter((_, index) => !used.has(index)) };
}

/** A column's name without what people write differently. */
function plain(name: string): string {
  return name.replace(/[\s_]/g, "").toLowerCase();
}

/** JSON's numbers, and leading zeros. */
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

function toItem({ number, cells, fault }: Row, { width, columns }: Layout, now: number): SourceItem {
  if (fault !== undefined) return { number, fault };
  if (cells.length !== width) return { number, fault: `${cells.length} fields; the header has ${width}` };
  if (cells.at(-1)?.endsWith("\r"))
    return { number, fault: "ends in CR LF, unlike the first lines of the file" };
  const values: Record<string, string | number> = {};
  for (const { column, index } of columns) {
    const { field, kind } = column;
    const text = decode(cells[index] ?? "");
    if (text === undefined) return { number, fault: `${field} is not valid UTF-8` };
    if (kind === "text" || kind === "timestamp") {
      values[field] = text;
    } else {
      const value = NUMBER.test(text) ? Number(text) : Number.NaN;
      if (!Number.isFinite(value))
        return { number, fault: `${field} is "${shown(text)}"; a number is wanted` };
      values[field] = value;
    }
  }
  const bytes = Buffer.from(JSON.stringify(values));
  const verdict = judgeLine(bytes, now);
  return verdict.accepted ? { bytes, number } : { number, fault: verdict.detail };
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const BEYOND_ASCII = /[\u0080-\u00ff]/;

/** The text of a cell; undefined when its bytes are no UTF-8. */
function decode(cell: string): string | undefined {
  if (!BEYOND_ASCII.test(cell)) return cell;
  try {
    return UTF8.decode(Buffer.from(cell, "latin1"));
  } catch {
    return undefined;
  }
}

/** Cut to a length that a message can carry. */
function shown(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
