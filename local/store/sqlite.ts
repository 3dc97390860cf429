import type { DatabaseSync } from "node:sqlite";
import { hasCode } from "../../lib/error-code";
import { OperatorError } from "../../lib/operator-error";

/** Result codes of SQLite: https://sqlite.org/rescode.html */
const BUSY = 5;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NO_DATABASE = 26;
/** `SQLITE_IOERR_WRITE`: reported for a full quota and for a limited file size, where FULL is for a full disk alone. */
const IO_ERROR_WRITE = 778;

/** What an error of SQLite means for the store. */
export type Failure = "in-use" | "full" | "unusable" | "damage";

/** Classifies an error; undefined for any that does not come from the files. */
export function failureOf(error: unknown): Failure | undefined {
  if (typeof error !== "object" || error === null || !("errcode" in error)) return undefined;
  if (error.errcode === IO_ERROR_WRITE) return "full";
  switch (Number(error.errcode) & 0xff) {
    case BUSY:
      return "in-use";
    case FULL:
      return "full";
    case READ_ONLY:
    case CANNOT_OPEN:
      return "unusable";
    case IO_ERROR:
    case CORRUPT:
    case NO_DATABASE:
      return "damage";
    default:
      return undefined;
  }
}

/**
 * Opens a database by Node's own SQLite, without the warning that it is experimental.
 * @throws OperatorError when this Node has none
 */
export function openDatabase(path: string): DatabaseSync {
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).startsWith("SQLite is an experimental feature")) {
      Reflect.apply(emitWarning, process, [warning, ...rest]);
    }
  };
  try {
    // Not an import: it would be loaded, and warn, before this function runs.
    const { DatabaseSync }: typeof import("node:sqlite") = require("node:sqlite");
    return new DatabaseSync(path);
  } catch (error) {
    if (hasCode(error, "ERR_UNKNOWN_BUILTIN_MODULE")) {
      throw new OperatorError(`the local run needs Node 22.13 or later; this is ${process.version}`);
    }
    throw error;
  } finally {
    process.emitWarning = emitWarning;
  }
}
