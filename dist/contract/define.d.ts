import type { Column, ColumnKind, ColumnType, ValueOf } from "./column";
/** The columns of a contract by name, in table order. */
export type ColumnTypes = Readonly<Record<string, ColumnType>>;
type KindOf<T> = T extends ColumnType<infer K> ? K : never;
type FieldsOf<C extends ColumnTypes, Required extends boolean> = {
    [F in keyof C]: C[F] extends ColumnType<ColumnKind, Required> ? F : never;
}[keyof C];
type RecordOfColumns<C extends ColumnTypes> = {
    readonly [F in FieldsOf<C, true>]: ValueOf<KindOf<C[F]>>;
} & {
    readonly [F in FieldsOf<C, false>]?: ValueOf<KindOf<C[F]>> | null;
};
/** The names of a contract's columns that are of some kinds: `FieldOf<typeof sales, "timestamp">`. */
export type FieldOf<T extends TypedContract<ColumnTypes>, K extends ColumnKind = ColumnKind> = T extends TypedContract<infer C> ? {
    [F in keyof C]: KindOf<C[F]> extends K ? F : never;
}[keyof C] & string : never;
/** A record that keeps a contract: `type Reading = RecordOf<typeof meterReadings>`. */
export type RecordOf<C extends TypedContract<ColumnTypes>> = C extends TypedContract<infer T> ? RecordOfColumns<T> : never;
/** Kinds of numbers. */
export type NumberKind = "integer" | "bigint" | "double" | "decimal";
/** What the tables of a contract are called. */
export interface TableNames {
    /** The lines as they arrived. @default `N_json` */
    readonly raw: string;
    /** The lines merged into Parquet. @default `N_parquet` */
    readonly merged: string;
    /** What broke the contract. @default `N_quarantine` */
    readonly quarantine: string;
}
/** What a contract is defined by. */
export interface ContractDefinition<C extends ColumnTypes> {
    /** Lower-case letters, digits and underscores, a letter first; the other names follow from it. */
    readonly name: string;
    readonly tables?: Partial<TableNames>;
    /** First part of the indices' names: lines lie in `INDEX-YYYY-MM`. @default the name, with dashes */
    readonly index?: string;
    /** Folder of the Parquet files in the lake. @default `parquet-N/` */
    readonly parquetFolder?: string;
    /** Role of the search domain that may read the indices. @default `N_reader` */
    readonly readerRole?: string;
    /** The required timestamp by which the index is divided into months and the panels know their time. */
    readonly eventTime: Extract<keyof C, string>;
    /** Values that mark the lines of a smoke test; panels and saved queries leave them out. @default none */
    readonly smoke?: Partial<RecordOfColumns<C>>;
    readonly columns: C;
}
/** What a record is, and what everything that is made from it is called. */
export interface Contract {
    readonly name: string;
    readonly tables: TableNames;
    readonly index: string;
    /** Ends in a slash. */
    readonly parquetFolder: string;
    readonly readerRole: string;
    readonly eventTime: string;
    readonly smoke: Readonly<Record<string, unknown>>;
    /** What a producer sends, in table order. */
    readonly columns: readonly Column[];
}
declare const TYPES: unique symbol;
/** A contract that TypeScript knows the columns of. */
export interface TypedContract<C extends ColumnTypes> extends Contract {
    /** For the type of a record only. */
    readonly [TYPES]?: C;
}
/** A contract that an engine could not hold; the message names everything that is wrong, by column. */
export declare class ContractError extends Error {
    readonly name = "ContractError";
}
/**
 * Defines what a record is. Tables, index, judge, quarantine, merge, reconciliation and generator all follow from it.
 * @throws ContractError when an engine could not hold it, with each column's fault
 */
export declare function defineContract<const C extends ColumnTypes>(definition: ContractDefinition<C>): TypedContract<C>;
export {};
