import type { Column, ColumnKind, ColumnType, ValueOf } from "./column";
import { PARTITION_COLUMNS, storedColumns } from "./stored-columns";

/** The columns of a contract by name, in table order. */
export type ColumnTypes = Readonly<Record<string, ColumnType>>;

type KindOf<T> = T extends ColumnType<infer K> ? K : never;

type FieldsOf<C extends ColumnTypes, Required extends boolean> = {
  [F in keyof C]: C[F] extends ColumnType<ColumnKind, Required> ? F : never;
}[keyof C];

type RecordOfColumns<C extends ColumnTypes> = {
  readonly [F in FieldsOf<C, true>]: ValueOf<KindOf<C[F]>>;
} & { readonly [F in FieldsOf<C, false>]?: ValueOf<KindOf<C[F]>> | null };

/** The names of a contract's columns that are of some kinds: `FieldOf<typeof sales, "timestamp">`. */
export type FieldOf<T extends TypedContract<ColumnTypes>, K extends ColumnKind = ColumnKind> =
  T extends TypedContract<infer C>
    ? { [F in keyof C]: KindOf<C[F]> extends K ? F : never }[keyof C] & string
    : never;

/** A record that keeps a contract: `type Reading = RecordOf<typeof meterReadings>`. */
export type RecordOf<C extends TypedContract<ColumnTypes>> =
  C extends TypedContract<infer T> ? RecordOfColumns<T> : never;

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
  /** Names of the tables. @default they follow from `name` */
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
  /** The columns in table order, by the kinds `text`, `integer`, `decimal`, `timestamp` and so on */
  readonly columns: C;
}

