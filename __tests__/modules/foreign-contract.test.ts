import { boolean, bigint as long, text, timestamp } from "../../contract/column";
import { type Contract, defineContract } from "../../contract/define";
import { retailTransaction } from "../../contract/retail-transaction";
import { contractVariable } from "../../contract/variable";
import { type Panel, RetailBi } from "../../modules";
import { retailQueries } from "../../presets/retail/saved-queries";
import { meterReadings } from "../support/meter-readings";
import { object, Template } from "../support/template";

const PRINCIPALS = [{ kind: "group", name: "analysts", access: "author" }] as const;

/** Of few columns: the default panels would have a title of any column's name. */
const PANELS: readonly Panel[] = [
  {
    ...{ id: "latest", title: "Latest", layer: "batch", chart: "table" },
    ...{ fields: ["at"], newestBy: "at", limit: 10 },
  },
];

const build = (contract: Contract) =>
  Template.of((stack) => new RetailBi(stack, "System", { contract, speed: { bastion: true } }));

const COLUMNS = retailTransaction.columns
  .map(({ field }) => field)
  // Resources have a description, too.
  .filter((field) => field !== "Description");
/** What only the retail record, or only the lab, is called. */
const RETAIL = [
  ...Object.values(retailTransaction.tables),
  ...COLUMNS,
  ...retailQueries.map(({ name }) => name),
  retailTransaction.name,
  "retail-trans",
  "retail_",
  "salesv1",
  "mydatabase",
  "ctas",
  "stockcode",
  "invoicedate",
  "Retail transactions",
];

/** Those of {@link RETAIL} that occur as a word, in any case. */
function retailIn(json: unknown): string[] {
  const text = JSON.stringify(json);
  return RETAIL.filter((word) => RegExp(`(?<![a-z])${word}(?![a-z])`, "i").test(text));
}

describe("a system of another record", () => {
  const template = build(meterReadings);

  test("has nothing of retail in it", () => {
    expect(retailIn(template.json)).toEqual([]);
  });

  test("where the search finds what is there", () => {
    const retail = Template.of(
      (stack) => new RetailBi(stack, "System", { contract: retailTransaction, savedQueries: retailQueries }),
    );
    const found = retailIn(retail.json);
    expect(found).toEqual(expect.arrayContaining([...COLUMNS, ...retailQueries.map(({ name }) => name)]));
    expect(found).toEqual(expect.arrayContaining(Object.values(retailTransaction.tables)));
  });

  test("has its tables, columns, folder and index", () => {
    const tables = template.resources("aws_glue_catalog_table").map(({ properties }) => ({
      name: properties["name"],
      location: String(object(properties["storage_descriptor"] ?? {})["location"]).replace(/^.*\}\//, ""),
    }));
    expect(tables).toEqual([
      { name: "meter_readings_parquet", location: "parquet-meter_readings/" },
      { name: "meter_readings_quarantine", location: "quarantine/" },
      { name: "meter_readings_json", location: "json-data/" },
    ]);
    const raw = template.only("aws_glue_catalog_table", "Raw").properties["storage_descriptor"] ?? {};
    expect(object(raw)["columns"]).toMatchObject([
      { name: "meter_id", type: "string", comment: "Number of the meter" },
      { name: "reading_kwh", type: "decimal(12,3)" },
      { name: "read_at", type: "timestamp" },
      { name: "site", type: "string" },
      { name: "record_id" },
      { name: "arrived_at" },
      { name: "extra" },
    ]);
    const variables = template
      .resources("aws_lambda_function")
      .map(({ properties }) => object(object(properties["environment"] ?? {})["variables"] ?? {}));
    const given = (name: string) => variables.flatMap((one) => one[name] ?? []);
    expect(given("ES_INDEX")).toEqual(["meter-readings", "meter-readings"]);
    expect(given("CONTRACT")).toEqual(Array(3).fill(contractVariable(meterReadings)));
    expect(given("COLUMN_NAMES")).toEqual(["meter_id,reading_kwh,read_at,site,record_id,arrived_at,extra"]);
  });
});

describe("names of a contract that collide with those of the pipeline", () => {
  const columns = { at: timestamp() };
  test.each([
    [
      { name: "tmp_readings" },
      'System/IngestBatch/Catalog: the contract\'s table "tmp_readings_json" begins with tmp_',
    ],
    [
      { name: "readings", parquetFolder: "json-data/" },
      'System/IngestBatch/DataLake: the contract\'s folder of Parquet files is "json-data/"',
    ],
    [
      { name: "readings", parquetFolder: "aws/" },
      'folder of Parquet files is "aws/", and the lake has "aws/lambda/"',
    ],
  ])("%j", (definition, message) => {
    expect(() => build(defineContract({ ...definition, eventTime: "at", columns }))).toThrow(message);
  });
});

describe("QuickSight", () => {
  const withQuickSight = (field: string) => {
    const contract = defineContract({
      name: "events",
      eventTime: "at",
      columns: { at: timestamp(), settled: boolean(), total: long(), [field]: text() },
    });
    return () =>
      Template.of(
        (stack) =>
          new RetailBi(stack, "System", { contract, panels: PANELS, quickSight: { principals: PRINCIPALS } }),
      );
  };

  test("has a type for each kind of column", () => {
    const [dataSet] = withQuickSight("other")().resources("aws_quicksight_data_set");
    expect(JSON.stringify(dataSet?.properties)).toContain('{"name":"settled","type":"BOOLEAN"}');
    expect(JSON.stringify(dataSet?.properties)).toContain('{"name":"total","type":"INTEGER"}');
  });

  test("refuses a column with a name that it does not take", () => {
    expect(withQuickSight("c".repeat(127))).not.toThrow();
    expect(withQuickSight("c".repeat(128))).toThrow(/column c+ has 128 characters; QuickSight allows 127/);
  });
});
