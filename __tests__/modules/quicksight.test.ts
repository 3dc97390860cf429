import type { TerraformStack } from "cdktf";
import { retailTransaction } from "../../contract/retail-transaction";
import { defaultPanels } from "../../dashboards/default-panels";
import { quickSightDefinition } from "../../dashboards/quick-sight";
import { Catalog } from "../../modules/batch/catalog";
import { DataLake } from "../../modules/batch/data-lake";
import { Workgroup } from "../../modules/batch/workgroup";
import { EncryptionKey } from "../../modules/security/encryption-key";
import type { QuickSightPrincipal } from "../../modules/serving/quicksight";
import { QuickSight, type QuickSightProps } from "../../modules/serving/quicksight";
import { RETAIL_PANELS, RETAIL_TITLE } from "../../presets/retail/panels";
import { RetailBiStack } from "../../stacks/retail-bi-stack";
import { environment, LOCATION } from "../support/environments";
import { meterReadings } from "../support/meter-readings";
import { type Json, propertiesThatMoveNothing, Template } from "../support/template";
import { testApp } from "../support/test-app";

const AUTHOR: QuickSightPrincipal = { kind: "group", name: "analysts", access: "author" };
const READER: QuickSightPrincipal = { kind: "user", name: "chief@example.com", access: "reader" };

/** A lake with its catalog and a workgroup, by the prefix of their ids. */
function world(stack: TerraformStack, prefix = "") {
  const id = (name: string) => `${prefix}${name}`;
  const key = new EncryptionKey(stack, id("Key"), {
    alias: `alias/${id("key")}`,
    description: "test",
    location: LOCATION,
    services: ["s3"],
    deletionDays: 7,
    protected: false,
  });
  const lake = new DataLake(stack, id("Lake"), {
    contract: retailTransaction,
    bucketName: id("lake"),
    accessLogBucketName: id("logs"),
    key,
    accountId: LOCATION.accountId,
    rawRetentionDays: 30,
    noncurrentVersionDays: 7,
    accessLogDays: 14,
    protected: false,
  });
  const catalog = new Catalog(stack, id("Catalog"), {
    contract: retailTransaction,
    databaseName: id("db").toLowerCase(),
    lake,
    location: LOCATION,
    protected: false,
  });
  const workgroup = new Workgroup(stack, id("Workgroup"), {
    name: id("workgroup"),
    description: "test",
    resultsLocation: lake.location("results"),
    key,
    enforced: true,
    disposable: true,
  });
  return { lake, catalog, workgroup };
}

function props(stack: TerraformStack): QuickSightProps {
  return {
    ...world(stack),
    contract: retailTransaction,
    name: "retail-quicksight",
    location: LOCATION,
    identityRegion: "us-east-1",
    serviceRoleName: "aws-quicksight-service-role-v0",
    principals: [AUTHOR, READER],
  };
}

const SHOWN = { panels: RETAIL_PANELS, title: RETAIL_TITLE };
const template = Template.of((stack) => new QuickSight(stack, "Tested", { ...props(stack), ...SHOWN }));

