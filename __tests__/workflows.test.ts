import { spawnSync } from "node:child_process";
import {
  chmodSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep, runSteps, WORKFLOWS } from "./support/workflows";

const script = (workflow: string, step: string): string => runStep(workflow, step).text;

describe.each([...WORKFLOWS])("%s", (name, workflow) => {
  test("pins every action by its commit, with the version beside it", () => {
    for (const [, used] of workflow.matchAll(/uses: (.*)$/gm)) {
      expect(used).toMatch(/^(\.\/|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)/);
    }
  });

  test("gives no permission but where a job asks", () => {
    expect(workflow).toMatch(/^permissions: \{\}$/m);
    expect(workflow).not.toMatch(/write-all|secrets:|pull_request_target/);
  });

  test("puts nothing from outside into a script", () => {
    for (const step of runSteps(name))
      expect([step.name, step.text.includes("${{")]).toEqual([step.name, false]);
  });

  test("leaves no credentials in a checkout", () => {
    const checkouts = workflow.match(/uses: actions\/checkout@/g) ?? [];
    expect(workflow.match(/persist-credentials: false/g) ?? []).toHaveLength(checkouts.length);
  });
});

test.each(["plan.yml", "deploy.yml", "drift.yml"])("%s cancels nothing that runs", (name) => {
  const workflow = WORKFLOWS.get(name) ?? "";
  const groups = workflow.match(/^ +group: /gm) ?? [];
  expect(groups.length).toBeGreaterThan(0);
  expect(workflow.match(/cancel-in-progress: false/g)).toHaveLength(groups.length);
});

// `npm run test:terraform` runs it once for all.
test("Install is the same wherever it stands", () => {
  const steps = [...WORKFLOWS.keys()].flatMap(runSteps).filter(({ name }) => name === "Install");
  expect(steps.length).toBeGreaterThan(2);
  expect(new Set(steps.map(({ text, shell }) => `${shell}: ${text}`)).size).toBe(1);
});

test("ci runs every lane of .ci/run, nightly the long ones, and together every check of package.json", () => {
  expect(runSteps("ci.yml").map(({ text }) => text)).toEqual(['bash .ci/run "$LANE"']);
  expect(runSteps("nightly.yml").map(({ text }) => text)).toEqual(["bash .ci/nightly"]);
  const root = join(__dirname, "..");
  const text = (...path: string[]) => readFileSync(join(root, ...path), "utf8");
  const lanes = /\|\| lanes=\(([a-z ]+)\)/.exec(text(".ci", "run"))?.[1]?.split(" ");
  expect(lanes?.length).toBeGreaterThan(3);
  expect(text(".github", "workflows", "ci.yml")).toContain(`lane: [${lanes?.join(", ")}]`);
  const called = ["run", "nightly"].flatMap((script) =>
    [...text(".ci", script).matchAll(/npm run --silent ([\w:]+)/g)].map(([, name]) => name),
  );
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(text("package.json"));
  // `lint` runs lint:imports.
  const checks = Object.keys(scripts).filter(
    (name) => /^(lint|typecheck|coverage|test:|build:modules|bench$)/.test(name) && name !== "lint:imports",
  );
  expect(called.sort()).toEqual(checks.sort());
});

test("ci begins with the README's commands, in a clone that has nothing beside it", () => {
  const root = join(__dirname, "..");
  const commands = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/^npm ci && .*$/gm)].map(
    String,
  );
  expect(commands).toEqual(["npm ci && npm start -- --once", "npm ci && npm test"]);
  const run = readFileSync(join(root, ".ci", "run"), "utf8");
  const places = [
    "folder=$(mktemp -d)",
    'git clone --quiet --no-hardlinks . "$folder/retail-bi"',
    'cd "$folder/retail-bi"',
    ...commands,
    "if wanted alone; then lane alone; fi",
    "lane install npm ci",
  ].map((text) => run.indexOf(text));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places).not.toContain(-1);
});

