import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { FAST, ROOT, start } from "../../benchmarks/support/start";
import { contractVariable } from "../../contract/variable";
import { isJsonObject, type JsonObject } from "../../lib/json";
import { generateByKinds } from "../../loadgen/generate-by-kinds";
import { meterReadings } from "../support/meter-readings";
import { planOf } from "../support/planned";

const run = promisify(execFile);
const NPM = ["--no-audit", "--no-fund", "--loglevel=error"];
const EXAMPLES = join(ROOT, "examples");
const OWN_CONTRACT = "own-contract";
/** Below the ports that a system gives to clients, and not the product's own. */
const FIRST_PORT = 14_660;

/** Packages of an app beside those of the example. */
interface Change {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly overrides?: JsonObject;
}

let folder: string;
let tarball: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "retail-bi-package-"));
  tarball = await pack(ROOT);
});

/** Packs the package in a folder, as it would be published. @returns the path of the tarball */
async function pack(cwd: string): Promise<string> {
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf("["))) as { filename: string }[];
  return join(folder, packed?.filename ?? "");
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the example outside of the repository, with the packed library. */
async function install(
  example: string,
  name: string,
  { dependencies = {}, overrides }: Change = {},
): Promise<string> {
  const app = join(folder, name);
  cpSync(join(EXAMPLES, example), app, { recursive: true });
  const path = join(app, "package.json");
  const description: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!isJsonObject(description)) throw new Error(`${path} is no object`);
  const its = isJsonObject(description["dependencies"]) ? description["dependencies"] : {};
  const all = { ...its, ...dependencies, "retail-bi": `file:${tarball}` };
  writeFileSync(
    path,
    JSON.stringify({ ...description, dependencies: all, ...(overrides && { overrides }) }, null, 2),
  );
  await run("npm", ["install", ...NPM], { cwd: app });
  return app;
}

/** Operates a running stack by the installed commands, as it would be operated on AWS. */
async function operate(alone: string, stack: readonly string[]): Promise<void> {
  const envFile = join(alone, "endpoints.sh");
  const dataDir = join(alone, "data");
  const program = join(alone, "node_modules/.bin/retail-bi");
  const system = spawn(
    program,
    ["start", ...stack, "--max-count", "300", "--rate", "1000", "--no-page", ...FAST].concat(
      ...["--port", String(FIRST_PORT), "--data-dir", dataDir, "--env-file", envFile],
    ),
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  system.stderr.on("data", (text) => {
    said += text;
  });
  try {
    const searchUrl = await until(() => {
      if (system.exitCode !== null) throw new Error(said);
      return existsSync(envFile) && /^export OPENSEARCH_URL=(\S+)$/m.exec(readFileSync(envFile, "utf8"))?.[1];
    });
    const endpoints = Object.fromEntries(
      [...readFileSync(envFile, "utf8").matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [
        name,
        value,
      ]),
    );
    const to = new Date(Date.now() + 3_600_000).toISOString().slice(0, 16);
    const command = (...args: readonly string[]) =>
      run(program, args, { env: { ...process.env, ...endpoints } });
    const compared = ["reconcile", ...stack, "--to", to, "--search-url", searchUrl, "--json"];

    const report = await until(async () => {
      const { stdout } = await command(...compared).catch((error: { stdout: string }) => error);
      const found = stdout === "" ? undefined : JSON.parse(stdout);
      return found?.agree === true && found.acknowledged === 300 ? found : undefined;
    });
    const ledger = readFileSync(join(dataDir, "ledger"), "utf8").trim().split("\n");
    expect(report).toMatchObject({ acknowledged: ledger.length, raw: 300, parquet: 300, indexed: 300 });

    await expect(command("reconcile", ...stack, "--to", to)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining("the search index was not compared"),
    });
    const replayed = await command("replay", ...stack, "--to", to, "--json");
    expect(JSON.parse(replayed.stdout)).toMatchObject({ lines: 300, missing: 0, objects: 0 });
    const redriven = await command("redrive", ...stack, "--json");
    expect(JSON.parse(redriven.stdout)).toMatchObject({ redriven: 0, failed: [], stoppedEarly: false });
    const smoked = await command("smoke", ...stack, "--search-url", searchUrl, "--wait", "5", "--json");
    expect(JSON.parse(smoked.stdout)).toMatchObject({ passed: true });
    await expect(command("tunnel", ...stack)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("meters has no bastion"),
    });
  } finally {
    if (system.exitCode === null) {
      system.kill("SIGINT");
      await once(system, "close");
    }
  }
  await expect(run(program, ["reconcile"])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--stack is required"),
  });
  const { stdout: help } = await run(program, ["replay", "--help"]);
  expect(help).toContain("Usage: retail-bi replay [options]");
  expect(help).not.toContain("npm run");
}

