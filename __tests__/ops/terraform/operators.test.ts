import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "../../../lib/json";
import { OperatorError } from "../../../lib/operator-error";
import { runProgram } from "../../../lib/run-program";
import { removeAll } from "../../../ops/terraform/destroy";
import { driftCode, driftOf } from "../../../ops/terraform/drift";
import { findTerraform } from "../../../ops/terraform/find-terraform";
import { protectedInCode, protectedInState } from "../../../ops/terraform/protection";
import { findProvider, variablesFor } from "../../../ops/terraform/provider-source";
import { Terraform } from "../../../ops/terraform/terraform";
import { secretsIn } from "../../terraform/emulated/secrets";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "retail-bi-operators-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program that does what a shell script says. */
function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

test.each([
  ["no drift", { drifted: [], undeployed: [] }, 0],
  ["what only the code would change", { drifted: [], undeployed: ["a.new_in_the_code"] }, 0],
  ["drift", { drifted: [{ address: "a.b", what: "deleted" as const, properties: [] }], undeployed: [] }, 3],
])("the exit code of %s", (_, report, code) => {
  expect(driftCode(report)).toBe(code);
});

describe("drift, read from a plan", () => {
  const change = (
    address: string,
    actions: string[],
    before: object | null,
    after: object | null,
    more = {},
  ) => ({
    address,
    mode: "managed",
    change: { actions, before, after, ...more },
  });
  const plan = (drift: object[], planned: object[]): JsonObject =>
    JSON.parse(JSON.stringify({ resource_drift: drift, resource_changes: planned }));

  test("is what was found different and would be put back", () => {
    const report = driftOf(
      plan(
        [
          change("a.changed", ["update"], { days: 1, name: "a" }, { days: 2, name: "a" }),
          change("a.deleted", ["delete"], { days: 1 }, null),
          change("a.moved_by_itself", ["update"], { count: 1 }, { count: 2 }),
        ],
        [
          change("a.changed", ["update"], { days: 2 }, { days: 1 }),
          change("a.deleted", ["create"], null, { days: 1 }),
          change("a.moved_by_itself", ["no-op"], { count: 2 }, { count: 2 }),
          change("a.new_in_the_code", ["create"], null, {}),
          { ...change("data.a.read", ["read"], null, {}), mode: "data" },
        ],
      ),
    );
    expect(report).toEqual({
      drifted: [
        { address: "a.changed", what: "changed", properties: [{ property: "days", deployed: 1, found: 2 }] },
        { address: "a.deleted", what: "deleted", properties: [] },
      ],
      undeployed: ["a.new_in_the_code"],
    });
  });

  test("is nothing in a clean plan, which has no such list", () => {
    expect(driftOf({ resource_changes: [] })).toEqual({ drifted: [], undeployed: [] });
    expect(driftOf({})).toEqual({ drifted: [], undeployed: [] });
  });

  test("hides sensitive values, and does not tell nothing from empty", () => {
    const marks = { before_sensitive: { secret: true }, after_sensitive: { inner: [{ secret: true }] } };
    const before = { secret: "old", inner: [{ secret: 1 }], list: null, plain: 1 };
    const after = { secret: "new", inner: [{ secret: 2 }], list: [], plain: 2 };
    const { drifted } = driftOf(
      plan([change("a.b", ["update"], before, after, marks)], [change("a.b", ["update"], after, before)]),
    );
    expect(drifted[0]?.properties).toEqual([
      { property: "secret", deployed: "(sensitive)", found: "(sensitive)" },
      { property: "inner", deployed: "(sensitive)", found: "(sensitive)" },
      { property: "plain", deployed: 1, found: 2 },
    ]);
  });

  test("is not guessed from a plan of another shape", () => {
    expect(() => driftOf({ resource_drift: "none" })).toThrow("the plan's resource_drift is not a list");
    expect(() => driftOf({ resource_changes: [{ address: "a.b" }] })).toThrow(
      "the plan's resource_changes has an entry without address or change",
    );
  });
});

describe("Terraform is found", () => {
  const answering = (answer: string) => ({ TERRAFORM_BINARY_NAME: program("tf", `echo '${answer}'`) });

  test("where the cdktf CLI finds it, if it is new enough", async () => {
    const variables = answering("Terraform v1.12.0-rc1");
    expect(await findTerraform(variables)).toEqual({
      command: variables.TERRAFORM_BINARY_NAME,
      version: "1.12.0-rc1",
    });
    await expect(findTerraform(answering("Terraform v2.0.0"))).resolves.toMatchObject({ version: "2.0.0" });
  });

  test.each([
    ["Terraform v1.10.9", /is version 1\.10\.9: install Terraform 1\.11 or newer/],
    ["Terraform v0.15.0", /is version 0\.15\.0: install/],
    ["OpenTofu v1.9.0", /is not Terraform .*: install/],
  ])("%s is refused, with the remedy", async (answer, message) => {
    await expect(findTerraform(answering(answer))).rejects.toThrow(OperatorError);
    await expect(findTerraform(answering(answer))).rejects.toThrow(message);
  });

  test("none is said in one sentence, with the remedy", async () => {
    await expect(findTerraform({ TERRAFORM_BINARY_NAME: join(folder, "absent") })).rejects.toThrow(
      /absent is not on this machine: install Terraform 1\.11 or newer .*TERRAFORM_BINARY_NAME$/,
    );
  });
});

