/** A line to send, without its newline. */
export interface SourceLine {
  readonly bytes: Uint8Array;
  /** From 1: the line of the file, blank ones counted, or the how-manieth synthetic line. */
  readonly number: number;
}

/** A row of the input that cannot become a line. */
export interface BadRow {
  /** Line of the file on which the row begins, from 1. */
  readonly number: number;
  /** For a person: names the column, the value and what is allowed. */
  readonly fault: string;
}

/** What a source gives, in order. */
export type SourceItem = SourceLine | BadRow;

/** Whether an item is a row that cannot be sent. */
export function isBadRow(item: SourceItem): item is BadRow {
  return "fault" in item;
}

/** The input as a whole cannot be used; the message names the file, the place and the remedy. */
export class InputError extends Error {
  override readonly name = "InputError";
}
