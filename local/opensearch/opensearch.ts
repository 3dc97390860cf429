import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "../../lib/free-ports";
import { killWithParent } from "../../lib/kill-with-parent";
import { LOOPBACK } from "../../lib/loopback";
import { messageOf } from "../../lib/message-of";
import { OperatorError } from "../../lib/operator-error";
import type { Service } from "../plan/data-plane";
import type { Distribution } from "./assemble";
import { configure, pathsOf } from "./configuration";
import { chownRecursive, unprivilegedUser } from "./drop-privileges";
import { askAs } from "./forward";

interface OpenSearchOptions {
  readonly distribution: Distribution;
  /** Keeps its data between runs; created if missing. */
  readonly folder: string;
  /** The role with all permissions. */
  readonly masterRoleArn: string;
  /** @default 512 */
  readonly heapMiB?: number;
  readonly signal?: AbortSignal;
}

/** Timeout of the start, for a busy machine. */
const START_MS = 300_000;
/** Time between SIGTERM and SIGKILL, which loses nothing: the engine has written each acknowledged change to its log. */
const STOP_MS = 1_500;
const PAUSE_MS = 300;
/** Lines of its log in the error message when it does not start. */
const LOG_LINES = 30;

/**
 * A real OpenSearch with its security plugin, on loopback. It trusts the gate only: see `startGate`. It is killed when
 * this process ends, even after a crash.
 */
export class OpenSearch implements Service {
  private constructor(
    private readonly options: OpenSearchOptions,
    /** Such as `http://127.0.0.1:39200`; unchanged after a restart. */
    readonly url: string,
    private child: ChildProcess,
  ) {}

  /** Starts an engine and waits until it answers. @throws OperatorError with the end of its log when it fails to start. */
  static async start(options: OpenSearchOptions): Promise<OpenSearch> {
    const { folder, distribution, masterRoleArn, heapMiB = 512 } = options;
    mkdirSync(folder, { recursive: true });
    const [httpPort = 0, transportPort = 0] = await freePorts(2);
    await configure({ folder, java: distribution.java, httpPort, transportPort, masterRoleArn, heapMiB });
    const url = `http://${LOOPBACK}:${httpPort}`;
    const engine = new OpenSearch(options, url, launch(options));
    await engine.answers();
    return engine;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Ends it at once, as a power cut would. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await gone(this.child);
  }

  /** Starts it again after {@link kill}, with the same data. */
  async restart(): Promise<void> {
    this.child = launch(this.options);
    await this.answers();
  }

  async close(): Promise<void> {
    this.child.kill("SIGTERM");
    const late = setTimeout(() => this.child.kill("SIGKILL"), STOP_MS);
    await gone(this.child);
    clearTimeout(late);
  }

  /** Waits until the security plugin is initialized and accepts the master role. */
  private async answers(): Promise<void> {
    const { masterRoleArn, signal } = this.options;
    const deadline = performance.now() + START_MS;
    let last = "no answer";
    while (performance.now() < deadline && isAlive(this.child) && !signal?.aborted) {
      const status = await askAs(
        masterRoleArn,
        this.url,
        "/_cluster/health?wait_for_status=yellow&timeout=5s",
      ).catch((error: unknown) => {
        last = messageOf(error);
        return 0;
      });
      if (status === 200) return;
      if (status > 0) last = `status ${status}`;
      await sleep(PAUSE_MS);
    }
    const ended = isAlive(this.child) ? `did not answer (${last})` : "ended while starting";
    await this.kill();
    signal?.throwIfAborted();
    throw new OperatorError(`OpenSearch ${ended}; the end of its log:\n${this.endOfLog()}`);
  }

  private endOfLog(): string {
    return readFileSync(logFile(this.options.folder), "utf8").split("\n").slice(-LOG_LINES).join("\n");
  }
}

function launch({ distribution: { home, java }, folder }: OpenSearchOptions): ChildProcess {
  const paths = pathsOf(folder);
  const user = unprivilegedUser();
  const log = openSync(logFile(folder), "a");
  if (user) chownRecursive(folder, user);
  try {
    const child = spawn("bash", [join(home, "bin/opensearch")], {
      cwd: folder,
      // Ctrl-C reaches the run only, which then stops the engine.
      detached: true,
      stdio: ["ignore", log, log],
      env: {
        PATH: process.env["PATH"],
        OPENSEARCH_JAVA_HOME: java.home,
        OPENSEARCH_PATH_CONF: paths.config,
        OPENSEARCH_TMPDIR: paths.temporary,
      },
      ...user,
    });
    killWithParent(child);
    // Before the data directory is removed.
    const kill = (): void => void child.kill("SIGKILL");
    process.prependOnceListener("exit", kill);
    child.once("exit", () => process.off("exit", kill));
    return child;
  } finally {
    closeSync(log);
  }
}

function logFile(folder: string): string {
  return join(pathsOf(folder).logs, "opensearch.log");
}

function isAlive({ exitCode, signalCode, pid }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}

async function gone(child: ChildProcess): Promise<void> {
  if (isAlive(child)) await new Promise((resolve) => child.once("exit", resolve));
}
