import type { Column } from "../contract/column";
import { RowSplitter } from "./csv-rows";
import type { Preset } from "./preset";
import { InputError, quoted } from "./source";

/** Delimiters that are recognised. */
const DELIMITERS = [",", ";", "\t", "|"] as const;

/** Names shown of a header in a message. */
const SHOWN_NAMES = 20;

/** Options for finding the columns. */
export interface HeaderOptions {
  /** One character. @default recognised */
  readonly delimiter?: string;
  /** Header names by column of the contract, itself named as in a header; they take precedence over matching names. */
  readonly map?: Readonly<Record<string, string>>;
}

/** Positions of the contract's columns in a row. */
export interface Layout {
  readonly delimiter: string;
  readonly width: number;
  readonly columns: readonly { readonly column: Column; readonly index: number }[];
  /** Names of the columns that are not sent. */
  readonly leftOut: readonly string[];
}

/** The columns of a contract by the names that files give them. */
export class ColumnNames {
  private readonly fields: readonly string[];
  private readonly byPlainName = new Map<string, Set<string>>();

  public constructor({ contract, aliases }: Pick<Preset, "contract" | "aliases">) {
    this.fields = contract.columns.map(({ field }) => field);
    for (const field of this.fields) {
      for (const name of [field, ...(aliases.get(field) ?? [])]) {
        const known = this.byPlainName.get(plain(name)) ?? new Set();
        this.byPlainName.set(plain(name), known.add(field));
      }
    }
  }

  /** The column that a text names; undefined when none does, or several do that differ by punctuation only. */
  public fieldOf(name: string): string | undefined {
    const found = [...(this.byPlainName.get(plain(name)) ?? [])];
    if (found.length === 1) return found[0];
    return found.find((field) => field.toLowerCase() === name.trim().toLowerCase());
  }

  /** Header names by the contract's own names of the columns. @throws RangeError naming the fault of a `--map` */
  public resolve(map: NonNullable<HeaderOptions["map"]>): Readonly<Record<string, string>> {
    const resolved = new Map<string, string>();
    for (const [name, header] of Object.entries(map)) {
      const field = this.fieldOf(name);
      if (field === undefined) {
        throw new RangeError(`--map ${name}=${header}: the fields are ${this.fields.join(", ")}`);
      }
      if (resolved.has(field)) throw new RangeError(`--map ${name}=${header}: ${field} is mapped already`);
      resolved.set(field, header);
    }
    return Object.fromEntries(resolved);
  }
}

/** A name without case, blanks and punctuation, which vary between files. */
function plain(name: string): string {
  return name
    .normalize("NFKC")
    .replace(/[^\p{L}\p{N}]/gu, "")
    .toLowerCase();
}

/**
 * The delimiter of a file: the known one by which its header names the most columns of the contract, then the one
 * with the most columns. Excel's first line `sep=;` takes precedence.
 * @param beginning of the file, one character a byte
 * @param isWhole whether that is all of it
 */
export function delimiterOf(
  beginning: string,
  isWhole: boolean,
  columnNames: ColumnNames,
  map: HeaderOptions["map"] = {},
): string {
  const said = SEP_LINE.exec(beginning)?.[1];
  if (said !== undefined) return said;
  const mapped = new Set(Object.values(map));
  const scored = DELIMITERS.map((delimiter) => {
    const names = firstRow(beginning, isWhole, delimiter).map((name) =>
      Buffer.from(name, "latin1").toString(),
    );
    const known = names.filter((name) => columnNames.fieldOf(name) !== undefined || mapped.has(name)).length;
    return { delimiter, known, names: names.length };
  });
  const [best = { delimiter: "," }] = scored.sort((a, b) => b.known - a.known || b.names - a.names);
  return best.delimiter;
}

const SEP_LINE = /^"?sep=(.)"?(?:\r|\n)/i;

/** Whether a row is Excel's line that names the delimiter. */
export function isSepLine(cells: readonly string[]): boolean {
  return /^sep=$/i.test(cells[0] ?? "") || /^sep=.$/i.test(cells.join(""));
}