describe("QuickSight", () => {
  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<QuickSightProps>((stack, pick) => {
      const other = {
        ...world(stack, "Other"),
        contract: meterReadings,
        name: "other",
        location: { accountId: "999999999999", region: "us-east-1" },
        identityRegion: "eu-central-1",
        serviceRoleName: "other",
        principals: [READER],
        panels: RETAIL_PANELS,
        title: "Other",
      };
      new QuickSight(stack, "Tested", pick(props(stack), other));
    });
    expect(unmoved).toEqual([]);
  });

  test("nobody to share with is refused", () => {
    expect(() =>
      Template.of((stack) => new QuickSight(stack, "Tested", { ...props(stack), principals: [] })),
    ).toThrow(/test\/Tested: principals is empty/);
  });

  test("the lab's data source, by the workgroup, over TLS", () => {
    const source = template.only("aws_quicksight_data_source");
    const workgroup = template.only("aws_athena_workgroup");
    expect(source.properties).toMatchObject({
      data_source_id: "retail-quicksight",
      name: "retail-quicksight",
      type: "ATHENA",
      parameters: { athena: { work_group: `\${${workgroup.address}.name}` } },
      ssl_properties: { disable_ssl: false },
      depends_on: [template.only("aws_iam_role_policy").address],
    });
  });

  test.each([
    ["Raw", "retail-quicksight-raw"],
    ["Parquet", "retail-quicksight-parquet"],
  ])("a data set asks the %s table directly, with its columns", (table, id) => {
    const source = template.only("aws_quicksight_data_source");
    const dataSet = template.only("aws_quicksight_data_set", `${table}DataSet`);
    const glue = template.only("aws_glue_catalog_table", `_${table}_`);
    const { columns } = glue.properties["storage_descriptor"] as unknown as { columns: { name: string }[] };
    expect(dataSet.properties).toMatchObject({
      data_set_id: id,
      import_mode: "DIRECT_QUERY",
      physical_table_map: [
        {
          relational_table: {
            data_source_arn: `\${${source.address}.arn}`,
            catalog: "AwsDataCatalog",
            schema: `\${${template.only("aws_glue_catalog_database").address}.name}`,
            name: `\${${glue.address}.name}`,
          },
        },
      ],
    });
    const [{ relational_table: asked } = { relational_table: { input_columns: [] } }] = dataSet.properties[
      "physical_table_map"
    ] as unknown as { relational_table: { input_columns: { name: string; type: string }[] } }[];
    const names = [...columns.map(({ name }) => name), "year", "month", "day", "hour"];
    expect(asked.input_columns.map(({ name }) => name)).toEqual(names);
    expect(Object.fromEntries(asked.input_columns.map(({ name, type }) => [name, type]))).toMatchObject({
      invoice: "STRING",
      quantity: "INTEGER",
      price: "DECIMAL",
      invoicedate: "DATETIME",
      hour: "INTEGER",
    });
  });

  test("analysis and dashboard are the panels over the merged table", () => {
    const merged = template.only("aws_quicksight_data_set", "ParquetDataSet");
    const expected = quickSightDefinition(retailTransaction, RETAIL_PANELS, {
      dataSetArn: `\${${merged.address}.arn}`,
      title: RETAIL_TITLE,
    }) as unknown as Json;
    expect(template.only("aws_quicksight_analysis").properties["definition"]).toEqual(expected);
    expect(template.only("aws_quicksight_dashboard").properties["definition"]).toEqual(expected);
  });

  test("without panels of its own, a contract has its default ones, under its name", () => {
    const other = Template.of(
      (stack) => new QuickSight(stack, "Tested", { ...props(stack), contract: meterReadings }),
    );
    const merged = other.only("aws_quicksight_data_set", "ParquetDataSet");
    const expected = quickSightDefinition(meterReadings, defaultPanels(meterReadings), {
      dataSetArn: `\${${merged.address}.arn}`,
      title: "meter_readings",
    }) as unknown as Json;
    expect(other.only("aws_quicksight_dashboard").properties["definition"]).toEqual(expected);
  });

  test("panels of another contract are refused, with each field that it has not", () => {
    expect(() =>
      Template.of(
        (stack) => new QuickSight(stack, "Tested", { ...props(stack), ...SHOWN, contract: meterReadings }),
      ),
    ).toThrow(
      /test\/Tested: the panels are wrong: .*panel "quantity-and-price-by-invoice-date": .*"InvoiceDate".*"top-products": .*"Description"/,
    );
  });

  test("a reader sees the dashboard and nothing else; an author builds on what is under it", () => {
    const arn = "arn:aws:quicksight:us-east-1:123456789012";
    const author = `${arn}:group/default/analysts`;
    const reader = `${arn}:user/default/chief@example.com`;
    const shared = (type: string, part = "") => {
      const { permissions, permission } = template.only(type, part).properties;
      return (permissions ?? permission) as unknown as { principal: string; actions: string[] }[];
    };
    const who = (type: string, part = "") => shared(type, part).map(({ principal }) => principal);
    expect(who("aws_quicksight_dashboard")).toEqual([author, reader]);
    expect(who("aws_quicksight_analysis")).toEqual([author]);
    expect(who("aws_quicksight_data_source")).toEqual([author]);
    expect(who("aws_quicksight_data_set", "Raw")).toEqual([author]);
    expect(who("aws_quicksight_data_set", "Parquet")).toEqual([author]);
    expect(shared("aws_quicksight_dashboard")[1]?.actions).toEqual([
      "quicksight:DescribeDashboard",
      "quicksight:ListDashboardVersions",
      "quicksight:QueryDashboard",
    ]);
  });

  test("its service role may read the two tables and write results, by one policy of ours, and nothing else", () => {
    const policy = template.only("aws_iam_role_policy");
    expect(policy.properties).toMatchObject({
      name: "retail-quicksight",
      role: "aws-quicksight-service-role-v0",
    });
    expect(template.resources("aws_iam_role")).toEqual([]);
    const bucket = `\${${template.only("aws_s3_bucket", "Lake_Bucket").address}.arn}`;
    const glue = (part: string) => `\${${template.only("aws_glue_catalog_table", `_${part}_`).address}.arn}`;
    const statements = template.statements("ServiceRole");
    expect(Object.fromEntries(statements.map(({ sid, resources }) => [sid, resources]))).toEqual({
      ReadTables: [
        "arn:aws:glue:eu-west-1:123456789012:catalog",
        `\${${template.only("aws_glue_catalog_database").address}.arn}`,
        glue("Raw"),
        glue("Parquet"),
      ],
      QueryFromDashboards: [`\${${template.only("aws_athena_workgroup").address}.arn}`],
      ListLake: [bucket],
      LocateLake: [bucket],
      ReadLake: ["json-data/", "parquet-retail-trans/", "athena-results/"].map(
        (zone) => `${bucket}/${zone}*`,
      ),
      WriteLake: [`${bucket}/athena-results/*`],
      UseLakeKey: [`\${${template.only("aws_kms_key").address}.arn}`],
    });
    expect(Object.fromEntries(statements.map(({ sid, actions }) => [sid, actions]))).toEqual({
      ReadTables: [
        "glue:GetDatabase",
        "glue:GetDatabases",
        "glue:GetPartition",
        "glue:GetPartitions",
        "glue:GetTable",
        "glue:GetTables",
      ],
      QueryFromDashboards: [
        "athena:BatchGetQueryExecution",
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:GetQueryResultsStream",
        "athena:GetWorkGroup",
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
      ],
      ListLake: ["s3:ListBucket"],
      LocateLake: ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
      ReadLake: ["s3:GetObject"],
      WriteLake: ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
      UseLakeKey: ["kms:Decrypt", "kms:GenerateDataKey"],
    });
  });
});

describe("an environment", () => {
  const stackOf = (enabled: boolean) =>
    Template.ofStack(
      new RetailBiStack(
        testApp(),
        "test",
        environment({
          speed: { enabled: false },
          serving: { quickSight: { enabled, principals: [READER] } },
        }),
      ),
    );

  test("has no QuickSight unless it says so", () => {
    const types = stackOf(false)
      .resources()
      .map(({ type }) => type);
    expect(types.filter((type) => type.startsWith("aws_quicksight"))).toEqual([]);
  });

  test("that has it finds its users in its own region, and shows the id of the dashboard", () => {
    const stack = stackOf(true);
    const dashboard = stack.only("aws_quicksight_dashboard");
    expect(dashboard.properties["permissions"]).toMatchObject([
      { principal: "arn:aws:quicksight:eu-west-1:123456789012:user/default/chief@example.com" },
    ]);
    expect(stack.json["output"]).toMatchObject({
      quicksight_dashboard: { value: `\${${dashboard.address}.dashboard_id}` },
    });
  });
});
