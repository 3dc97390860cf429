import { mkdirSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode } from "../../../lib/error-code";
import type { ShardPosition } from "./shard-reader";

/**
 * Stores the positions of a consumer in a file. Each save replaces the whole file: a process that is killed leaves
 * the old or the new one.
 */
export class PositionFile {
  private text = "";
  private writing: Promise<void> | undefined;
  private waiting: Promise<void> | undefined;

  constructor(readonly path: string) {
    mkdirSync(dirname(path), { recursive: true });
  }

  /** The saved positions; undefined before the first save. @throws Error when the file has other content. */
  load(): Record<string, ShardPosition> | undefined {
    let text: string;
    try {
      text = readFileSync(this.path, "utf8");
    } catch (error) {
      if (hasCode(error, "ENOENT")) return undefined;
      throw error;
    }
    const value: unknown = JSON.parse(text);
    if (!isPositions(value)) {
      throw new Error(
        `${this.path} holds no positions of shards: remove it to start anew, or use another --data-dir`,
      );
    }
    return value;
  }

  /** Saves the positions. While a save is in progress, only the latest positions are kept for the next one. */
  save(positions: Readonly<Record<string, ShardPosition>>): Promise<void> {
    this.text = JSON.stringify(positions);
    this.waiting ??= this.writeNext();
    return this.waiting;
  }

  private async writeNext(): Promise<void> {
    // The caller of that save has received its error.
    await this.writing?.catch(() => undefined);
    this.writing = this.waiting;
    this.waiting = undefined;
    await writeFile(`${this.path}.new`, this.text);
    await rename(`${this.path}.new`, this.path);
  }
}

function isPositions(value: unknown): value is Record<string, ShardPosition> {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).every((position) => position === null || typeof position === "string");
}
