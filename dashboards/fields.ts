import type { Column } from "../contract/column";
import type { FieldOf, NumberKind } from "../contract/define";
import { retailTransaction } from "../contract/retail-transaction";
import { type IDENTITY_COLUMNS, storedColumns } from "../contract/stored-columns";

type Retail = typeof retailTransaction;
type Identity = (typeof IDENTITY_COLUMNS)[number];

/** A field of the contract; any other name does not compile. */
export type Field = FieldOf<Retail> | Identity["field"];
export type NumberField = FieldOf<Retail, NumberKind>;
export type TimeField =
  | FieldOf<Retail, "timestamp">
  | Extract<Identity, { readonly kind: "timestamp" }>["field"];
export type TextField = FieldOf<Retail, "text"> | Extract<Identity, { readonly kind: "text" }>["field"];

const BY_FIELD: ReadonlyMap<string, Column> = new Map(
  storedColumns(retailTransaction.columns).map((column) => [column.field, column]),
);

/** The contract's column of a field. */
export function columnOf(field: Field): Column {
  const column = BY_FIELD.get(field);
  if (column === undefined) throw new Error(`"${field}" is not a field of the contract`);
  return column;
}

/**
 * Path of a field's whole values in the index: a subfield of a text that is split into words, else the field itself.
 */
export function exactPath(field: Field): string {
  const column = columnOf(field);
  return column.kind === "text" && column.search === "words" ? `${field}.keyword` : field;
}

/** A field's name in the tables. */
export function tableColumn(field: Field): string {
  return field.toLowerCase();
}
