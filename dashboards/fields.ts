import type { Column, ColumnKind, NumberKind } from "../contract/column";
import type { ColumnTypes, Contract, FieldOf, TypedContract } from "../contract/define";
import { IDENTITY_COLUMNS, storedColumns } from "../contract/stored-columns";

/** What panels follow from: a contract, or the part of it that a function or the local page knows. */
export type PanelContract = Pick<Contract, "eventTime" | "columns"> & Partial<Pick<Contract, "smoke">>;

/** Names of fields, by their use in a panel. */
export interface FieldNames {
  readonly any: string;
  readonly text: string;
  readonly number: string;
  readonly time: string;
}

type Identity = (typeof IDENTITY_COLUMNS)[number];
type IdentityOf<K extends ColumnKind> = Extract<Identity, { readonly kind: K }>["field"];

/** The fields of one contract; any other name in a panel of `PanelOf<typeof contract>` does not compile. */
export interface FieldNamesOf<T extends TypedContract<ColumnTypes>> extends FieldNames {
  readonly any: FieldOf<T> | Identity["field"];
  readonly text: FieldOf<T, "text"> | IdentityOf<"text">;
  readonly number: FieldOf<T, NumberKind>;
  readonly time: FieldOf<T, "timestamp"> | IdentityOf<"timestamp">;
}

/** The columns that a panel may name: the contract's, and identity and arrival. */
export function panelFields({ columns }: PanelContract): readonly Column[] {
  return [...columns, ...IDENTITY_COLUMNS];
}

/** The contract's column of a field. @throws Error when the contract has none */
export function columnOf({ columns }: PanelContract, field: string): Column {
  const column = storedColumns(columns).find((one) => one.field === field);
  if (column === undefined) throw new Error(`"${field}" is not a field of the contract`);
  return column;
}

/**
 * Path of a field's whole values in the index: a subfield of a text that is split into words, else the field itself.
 */
export function exactPath(contract: PanelContract, field: string): string {
  const column = columnOf(contract, field);
  return column.kind === "text" && column.search === "words" ? `${field}.keyword` : field;
}

/** Whether the tables compute with a number field exactly, so that a sum has no error to be rounded away. */
export function isExact(contract: PanelContract, field: string): boolean {
  return columnOf(contract, field).kind !== "double";
}
