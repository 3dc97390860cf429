import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { UsageError } from "../lib/exit";

/** The folder that holds everything a local run keeps. Only one run at a time uses it. */
interface DataDir {
  readonly path: string;
  /** Releases the folder; removes it if it was created for this run and `keep` is false. */
  release(options: { readonly keep: boolean }): void;
}

const LOCK = "lock";

/**
 * Takes the folder `given`, or creates one for this run.
 * @throws UsageError when it is no folder; Error when another run that is still alive uses the folder.
 */
export function openDataDir(given: string | undefined): DataDir {
  const path = given === undefined ? mkdtempSync(join(tmpdir(), "retail-bi-")) : resolve(given);
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new UsageError(`--data-dir ${path} cannot be made: ${String(error)}`);
  }
  const lock = join(path, LOCK);
  takeLock(lock, path);
  return {
    path,
    release: ({ keep }) => {
      rmSync(lock, { force: true });
      if (given === undefined && !keep) rmSync(path, { recursive: true, force: true });
    },
  };
}

function takeLock(lock: string, path: string): void {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
    const owner = Number(readFileSync(lock, "utf8"));
    if (isAlive(owner)) {
      throw new Error(`${path} is in use by process ${owner}: stop it, or choose another --data-dir`);
    }
    // Its owner was killed. If two runs find this at once, only one can write the lock again.
    rmSync(lock, { force: true });
    writeFileSync(lock, String(process.pid), { flag: "wx" });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, "EPERM");
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
