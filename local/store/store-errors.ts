/** A file of the store does not hold what was committed. The message names the file, the damage and the remedy. */
export class StoreDamageError extends Error {
  override readonly name = "StoreDamageError";

  constructor(
    /** Absolute path. */
    readonly file: string,
    damage: string,
  ) {
    super(`${file} is damaged: ${damage}. Restore the data directory from a copy, or use another --data-dir`);
  }
}

/** A commit found no room on the disk and changed nothing. It can be repeated when there is room. */
export class StoreFullError extends Error {
  override readonly name = "StoreFullError";

  constructor(file: string, cause: unknown) {
    super(`${file} cannot be written, because the disk or the quota is full: nothing was stored`, { cause });
  }
}
