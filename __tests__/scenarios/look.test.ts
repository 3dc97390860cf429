import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { eventually } from "../../benchmarks/support/eventually";
import { FAST, ROOT } from "../../benchmarks/support/start";
import { COMMANDS } from "../../cli/commands";
import { BROKEN_LINES } from "../support/broken-lines";
import { GOOD_ROW } from "../support/good-row";

/** A quote and a column that the contract does not know. */
const GOOD = { ...GOOD_ROW, Invoice: "LOOK-1", Description: 'O\'NEILL "MUG"', Note: "kept" };
const [BROKEN] = BROKEN_LINES;
const WITHIN_MS = 300_000;

let folder: string;
let system: ChildProcess;
let stderr = "";
let environment: NodeJS.ProcessEnv;
/** Identities of the good and the broken line. */
let good = "";
let broken = "";

/** `retail-bi …`, as somebody in another terminal types it. */
async function retailBi(...args: readonly string[]) {
  const child = spawn(process.execPath, [join(ROOT, "cli/bin.cjs"), ...args], {
    cwd: folder,
    env: environment,
  });
  const code = once(child, "close").then(([status]) => status as number | null);
  const [stdout, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr: said };
}

/** Its standard output, if it ends with 0. */
async function answer(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr: said } = await retailBi(...args);
  expect({ args, code, stderr: code === 0 ? "" : said }).toEqual({ args, code: 0, stderr: "" });
  return stdout;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "retail-bi-look-"));
  environment = {
    ...process.env,
    XDG_STATE_HOME: join(folder, "state"),
    // Somebody's own, which must neither be used nor sent.
    AWS_PROFILE: "nobody",
    AWS_SESSION_TOKEN: "secret",
    AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1",
    FORCE_COLOR: undefined,
  };
  const lines = join(folder, "lines.jsonl");
  writeFileSync(lines, `${JSON.stringify(GOOD)}\n${BROKEN?.bytes.toString()}\n`);
  const args = ["up", ...FAST, "--port", "14620", "--data-dir", join(folder, "data"), "--input-file", lines];
  system = spawn(process.execPath, [join(ROOT, "cli/bin.cjs"), ...args], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "ignore", "pipe"],
  });
  system.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  await eventually(() => {
    if (system.exitCode !== null) return;
    expect(stderr).toMatch(/^acknowledged +2 lines$/m);
  }, WITHIN_MS);
  expect(stderr).toMatch(/^acknowledged +2 lines$/m);
  [good = "", broken = ""] = readFileSync(join(folder, "data/ledger"), "utf8").trim().split("\n").sort();
  const { stdout } = await retailBi("trace", good, "--json");
  if (JSON.parse(stdout).stream.state !== "accepted") [good, broken] = [broken, good];
}, 2 * WITHIN_MS);

