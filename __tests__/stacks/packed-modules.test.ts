import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { buildModules } from "../../stacks/build-modules";
import { MODULES_ARCHIVE, packModules, sha256 } from "../../stacks/module-archive";
import { EXAMPLES, fromArchive, RELEASE, regionOf, writeReadmes } from "../../stacks/module-readme";
import { TERRAFORM_MODULES } from "../../stacks/terraform-modules";

const ROOT = join(__dirname, "..", "..");
const NAMES = Object.keys(TERRAFORM_MODULES) as (keyof typeof TERRAFORM_MODULES)[];

interface FunctionJson {
  readonly filename: string;
  readonly source_code_hash: string;
  readonly lifecycle: {
    readonly precondition: readonly { readonly condition: string; readonly error_message: string }[];
  };
}
interface ModuleJson {
  readonly variable: Readonly<Record<string, object>>;
  readonly output: Readonly<Record<string, object>>;
  readonly resource: { readonly aws_lambda_function: Readonly<Record<string, FunctionJson>> };
}

let scratch = "";
let built = "";
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "packed-modules-"));
  built = join(scratch, "modules");
  buildModules(built);
  for (const name of NAMES) copyFileSync(committed(name, "README.md"), join(built, name, "README.md"));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function committed(name: string, file: string): string {
  return join(ROOT, "terraform-modules", name, file);
}

function jsonOf(name: string): ModuleJson {
  return JSON.parse(readFileSync(join(built, name, "main.tf.json"), "utf8"));
}

describe("the archive", () => {
  const pack = (modules: string, folder: string) => readFileSync(packModules(modules, join(scratch, folder)));
  const hashes = (name: string) =>
    [...readFileSync(join(built, name, "functions.sha256"), "utf8").matchAll(/^(\w{64}) {2}(\S+)$/gm)].map(
      ([, hash = "", path = ""]) => ({ hash, path }),
    );

  test("has what a module needs, and nothing else", () => {
    const expected = NAMES.flatMap((name) => [
      ...["README.md", "functions.sha256", "main.tf.json"].map((file) => `${name}/${file}`),
      ...["contract", "options", "refusals"].map((file) => `${name}/tests/${file}.tftest.hcl`),
      ...hashes(name).map(({ path }) => `${name}/${path}`),
    ]);
    expect(Object.keys(unzipSync(pack(built, "one"))).sort()).toEqual([...expected, "LICENSE"].sort());
  });

  test("has the files as they are, and functions with the committed hashes", () => {
    const files = unzipSync(pack(built, "one"));
    for (const name of NAMES) {
      expect(hashes(name).length).toBeGreaterThan(1);
      for (const { hash, path } of hashes(name)) {
        expect([path, sha256(files[`${name}/${path}`] ?? new Uint8Array())]).toEqual([path, hash]);
      }
      expect(readFileSync(join(built, name, "functions.sha256"), "utf8")).toBe(
        readFileSync(committed(name, "functions.sha256"), "utf8"),
      );
      expect(Buffer.from(files[`${name}/main.tf.json`] ?? [])).toEqual(
        readFileSync(join(built, name, "main.tf.json")),
      );
    }
  });

  test("is the same bytes whatever the date, and the dates and rights of the files", () => {
    const copy = join(scratch, "copy");
    cpSync(built, copy, { recursive: true });
    const file = join(copy, "batch", "main.tf.json");
    utimesSync(file, 1, 1);
    chmodSync(file, 0o600);
    const one = pack(built, "one");
    jest.useFakeTimers({ now: new Date("2031-05-06T07:08:09Z") });
    try {
      expect(pack(copy, "two").equals(one)).toBe(true);
    } finally {
      jest.useRealTimers();
    }
  });

  test("lies beside its SHA-256, as sha256sum checks it", () => {
    const bytes = pack(built, "one");
    expect(readFileSync(join(scratch, "one", `${MODULES_ARCHIVE}.sha256`), "utf8")).toBe(
      `${sha256(bytes)}  ${MODULES_ARCHIVE}\n`,
    );
  });
});

