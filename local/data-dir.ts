import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { accessSync, constants, mkdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { hasCode } from "../lib/error-code";
import { UsageError } from "../lib/exit";
import { messageOf } from "../lib/message-of";

/** The folder that holds everything a local run keeps. The store in it refuses a second run. */
interface DataDir {
  /** Absolute path. */
  readonly path: string;
  /** Ends the use of the folder: one that was created for this run is removed, unless `keep`. */
  release(options: { readonly keep: boolean }): void;
}

/**
 * Takes the folder `given`, or creates one for this run, which is removed also when this process is killed.
 * @throws UsageError for a path that is no folder or cannot be written
 */
export function openDataDir(given: string | undefined): DataDir {
  if (given === undefined) return temporaryDataDir();
  const path = resolve(given);
  try {
    makeFolder(path);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new UsageError(`--data-dir ${path} cannot be used: ${messageOf(error)}`);
  }
  return { path, release: () => undefined };
}

/** Creates a folder and its parents. Node's own recursion never ends where a parent cannot be created with ENOENT. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (hasCode(error, "EEXIST") && statSync(path).isDirectory()) return;
    if (!hasCode(error, "ENOENT") || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    mkdirSync(path);
  }
}

function temporaryDataDir(): DataDir {
  const path = join(tmpdir(), `retail-bi-${randomUUID()}`);
  // Before the folder, so that there is no moment at which a kill leaves it.
  const shell = removeWithParent(path);
  mkdirSync(path, { mode: 0o700 });
  return {
    path,
    release: ({ keep }) => {
      if (!keep) rmSync(path, { recursive: true, force: true });
      shell.kill("SIGKILL");
    },
  };
}

/**
 * Removes the folder when this process ends, also when it is killed: a shell waits for the end of a pipe that only this
 * process holds. It tries for a while, because killed children of the run may still be writing.
 */
function removeWithParent(path: string): ChildProcess {
  const script = 'read -r _; for _ in 1 2 3 4 5 6 7 8 9; do rm -rf "$1" && exit; sleep 1; done';
  const shell = spawn("sh", ["-c", script, "sh", path], {
    stdio: ["pipe", "ignore", "ignore"],
    cwd: tmpdir(),
    // Neither Ctrl-C nor the end of the terminal ends the shell.
    detached: true,
  });
  // Without a shell, a killed run leaves its folder; any other end removes it.
  shell.on("error", () => undefined);
  shell.unref();
  if (shell.stdin && "unref" in shell.stdin && typeof shell.stdin.unref === "function") shell.stdin.unref();
  return shell;
}
