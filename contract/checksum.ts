import { hash } from "node:crypto";
import type { Column } from "./column";
import { plainDigits } from "./exact-number";
import { quotedColumn } from "./glue-columns";
import { EXTRA_COLUMN } from "./stored-columns";

/** The contract columns of one line, from either layer. */
export type LineValues = Readonly<Record<string, string | number | boolean | null>>;

/** Characters of a digest, 132 bits. */
const DIGEST_LENGTH = 22;

/** Ends a value's text. */
const END = "|0";
/** A bar in a text. */
const BAR = "|1";
const NULL = "|2";
/** Before a value that is not of its column's type, which only a document can have. */
const FOREIGN = "|3";

/** Values in a digest: Athena compiles an expression to a method of Java, of at most 64 KB. */
const VALUES_IN_DIGEST = 50;

/**
 * A checksum of a line's values, arrival and unknown columns. It is the same in every layer that holds the line, see
 * {@link checksumSql} for the tables. It includes dates to the precision of their format and arrival to the millisecond,
 * which every layer keeps.
 * @param arrivedAt `YYYY-MM-DD HH:MM:SS.fff`
 * @param extra the canonical text of the unknown columns; null for a row that was stored before this column existed:
 * its checksum is a prefix of the checksum with the column, see {@link withoutExtra}
 */
export function checksum(
  columns: readonly Column[],
  values: LineValues,
  arrivedAt: string,
  extra: string | null,
): string {
  const texts = [arrivedAt + END];
  const doubles: LineValues[string][] = [];
  for (const column of columns) {
    const value = valueIn(values, column.field);
    if (isDouble(column)) doubles.push(value);
    else texts.push(textOf(column, value));
  }
  const digests = groupsOf(texts).map((group) => digest(group.join("")));
  return ofDigests(digests, doubles) + (extra === null ? "" : ofExtra(extra));
}

/**
 * Columns of a SELECT from which {@link checksumOfRow} makes the checksum of a row of a table. Athena computes the digests:
 * its result has a few characters of a line, not the values.
 */
export function checksumSql(columns: readonly Column[]): string[] {
  const doubles = columns.filter(isDouble);
  const extra = quotedColumn(EXTRA_COLUMN.field);
  return [
    ...groupsInSql(columns).map((group, at) => `${digestSql(group.join(" || "))} AS digest_${at}`),
    ...doubles.map(({ field }, at) => `${quotedColumn(field)} AS double_${at}`),
    `CASE WHEN ${extra} = '{}' THEN '${NOTHING}' ELSE ${digestSql(extra)} END AS extra_digest`,
  ];
}

/** Makes the checksum of a row of {@link checksumSql}: cells by column name, NULL as an empty text. */
export function checksumOfRow(columns: readonly Column[]): (row: Readonly<Record<string, string>>) => string {
  const digests = groupsInSql(columns).map((_, at) => `digest_${at}`);
  const doubles = columns.filter(isDouble).map((_, at) => `double_${at}`);
  return (row) =>
    ofDigests(
      digests.map((name) => row[name] ?? ""),
      doubles.map((name) => numberOf(row[name] ?? "")),
    ) + (row["extra_digest"] ?? "");
}

/** The texts of the arrival and of all values that SQL spells, as {@link checksum} groups them. */
function groupsInSql(columns: readonly Column[]): (readonly string[])[] {
  const arrival = `${spelled("arrived_at", "milliseconds")} || '${END}'`;
  return groupsOf([arrival, ...columns.filter((column) => !isDouble(column)).map(textSql)]);
}

/** The value of a column, which may be called as a member that every object inherits, such as "constructor". */
export function valueIn(values: LineValues, field: string): LineValues[string] {
  return (Object.hasOwn(values, field) ? values[field] : null) ?? null;
}

/** The checksum of the same line in a row that was stored before the column `extra` existed. */
export function withoutExtra(sum: string): string {
  return sum.slice(0, DIGEST_LENGTH);
}

/** Whether a checksum is of a row that was stored before the column `extra` existed. */
export function isWithoutExtra(sum: string): boolean {
  return sum.length === DIGEST_LENGTH;
}

/** The text of a value, as {@link textSql} has it. */
function textOf(column: Column, value: LineValues[string]): string {
  return value === null ? NULL : (spellingOf(column, value) ?? FOREIGN + JSON.stringify(value)) + END;
}

/** Undefined for a value that a table cannot have in the column. */
function spellingOf(column: Column, value: NonNullable<LineValues[string]>): string | undefined {
  switch (column.kind) {
    case "text":
      return typeof value === "string" ? value.replaceAll("|", BAR) : undefined;
    case "timestamp":
      return typeof value === "string" ? value.slice(0, charactersOf(column.format)) : undefined;
    case "bigint":
      return plainDigits(String(value));
    case "decimal":
      return withScale(plainDigits(String(value)), column.scale);
    default:
      return typeof value === (column.kind === "boolean" ? "boolean" : "number") ? String(value) : undefined;
  }
}

/** A number with all digits of its column's scale, as SQL writes it. */
function withScale(digits: string | undefined, scale: number): string | undefined {
  if (digits === undefined || scale === 0) return digits;
  const point = digits.indexOf(".");
  return point < 0 ? `${digits}.${"0".repeat(scale)}` : digits.padEnd(point + 1 + scale, "0");
}

/** Characters of a timestamp that each layer keeps. */
function charactersOf(format: Extract<Column, { kind: "timestamp" }>["format"]): number {
  return format === "seconds" ? 19 : 23;
}

function textSql(column: Column): string {
  const name = quotedColumn(column.field);
  const text =
    column.kind === "text"
      ? `replace(${name}, '|', '${BAR}')`
      : spelled(name, column.kind === "timestamp" ? column.format : undefined);
  return `coalesce(${text} || '${END}', '${NULL}')`;
}

/** @param format of a timestamp */
function spelled(name: string, format?: Parameters<typeof charactersOf>[0]): string {
  const text = `CAST(${name} AS varchar)`;
  return format === undefined ? text : `substr(${text}, 1, ${charactersOf(format)})`;
}

function digestSql(text: string): string {
  return `substr(to_base64(sha256(to_utf8(${text}))), 1, ${DIGEST_LENGTH})`;
}

function digest(text: string): string {
  return hash("sha256", text, "base64").slice(0, DIGEST_LENGTH);
}

/** SQL and JavaScript spell doubles differently, so they are compared as numbers. */
function isDouble({ kind }: Column): boolean {
  return kind === "double";
}

/** A double as Athena writes it, such as `1.0E10`. */
function numberOf(cell: string): number | string | null {
  if (cell === "") return null;
  const number = Number(cell);
  return Number.isFinite(number) ? number : cell;
}

function ofDigests(digests: readonly string[], doubles: readonly unknown[]): string {
  const [first = "", ...others] = digests;
  if (others.length === 0 && doubles.length === 0) return first;
  return digest(JSON.stringify([...digests, ...doubles]));
}

/** Represents `{}`, which most lines have: it needs no hash and saves a few bytes a line. */
const NOTHING = "-";

function ofExtra(extra: string): string {
  return extra === "{}" ? NOTHING : digest(extra);
}

function groupsOf(texts: readonly string[]): (readonly string[])[] {
  if (texts.length <= VALUES_IN_DIGEST) return [texts];
  return [texts.slice(0, VALUES_IN_DIGEST), ...groupsOf(texts.slice(VALUES_IN_DIGEST))];
}
