import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UsageError } from "../lib/exit";

/** A file of `export` lines, there only while a run answers. */
interface EnvFile {
  /** Writes it, whole or not at all. For its owner alone. */
  write(lines: readonly string[]): void;
  /** Removes it, unless another run has written its own since. */
  remove(): void;
}

const HEADER = "# Written by npm start --env-file, and removed when that run ends.\n";

/**
 * Makes sure that the file can be written later, and removes the one of a run that was killed: whoever waits for the file
 * must not find old endpoints.
 * @throws UsageError when its folder does not exist or is not writable, or the file is not one of ours
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

/** @throws UsageError when there is something that is no file */
function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UsageError(`--env-file ${path} cannot be read: ${String(error)}`);
  }
}
