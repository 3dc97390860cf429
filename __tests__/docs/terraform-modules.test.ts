import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isJsonObject, isList, type Json, type JsonObject, member, objectOf } from "../../lib/json";
import { EXAMPLES, fromArchive, RELEASE, regionOf } from "../../stacks/module-readme";
import { TERRAFORM_MODULES } from "../../stacks/terraform-modules";
import { countModule, OWN_ROWS, ownRows } from "../support/count-modules";

const ROOT = join(__dirname, "..", "..");
const PAGE = readFileSync(join(ROOT, "docs", "terraform-modules.md"), "utf8");
const NAMES = Object.keys(TERRAFORM_MODULES) as (keyof typeof TERRAFORM_MODULES)[];

/** The cells of a marked table, without header and rule. */
function rowsOf(mark: string): string[][] {
  const text = PAGE.split(`<!-- ${mark} -->\n`)[1]?.split("<!-- to here -->")[0] ?? "";
  return text
    .trim()
    .split("\n")
    .slice(2)
    .map((row) =>
      row
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
}

describe("the counts of modules", () => {
  test("are ours; otherwise run node --import tsx __tests__/support/count-modules.ts", () => {
    expect(ownRows().split("\n")).toHaveLength(NAMES.length + 1);
    expect(OWN_ROWS.exec(PAGE)?.[0]).toBe(ownRows());
  });

  test("name the commit and its date of every other module", () => {
    const others = rowsOf("counts").filter(([cell]) => !cell?.startsWith("["));
    expect(others.length).toBeGreaterThan(5);
    for (const [name, commit] of others) {
      expect([name, commit]).toEqual([name, expect.stringMatching(/\b[0-9a-f]{7}, \d{4}-\d\d-\d\d\b/)]);
    }
  });

  test("read HCL and JSON alike", () => {
    const folder = mkdtempSync(join(tmpdir(), "count-modules-"));
    const write = (path: string, text: string) => {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    const validation = `  validation {\n    condition     = true\n    error_message = "x"\n  }\n`;
    write(
      "variables.tf",
      `variable "a" {\n  description = "A"\n  type        = string\n${validation}${validation}}\n\n` +
        `variable "b" { # deprecated\n  type    = any\n  default = null\n}\n\n` +
        `variable "c" {\n  description = ""\n  default = {\n    description = "not its own"\n  }\n}\n`,
    );
    write("outputs.tf", `output "o" {\n  value = "type = x"\n}\n`);
    write("modules/inner/main.tf", `variable "inner" {\n}\n`);
    write("examples/one/main.tf", "");
    write("examples/two/deep/main.tf", "");
    write("tests/a.tftest.hcl", `run "a" {\n}\n\nrun "b" {\n}\n`);
    write("test/src/x_test.go", "func TestX(t *testing.T) {\n}\n");
    write("tests/test_x.py", "def test_x():\n  pass\nclass A:\n  def test_y(self):\n    pass\n");
    const counts = {
      variables: 3,
      required: 1,
      untyped: 2,
      validated: 1,
      validations: 2,
      outputs: 1,
      undescribed: 3,
      examples: 2,
      tests: 5,
    };
    try {
      expect(countModule(folder)).toEqual(counts);
      const repository = { examples: counts.examples, tests: counts.tests };
      expect(countModule(join(folder, "modules", "inner"))).toMatchObject({ variables: 1, ...repository });
      rmSync(join(folder, "variables.tf"));
      rmSync(join(folder, "outputs.tf"));
      expect(() => countModule(folder)).toThrow("has no variable: is it a module?");
      write(
        "main.tf.json",
        JSON.stringify({
          variable: {
            a: { description: "A", type: "string", validation: [{}, {}] },
            b: { type: "any", default: null },
            c: { description: "", default: {} },
          },
          output: { o: { value: "" } },
        }),
      );
      expect(countModule(folder)).toEqual(counts);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test("the page shows the regions of an example, and the sources of the release", () => {
  for (const region of ["usage", "guard"]) {
    expect(PAGE).toContain(
      `\`\`\`hcl\n${fromArchive(regionOf(EXAMPLES["retail-bi"], region), RELEASE)}\`\`\``,
    );
  }
  const sources = [...PAGE.matchAll(/source = "(.*?)\/\//g)].map(([, url]) => url);
  expect(new Set(PAGE.match(/https:\/\/github\.com\/OWNER\/[^"]*?\.zip/g))).toEqual(new Set([RELEASE]));
  expect(sources.length).toBe(2);
});

/** A block of a module's JSON, with all of the module. */
interface Found {
  readonly id: string;
  readonly block: JsonObject;
  readonly json: JsonObject;
}

/** Whether a block exists when a caller sets only what is required: a bastion does not. */
function isThereByDefault(block: Json | undefined): boolean {
  return isJsonObject(block) && !String(block["count"]).includes("var.bastion");
}

const BLOCKS = NAMES.flatMap((name) => {
  const path = join(ROOT, "terraform-modules", name, "main.tf.json");
  const json: JsonObject = JSON.parse(readFileSync(path, "utf8"));
  return Object.entries(objectOf(json, "resource")).flatMap(([type, named]) =>
    Object.entries(named ?? {}).map(([id, block]) => ({ name, type, id, block: block as JsonObject, json })),
  );
}).filter(({ block }) => isThereByDefault(block));

/** A value inside a block. @param path keys with points between */
function at(block: JsonObject, path: string): Json | undefined {
  return path
    .split(".")
    .reduce<Json | undefined>((value, key) => (isJsonObject(value) ? member(value, key) : undefined), block);
}

const has =
  (path: string, value: Json) =>
  ({ block }: Found): boolean =>
    at(block, path) === value;
const byDefault = ({ json }: Found, variable: string): Json | undefined =>
  at(json, `variable.${variable}.default`);
/** The statements of the policy that a block names. */
const statements = ({ block, json }: Found): readonly JsonObject[] => {
  const [, id = ""] =
    /^\$\{data\.aws_iam_policy_document\.(\w+)(?:\[0\])?\.json\}$/.exec(String(block["policy"])) ?? [];
  const found = at(json, `data.aws_iam_policy_document.${id}.statement`);
  return Array.isArray(found) ? found : [];
};
const everywhere = (one: Found): string[] =>
  statements(one)
    .filter(({ effect, resources }) => effect !== "Deny" && isList(resources) && resources.includes("*"))
    .flatMap(({ actions }) => actions as string[]);

const KEY = `\${local.key_arn}`;
/** Whether a property is the module's key, also by a local that is another key only for what is adopted. */
const hasKey =
  (path: string) =>
  ({ block, json }: Found): boolean => {
    const used = at(block, path);
    const [, local = ""] = /^\$\{local\.(\w+)\}$/.exec(String(used)) ?? [];
    const unlessAdopted = /^\$\{var\.\w+ == null \? local\.key_arn : /;
    return used === KEY || unlessAdopted.test(String(at(json, `locals.${local}`)));
  };
const PUBLIC = ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"];
/** The actions in role policies on `*`, which the page counts. */
const EVERYWHERE = [
  ...["AssignPrivateIpAddresses", "CreateNetworkInterface", "DeleteNetworkInterface"].map(
    (one) => `ec2:${one}`,
  ),
  ...["DescribeNetworkInterfaces", "DescribeSubnets", "UnassignPrivateIpAddresses"].map(
    (one) => `ec2:${one}`,
  ),
  "logs:DescribeLogGroups",
];

/** What each row of the page says of our modules: it holds for every resource of a type. */
const HERE: readonly (readonly [row: string, type: string, holds: (one: Found) => boolean])[] = [
  [
    "records at rest in S3",
    "aws_s3_bucket_server_side_encryption_configuration",
    ({ id, block }) =>
      id.includes("access_logs") || JSON.stringify(block).includes(`"kms_master_key_id":"${KEY}"`),
  ],
  [
    "buckets over HTTP",
    "aws_s3_bucket_policy",
    (one) =>
      statements(one).some(
        ({ effect, condition }) =>
          effect === "Deny" && JSON.stringify(condition).includes("aws:SecureTransport"),
      ),
  ],
  [
    "buckets open to the public",
    "aws_s3_bucket_public_access_block",
    ({ block }) => PUBLIC.every((one) => block[one] === true),
  ],
  [
    "versions of objects",
    "aws_s3_bucket_versioning",
    (one) =>
      at(one.block, "versioning_configuration.status") === "Enabled" &&
      byDefault(one, "noncurrent_version_days") === 30,
  ],
  ["access log of the lake", "aws_s3_bucket_logging", ({ block }) => "target_bucket" in block],
  ["stream at rest", "aws_kinesis_stream", hasKey("kms_key_id")],
  [
    "Firehose's objects",
    "aws_kinesis_firehose_delivery_stream",
    hasKey("extended_s3_configuration.kms_key_arn"),
  ],
  ["environment variables of functions", "aws_lambda_function", has("kms_key_arn", KEY)],
  [
    "logs",
    "aws_cloudwatch_log_group",
    (one) =>
      one.block["kms_key_id"] === KEY &&
      one.block["retention_in_days"] === `\${var.log_retention_days}` &&
      byDefault(one, "log_retention_days") === 30,
  ],
  [
    "search domain at rest",
    "aws_opensearch_domain",
    ({ block }) =>
      at(block, "encrypt_at_rest.kms_key_id") === KEY &&
      at(block, "node_to_node_encryption.enabled") === true,
  ],
  [
    "search domain, TLS",
    "aws_opensearch_domain",
    ({ block }) =>
      at(block, "domain_endpoint_options.enforce_https") === true &&
      at(block, "domain_endpoint_options.tls_security_policy") === "Policy-Min-TLS-1-2-PFS-2023-10",
  ],
  [
    "search domain, network",
    "aws_opensearch_domain",
    ({ block, json }) => {
      const rules = Object.values(
        objectOf(objectOf(json, "resource"), "aws_vpc_security_group_ingress_rule"),
      ).filter(isThereByDefault);
      const groups = Object.values(objectOf(objectOf(json, "resource"), "aws_security_group"));
      return (
        at(block, "vpc_options.subnet_ids") !== undefined &&
        rules.length === 1 &&
        rules.every((rule) => isJsonObject(rule) && "referenced_security_group_id" in rule) &&
        groups.every((group) => isJsonObject(group) && !("ingress" in group))
      );
    },
  ],
  [
    "audit log of the search domain",
    "aws_opensearch_domain",
    ({ block }) => JSON.stringify(block["log_publishing_options"]).includes('"AUDIT_LOGS"'),
  ],
  [
    "scan limit of an analyst's query",
    "aws_athena_workgroup",
    (one) => byDefault(one, "analyst_scan_limit_gib") === 10,
  ],
  ["rotation of the key", "aws_kms_key", has("enable_key_rotation", true)],
  [
    "role policies, actions on every resource",
    "aws_iam_role_policy",
    (one) => statements(one).length > 0 && everywhere(one).every((action) => EVERYWHERE.includes(action)),
  ],
  [
    "destroy with what a bucket holds, and with a stream's consumers",
    "aws_s3_bucket",
    (one) =>
      one.block["force_destroy"] === `\${var.force_destroy}` && byDefault(one, "force_destroy") === false,
  ],
  [
    "destroy or replacement of data",
    "aws_s3_bucket",
    ({ id, json }) => String(at(json, "output.stateful.value")).includes(`aws_s3_bucket.${id}[*].id`),
  ],
];

describe("the security defaults of our modules", () => {
  test("are all compared with the modules", () => {
    expect(rowsOf("security").map(([row]) => row)).toEqual(HERE.map(([row]) => row));
  });

  test.each(HERE)("%s", (_row, type, holds) => {
    const found = BLOCKS.filter((one) => one.type === type);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((one) => !holds(one)).map(({ name, id }) => `${name}: ${type}.${id}`)).toEqual([]);
  });

  test("name how many actions are on every resource", () => {
    const [, here = ""] = rowsOf("security").find(([row]) => row?.startsWith("role policies")) ?? [];
    expect(here).toMatch(new RegExp(`^${EVERYWHERE.length}, `));
    const used = BLOCKS.filter(({ type }) => type === "aws_iam_role_policy").flatMap(everywhere);
    expect([...new Set(used)].sort()).toEqual(EVERYWHERE);
  });
});
