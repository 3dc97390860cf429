import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { crc32 } from "../../lib/crc32";
import { messageOf } from "../../lib/message-of";
import { OperatorError } from "../../lib/operator-error";
import { CommittedFile } from "./committed-file";
import { failureOf, openDatabase } from "./sqlite";
import { isDiskFull, StoreDamageError, StoreFullError } from "./store-errors";

export { isDiskFull, StoreDamageError, StoreFullError } from "./store-errors";

/** A range of keys, which are ordered by the bytes of their UTF-8. Absent bounds are open. */
export interface Range {
  readonly gte?: string;
  readonly gt?: string;
  readonly lt?: string;
  readonly lte?: string;
}

/** The keys that start with `prefix`, which is well-formed Unicode. */
export function keysWithPrefix(prefix: string): Range {
  const codePoints = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  // UTF-8 sorts as code points do. The first key behind them all has the next code point in the place of the last.
  while (codePoints.at(-1) === LAST_CODE_POINT) codePoints.pop();
  const last = codePoints.pop();
  if (last === undefined) return { gte: prefix };
  const next = last + 1 === FIRST_SURROGATE ? BEHIND_SURROGATES : last + 1;
  return { gte: prefix, lt: String.fromCodePoint(...codePoints, next) };
}

const LAST_CODE_POINT = 0x10ffff;
const FIRST_SURROGATE = 0xd800;
const BEHIND_SURROGATES = 0xe000;

/** Everything of a local run that survives a kill of its process. Power loss is out of scope. */
export interface Store {
  /** The table of this name; it need not be created. */
  table(name: string): Table;
  /**
   * Runs `write`, whose writes are stored together or, when it throws, not at all. After it returns, they survive a kill.
   * @throws StoreFullError when there is no room; Error for a commit inside of a commit, or an asynchronous `write`.
   */
  commit<T>(write: () => T): T;
  close(): void;
}

/** Records by key. Every read compares a record with its checksum. */
export interface Table {
  /** @throws StoreDamageError */
  get(key: string): Buffer | undefined;
  /** Only inside of a commit. @throws Error for a key that is no well-formed Unicode */
  set(key: string, value: Uint8Array): void;
  /** Only inside of a commit. */
  delete(key: string): void;
  /** Only inside of a commit. @returns the number of records that were deleted */
  deleteRange(range: Range): number;
  /**
   * Records in the order of their keys. It reads ahead some hundred records at most, and sees what is written
   * behind them while it is iterated.
   * @throws StoreDamageError
   */
  entries(
    range?: Range & { readonly limit?: number; readonly reverse?: boolean },
  ): Iterable<[key: string, value: Buffer]>;
}

/** Version of the format of the files below. A change of it makes older data directories unreadable. */
const FORMAT = 1;
/** Folders in which versions before the store kept their state. */
const FORMER_FOLDERS = ["stream", "objects", "catalog", "delivery", "mapping"];

const SCHEMA = [
  "CREATE TABLE records (id INTEGER PRIMARY KEY, tbl TEXT NOT NULL, key BLOB NOT NULL, crc INTEGER NOT NULL, value BLOB NOT NULL) STRICT",
  "CREATE UNIQUE INDEX records_by_key ON records (tbl, key)",
  "CREATE TABLE summary (id INTEGER PRIMARY KEY, store TEXT NOT NULL, committed INTEGER NOT NULL, records INTEGER NOT NULL, crcs INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT",
];

/** Sums of checksums are kept modulo this, so that they stay exact as numbers. */
const SUM_MODULUS = 2 ** 48;
/** An iteration reads ahead until one of these is reached. */
const READ_AHEAD_RECORDS = 256;
const READ_AHEAD_BYTES = 1024 * 1024;

/** The summary row: what the store holds after its last commit. */
interface Summary {
  readonly store: string;
  readonly committed: number;
  /** Number of all records, and the sum of their checksums: they show that none is missing. */
  readonly records: number;
  readonly crcs: number;
}

/**
 * Opens the store of a data directory, and creates it in a new one. Only one process at a time has it open: SQLite holds
 * a lock of the operating system, which ends with the process.
 * @throws OperatorError when another run uses it, or it has another format
 * @throws StoreDamageError when a file is missing or short, or does not hold what was committed
 */
