import { mkdirSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode } from "./error-code";
import type { ShardPosition } from "./shard-reader";

/**
 * The positions of a consumer in a file, which is replaced as a whole: a process that is killed leaves the old
 * or the new one.
 */
export class PositionFile {
  private saved = Promise.resolve();

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

  /** Saves after what is being saved already. */
  save(positions: Readonly<Record<string, ShardPosition>>): Promise<void> {
    const text = JSON.stringify(positions);
    const save = async (): Promise<void> => {
      await writeFile(`${this.path}.new`, text);
      await rename(`${this.path}.new`, this.path);
    };
    this.saved = this.saved.then(save, save);
    return this.saved;
  }
}

function isPositions(value: unknown): value is Record<string, ShardPosition> {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).every((position) => position === null || typeof position === "string");
}