describe("the provider is found", () => {
  const PLATFORM = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
  const NAME = "registry.terraform.io/hashicorp/aws";
  const noConfiguration = () => ({ TF_CLI_CONFIG_FILE: join(folder, "absent.tfrc") });

  function mirror(name: string, kind: "packed" | "unpacked", version = "5.100.0"): string {
    const provider = join(folder, name, NAME);
    mkdirSync(join(provider, version, PLATFORM), { recursive: true });
    if (kind === "unpacked") writeFileSync(join(provider, version, PLATFORM, "provider"), "");
    else writeFileSync(join(provider, `terraform-provider-aws_${version}_${PLATFORM}.zip`), "");
    return join(folder, name);
  }

  test.each(["packed", "unpacked"] as const)("in a mirror that has it, %s", (kind) => {
    const places = [join(folder, "absent"), mirror("old", kind, "5.99.0"), mirror("new", kind)];
    const source = findProvider("5.100.0", noConfiguration(), places);
    expect(source).toEqual({ kind: "mirror", path: join(folder, "new") });

    const { TF_CLI_CONFIG_FILE: file = "" } = variablesFor(source, {}, join(folder, "work"));
    expect(readFileSync(file, "utf8")).toContain(`path    = "${join(folder, "new")}"`);
  });

  test("as the operator's own configuration says, before any mirror in the usual places", () => {
    const path = join(folder, "own.tfrc");
    writeFileSync(path, "");
    const source = findProvider("5.100.0", { TF_CLI_CONFIG_FILE: path }, [mirror("new", "unpacked")]);
    expect(source).toEqual({ kind: "configuration", path });
    expect(variablesFor(source, {}, folder)).toEqual({ TF_CLI_CONFIG_FILE: path });
  });

  test("in the mirror that is named, before everything else; without it there, this is said", () => {
    const path = join(folder, "own.tfrc");
    writeFileSync(path, "");
    const named = (RETAIL_BI_PROVIDER_MIRROR: string) => ({
      TF_CLI_CONFIG_FILE: path,
      RETAIL_BI_PROVIDER_MIRROR,
    });
    expect(findProvider("5.100.0", named(mirror("named", "packed")), [])).toMatchObject({ kind: "mirror" });
    expect(() => findProvider("5.100.0", named(mirror("old", "packed", "5.99.0")), [])).toThrow(
      /RETAIL_BI_PROVIDER_MIRROR is .*old, which has no registry\.terraform\.io\/hashicorp\/aws 5\.100\.0 for /,
    );
  });

  test("in the registry when nothing else is there", () => {
    const source = findProvider("5.100.0", noConfiguration(), []);
    expect(source).toEqual({ kind: "registry" });
    expect(variablesFor(source, noConfiguration(), folder)).toEqual({});
  });
});

describe("Terraform's words", () => {
  const terraform = (script: string) =>
    new Terraform(folder, { program: { command: program("tf", script), version: "1.11.4" }, variables: {} });

  test("a failed apply says what failed, without frames and noise", async () => {
    const event = {
      "@level": "error",
      type: "diagnostic",
      diagnostic: { address: "a.b", summary: "No", detail: "way" },
    };
    const apply = terraform(`echo 'not json'; echo '${JSON.stringify(event)}'; exit 1`).apply("plan");
    await expect(apply).rejects.toThrow(`terraform apply failed in ${folder}:\na.b: No: way`);
    const framed = terraform("printf '╷\\n│ Error: No state\\n│ \\n╵\\n' >&2; exit 1").init();
    await expect(framed).rejects.toThrow(/init failed in .*:\nError: No state$/);
  });

  test("an apply counts, and says what is done", async () => {
    const said: string[] = [];
    const events = [
      { type: "apply_complete", "@message": "a.b: made", hook: { action: "create" } },
      { type: "apply_complete", "@message": "data.a.b: read", hook: { action: "read" } },
      { type: "change_summary", changes: { add: 1, change: 2, remove: 3, operation: "apply" } },
    ];
    const script = events.map((event) => `echo '${JSON.stringify(event)}'`).join("\n");
    const command = program("tf", script);
    const changes = await new Terraform(folder, {
      program: { command, version: "1.11.4" },
      variables: {},
      say: (line) => said.push(line),
    }).apply("plan");
    expect(changes).toEqual({ add: 1, change: 2, remove: 3 });
    expect(said).toEqual(["a.b: made"]);
  });

  test("a destroy that had to be repeated counts what both attempts removed", async () => {
    const event = (type: string, more: object): string => `echo '${JSON.stringify({ type, ...more })}'`;
    const removed = (count: number): readonly string[] =>
      Array.from({ length: count }, () => event("apply_complete", { hook: { action: "delete" } }));
    const applies = {
      first: [...removed(3), event("apply_complete", { hook: { action: "read" } }), "exit 1"],
      second: [...removed(2), event("change_summary", { changes: { add: 0, change: 0, remove: 2 } })],
    };
    const script = `case $1 in
      plan) exit 2;;
      apply) if test ! -e tried; then touch tried; ${applies.first.join("; ")}; fi; ${applies.second.join("; ")};;
    esac`;
    const said: string[] = [];
    const stack = { name: "dev", path: folder, terraform: terraform(script) };
    expect(await removeAll(stack, (line) => said.push(line))).toBe(5);
    expect(said).toEqual([expect.stringMatching(/^terraform apply failed in .*\nretrying once$/s)]);
  });

  test.each([
    [0, false],
    [2, true],
  ])("a plan that ends with %d has something to do: %s", async (exitCode, something) => {
    expect(await terraform(`exit ${exitCode}`).plan("plan")).toBe(something);
  });

  test("a plan that ends otherwise is no answer", async () => {
    await expect(terraform("echo broken >&2; exit 1").plan("plan")).rejects.toThrow("terraform plan failed");
  });

  test("a state that was never written lists nothing; another failure is none of it", async () => {
    const none = "echo 'No state file was found!' >&2; exit 1";
    expect(await terraform(none).stateList()).toEqual([]);
    expect(await terraform("printf 'a.b\nc.d\n'").stateList()).toEqual(["a.b", "c.d"]);
    await expect(terraform("echo AccessDenied >&2; exit 1").stateList()).rejects.toThrow(
      /state failed in .*:\nAccessDenied$/,
    );
  });

  test("an interrupted program is waited for", async () => {
    const stop = new AbortController();
    const script = "trap 'echo let go; exit 3' INT; echo ready; while :; do sleep 0.05; done";
    const ended = runProgram(program("slow", script), [], {
      cwd: folder,
      variables: process.env,
      remedy: "",
      signal: stop.signal,
      onLine: (line) => line === "ready" && stop.abort(),
    });
    expect(await ended).toMatchObject({ exitCode: 3, stdout: "ready\nlet go\n" });
  });
});

