import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "../../../lib/free-ports";
import { killWithParent } from "../../../lib/kill-with-parent";
import { LOOPBACK } from "../../../lib/loopback";
import { OperatorError } from "../../../lib/operator-error";
import type { Variables } from "../../../lib/variables";
import { TrinoClient } from "./client";
import { type Installation, installTrino, TRINO_VERSION } from "./install";

/** A running Trino server on this machine. */
export interface Trino {
  readonly url: string;
  readonly client: TrinoClient;
  readonly pid: number;
  /** Description for the output. */
  readonly origin: string;
  /** Absolute path; removed with the server. Catalogs may store their metastore below it. */
  readonly folder: string;
  /** Stops the process, and waits until it has exited. */
  stop(): Promise<void>;
}

const START_SECONDS = 300;
/** Time between the stop signal and SIGKILL. */
const STOP_SECONDS = 10;
const HEAP = "1G";
/** Needs a worker: `/v1/info` reports "started" before a query can run. */
const FIRST_QUERY = "SELECT x, count(*) FROM UNNEST(sequence(1, 9)) t(x) GROUP BY x";

/**
 * Starts a Trino without catalogs on a free port of the loopback interface, in a process and a folder of its
 * own. Catalogs are created by `CREATE CATALOG`, and are removed with it.
 * @throws OperatorError saying what to install, or the server's output before it ended.
 */
export async function startTrino(
  variables: Variables,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Trino> {
  const installation = await installTrino({ variables, say, signal });
  const folder = mkdtempSync(join(tmpdir(), "retail-bi-trino-"));
  const [port = 0] = await freePorts(1);
  const server = launch(installation, folder, port);
  const url = `http://${LOOPBACK}:${port}`;
  const client = new TrinoClient(url);
  const stop = async (): Promise<void> => {
    await end(server);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await started(server, client, folder, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  const origin = `Trino ${TRINO_VERSION} on JDK ${installation.java.version}`;
  return { url, client, pid: server.pid ?? 0, origin, folder, stop };
}

function launch({ java, libraries, plugins }: Installation, folder: string, port: number) {
  const config = {
    coordinator: "true",
    "node-scheduler.include-coordinator": "true",
    "http-server.http.port": port,
    "discovery.uri": `http://${LOOPBACK}:${port}`,
    "plugin.dir": plugins,
    "catalog.management": "dynamic",
    "catalog.store": "memory",
  };
  const file = join(folder, "config.properties");
  writeFileSync(
    file,
    Object.entries(config)
      .map((entry) => `${entry.join("=")}\n`)
      .join(""),
  );
  mkdirSync(join(folder, "data"));
  const log = openSync(join(folder, "server.log"), "w");
  const options = [
    `-Xmx${HEAP}`,
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:+EnableDynamicAgentLoading",
    "-Djdk.attach.allowAttachSelf=true",
    "--enable-native-access=ALL-UNNAMED",
    // Trino reads sessions and files without a zone in the server's zone, which is UTC in Athena.
    "-Duser.timezone=UTC",
    `-Dconfig=${file}`,
    "-Dnode.environment=local",
    `-Dnode.id=local-${port}`,
    `-Dnode.data-dir=${join(folder, "data")}`,
    `-Dnode.internal-address=${LOOPBACK}`,
    `-Dnode.bind-ip=${LOOPBACK}`,
    "-cp",
    join(libraries, "*"),
    "io.trino.server.TrinoServer",
  ];
  // A process group of its own: Ctrl-C reaches only this process, which then stops the server.
  const server = spawn(join(java.home, "bin", "java"), options, {
    cwd: folder,
    stdio: ["ignore", log, log],
    detached: true,
  });
  killWithParent(server);
  closeSync(log);
  return server;
}

async function started(
  server: ChildProcess,
  client: TrinoClient,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const said = (): string =>
    readFileSync(join(folder, "server.log"), "utf8").split("\n").slice(-20).join("\n");
  const late = performance.now() + START_SECONDS * 1000;
  for (;;) {
    signal.throwIfAborted();
    if (hasEnded(server)) {
      throw new OperatorError(`Trino ended with ${server.exitCode ?? server.signalCode}:\n${said()}`);
    }
    // Connections are refused until it listens; then queries fail until it has a worker.
    const answer = await client.all(FIRST_QUERY).catch((error: unknown) => error);
    if (Array.isArray(answer)) return;
    if (performance.now() > late) {
      throw new OperatorError(
        `Trino did not start in ${START_SECONDS} s (last: ${String(answer)}):\n${said()}`,
      );
    }
    await sleep(250);
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || hasEnded(server)) return;
  const gone = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  server.kill("SIGTERM");
  const kill = setTimeout(() => server.kill("SIGKILL"), STOP_SECONDS * 1000);
  await gone;
  clearTimeout(kill);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
