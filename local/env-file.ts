import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UsageError } from "../lib/exit";

/** A file of `export` lines, which exists only while a run answers. */
interface EnvFile {
  /** Writes it atomically, readable by its owner only. */
  write(lines: readonly string[]): void;
  /** Removes it, unless another run has overwritten it. */
  remove(): void;
}

const HEADER = "# Written by npm start --env-file, and removed when that run ends.\n";

/**
 * Checks that the file can be written later, and removes the file of a run that was killed, because a script that
 * waits for the file must not find old endpoints.
 * @throws UsageError when its folder does not exist or is not writable, or the file was not written by a local run
 */
export function openEnvFile(given: string): EnvFile {
  const path = resolve(given);
  const unfinished = `${path}.${process.pid}`;
  const found = contentOf(path);
  if (found !== undefined && !found.startsWith(HEADER)) {
    throw new UsageError(`--env-file ${given} exists, and npm start did not write it: name another`);
  }
  try {
    writeFileSync(unfinished, "", { mode: 0o600 });
  } catch (error) {
    throw new UsageError(
      `--env-file ${given}: no file can be written in ${dirname(path)} (${String(error)})`,
    );
  }
  rmSync(path, { force: true });
  let written: string | undefined;
  return {
    write: (lines) => {
      written = `${HEADER}${[`# Process ${process.pid}.`, ...lines].join("\n")}\n`;
      writeFileSync(unfinished, written);
      renameSync(unfinished, path);
    },
    remove: () => {
      rmSync(unfinished, { force: true });
      if (written !== undefined && contentOf(path) === written) rmSync(path);
    },
  };
}

/** @throws UsageError when the path is not a file */
function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UsageError(`--env-file ${path} cannot be read: ${String(error)}`);
  }
}
