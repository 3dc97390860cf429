import { COLUMNS, type Column, IDENTITY_COLUMNS } from "../contract/retail-transaction";

type ContractColumn = (typeof COLUMNS)[number] | (typeof IDENTITY_COLUMNS)[number];
type FieldOf<Kind extends Column["kind"]> = Extract<ContractColumn, { readonly kind: Kind }>["field"];

/** A field of the contract; any other name does not compile. */
export type Field = ContractColumn["field"];
export type NumberField = FieldOf<"integer"> | FieldOf<"decimal">;
export type TimeField = FieldOf<"timestamp">;
export type TextField = FieldOf<"text">;

const BY_FIELD: ReadonlyMap<string, Column> = new Map(
  [...COLUMNS, ...IDENTITY_COLUMNS].map((column) => [column.field, column]),
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
  return columnOf(field).search === "words" ? `${field}.keyword` : field;
}

/** A field's name in the tables. */
export function tableColumn(field: Field): string {
  return field.toLowerCase();
}
