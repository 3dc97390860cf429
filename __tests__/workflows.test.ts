import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FOLDER = join(__dirname, "..", ".github", "workflows");
const WORKFLOWS = readdirSync(FOLDER).map(
  (name) => [name, readFileSync(join(FOLDER, name), "utf8")] as const,
);

interface Script {
  readonly step: string;
  readonly text: string;
}

/** The `run` of each named step. */
function scriptsOf(workflow: string): Script[] {
  const lines = workflow.split("\n");
  let step = "";
  return lines.flatMap((line, index) => {
    step = /^ *- name: (.*)$/.exec(line)?.[1] ?? step;
    const [, indent, inline] = /^( *)(?:- )?run: (.*)$/.exec(line) ?? [];
    if (indent === undefined || inline === undefined) return [];
    if (inline !== "|") return [{ step, text: inline }];
    const rest = lines.slice(index + 1);
    const end = rest.findIndex((one) => one !== "" && !one.startsWith(`${indent}  `));
    const body = end < 0 ? rest : rest.slice(0, end);
    return [{ step, text: body.map((one) => one.slice(indent.length + 2)).join("\n") }];
  });
}

function script(name: string, step: string): string {
  const workflow = WORKFLOWS.find(([file]) => file === name)?.[1] ?? "";
  const found = scriptsOf(workflow).find((one) => one.step === step);
  if (!found) throw new Error(`${name} has no step ${step}`);
  return found.text;
}

describe.each(WORKFLOWS)("%s", (_name, workflow) => {
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
    const scripts = scriptsOf(workflow);
    for (const { step, text } of scripts) expect([step, text.includes("${{")]).toEqual([step, false]);
  });

  test("leaves no credentials in a checkout", () => {
    const checkouts = workflow.match(/uses: actions\/checkout@/g) ?? [];
    expect(workflow.match(/persist-credentials: false/g) ?? []).toHaveLength(checkouts.length);
  });
});

test.each(["plan.yml", "deploy.yml", "drift.yml"])("%s cancels nothing that runs", (name) => {
  const workflow = WORKFLOWS.find(([file]) => file === name)?.[1] ?? "";
  const groups = workflow.match(/^ +group: /gm) ?? [];
  expect(groups.length).toBeGreaterThan(0);
  expect(workflow.match(/cancel-in-progress: false/g)).toHaveLength(groups.length);
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
    [0, 0, "found=false\n"],
    [2, 0, "found=true\n"],
    [1, 1, ""],
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
});
