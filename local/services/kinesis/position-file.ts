import { mkdirSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode } from "../../../lib/error-code";
import type { ShardPosition } from "./shard-reader";

/**
 * The positions of a consumer in a file, which is replaced as a whole: a process that is killed leaves the old
 * or the new one.
 */
export class PositionFile {
  private text = "";
  private writing: Promise<void> | undefined;
  private waiting: Promise<void> | undefined;

  constructor(readonly path: string) {
    mkdirSync(dirname(path), { recursive: true });
  }

  /** What was saved last; undefined when nothing ever was. @throws Error when the file holds something else. */
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

  /** Saves; of what is given while a save is under way, the last alone is written. */
  save(positions: Readonly<Record<string, ShardPosition>>): Promise<void> {
    this.text = JSON.stringify(positions);
    this.waiting ??= this.writeNext();
    return this.waiting;
  }

  private async writeNext(): Promise<void> {
    // Its failure was told to whoever asked for that save.
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
