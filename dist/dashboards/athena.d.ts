import { type PanelContract } from "./fields";
import { type PanelColumn, type Row } from "./rows";
import type { Panel } from "./spec";
/** A panel as Athena SQL over a table that has each line once. @param table its name, without the database */
export declare function panelSql(contract: PanelContract, panel: Panel, table: string): string;
/** The rows of a panel from the answer to its SQL. @param answer cells by column name; empty or null for no value */
export declare function rowsFromSql(contract: PanelContract, panel: Panel, answer: readonly Readonly<Record<string, string | null>>[]): Row[];
/** A column's name in SQL; for a field, it is the tables' own name. */
export declare function sqlName({ id }: Pick<PanelColumn, "id">): string;
