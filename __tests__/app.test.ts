import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { TerraformStack } from "cdktf";
import { assertNoCollisions, NameCollisionError } from "../environments/collisions";
import { dev } from "../environments/dev";
import { defineEnvironment, type Environment } from "../environments/environment";
import { UNSET_ACCOUNT_ID } from "../environments/location";
import { prod } from "../environments/prod";
import { namesOf } from "../modules/naming";
import { allExplanations, type Explanation } from "../modules/security/explanations";
import { STATEFUL } from "../modules/stateful";
import { addStacks } from "../stacks/add-stacks";
import { backendBucket } from "../stacks/environment-stack";
import { BASTION_USD_PER_MONTH, openDashboards } from "../stacks/open-dashboards";
import { EVERY_OPTION, environment, LOCATION } from "./support/environments";
import { attributesOf } from "./support/synth-attributes";
import {
  type Json,
  object,
  type PolicyStatement,
  reference,
  statementsOf,
  Template,
} from "./support/template";
import { testApp } from "./support/test-app";

interface SynthesizedStack {
  readonly template: Template;
  readonly explanations: readonly Explanation[];
}

/** Synthesizes the stacks of some environments as the app does, validations included, by name. */
function synthesize(environments: readonly Environment[]): ReadonlyMap<string, SynthesizedStack> {
  const app = testApp();
  addStacks(app, environments);
  app.synth();
  return new Map(
    app.node.children.filter(TerraformStack.isStack).map((stack) => {
      const json = readFileSync(join(app.outdir, "stacks", stack.node.id, "cdk.tf.json"), "utf8");
      return [
        stack.node.id,
        { template: new Template(JSON.parse(json)), explanations: allExplanations(stack) },
      ];
    }),
  );
}

const ACCOUNTS: Readonly<Record<string, string>> = { dev: LOCATION.accountId, prod: "210987654321" };

const STACKS = synthesize(
  [dev, prod].map((definition) => ({
    ...definition,
    location: { ...LOCATION, accountId: ACCOUNTS[definition.name] ?? "" },
  })),
);

function stackOf(name: string): SynthesizedStack {
  const stack = STACKS.get(name);
  if (!stack) throw new Error(`no stack ${name}`);
  return stack;
}

const everyStack = test.each([...STACKS.keys()]);

/** The text of every property of a block, with the path to it. */
function texts(value: Json, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => texts(inner, `${path}.${key}`));
}

describe("the stacks", () => {
  test("are one for each environment, and one for its state", () => {
    expect([...STACKS.keys()]).toEqual(["dev", "dev-state", "prod", "prod-state"]);
  });

  everyStack("%s has the addresses that the state knows", (name) => {
    expect(
      stackOf(name)
        .template.resources()
        .map(({ address }) => address),
    ).toMatchSnapshot();
  });

  everyStack(
    "%s refuses other accounts, older Terraforms and other providers, and locks its state",
    (name) => {
      const { json } = stackOf(name).template;
      const owner = name.replace("-state", "");
      const account = ACCOUNTS[owner];
      expect(json["provider"]).toEqual({
        aws: [{ region: "eu-west-1", allowed_account_ids: [account] }],
      });
      expect(json["terraform"]).toEqual({
        required_version: ">= 1.11",
        required_providers: { aws: { source: "aws", version: "5.100.0" } },
        backend: {
          s3: {
            bucket: `retail-bi-${owner}-state-${account}`,
            key: `${name}.tfstate`,
            region: "eu-west-1",
            allowed_account_ids: [account],
            use_lockfile: true,
          },
        },
      });
    },
  );

  test("without an account, init fails by naming what is missing", () => {
    const unset = { ...LOCATION, accountId: UNSET_ACCOUNT_ID };
    expect(backendBucket(environment({ name: "dev" }, unset))).toBe("SET_RETAIL_BI_DEV_ACCOUNT_ID");
    expect(backendBucket(environment({ name: "dev" }))).toBe("retail-bi-dev-state-123456789012");
  });

  everyStack("%s describes its outputs, in snake_case", (name) => {
    const outputs = Object.entries(object(stackOf(name).template.json["output"] ?? {}));
    expect(outputs.length).toBeGreaterThan(0);
    for (const [output, value] of outputs) {
      expect(output).toMatch(/^[a-z]+(_[a-z0-9]+)*$/);
      expect(object(value)["description"]).toMatch(/\w{3}/);
    }
  });

  test("a disposable environment can be without its speed layer", () => {
    const template = synthesize([environment({ speed: { enabled: false } })]).get("test")?.template;
    expect(template?.resources("aws_kinesis_stream")).toHaveLength(1);
    for (const type of ["aws_vpc", "aws_opensearch_domain", "aws_lambda_event_source_mapping"]) {
      expect(template?.resources(type)).toEqual([]);
    }
  });

  test("what breaks a guardrail is not synthesized, whoever added it", () => {
    const overrides = (stack: TerraformStack) => {
      new CloudwatchLogGroup(stack, "Careless", { name: "/careless" });
    };
    expect(() => synthesize([environment({ overrides })])).toThrow(
      /test\/Careless is a log group without a key\n.*test\/Careless is a log group that keeps logs for ever/,
    );
  });

  test("the overrides of an environment come last, in both of its stacks", () => {
    const seen: [string, number][] = [];
    const overrides = (stack: TerraformStack) => {
      seen.push([stack.node.id, stack.node.findAll().length]);
      stack.addOverride("terraform.required_version", ">= 99");
    };
    const stacks = synthesize([environment({ overrides })]);
    expect(seen.map(([id]) => id)).toEqual(["test", "test-state"]);
    for (const [id, count] of seen) {
      const template = stacks.get(id)?.template;
      expect(count).toBeGreaterThan(template?.resources().length ?? Number.POSITIVE_INFINITY);
      expect(object(template?.json["terraform"] ?? {})["required_version"]).toBe(">= 99");
    }
  });
});

