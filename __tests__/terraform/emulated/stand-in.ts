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
  if (given !== undefined) return { url: given.replace(/\/$/, ""), origin: "MOTO_URL", stop: async () => {} };
  const found = onPath("moto_server", variables);
  const program = found ?? (await install(variables, say, signal));
  return start(program, variables);
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
  const program = join(PLACE, "bin", "moto_server");
  if (existsSync(program)) return program;
  say(`moto_server is not on the PATH: installing ${VERSION} from PyPI into ${PLACE}`);
  const remedy = `install Python 3.10 or newer with venv, or moto_server (pip install "moto[server]==${VERSION}"), or name a running one in MOTO_URL`;
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
      remedy,
      signal,
    });
    if (exitCode !== 0)
      throw new OperatorError(`${command} ${args.join(" ")} failed: ${remedy}\n${stderr.trim()}`);
  }
  return program;
}

/** Starts it on a free port of the loopback interface, in a process group of its own. */
async function start(program: string, variables: Variables): Promise<StandIn> {
  const child = spawn(program, ["-H", "127.0.0.1", "-p", "0"], {
    env: { ...variables, MOTO_IAM_LOAD_MANAGED_POLICIES: "true", PYTHONUNBUFFERED: "1" },
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  guard(child);
  const stop = () => stopGroup(child);
  const url = await new Promise<string>((resolve, reject) => {
    const last: string[] = [];
    const late = setTimeout(
      () => reject(new OperatorError(`${program} did not start in ${START_SECONDS} s:\n${last.join("\n")}`)),
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
      reject(new OperatorError(`${program} ended with ${code}:\n${last.join("\n")}`)),
    );
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, origin: program, stop };
}

function stopGroup(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    process.kill(-child.pid, "SIGTERM");
  });
}
