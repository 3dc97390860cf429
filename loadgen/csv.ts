import type { Column } from "../contract/column";
import type { GivenValue } from "../contract/column-value";
import { type AcceptedLine, type WrittenLineJudge, writtenLineJudge } from "../contract/judge";
import {
  ColumnNames,
  delimiterOf,
  type HeaderOptions,
  isBlank,
  isSepLine,
  type Layout,
  layoutOf,
} from "./csv-header";
import { type Row, RowSplitter } from "./csv-rows";
import { type ValueOptions, ValueReader } from "./csv-values";
import { refuseBinary, textBytesOf, withLast } from "./input-bytes";
import type { Preset } from "./preset";
import { type BadRow, type ColumnReport, InputError, type Source, type SourceItem } from "./source";

/** Longest row, in bytes. Without a bound, a quote that is never closed would pull the whole file into memory. */
const MAX_ROW_BYTES = 4 * 1024 * 1024;

/** How a file of rows is read. */
export interface CsvOptions extends HeaderOptions, ValueOptions {
  /** Encoding of the file, a label of the WHATWG Encoding Standard. @default recognised, else UTF-8 */
  readonly encoding?: string;
  /** Current time for judging dates, milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * Reads a file of delimited rows (RFC 4180, a header) row by row; line ends may differ between rows. Columns are
 * found by their names; those that the contract does not know are left out. Texts stay as they are; a row that cannot
 * become a line of the contract is given as a bad row.
 * @throws InputError, while it is iterated, when the file cannot be read, lacks a required column, has no row, or has
 * a quote that is never closed.
 */
export function readCsv(file: string, preset: Preset, options: CsvOptions = {}): Source {
  const columns = new Columns(preset.contract.columns);
  return {
    [Symbol.asyncIterator]: () => itemsOf(file, preset, options, columns),
    columns: () => columns.report(),
  };
}

/** Collects the report on an input's columns. */
class Columns {
  /** Columns that no row had a value for so far. */
  private readonly unfilled: Set<string>;
  private readonly nothing = new Map<string, number>();
  private readonly integer = new Map<string, number>();
  public leftOut: readonly string[] = [];

  public constructor(columns: readonly Column[]) {
    this.unfilled = new Set(columns.map(({ field }) => field));
  }

  /** @param values of a row, by field */
  public fill(values: AcceptedLine["values"]): void {
    for (const field of this.unfilled) {
      const value = values[field] ?? "";
      if (value !== "") this.unfilled.delete(field);
    }
  }

  public add({ as, field }: Conversion): void {
    this[as].set(field, (this[as].get(field) ?? 0) + 1);
  }

