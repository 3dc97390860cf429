import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";

const NEWLINE = 0x0a;

/**
 * An append-only file, one entry a line. Entries that were appended and awaited survive a crash of the process or
 * of the machine; reading drops an entry that a crash cut off. After a failed write every further write fails,
 * because the content of the file is then unknown.
 */
export class Journal {
  private waiting = "";
  private flushing: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;

  private constructor(private readonly file: FileHandle) {}

  /** Opens a journal for appending. */
  public static async open(path: string): Promise<Journal> {
    return new Journal(await open(path, "a"));
  }

  /** The complete entries of a journal; truncates an incomplete entry at the end. */
  public static *read(path: string): Generator<string> {
    if (!existsSync(path)) return;
    const bytes = readFileSync(path);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end < bytes.length) truncateSync(path, end);
    for (let start = 0; start < end; ) {
      const stop = bytes.indexOf(NEWLINE, start);
      yield bytes.toString("utf8", start, stop);
      start = stop + 1;
    }
  }

  /** Replaces the content of a closed journal, as a whole or not at all; creates the folder. */
  public static replace(path: string, entries: Iterable<string>): void {
    const unfinished = `${path}.new`;
    mkdirSync(dirname(path), { recursive: true });
    const descriptor = openSync(unfinished, "w");
    try {
      for (const entry of entries) writeSync(descriptor, entry);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(unfinished, path);
  }

  /** Appends whole lines; resolves when they are on disk. Lines that arrive during a write are written together. */
  public append(lines: string): Promise<void> {
    this.waiting += lines;
    this.next ??= this.flushing.then(() => {
      const text = this.waiting;
      this.waiting = "";
      this.next = undefined;
      this.flushing = this.write(text);
      return this.flushing;
    });
    return this.next;
  }

  /** Writes pending lines, and closes the file. */
  public async close(): Promise<void> {
    try {
      await this.append("");
    } finally {
      await this.file.close();
    }
  }

  private async write(text: string): Promise<void> {
    if (text === "") return;
    await this.file.appendFile(text);
    await this.file.datasync();
  }
}