describe("protection", () => {
  test("in the code is what Terraform would refuse to destroy", () => {
    const resource = {
      aws_s3_bucket: { Lake: { lifecycle: { prevent_destroy: true } }, Logs: { force_destroy: true } },
      aws_kms_key: { Key: { lifecycle: { prevent_destroy: true, ignore_changes: [] } } },
    };
    expect(protectedInCode({ resource })).toEqual(["aws_s3_bucket.Lake", "aws_kms_key.Key"]);
    expect(protectedInCode({})).toEqual([]);
  });

  test("in the state is what cannot be destroyed with its content", () => {
    const resource = (type: string, name: string, values: JsonObject, mode = "managed"): JsonObject => ({
      address: `${type}.${name}`,
      type,
      mode,
      values,
    });
    const resources = [
      resource("aws_s3_bucket", "Lake", { force_destroy: false }),
      resource("aws_s3_bucket", "Logs", { force_destroy: true }),
      resource("aws_s3_bucket", "Read", {}, "data"),
      resource("aws_athena_workgroup", "People", { force_destroy: null }),
      resource("aws_kinesis_stream", "Stream", { enforce_consumer_deletion: true }),
      resource("aws_iam_role", "Role", {}),
    ];
    expect(protectedInState({ values: { root_module: { resources } } })).toEqual([
      "aws_s3_bucket.Lake",
      "aws_athena_workgroup.People",
    ]);
    expect(protectedInState({})).toEqual([]);
  });
});

describe("secrets in a state are seen", () => {
  const state = (values: JsonObject, sensitive_values: JsonObject = {}): JsonObject => ({
    values: {
      root_module: { resources: [{ address: "a.b", type: "a", mode: "managed", values, sensitive_values }] },
    },
  });

  test.each<[string, JsonObject, JsonObject, string]>([
    [
      "marked by the provider",
      { inner: [{ word: "x" }] },
      { inner: [{ word: true }] },
      "a.b: inner[0].word is sensitive",
    ],
    ["marked as a whole", { words: { one: "x" } }, { words: true }, "a.b: words.one is sensitive"],
    ["by its name", { master_user_password: "x" }, {}, "a.b: master_user_password has a secret's name"],
    ["by its form", { text: "key AKIAIOSFODNN7EXAMPLE" }, {}, "a.b: text has a secret's form"],
    ["a private key", { text: "-----BEGIN RSA PRIVATE KEY-----" }, {}, "a.b: text has a secret's form"],
  ])("%s", (_how, values, sensitive, found) => {
    expect(secretsIn(state(values, sensitive))).toEqual([found]);
  });

  test("a sensitive output", () => {
    expect(secretsIn({ values: { outputs: { word: { sensitive: true, value: "x" } } } })).toEqual([
      "output word is sensitive",
    ]);
  });

  test("and nothing else", () => {
    const harmless = {
      master_user_password: "",
      secret_arn: "arn",
      tags: {},
      password_policy: null,
      metadata_options: [{ http_tokens: "required" }],
      name: "lake",
    };
    expect(secretsIn(state(harmless, { master_user_password: true, tags: {} }))).toEqual([]);
  });
});
