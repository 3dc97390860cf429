import { type Acceptance, CHECKOV, PARLIAMENT, UNCHECKED_TYPES } from "./accepted";
import { scannersPython } from "./lane";
import { type Checked, checkov, type Finding, lint } from "./scanners";
import { type ScannedStack, scannedStacks } from "./stacks";

const STACKS = ["dev", "dev-state", "prod", "prod-state", "every", "every-state"] as const;

let python: string;
let stacks: readonly ScannedStack[];
let checked: Checked;
let linted: readonly Finding[];

beforeAll(async () => {
  python = await scannersPython(() => undefined);
  stacks = scannedStacks();
  checked = await checkov(python, stacks);
  linted = await lint(
    python,
    stacks.flatMap(({ policies }) => policies),
  );
});

const accepts = ({ check, on, detail }: Acceptance, finding: Finding): boolean =>
  check === finding.check &&
  on.some((end) => `/${finding.path}`.endsWith(`/${end}`)) &&
  (detail?.test(finding.detail) ?? true);

/** Entries that accept nothing: a check, and the path that does not have it. */
function stale(acceptances: readonly Acceptance[], findings: readonly Finding[]): string[] {
  return acceptances.flatMap((acceptance) =>
    acceptance.on
      .filter((end) => !findings.some((finding) => accepts({ ...acceptance, on: [end] }, finding)))
      .map((end) => `${acceptance.check} on ${end}`),
  );
}

describe.each([
  ["Checkov", CHECKOV, () => checked.findings],
  ["parliament", PARLIAMENT, () => linted],
] as const)("%s", (tool, acceptances, findings) => {
  test.each(STACKS)("%s: no finding without a reason", (name) => {
    const found = findings().filter(({ stack }) => stack === name);
    const left = found.filter((finding) => !acceptances.some((acceptance) => accepts(acceptance, finding)));
    const passed = tool === "Checkov" ? `${checked.passed.get(name)} checks passed, ` : "";
    process.stdout.write(
      `${tool}, ${name}: ${passed}${found.length} found, ${found.length - left.length} accepted, ${left.length} left\n`,
    );
    expect(left).toEqual([]);
  });

  test("every acceptance has a finding, and a reason", () => {
    expect(stale(acceptances, findings())).toEqual([]);
    for (const { reason } of acceptances) expect(reason).toMatch(/\w+ .{12}/);
  });
});

describe("Checkov checked", () => {
  test("every resource of the types that it knows, and the others are listed", () => {
    const typesOf = (addresses: Iterable<string>) => new Set([...addresses].map((one) => one.split(".")[0]));
    const known = typesOf([...checked.addresses.values()].flatMap((addresses) => [...addresses]));
    const blocks = stacks.flatMap(({ name, template }) =>
      [...template.resources(), ...template.data("aws_iam_policy_document")].map((block) => ({
        name,
        block,
      })),
    );
    const unseen = blocks.filter(
      ({ name, block }) => known.has(block.type) && !checked.addresses.get(name)?.has(block.address),
    );
    expect(unseen.map(({ name, block }) => `${name} ${block.address}`)).toEqual([]);
    const types = new Set(blocks.map(({ block }) => block.type));
    expect([...types].filter((type) => !known.has(type)).sort()).toEqual(UNCHECKED_TYPES);
  });

  test("nothing, when it gets the JSON as Terraform does: that fails", async () => {
    const asItIs = checkov(python, stacks.slice(0, 1), ({ template }) => template.json);
    await expect(asItIs).rejects.toThrow("Checkov checked nothing in dev");
  });
});

test("the linter knows IAM's actions, and the resources that they take", async () => {
  const policy = (action: string, resource: string) => ({
    stack: "test",
    path: action,
    policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: [action], Resource: resource }] },
  });
  const group = "arn:aws:logs:eu-west-1:123456789012:log-group:a:*";
  const found = await lint(python, [
    policy("logs:PutLogEvents", group),
    policy("logs:PutLogEventsBatch", group),
    policy("logs:DescribeLogGroups", group),
  ]);
  expect(found.map(({ path, check }) => [path, check])).toEqual([
    ["logs:PutLogEventsBatch", "UNKNOWN_ACTION"],
    ["logs:DescribeLogGroups", "RESOURCE_MISMATCH"],
  ]);
});