afterAll(() => {
  system.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

test("its start is five lines", () => {
  const lines = stderr.split("\n").slice(0, 5);
  expect(lines).toEqual([
    expect.stringMatching(/^✔ Terraform of dev synthesized \(\d+\.\d s\)$/),
    expect.stringMatching(/^✔ services started: Kinesis, .*OpenSearch \(\d+\.\d s\)$/),
    expect.stringMatching(/^✔ stack deployed: 4 functions, 3 tables \(\d+\.\d s\)$/),
    expect.stringMatching(/^ {2}\d+ settings differ from AWS: --explain; for AWS tools: retail-bi env$/),
    "▶ open http://127.0.0.1:14625 in a browser; Ctrl-C stops it",
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("trace follows a line into every layer", async () => {
  await eventually(async () => {
    const journey = JSON.parse((await retailBi("trace", good, "--json")).stdout);
    expect(journey).toMatchObject({
      recordId: good,
      stream: { state: "accepted" },
      raw: [{ location: expect.stringContaining("/json-data/") }],
      parquet: [
        {
          location: expect.stringContaining("/parquet-retail-trans/"),
          run: expect.stringMatching(/^\d{8}T\d{6}Z-/),
        },
      ],
      index: [{ index: "retail-2009-12", document: { Invoice: "LOOK-1", extra: '{"Note":"kept"}' } }],
      quarantine: [],
    });
    expect(Buffer.from(journey.stream.original, "base64").toString()).toBe(JSON.stringify(GOOD));
    for (const { writtenAtMs, bytes } of [...journey.raw, ...journey.parquet]) {
      // S3 keeps whole seconds.
      expect(writtenAtMs).toBeGreaterThan(Date.parse(`${journey.arrivedAt}Z`) - 1_000);
      expect(bytes).toBeGreaterThan(0);
    }
  }, WITHIN_MS);
  const shown = await answer("trace", good);
  expect(shown).toContain(`line       ${JSON.stringify(GOOD)}\n`);
  expect(shown).toMatch(
    /^Parquet .* after its arrival, .* after the raw object\n +s3:\/\/\S+ \([\d,]+ bytes\)\n +merge run \S+$/m,
  );
});

test("trace follows a refused line into quarantine, with each layer's reason and the line's bytes", async () => {
  let journey: ReturnType<typeof JSON.parse>;
  await eventually(async () => {
    journey = JSON.parse(await answer("trace", broken, "--json"));
    const layers = journey.quarantine.map(({ layer }: { layer: string }) => layer);
    expect(layers.sort()).toEqual(["batch", "speed"]);
  }, WITHIN_MS);
  expect(journey).toMatchObject({
    stream: { state: "refused", reason: BROKEN?.reason },
    raw: [],
    parquet: [],
    index: [],
  });
  for (const { reason, original, object } of journey.quarantine) {
    expect(reason).toBe(BROKEN?.reason);
    expect(Buffer.from(original, "base64")).toEqual(BROKEN?.bytes);
    expect(object.location).toMatch(/\/quarantine\/(batch|speed)\//);
  }
});

test("trace finds lines by a column, and says when there is none", async () => {
  expect(await answer("trace", `description=${GOOD.Description}`)).toMatch(
    new RegExp(`^${good}  2\\S+ \\S+\n$`),
  );
  expect(await retailBi("trace", "Invoice=nope")).toMatchObject({
    code: 1,
    stdout: "",
    stderr: "no line has Invoice=nope\n",
  });
  const absent = `${good.slice(0, -1)}9`;
  const { code, stdout, stderr: said } = await retailBi("trace", absent);
  expect({ code, said }).toEqual({ code: 1, said: "no place has a line of this identity\n" });
  expect(stdout).toContain("the record has 1 line, and none of this identity");
});

test("query answers as a table, CSV and JSON, and shows the place of an error", async () => {
  const sql = "SELECT invoice, description, CAST(NULL AS varchar) AS nothing, price FROM retail_trans_json";
  expect(await answer("query", sql)).toContain('│ LOOK-1  │ O\'NEILL "MUG" │ NULL    │ 2.9500 │');
  expect(await answer("query", sql, "--csv")).toBe(
    'invoice,description,nothing,price\nLOOK-1,"O\'NEILL ""MUG""",,2.9500\n',
  );
  expect(JSON.parse(await answer("query", sql, "--json"))).toEqual({
    invoice: "LOOK-1",
    description: GOOD.Description,
    nothing: null,
    price: "2.9500",
  });
  const { code, stdout, stderr: said } = await retailBi("query", "SELECT nope\nFROM retail_trans_json");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(said).toMatch(/^SELECT nope\n {7}\^\n.*'nope' cannot be resolved.*\n$/);
});

test("status is well when every layer has every line", async () => {
  const found = JSON.parse(await answer("status", "--json"));
  expect(found).toMatchObject({
    name: "dev",
    streamLines: 2,
    layers: [
      { layer: "raw", lines: 1, onTheirWay: 0 },
      { layer: "parquet", lines: 1, onTheirWay: 0 },
      { layer: "indexed", lines: 1, onTheirWay: 0 },
    ],
    quarantined: 1,
    faults: [],
  });
  expect(await answer("status")).toMatch(/next run of MergeSmallFiles in \d+ s|MergeSmallFiles is running/);
});

test("env is for a shell, and leaves nobody's credentials in force", async () => {
  const script = `${await answer("env")}env`;
  const shell = spawn("sh", ["-c", script], { env: environment });
  const variables = (await text(shell.stdout)).split("\n");
  expect(variables).toContain("AWS_ENDPOINT_URL_S3=http://127.0.0.1:14621");
  expect(variables).toContain("OPENSEARCH_URL=http://127.0.0.1:14623");
  expect(variables.filter((line) => /^AWS_(PROFILE|SESSION_TOKEN)=/.test(line))).toEqual([]);
});

test("logs are those of the functions, and go on", async () => {
  expect(await answer("logs", "merge")).toMatch(/ MergeSmallFiles INFO Run ended /);
  const child = spawn(process.execPath, [join(ROOT, "cli/bin.cjs"), "logs", "-f", "--tail", "0", "merge"], {
    cwd: folder,
    env: environment,
  });
  const [first] = await once(child.stdout, "data");
  child.kill("SIGINT");
  const [code] = await once(child, "close");
  expect(String(first)).toMatch(/ MergeSmallFiles INFO /);
  expect(code).toBe(0);
});

test("completion has the options of every command", async () => {
  const script = await answer("completion", "bash");
  for (const name of Object.keys(COMMANDS))
    expect(script).toMatch(new RegExp(`^    ${name}(\\|\\w+)?\\) COMPREPLY=.*--help`, "m"));
  expect(script).toMatch(/^ {4}redrive\) .* --dry-run /m);
  expect(script).toMatch(/^ {4}"up --search"\|"start --search"\) .*"embedded opensearch"/m);
});

test("the state has no secret, and is for its owner alone", () => {
  const [name = ""] = readdirSync(join(folder, "state/retail-bi/runs"));
  expect(readFileSync(join(folder, "state/retail-bi/runs", name), "utf8")).not.toMatch(
    /secret|password|token/i,
  );
});

test("a run that was killed is said; it is none any more", async () => {
  const ended = once(system, "close");
  system.kill("SIGKILL");
  await ended;
  expect(await retailBi("status")).toEqual({
    code: 1,
    stdout: "",
    stderr: `the run of process ${system.pid} was killed; its state file is removed\nno run was found on this machine: start one with \`retail-bi up\` (npm start)\n`,
  });
  expect(readdirSync(join(folder, "state/retail-bi/runs"))).toEqual([]);
});
