import { hasCode } from "../../lib/error-code";

/** A file of the store does not hold what was committed. The message names the file, the damage and the remedy. */
export class StoreDamageError extends Error {
  override readonly name = "StoreDamageError";

  constructor(
    /** Absolute path. */
    readonly file: string,
    damage: string,
  ) {
    // SQLite's descriptions have several lines.
    const line = damage.replaceAll(/\s*\n\s*/g, " ");
    super(`${file} is damaged: ${line}. Restore the data directory from a copy, or use another --data-dir`);
  }
}

/** A commit found no room on the disk and changed nothing. It can be repeated when there is room. */
export class StoreFullError extends Error {
  override readonly name = "StoreFullError";

  constructor(file: string, cause: unknown) {
    super(`${file} cannot be written, because the disk or the quota is full: nothing was stored`, { cause });
  }
}

/** Node's codes for a full disk, a full quota, and a limit of the file's size. */
const NO_ROOM = ["ENOSPC", "EDQUOT", "EFBIG"];

/** Whether a write failed because there is no room: it can be repeated when there is. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof StoreFullError || NO_ROOM.some((code) => hasCode(error, code));
}
