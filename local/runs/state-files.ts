import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { hasCode } from "../../lib/error-code";
import { UsageError } from "../../lib/exit";
import { OperatorError } from "../../lib/operator-error";
import type { Variables } from "../../lib/variables";
import { RUN_STATE_FORMAT, type RunState } from "./run-state";

/**
 * The folder of the runs' state files: `XDG_STATE_HOME`, or what the platform has for it.
 * https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function stateFolder(variables: Variables, platform: NodeJS.Platform = process.platform): string {
  const { XDG_STATE_HOME: given, LOCALAPPDATA: local } = variables;
  // The specification has relative paths ignored.
  if (given?.startsWith("/")) return join(given, "retail-bi", "runs");
  if (platform === "win32") return join(local ?? join(homedir(), "AppData", "Local"), "retail-bi", "runs");
  const below = platform === "darwin" ? ["Library", "Application Support"] : [".local", "state"];
  return join(homedir(), ...below, "retail-bi", "runs");
}

/** The state file of this process. */
export interface StateFile {
  /** Writes the file atomically, for its owner only. @throws Error when that is not possible */
  write(state: RunState): void;
  remove(): void;
}

/** The state file of the run in this process. Files of runs that were killed are removed. */
export function stateFile(folder: string, pid: number = process.pid): StateFile {
  const path = join(folder, `${pid}.json`);
  return {
    write: (state) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      for (const { pid: other } of readStates(folder)) if (!isAlive(other)) removeFile(folder, other);
      const unfinished = `${path}.new`;
      writeFileSync(unfinished, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
      renameSync(unfinished, path);
    },
    remove: () => {
      rmSync(`${path}.new`, { force: true });
      rmSync(path, { force: true });
    },
  };
}

/** What is found of the runs. */
export interface FoundRuns {
  /** Of processes that live, the newest first. */
  readonly running: readonly RunState[];
  /** A sentence for each run that ended without removing its file, which is removed now. */
  readonly ended: readonly string[];
}

/** Looks for the runs of this user. @throws OperatorError for a file that cannot be read */
export function findRuns(folder: string): FoundRuns {
  const running: RunState[] = [];
  const ended: string[] = [];
  for (const found of readStates(folder)) {
    if (isAlive(found.pid)) {
      running.push(readState(found));
      continue;
    }
    // It is gone when the run has ended by itself meanwhile.
    if (!removeFile(folder, found.pid)) continue;
    ended.push(`the run of process ${found.pid} was killed; its state file is removed`);
  }
  return { running: running.sort((a, b) => b.startedAt - a.startedAt), ended };
}

/**
 * The run that is meant: the newest, or the one with this process id or data directory.
 * @throws UsageError when no running one is that; OperatorError when none is running
 */
export function chooseRun({ running }: Pick<FoundRuns, "running">, wanted: string | undefined): RunState {
  const all = running.map(({ pid, name, dataDir }) => `${pid} (${name}, ${dataDir})`).join(", ");
  if (wanted !== undefined) {
    const path = realPath(wanted);
    const found = running.find(({ pid, dataDir }) => String(pid) === wanted || realPath(dataDir) === path);
    if (found) return found;
    throw new UsageError(
      `--run ${wanted}: ${all === "" ? "no run is there" : `there is no such run; running: ${all}`}`,
    );
  }
  const [newest] = running;
  if (newest) return newest;
  throw new OperatorError("no run was found on this machine: start one with `retail-bi up` (npm start)");
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // It does not exist, so it is no run's.
    return resolve(path);
  }
}

interface FoundFile {
  readonly pid: number;
  readonly path: string;
  readonly text: string;
}

function readStates(folder: string): FoundFile[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
  return names.flatMap((name) => {
    const pid = /^(\d+)\.json$/.exec(name)?.[1];
    if (pid === undefined) return [];
    const path = join(folder, name);
    try {
      return [{ pid: Number(pid), path, text: readFileSync(path, "utf8") }];
    } catch (error) {
      // The run ended just now.
      if (hasCode(error, "ENOENT")) return [];
      throw error;
    }
  });
}

function readState({ path, text }: FoundFile): RunState {
  let state: RunState | undefined;
  try {
    state = JSON.parse(text);
  } catch {
    throw new OperatorError(`${path} is damaged: end that run, and remove the file`);
  }
  if (state?.format === RUN_STATE_FORMAT) return state;
  throw new OperatorError(`${path} was written by another version: use that version's commands on its run`);
}

/** @returns whether it was there */
function removeFile(folder: string, pid: number): boolean {
  rmSync(join(folder, `${pid}.json.new`), { force: true });
  try {
    rmSync(join(folder, `${pid}.json`));
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

/** Whether a process of this user has the id. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: a process of somebody else has the id now.
    if (hasCode(error, "ESRCH") || hasCode(error, "EPERM")) return false;
    throw error;
  }
}
