import {
  appendFileSync,
  closeSync,
  createReadStream,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
} from "node:fs";
import { createInterface } from "node:readline";
import { isRecordId } from "../contract/record-id";
import { errorOf } from "./errors";
import { InputError } from "./source";

/** Takes the identities of acknowledged lines. */
export interface Ledger {
  /** Takes all of them, or throws and takes none. */
  append(recordIds: readonly string[]): void;
}

/** A ledger in a file: one identity a line. */
export interface FileLedger extends Ledger {
  /** Returns when the file is safe on disk; closes it in any case. */
  close(): void;
}

/**
 * Opens a ledger to append to; it is created if it does not exist. Each call's identities are written to the
 * operating system before the next call is handled, so a run that is killed loses none, and memory does not grow.
 * @throws InputError when it is no file, or holds anything else; then nothing is written to it.
 */
export function openLedger(file: string): FileLedger {
  let descriptor: number;
  try {
    descriptor = openSync(file, "a+");
  } catch (error) {
    throw new InputError(`the ledger ${file} cannot be opened: ${errorOf(error).message}`, { cause: error });
  }
  try {
    // A device or a pipe keeps nothing, and cannot be made safe on disk at the end.
    if (!fstatSync(descriptor).isFile()) throw new InputError(`the ledger ${file} is no regular file`);
    checkEnds(descriptor, file);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return {
    append: (recordIds) => {
      if (recordIds.length === 0) return;
      const { size } = fstatSync(descriptor);
      try {
        appendFileSync(descriptor, `${recordIds.join("\n")}\n`);
      } catch (error) {
        // A full disk takes a part of a line, behind which no later run could append. Truncating needs no room.
        ftruncateSync(descriptor, size);
        throw error;
      }
    },
    close: () => {
      try {
        try {
          fsyncSync(descriptor);
        } finally {
          closeSync(descriptor);
        }
      } catch (cause) {
        throw new Error(`the ledger ${file} may not be safe on disk: ${errorOf(cause).message}`, { cause });
      }
    },
  };
}

/**
 * Closes the ledger of a run that has ended. Never throws, so that the run's own result or error is not lost.
 * @returns why the file may not be safe on disk; undefined if it is
 */
export function closingFault(ledger: FileLedger | undefined): string | undefined {
  try {
    ledger?.close();
    return undefined;
  } catch (error) {
    return errorOf(error).message;
  }
}

/** The identities of a ledger file, in the order in which they were acknowledged. @throws InputError naming a bad line. */
export async function* readLedger(file: string): AsyncGenerator<string> {
  let number = 0;
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number++;
    if (!isRecordId(line))
      throw new InputError(`${file}, line ${number}: "${line.slice(0, 80)}" is not a record_id`);
    yield line;
  }
}

const IDENTITY_BYTES = 51;

function checkEnds(descriptor: number, file: string): void {
  const { size } = fstatSync(descriptor);
  if (size === 0) return;
  const first = Buffer.alloc(IDENTITY_BYTES);
  readSync(descriptor, first, 0, first.length, 0);
  const last = Buffer.alloc(1);
  readSync(descriptor, last, 0, 1, size - 1);
  if (!isRecordId(first.toString("latin1")) || last.toString("latin1") !== "\n") {
    throw new InputError(`${file} is not a ledger, or was cut off: give a file that does not exist yet`);
  }
}
