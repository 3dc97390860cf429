import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBPreparedStatement,
  DuckDBTypeId,
  StatementType,
  version,
} from "@duckdb/node-api";
import { QueryFailure } from "../../protocol/errors";
import type { PutFile } from "../../s3/service";
import type { Cell, ParquetTarget, QueryContext, Selection, SqlEngine, StoredTable } from "../engine";
import { type Translation, translate } from "../sql/athena-sql";
import { loadParser } from "../sql/sql-parser";
import { spellCell } from "./cells";
import { catalogType, resultColumn } from "./column-types";
import { toQueryFailure } from "./duckdb-errors";
import { keepByteOrderMarks } from "./duckdb-text";
import { JsonKeys } from "./json-keys";
import { MACRO_DEFINITIONS } from "./macros";
import { catalogSql, filesOf, literal, quoted, relationSql } from "./relations";

interface DuckDbOptions {
  /** Holds the object files; queries can read nothing else. Absolute path. */
  readonly objectDirectory: string;
  /** Holds files while they are written, and data that does not fit into memory. Absolute path; emptied at the start. */
  readonly scratchDirectory: string;
  readonly put: PutFile;
  /**
   * Memory limit for all queries together. A thread reads JSON with a buffer of 32 MiB; a merge of
   * 1 M rows took 0.6 GB. DuckDB spills the rest to the scratch directory.
   * @default "1GB"
   */
  readonly memoryLimit?: string;
  /** Threads for all queries together; the functions and the page need a core too. @default 2 */
  readonly threads?: number;
}

/** Interval of repeated interrupts: DuckDB ignores an interrupt of a query that has not begun. */
const INTERRUPT_EVERY_MS = 20;
const BUCKET_COLUMN = "$bucket";
/**
 * The second version encodes texts and times in fewer bytes than the first, and texts of many values in fewer than a
 * dictionary, so there is less to compress: a merge's query takes 10 % less CPU time, and its file is 18 % smaller. No query
 * looks for a single value of a column whose values repeat, which is what bloom filters are for.
 */
const PARQUET_OPTIONS = [
  "FORMAT parquet",
  "PARQUET_VERSION V2",
  "STRING_DICTIONARY_PAGE_SIZE_LIMIT 65536",
  "WRITE_BLOOM_FILTER false",
] as const;

/**
 * Runs Athena's SQL on DuckDB. Each query has its own connection, and names its files. Before the first
 * query, DuckDB is restricted to the object files and the scratch directory. It runs only translated SELECT
 * statements.
 */
export async function duckDbEngine(options: DuckDbOptions): Promise<SqlEngine> {
  await loadParser();
  keepByteOrderMarks();
  rmSync(options.scratchDirectory, { recursive: true, force: true });
  mkdirSync(options.scratchDirectory, { recursive: true });
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  for (const statement of [...settings(options), ...MACRO_DEFINITIONS, "SET lock_configuration = true"]) {
    await connection.run(statement);
  }
  connection.closeSync();
  return new DuckDbEngine(instance, options);
}

function settings({
  objectDirectory,
  scratchDirectory,
  memoryLimit = "1GB",
  threads = 2,
}: DuckDbOptions): string[] {
  const directories = [objectDirectory, scratchDirectory].map(literal).join(", ");
  return [
    `SET memory_limit = ${literal(memoryLimit)}`,
    `SET threads = ${threads}`,
    // After a query its memory goes back to the system; by default malloc keeps hundreds of megabytes of it. While one
    // runs, giving back each megabyte would take a merge a tenth of its time: from 32 MB on, most of that is saved, and
    // the process is 50 MB larger at most.
    "SET allocator_flush_threshold = '1MB'",
    "SET allocator_bulk_deallocation_flush_threshold = '32MB'",
    `SET temp_directory = ${literal(join(scratchDirectory, "spill"))}`,
    // Athena guarantees no order of rows without ORDER BY, and a merge needs less memory without one.
    "SET preserve_insertion_order = false",
    "SET integer_division = true",
    // For every connection: without GLOBAL a query's own connection would use the machine's zone.
    "SET GLOBAL TimeZone = 'UTC'",
    `SET allowed_directories = [${directories}]`,
    "SET enable_external_access = false",
  ];
}

/** A prepared query, whose columns are known. */
interface Prepared {
  readonly statement: DuckDBPreparedStatement;
  readonly translation: Translation;
  /** DuckDB's SQL, with the relations. */
  readonly sql: string;
}

