import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  AthenaClient,
  BatchGetQueryExecutionCommand,
  ListQueryExecutionsCommand,
} from "@aws-sdk/client-athena";
import { eventually } from "../../benchmarks/support/eventually";
import { FAST, ROOT } from "../../benchmarks/support/start";
import { EXIT } from "../../lib/exit";

/**
 * An end later than this waited for something: clients wait a minute and longer. The promise is 5 s, and a machine that
 * runs other tests beside this one needs longer than that for a start.
 */
const END_WITHIN_MS = 30_000;
/** Below the ports that a system gives to clients, and not the product's own. */
const FIRST_PORT = 14_590;
const ATHENA_PORT_OFFSET = 2;
const MERGE_WORKGROUP = "retail-bi-merge";

/** A run whose temporary files and processes can be told from all others by its TMPDIR. */
class Run {
  readonly temporary = mkdtempSync(join(tmpdir(), "interrupt-"));
  stdout = "";
  stderr = "";
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;

  constructor(...options: readonly string[]) {
    const [command, ...args] = this.command();
    const child = spawn(command, [...args, ...FAST, ...options], {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: this.temporary },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.on("data", (chunk) => {
      this.stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      this.stderr += chunk;
    });
    this.child = child;
    this.ended = new Promise((resolve) => child.once("exit", resolve));
  }

  protected command(): readonly [string, ...string[]] {
    return [process.execPath, "--import", "tsx", "--", "local/cli.ts"];
  }

  /** Waits until the run has written this, or has ended. */
  async wrote(pattern: RegExp): Promise<void> {
    await eventually(() => {
      if (!pattern.test(this.stderr) && this.child.exitCode === null)
        throw new Error(`not yet: ${this.stderr}`);
    }, 300_000);
    expect(this.stderr).toMatch(pattern);
  }

  /** SIGTERM to the process alone. */
  terminate(): void {
    this.child.kill("SIGTERM");
  }

  /** SIGINT to the process alone, without the group of a terminal: what it started it has to end itself. */
  async interrupt(): Promise<{ readonly code: number | null; readonly ms: number }> {
    const before = performance.now();
    this.child.kill("SIGINT");
    const code = await this.ended;
    return { code, ms: performance.now() - before };
  }

  /** Processes with this run's TMPDIR. A program that was just killed is gone a moment later. */
  processes(): string[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const isOurs = readFileSync(`/proc/${pid}/environ`, "utf8").includes(this.temporary);
          const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
          return isOurs && command !== "" ? [command] : [];
        } catch {
          return [];
        }
      });
  }

  folders(): string[] {
    return readdirSync(this.temporary).filter((name) => name.startsWith("retail-bi"));
  }

  remove(): void {
    this.child.kill("SIGKILL");
    rmSync(this.temporary, { recursive: true, force: true });
  }
}

/** A run as the README starts it. */
class NpmRun extends Run {
  protected override command(): readonly [string, ...string[]] {
    return ["npm", "start", "--"];
  }
}

let run: Run | undefined;
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  run?.remove();
});

async function endsWell(started: Run, code: number): Promise<void> {
  const end = await started.interrupt();
  // A busy machine may be too slow to stop everything in the time that is promised.
  const wanted = started.stderr.includes("not everything stopped within") ? EXIT.interrupted : code;
  const shown = end.code === wanted ? "" : started.stderr;
  expect({ code: end.code, stderr: shown }).toEqual({ code: wanted, stderr: "" });
  expect(end.ms).toBeLessThan(END_WITHIN_MS);
  if (existsSync("/proc/self/environ")) {
    await eventually(() => expect(started.processes()).toEqual([]));
  }
  expect(started.folders()).toEqual([]);
}

const ONCE = ["--once", "--max-count", "2000"] as const;

