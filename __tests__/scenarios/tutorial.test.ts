import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ROOT } from "../../benchmarks/support/start";
import { type Block, blocksOf, isPrinted } from "../support/tutorial";

/** Below the ports that a system gives to clients, and not the product's own. */
const FIRST_PORT = 14_700;
/** The product's own first port, which the page names. */
const OWN_PORT = 4570;
/** A run takes a minute, and three on a machine with a load of ten. */
const LONGEST_MS = 900_000;
/** What a run would write into, or take from, the folder of whoever tests. */
const NOT_LINKED = new Set(["data", "cdktf.out", ".retail-bi.json", "start.log"]);

const TUTORIAL = readFileSync(join(ROOT, "docs", "tutorial.md"), "utf8");
const BLOCKS = blocksOf(TUTORIAL);
const LOCAL = BLOCKS.filter(({ isForAws }) => !isForAws);

describe("the commands, in their order, in one shell", () => {
  let folder: string;
  let linked: readonly string[];
  let printed: readonly string[];
  let failure: string | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "retail-bi-tutorial-"));
    linked = readdirSync(ROOT).filter((name) => !NOT_LINKED.has(name));
    for (const name of linked) symlinkSync(join(ROOT, name), join(folder, name));
    ({ printed, failure } = await runBlocks(folder, LOCAL));
  }, LONGEST_MS + 20_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("all of them succeed", () => {
    expect(failure).toBeUndefined();
    expect(printed).toHaveLength(LOCAL.length);
  });

  test.each(LOCAL.map((block, index) => ({ ...block, index })))(
    "line $line prints what the page shows",
    ({ index, output }) => {
      const lines = printed[index] ?? "not reached";
      expect(isPrinted(output, lines) ? output : lines).toBe(output);
    },
  );

  test("nothing of the run is left", () => {
    expect(readdirSync(folder).sort()).toEqual([...linked, "cdktf.out"].sort());
  });
});

describe("the commands for an account", () => {
  const commands = BLOCKS.filter(({ isForAws }) => isForAws).flatMap(({ commands }) =>
    commands.split("\n").filter((line) => line !== "" && !line.startsWith("#")),
  );
  const ofScripts = commands.filter((line) => line.startsWith("npm run "));

  test("are scripts of this project, and cdktf", () => {
    expect(ofScripts.length).toBeGreaterThan(4);
    expect(commands.filter((line) => !ofScripts.includes(line))).toEqual(["npx cdktf deploy dev"]);
  });

  test.each(ofScripts)("%s: script and options exist", async (line) => {
    const [, script = "", options = ""] = /^npm run ([\w:-]+) -- dev(.*)$/.exec(line) ?? [];
    const help = spawn("npm", ["run", "--silent", script, "--", "--help"], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const stdout = await text(help.stdout);
    expect(stdout).toMatch(new RegExp(`^Usage: npm run ${script} `));
    for (const [option] of options.matchAll(/--[\w-]+/g)) expect(stdout).toContain(`${option} `);
  });
});

/**
 * Runs blocks in one Bash, which stops at the first command that fails.
 * @returns the output of each block that was reached, and how it failed
 */
async function runBlocks(cwd: string, blocks: readonly Block[]) {
  const marker = "::block::";
  const script = [
    // As in a terminal: a job in the background gets a process group of its own, which `kill %1` ends.
    "set -meo pipefail",
    "trap 'kill %1 2>/dev/null || :' EXIT",
    "trap 'exit 1' TERM",
    ...blocks.map(({ commands }) => `printf '%s' '${marker}'\n${onPorts(commands)}`),
    "trap - EXIT",
  ].join("\n");
  const isForeign = (name: string) => /^(AWS_|RETAIL_BI_|CDKTF_|npm_)/.test(name);
  const own = Object.entries(process.env).filter(([name]) => !isForeign(name));
  const bash = spawn("bash", ["-c", script], {
    cwd,
    env: { ...Object.fromEntries(own), NO_COLOR: "1", RETAIL_BI_LOCATION_FILE: join(cwd, "none") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const deadline = setTimeout(() => bash.kill(), LONGEST_MS);
  const ended = new Promise<number | null>((done) => bash.on("close", done));
  const [stdout, stderr, code] = await Promise.all([text(bash.stdout), text(bash.stderr), ended]);
  clearTimeout(deadline);
  const [, ...printed] = stdout.split(marker);
  return { printed, failure: code === 0 ? undefined : `ended with ${code}\n${stdout}\n${stderr}` };
}

/** The commands on the ports of this test. */
function onPorts(commands: string): string {
  return commands
    .replaceAll("npm start -- ", `npm start -- --port ${FIRST_PORT} `)
    .replaceAll(
      /127\.0\.0\.1:(457\d)/g,
      (_, port: string) => `127.0.0.1:${FIRST_PORT + Number(port) - OWN_PORT}`,
    );
}
