/** What other apps import: the constructs, what defines a record, and what goes with the lab's records. */
export type { ColumnOptions, ColumnType, TextColumnType } from "./contract/column";
export type { ContractDefinition, FieldOf, TableNames, TypedContract } from "./contract/define";
export { type RetailTransaction, retailTransaction } from "./contract/retail-transaction";
export type { PanelOf } from "./dashboards/spec";
export * from "./modules";
export { RETAIL_PANELS, RETAIL_TITLE } from "./presets/retail/panels";
export { retailQueries } from "./presets/retail/saved-queries";
