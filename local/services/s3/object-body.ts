import { closeSync, openSync, readSync, statSync } from "node:fs";
import { crc32 } from "../../../lib/crc32";
import { hasCode } from "../../../lib/error-code";
import { StoreDamageError } from "../../store/store";
import type { StoredObject } from "./object-index";

const CHUNK_BYTES = 1024 * 1024;
/** A file system may give two changes within a tick of its clock the same time. Linux's ticks take at most 10 ms. */
const CLOCK_TICK_MS = 100;

/** Checks the files of objects against their entries. */
export class ObjectBodies {
  /** Change time, in ms, of each file whose checksum was compared. No program can set a change time. */
  private readonly compared = new Map<string, number>();
  private readonly chunk = Buffer.allocUnsafe(CHUNK_BYTES);

  /**
   * Compares the file's length and, if the file may have changed since the last time, its checksum.
   * @param name of the object, for the error
   * @throws StoreDamageError
   */
  check(path: string, name: string, { size, crc32: expected }: StoredObject): void {
    const changedMs = checkSize(path, name, size);
    if (this.compared.get(path) === changedMs) return;
    const comparedAt = Date.now();
    if (this.crcOf(path) !== expected) {
      throw new StoreDamageError(path, `it is not the content that was stored as ${name}`);
    }
    if (comparedAt - changedMs > CLOCK_TICK_MS) this.compared.set(path, changedMs);
  }

  forget(path: string): void {
    this.compared.delete(path);
  }

  private crcOf(path: string): number {
    const descriptor = openSync(path, "r");
    try {
      let crc = 0;
      for (;;) {
        const length = readSync(descriptor, this.chunk);
        if (length === 0) return crc;
        crc = crc32(this.chunk.subarray(0, length), crc);
      }
    } finally {
      closeSync(descriptor);
    }
  }
}

/** Compares the length of an object's file. @returns its change time in ms @throws StoreDamageError */
export function checkSize(path: string, name: string, size: number): number {
  const found = sizeOf(path);
  if (found === undefined) throw new StoreDamageError(path, `the content of ${name} is missing`);
  if (found.size !== size) {
    throw new StoreDamageError(path, `it has ${found.size} bytes, and ${size} were stored as ${name}`);
  }
  return found.ctimeMs;
}

function sizeOf(path: string) {
  try {
    return statSync(path);
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return undefined;
    throw error;
  }
}
