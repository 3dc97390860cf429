import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REMOVABLE, STATEFUL } from "../../modules/stateful";
import { buildModules } from "../../stacks/build-modules";
import { TERRAFORM_MODULES } from "../../stacks/terraform-modules";

const COMMITTED = join(__dirname, "..", "..", "terraform-modules");
/** The zips are not committed, only their hashes. */
const FILES = [
  "functions.sha256",
  "main.tf.json",
  "tests/contract.tftest.hcl",
  "tests/options.tftest.hcl",
  "tests/refusals.tftest.hcl",
];

interface Block {
  readonly description?: string;
  readonly value?: string;
  readonly validation?: readonly { readonly error_message: string }[];
}
interface ModuleJson {
  readonly locals: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly variable: Readonly<Record<string, Block>>;
  readonly output: Readonly<Record<string, Block>>;
}

let built = "";
beforeAll(() => {
  built = mkdtempSync(join(tmpdir(), "terraform-modules-"));
  buildModules(built);
});
afterAll(() => rmSync(built, { recursive: true, force: true }));

function jsonOf(name: string): ModuleJson {
  return JSON.parse(readFileSync(join(built, name, "main.tf.json"), "utf8"));
}

function addresses({ resource }: ModuleJson): string[] {
  return Object.entries(resource)
    .flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`))
    .sort();
}

test("every module is committed, and no other", () => {
  expect(
    readdirSync(COMMITTED, { withFileTypes: true })
      .filter((one) => one.isDirectory())
      .map(({ name }) => name)
      .sort(),
  ).toEqual(Object.keys(TERRAFORM_MODULES).sort());
});

describe.each(Object.keys(TERRAFORM_MODULES))("the module %s", (name) => {
  test.each(FILES)("has the committed %s; otherwise run npm run build:modules", (file) => {
    expect(readFileSync(join(built, name, file), "utf8")).toBe(
      readFileSync(join(COMMITTED, name, file), "utf8"),
    );
  });

  test("has the addresses that its callers' states know; a change needs a moved block", () => {
    expect(addresses(jsonOf(name))).toMatchSnapshot();
  });

  test("leaves provider, backend, partition and region to its caller", () => {
    const json = readFileSync(join(built, name, "main.tf.json"), "utf8");
    expect(Object.keys(JSON.parse(json)).sort()).toEqual([
      "data",
      "locals",
      "output",
      "resource",
      "terraform",
      "variable",
    ]);
    expect(JSON.parse(json).terraform).toEqual({
      required_version: ">= 1.11",
      required_providers: { aws: { source: "hashicorp/aws", version: ">= 5.100.0, < 6.0.0" } },
    });
    expect(json).not.toMatch(/arn:aws:|assets\/|"\/\/"|TfToken/);
    expect(json).toContain("arn:${data.aws_partition.current.partition}:");
  });

  test("describes every variable and output, and names the variable in each refusal", () => {
    const { variable, output } = jsonOf(name);
    for (const { description } of [...Object.values(variable), ...Object.values(output)]) {
      expect(description).toMatch(/\S/);
    }
    for (const [own, { validation = [] }] of Object.entries(variable)) {
      for (const { error_message } of validation)
        expect(error_message).toMatch(new RegExp(`^${own}: .+\\.$`));
    }
  });

  test("hands out the ids of what holds data", () => {
    const json = jsonOf(name);
    const holding = addresses(json).filter((address) => Object.hasOwn(STATEFUL, address.split(".")[0] ?? ""));
    expect(holding.length).toBeGreaterThan(0);
    expect(json.output["stateful"]?.value).toBe(
      `\${concat(${holding.map((address) => `${address}[*].id`).join(", ")})}`,
    );
  });

  test("tells the variables of the functions in its plan", () => {
    const { resource, locals } = jsonOf(name);
    const functions: Readonly<Record<string, { readonly environment?: { readonly variables?: object } }>> =
      resource["aws_lambda_function"] ?? {};
    expect(Object.keys(functions).length).toBeGreaterThan(0);
    expect(locals["function_variables"]).toEqual(
      Object.fromEntries(
        Object.entries(functions).map(([own, { environment }]) => [own, environment?.variables]),
      ),
    );
    expect(resource["terraform_data"]?.["data_plane"]).toMatchObject({
      input: { functions: "${local.function_variables}" },
    });
  });

  test("destroys no data unless the caller allows it", () => {
    const json = jsonOf(name);
    const removable = addresses(json).filter((address) =>
      Object.hasOwn(REMOVABLE, address.split(".")[0] ?? ""),
    );
    const forced = Object.values(json.resource)
      .flatMap((named) => Object.values(named))
      .flatMap((block) => Object.entries(block))
      .filter(([key]) => Object.values(REMOVABLE).includes(key));
    expect(forced).toHaveLength(removable.length);
    for (const [, value] of forced) expect(value).toBe("${var.force_destroy}");
  });
});