export function openStore(dataDir: string): Store {
  const folder = join(dataDir, "store");
  const path = join(folder, "store.db");
  const committed = new CommittedFile(join(folder, "committed"));
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    if (!existsSync(path) && committed.read() !== undefined) {
      throw new StoreDamageError(path, "it is missing");
    }
    database = openDatabase(path);
    // Rollback journal: after a commit the log is empty, so it cannot be lost. No fsync: a kill does not lose what was written.
    database.exec(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA page_size = 8192; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF; " +
        "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA cache_size = -8192; BEGIN EXCLUSIVE; COMMIT",
    );
    const summary = checkAll(database, path, committed) ?? create(database, dataDir);
    return new SqliteStore(database, path, committed, summary);
  } catch (error) {
    const failure = openingError(error, path, dataDir, committed);
    database?.close();
    throw failure;
  }
}

/** The error that tells the operator why the store cannot be opened. */
function openingError(error: unknown, path: string, dataDir: string, committed: CommittedFile): unknown {
  if (isDiskFull(error)) return new StoreFullError(path, error);
  switch (failureOf(error)) {
    case "in-use": {
      const pid = committed.read()?.pid;
      const by = pid === undefined ? "another run" : `process ${pid}`;
      return new OperatorError(`${dataDir} is in use by ${by}: stop it, or choose another --data-dir`);
    }
    case "full":
      return new StoreFullError(path, error);
    case "unusable":
      return new OperatorError(`${path} cannot be opened: ${messageOf(error)}. Choose another --data-dir`);
    case "damage":
      return new StoreDamageError(path, messageOf(error));
    case undefined:
      // An error of the file system, of Node.
      return typeof error === "object" && error !== null && "syscall" in error
        ? new OperatorError(`${dataDir} cannot be used: ${messageOf(error)}. Choose another --data-dir`)
        : error;
  }
}

/** Creates the tables in an empty database. @throws OperatorError in a data directory of a version without the store */
function create(database: DatabaseSync, dataDir: string): Summary {
  const former = FORMER_FOLDERS.find((name) => existsSync(join(dataDir, name)));
  if (former !== undefined) {
    throw new OperatorError(
      `${dataDir} has the folder ${former} and no store: it was made by an earlier version, or its store was removed. ` +
        "Choose another --data-dir",
    );
  }
  const summary = { store: randomUUID(), committed: 0, records: 0, crcs: 0 };
  database.exec(`BEGIN; ${SCHEMA.join("; ")}; PRAGMA user_version = ${FORMAT}`);
  database
    .prepare("INSERT INTO summary VALUES (1, ?, ?, ?, ?, ?)")
    .run(summary.store, summary.committed, summary.records, summary.crcs, summaryCrc(summary));
  database.exec("COMMIT");
  return summary;
}

/**
 * Compares the database with its own structure, its summary, and the last commit that was reported as done; it does
 * not read the records' values. Undefined for a database that was never used.
 */
function checkAll(database: DatabaseSync, path: string, file: CommittedFile): Summary | undefined {
  const committed = file.read();
  const damage = (what: string): StoreDamageError => new StoreDamageError(path, what);
  const schema = database.prepare("SELECT sql FROM sqlite_schema ORDER BY rowid").all();
  if (schema.length === 0) {
    if (committed !== undefined) throw damage("it is empty");
    return undefined;
  }
  const { user_version: format } = row(database, "PRAGMA user_version");
  if (committed !== undefined && committed.format !== format) throw damage(`its format is ${format}`);
  if (format !== FORMAT) {
    throw new OperatorError(
      `${path} has format ${format}, and this version reads format ${FORMAT}: use the version that wrote it, or another --data-dir`,
    );
  }
  if (schema.map(({ sql }) => sql).join() !== SCHEMA.join()) throw damage("its tables are others");
  const { integrity_check: structure } = row(database, "PRAGMA integrity_check(1)");
  if (structure !== "ok") throw damage(String(structure));
  const { crc, ...summary } = row(
    database,
    "SELECT store, committed, records, crcs, crc FROM summary WHERE id = 1",
  ) as unknown as Summary & { readonly crc: number };
  if (crc !== summaryCrc(summary)) throw damage("its summary does not fit its checksum");
  const { records, crcs } = row(
    database,
    `SELECT count(*) AS records, coalesce(sum(crc), 0) % ${SUM_MODULUS} AS crcs FROM records`,
  );
  if (records !== summary.records || crcs !== summary.crcs) {
    throw damage(`${records} records are in it, and other ${summary.records} were stored`);
  }
  if (committed === undefined) {
    // A kill between the first two steps of the first start leaves no file.
    if (summary.committed > 0) throw new StoreDamageError(file.path, "it is missing");
  } else if (committed.store !== summary.store) {
    throw damage(`it belongs to another store than ${file.path}`);
  } else if (summary.committed < committed.commit) {
    throw damage(`its last commit is ${summary.committed}, and commit ${committed.commit} was stored`);
  }
  return summary;
}

