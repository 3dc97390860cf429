/**
 * What a column holds.
 *
 * | kind | a line has | tables | index |
 * |---|---|---|---|
 * | text | a string | string | keyword, or text with a keyword below it |
 * | integer | a whole number of 32 bits | int | integer |
 * | bigint | a whole number of 64 bits | bigint | long |
 * | double | a number | double | double |
 * | decimal | a number of so many digits, exact | decimal(p, s) | scaled_float |
 * | boolean | true or false | boolean | boolean |
 * | timestamp | a string, in the column's format | timestamp | date |
 */
export type Kind =
  | { readonly kind: "text"; readonly search: TextSearch }
  | { readonly kind: "integer" | "bigint" | "double" }
  | { readonly kind: "boolean" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "timestamp"; readonly format: TimestampFormat };

export type ColumnKind = Kind["kind"];

/** Kinds of numbers. */
export const NUMBER_KINDS = ["integer", "bigint", "double", "decimal"] as const;
export type NumberKind = (typeof NUMBER_KINDS)[number];

/** Whether a column's values are kept by their digits, because a JavaScript number would round some of them. */
export function keepsDigits({ kind }: Pick<Kind, "kind">): boolean {
  return kind === "bigint" || kind === "decimal";
}

/**
 * How the index treats a text: exact values for filters and buckets, words to search for, or kept with its document only,
 * which is for the pipeline's own column `extra`.
 */
export type TextSearch = "exact" | "words" | "none";

/**
 * `seconds`: `YYYY-MM-DD HH:MM:SS`, UTC. `iso`: ISO 8601 with a zone, stored as UTC to the millisecond. `milliseconds`:
 * `YYYY-MM-DD HH:MM:SS.fff`, which is for the pipeline's own `arrived_at`.
 */
export type TimestampFormat = "seconds" | "iso" | "milliseconds";

/** One column of a contract. */
export type Column = Kind & {
  /** The key in the JSON line and the field in the index. In the tables it is in lower case. */
  readonly field: string;
  /** A required text must not be empty; an optional one may be null, absent or empty. */
  readonly required: boolean;
  /** Comment of the column in the catalog, for those who query the table. */
  readonly comment: string;
};

/** What is said of a column beside its kind. */
export interface ColumnOptions {
  /** What the column means and its unit, for whoever queries the table; at most 255 characters. @default none */
  readonly comment?: string;
}

/** What a line holds in a column of a kind. */
export type ValueOf<K extends ColumnKind> = K extends "text" | "timestamp"
  ? string
  : K extends "boolean"
    ? boolean
    : K extends "bigint"
      ? number | bigint
      : number;

/** A column on its way into a contract, which gives it its name. */
export class ColumnType<K extends ColumnKind = ColumnKind, Required extends boolean = boolean> {
  /** @param definition the column without its name */
  constructor(
    readonly definition: Kind & { readonly kind: K; readonly comment: string },
    readonly required: Required,
  ) {}

  /** The column may be null or absent; a text may also be empty. */
  optional(): ColumnType<K, false> {
    return new ColumnType(this.definition, false);
  }
}

/** A column of text on its way into a contract. */
export class TextColumnType<Required extends boolean = boolean> extends ColumnType<"text", Required> {
  override optional(): TextColumnType<false> {
    return new TextColumnType(this.definition, false);
  }

  /** How the index treats the text. @default "exact" */
  search(search: "exact" | "words"): TextColumnType<Required> {
    return new TextColumnType({ kind: "text", search, comment: this.definition.comment }, this.required);
  }
}

/** A string. */
export function text({ comment = "" }: ColumnOptions = {}): TextColumnType<true> {
  return new TextColumnType({ kind: "text", search: "exact", comment }, true);
}

/** A whole number from -2,147,483,648 to 2,147,483,647. */
export function integer({ comment = "" }: ColumnOptions = {}): ColumnType<"integer", true> {
  return new ColumnType({ kind: "integer", comment }, true);
}

/** A whole number of 64 bits. JavaScript's numbers are exact up to 2^53 only: write longer ones as a `bigint`. */
export function bigint({ comment = "" }: ColumnOptions = {}): ColumnType<"bigint", true> {
  return new ColumnType({ kind: "bigint", comment }, true);
}

/** A number of double precision. For money, take {@link decimal}. */
export function double({ comment = "" }: ColumnOptions = {}): ColumnType<"double", true> {
  return new ColumnType({ kind: "double", comment }, true);
}

/**
 * An exact number. One that does not fit is refused, never rounded.
 * @param precision digits in all, 1 to 18
 * @param scale digits behind the point, 0 to `precision`
 */
export function decimal(
  precision: number,
  scale: number,
  { comment = "" }: ColumnOptions = {},
): ColumnType<"decimal", true> {
  return new ColumnType({ kind: "decimal", precision, scale, comment }, true);
}

/** `true` or `false`. */
export function boolean({ comment = "" }: ColumnOptions = {}): ColumnType<"boolean", true> {
  return new ColumnType({ kind: "boolean", comment }, true);
}

/** A point in time. @param options.format how producers write it; @default "seconds" */
export function timestamp({
  comment = "",
  format = "seconds",
}: ColumnOptions & { readonly format?: "seconds" | "iso" } = {}): ColumnType<"timestamp", true> {
  return new ColumnType({ kind: "timestamp", format, comment }, true);
}