/** What a record is, and what everything that is made from it is called. */
export interface Contract {
  /** Lower-case letters, digits and underscores. */
  readonly name: string;
  /** Names of the tables. */
  readonly tables: TableNames;
  /** First part of the indices' names: lines lie in `INDEX-YYYY-MM`. */
  readonly index: string;
  /** Ends in a slash. */
  readonly parquetFolder: string;
  /** Role of the search domain that may read the indices. */
  readonly readerRole: string;
  /** The timestamp by which the index is divided into months and the panels know their time. */
  readonly eventTime: string;
  /** Values that mark the lines of a smoke test; empty where there is none. */
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
export class ContractError extends Error {
  override readonly name = "ContractError";
}

/** Longest name of a column or a table, and longest comment, in characters (Glue's API reference). */
export const GLUE_CHARACTERS = 255;
/** An index has at most so many fields unless it is told otherwise (`index.mapping.total_fields.limit`). */
export const INDEX_FIELDS = 1000;
/** `scaled_float` keeps a number as 64 bits, and 10^18 fit. */
const DECIMAL_DIGITS = 18;
/** An index's name has at most 255 bytes; `-YYYY-MM` follows. */
export const INDEX_CHARACTERS = 247;

/** Form of the names of contracts and tables. */
export const NAME = /^[a-z][a-z0-9_]*$/;
/** Letters, digits and underscores: any other character is written differently in SQL, JSON paths and index fields. */
export const FIELD = /^[A-Za-z][A-Za-z0-9_]*$/;
/** Form of an index's name. */
export const INDEX = /^[a-z0-9][a-z0-9_-]*$/;
const FOLDER = /^[A-Za-z0-9_-]+\/$/;

/**
 * Defines what a record is. Tables, index, judge, quarantine, merge, reconciliation and generator all follow from it.
 * @throws ContractError when an engine could not hold it, with each column's fault
 */
export function defineContract<const C extends ColumnTypes>(
  definition: ContractDefinition<C>,
): TypedContract<C> {
  const { name, tables, eventTime, smoke = {} } = definition;
  const columns = Object.entries(definition.columns).map(
    ([field, type]): Column => ({
      field,
      required: type.required,
      ...type.definition,
    }),
  );
  const contract: Contract = {
    name,
    tables: { raw: `${name}_json`, merged: `${name}_parquet`, quarantine: `${name}_quarantine`, ...tables },
    index: definition.index ?? name.replaceAll("_", "-"),
    parquetFolder: definition.parquetFolder ?? `parquet-${name}/`,
    readerRole: definition.readerRole ?? `${name}_reader`,
    eventTime,
    smoke,
    columns,
  };
  const faults = [...nameFaults(contract), ...columnFaults(columns), ...roleFaults(contract)];
  if (faults.length > 0) throw new ContractError(`contract "${name}": ${faults.join("; ")}`);
  return contract;
}

function nameFaults({ name, tables, index, parquetFolder, readerRole }: Contract): string[] {
  const faults: string[] = [];
  const check = (what: string, value: string, form: RegExp, characters = GLUE_CHARACTERS): void => {
    if (!form.test(value)) faults.push(`${what} "${value}" does not match ${form.source}`);
    else if (value.length > characters)
      faults.push(`${what} has ${value.length} characters; ${characters} are allowed`);
  };
  check("the name", name, NAME);
  for (const [table, value] of Object.entries(tables)) check(`the name of the ${table} table`, value, NAME);
  if (new Set(Object.values(tables)).size < 3) faults.push("two tables have one name");
  check("the index", index, INDEX, INDEX_CHARACTERS);
  check("the folder of the Parquet files", parquetFolder, FOLDER);
  check("the reader's role", readerRole, NAME);
  return faults;
}

function columnFaults(columns: readonly Column[]): string[] {
  const faults: string[] = [];
  if (columns.length === 0) faults.push("it has no column");
  const added = storedColumns([]);
  const reserved: readonly string[] = [...added.map(({ field }) => field), ...PARTITION_COLUMNS];
  const seen = new Map<string, string>();
  let fields = added.length;
  for (const column of columns) {
    const { field } = column;
    const fault = (what: string): void => void faults.push(`column "${field}" ${what}`);
    const lower = field.toLowerCase();
    const earlier = seen.get(lower);
    seen.set(lower, field);
    fields += column.kind === "text" && column.search === "words" ? 2 : 1;
    if (!FIELD.test(field))
      fault("is named otherwise than by letters, digits and underscores, a letter first");
    if (field.length > GLUE_CHARACTERS)
      fault(`has a name of ${field.length} characters; ${GLUE_CHARACTERS} are allowed`);
    if (reserved.includes(lower)) fault("has a name of the pipeline's own columns");
    if (earlier !== undefined)
      fault(`differs from "${earlier}" by case only, which the tables do not tell apart`);
    if (column.comment.length > GLUE_CHARACTERS)
      fault(`has a comment of ${column.comment.length} characters; ${GLUE_CHARACTERS} are allowed`);
    if (column.kind === "decimal") {
      const { precision, scale } = column;
      if (!Number.isInteger(precision) || precision < 1 || precision > DECIMAL_DIGITS)
        fault(`is a decimal of ${precision} digits; 1 to ${DECIMAL_DIGITS} are allowed`);
      if (!Number.isInteger(scale) || scale < 0 || scale > precision)
        fault(`is a decimal with ${scale} digits behind the point; 0 to ${precision} are allowed`);
    }
  }
  if (fields > INDEX_FIELDS)
    faults.push(`the index would have ${fields} fields; ${INDEX_FIELDS} are allowed`);
  return faults;
}

function roleFaults({ columns, eventTime, smoke }: Contract): string[] {
  const faults: string[] = [];
  const time = columns.find(({ field }) => field === eventTime);
  if (time?.kind !== "timestamp" || !time.required)
    faults.push(`the event time "${eventTime}" is no required timestamp among the columns`);
  for (const field of Object.keys(smoke)) {
    if (!columns.some((column) => column.field === field))
      faults.push(`the smoke test's "${field}" is none of the columns`);
  }
  return faults;
}
