import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { killWithParent } from "../../../lib/kill-with-parent";
import { OperatorError } from "../../../lib/operator-error";
import type { Variables } from "../../../lib/variables";
import { isToBeHad, type PythonProgram, pythonProgram } from "./python-program";

/** A running AWS API stand-in on this machine. */
export interface StandIn {
  readonly url: string;
  /** Its origin, for the output. */
  readonly origin: string;
  stop(): Promise<void>;
}

/** The version with which the differences in `__tests__/terraform/emulated/environment.ts` were found. */
const MOTO: PythonProgram = {
  name: "moto_server",
  requirement: "moto[server]==5.2.1",
  remedy:
    'install Python 3.10 or newer with venv, or moto_server (pip install "moto[server]==5.2.1") on the PATH, or name a running one in MOTO_URL',
};
const START_SECONDS = 180;

/** What to install if this machine cannot start a stand-in; undefined if it can. */
export function missingStandIn(variables: Variables): string | undefined {
  return variables["MOTO_URL"] !== undefined || isToBeHad(MOTO, variables)
    ? undefined
    : `neither moto_server nor python3 is on this machine: ${MOTO.remedy}`;
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
  return start(await pythonProgram(MOTO, variables, say, signal), variables);
}

/** An existing stand-in, which is not stopped at the end. */
async function running(url: string): Promise<StandIn> {
  await fetch(`${url}/moto-api/data.json`).catch((error: unknown) => {
    throw new OperatorError(`MOTO_URL is ${url}, where nothing answers (${String(error)}): ${MOTO.remedy}`);
  });
  return { url, origin: "MOTO_URL", stop: async () => {} };
}

/** Starts it on a free port of the loopback interface, in a process group of its own. */
async function start(command: string, variables: Variables): Promise<StandIn> {
  const child = spawn(command, ["-H", "127.0.0.1", "-p", "0"], {
    env: { ...variables, MOTO_IAM_LOAD_MANAGED_POLICIES: "true", PYTHONUNBUFFERED: "1" },
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  killWithParent(child);
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
