/** A line to send, without its newline. */
export interface SourceLine {
  readonly bytes: Uint8Array;
  /** From 1: the line of the file, blank ones counted, or the number of the synthetic line. */
  readonly number: number;
}

/** A row of the input that cannot become a line. */
export interface BadRow {
  /** Line of the file on which the row begins, from 1. */
  readonly number: number;
  /** Code of the fault; the report counts rows by it. */
  readonly reason: string;
  /** For a person: names the column, the value and what is allowed. */
  readonly fault: string;
  /** The option that would read such rows; absent where none does. */
  readonly remedy?: string;
}

/** Items of a source, in order. */
export type SourceItem = SourceLine | BadRow;

/** How the columns of an input were read, so far. */
export interface ColumnReport {
  /** Columns of the contract that no accepted row had a value for. */
  readonly columnsUnfilled: readonly string[];
  /** Columns of the input that are not sent. */
  readonly columnsLeftOut: readonly string[];
  /** Values such as NaN or NULL that were read as no value, by column. */
  readonly readAsNothing: Readonly<Record<string, number>>;
  /** Identifiers such as 13085.0 that were read as 13085, by column. */
  readonly readAsInteger: Readonly<Record<string, number>>;
}

/** Lines to send: items, or blocks of them, whose items are made as they are taken, without a promise for each. */
export interface Source<Item extends SourceItem = SourceItem> extends AsyncIterable<Item | Iterable<Item>> {
  /** Absent where lines are sent as they are. */
  readonly columns?: () => ColumnReport;
}

/** The items of what a source gives. */
export function itemsIn<Item extends SourceItem>(given: Item | Iterable<Item>): Iterable<Item> {
  return Symbol.iterator in given ? given : [given];
}

/** All items of a source. */
export async function* itemsOf<Item extends SourceItem>(source: Source<Item>): AsyncGenerator<Item> {
  for await (const given of source) yield* itemsIn(given);
}

/** Lines to send, numbered from 1, of texts that are made up: one block. */
export async function* numbered(texts: Iterable<string>): AsyncGenerator<Iterable<SourceLine>> {
  yield numberedLines(texts);
}

function* numberedLines(texts: Iterable<string>): Generator<SourceLine> {
  let number = 0;
  for (const text of texts) yield { bytes: Buffer.from(text), number: ++number };
}

/** Whether an item is a row that cannot be sent. */
export function isBadRow(item: SourceItem): item is BadRow {
  return "fault" in item;
}

/** The whole input cannot be used; the message names the file, the line and the remedy. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** A text of the input in a message: quoted, cut, and without control characters that a terminal would obey. */
export function quoted(text: string, longest = 200): string {
  const cut = text.length <= longest ? text : `${text.slice(0, longest)}…`;
  return JSON.stringify(cut).replace(
    /[\u007f-\u009f\u2028\u2029\u200e-\u200f\u202a-\u202e]/g,
    (character) => {
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
    },
  );
}