/** Waits until `find` finds something. */
async function until<T>(find: () => T | Promise<T>): Promise<NonNullable<Exclude<T, false | "">>> {
  for (;;) {
    const found = await find();
    if (found) return found as NonNullable<Exclude<T, false | "">>;
    await sleep(250);
  }
}

/** Hashes of the zips below a folder, by file name. */
function zips(below: string): Record<string, string> {
  const found = readdirSync(below, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".zip"))
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => [basename(path), createHash("sha256").update(readFileSync(path)).digest("hex")] as const);
  return Object.fromEntries(found.sort(([one], [other]) => one.localeCompare(other)));
}

/** The synthesized stack without what names the version of its maker. */
function synthesized(app: string): JsonObject {
  const path = join(app, "cdktf.out", "stacks", "meters", "cdk.tf.json");
  // The local state lies in the app's folder.
  const document: unknown = JSON.parse(readFileSync(path, "utf8").replaceAll(app, "."));
  if (!isJsonObject(document)) throw new Error(`${path} is no object`);
  const { "//": _, ...stack } = document;
  return stack;
}

describe("the package", () => {
  test("has no dependency, and less than 2 MB", async () => {
    const app = mkdtempSync(join(folder, "alone-"));
    writeFileSync(join(app, "package.json"), "{}");
    await run("npm", ["install", ...NPM, "--legacy-peer-deps", tarball], { cwd: app });
    expect(readdirSync(join(app, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
      "retail-bi",
    ]);
    const bytes = readdirSync(join(app, "node_modules"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
    expect(bytes).toBeLessThan(2_000_000);
  });

  test("is well formed for every module resolution", async () => {
    const attw = await run(join(ROOT, "node_modules/.bin/attw"), [tarball, "--format", "json"]);
    expect(JSON.parse(attw.stdout)).toMatchObject({ problems: {} });
    const publint = await run(join(ROOT, "node_modules/.bin/publint"), [tarball, "--strict"]);
    expect(publint.stdout).toContain("All good!");
  });
});

describe("another team's app, as `cdktf init` makes it", () => {
  let app: string;

  beforeAll(async () => {
    app = await install(OWN_CONTRACT, OWN_CONTRACT);
    await run("npm", ["run", "synth"], { cwd: app });
  });

  test("compiles, and passes its own tests", async () => {
    await run("npx", ["tsc", "--noEmit"], { cwd: app });
    const { stderr } = await run("npm", ["test"], { cwd: app });
    expect(stderr).toMatch(/^Tests: +2 passed, 2 total$/m);
  });

  test("deploys the functions that are tested here, byte for byte", () => {
    expect(zips(join(app, "cdktf.out"))).toEqual(zips(join(ROOT, "dist", "functions")));
    expect(Object.keys(zips(join(app, "cdktf.out")))).toHaveLength(4);
  });

  test("runs on this machine: 2,000 readings in every layer, 20 broken ones in quarantine", async () => {
    const file = join(folder, "readings.jsonl");
    const broken = [
      "no JSON",
      '{"meter_id": "M-1", "read_at": "2026-11-28T09:30:00Z"}',
      '{"meter_id": "M-1", "reading_kwh": 1.2345, "read_at": "2026-11-28T09:30:00Z"}',
      '{"meter_id": "", "reading_kwh": 1, "read_at": "2026-11-28T09:30:00Z"}',
      '{"meter_id": "M-1", "reading_kwh": 1, "read_at": "2026-11-28 09:30:00"}',
    ];
    const good = generateByKinds(meterReadings, 7);
    const lines = Array.from({ length: 2_020 }, (_, index) =>
      index % 101 === 50 ? broken[((index / 101) % broken.length) | 0] : good.next().value,
    );
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));

    const { code, stdout, stderr } = await start(
      ...["--once", "--stack", join(app, "cdktf.out"), "--input-file", file, "--json"],
      ...FAST,
    );

    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      agree: true,
      acknowledged: 2_020,
      raw: 2_000,
      parquet: 2_000,
      indexed: 2_000,
      quarantined: 20,
    });
    const { json, parquet, index } = report.summary;
    expect(parquet).toEqual(json);
    expect(index).toEqual(json);
  });

  describe("by the package of the commands alone", () => {
    let alone: string;
    let stack: readonly string[];

    beforeAll(async () => {
      alone = mkdtempSync(join(folder, "commands-"));
      writeFileSync(join(alone, "package.json"), "{}");
      await run("npm", ["install", ...NPM, await pack(join(ROOT, "cli"))], { cwd: alone });
      stack = ["--stack", join(app, "cdktf.out")];
    });

    test("it has no constructs and no environments", () => {
      const programs = join(alone, "node_modules/@retail-bi/cli/dist");
      for (const name of ["cdktf", "zod"]) {
        const loading = readdirSync(programs)
          .filter((file) => file.endsWith(".js"))
          .filter((file) => readFileSync(join(programs, file), "utf8").includes(`require("${name}")`));
        expect(loading).toEqual([]);
      }
    });

    test("it runs, with its page", async () => {
      const command = (...args: readonly string[]) => run("npx", ["retail-bi", ...args], { cwd: alone });
      const { stdout, stderr } = await command(
        ...["start", "--once", "--page", "--json", "--max-count", "200"],
        ...stack,
        ...FAST,
      );
      expect(JSON.parse(stdout)).toMatchObject({
        agree: true,
        acknowledged: 200,
        parquet: 200,
        indexed: 200,
      });
      expect(stderr).toMatch(/^the page, until all layers agree: http:/m);
      await expect(command("start", "--once")).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining("--stack or --plan is required: there are no environments here"),
      });
      const { stdout: help } = await command("loadgen", "--help");
      expect(help).toContain("retail-bi loadgen --input-file data.csv");
      expect(help).not.toContain("npm run");
      await expect(command("deploy")).rejects.toMatchObject({ code: 2 });
    });

    test("it runs a saved plan, and refuses that of another root", async () => {
      const root = join(app, "cdktf.out", "stacks", "meters");
      const file = join(alone, "plan.json");
      writeFileSync(
        file,
        JSON.stringify(planOf(JSON.parse(readFileSync(join(root, "cdk.tf.json"), "utf8")))),
      );
      const command = (...more: readonly string[]) =>
        run("npx", ["retail-bi", "start", "--once", "--json", "--max-count", "200", ...more, ...FAST], {
          cwd: alone,
        });
      const { stdout } = await command("--plan", file, "--root", root);
      expect(JSON.parse(stdout)).toMatchObject({
        agree: true,
        acknowledged: 200,
        parquet: 200,
        indexed: 200,
      });
      await expect(command("--plan", file)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^.*: is not in a \*\.tf\.json of .*\n$/),
      });
    });

    test("it is operated as it would be on AWS", () => operate(alone, stack));
  });

  test("works with cdktn in the place of cdktf, and the same Terraform comes out", async () => {
    const other = await install(OWN_CONTRACT, "cdktn", {
      dependencies: { cdktf: "npm:cdktn@0.24.0", constructs: "10.6.0" },
      overrides: { "@cdktf/provider-aws": { cdktf: "$cdktf", constructs: "$constructs" } },
    });
    await run("npm", ["run", "synth"], { cwd: other });
    const { stderr } = await run("npm", ["test"], { cwd: other });
    expect(stderr).toMatch(/^Tests: +2 passed, 2 total$/m);
    expect(synthesized(other)).toEqual(synthesized(app));
  });
});