class DuckDbEngine implements SqlEngine {
  private readonly keys = new JsonKeys();

  constructor(
    private readonly instance: DuckDBInstance,
    private readonly options: DuckDbOptions,
  ) {}

  async select(sql: string, context: QueryContext): Promise<Selection> {
    const session = await this.open(context.signal);
    try {
      const { statement, translation } = await this.prepare(sql, session.connection, context);
      const columns = Array.from({ length: statement.columnCount }, (_, index) => {
        const name = translation.nameOf(statement.columnName(index)) ?? `_col${index}`;
        return resultColumn(name, statement.columnType(index));
      });
      return { columns, rows: this.rows(statement, session) };
    } catch (error) {
      session.close();
      throw session.failure(error);
    }
  }

  async explain(sql: string, context: QueryContext): Promise<string> {
    const session = await this.open(context.signal);
    try {
      // Nothing is read.
      const prepared = await this.prepare(sql, session.connection, {
        ...context,
        onScan: () => undefined,
      });
      const rows = await session.connection.runAndReadAll(`EXPLAIN ${prepared.sql}`);
      const plan = rows.getRowsJson().map((row) => String(row[1]).trimEnd());
      return [
        `DuckDB ${version()}, the engine of the local run; Athena shows Trino's plan`,
        ...plan,
        "",
      ].join("\n");
    } catch (error) {
      throw session.failure(error);
    } finally {
      session.close();
    }
  }

  async store(sql: string, target: ParquetTarget, context: QueryContext): Promise<StoredTable> {
    const session = await this.open(context.signal);
    const directory = mkdtempSync(join(this.options.scratchDirectory, "store-"));
    try {
      const prepared = await this.prepare(sql, session.connection, context);
      const columns = storedColumns(prepared);
      const rows = await session.connection.run(copySql(prepared, columns, target, directory));
      const stored = Number((await rows.getRows())[0]?.[0] ?? 0);
      context.signal.throwIfAborted();
      const files = await this.put(directory, target);
      return { columns: columns.map(({ name, type }) => ({ name, type })), rows: stored, files };
    } catch (error) {
      throw session.failure(error);
    } finally {
      session.close();
      rmSync(directory, { recursive: true, force: true });
    }
  }

  close(): void {
    this.instance.closeSync();
  }

  private async open(signal: AbortSignal): Promise<Session> {
    signal.throwIfAborted();
    return new Session(await this.instance.connect(), signal);
  }

  /**
   * Lists the files at this moment. The relations over them are a part of the query: DuckDB looks at each file whenever
   * it binds a query or defines a view, which takes 0.1 s for 1,000 files.
   */
  private async prepare(
    text: string,
    connection: DuckDBConnection,
    context: QueryContext,
  ): Promise<Prepared> {
    const translation = translate(text, context);
    const found = translation.relations.map((relation) => ({
      relation,
      files: "rows" in relation ? [] : filesOf(relation),
    }));
    const distinct = new Map(found.flatMap(({ files }) => files.map(({ file }) => [file.path, file.size])));
    context.onScan([...distinct.values()].reduce((sum, size) => sum + size, 0));
    const relations = found.map(({ relation, files }) => {
      const rows = "rows" in relation ? catalogSql(relation) : relationSql(relation, files, this.keys);
      return `${quoted(relation.view)} AS NOT MATERIALIZED (${rows})`;
    });
    const sql = withRelations(translation.sql, relations);
    const statement = await connection.prepare(sql);
    if (statement.statementType !== StatementType.SELECT) {
      throw new QueryFailure("NOT_SUPPORTED", "only a query can be run here");
    }
    return { statement, translation, sql };
  }

  private async *rows(statement: DuckDBPreparedStatement, session: Session): AsyncGenerator<Cell[][]> {
    let next: Promise<DuckDBDataChunk | null> | undefined;
    try {
      const result = await statement.stream();
      const types = result.columnTypes();
      next = result.fetchChunk();
      for (let chunk = await next; chunk && chunk.rowCount > 0; chunk = await next) {
        // DuckDB works on it while this one is spelled and written.
        next = result.fetchChunk();
        next.catch(() => undefined);
        const columns = chunk.getColumns().map((values, index) => {
          const type = types[index];
          if (!type) throw new RangeError(`column ${index} has no type`);
          return values.map((value) => spellCell(value, type));
        });
        yield Array.from({ length: chunk.rowCount }, (_, row) => columns.map((cells) => cells[row] ?? null));
      }
    } catch (error) {
      throw session.failure(error);
    } finally {
      await next?.catch(() => undefined);
      session.close();
    }
  }

