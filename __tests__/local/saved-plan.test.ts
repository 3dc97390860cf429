// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's references look like that
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json";
import { readDataPlane } from "../../local/plan/read-data-plane";
import { readSavedPlan } from "../../local/plan/saved-plan";
import { planSource } from "../../local/plan-source";
import { FIXTURE, writeStack } from "./plan-fixture";

const folder = mkdtempSync(join(tmpdir(), "plan-test-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeStack(folder, FIXTURE);

const AT = { searchEndpoint: "http://127.0.0.1:9200" };

/**
 * What Terraform plans of a block: a map with an unknown value is unknown as a whole, a block is a list, and the rest is told.
 * Texts with references are unknown, as at a first deploy.
 */
function planned(value: Json, isMap = false): { after?: Json; unknown: Json } {
  if (typeof value === "string") {
    const isUnknown = value.replaceAll("$${", "").includes("${");
    const after = value.replaceAll(/([$%])\1\{/g, "$1{");
    return isUnknown ? { unknown: true } : { after, unknown: false };
  }
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => planned(item));
    return { after: items.map(({ after }) => after ?? null), unknown: items.map(({ unknown }) => unknown) };
  }
  if (!isJsonObject(value)) return { after: value, unknown: false };
  const members = Object.entries(value)
    .filter(([name]) => !["//", "lifecycle", "depends_on"].includes(name))
    .map(([name, item]) => {
      const isSetting = ["tags", "variables", "parameters", "triggers"].includes(name) && isJsonObject(item);
      const part = planned(item, isSetting);
      const isBlock = isJsonObject(item) && !isSetting;
      return [name, isBlock ? { after: [part.after ?? {}], unknown: [part.unknown] } : part] as const;
    });
  if (isMap && members.some(([, { unknown }]) => unknown === true)) return { unknown: true };
  return {
    after: Object.fromEntries(
      members.flatMap(([name, { after }]) => (after === undefined ? [] : [[name, after]])),
    ),
    unknown: Object.fromEntries(members.map(([name, { unknown }]) => [name, unknown])),
  };
}

function changes(module?: string): Record<string, Json>[] {
  return Object.entries(FIXTURE.resource).flatMap(([type, named]) =>
    Object.entries(named).map(([name, body]) => {
      const { after = {}, unknown } = planned(body);
      return {
        address: `${module === undefined ? "" : `${module}.`}${type}.${name}`,
        ...(module !== undefined && { module_address: module }),
        mode: "managed",
        type,
        name,
        change: { actions: ["create"], before: null, after, after_unknown: unknown },
      };
    }),
  );
}

function plan(change: JsonObject = {}): JsonObject {
  return {
    format_version: "1.2",
    planned_values: {},
    errored: false,
    complete: true,
    resource_changes: changes(),
    configuration: {
      provider_config: {
        aws: {
          expressions: {
            region: { constant_value: "eu-west-1" },
            allowed_account_ids: { constant_value: ["000000000000"] },
          },
        },
      },
    },
    ...change,
  };
}

function planeOf(shown: JsonObject, root = folder, module?: string) {
  return readDataPlane(root, AT, {}, readSavedPlan(shown, root, module).document);
}

test("a plan gives the data plane of the stack that was planned", () => {
  expect(planeOf(plan())).toEqual(readDataPlane(folder, AT));
});

test("values that a plan tells are the plan's, not the source's", () => {
  const shown = plan({
    resource_changes: changes().map((change) =>
      change["type"] === "aws_glue_catalog_database"
        ? { ...change, change: { after: { name: "another" }, after_unknown: {} } }
        : change,
    ),
  });
  expect(planeOf(shown).databases).toEqual(["another"]);
});

test("an unknown expression has the value that the plan gives to the same expression elsewhere", () => {
  const { aws_lambda_function: functions } = FIXTURE.resource;
  const environment = {
    variables: { ...functions.Worker.environment.variables, CONTRACT: "${local.contract}" },
  };
  const source = {
    ...FIXTURE,
    resource: {
      ...FIXTURE.resource,
      aws_lambda_function: { Worker: { ...functions.Worker, environment } },
      aws_glue_catalog_database: { Database: { name: "mydatabase", description: "${local.contract}" } },
    },
  };
  const own = join(folder, "learned");
  writeStack(own, source);
  const told = (description: Json) =>
    plan({
      resource_changes: changes().map((change) =>
        change["type"] === "aws_glue_catalog_database"
          ? { ...change, change: { after: { name: "mydatabase", description }, after_unknown: {} } }
          : change,
      ),
    });
  const [worker] = planeOf(told("a ${b}"), own).functions;
  expect(worker?.environment["CONTRACT"]).toBe("a ${b}");
  expect(() => planeOf(told(null), own)).toThrow(
    "aws_lambda_function.Worker.environment.variables.CONTRACT: the expression ${local.contract}",
  );
});

describe("a domain that is deployed", () => {
  const deployed = (variables: JsonObject) =>
    plan({
      resource_changes: changes().map((change) => {
        const { after } = change["change"] as { after: JsonObject };
        if (change["type"] === "aws_opensearch_domain")
          return { ...change, change: { after: { ...after, endpoint: "x.es.amazonaws.com" } } };
        if (change["type"] === "aws_lambda_function")
          return { ...change, change: { after: { ...after, environment: [{ variables }] } } };
        return change;
      }),
    });

  test("is not what the functions of the local run are told", () => {
    const [worker] = planeOf(deployed({ ES_HOST: "x.es.amazonaws.com" })).functions;
    expect(worker?.environment["ES_HOST"]).toBe(AT.searchEndpoint);
  });

  test("inside of another text is refused", () => {
    expect(() => planeOf(deployed({ LOCATION: "https://x.es.amazonaws.com/" }))).toThrow(
      "aws_lambda_function.Worker.environment.variables.LOCATION: holds the address of the deployed search domain",
    );
  });
});

describe("modules", () => {
  const modules = ['module.meters["a.b"]', 'module.meters["c"]'];
  const shown = plan({ resource_changes: modules.flatMap((module) => changes(module)) });
  const root = join(folder, "root");
  mkdirSync(join(root, ".terraform", "modules"), { recursive: true });
  writeFileSync(
    join(root, ".terraform", "modules", "modules.json"),
    JSON.stringify({ Modules: [{ Key: "meters", Source: "..", Dir: ".." }] }),
  );
  writeFileSync(join(root, "assets"), "");

  test("of several with a data plane one is chosen", () => {
    expect(() => readSavedPlan(shown, root)).toThrow(`choose one by --module: '${modules.join("', '")}'`);
    expect(() => readSavedPlan(shown, root, "module.no")).toThrow("--module module.no: has no data plane");
    const { module, document } = readSavedPlan(shown, root, modules[0]);
    expect(module).toBe(modules[0]);
    expect(readDataPlane(folder, AT, {}, document)).toEqual(readDataPlane(folder, AT));
  });

  test("of a root that is not initialized are refused", () => {
    expect(() => readSavedPlan(shown, folder, modules[0])).toThrow("--root must be where `terraform init`");
  });
});

test("an unknown value without an expression is an error that names the address", () => {
  const shown = plan({
    resource_changes: changes().map((change) =>
      change["type"] === "aws_kinesis_stream" ? { ...change, name: "Elsewhere", address: "a.b" } : change,
    ),
  });
  expect(() => planeOf(shown)).toThrow("a.b: is not in the module's *.tf.json");
});

test.each<[name: string, change: JsonObject, message: string]>([
  ["a state", { planned_values: null, values: {} }, "prints of a state, not of a plan"],
  ["another document", { planned_values: null }, "is not what `terraform show -json` prints of a saved plan"],
  ["another version", { format_version: "2.0" }, "has the format version 2.0"],
  ["a plan with an error", { errored: true }, "planning ended with an error"],
  ["a targeted plan", { complete: false }, "plan without -target"],
  [
    "a destroy plan",
    { resource_changes: changes().map((one) => ({ ...one, change: { actions: ["delete"], after: null } })) },
    "leaves no resources",
  ],
])("refuses %s", (_name, change, message) => {
  expect(() => planeOf(plan(change))).toThrow(message);
});

test("a file that is no plan is named", async () => {
  const path = join(folder, "cdk.tf.json");
  writeFileSync(join(folder, "text"), "text");
  await expect(planSource(join(folder, "text"), folder, undefined, {})).rejects.toThrow(
    `${join(folder, "text")}: is neither a saved plan nor`,
  );
  await expect(planSource(path, folder, undefined, {})).rejects.toThrow("is not what `terraform show -json`");
});
