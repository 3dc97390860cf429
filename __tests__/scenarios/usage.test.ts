import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { ROOT } from "../../benchmarks/support/start";
import { sdkEnvironment, startEndpoint } from "../support/fake-endpoint";

/** A command of the project, without npm, to its end. */
async function run(cli: string, args: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ["--import", "tsx", "--", `${cli}/cli.ts`, ...args], {
    cwd: ROOT,
    env: { ...process.env, RETAIL_BI_ENVIRONMENTS: undefined, XDG_STATE_HOME: "/nowhere", ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const code = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

const UNKNOWN = [
  ...[
    "local",
    "loadgen",
    "ops/bootstrap",
    "ops/cost",
    "ops/preflight",
    "ops/reconcile",
    "ops/smoke",
    "ops/tunnel",
  ],
  "__tests__/engines/trino",
].map((cli) => [cli, "--unknown"]);
const SUBCOMMANDS = [
  ["ops/recovery", "redrive"],
  ["ops/recovery", "replay"],
  ["ops/terraform", "drift"],
  ["ops/terraform", "destroy"],
  ["ops/terraform", "plan-summary"],
];
/** Commands that look at a local run. */
const LOOKS = [
  ["ops/query", "SELECT 1"],
  ["ops/trace", "Invoice=1"],
  ["local/look", "status"],
  ["local/look", "env"],
  ["local/look", "logs"],
];

test.each<string[]>([
  ...UNKNOWN,
  ...SUBCOMMANDS.map((words) => [...words, "dev", "--unknown"]),
  ...LOOKS.flatMap((words) => [
    [...words, "--unknown"],
    [...words, "--run", "1"],
  ]),
  ["ops/query", ""],
  ["ops/query", "SELECT 1", "--csv", "--json"],
  // Those print every row.
  ["ops/query", "SELECT 1", "--csv", "--max-rows", "5"],
  ["ops/query", "SELECT 1", "--max-rows", "5", "--json"],
  ["ops/query", "SELECT 1", "--environment", "nosuch"],
  ["ops/trace", "no-record-id"],
  ["ops/trace", "Invoice=1", "--environment", "dev", "--stack", "cdktf.out"],
  ["ops/trace", "Invoice=1", "--var", "team=a"],
  ["local", "--environment", "nosuch"],
  ["ops/reconcile", "nosuch"],
  ["ops/tunnel", "nosuch"],
  ["ops/bootstrap", "nosuch"],
  ["ops/preflight", "nosuch"],
  ["ops/smoke", "nosuch"],
  ...SUBCOMMANDS.map((words) => [...words, "nosuch"]),
  ["local", "--once", "--env-file", "endpoints.sh"],
  ["local", "--env-file", "package.json"],
  ["local", "--env-file", "nowhere/endpoints.sh"],
  ["local", "--data-dir", "package.json"],
  ["local", "--json"],
  ["local", "--input-file", "nowhere.csv"],
  ["local", "--search-url", "127.0.0.1:9200"],
  ["loadgen", "--input-file", "nowhere.csv"],
  ["ops/reconcile"],
  ["ops/reconcile", "dev", "--from", "yesterday"],
  ["ops/reconcile", "dev", "--from", "2026-11-24T03:00", "--to", "2026-11-24T02:00"],
  ["ops/reconcile", "dev", "--tunnel", "--search-url", "http://127.0.0.1:1"],
  ["ops/recovery", "replay", "dev", "--from", "2026-11-24T03:00", "--to", "2026-11-24T02:00"],
  ["ops/bootstrap", "dev", "--account-id", "12"],
  ["ops/bootstrap", "dev", "--region", "Ireland"],
  ["ops/terraform", "drift", "dev", "--lock-timeout", "long"],
  ["ops/terraform", "plan-summary", "dev", "nowhere.json"],
  ["ops/tunnel", "dev", "--port", "80"],
  ["ops/smoke", "dev", "--wait", "soon"],
  ["ops/smoke", "dev", "--tunnel", "--search-url", "http://127.0.0.1:1"],
])("a wrong command line of %s %s ends with 2 and one line", async (cli, ...args) => {
  const { code, stdout, stderr } = await run(cli, args);
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});

test("a replay of what the stream has forgotten ends with 2 and one line, by the retention that AWS says", async () => {
  const kinesis = await startEndpoint(() => ({
    body: JSON.stringify({ StreamDescriptionSummary: { RetentionPeriodHours: 168 } }),
  }));
  try {
    const args = ["replay", "dev", "--from", "2020-11-24T03:00", "--to", "2020-11-24T04:00"];
    const { code, stdout, stderr } = await run("ops/recovery", args, sdkEnvironment(kinesis.url));
    expect(stderr).toMatch(/^error: the stream has no records of [^\n]+: its retention is 168 hours\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  } finally {
    await kinesis.close();
  }
});

test.each([
  ...UNKNOWN.map(([cli = ""]) => [cli]),
  ...SUBCOMMANDS,
  ["local/look", "logs"],
  ["ops/query"],
  ["ops/trace"],
])("%s %s --help ends with 0, and has the codes and examples of every help", async (cli, ...args) => {
  const { code, stdout } = await run(cli, [...args, "--help"]);
  expect(stdout).toMatch(/^Usage: (npm (start|run \S+) -- |node --import tsx __tests__)/);
  expect(stdout).toMatch(
    /\n\nOptions:\n.*\n\nExit codes:\n {2}0 .*\n {2}2 {5}the command line is wrong\n.*\nExamples:\n {2}/s,
  );
  expect(code).toBe(0);
});