  /** @returns the objects, `s3://bucket/key` */
  private async put(directory: string, { location, filePrefix }: ParquetTarget): Promise<string[]> {
    const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]+)\/(.*)$/.exec(location) ?? [];
    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const stored: string[] = [];
    const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
    for (const [index, path] of paths.entries()) {
      const key = `${prefix}${filePrefix}_bucket-${String(index).padStart(5, "0")}`;
      await this.options.put(bucket, key, path);
      stored.push(`s3://${bucket}/${key}`);
    }
    return stored;
  }
}

/** A connection that an abort signal interrupts. */
class Session {
  private readonly onAbort = () => {
    this.interrupting = setInterval(() => this.connection.interrupt(), INTERRUPT_EVERY_MS);
    this.connection.interrupt();
  };
  private interrupting: NodeJS.Timeout | undefined;

  constructor(
    readonly connection: DuckDBConnection,
    private readonly signal: AbortSignal,
  ) {
    if (signal.aborted) this.onAbort();
    else signal.addEventListener("abort", this.onAbort, { once: true });
  }

  /** Returns the reason of the failure: the cancellation, or Athena's error. */
  failure(error: unknown): unknown {
    return this.signal.aborted ? this.signal.reason : toQueryFailure(error);
  }

  close(): void {
    this.signal.removeEventListener("abort", this.onAbort);
    clearInterval(this.interrupting);
    this.connection.closeSync();
  }
}

/** A query with relations before its own. A query in parentheses has none of its own in Trino's grammar. */
function withRelations(sql: string, relations: readonly string[]): string {
  if (relations.length === 0) return sql;
  const [own = "", recursive = ""] = /^WITH( RECURSIVE)? /.exec(sql) ?? [];
  return `WITH${recursive} ${relations.join(", ")}${own === "" ? " " : ", "}${sql.slice(own.length)}`;
}

interface StoredColumn {
  readonly name: string;
  /** The catalog's type. */
  readonly type: string;
  /** The expression that selects the column for the file. */
  readonly sql: string;
}

/** @throws QueryFailure for a column without a name or with a duplicate name */
function storedColumns({ statement, translation }: Prepared): StoredColumn[] {
  const names = new Set<string>();
  return Array.from({ length: statement.columnCount }, (_, index) => {
    const column = statement.columnName(index);
    const name = translation.nameOf(column);
    if (name === undefined) {
      throw new QueryFailure("MISSING_COLUMN_NAME", `Column name not specified at position ${index + 1}`);
    }
    const lower = name.toLowerCase();
    if (names.has(lower)) {
      throw new QueryFailure("DUPLICATE_COLUMN_NAME", `Column name '${lower}' specified more than once`);
    }
    names.add(lower);
    const type = statement.columnType(index);
    // Parquet has no 128-bit integers; a sum is a bigint in Athena.
    const wide = type.typeId === DuckDBTypeId.HUGEINT;
    const value = wide ? `CAST(${quoted(column)} AS BIGINT)` : quoted(column);
    return { name: lower, type: catalogType(name, type), sql: `${value} AS ${quoted(lower)}` };
  });
}

function copySql(
  { sql }: Prepared,
  columns: readonly StoredColumn[],
  target: ParquetTarget,
  directory: string,
) {
  const { buckets, compression } = target;
  const selected = columns.map((column) => column.sql);
  const options = [`COMPRESSION ${compression}`, ...PARQUET_OPTIONS];
  if (!buckets || buckets.count === 1) {
    return `COPY (SELECT ${selected.join(", ")} FROM (${sql})) TO ${literal(join(directory, "file"))} (${options.join(", ")})`;
  }
  const unknown = buckets.columns.find(
    (name) => !columns.some((column) => column.name === name.toLowerCase()),
  );
  if (unknown !== undefined) {
    throw new QueryFailure("INVALID_TABLE_PROPERTY", `Bucketing columns [${unknown}] not present in schema`);
  }
  const hash = `hash(${buckets.columns.map(quoted).join(", ")}) % ${buckets.count}`;
  return `COPY (SELECT ${[...selected, `${hash} AS ${quoted(BUCKET_COLUMN)}`].join(", ")} FROM (${sql}))
TO ${literal(directory)} (${[...options, `PARTITION_BY (${quoted(BUCKET_COLUMN)})`, "OVERWRITE_OR_IGNORE"].join(", ")})`;
}
