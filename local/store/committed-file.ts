import { closeSync, constants, openSync, readFileSync, writeSync } from "node:fs";
import { crc32 } from "../../lib/crc32";
import { hasCode } from "../../lib/error-code";
import { StoreDamageError } from "./store-errors";

/** What the file says about the database beside it. */
export interface Committed {
  /** Version of the store's format. */
  readonly format: number;
  /** Random id of the store, which its database holds too. */
  readonly store: string;
  /** Number of the last commit that was reported as done. */
  readonly commit: number;
  /** The process that has or had the store open. */
  readonly pid: number;
}

/** Each field has a fixed width, so that a write replaces the whole content. */
const LINE =
  /^retail-bi store format +(\d+) id ([0-9a-f-]{36}) commit +(\d+) pid +(\d+) crc ([0-9a-f]{8})\n$/;

/**
 * A file of one line beside the database: the number of the last commit. A database that comes from an older copy, or
 * whose journal was lost, holds an earlier commit and cannot show that by itself.
 */
export class CommittedFile {
  private descriptor: number | undefined;

  constructor(readonly path: string) {}

  /** The content; undefined when there is no file. @throws StoreDamageError */
  read(): Committed | undefined {
    let text: string;
    try {
      text = readFileSync(this.path, "utf8");
    } catch (error) {
      if (hasCode(error, "ENOENT")) return undefined;
      throw error;
    }
    const [, format, store = "", commit, pid, crc] = LINE.exec(text) ?? [];
    const committed = { format: Number(format), store, commit: Number(commit), pid: Number(pid) };
    if (crc === undefined || lineOf(committed) !== text) {
      throw new StoreDamageError(this.path, "it is not the line that was written");
    }
    return committed;
  }

  /** Replaces the content, in place: an existing block needs no room on the disk. */
  write(committed: Committed): void {
    // Neither truncates nor appends: a kill leaves the old or the new line.
    this.descriptor ??= openSync(this.path, constants.O_WRONLY | constants.O_CREAT);
    writeSync(this.descriptor, lineOf(committed), 0);
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }
}

function lineOf({ format, store, commit, pid }: Committed): string {
  const text = `retail-bi store format ${pad(format, 4)} id ${store} commit ${pad(commit, 16)} pid ${pad(pid, 10)}`;
  return `${text} crc ${crc32(Buffer.from(text)).toString(16).padStart(8, "0")}\n`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width);
}
