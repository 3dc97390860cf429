import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformStack } from "cdktf";
import type { EnvironmentDefinition } from "../environments/environment";
import { prod } from "../environments/prod";
import { allExplanations, type Explanation } from "../modules/security/explanations";
import { addStacks } from "../stacks/add-stacks";
import { LOCATION } from "./support/environments";
import { audit } from "./support/policy-audit";
import { type Json, type JsonObject, object } from "./support/template";
import { testApp } from "./support/test-app";

interface Synthesized {
  readonly json: JsonObject;
  readonly explanations: readonly Explanation[];
}

/** Prod, once a repository delivers it. */
const DELIVERED: EnvironmentDefinition = {
  ...prod,
  delivery: { repository: "shop/retail-bi" },
};

/** The stacks of prod, or of what it might be, as `synth` writes them. */
function synthesize(definition = DELIVERED): ReadonlyMap<string, Synthesized> {
  const app = testApp();
  addStacks(app, [{ ...definition, location: LOCATION }]);
  app.synth();
  return new Map(
    app.node.children.filter(TerraformStack.isStack).map((stack) => {
      const text = readFileSync(join(app.outdir, "stacks", stack.node.id, "cdk.tf.json"), "utf8");
      return [stack.node.id, { json: JSON.parse(text), explanations: allExplanations(stack) }];
    }),
  );
}

const STACKS = synthesize();
const WITH_SAML = synthesize({
  ...prod,
  speed: {
    ...prod.speed,
    saml: {
      entityId: "https://idp.example.com",
      metadataXml: "<md/>",
      readerGroups: ["analysts"],
      adminGroup: "admins",
      rolesKey: "roles",
      sessionMinutes: 60,
    },
  },
});

function auditOf(
  name: string,
  change: (json: JsonObject) => JsonObject = (json) => json,
  stacks: ReadonlyMap<string, Synthesized> = STACKS,
) {
  const stack = stacks.get(name);
  if (!stack) throw new Error(`no stack ${name}`);
  const tags = { Project: "retail-bi", Environment: "prod", Stack: name, ManagedBy: "terraform" };
  return audit(change(stack.json), stack.explanations, tags);
}

/** The same document with another value at a path; `*` is the first member there, `undefined` removes. */
function edited(value: Json, [step, ...rest]: readonly string[], to: Json | undefined): Json {
  if (step === undefined) throw new Error("nowhere to change");
  if (typeof value !== "object" || value === null) throw new Error(`nothing is at ${step}`);
  const members = new Map<string, Json>(Object.entries(value));
  const key = step === "*" ? [...members.keys()][0] : step;
  if (key === undefined) throw new Error("there is no first member");
  const inner = rest.length === 0 ? to : edited(members.get(key) ?? {}, rest, to);
  if (inner === undefined) members.delete(key);
  else members.set(key, inner);
  return Array.isArray(value) ? [...members.values()] : Object.fromEntries(members);
}

describe("the synthesized prod", () => {
  test.each(["prod", "prod-state"])("%s breaks no rule without a reason in the code", (name) => {
    const { findings, exceptions, keyless } = auditOf(name);

    const title = `${name}: ${exceptions.length} exceptions, each explained in the code`;
    process.stdout.write(
      [title, ...exceptions, "", `${name}: types without a key`, ...keyless, ""].join("\n  ").concat("\n"),
    );
    expect(findings).toEqual([]);
    expect(exceptions.length).toBeGreaterThan(0);
    for (const text of [...exceptions, ...keyless]) expect(text).toMatch(/: \w+ .{8}/);
  });
});

test("SAML's sign-in is one exception more, with its reason", () => {
  const { findings, exceptions } = auditOf("prod", undefined, WITH_SAML);
  const added = exceptions.filter((exception) => !auditOf("prod").exceptions.includes(exception));
  expect(findings).toEqual([]);
  expect(added).toEqual([
    expect.stringMatching(/SearchDomain\/Access\/Document Browsers: who signs in by SAML/),
  ]);
});

