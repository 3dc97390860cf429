import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { OperatorError } from "../../lib/operator-error";
import type { Variables } from "../../lib/variables";
import { explainCliError } from "./cli-errors";

/** Host and bastion of a session. */
export interface SessionTarget {
  /** Instance id of the bastion, such as `i-0123456789abcdef0`. */
  readonly instanceId: string;
  /** Host name of the domain, which the bastion resolves. */
  readonly host: string;
  readonly region: string;
}

/** One session of Session Manager: the AWS CLI, and its plugin below it. */
export interface SessionChild {
  /** Local port that it forwards. Rejects with an OperatorError when the session does not open. */
  readonly opened: Promise<number>;
  /** Resolves when it has ended, with its explained error output. */
  readonly ended: Promise<string>;
  /** Ends it, with SIGKILL if necessary. */
  stop(): Promise<void>;
}

export const INSTALL_AWS_CLI =
  "install the AWS CLI (https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html) and its Session Manager plugin";

const DOCUMENT = "AWS-StartPortForwardingSessionToRemoteHost";
const HTTPS = 443;
/** Timeout until the plugin listens. */
const OPENING_MS = 30_000;
/** Time between signals; the plugin ends its session on the first one. */
const STOP_SIGNALS = [
  { signal: "SIGINT", waitMs: 3_000 },
  { signal: "SIGTERM", waitMs: 2_000 },
  { signal: "SIGKILL", waitMs: 0 },
] as const;
const LAST_LINES = 20;
/** The plugin's normal output. */
const NORMAL_OUTPUT =
  /^(Starting session|Waiting for connections|Connection accepted|Exiting session|Port \d+ opened)/;

/** Starts a session. @param say receives its output except the normal lines. */
export function startSession(
  { instanceId, host, region }: SessionTarget,
  variables: Variables,
  say: (line: string) => void,
  openingMs: number = OPENING_MS,
): SessionChild {
  const child = spawn(
    "aws",
    [
      ...["ssm", "start-session", "--region", region, "--target", instanceId],
      ...["--document-name", DOCUMENT],
      // Without a local port the plugin chooses a free one and prints it.
      ...["--parameters", JSON.stringify({ host: [host], portNumber: [String(HTTPS)] })],
    ],
    // A process group of its own: Ctrl-C reaches only the tunnel, which then ends CLI and plugin together.
    { env: { ...variables }, stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  const output: string[] = [];
  const explained = (): string => explainCliError(output.join("\n"));
  const ended = new Promise<string>((resolve) => {
    child.once("close", () => resolve(explained()));
    child.once("error", (error) => resolve(error.message));
  });
  const opened = new Promise<number>((resolve, reject) => {
    const tooLong = setTimeout(() => {
      reject(new OperatorError(`the session did not open within ${openingMs / 1000} s: ${explained()}`));
    }, openingMs);
    const onLine = (line: string): void => {
      const [, port] = /^Port (\d+) opened/.exec(line) ?? [];
      if (port !== undefined) {
        clearTimeout(tooLong);
        resolve(Number(port));
      }
      if (line.trim() === "" || NORMAL_OUTPUT.test(line)) return;
      output.push(line);
      if (output.length > LAST_LINES) output.shift();
      say(`session: ${line}`);
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", onLine);
    const fail = (why: string): void => {
      clearTimeout(tooLong);
      reject(new OperatorError(why));
    };
    child.once("error", (error: NodeJS.ErrnoException) => {
      fail(
        error.code === "ENOENT"
          ? `aws is not on this machine: ${INSTALL_AWS_CLI}`
          : `aws cannot be started: ${error.message}`,
      );
    });
    child.once("close", () => fail(`there is no session to the bastion: ${explained()}`));
  });
  return { opened, ended, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  for (const { signal, waitMs } of STOP_SIGNALS) {
    if (child.pid === undefined || (await settlesWithin(ended, 0))) break;
    signalGroup(child.pid, signal);
    if (await settlesWithin(ended, waitMs)) break;
  }
  await ended;
}

async function settlesWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