test.each(NAMES)("each function of %s refuses a zip that is missing or another", (name) => {
  const functions = Object.values(jsonOf(name).resource.aws_lambda_function);
  expect(functions.length).toBeGreaterThan(1);
  for (const { filename, source_code_hash, lifecycle } of functions) {
    const zip = filename.replace(/^\$\{path\.module\}\//, "");
    const bytes = readFileSync(join(built, name, zip));
    expect(Buffer.from(source_code_hash, "base64").toString("hex")).toBe(sha256(bytes));
    const [{ condition = "", error_message = "" } = {}, ...others] = lifecycle.precondition;
    expect(condition).toBe(`\${try(filebase64sha256("${filename}"), "") == "${source_code_hash}"}`);
    expect(error_message).toMatch(
      new RegExp(
        `^${zip} of the module is missing, .* ${MODULES_ARCHIVE}, or run npm run build:modules in a clone\\.$`,
      ),
    );
    expect(others).toEqual([]);
  }
});

describe.each(NAMES)("the README of %s", (name) => {
  const readme = readFileSync(committed(name, "README.md"), "utf8");
  /** The first cells of the table below a heading. */
  const rows = (heading: string) =>
    [...(readme.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "").matchAll(/^\| (\S+) \|.*$/gm)]
      .map(([, cell = ""]) => cell.replaceAll("\\_", "_"))
      .filter((cell) => cell !== "Name")
      .sort();

  test("has every input and output; otherwise run npm run build:modules with Go on the PATH", () => {
    const { variable, output } = jsonOf(name);
    expect(rows("Inputs")).toEqual(Object.keys(variable).sort());
    expect(rows("Outputs")).toEqual(Object.keys(output).sort());
    expect(rows("Requirements")).toEqual(["aws", "terraform"]);
  });

  test("shows the regions of its example, from the archive of the release", () => {
    const example = EXAMPLES[name];
    expect(readme).toContain(example);
    for (const region of ["usage", "guard"]) {
      const text = fromArchive(regionOf(example, region), RELEASE);
      expect(text).not.toContain("../");
      expect(readme).toContain(`\`\`\`hcl\n${text}\`\`\``);
    }
    expect(readme).toContain(`"${RELEASE}//${name}"`);
  });
});

test.each(Object.values(EXAMPLES))("%s uses modules that exist", (example) => {
  const text = readFileSync(join(ROOT, example), "utf8");
  const sources = [...text.matchAll(/source += +"(\.\.[^"]*)"/g)].map(([, source = ""]) => source);
  expect(sources.length).toBeGreaterThan(0);
  for (const source of sources) {
    expect([source, existsSync(join(ROOT, dirname(example), source, "main.tf.json"))]).toEqual([
      source,
      true,
    ]);
  }
});

test("a region that is missing, or there twice, is an error", () => {
  expect(() => regionOf(EXAMPLES.batch, "none")).toThrow(
    "examples/plain-terraform/main.tf needs one `# region none`",
  );
});

describe("the tables of the READMEs", () => {
  const path = process.env["PATH"];
  afterEach(() => {
    process.env["PATH"] = path;
  });

  /** Puts a program `go` alone on the PATH. */
  function standIn(body: string): void {
    const folder = mkdtempSync(join(scratch, "bin-"));
    writeFileSync(join(folder, "go"), `#!/bin/sh\n[ "$1" = version ] && exit\n${body}\n`);
    chmodSync(join(folder, "go"), 0o755);
    process.env["PATH"] = folder;
  }

  test("come from the pinned terraform-docs, for each module", () => {
    const target = join(scratch, "written");
    for (const name of NAMES) mkdirSync(join(target, name), { recursive: true });
    standIn('echo "## Inputs of $*, in $PWD"');
    expect(writeReadmes(target)).toBe(true);
    for (const name of NAMES) {
      expect(readFileSync(join(target, name, "README.md"), "utf8")).toMatch(
        new RegExp(
          `\n## Inputs of tool terraform-docs markdown table .* ${join(target, name)}, in .*/terraform-docs\n$`,
        ),
      );
    }
    const pins = readFileSync(join(ROOT, "stacks", "terraform-docs", "go.mod"), "utf8");
    expect(pins).toContain("\n\tgithub.com/terraform-docs/terraform-docs v0.20.0 ");
  });

  test("that terraform-docs does not make are its error", () => {
    standIn("echo no route >&2; exit 1");
    expect(() => writeReadmes(built)).toThrow(
      /^the READMEs are not written, everything else is: go tool terraform-docs failed in .*: no route$/,
    );
  });

  test("are left as they are without Go, which is said; and nothing is packed", () => {
    const target = join(scratch, "no-go");
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        "--import",
        "tsx",
        join(ROOT, "stacks", "build-modules.ts"),
        target,
        "--pack",
        join(target, "archive"),
      ],
      { cwd: ROOT, encoding: "utf8", env: { ...process.env, PATH: "" } },
    );
    expect(stderr).toMatch(/^skipped: the README of each module, .*: install Go 1\.24 or newer/m);
    expect(stderr).toMatch(/^nothing is packed without the READMEs$/m);
    expect([status, stdout]).toEqual([1, ""]);
    expect(existsSync(join(target, "batch", "main.tf.json"))).toBe(true);
    expect(existsSync(join(target, "archive"))).toBe(false);
  });
});