test("only one module knows where the shared data are", () => {
  const files = globSync("**/*.{ts,js,cjs}", {
    cwd: __dirname,
    exclude: (name) => name.endsWith("shared-data.test.ts"),
  }).filter((file) =>
    /["'`/]\.\.\/shared\/?["'`]|shared\/(data|cases|dashboards)\//.test(
      readFileSync(join(__dirname, file), "utf8"),
    ),
  );
  expect(files).toEqual([join("support", "shared-data.ts")]);
});

describe("steps, run with stand-ins of the programs", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "retail-bi-steps-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A program that notes how it was called and does what a shell script says. */
  function standIn(name: string, body: string): void {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/bash\necho "${name} $*" >> "${folder}/calls"\n${body}\n`);
    chmodSync(path, 0o755);
  }

  /** Runs a step as GitHub does: bash that stops at an error. */
  function run(text: string, variables: Readonly<Record<string, string>> = {}) {
    const { status, stderr } = spawnSync("bash", ["-eo", "pipefail", "-c", text], {
      cwd: folder,
      encoding: "utf8",
      env: {
        PATH: `${folder}:${process.env["PATH"]}`,
        ENVIRONMENT: "dev",
        GITHUB_REPOSITORY: "shop/retail-bi",
        GITHUB_OUTPUT: join(folder, "output"),
        RUNNER_TEMP: folder,
        ...variables,
      },
    });
    return { status, stderr, calls: file("calls"), output: file("output") };
  }

  function file(name: string): string {
    const found = readdirSync(folder).includes(name);
    return found ? readFileSync(join(folder, name), "utf8") : "";
  }

  test.each([
    ["the newest", ["success", "success"], "sha=commit-2\n"],
    ["one that a later one replaced", ["failure", "inactive"], "sha=commit-1\n"],
    ["none, where none has succeeded", ["failure", "queued"], ""],
  ])("the deployed commit is that of %s", (_which, [second, first], output) => {
    standIn(
      "gh",
      `deployments=repos/shop/retail-bi/deployments
       case "$*" in
         "api $deployments?environment=dev&per_page=30 --jq .[].id") echo 2; echo 1 ;;
         "api $deployments/2/statuses --jq .[0].state // \\"\\"") echo ${second} ;;
         "api $deployments/1/statuses --jq .[0].state // \\"\\"") echo ${first} ;;
         "api $deployments/"[12]" --jq .sha") echo "commit-$(basename "$2")" ;;
         *) exit 1 ;;
       esac`,
    );
    const ended = run(script("drift.yml", "Find the deployed commit"));
    expect([ended.status, ended.output]).toEqual([0, output]);
  });

  test.each([
    [0, 0, "found=false\n"],
    [3, 0, "found=true\n"],
    [1, 1, ""],
    [2, 1, ""],
  ])("drift that ends with %d ends the step with %d", (code, status, output) => {
    standIn("npm", `exit ${code}`);
    const ended = run(script("drift.yml", "Look for drift"), { ACCOUNT_ID: "1", REGION: "eu-west-1" });
    expect([ended.status, ended.output]).toEqual([status, output]);
  });

  test.each([
    ["", /gh issue create .*--title Drift in dev --label drift-dev/],
    ["7", /gh issue edit 7 /],
  ])("drift opens an issue, or updates the open one (%s)", (open, call) => {
    standIn("gh", `[ "$2" = list ] && echo "${open}"; exit 0`);
    writeFileSync(join(folder, "drift.txt"), "dev: 1 drifted\n");
    const ended = run(script("drift.yml", "Open or update the issue"), { RUN: "https://run" });
    expect(ended.status).toBe(0);
    expect(ended.calls).toMatch(call);
    expect(file("issue.md")).toContain("    dev: 1 drifted\n");
  });

  test.each([
    ["", /-X POST repos\/shop\/retail-bi\/issues\/3\/comments /],
    ["42", /-X PATCH repos\/shop\/retail-bi\/issues\/comments\/42 /],
  ])("a plan is one comment of each environment (%s)", (earlier, call) => {
    standIn("gh", `[ "$2" = --paginate ] && echo "${earlier}"; exit 0`);
    const ended = run(script("plan.yml", "Comment"), { NUMBER: "3" });
    expect(ended.status).toBe(0);
    expect(ended.calls).toMatch(call);
  });

  test("a plan is kept once, and what is fetched is what was kept", () => {
    for (const name of ["cdk.tf.json", "assets", ".terraform.lock.hcl", "saved.tfplan"]) {
      writeFileSync(join(folder, name), name);
    }
    standIn(
      "aws",
      `[ "$2" = put-object ] && cp "${folder}/plan.tar.gz" "${folder}/kept"; [ "$2" = get-object ] && cp "${folder}/kept" "${folder}/plan.tar.gz"; exit 0`,
    );
    const variables = { BUCKET: "b", GITHUB_SHA: "abc", GITHUB_RUN_ID: "5", GITHUB_RUN_ATTEMPT: "1" };
    const kept = run(script("deliver.yml", "Keep the plan"), variables);
    expect(kept.calls).toContain("--key plans/abc/5-1.tar.gz");
    expect(kept.calls).toContain("--if-none-match *");
    const [, sha256 = ""] = /sha256=(\w{64})/.exec(kept.output) ?? [];

    const fetched = run(script("deliver.yml", "Fetch the plan"), {
      BUCKET: "b",
      BUNDLE: "x",
      SHA256: sha256,
    });
    expect(fetched.status).toBe(0);
    expect(readFileSync(join(folder, "stack", "saved.tfplan"), "utf8")).toBe("saved.tfplan");

    const other = run(script("deliver.yml", "Fetch the plan"), {
      BUCKET: "b",
      BUNDLE: "x",
      SHA256: "0".repeat(64),
    });
    expect(other.status).not.toBe(0);
  });

  test.each([
    [0, 0, "changes=false\n"],
    [2, 0, "changes=true\n"],
    [1, 1, ""],
  ])("a plan that ends with %d ends the step with %d", (code, status, output) => {
    standIn("terraform", `[ "$1" = plan ] && exit ${code}; exit 0`);
    const ended = run(script("deliver.yml", "Plan"));
    expect([ended.status, ended.output]).toEqual([status, output]);
  });

  test.each([
    ["v1.2.3", "1.2.3", "1.2.3", ""],
    ["v1.2.4", "1.2.3", "1.2.4", "the tag is v1.2.4, and ./package.json has version 1.2.3\n"],
    ["v1.2.4", "1.2.4", "1.2.3", "the tag is v1.2.4, and cli/package.json has version 1.2.3\n"],
    ["1.2.3", "1.2.3", "1.2.3", "the tag is 1.2.3, and ./package.json has version 1.2.3\n"],
  ])("a release of the tag %s, of the versions %s and %s, is refused by %j", (tag, root, cli, refusal) => {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ version: root }));
    mkdirSync(join(folder, "cli"));
    writeFileSync(join(folder, "cli", "package.json"), JSON.stringify({ version: cli }));
    const ended = run(script("release.yml", "Compare the tag"), { GITHUB_REF_NAME: tag });
    expect(ended.status).toBe(refusal === "" ? 0 : 1);
    expect(ended.stderr).toMatch(new RegExp(`${refusal}$`));
  });

  test.each([
    ["v1.2.3", "### Added\n\n- B.\n\n", ""],
    ["v1.2.0", "- A.\n", ""],
    ["v1.2.2", "", "CHANGELOG.md has no part ## 1.2.2\n"],
    ["v1.2", "", "CHANGELOG.md has no part ## 1.2\n"],
    ["v2.0.0", "", "CHANGELOG.md has no part ## 2.0.0\n"],
  ])("the notes of %s are the changelog's %j", (tag, notes, refusal) => {
    const parts = [
      "# Changelog\n\n## Unreleased\n\n- C.\n\n## 2.0.0\n\n",
      "## 1.2.3 (2026-12-01)\n\n### Added\n\n- B.\n\n## 1.2.0\n- A.\n",
    ];
    writeFileSync(join(folder, "CHANGELOG.md"), parts.join(""));
    const ended = run(script("release.yml", "Read the changelog"), { GITHUB_REF_NAME: tag });
    expect(ended.status).toBe(refusal === "" ? 0 : 1);
    expect(ended.stderr).toMatch(new RegExp(`${refusal}$`));
    expect(readFileSync(join(folder, "release", "notes.md"), "utf8")).toBe(notes);
  });

  test("the packages are packed under the name of the repository, and published from the archives", () => {
    standIn("npm", "exit 0");
    const server = { GITHUB_SERVER_URL: "https://github.com" };
    const packed = run(script("release.yml", "Pack the packages"), server);
    expect(packed.calls).toContain(" repository.url=git+https://github.com/shop/retail-bi.git\n");

    rmSync(join(folder, "calls"));
    const published = run(script("release.yml", "Publish the packages"), { GITHUB_REF_NAME: "v1.2.3" });
    const calls = ["retail-bi", "retail-bi-cli"].map(
      (name) => `npm publish ./${name}-1.2.3.tgz --provenance --access public\n`,
    );
    expect(published.calls).toBe(calls.join(""));
  });

  test.each([
    ["is made", "exit 1", true],
    ["is there already", "exit 0", false],
  ])("the archive of the modules is attached to a release that %s", (_which, view, made) => {
    const [zip, hash, tgz] = ["retail-bi-modules.zip", "retail-bi-modules.zip.sha256", "retail-bi-1.2.3.tgz"];
    writeFileSync(join(folder, zip), "zip");
    writeFileSync(join(folder, tgz), "tgz");
    const digest = spawnSync("sha256sum", [zip], { cwd: folder, encoding: "utf8" }).stdout;
    writeFileSync(join(folder, hash), digest);
    standIn("gh", `[ "$2" = view ] && ${view}; exit 0`);
    const attach = script("release.yml", "Attach the archive");
    const ended = run(attach, { GITHUB_REF_NAME: "v1.2.3" });
    expect(ended.status).toBe(0);
    const create = "gh release create v1.2.3 --verify-tag --title v1.2.3 --notes-file notes.md\n";
    expect(ended.calls.includes(create)).toBe(made);
    expect(ended.calls).toContain(`gh release upload v1.2.3 ./${zip} ./${hash} ./${tgz}\n`);

    writeFileSync(join(folder, zip), "another");
    rmSync(join(folder, "calls"));
    const altered = run(attach, { GITHUB_REF_NAME: "v1.2.3" });
    expect([altered.status === 0, altered.calls]).toEqual([false, ""]);
  });

  test("a folder that is not as it is committed fails, with its difference and the remedy", () => {
    const git = (...args: string[]) => {
      const identity = ["-c", "user.name=a", "-c", "user.email=a@b"];
      expect(spawnSync("git", [...identity, ...args], { cwd: folder }).status).toBe(0);
    };
    const committed = () =>
      spawnSync(join(__dirname, "..", ".ci", "committed"), ["made", "run the generator"], {
        cwd: folder,
        encoding: "utf8",
      });
    mkdirSync(join(folder, "made"));
    writeFileSync(join(folder, "made", "file"), "one\n");
    writeFileSync(join(folder, "beside"), "one\n");
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "-m", "one");
    writeFileSync(join(folder, "beside"), "two\n");
    expect(committed()).toMatchObject({ status: 0, stdout: "", stderr: "" });

    writeFileSync(join(folder, "made", "file"), "two\n");
    writeFileSync(join(folder, "made", "new"), "new\n");
    const { status, stdout, stderr } = committed();
    expect(status).toBe(1);
    expect(stdout).toContain("-one\n+two\n");
    expect(stderr).toBe(
      " M made/file\n?? made/new\nmade is not as it is committed: run the generator, and commit\n",
    );
  });
});
