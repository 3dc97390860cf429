import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { differences } from "../support/compare-synth";
import { copyProject } from "../support/project-copy";
import { synthesized } from "../support/synthesized";

const run = promisify(execFile);

/** The last bindings that cdktf's own provider has, of AWS provider 6.25.0. */
const BINDINGS = "@cdktf/provider-aws";
const VERSION = "21.22.1";

let folder: string;
let project: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "retail-bi-provider-6-"));
  writeFileSync(join(folder, "package.json"), "{}");
  // Its peers are the project's own.
  const options = ["--no-audit", "--no-fund", "--loglevel=error", "--legacy-peer-deps"];
  await run("npm", ["install", ...options, `${BINDINGS}@${VERSION}`], { cwd: folder });
  project = join(folder, "project");
  copyProject(project, { [BINDINGS]: join(folder, "node_modules", BINDINGS) });
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = (...args: readonly string[]) =>
  run(process.execPath, args, {
    cwd: project,
    env: { ...process.env, CDKTF_OUTDIR: join(folder, "out"), RETAIL_BI_LOCATION_FILE: join(folder, "none") },
  });

describe("with the bindings of AWS provider 6", () => {
  test("constructs, stacks and environments compile", async () => {
    const config = {
      extends: "./tsconfig.json",
      include: ["main.ts", "modules", "stacks", "environments", "presets"],
    };
    writeFileSync(join(project, "tsconfig.provider-6.json"), JSON.stringify(config));
    const { stdout } = await node(
      "node_modules/typescript/bin/tsc",
      "-p",
      "tsconfig.provider-6.json",
      "--listFiles",
    );
    expect(stdout).toContain(join(project, "node_modules", BINDINGS, "lib/kinesis-stream/index.d.ts"));
  }, 300_000);

  test.each(["dev", "prod"] as const)(
    "the Terraform of %s differs in the provider's version alone",
    async (name) => {
      await node("--import", "tsx", "main.ts");
      const before = await synthesized(name);
      for (const stack of [name, `${name}-state`]) {
        const [one, other] = [
          before.replace(new RegExp(`${name}$`), stack),
          join(folder, "out", "stacks", stack),
        ].map((path) => JSON.parse(readFileSync(join(path, "cdk.tf.json"), "utf8")));
        expect(differences(one, other)).toEqual([
          'terraform.required_providers.aws.version: "5.100.0" → "6.25.0"',
        ]);
      }
    },
  );
});
