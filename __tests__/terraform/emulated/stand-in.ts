import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { guard } from "../../../engines/guard";
import { OperatorError } from "../../../terraform/operator-error";
import { runProgram } from "../../../terraform/run-program";
import { PROJECT_ROOT } from "../../../terraform/stack-folder";
import type { Variables } from "../../../terraform/variables";

/** An AWS API stand-in that answers on this machine. */
export interface StandIn {
  readonly url: string;
  /** Where it came from, for people. */
  readonly origin: string;
  stop(): Promise<void>;
}

/** The version that the differences of `environments/emulated.ts` were found with. */
const VERSION = "5.2.1";
const PLACE = join(PROJECT_ROOT, "node_modules", ".cache", "retail-bi", `moto-${VERSION}`);
const START_SECONDS = 60;
const REMEDY = `install Python 3.10 or newer with venv, or moto_server (pip install "moto[server]==${VERSION}") on the PATH, or name a running one in MOTO_URL`;

/** What to install, when there is nothing on this machine that a stand-in could be started with. */
export function missingStandIn(variables: Variables): string | undefined {
  const isThere =
    variables["MOTO_URL"] !== undefined ||
    existsSync(program(PLACE)) ||
    ["moto_server", "python3"].some((name) => onPath(name, variables) !== undefined);
  return isThere ? undefined : `neither moto_server nor python3 is on this machine: ${REMEDY}`;
}

function program(environment: string): string {
  return join(environment, "bin", "moto_server");
}

/**
 * Starts moto: at `MOTO_URL` if that is set, else `moto_server` of the PATH, else one installed from PyPI into
 * a cache of the project.
 * @throws OperatorError saying what to install.
 */
export async function startStandIn(
  variables: Variables,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<StandIn> {
  const given = variables["MOTO_URL"];
  if (given !== undefined) return running(given.replace(/\/$/, ""));
  return start(onPath("moto_server", variables) ?? (await install(variables, say, signal)), variables);
}

/** Somebody else's, which is not stopped. */
async function running(url: string): Promise<StandIn> {
  await fetch(`${url}/moto-api/data.json`).catch((error: unknown) => {
    throw new OperatorError(`MOTO_URL is ${url}, where nothing answers (${String(error)}): ${REMEDY}`);
  });
  return { url, origin: "MOTO_URL", stop: async () => {} };
}

function onPath(name: string, variables: Variables): string | undefined {
  return (variables["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

async function install(
  variables: Variables,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const installed = program(PLACE);
  if (existsSync(installed)) return installed;
  say(`moto_server is not on the PATH: installing ${VERSION} from PyPI into ${PLACE}`);
  const steps: [string, string[]][] = [
    ["python3", ["-m", "venv", PLACE]],
    [
      join(PLACE, "bin", "pip"),
      ["install", "--quiet", "--disable-pip-version-check", `moto[server]==${VERSION}`],
    ],
  ];
  for (const [command, args] of steps) {
    const { exitCode, stderr } = await runProgram(command, args, {
      cwd: PROJECT_ROOT,
      variables,
      remedy: REMEDY,
      signal,
    });
    if (exitCode !== 0)
      throw new OperatorError(`${command} ${args.join(" ")} failed: ${REMEDY}\n${stderr.trim()}`);
  }
  return installed;
}

/** Starts it on a free port of the loopback interface, in a process group of its own. */
async function start(command: string, variables: Variables): Promise<StandIn> {
  const child = spawn(command, ["-H", "127.0.0.1", "-p", "0"], {
    env: { ...variables, MOTO_IAM_LOAD_MANAGED_POLICIES: "true", PYTHONUNBUFFERED: "1" },
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  guard(child);
  const stop = () => stopGroup(child);
  const url = await new Promise<string>((resolve, reject) => {
    const last: string[] = [];
    const late = setTimeout(
      () => reject(new OperatorError(`${command} did not start in ${START_SECONDS} s:\n${last.join("\n")}`)),
      START_SECONDS * 1000,
    );
    createInterface({ input: child.stderr }).on("line", (line) => {
      last.splice(0, Math.max(0, last.length - 20));
      last.push(line);
      const [, address] = /Running on (http:\/\/\S+)/.exec(line) ?? [];
      if (address === undefined) return;
      clearTimeout(late);
      resolve(address);
    });
    child.on("error", reject);
    child.on("exit", (code) =>
      reject(new OperatorError(`${command} ended with ${code}:\n${last.join("\n")}`)),
    );
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, origin: command, stop };
}

function stopGroup(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    process.kill(-child.pid, "SIGTERM");
  });
}
