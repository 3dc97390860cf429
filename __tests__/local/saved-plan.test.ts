// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's references look like that
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json, JsonObject } from "../../lib/json";
import { moduleFolder } from "../../local/plan/module-folder";
import { DATA_PLANE_TYPES, readDataPlane } from "../../local/plan/read-data-plane";
import { readSavedPlan } from "../../local/plan/saved-plan";
import { unsupportedResources } from "../../local/plan/unsupported-resources";
import { planSource } from "../../local/plan-source";
import { type Change, changesOf, planOf } from "../support/planned";
import { synthesized } from "../support/synthesized";
import { unknownValues } from "../support/unknown-values";
import { FIXTURE, writeStack } from "./plan-fixture";

const folder = mkdtempSync(join(tmpdir(), "plan-test-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeStack(folder, FIXTURE);

const AT = { searchEndpoint: "http://127.0.0.1:9200" };
const MODULES = ['module.meters["a.b"]', 'module.meters["c"]'];

function plan(change: JsonObject = {}): JsonObject {
  return planOf(FIXTURE, [], change);
}

function planeOf(shown: JsonObject, root = folder, module?: string) {
  return readDataPlane(root, AT, {}, readSavedPlan(shown, root, module));
}

/** A plan in which the changes of a type have other values. */
function planWith(type: string, after: (before: JsonObject) => JsonObject, unknown?: JsonObject): JsonObject {
  return plan({
    resource_changes: changesOf(FIXTURE).map((one) =>
      one["type"] === type ? changed(one, after, unknown) : one,
    ),
  });
}

function changed(one: Change, after: (before: JsonObject) => JsonObject, unknown?: JsonObject): Change {
  const change = one["change"] as { readonly after: JsonObject; readonly after_unknown: Json };
  return {
    ...one,
    change: { ...change, after: after(change.after), after_unknown: unknown ?? change.after_unknown },
  };
}

/** A root that calls the stack as a module. @returns its folder */
function rootOf(name: string, stack: JsonObject): string {
  const own = join(folder, name);
  writeStack(own, stack);
  const root = join(own, "root");
  mkdirSync(join(root, ".terraform", "modules"), { recursive: true });
  writeFileSync(
    join(root, ".terraform", "modules", "modules.json"),
    JSON.stringify({ Modules: [{ Key: "meters", Source: "..", Dir: ".." }] }),
  );
  return root;
}

test("the modules are found in the data directory of Terraform", () => {
  const root = rootOf("data-directory", FIXTURE);
  const before = process.env["TF_DATA_DIR"];
  try {
    renameSync(join(root, ".terraform"), join(root, "..", "data"));
    expect(() => moduleFolder(root, "module.meters")).toThrow("with TF_DATA_DIR as it was then");
    // From the folder in which Terraform runs.
    process.env["TF_DATA_DIR"] = join("..", "data");
    expect(moduleFolder(root, "module.meters")).toBe(join(folder, "data-directory"));
  } finally {
    if (before === undefined) delete process.env["TF_DATA_DIR"];
    else process.env["TF_DATA_DIR"] = before;
  }
});

test("a plan gives the data plane of the stack that was planned", () => {
  expect(planeOf(plan())).toEqual(readDataPlane(folder, AT));
});

describe.each(["dev", "prod"] as const)("a plan of %s", (environment) => {
  let stack: string;
  let shown: JsonObject;
  beforeAll(async () => {
    stack = await synthesized(environment);
    shown = planOf(JSON.parse(readFileSync(join(stack, "cdk.tf.json"), "utf8")));
  });

  test("gives the data plane of the stack", () => {
    expect(planeOf(shown, stack)).toEqual(readDataPlane(stack, AT));
  });

  test("has no unknown attribute of the data plane that is neither resolved nor listed", () => {
    const { resolved, listed } = unknownValues(shown, stack);
    expect(resolved.size).toBeGreaterThan(20);
    expect([...listed.keys()].filter((place) => place.endsWith(".kms_key_arn"))).not.toEqual([]);
    expect([...resolved].filter(([, value]) => String(value).includes("${"))).toEqual([]);
  });
});

test("values that a plan tells are the plan's, not the source's", () => {
  expect(planeOf(planWith("aws_glue_catalog_database", () => ({ name: "another" }))).databases).toEqual([
    "another",
  ]);
});

test("resources that exist, and one that is replaced, are as they will be", () => {
  const first = plan();
  const changes = changesOf(FIXTURE);
  const [one] = changes.filter(({ type }) => type === "aws_athena_workgroup");
  const shown = plan({
    resource_changes: [
      ...changes.map((change) => ({
        ...change,
        change: {
          ...(change["change"] as JsonObject),
          actions: change === one ? ["delete", "create"] : ["no-op"],
        },
      })),
      { ...one, deposed: "1234abcd", change: { actions: ["delete"], before: {}, after: null } },
    ],
  });
  expect(planeOf(shown)).toEqual(planeOf(first));
});

test("an on-demand stream that exists has the shards of one", () => {
  const shown = planWith("aws_kinesis_stream", (after) =>
    after["shard_count"] === undefined ? { ...after, shard_count: 0 } : after,
  );
  const stack = join(folder, "on-demand");
  const { aws_kinesis_stream: streams } = FIXTURE.resource;
  const OnDemand = { ...streams.OnDemand, shard_count: "${var.shard_count}" };
  writeStack(stack, {
    ...FIXTURE,
    resource: { ...FIXTURE.resource, aws_kinesis_stream: { ...streams, OnDemand } },
  });
  const configuration =
    planOf(JSON.parse(readFileSync(join(stack, "cdk.tf.json"), "utf8")))["configuration"] ?? {};
  expect(planeOf({ ...shown, configuration }, stack).streams.map(({ shardCount }) => shardCount)).toEqual([
    2, 4,
  ]);
});

describe("an unknown value without an expression", () => {
  const withColumn = (column: JsonObject, unknown: JsonObject) =>
    planWith(
      "aws_glue_catalog_table",
      (after) => {
        const [storage] = after["storage_descriptor"] as readonly JsonObject[];
        return {
          ...after,
          storage_descriptor: [{ ...storage, location: "s3://lake/a/", columns: [column] }],
        };
      },
      unknown,
    );

  test("is an error where the local run reads it", () => {
    expect(() =>
      planeOf(withColumn({ type: "string" }, { storage_descriptor: [{ columns: [{ name: true }] }] })),
    ).toThrow(
      "aws_glue_catalog_table.Json.storage_descriptor.columns[0].name: is known only after apply, and neither the plan nor the module tells it",
    );
  });

  test("is none where the local run does not honour it", () => {
    const plane = planeOf(withColumn({ name: "a", type: "string" }, { owner: true }));
    expect(plane.tables.map(({ columns }) => columns)).toEqual(
      plane.tables.map(() => [{ name: "a", type: "string" }]),
    );
    expect(plane.notHonoured.filter((one) => one.includes("owner"))).toEqual([]);
  });
});

describe("a domain that is deployed", () => {
  const deployed = (variables: JsonObject) =>
    plan({
      resource_changes: changesOf(FIXTURE).map((one) => {
        if (one["type"] === "aws_opensearch_domain")
          return changed(one, (after) => ({ ...after, endpoint: "x.es.amazonaws.com" }));
        if (one["type"] === "aws_lambda_function")
          return changed(one, (after) => ({ ...after, environment: [{ variables }] }));
        return one;
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

describe("what a module tells beside its resources", () => {
  const { aws_lambda_function: functions, aws_lambda_invocation: invocations } = FIXTURE.resource;
  const { variables } = functions.Worker.environment;
  const input =
    '{"shards":${var.shards},"role":"${aws_iam_role.Worker.arn}","index":"${local.index}"${var.none == null ? "" : ","}}';
  const stack = {
    ...FIXTURE,
    resource: {
      ...FIXTURE.resource,
      aws_lambda_function: {
        Worker: {
          ...functions.Worker,
          environment: { variables: { ...variables, CONTRACT: "${local.contract}" } },
        },
      },
      aws_lambda_invocation: { Setup: { ...invocations.Setup, input } },
      terraform_data: { data_plane: { input: {} } },
    },
  };
  const [module = ""] = MODULES;
  const root = rootOf("told", stack);
  const told = (known: JsonObject, unknown: JsonObject = {}) =>
    planOf(stack, [module], {
      resource_changes: changesOf(stack, module).map((one) =>
        one["type"] === "terraform_data" ? changed(one, () => ({ input: known }), { input: unknown }) : one,
      ),
      prior_state: {
        values: {
          root_module: {
            child_modules: [
              {
                address: module,
                resources: [
                  {
                    address: `${module}.data.aws_region.region`,
                    mode: "data",
                    type: "aws_region",
                    values: { id: "eu-central-1" },
                  },
                ],
              },
            ],
          },
        },
      },
    });
  const known = {
    functions: {
      Worker: { CONTRACT: "a ${b}", ESCAPED: "as it is", DATABASE: "db", LOCATION: "s3://lake/" },
    },
    variables: { shards: 3, none: null },
    locals: { index: "readings" },
  };
  const unknown = { functions: { Worker: { ES_HOST: true, ROLE: true } } };
  const planeOfTold = (shown: JsonObject) =>
    readDataPlane(join(folder, "told"), AT, {}, readSavedPlan(shown, root, module));

  test("completes a function's variables, and inputs of invocations", () => {
    const { functions: [worker] = [], invocations: [setup] = [], region } = planeOfTold(told(known, unknown));
    const role = "arn:aws:iam::000000000000:role/Worker";
    expect(worker?.environment).toEqual({
      CONTRACT: "a ${b}",
      ESCAPED: "as it is",
      DATABASE: "mydatabase",
      LOCATION: "s3://lake/",
      ES_HOST: AT.searchEndpoint,
      ROLE: role,
    });
    expect(setup?.input).toEqual({ shards: 3, role, index: "readings" });
    expect(region).toBe("eu-central-1");
  });

  test.each<[absent: string, place: string, expression: string]>([
    ["functions", "aws_lambda_function.Worker.environment.variables.CONTRACT", "local.contract"],
    ["variables", "aws_lambda_invocation.Setup.input", "var.shards"],
    ["locals", "aws_lambda_invocation.Setup.input", "local.index"],
  ])("without its %s the absolute address is named", (absent, place, expression) => {
    expect(() => planeOfTold(told({ ...known, [absent]: {} }, unknown))).toThrow(
      `${module}.${place}: \${${expression}} is known only after apply, or stands beside a value that is, and the plan does not tell it`,
    );
  });
});

describe("modules", () => {
  const shown = planOf(FIXTURE, MODULES);
  const root = rootOf("called", FIXTURE);

  test("of several with a data plane one is chosen", () => {
    expect(() => readSavedPlan(shown, root)).toThrow(`choose one by --module: '${MODULES.join("', '")}'`);
    expect(() => readSavedPlan(shown, root, "module.no")).toThrow(
      `--module module.no: has no data plane in this plan; modules with one: '${MODULES.join("', '")}'`,
    );
    const planned = readSavedPlan(shown, root, MODULES[0]);
    expect(planned.module).toBe(MODULES[0]);
    expect(readDataPlane(folder, AT, {}, planned)).toEqual(readDataPlane(folder, AT));
  });

  test("of a root that is not initialized, or calls others, are refused", () => {
    expect(() => readSavedPlan(shown, folder, MODULES[0])).toThrow("--root must be where `terraform init`");
    const others = planOf(FIXTURE, ["module.others"]);
    expect(() => readSavedPlan(others, root)).toThrow("has no folder of module.others");
  });

  test("with another archive than the plan's name the command of the modules", () => {
    const planned = readSavedPlan(shown, root, MODULES[0]);
    const own = join(folder, "other-archive");
    writeStack(own, FIXTURE);
    const zip = join(own, FIXTURE.resource.aws_lambda_function.Worker.filename);
    writeFileSync(zip, "another");
    const remedy = /; run `npm run build:modules`, or unpack the module again, and then plan again$/;
    const read = () => readDataPlane(own, AT, {}, planned);
    expect(read).toThrow(`${MODULES[0]}.aws_lambda_function.Worker.source_code_hash: `);
    expect(read).toThrow(remedy);
    rmSync(zip);
    expect(read).toThrow(remedy);
    expect(() => readDataPlane(own, AT, {}, { ...planned, module: "" })).toThrow(
      /; run `npm run synth` and plan again$/,
    );
  });
});

describe("a folder that has another module than was planned", () => {
  const { aws_lambda_event_source_mapping: mappings } = FIXTURE.resource;
  const other = (mapping: JsonObject, name = "Mapping") => ({
    ...FIXTURE,
    resource: { ...FIXTURE.resource, aws_lambda_event_source_mapping: { ...mappings, [name]: mapping } },
  });

  test.each<[name: string, mapping: JsonObject, property: string]>([
    [
      "another reference",
      { ...mappings.Mapping, event_source_arn: "${aws_kinesis_stream.OnDemand.arn}" },
      "event_source_arn",
    ],
    ["another value", { ...mappings.Mapping, batch_size: 7 }, "batch_size"],
    [
      "another property",
      { ...mappings.Mapping, tumbling_window_in_seconds: 7 },
      "tumbling_window_in_seconds",
    ],
    [
      "another value in a block",
      { ...mappings.Mapping, destination_config: { on_failure: { destination_arn: "" } } },
      "destination_config[0].on_failure[0].destination_arn",
    ],
    [
      "another dependency",
      { ...mappings.Mapping, depends_on: ["aws_lambda_invocation.Setup"] },
      "depends_on",
    ],
  ])("is refused: %s", (_name, mapping, property) => {
    const own = join(folder, "changed");
    writeStack(own, other(mapping));
    expect(() => planeOf(plan(), own)).toThrow(
      `aws_lambda_event_source_mapping.Mapping.${property}: is another in ${own} than when the plan was made`,
    );
  });

  test("is refused: a resource is absent", () => {
    const own = join(folder, "changed");
    writeStack(own, FIXTURE);
    expect(() => planeOf(planOf(other(mappings.Mapping, "More")), own)).toThrow(
      "aws_lambda_event_source_mapping.More: is not in a *.tf.json of",
    );
  });

  test("is refused where it stands in Terraform's own language", () => {
    const own = join(folder, "language");
    mkdirSync(own);
    writeFileSync(join(own, "main.tf"), "");
    expect(() => planeOf(plan(), own)).toThrow("aws_s3_bucket.Lake: is not in a *.tf.json of");
  });
});

test("a resource that is configured but not planned is named", () => {
  const shown = plan({
    resource_changes: changesOf(FIXTURE).filter(({ type }) => type !== "aws_cloudwatch_event_rule"),
  });
  expect(() => planeOf(shown)).toThrow(
    "aws_cloudwatch_event_rule.Rule: is configured, but not planned; plan without -destroy and -target",
  );
});

describe("the region", () => {
  const provider = (expressions: JsonObject, more: JsonObject = {}) => {
    const shown = plan();
    const { provider_config: _, ...configuration } = shown["configuration"] as JsonObject;
    return plan({ configuration: { ...configuration, provider_config: { aws: { expressions, ...more } } } });
  };
  const variables = { region: { value: "eu-west-3" } };

  test.each<[name: string, shown: JsonObject, region: string]>([
    ["of the provider", plan(), "eu-west-1"],
    [
      "of a variable of the root",
      { ...provider({ region: { references: ["var.region"] } }), variables },
      "eu-west-3",
    ],
    [
      "of a variable of the root, in JSON",
      { ...provider({ region: { constant_value: "${var.region}", references: ["var.region"] } }), variables },
      "eu-west-3",
    ],
    [
      "of a function that exists",
      {
        ...provider({}),
        resource_changes: changesOf(FIXTURE).map((one) =>
          one["type"] === "aws_lambda_function"
            ? changed(one, (after) => ({
                ...after,
                arn: "arn:aws:lambda:eu-north-1:123456789012:function:Worker",
              }))
            : one,
        ),
      },
      "eu-north-1",
    ],
  ])("is that %s", (_name, shown, region) => {
    expect(planeOf(shown).region).toBe(region);
  });

  test.each<[name: string, shown: JsonObject]>([
    ["nothing tells it", provider({})],
    ["an expression does", provider({ region: { references: ["local.region"] } })],
    [
      "a text around a variable does",
      {
        ...provider({ region: { constant_value: "${var.region}a", references: ["var.region"] } }),
        variables,
      },
    ],
    [
      "a variable of another module does",
      { ...provider({ region: { references: ["var.region"] } }, { module_address: "module.a" }), variables },
    ],
  ])("is required: %s", (_name, shown) => {
    expect(() => planeOf(shown)).toThrow("provider.aws.region: is not told by the plan");
  });

  test("is that of the module's own provider", () => {
    const { configuration } = planOf(FIXTURE, MODULES) as { configuration: JsonObject };
    const text = JSON.stringify(configuration).replaceAll(
      '"provider_config_key":"aws"',
      '"provider_config_key":"aws.north"',
    );
    const shown = planOf(FIXTURE, MODULES, {
      configuration: {
        ...(JSON.parse(text) as JsonObject),
        provider_config: {
          aws: { expressions: { region: { constant_value: "eu-west-1" } } },
          "aws.north": { alias: "north", expressions: { region: { constant_value: "eu-north-1" } } },
        },
      },
    });
    const planned = readSavedPlan(shown, rootOf("north", FIXTURE), MODULES[0]);
    expect(readDataPlane(folder, AT, {}, planned).region).toBe("eu-north-1");
  });
});

test.each(["batch", "speed", "retail-bi"])(
  "the local run knows every type of resource of the module %s",
  (name) => {
    const path = join(__dirname, "../../terraform-modules", name, "main.tf.json");
    const { resource }: { resource: object } = JSON.parse(readFileSync(path, "utf8"));
    const others = Object.keys(resource).filter((type) => !DATA_PLANE_TYPES.has(type));
    const lines = unsupportedResources(new Map(others.map((type) => [type, 1])));
    for (const type of others) expect(lines.join("\n")).toMatch(new RegExp(`\\b${type} 1\\b`));
  },
);

test.each<[name: string, change: JsonObject, message: string]>([
  ["a state", { planned_values: null, values: {} }, "prints of a state, not of a plan"],
  ["another document", { planned_values: null }, "is not what `terraform show -json` prints of a saved plan"],
  ["another version", { format_version: "2.0" }, "has the format version 2.0"],
  ["a plan with an error", { errored: true, complete: false }, "planning ended with an error"],
  ["a targeted plan", { complete: false }, "plan without -target"],
  ["a plan of an old Terraform", { complete: null }, "does not tell whether it is whole"],
  [
    "a refresh-only plan",
    { resource_changes: null, planned_values: { root_module: {} } },
    "plan without -refresh-only",
  ],
  [
    "a destroy plan",
    {
      resource_changes: changesOf(FIXTURE).map((one) => ({
        ...one,
        change: { actions: ["delete"], after: null },
      })),
    },
    "leaves no resources",
  ],
  [
    "a plan without a data plane",
    { resource_changes: changesOf(FIXTURE).filter(({ type }) => type === "aws_s3_bucket") },
    "has no aws_lambda_function, so it has no data plane",
  ],
])("refuses %s", (_name, change, message) => {
  expect(() => planeOf(plan(change))).toThrow(message);
});

describe("a file that is no plan", () => {
  const named = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const read = (path: string, root = folder, variables = {}) => planSource(path, root, undefined, variables);

  test.each<[name: string, content: string | Uint8Array]>([
    ["text", "text"],
    ["nothing", ""],
    ["bytes", Uint8Array.from({ length: 512 }, (_, index) => (index * 37) % 256)],
    ["events", '{"@level":"info"}\n{"@level":"info"}\n'],
  ])("is named in one sentence: %s", async (name, content) => {
    const path = named(name, content);
    await expect(read(path)).rejects.toThrow(
      new RegExp(`^--plan ${path}: is neither a saved plan nor the output of \`terraform show -json\`$`),
    );
  });

  test("is named: a folder, and no file", async () => {
    await expect(read(folder)).rejects.toThrow(/^--plan .+: cannot be read: .*EISDIR/);
    await expect(read(join(folder, "absent"))).rejects.toThrow(/^--plan .+absent: cannot be read: .*ENOENT/);
  });

  test("is named: other JSON", async () => {
    await expect(read(join(folder, "cdk.tf.json"))).rejects.toThrow("is not what `terraform show -json`");
  });

  test("is named: an archive that Terraform refuses", async () => {
    const terraform = named(
      "terraform",
      '#!/bin/sh\nprintf "\\n%s\\n%s\\n" "╷" "│ Error: Failed to read" "│ " "│ no plan" "╵" >&2\nexit 1\n',
    );
    chmodSync(terraform, 0o755);
    const path = named("archive", "PK\u0003\u0004");
    await expect(read(path, folder, { ...process.env, TERRAFORM_BINARY_NAME: terraform })).rejects.toThrow(
      `--plan ${path}: \`terraform show\` in ${folder} ended with 1: Error: Failed to read no plan`,
    );
  });

  test("a root that is no folder is named", async () => {
    const path = named("plan.json", JSON.stringify(plan()));
    for (const root of [join(folder, "absent"), path]) {
      await expect(read(path, root)).rejects.toThrow(`--root ${root}: is no folder`);
    }
    await expect(read(path)).resolves.toMatchObject({ directory: folder, planned: { module: "" } });
    await expect(read(named("marked.json", `\ufeff${JSON.stringify(plan())}`))).resolves.toBeDefined();
  });
});