test("with QuickSight it breaks none either", () => {
  const quickSight = {
    ...prod.serving.quickSight,
    enabled: true,
    principals: [{ kind: "group", name: "analysts", access: "author" }],
  } as const;
  const stacks = synthesize({ ...DELIVERED, serving: { quickSight } });
  expect(auditOf("prod", undefined, stacks).findings).toEqual([]);
  const { findings, exceptions } = auditOf("prod-state", undefined, stacks);
  expect(findings).toEqual([]);
  // More statements may move one to the next policy: its number is not compared.
  const unnumbered = (texts: readonly string[]) => texts.map((one) => one.replace(/Permissions\d+/, ""));
  const before = unnumbered(auditOf("prod-state").exceptions);
  expect(unnumbered(exceptions).filter((one) => !before.includes(one))).toEqual([
    expect.stringMatching(/Change.* MakeDataSources: the action takes no resource/),
  ]);
});

describe("the audit sees", () => {
  test.each<[string, string, Json | undefined, RegExp]>([
    ["an action by *", "statement.0.actions.0", "s3:*", /allows s3:\*$/],
    ["any resource", "statement.0.resources.0", "*", /allows any resource$/],
    ["anyone", "statement.0.principals", [{ type: "AWS", identifiers: ["*"] }], /allows anyone$/],
    ["a role that makes log groups", "statement.0.actions.0", "logs:CreateLogGroup", /may make log groups$/],
  ])("%s", (_what, path, to, finding) => {
    const { findings } = auditOf("prod", (json) => {
      const documents = Object.keys(object(object(json["data"] ?? {})["aws_iam_policy_document"] ?? {}));
      const id = documents.find((one) => one.startsWith("UpsertToESRole_Permissions"));
      return object(edited(json, ["data", "aws_iam_policy_document", id ?? "", ...path.split(".")], to));
    });
    expect(findings).toEqual([expect.stringMatching(finding)]);
  });

  test.each<[string, string, Json | undefined, RegExp]>([
    ["a stream without a key", "aws_kinesis_stream.*.kms_key_id", undefined, /not encrypted/],
    ["a stream with another key", "aws_kinesis_stream.*.kms_key_id", "alias/aws/kinesis", /not encrypted/],
    ["a log group without a key", "aws_cloudwatch_log_group.*.kms_key_id", undefined, /not encrypted/],
    ["an environment without a key", "aws_lambda_function.*.kms_key_arn", undefined, /not encrypted/],
    [
      "a domain without a key",
      "aws_opensearch_domain.*.encrypt_at_rest.kms_key_id",
      undefined,
      /not encrypted/,
    ],
    ["logs for ever", "aws_cloudwatch_log_group.*.retention_in_days", 0, /keeps logs for ever/],
    ["a function without logs", "aws_lambda_function.*.logging_config", undefined, /no log group of its own/],
    ["a resource without tags", "aws_iam_role.*.tags", undefined, /has no tag Project, Environment/],
    ["a wrong tag", "aws_sns_topic.*.tags.Environment", "dev", /has no tag Environment$/],
    ["a door", "aws_vpc_security_group_ingress_rule.*.cidr_ipv4", "0.0.0.0/0", /lets everyone in/],
    ["a door in IPv6", "aws_vpc_security_group_ingress_rule.*.cidr_ipv6", "::/0", /lets everyone in/],
    ["rules inside a group", "aws_security_group.*.ingress", [], /has rules of its own/],
    ["a policy as a text", "aws_iam_role_policy.*.policy", "{}", /has its policy in a text/],
    ["a bucket that logs no access", "aws_s3_bucket_logging", {}, /logs no access/],
    ["a type that nobody thought about", "aws_sqs_queue.Q", { tags: {} }, /say in the audit where/],
  ])("%s", (_what, path, to, finding) => {
    const { findings } = auditOf("prod", (json) =>
      object(edited(json, ["resource", ...path.split(".")], to)),
    );
    expect(findings).toContainEqual(expect.stringMatching(finding));
  });

  test("a reason that nothing needs", () => {
    const { findings } = auditOf("prod", (json) =>
      object(edited(json, ["resource", "aws_s3_bucket_server_side_encryption_configuration"], {})),
    );
    expect(findings).toContainEqual(expect.stringMatching(/explains own-encryption of AES256/));
  });
});