  public report(): ColumnReport {
    return {
      columnsUnfilled: [...this.unfilled],
      columnsLeftOut: this.leftOut,
      readAsNothing: Object.fromEntries(this.nothing),
      readAsInteger: Object.fromEntries(this.integer),
    };
  }
}

async function* itemsOf(
  file: string,
  preset: Preset,
  options: CsvOptions,
  columns: Columns,
): AsyncGenerator<Iterable<SourceItem>> {
  const { now = Date.now } = options;
  let splitter: RowSplitter | undefined;
  let delimiter = "";
  let table: RowReader | undefined;
  let rows = 0;
  function* itemsOfBlock(found: Iterable<Row>): Generator<SourceItem> {
    for (const row of found) {
      if (row.fault === undefined && isBlank(row.cells)) continue;
      if (table !== undefined) {
        rows++;
        yield table.read(row, now());
      } else if (!isSepLine(row.cells)) {
        const layout = headerOf(row, delimiter, preset, options, file);
        table = new RowReader(
          layout,
          new ValueReader(options, delimiter, preset.wholeNumbers),
          columns,
          preset.contract.columns,
        );
        columns.leftOut = layout.leftOut;
      }
    }
  }

  for await (const { block, isLast } of withLast(textBytesOf(file, options.encoding))) {
    // One character a byte, so that a character that lies across two blocks is not cut; a cell is decoded as a whole.
    const text = block.toString("latin1");
    if (splitter === undefined) {
      refuseBinary(file, block);
      delimiter = options.delimiter ?? delimiterOf(text, isLast, new ColumnNames(preset), options.map);
      splitter = new RowSplitter(delimiter);
    }
    yield itemsOfBlock(splitter.push(text, isLast));
    if (splitter.waiting > MAX_ROW_BYTES) {
      throw new InputError(
        `${file}, line ${splitter.line}: the row that begins here has no end within ${MAX_ROW_BYTES} bytes; is a quote not closed?`,
      );
    }
  }
  if (table === undefined) throw new InputError(`${file} is empty; a header with column names is wanted`);
  if (rows === 0) throw new InputError(`${file} has a header and no row`);
}

const UTF8_REMEDY = "--encoding windows-1252 reads it, if it comes from Excel on Windows";

function headerOf(
  { cells, fault, number }: Row,
  delimiter: string,
  preset: Preset,
  { map = {} }: CsvOptions,
  file: string,
): Layout {
  if (fault !== undefined) throw new InputError(`${file}, line ${number}, the header: ${fault}`);
  const names = cells.map(decode);
  if (names.includes(undefined))
    throw new InputError(`${file}: the header is not valid UTF-8; ${UTF8_REMEDY}`);
  return layoutOf(names as string[], delimiter, new ColumnNames(preset).resolve(map), preset, file);
}

/** A value that was read as another than the file has. */
interface Conversion {
  readonly as: "nothing" | "integer";
  readonly field: string;
}

/** Makes lines of the rows of one table. */
class RowReader {
  /** The columns that the table has, with what a line has before their values; the names are letters, digits and underscores. */
  private readonly columns: readonly {
    readonly column: Column;
    readonly index: number;
    readonly key: string;
    /** Place among the contract's columns. */
    readonly at: number;
  }[];
  private readonly none: readonly undefined[];
  private readonly judge: WrittenLineJudge;

  public constructor(
    private readonly layout: Layout,
    private readonly reader: ValueReader,
    private readonly report: Columns,
    columns: readonly Column[],
  ) {
    this.columns = layout.columns.map((one) => ({
      ...one,
      key: `"${one.column.field}":`,
      at: columns.indexOf(one.column),
    }));
    this.none = columns.map(() => undefined);
    this.judge = writtenLineJudge(columns);
  }

  public read({ number, cells, fault }: Row, now: number): SourceItem {
    const { width } = this.layout;
    if (fault !== undefined) return { number, reason: "malformed_quotes", fault };
    if (cells.length !== width && !(cells.length > width && isBlank(cells.slice(width)))) {
      return { number, reason: "field_count", fault: `${cells.length} fields; the header has ${width}` };
    }
    const given: (GivenValue | undefined)[] = this.none.slice();
    let members = "";
    let converted: Conversion[] | undefined;
    for (const { column, index, key, at } of this.columns) {
      const { field } = column;
      const text = decode(cells[index] ?? "");
      if (text === undefined) return notUtf8(number, field);
      const reading = this.reader.read(column, text);
      if ("fault" in reading) return { number, ...reading };
      if (reading.as) converted = [...(converted ?? []), { as: reading.as, field }];
      if (reading.given === undefined) continue;
      given[at] = reading.given;
      // As text, because a number that JavaScript writes may be rounded.
      members += `${members === "" ? "" : ","}${key}${reading.given.raw}`;
    }
    const bytes = Buffer.from(`{${members}}`);
    const verdict = this.judge(bytes, given, now);
    if (!verdict.accepted) return { number, reason: verdict.reason, fault: verdict.detail };
    this.report.fill(verdict.values);
    for (const one of converted ?? []) this.report.add(one);
    return { bytes, number };
  }
}

function notUtf8(number: number, field: string): BadRow {
  return { number, reason: "not_utf8", fault: `${field} is not valid UTF-8`, remedy: UTF8_REMEDY };
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