describe("names", () => {
  test("a bare environment has the lab's, another prefixes all of them", () => {
    const bare = namesOf(environment({ name: "dev" }));
    const prefixed = namesOf(environment({ name: "qa", physicalNames: "prefixed" }));

    expect(bare).toMatchObject({
      stream: "retail-trans",
      database: "mydatabase",
      validateRecords: "ValidateRecords",
      mergeSmallFiles: "MergeSmallFiles",
      upsertToEs: "UpsertToES",
      searchDomain: "salesv1",
    });
    expect(prefixed).toMatchObject({
      stream: "qa-retail-trans",
      database: "qa_mydatabase",
      mergeSmallFiles: "qa-MergeSmallFiles",
      searchDomain: "qa-salesv1",
      lakeBucket: "retail-bi-qa-lake-123456789012",
    });
    for (const name of Object.values(prefixed)) expect(name).toMatch(/(^|[/-])qa[_-]/);
  });

  test("the longest name of an environment still fits every service", () => {
    const names = namesOf(environment({ name: "abcdefghij", physicalNames: "prefixed" }));
    expect(names.searchDomain.length).toBeLessThanOrEqual(28);
    expect(names.accessLogBucket.length).toBeLessThanOrEqual(63);
  });

  const one = environment({ name: "one" });
  const two = environment({ name: "two" });

  test("two bare environments of one account are refused, naming what they would share", () => {
    const both = () => assertNoCollisions([one, two]);
    expect(both).toThrow(NameCollisionError);
    expect(both).toThrow(
      /environments "one" and "two" of account 123456789012 would both own .*stream "retail-trans"/,
    );
    expect(both).toThrow(/set physicalNames to "prefixed" in one$/);
    expect(() => synthesize([one, two])).toThrow(NameCollisionError);
  });

  test("what does not collide is accepted: another account, or prefixed names", () => {
    expect(() =>
      assertNoCollisions([one, { ...two, location: { ...LOCATION, accountId: "999999999999" } }]),
    ).not.toThrow();
    expect(() => assertNoCollisions([one, { ...two, physicalNames: "prefixed" }])).not.toThrow();
  });

  test("the environments of the repository live side by side while no account is set", () => {
    const unset = { ...LOCATION, accountId: UNSET_ACCOUNT_ID };
    expect(() => assertNoCollisions([dev, prod].map((one) => ({ ...one, location: unset })))).not.toThrow();
  });
});

