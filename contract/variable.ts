import type { Column, ColumnKind, Kind } from "./column";
import type { Contract } from "./define";

/** What a function knows of a contract: comments and names of tables stay outside. */
export type RunTimeContract = Pick<Contract, "eventTime" | "columns">;

/**
 * A contract as one environment variable: the event time, then each column as `name:kind`, separated by commas.
 *
 *     InvoiceDate,Invoice:t!,Description:t~,Quantity:i!,InvoiceDate:s!,Price:d12.4!
 *
 * Kinds are one letter; `!` marks a required column, `~` a text that is searched by words. A hundred columns take about
 * 1.7 KB of the 4 KB that Lambda gives to all variables of a function. The text is readable, and the same from
 * TypeScript and from Terraform's `join`.
 */
export function contractVariable({ eventTime, columns }: RunTimeContract): string {
  return [
    eventTime,
    ...columns.map((column) => `${column.field}:${kindText(column)}${column.required ? "!" : ""}`),
  ].join(",");
}

const LETTERS: Readonly<Record<Exclude<ColumnKind, "decimal" | "timestamp">, string>> = {
  text: "t",
  integer: "i",
  bigint: "l",
  double: "f",
  boolean: "b",
};

function kindText(column: Kind): string {
  switch (column.kind) {
    case "decimal":
      return `d${column.precision}.${column.scale}`;
    case "timestamp":
      return column.format === "iso" ? "z" : "s";
    case "text":
      return column.search === "words" ? `${LETTERS.text}~` : LETTERS.text;
    default:
      return LETTERS[column.kind];
  }
}

const COLUMN =
  /^(?<field>[A-Za-z][A-Za-z0-9_]*):(?<kind>[tilfbsz]|d(?<precision>\d+)\.(?<scale>\d+)|t~)(?<required>!?)$/;

/**
 * Reads what {@link contractVariable} wrote.
 * @throws Error naming the part that is malformed
 */
export function parseContractVariable(variable: string): RunTimeContract {
  const [eventTime = "", ...parts] = variable.split(",");
  const columns = parts.map(parseColumn);
  const time = columns.find(({ field }) => field === eventTime);
  if (time?.kind !== "timestamp" || !time.required) {
    throw new Error(`begins with "${eventTime}", which is no required timestamp among its columns`);
  }
  return { eventTime, columns };
}

function parseColumn(text: string): Column {
  const { field, kind = "", precision, scale, required } = COLUMN.exec(text)?.groups ?? {};
  if (field === undefined) throw new Error(`has "${text}" in the place of a column`);
  return {
    field,
    required: required === "!",
    comment: "",
    ...parseKind(kind, Number(precision), Number(scale)),
  };
}

function parseKind(kind: string, precision: number, scale: number): Kind {
  return KINDS.get(kind) ?? { kind: "decimal", precision, scale };
}

/** The kinds that have no digits, by what {@link kindText} writes for them. */
const KINDS: ReadonlyMap<string, Kind> = new Map(
  [
    { kind: "text", search: "exact" } as const,
    { kind: "text", search: "words" } as const,
    { kind: "integer" } as const,
    { kind: "bigint" } as const,
    { kind: "double" } as const,
    { kind: "boolean" } as const,
    { kind: "timestamp", format: "seconds" } as const,
    { kind: "timestamp", format: "iso" } as const,
  ].map((kind) => [kindText(kind), kind]),
);