function row(database: DatabaseSync, sql: string): Record<string, unknown> {
  return (database.prepare(sql).get() ?? {}) as Record<string, unknown>;
}

function summaryCrc({ store, committed, records, crcs }: Summary): number {
  return crc32(Buffer.from(`${store} ${committed} ${records} ${crcs}`));
}

class SqliteStore implements Store {
  private readonly statements = new Map<string, StatementSync>();
  private writing: Writing | undefined;

  constructor(
    private readonly database: DatabaseSync,
    private readonly path: string,
    private readonly file: CommittedFile,
    private summary: Summary,
  ) {
    this.tellCommitted();
  }

  table(name: string): Table {
    return new SqliteTable(this, name);
  }

  commit<T>(write: () => T): T {
    if (this.writing) throw new Error("a commit inside of a commit");
    const { store, committed } = this.summary;
    this.run("BEGIN");
    const writing: Writing = { records: this.summary.records, crcs: this.summary.crcs, changed: false };
    this.writing = writing;
    try {
      const result = write();
      if (isThenable(result)) throw new Error("a commit has to be synchronous");
      if ("error" in writing) throw writing.error;
      if (writing.changed) {
        const { records, crcs } = writing;
        const summary = { store, committed: committed + 1, records, crcs };
        this.run(
          "UPDATE summary SET committed = ?, records = ?, crcs = ?, crc = ? WHERE id = 1",
          summary.committed,
          records,
          crcs,
          summaryCrc(summary),
        );
        this.run("COMMIT");
        this.summary = summary;
        try {
          this.tellCommitted();
        } catch (error) {
          // The commit is stored. On file systems that copy on write, even this may need room: the next commit tells it.
          if (!isDiskFull(error)) throw error;
        }
      } else {
        this.run("COMMIT");
      }
      return result;
    } catch (error) {
      if (this.database.isTransaction) this.run("ROLLBACK");
      throw error;
    } finally {
      this.writing = undefined;
    }
  }

  close(): void {
    this.statements.clear();
    this.database.close();
    this.file.close();
  }

  /** Adds to the summary of the commit in progress. @throws Error outside of a commit */
  count(records: number, crcs: number): void {
    const { writing } = this;
    if (!writing) throw new Error("a write outside of a commit");
    writing.records += records;
    writing.crcs = (writing.crcs + crcs + SUM_MODULUS) % SUM_MODULUS;
    writing.changed = true;
  }

  assertWriting(): void {
    if (!this.writing) throw new Error("a write outside of a commit");
  }

  run(sql: string, ...values: Value[]): number {
    return this.guarded(() => Number(this.statement(sql).run(...values).changes));
  }

  get(sql: string, ...values: Value[]): Row | undefined {
    return this.guarded(() => this.statement(sql).get(...values) as Row | undefined);
  }

  /** Rows until one of the limits of reading ahead is reached. */
  some(sql: string, ...values: Value[]): { readonly rows: Row[]; readonly isLast: boolean } {
    return this.guarded(() => {
      const rows: Row[] = [];
      let bytes = 0;
      for (const row of this.statement(sql).iterate(...values) as Iterable<Row>) {
        rows.push(row);
        bytes += row.value.length;
        if (rows.length >= READ_AHEAD_RECORDS || bytes >= READ_AHEAD_BYTES) return { rows, isLast: false };
      }
      return { rows, isLast: true };
    });
  }

  damage(table: string, key: Uint8Array): StoreDamageError {
    return new StoreDamageError(
      this.path,
      `the record "${Buffer.from(key).toString()}" of "${table}" does not fit its checksum`,
    );
  }

  private guarded<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      const failure = failureOf(error);
      const mapped =
        failure === "full"
          ? new StoreFullError(this.path, error)
          : failure === "damage"
            ? new StoreDamageError(this.path, messageOf(error))
            : error;
      if (this.writing) this.writing.error ??= mapped;
      throw mapped;
    }
  }

  private statement(sql: string): StatementSync {
    const kept = this.statements.get(sql) ?? this.database.prepare(sql);
    this.statements.set(sql, kept);
    return kept;
  }

  private tellCommitted(): void {
    const { store, committed } = this.summary;
    this.file.write({ format: FORMAT, store, commit: committed, pid: process.pid });
  }
}