test.each<[moment: string, pattern: RegExp, options: readonly string[]]>([
  ["services start", /✔ Terraform of dev/, ONCE],
  ["the first deploy's function runs", /✔ services started/, [...ONCE, "--explain"]],
  ["the functions of the deploy have run", /^aws_lambda_invocation\S*: /m, [...ONCE, "--explain"]],
  ["lines are sent", /sent \d/, [...ONCE, "--rate", "20"]],
  ["the layers are waited for", /of [\d,]+ records: /, [...ONCE, "--time-scale", "12"]],
  ["a merge is waited for", /2,000 delivered to S3.*next merge in \d/, [...ONCE, "--time-scale", "4"]],
  ["the page is served", /the page, until/, [...ONCE, "--page", "--rate", "20"]],
])("Ctrl-C while %s", async (_, pattern, options) => {
  run = new Run(...options);
  await run.wrote(pattern);
  await endsWell(run, 130);
  expect(run.stdout).toBe("");
});

test("Ctrl-C while clients hold a connection, half a request and an answer of every port, and the page's events", async () => {
  run = new Run("--port", String(FIRST_PORT));
  await run.wrote(/Ctrl-C stops it/);
  const hold = async (port: number, text: string): Promise<void> => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    sockets.push(socket);
    await new Promise<void>((resolve) => socket.write(text, () => resolve()));
  };
  for (let port = FIRST_PORT; port <= FIRST_PORT + 6; port++) {
    const host = `Host: 127.0.0.1:${port}\r\n`;
    await hold(port, "");
    await hold(port, "P");
    await hold(port, `POST / HTTP/1.1\r\n${host}`);
    await hold(
      port,
      `POST / HTTP/1.1\r\n${host}Content-Length: 100\r\nX-Amz-Target: AWSGlue.GetTables\r\n\r\n{`,
    );
    await hold(port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  }
  await hold(FIRST_PORT + 5, `GET /events HTTP/1.1\r\nHost: 127.0.0.1:${FIRST_PORT + 5}\r\n\r\n`);
  await endsWell(run, 0);
});

test("Ctrl-C while the query of a merge runs", async () => {
  run = new Run("--port", String(FIRST_PORT), "--rate", "4000", "--pack", "25");
  await run.wrote(/Ctrl-C stops it/);
  const athena = new AthenaClient({
    region: "eu-west-1",
    endpoint: `http://127.0.0.1:${FIRST_PORT + ATHENA_PORT_OFFSET}`,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  try {
    await eventually(async () => {
      const { QueryExecutionIds } = await athena.send(
        new ListQueryExecutionsCommand({ WorkGroup: MERGE_WORKGROUP }),
      );
      expect(QueryExecutionIds).not.toEqual([]);
      const { QueryExecutions } = await athena.send(new BatchGetQueryExecutionCommand({ QueryExecutionIds }));
      expect(QueryExecutions?.map(({ Status }) => Status?.State)).toContain("RUNNING");
    }, 200_000);
  } finally {
    athena.destroy();
  }
  await endsWell(run, 0);
});

test("Ctrl-C while the Terraform is synthesized", async () => {
  run = new Run(...ONCE);
  await eventually(() => expect(run?.folders()).toHaveLength(1), 300_000);
  await endsWell(run, 130);
});

test("npm is killed, whose shell passes no signal on", async () => {
  run = new NpmRun("--port", String(FIRST_PORT), "--no-page");
  const started = run;
  await started.wrote(/sent \d/);
  started.terminate();
  await eventually(() => expect(started.processes()).toEqual([]), END_WITHIN_MS);
  expect(started.folders()).toEqual([]);
});

test("Ctrl-C twice", async () => {
  run = new Run("--port", String(FIRST_PORT));
  await run.wrote(/sent \d/);
  const first = run.interrupt();
  await run.wrote(/stopping/);
  // A second signal within half a second is npm's copy of the first one.
  await sleep(600);
  await run.interrupt();
  const { code } = await first;
  // Everything may have stopped before the second one.
  expect([EXIT.ok, EXIT.interrupted]).toContain(code);
  await endsWell(run, code ?? -1);
});