test("an app on a stream that exists compiles, passes its own tests, has the same functions, and runs", async () => {
  const app = await install("existing-stream", "existing-stream");
  await run("npm", ["run", "synth"], { cwd: app });
  await run("npx", ["tsc", "--noEmit"], { cwd: app });
  const { stderr } = await run("npm", ["test"], { cwd: app });
  expect(stderr).toMatch(/^Tests: +2 passed, 2 total$/m);
  const built = zips(join(ROOT, "dist", "functions"));
  const { "search-setup.zip": setUp, "upsert-to-es.zip": upsert } = built;
  expect(zips(join(app, "cdktf.out"))).toEqual({ "search-setup.zip": setUp, "upsert-to-es.zip": upsert });

  const outcome = await start(
    ...["--once", "--stack", join(app, "cdktf.out"), "--max-count", "2000"],
    ...FAST,
  );
  const { code, stdout } = outcome;
  expect({ code, stderr: code === 0 ? "" : outcome.stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("The stack has no batch layer: there is no table, and no SQL.");
  expect(stdout).toMatch(/│ search index +│ 2,000 │ +0 │ +0 │ +0 │ +0 │/);
  expect(stdout).toContain("All layers agree.");
  expect(stdout).not.toMatch(/raw zone|Parquet/);
});

test("the example's contract is that of the tests", () => {
  expect(readFileSync(join(EXAMPLES, OWN_CONTRACT, "__tests__", "main-test.ts"), "utf8")).toContain(
    `"${contractVariable(meterReadings)}"`,
  );
});
