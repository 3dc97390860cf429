import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { copyProject } from "../support/project-copy";
import { object, Template } from "../support/template";

const COLUMN = '    Gift_Wrap: text({ comment: "Paper" }),';
/** Where the list of the producers' columns ends. */
const END_OF_COLUMNS = "\n  },\n});";

/** What the copy says about itself, in a process of its own. */
const PROBE = `
import { indexMapping } from "./contract/index-mapping";
import { lineJudge } from "./contract/judge";
import { retailTransaction } from "./contract/retail-transaction";
const line = { Invoice: "1", StockCode: "2", Quantity: 3, InvoiceDate: "2026-01-01 00:00:00", Price: 4 };
const judge = (more: object) =>
  lineJudge(retailTransaction.columns)(Buffer.from(JSON.stringify({ ...line, ...more })), Date.UTC(2026, 0, 1));
console.log(JSON.stringify({
  mapping: indexMapping(retailTransaction.columns).properties.Gift_Wrap,
  without: judge({}),
  with: judge({ Gift_Wrap: "red" }),
}));
`;

describe("a column that is added in contract/ and nowhere else", () => {
  let copy = "";
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "retail-bi-column-"));
    copyProject(copy);
    const path = join(copy, "contract", "retail-transaction.ts");
    const schema = readFileSync(path, "utf8");
    expect(schema).toContain(END_OF_COLUMNS);
    writeFileSync(path, schema.replace(END_OF_COLUMNS, `\n${COLUMN}${END_OF_COLUMNS}`));
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  const node = (file: string, environment: Record<string, string> = {}) =>
    execFileSync(process.execPath, ["--import", "tsx", file], {
      cwd: copy,
      encoding: "utf8",
      env: {
        ...{ PATH: process.env["PATH"], TZ: process.env["TZ"] },
        ...{ RETAIL_BI_LOCATION_FILE: join(copy, "none"), ...environment },
      },
    });

  test("reaches the tables, the merge and the functions", () => {
    const out = join(copy, "out");
    mkdirSync(out);
    node("main.ts", { CDKTF_OUTDIR: out });
    const stack = join(out, "stacks", "dev");
    const template = new Template(JSON.parse(readFileSync(join(stack, "cdk.tf.json"), "utf8")));

    const withColumn = template.resources("aws_glue_catalog_table").filter(({ properties }) => {
      const columns = object(properties["storage_descriptor"] ?? {})["columns"];
      return Array.isArray(columns) && columns.some((column) => object(column)["name"] === "gift_wrap");
    });
    expect(withColumn.map(({ properties }) => properties["name"]).sort()).toEqual([
      "ctas_retail_trans_parquet",
      "retail_trans_json",
    ]);
    const merge = template.only("aws_lambda_function", "MergeSmallFiles");
    const variables = object(object(merge.properties["environment"] ?? {})["variables"] ?? {});
    expect(String(variables["COLUMN_NAMES"]).split(",")).toContain("gift_wrap");

    const zips = readdirSync(join(stack, "assets"), { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".zip"),
    );
    const knowing = zips.filter((path) =>
      Object.values(unzipSync(readFileSync(join(stack, "assets", path)))).some((file) =>
        strFromU8(file).includes("Gift_Wrap"),
      ),
    );
    // The code is the same for every contract; three functions read it as a variable.
    expect(zips).toHaveLength(4);
    expect(knowing).toEqual([]);
    const told = template.resources("aws_lambda_function").filter(({ properties }) => {
      const { CONTRACT } = object(object(properties["environment"] ?? {})["variables"] ?? {});
      return String(CONTRACT).includes(",Gift_Wrap:t!");
    });
    expect(told).toHaveLength(3);
  });

  test("reaches the index mapping and the judge", () => {
    writeFileSync(join(copy, "probe.ts"), PROBE);
    expect(JSON.parse(node("probe.ts"))).toMatchObject({
      mapping: { type: "keyword" },
      without: { accepted: false, reason: "missing_field", detail: expect.stringContaining("Gift_Wrap") },
      with: { accepted: true, values: { Gift_Wrap: "red" } },
    });
  });
});
