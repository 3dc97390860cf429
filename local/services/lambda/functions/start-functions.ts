import { createWriteStream, mkdirSync, readFileSync, rmSync, type WriteStream, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { finished } from "node:stream/promises";
import { unzipSync } from "fflate";
import type { FunctionModel, Invoke, Service } from "../../../plan/data-plane";
import { FunctionHost, type FunctionStats } from "./function-host";
import { type MetricTotal, MetricTotals } from "./metrics";
import { processEnvironment } from "./process-environment";

/** Default limit of processes of one function: a laptop has few cores. */
const MAX_PROCESSES = 8;

/** Options of the functions' processes. */
export interface FunctionsOptions {
  /** Environment variables of every function: the endpoints (`AWS_ENDPOINT_URL_…`). */
  readonly baseEnvironment: Readonly<Record<string, string>>;
  /** Folder of the log files, `<name>.log`. @default no files */
  readonly logDir?: string;
  /** Receives each line that a function writes. */
  readonly onLog?: (functionName: string, line: string) => void;
  /** Limit of concurrent processes of one function; further invocations wait. @default 8 */
  readonly maxProcesses?: number;
}

/** The code of a function: contents by path below its folder. */
export type FunctionFiles = Readonly<Record<string, Uint8Array>>;

/** The functions of a data plane, each in processes of its own. */
export interface Functions extends Service {
  readonly invoke: Invoke;
  /**
   * Replaces a function's code, as UpdateFunctionCode does: the next invocation runs it.
   * @param files contents by path in the function's folder
   */
  update(functionArn: string, files: FunctionFiles): void;
  /** Statistics of each function, with its processes' ids and memory. */
  stats(): FunctionStats[];
  /** Totals of the functions' metrics. */
  metrics(): MetricTotal[];
}

/**
 * Unpacks the functions' archives into a folder outside of the project, so that a bundle with a missing package
 * fails as it would on Lambda. A process starts with the first invocation. `close` removes the folder.
 */
export async function startFunctions(
  models: readonly FunctionModel[],
  options: FunctionsOptions,
): Promise<Functions> {
  const root = await mkdtemp(join(tmpdir(), "retail-bi-functions-"));
  const metrics = new MetricTotals();
  const files: WriteStream[] = [];
  const hosts = new Map<string, FunctionHost>();
  let updates = 0;
  // Covers an end without `close`, such as a second Ctrl-C.
  const onExit = (): void => {
    for (const host of hosts.values()) host.kill();
    rmSync(root, { recursive: true, force: true });
  };
  process.prependOnceListener("exit", onExit);
  if (options.logDir !== undefined) await mkdir(options.logDir, { recursive: true });
  for (const model of models) {
    const taskRoot = join(root, model.name);
    writeFiles(unzipSync(readFileSync(model.archivePath)), taskRoot);
    const file =
      options.logDir === undefined
        ? undefined
        : createWriteStream(join(options.logDir, `${model.name}.log`), { flags: "a" });
    if (file) files.push(file);
    const onLine = (line: string): void => {
      metrics.add(model.name, line);
      file?.write(`${line}\n`);
      options.onLog?.(model.name, line);
    };
    const environment = processEnvironment(model, options.baseEnvironment, taskRoot);
    const sandbox = { model, taskRoot, environment, onLine };
    hosts.set(model.arn, new FunctionHost(sandbox, options.maxProcesses ?? MAX_PROCESSES));
  }

  const hostOf = (functionArn: string): FunctionHost => {
    const host = hosts.get(functionArn);
    if (host === undefined)
      throw new Error(`the function ${functionArn} does not exist; functions: ${[...hosts.keys()]}`);
    return host;
  };

  return {
    invoke: async (functionArn, event) => hostOf(functionArn).invoke(event),
    update: (functionArn, code) => {
      const host = hostOf(functionArn);
      const { model } = host;
      // A folder of its own, because invocations in progress may still load from theirs.
      const taskRoot = join(root, `${model.name}.${++updates}`);
      writeFiles(code, taskRoot);
      host.update({ taskRoot, environment: processEnvironment(model, options.baseEnvironment, taskRoot) });
    },
    stats: () => [...hosts.values()].map((host) => host.stats()),
    metrics: () => metrics.all(),
    close: async () => {
      await Promise.all([...hosts.values()].map((host) => host.close()));
      await Promise.all(files.map((file) => finished(file.end())));
      await rm(root, { recursive: true, force: true });
      process.off("exit", onExit);
    },
  };
}

/** Writes a function's code into `directory`, as Lambda unpacks a zip into its task root. */
function writeFiles(files: FunctionFiles, directory: string): void {
  for (const [name, bytes] of Object.entries(files)) {
    if (name.endsWith("/")) continue;
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}
