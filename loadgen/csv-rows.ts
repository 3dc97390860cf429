import { counted } from "../lib/counted";

/** A row as the file has it. */
export interface Row {
  /** Line on which it begins, from 1. */
  readonly number: number;
  readonly cells: readonly string[];
  /** Fault of its quotes. */
  readonly fault?: string;
}

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/** Finds the next occurrence of a text, and searches again only after it was passed. */
class Finder {
  private at = -1;

  public constructor(
    private readonly text: string,
    private readonly sought: string,
  ) {}

  /** Infinity when there is none. */
  public from(place: number): number {
    if (this.at < place) {
      const found = this.text.indexOf(this.sought, place);
      this.at = found === -1 ? Number.POSITIVE_INFINITY : found;
    }
    return this.at;
  }
}

/**
 * Splits text into rows and cells (RFC 4180), block by block. Each row ends where the next of LF, CR LF and CR stands
 * outside quotes, whatever the rows before it ended in: among the libraries for streams only csv-parse does that, in
 * five times the time. Where a quote opens a cell, line ends and delimiters belong to it; anywhere else a quote is a
 * character.
 */
export class RowSplitter {
  private rest = "";
  private number = 1;

  /** @param delimiter one character */
  public constructor(private readonly delimiter: string) {}

  /** Characters of the row that is not complete yet. */
  public get waiting(): number {
    return this.rest.length;
  }

  /** Line on which that row begins. */
  public get line(): number {
    return this.number;
  }

  /** The rows that are complete with this block. @param isLast whether nothing follows */
  public *push(block: string, isLast: boolean): Generator<Row> {
    const text = this.rest === "" ? block : this.rest + block;
    const [lf, cr, quote] = ["\n", "\r", '"'].map((sought) => new Finder(text, sought)) as [
      Finder,
      Finder,
      Finder,
    ];
    let at = 0;
    while (at < text.length) {
      const end = Math.min(lf.from(at), cr.from(at), text.length);
      if (quote.from(at) < end) {
        const found = quotedRow(text, at, this.delimiter, isLast);
        if (found === undefined) break;
        const { number } = this;
        this.number += found.lines;
        at = found.next;
        yield found.fault === undefined
          ? { number, cells: found.cells }
          : { number, cells: found.cells, fault: found.fault };
      } else {
        // The next block shows whether a line feed follows the carriage return.
        const isOpen = end === text.length || (text.charCodeAt(end) === CR && end + 1 === text.length);
        if (isOpen && !isLast) break;
        const cells = text.slice(at, end).split(this.delimiter);
        at = afterLineEnd(text, end);
        yield { number: this.number++, cells };
      }
    }
    this.rest = text.slice(at);
  }
}

interface QuotedRow {
  readonly cells: string[];
  /** Where the next row begins. */
  readonly next: number;
  /** Lines of the file that it takes. */
  readonly lines: number;
  readonly fault?: string;
}

/** A row that holds a quote; undefined when it may go on in the next block. */
function quotedRow(text: string, start: number, delimiter: string, isLast: boolean): QuotedRow | undefined {
  const cells: string[] = [];
  const separator = delimiter.charCodeAt(0);
  let fault: string | undefined;
  for (let at = start; ; at++) {
    let end = at;
    let cell = "";
    if (text.charCodeAt(at) === QUOTE) {
      const close = closingQuote(text, at + 1);
      if (close === -1 && !isLast) return undefined;
      end = close === -1 ? text.length : close + 1;
      cell = text.slice(at + 1, close === -1 ? end : close).replaceAll('""', '"');
      if (close === -1) fault ??= notClosed(text.slice(start));
    }
    const from = end;
    while (end < text.length && !isEnd(text.charCodeAt(end), separator)) end++;
    if (end > from && from > at) fault ??= "text stands behind a closing quote";
    cells.push(cell + text.slice(from, end));
    if (end < text.length && text.charCodeAt(end) === separator) {
      at = end;
      continue;
    }
    const isOpen = end === text.length || (text.charCodeAt(end) === CR && end + 1 === text.length);
    if (isOpen && !isLast) return undefined;
    const next = afterLineEnd(text, end);
    const lines = 1 + countLineEnds(text, start, end);
    return fault === undefined ? { cells, next, lines } : { cells, next, lines, fault };
  }
}

/** The fault of a quote that is open where the file ends. @param rest from the begin of its row */
function notClosed(rest: string): string {
  const fault = "a quote is not closed";
  // Behind the last line end there is no line.
  const lines = countLineEnds(rest, 0, rest.length) - (/[\r\n]$/.test(rest) ? 1 : 0);
  if (lines === 0) return fault;
  return lines === 1
    ? `${fault}, so the line that follows belongs to this row`
    : `${fault}, so the ${counted(lines, "line")} that follow belong to this row`;
}

function isEnd(code: number, separator: number): boolean {
  return code === separator || code === LF || code === CR;
}

/** Index of the closing quote, -1 without one. A doubled quote is a character. */
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text.charCodeAt(at + 1) !== QUOTE) return at;
  }
  return -1;
}

function afterLineEnd(text: string, end: number): number {
  return text.charCodeAt(end) === CR && text.charCodeAt(end + 1) === LF ? end + 2 : end + 1;
}

function countLineEnds(text: string, from: number, to: number): number {
  return text.slice(from, to).match(/\r\n|\n|\r/g)?.length ?? 0;
}