/** A commit in progress. */
interface Writing {
  records: number;
  crcs: number;
  changed: boolean;
  /** The first error of SQLite: also when `write` catches it, the commit fails. */
  error?: unknown;
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value;
}

type Value = string | number | Uint8Array;

interface Row {
  readonly id: number;
  readonly key: Uint8Array;
  readonly crc: number;
  readonly value: Uint8Array;
}

class SqliteTable implements Table {
  private readonly seed: number;

  constructor(
    private readonly store: SqliteStore,
    private readonly name: string,
  ) {
    this.seed = crc32(Buffer.from(`${name}\0`));
  }

  get(key: string): Buffer | undefined {
    const bytes = Buffer.from(key);
    const row = this.store.get(
      "SELECT key, crc, value FROM records WHERE tbl = ? AND key = ?",
      this.name,
      bytes,
    );
    return row && this.valueOf(row);
  }

  set(key: string, value: Uint8Array): void {
    const { store, name } = this;
    store.assertWriting();
    if (!key.isWellFormed()) throw new Error(`the key ${JSON.stringify(key)} is no well-formed Unicode`);
    const bytes = Buffer.from(key);
    const crc = this.crc(bytes, value);
    const insert = "INSERT INTO records (tbl, key, crc, value) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
    if (store.run(insert, name, bytes, crc, value) === 1) {
      store.count(1, crc);
      return;
    }
    const old = store.get("SELECT id, crc FROM records WHERE tbl = ? AND key = ?", name, bytes);
    if (old === undefined) throw store.damage(name, bytes);
    store.run("UPDATE records SET crc = ?, value = ? WHERE id = ?", crc, value, old.id);
    store.count(0, crc - old.crc);
  }

  delete(key: string): void {
    this.deleteRange({ gte: key, lte: key });
  }

  deleteRange(range: Range): number {
    this.store.assertWriting();
    const { where, values } = this.where(range);
    const found = this.store.get(
      `SELECT count(*) AS id, coalesce(sum(crc), 0) % ${SUM_MODULUS} AS crc FROM records WHERE ${where}`,
      ...values,
    );
    if (!found || found.id === 0) return 0;
    this.store.run(`DELETE FROM records WHERE ${where}`, ...values);
    this.store.count(-found.id, -found.crc);
    return found.id;
  }

  *entries({
    limit = Number.POSITIVE_INFINITY,
    reverse = false,
    ...range
  }: Range & { readonly limit?: number; readonly reverse?: boolean } = {}): Generator<[string, Buffer]> {
    let left = limit;
    let rest: Range = range;
    while (left > 0) {
      const { where, values } = this.where(rest);
      const { rows, isLast } = this.store.some(
        `SELECT key, crc, value FROM records WHERE ${where} ORDER BY tbl ${reverse ? "DESC" : "ASC"}, key ${reverse ? "DESC" : "ASC"} LIMIT ?`,
        ...values,
        Math.min(left, READ_AHEAD_RECORDS),
      );
      let last: string | undefined;
      for (const row of rows) {
        last = Buffer.from(row.key).toString();
        yield [last, this.valueOf(row)];
      }
      left -= rows.length;
      if (last === undefined || isLast) return;
      rest = reverse ? { ...lower(range), lt: last } : { ...upper(range), gt: last };
    }
  }

  private where(range: Range): { readonly where: string; readonly values: Value[] } {
    const conditions = ["tbl = ?"];
    const values: Value[] = [this.name];
    for (const [operator, bound] of [
      [">=", range.gte],
      [">", range.gt],
      ["<", range.lt],
      ["<=", range.lte],
    ] as const) {
      if (bound === undefined) continue;
      conditions.push(`key ${operator} ?`);
      values.push(Buffer.from(bound));
    }
    return { where: conditions.join(" AND "), values };
  }

  private valueOf({ key, crc, value }: Row): Buffer {
    if (this.crc(key, value) !== crc) throw this.store.damage(this.name, key);
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }

  private crc(key: Uint8Array, value: Uint8Array): number {
    return crc32(value, crc32(key, this.seed));
  }
}

function lower({ gte, gt }: Range): Range {
  return { ...(gte !== undefined && { gte }), ...(gt !== undefined && { gt }) };
}

function upper({ lt, lte }: Range): Range {
  return { ...(lt !== undefined && { lt }), ...(lte !== undefined && { lte }) };
}
