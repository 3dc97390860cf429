import { type FSWatcher, readFileSync, watch } from "node:fs";
import { dirname, join } from "node:path";
import type { BuildFailure } from "esbuild";
import { messageOf } from "../lib/message-of";
import {
  type BuiltFunction,
  FUNCTION_FOLDERS,
  FunctionBuilder,
  lastBundle,
} from "../modules/functions/bundle";
import type { LocalRun } from "./local-run";
import type { FunctionModel } from "./plan/data-plane";
import { PROJECT_ROOT } from "./synthesize";

/** An editor writes a file in several steps. */
const SETTLE_MS = 50;

/** A function that is built again when one of its sources is saved. */
export interface WatchedFunction {
  /** For messages. */
  readonly name: string;
  /** Below `lambdas`. */
  readonly folder: string;
  /** What its code was made from, below the root. */
  readonly inputs: readonly string[];
  /** Takes new code. */
  update(files: BuiltFunction["files"]): Promise<void>;
}

/**
 * Reloads the functions of a run of this project when their sources are saved.
 * @returns ends it
 */
export function watchRun(run: LocalRun): () => void {
  return watchFunctions(watchedFunctions(run), PROJECT_ROOT, run.say);
}

/**
 * The functions of a run that were built from the sources here. An apply would replace the code, and make the function's
 * invocations again (SearchSetup's have the hash of the code as a trigger): so does `update`.
 */
export function watchedFunctions({
  plane,
  functions,
  say,
}: Pick<LocalRun, "functions" | "say"> & {
  readonly plane: Pick<LocalRun["plane"], "functions" | "invocations">;
}): WatchedFunction[] {
  return plane.functions.flatMap((model): WatchedFunction[] => {
    const built = builtHere(model);
    if (built === undefined) {
      say(`${model.name} is not reloaded when its sources are saved: its code was not built from them`);
      return [];
    }
    const { arn, name } = model;
    const invocations = plane.invocations.filter(({ functionArn }) => functionArn === arn);
    const update = async (files: BuiltFunction["files"]): Promise<void> => {
      functions.update(arn, files);
      for (const { input, address } of invocations) {
        await functions.invoke(arn, input).catch((error) => say(`${address} failed: ${messageOf(error)}`));
      }
    };
    return [{ ...built, name, update }];
  });
}

/** The folder and the sources of a function, if its zip is the one that was built here last. */
function builtHere({ archivePath }: FunctionModel): Pick<WatchedFunction, "folder" | "inputs"> | undefined {
  const zip = readFileSync(archivePath);
  for (const folder of FUNCTION_FOLDERS) {
    const last = lastBundle(folder);
    if (last && readFileSync(last.path).equals(zip)) return { folder, inputs: last.inputs };
  }
  return undefined;
}

/**
 * Builds a function again when one of its sources is saved, and hands over the code if it is another one. Code that does not
 * build is said, and the old one stays. A folder that cannot be watched is said, too.
 * @param root the folder above `lambdas`
 * @returns ends it
 */
export function watchFunctions(
  functions: readonly WatchedFunction[],
  root: string,
  say: (message: string) => void,
): () => void {
  const builder = new FunctionBuilder(root);
  const states = functions.map((watched) => new FunctionState(watched, builder, say));
  /** By folder; undefined: it cannot be watched, which was said. */
  const watchers = new Map<string, FSWatcher | undefined>();
  let timer: NodeJS.Timeout | undefined;
  let isBuilding = false;
  let isClosed = false;

  const follow = (): void => {
    for (const folder of new Set(
      states.flatMap(({ sources }) => [...sources].map((file) => dirname(file))),
    )) {
      if (isClosed || watchers.has(folder)) continue;
      watchers.set(folder, watcherOf(folder));
    }
  };
  const watcherOf = (folder: string): FSWatcher | undefined => {
    try {
      const watcher = watch(join(root, folder), { persistent: false }, (_, file) => {
        const path = file === null ? undefined : join(folder, file);
        if (states.filter((state) => state.touch(path)).length > 0) settle();
      });
      return watcher.on("error", (error) => say(`${folder} is no longer watched: ${messageOf(error)}`));
    } catch (error) {
      // The system has no more watches, or the folder is gone. The run goes on: only its sources are not reloaded.
      say(`${folder} is not watched: ${messageOf(error)}`);
      return undefined;
    }
  };
  const settle = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void buildAll(), SETTLE_MS).unref();
  };
  const buildAll = async (): Promise<void> => {
    // What is saved meanwhile is built behind it.
    if (isBuilding) return;
    isBuilding = true;
    for (let next = states.find(isChanged); next && !isClosed; next = states.find(isChanged)) {
      await next.build();
      follow();
    }
    isBuilding = false;
  };
  follow();
  return () => {
    isClosed = true;
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher?.close();
    // Its process ends with this one in any case.
    void builder.close().catch(() => undefined);
  };
}

function isChanged({ isChanged }: FunctionState): boolean {
  return isChanged;
}

/** A watched function between two builds. */
class FunctionState {
  sources: ReadonlySet<string>;
  isChanged = false;
  private last: BuiltFunction["files"] | undefined;
  private hasFailed = false;

  constructor(
    private readonly watched: WatchedFunction,
    private readonly builder: FunctionBuilder,
    private readonly say: (message: string) => void,
  ) {
    this.sources = ownSources(watched.inputs);
  }

  /** Takes notice of a change. @param path below the root; undefined: unknown @returns whether it is of a source */
  touch(path: string | undefined): boolean {
    // What an import did not find may be there now.
    if (path !== undefined && !this.sources.has(path) && !this.hasFailed) return false;
    this.isChanged = true;
    return true;
  }

  async build(): Promise<void> {
    const { name, folder, update } = this.watched;
    this.isChanged = false;
    const startedAt = performance.now();
    try {
      const { files, inputs } = await this.builder.build(folder);
      this.sources = ownSources(inputs);
      this.hasFailed = false;
      if (this.last !== undefined && isSame(this.last, files)) {
        this.say(`${name} is unchanged`);
        return;
      }
      await update(files);
      this.last = files;
      this.say(`${name} reloaded, ${Math.round(performance.now() - startedAt)} ms`);
    } catch (error) {
      this.hasFailed = true;
      this.say(`${name} is not reloaded: ${faultOf(error)}`);
    }
  }
}

/** The sources among the inputs that are not of packages. */
function ownSources(inputs: readonly string[]): ReadonlySet<string> {
  return new Set(inputs.filter((file) => !file.includes("node_modules/")));
}

function isSame(one: BuiltFunction["files"], other: BuiltFunction["files"]): boolean {
  const names = Object.keys(other);
  return (
    Object.keys(one).length === names.length &&
    names.every((name) => Buffer.compare(one[name] ?? Buffer.of(), other[name] ?? Buffer.of()) === 0)
  );
}

/** The first fault of a build with its place, such as `lambdas/upsert-to-es/core.ts:12:3: Expected ";"`. */
function faultOf(error: unknown): string {
  const [first] = (error as Partial<BuildFailure>).errors ?? [];
  if (first === undefined) return messageOf(error);
  const { location, text } = first;
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
}