function firstRow(beginning: string, isWhole: boolean, delimiter: string): readonly string[] {
  for (const { cells } of new RowSplitter(delimiter).push(beginning, isWhole)) {
    if (!isBlank(cells)) return cells;
  }
  return beginning.split(/[\r\n]/, 1)[0]?.split(delimiter) ?? [];
}

/** Whether a row holds nothing: an empty line, or delimiters only, as spreadsheets leave them below a table. */
export function isBlank(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === "");
}

/**
 * Finds the contract's columns in a header. @param map by {@link ColumnNames.resolve}
 * @throws InputError naming the columns that are not there, or what is not clear.
 */
export function layoutOf(
  header: readonly string[],
  delimiter: string,
  map: Readonly<Record<string, string>>,
  preset: Preset,
  file: string,
): Layout {
  const { columns } = preset.contract;
  const columnNames = new ColumnNames(preset);
  const fail = (message: string): never => {
    throw new InputError(`${file}: ${message}`);
  };
  const indexes = new Map<string, number>();
  for (const [field, name] of Object.entries(map)) {
    const exact = header.flatMap((given, index) => (given === name ? [index] : []));
    const found =
      exact.length > 0
        ? exact
        : header.flatMap((given, index) => (plain(given) === plain(name) ? [index] : []));
    const [index] = found;
    if (index === undefined) {
      fail(`--map ${field}=${name}: no column ${quoted(name)} in the header: ${namesOf(header)}`);
    } else if (found.length > 1) {
      fail(`--map ${field}=${name}: the header has ${found.length} columns of that name: ${namesOf(header)}`);
    } else indexes.set(field, index);
  }
  const mapped = new Set(indexes.values());
  for (const { field } of columns) {
    if (indexes.has(field)) continue;
    const found = header.flatMap((name, index) =>
      !mapped.has(index) && columnNames.fieldOf(name) === field ? [index] : [],
    );
    if (found.length > 1) {
      const names = found.map((index) => quoted(header[index] ?? ""));
      const remedy =
        new Set(names).size > 1 ? `; choose one by --map ${field}=HEADER` : "; rename one of them";
      fail(
        `columns ${found.map((index) => index + 1).join(" and ")} of the header (${names.join(", ")}) are both ${field}${remedy}`,
      );
    }
    const [index] = found;
    if (index !== undefined) indexes.set(field, index);
  }
  const absent = columns
    .filter(({ field, required }) => required && !indexes.has(field))
    .map(({ field }) => field);
  if (absent.length > 0) fail(absentText(absent, header, delimiter));
  const used = new Set(indexes.values());
  return {
    delimiter,
    width: header.length,
    columns: columns.flatMap((column) => {
      const index = indexes.get(column.field);
      return index === undefined ? [] : [{ column, index }];
    }),
    leftOut: header.flatMap((name, index) => (used.has(index) ? [] : [shownName(name, index)])),
  };
}

function absentText(absent: readonly string[], header: readonly string[], delimiter: string): string {
  const columns = `no column ${absent.join(", ")} in the header: ${namesOf(header)}`;
  const [first = ""] = header;
  if (/^\s*[{[]/.test(first)) return `${columns}; JSON? JSON lines are read from a file that ends in .jsonl`;
  const separated = `read with the delimiter ${delimiter === "\t" ? "tab" : quoted(delimiter)}`;
  if (header.length === 1) return `${columns}; ${separated}; --delimiter names another`;
  if (header.some((name) => /^\s*-?\d+([.,]\d+)?\s*$/.test(name))) {
    return `${columns}; that looks like a row: the first line has to name the columns`;
  }
  return `${columns}; ${separated}; --map FIELD=HEADER names a column`;
}

function namesOf(header: readonly string[]): string {
  const shown = header.slice(0, SHOWN_NAMES).map(shownName);
  return shown.join(", ") + (header.length > SHOWN_NAMES ? `, and ${header.length - SHOWN_NAMES} more` : "");
}

/** A column's name for messages and the report, with a substitute for an empty one. */
function shownName(name: string, index: number): string {
  if (name.trim() === "") return `(unnamed column ${index + 1})`;
  return /^[\w .#()/%&+*-]{1,60}$/.test(name) ? name : quoted(name, 60);
}