describe("wiring, where everything that is optional is on", () => {
  const attributes = attributesOf({ ...defineEnvironment("app.test.ts", EVERY_OPTION), location: LOCATION });
  const constructs = new Set([...attributes.keys()].map((attribute) => attribute.split(/[/ ]/)[0] ?? ""));

  /** The text of a value with `DataLake/Lake/Bucket.arn` for `${DataLake/Lake/Bucket.arn}`. */
  const plain = (value: Json): string =>
    [value]
      .flat()
      .join(", ")
      .replaceAll(/\$\{|\}/g, "");

  /** The constructs of the stack, other than the attribute's own, that it refers to. */
  const othersIn = (attribute: string): string[] => {
    const own = attribute.split(/[/ ]/)[0];
    const referred = [...plain(attributes.get(attribute) ?? "").matchAll(/(?:^|, |\/\/)(\w+)(?=\/)/g)];
    return referred.flatMap(([, name = ""]) => (name !== own && constructs.has(name) ? [name] : []));
  };

  const subnets = "Network/Private-a.id, Network/Private-b.id, Network/Private-c.id";
  const function_ = (name: string) => `${name}/Function/Function`;
  const WIRING: Readonly<Record<string, string>> = {
    "DeliveryStream/DeliveryStream kinesis_source_configuration.kinesis_stream_arn": "EventStream/Stream.arn",
    "DeliveryStream/DeliveryStream extended_s3_configuration.bucket_arn": "DataLake/Lake/Bucket.arn",
    "DeliveryStream/DeliveryStream extended_s3_configuration.processing_configuration.processors.0.parameters.0.parameter_value": `${function_("ValidateRecords")}.arn`,
    [`${function_("ValidateRecords")} environment.variables.QUARANTINE_LOCATION`]:
      "s3://DataLake/Lake/Bucket.bucket/quarantine/",
    "Catalog/Raw storage_descriptor.location": "s3://DataLake/Lake/Bucket.bucket/json-data/",
    "Catalog/Parquet storage_descriptor.location": "s3://DataLake/Lake/Bucket.bucket/parquet-retail-trans/",
    "Catalog/Quarantine storage_descriptor.location": "s3://DataLake/Lake/Bucket.bucket/quarantine/",
    "PeopleWorkgroup/Workgroup configuration.result_configuration.output_location":
      "s3://DataLake/Lake/Bucket.bucket/athena-results/",
    "MergeWorkgroup/Workgroup configuration.result_configuration.output_location":
      "s3://DataLake/Lake/Bucket.bucket/tmp/",
    [`${function_("MergeSmallFiles")} environment.variables.WORK_GROUP`]: "MergeWorkgroup/Workgroup.name",
    [`${function_("MergeSmallFiles")} environment.variables.OLD_DATABASE`]: "Catalog/Database.name",
    [`${function_("MergeSmallFiles")} environment.variables.NEW_DATABASE`]: "Catalog/Database.name",
    [`${function_("MergeSmallFiles")} environment.variables.OLD_TABLE_NAME`]: "Catalog/Raw.name",
    [`${function_("MergeSmallFiles")} environment.variables.NEW_TABLE_NAME`]: "Catalog/Parquet.name",
    [`${function_("MergeSmallFiles")} environment.variables.OLD_TABLE_LOCATION_PREFIX`]:
      "s3://DataLake/Lake/Bucket.bucket/json-data/",
    [`${function_("MergeSmallFiles")} environment.variables.OUTPUT_PREFIX`]:
      "s3://DataLake/Lake/Bucket.bucket/parquet-retail-trans/",
    [`${function_("MergeSmallFiles")} environment.variables.STAGING_OUTPUT_PREFIX`]:
      "s3://DataLake/Lake/Bucket.bucket/tmp/",
    [`${function_("MergeSmallFiles")} environment.variables.STATE_PREFIX`]:
      "s3://DataLake/Lake/Bucket.bucket/merge-state/",
    "QuickSight/DataSource parameters.athena.work_group": "PeopleWorkgroup/Workgroup.name",
    "QuickSight/RawDataSet physical_table_map.0.relational_table.schema": "Catalog/Database.name",
    "QuickSight/RawDataSet physical_table_map.0.relational_table.name": "Catalog/Raw.name",
    "QuickSight/ParquetDataSet physical_table_map.0.relational_table.schema": "Catalog/Database.name",
    "QuickSight/ParquetDataSet physical_table_map.0.relational_table.name": "Catalog/Parquet.name",
    "SearchDomain/Domain advanced_security_options.master_user_options.master_user_arn":
      "SearchSetupRole/Role.arn",
    "SearchDomain/Domain vpc_options.subnet_ids": subnets,
    "SearchDomain/Clients vpc_id": "Network/Vpc.id",
    "SearchDomain/Group vpc_id": "Network/Vpc.id",
    "SearchDomain/ClientsToS3 prefix_list_id": "Network/S3.prefix_list_id",
    "SearchDomain/FromBastion referenced_security_group_id": "Bastion/Group.id",
    "SearchDomain/Access/Document statement.SearchSetup.principals.0.identifiers": "SearchSetupRole/Role.arn",
    "SearchDomain/Access/Document statement.UpsertToES.principals.0.identifiers": "UpsertToESRole/Role.arn",
    [`${function_("SearchSetup")} environment.variables.ES_HOST`]: "SearchDomain/Domain.endpoint",
    [`${function_("SearchSetup")} role`]: "SearchSetupRole/Role.arn",
    [`${function_("SearchSetup")} vpc_config.security_group_ids`]: "SearchDomain/Clients.id",
    [`${function_("SearchSetup")} vpc_config.subnet_ids`]: subnets,
    [`${function_("SearchSetup")} depends_on`]: "SearchSetupRole/Policy",
    "SearchSetup/Invocation input.writerRoleArns": "UpsertToESRole/Role.arn",
    "SearchSetup/Invocation triggers.input.writerRoleArns": "UpsertToESRole/Role.arn",
    "SearchSetup/Invocation triggers.endpoint": "SearchDomain/Domain.endpoint",
    "SearchSetup/Invocation depends_on":
      "SearchDomain/FromClients, SearchDomain/ClientsToDomain, SearchDomain/ClientsToS3",
    "SearchSetup/DashboardsInvocation triggers.endpoint": "SearchDomain/Domain.endpoint",
    [`${function_("UpsertToES")} environment.variables.ES_HOST`]: "SearchDomain/Domain.endpoint",
    [`${function_("UpsertToES")} environment.variables.QUARANTINE_LOCATION`]:
      "s3://DataLake/Lake/Bucket.bucket/quarantine/",
    [`${function_("UpsertToES")} role`]: "UpsertToESRole/Role.arn",
    [`${function_("UpsertToES")} vpc_config.security_group_ids`]: "SearchDomain/Clients.id",
    [`${function_("UpsertToES")} vpc_config.subnet_ids`]: subnets,
    [`${function_("UpsertToES")} depends_on`]: "UpsertToESRole/Policy",
    "UpsertToES/Mapping event_source_arn": "EventStream/Stream.arn",
    "UpsertToES/Mapping destination_config.on_failure.destination_arn": "DataLake/Lake/Bucket.arn",
    "UpsertToES/Mapping depends_on": "SearchSetup/Invocation",
    "Network/S3Policy/Document statement.Quarantine.resources": "DataLake/Lake/Bucket.arn/quarantine/*",
    "Bastion/Group vpc_id": "Network/Vpc.id",
    "Bastion/Instance subnet_id": "Network/InternetAccess/Public.id",
    "Bastion/Instance depends_on":
      "Bastion/AgentRole/Policy, Bastion/ToHttps, Network/InternetAccess/ToInternet, Network/InternetAccess/PublicRoutesOfSubnet",
    "Operations/LeftBehind/Errors event_pattern.detail.bucket.name": "DataLake/Lake/Bucket.bucket",
    "Operations/LeftBehind/Errors description":
      "Records that Firehose failed to deliver: an object under s3://DataLake/Lake/Bucket.bucket/error-json/",
    "Operations/LeftBehind/GivenUp event_pattern.detail.bucket.name": "DataLake/Lake/Bucket.bucket",
    "Operations/LeftBehind/GivenUp description":
      "Records that the event source mapping discarded: an object under s3://DataLake/Lake/Bucket.bucket/aws/lambda/",
  };

  test("constructs refer to each other here and nowhere else", () => {
    const found = [...attributes.keys()].filter(
      (attribute) =>
        // Each of these has a test of its own.
        !/^(state |output |Operations\/(\w+\/Alarm|Dashboard)|SavedQueries\/|.*\/Permissions\/Document )/.test(
          attribute,
        ) && othersIn(attribute).some((other) => other !== "Key"),
    );
    expect(
      Object.fromEntries(found.map((attribute) => [attribute, plain(attributes.get(attribute) ?? "")])),
    ).toEqual(WIRING);
  });

  test("no text has something undefined in it", () => {
    const broken = [...attributes].filter(([, value]) =>
      /undefined|\bnull\b|NaN|\[object /.test(JSON.stringify(value)),
    );
    expect(broken).toEqual([]);
  });

  test("the saved queries are in the analysts' workgroup", () => {
    const named = [...attributes.keys()].filter((attribute) =>
      /^SavedQueries\/\w+ (database|workgroup)$/.test(attribute),
    );
    expect(named).toHaveLength(2 * 8);
    for (const attribute of named) {
      expect(plain(attributes.get(attribute) ?? "")).toBe(
        attribute.endsWith(" database") ? "Catalog/Database.name" : "PeopleWorkgroup/Workgroup.name",
      );
    }
  });

  /** What each alarm and graph is about, by the first words of its name. */
  const WATCHED: readonly (readonly [RegExp, string])[] = [
    [/^Stream/, "EventStream"],
    [/^Delivery/, "DeliveryStream"],
    [/^ValidateRecords/, "ValidateRecords"],
    [/^MergeSmallFiles/, "MergeSmallFiles"],
    [/^UpsertToEs/, "UpsertToES"],
    [/^SearchSetup/, "SearchSetup"],
    [/^Search/, "SearchDomain"],
  ];

  test("an alarm watches what its name says", () => {
    const dimensions = [...attributes.keys()].filter((attribute) =>
      /^Operations\/\w+\/Alarm (metric_query\.\w+\.metric\.)?dimensions\.(?!ClientId)/.test(attribute),
    );
    expect(dimensions.length).toBeGreaterThan(45);
    for (const attribute of dimensions) {
      const [, name = ""] = attribute.split("/");
      const sent = attribute.includes("metric_query.sent");
      const own = WATCHED.find(([prefix]) => prefix.test(name))?.[1];
      const others = othersIn(attribute);
      // A rule of the operations counts objects that were left behind.
      const expected = attribute.endsWith("RuleName") ? [] : [sent ? "EventStream" : own];
      expect([attribute, others]).toEqual([attribute, expected]);
    }
  });

  test("the dashboard shows every construct that has metrics", () => {
    const body = [...attributes.keys()].filter((attribute) => attribute.includes(" dashboard_body."));
    const shown = new Set(body.flatMap((attribute) => othersIn(attribute)));
    expect([...shown].sort()).toEqual(
      WATCHED.map(([, name]) => name)
        .filter((name) => name !== "SearchSetup")
        .sort(),
    );
  });

  test("a role is granted something on these constructs", () => {
    const granted = new Map<string, Set<string>>();
    for (const attribute of attributes.keys()) {
      if (!/^(?!state ).*\/Permissions\/Document statement\.\w+\.resources$/.test(attribute)) continue;
      const role = attribute.replace(/\/Permissions\/Document .*$/, "");
      const on = granted.get(role) ?? new Set();
      for (const [, path = ""] of plain(attributes.get(attribute) ?? "").matchAll(
        /(?:^|, )([A-Z][\w/]+)\.arn/g,
      ))
        on.add(path);
      granted.set(role, on);
    }
    expect(Object.fromEntries([...granted].map(([role, on]) => [role, [...on].sort()]))).toEqual({
      "Bastion/AgentRole": ["EventStream/Stream", "Key/Key"],
      "DeliveryStream/ExecutionRole": [
        "DataLake/Lake/Bucket",
        "DeliveryStream/Logs/LogGroup",
        "EventStream/Stream",
        "Key/Key",
        "ValidateRecords/Function/Function",
      ],
      "MergeSmallFiles/Function/ExecutionRole": [
        "Catalog/Database",
        "Catalog/Parquet",
        "Catalog/Raw",
        "DataLake/Lake/Bucket",
        "Key/Key",
        "MergeSmallFiles/Function/Logs/LogGroup",
        "MergeWorkgroup/Workgroup",
      ],
      "Network/FlowLogRole": ["Network/FlowLogs/LogGroup"],
      "QuickSight/ServiceRole": [
        "Catalog/Database",
        "Catalog/Parquet",
        "Catalog/Raw",
        "DataLake/Lake/Bucket",
        "Key/Key",
        "PeopleWorkgroup/Workgroup",
      ],
      SearchSetupRole: ["Key/Key", "SearchDomain/Domain", "SearchSetup/Function/Logs/LogGroup"],
      UpsertToESRole: [
        "DataLake/Lake/Bucket",
        "EventStream/Stream",
        "Key/Key",
        "SearchDomain/Domain",
        "UpsertToES/Function/Logs/LogGroup",
      ],
      "ValidateRecords/Function/ExecutionRole": [
        "DataLake/Lake/Bucket",
        "Key/Key",
        "ValidateRecords/Function/Logs/LogGroup",
      ],
    });
  });

  test("what the constructs are told besides", () => {
    const told: readonly (readonly [string, Json | undefined])[] = [
      ["Key/Key description", "Everything of the test environment of retail-bi"],
      ["state Key/Key description", "Terraform state of the test environment of retail-bi"],
      ["PeopleWorkgroup/Workgroup configuration.enforce_workgroup_configuration", true],
      [
        "PeopleWorkgroup/Workgroup description",
        "For analysts: results encrypted in the lake, what a query scans is limited",
      ],
      ["MergeWorkgroup/Workgroup configuration.enforce_workgroup_configuration", false],
      ["MergeWorkgroup/Workgroup configuration.bytes_scanned_cutoff_per_query", 100 * 1_073_741_824],
      [
        "MergeWorkgroup/Workgroup description",
        "For MergeSmallFiles, which sets the locations of its tables itself",
      ],
      [
        "SearchDomain/Access/Document statement.People.actions",
        ["es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"],
      ],
      [
        "DataLake/AccessLogs/Policy/Document statement.AccessLogDelivery.condition.aws:SourceAccount.values",
        [LOCATION.accountId],
      ],
      [
        "DeliveryStream/ExecutionRole/Trust statement.0.condition.aws:SourceAccount.values",
        [LOCATION.accountId],
      ],
      ["Operations/Budget/Budget cost_filter.0.values", ["user:Environment$test"]],
      ["UpsertToESRole/Role permissions_boundary", "arn:aws:iam::123456789012:policy/retail-bi-boundary"],
      ["state Delivery/BoundaryPolicy description", "The most that a role of the test environment may do"],
      ["state Delivery/Read/Policy1 description", "What refreshing test asks for"],
      ["state Delivery/Change/Policy1 description", "What applying test changes"],
      ["state State/Lifecycle rule.old-versions.noncurrent_version_expiration.0.noncurrent_days", 90],
      ["state State/Lifecycle rule.plans.expiration.0.days", 14],
      ["state State/Lifecycle rule.plans.filter.0.prefix", "plans/"],
      [
        "state Key/Policy/Document statement.AccountUsesKeyThroughServices.condition.kms:ViaService.values",
        ["s3.eu-west-1.amazonaws.com"],
      ],
    ];
    expect(told.map(([attribute]) => [attribute, attributes.get(attribute)])).toEqual(told);
  });

  test("outputs are these", () => {
    const outputs = [...attributes].filter(([attribute]) => /^(state )?output \w+\.value$/.test(attribute));
    expect(
      Object.fromEntries(
        outputs.map(([attribute, value]) => [attribute.replace(/output (\w+)\.value/, "$1"), plain(value)]),
      ),
    ).toEqual({
      region: "eu-west-1",
      data_stream_name: "EventStream/Stream.name",
      data_stream_arn: "EventStream/Stream.arn",
      delivery_stream_name: "DeliveryStream/DeliveryStream.name",
      lake_bucket: "DataLake/Lake/Bucket.bucket",
      raw_location: "s3://DataLake/Lake/Bucket.bucket/json-data/",
      quarantine_location: "s3://DataLake/Lake/Bucket.bucket/quarantine/",
      delivery_error_location: "s3://DataLake/Lake/Bucket.bucket/error-json/",
      given_up_location: "s3://DataLake/Lake/Bucket.bucket/aws/lambda/",
      database: "Catalog/Database.name",
      workgroup: "PeopleWorkgroup/Workgroup.name",
      validate_records_function: "ValidateRecords/Function/Function.function_name",
      merge_small_files_function: "MergeSmallFiles/Function/Function.function_name",
      upsert_to_es_function: "UpsertToES/Function/Function.function_name",
      search_setup_function: "SearchSetup/Function/Function.function_name",
      key_arn: "Key/Key.arn",
      quicksight_dashboard: "QuickSight/Dashboard.dashboard_id",
      search_domain: "SearchDomain/Domain.domain_name",
      search_endpoint: "SearchDomain/Domain.endpoint",
      search_client_group_id: "SearchDomain/Clients.id",
      network_id: "Network/Vpc.id",
      bastion_instance_id: "Bastion/Instance.id",
      open_dashboards:
        "from inside of the network, sign in at https://SearchDomain/Domain.endpoint/_dashboards",
      alarm_topic_arn: "Operations/Topic/Topic.arn",
      alarm_subscribers: "1",
      dashboard: "Operations/Dashboard/Dashboard.dashboard_name",
      "state state_bucket": "State/Bucket.bucket",
      "state plan_role_arn": "Delivery/Plan/Role.arn",
      "state propose_role_arn": "Delivery/Propose/Role.arn",
      "state apply_role_arn": "Delivery/Apply/Role.arn",
    });
  });

  test("an output says how to open Dashboards, and what has to be enabled before", () => {
    const { output } = stackOf("dev").template.json;
    expect(object(object(output ?? {})["open_dashboards"] ?? {})["value"]).toBe(
      "let your role in: npm run bootstrap -- dev --administrator, or speed.readerRoleArns of the environment; " +
        "then set bastion.enabled of the environment (about 7 US dollars a month); then npx cdktf deploy dev; " +
        "then npm run tunnel -- dev (it needs the AWS CLI with the Session Manager plugin), and open " +
        "http://127.0.0.1:9200/_dashboards",
    );
    const reader = "arn:aws:iam::123456789012:role/analyst";
    const open = { bastion: { enabled: true }, speed: { readerRoleArns: [reader] } };
    expect(openDashboards(environment(open), "vpc-x")).toMatch(/^npm run tunnel -- test \(/);
    const administered = { bastion: { enabled: true }, speed: { administratorRoleArns: [reader] } };
    expect(openDashboards(environment(administered), "vpc-x")).toMatch(/^npm run tunnel -- test \(/);
    const readme = readFileSync(join(__dirname, "..", "README.md"), "utf8");
    expect(readme).toMatch(new RegExp(`\\.enabled\` adds about ${BASTION_USD_PER_MONTH}\\s`));
  });

  test("what belongs to the account is released by the addresses of the earlier version, and only looked up", () => {
    const released = (address: string) => [{ from: address, lifecycle: { destroy: false } }];
    const role = released("aws_iam_service_linked_role.SearchDomain_ServiceLinkedRole_7820AFDB");
    const provider = released("aws_iam_openid_connect_provider.Delivery_IdentityProvider_0B6CBBF0");
    for (const name of ["dev", "prod"]) {
      const main = stackOf(name).template;
      expect(main.json["removed"]).toEqual(role);
      expect(main.data("aws_iam_role").map(({ properties }) => properties["name"])).toEqual([
        "AWSServiceRoleForAmazonOpenSearchService",
      ]);
      expect(stackOf(`${name}-state`).template.json["removed"]).toEqual(provider);
    }
  });

  test("without subscribers, the output says that nobody is told", () => {
    const { output } = stackOf("dev").template.json;
    expect(object(object(output ?? {})["alarm_subscribers"] ?? {})["value"]).toBe(
      "nobody: set operations.alarmSubscriptions of the environment",
    );
  });
});

describe("protection", () => {
  const guarded = (name: string) =>
    stackOf(name)
      .template.resources()
      .filter(({ properties }) => object(properties["lifecycle"] ?? {})["prevent_destroy"] === true)
      .map(({ address }) => address);

  test.each(["prod", "prod-state"])("everything stateful of %s refuses to be destroyed", (name) => {
    const stateful = stackOf(name)
      .template.resources()
      .filter(({ type }) => type in STATEFUL)
      .map(({ address }) => address);
    expect(stateful.length).toBeGreaterThan(1);
    expect(guarded(name)).toEqual(stateful);
    for (const { properties } of stackOf(name).template.resources()) {
      expect(properties["force_destroy"] ?? false).toBe(false);
    }
  });

  test.each(["dev", "dev-state"])("nothing of %s does, and buckets go with their content", (name) => {
    expect(guarded(name)).toEqual([]);
    const buckets = stackOf(name).template.resources("aws_s3_bucket");
    expect(buckets.length).toBeGreaterThan(0);
    for (const { properties } of buckets) expect(properties["force_destroy"]).toBe(true);
  });
});

describe("least privilege, read from the JSON", () => {
  const allowed = (statements: readonly PolicyStatement[]) =>
    statements.filter(({ effect }) => effect !== "Deny");

  everyStack("%s allows * nowhere without a reason beside it", (name) => {
    const { template, explanations } = stackOf(name);
    const documents = template.data("aws_iam_policy_document");
    const found = documents.flatMap((document) =>
      allowed(statementsOf(document)).flatMap(({ sid, actions, resources, principals }) => [
        ...actions
          .filter((action) => action.includes("*"))
          .map((action) => `${document.path} ${sid} ${action}`),
        ...((resources ?? []).includes("*") ? [`${document.path} ${sid} any-resource`] : []),
        ...((principals ?? []).some(({ identifiers }) => identifiers.includes("*"))
          ? [`${document.path} ${sid} any-principal`]
          : []),
      ]),
    );
    const explained = explanations
      .filter(({ exception }) => exception === "any-resource" || exception === "any-principal")
      .map(({ path, subject, exception }) => `${path} ${subject} ${exception}`);

    expect(documents.length).toBeGreaterThan(1);
    expect(found.length).toBeGreaterThan(0);
    expect([...found].sort()).toEqual([...explained].sort());
    for (const { reason } of explanations) expect(reason.split(" ").length).toBeGreaterThan(4);
  });

  everyStack("every statement of a resource's own policy in %s says for whom it is", (name) => {
    const { template } = stackOf(name);
    const ownPolicies = new Set(
      template
        .resources()
        .filter(({ type }) => !/^aws_iam_(role_)?policy$/.test(type))
        .flatMap(({ properties }) => texts(properties))
        .flatMap(([, text]) => /^\$\{data\.(aws_iam_policy_document\.\w+)\.json\}$/.exec(text)?.[1] ?? []),
    );
    expect(ownPolicies.size).toBeGreaterThan(1);
    const forNobody = template
      .data("aws_iam_policy_document")
      .filter(({ address }) => ownPolicies.has(address))
      .flatMap((document) =>
        statementsOf(document)
          .filter(({ principals = [] }) => principals.length === 0)
          .map(({ sid }) => `${document.path} ${sid}`),
      );
    expect(forNobody).toEqual([]);
  });

  test("the exceptions of prod are these", () => {
    expect(
      stackOf("prod").explanations.map(({ path, exception, subject }) => `${exception} ${path} ${subject}`),
    ).toMatchSnapshot();
  });

  test.each(["dev", "prod"])(
    "in %s, no role is given a managed policy, and every role one inline policy",
    (name) => {
      const { template } = stackOf(name);
      expect(template.resources("aws_iam_role_policy_attachment")).toEqual([]);
      expect(
        template
          .resources("aws_iam_role_policy")
          .map(({ properties }) => properties["role"])
          .sort(),
      ).toEqual(
        template
          .resources("aws_iam_role")
          .map((role) => reference(role, "name"))
          .sort(),
      );
    },
  );

  test.each(["dev", "prod"])("in %s nobody gets in from anywhere, and every rule says what for", (name) => {
    const rules = stackOf(name)
      .template.resources()
      .filter(({ type }) => /^aws_vpc_security_group_(in|e)gress_rule$/.test(type));
    expect(rules).toHaveLength(3);
    for (const { properties } of rules) {
      expect(properties["description"]).toMatch(/\w{3}/);
      expect(properties["cidr_ipv4"]).toBeUndefined();
      expect(properties["cidr_ipv6"]).toBeUndefined();
    }
    for (const { properties } of stackOf(name).template.resources("aws_security_group")) {
      expect(properties["description"]).toMatch(/\w{3}/);
      expect(properties["ingress"] ?? properties["egress"]).toBeUndefined();
    }
  });
});

describe("encryption, retention and tags, read from the JSON", () => {
  /** Where each type says by which key it is encrypted. */
  const KEY_OF: Readonly<Record<string, string>> = {
    aws_kinesis_stream: ".kms_key_id",
    aws_kinesis_firehose_delivery_stream: ".extended_s3_configuration.kms_key_arn",
    aws_cloudwatch_log_group: ".kms_key_id",
    aws_instance: ".root_block_device.kms_key_id",
    aws_lambda_function: ".kms_key_arn",
    aws_opensearch_domain: ".encrypt_at_rest.kms_key_id",
    aws_sns_topic: ".kms_master_key_id",
    aws_athena_workgroup: ".configuration.result_configuration.encryption_configuration.kms_key_arn",
    aws_s3_bucket_server_side_encryption_configuration:
      ".rule.0.apply_server_side_encryption_by_default.kms_master_key_id",
  };

  everyStack("everything of %s is encrypted with its key, or says why not", (name) => {
    const { template, explanations } = stackOf(name);
    const key = reference(template.only("aws_kms_key"), "arn");
    const otherwise = explanations
      .filter(({ exception }) => exception === "own-encryption")
      .map(({ path }) => path);
    const wanted = template.resources().filter(({ type }) => type in KEY_OF);

    expect(wanted.length).toBeGreaterThan(0);
    const unencrypted = wanted.filter(
      ({ type, properties }) => new Map(texts(properties)).get(KEY_OF[type] ?? "") !== key,
    );
    expect(unencrypted.map(({ path }) => path)).toEqual(otherwise);
    expect(template.resources("aws_s3_bucket_server_side_encryption_configuration")).toHaveLength(
      template.resources("aws_s3_bucket").length,
    );
  });

  test.each([
    ["dev", 14],
    ["prod", 365],
  ])("the logs of %s are kept for %d days", (name, days) => {
    const groups = stackOf(name).template.resources("aws_cloudwatch_log_group");
    expect(groups.length).toBeGreaterThan(7);
    for (const { properties } of groups) expect(properties["retention_in_days"]).toBe(days);
  });

  /** The types that take no tags, as the provider's schema has it. */
  const UNTAGGABLE = [
    "aws_athena_named_query",
    "aws_cloudwatch_dashboard",
    "aws_cloudwatch_event_target",
    "aws_cloudwatch_log_resource_policy",
    "aws_cloudwatch_log_stream",
    "aws_glue_catalog_table",
    "aws_iam_role_policy",
    "aws_kms_alias",
    "aws_lambda_function_event_invoke_config",
    "aws_lambda_invocation",
    "aws_lambda_permission",
    "aws_route_table_association",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
    "aws_s3_bucket_notification",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
  ];

  everyStack("every resource of %s that takes tags says whose it is", (name) => {
    const untagged = new Set<string>();
    for (const { type, properties } of stackOf(name).template.resources()) {
      if (properties["tags"] === undefined) untagged.add(type);
      else {
        expect(properties["tags"]).toMatchObject({
          Project: "retail-bi",
          Environment: name.replace("-state", ""),
          Stack: name,
          ManagedBy: "terraform",
        });
      }
    }
    expect([...untagged].filter((type) => !UNTAGGABLE.includes(type))).toEqual([]);
  });
});

describe("what this machine runs", () => {
  /** The resources that the local run reads. */
  const DATA_PLANE =
    /^aws_(kinesis_stream|kinesis_firehose_delivery_stream|lambda_function|lambda_event_source_mapping|lambda_invocation|cloudwatch_event_rule|cloudwatch_event_target|glue_catalog_database|glue_catalog_table|athena_workgroup|athena_named_query|s3_bucket|opensearch_domain)$/;
  const PLAIN_REFERENCE = /\$\{[a-z0-9_]+\.[A-Za-z0-9_-]+\.[a-z_]+\}/g;
  /** Text that Terraform computes, and that means nothing to a machine without IAM. */
  const COMPUTED = new Set(["aws_opensearch_domain.access_policies"]);

  test.each(["dev", "prod"])("%s says it in literals and plain references", (name) => {
    const found = stackOf(name)
      .template.resources()
      .filter(({ type }) => DATA_PLANE.test(type))
      .flatMap(({ type, address, properties }) =>
        texts(properties)
          .filter(([path]) => !COMPUTED.has(`${type}${path}`))
          .map(([path, text]) => ({ where: `${address}${path}`, text })),
      );
    const tooMuch = found.filter(({ text }) => /(^|[^$])[$%]\{/.test(text.replace(PLAIN_REFERENCE, "")));
    expect(found.length).toBeGreaterThan(200);
    expect(found.filter(({ text }) => text.match(PLAIN_REFERENCE)).length).toBeGreaterThan(50);
    expect(tooMuch).toEqual([]);
  });
});
