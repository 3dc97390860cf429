import {
  GetQueryResultsCommand,
  GetTableMetadataCommand,
  ListTableMetadataCommand,
} from "@aws-sdk/client-athena";
import { GetDatabasesCommand, GetPartitionsCommand } from "@aws-sdk/client-glue";
import {
  BUCKET,
  DATABASE,
  HOUR_COLUMNS,
  SqlBench,
  sqlPlane,
  TRANSACTION_COLUMNS,
  table,
  transaction,
} from "../../support/sql";

const PLANE = sqlPlane([
  table("sales", TRANSACTION_COLUMNS),
  table("hourly", TRANSACTION_COLUMNS, { partitionKeys: HOUR_COLUMNS }),
]);
const ENTITY_NOT_FOUND =
  /^Entity Not Found \(Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException; Request ID: [0-9a-f-]{36}; Proxy: null\)$/;

let bench: SqlBench;

beforeAll(async () => {
  bench = await SqlBench.start(PLANE);
  await bench.put("sales/a.json", transaction("r1") + transaction("r2"));
});

afterAll(() => bench.close());

/** The lines of a statement's answer; it has one cell in each, whatever its columns. */
async function lines(sql: string): Promise<(string | null)[]> {
  const { state, reason, rows } = await bench.query(sql);
  if (state !== "SUCCEEDED") throw new Error(`${state}: ${reason}`);
  return rows.map((row) => {
    expect(row).toHaveLength(1);
    return row[0] ?? null;
  });
}

/** The statements of the lab's steps 1d and 1f, in its form: one pair of backquotes around both names. */
function labTable(name: string, serde: string, options = ""): string {
  return `CREATE EXTERNAL TABLE ${options}\`${DATABASE}.${name}\`(
    \`invoice\` string COMMENT 'Invoice number',
    \`quantity\` int COMMENT 'Quantity',
    \`price\` float COMMENT 'Unit price',
    \`invoicedate\` timestamp)
  PARTITIONED BY (\`year\` int, \`month\` int, \`day\` int, \`hour\` int)
  ROW FORMAT SERDE '${serde}'
  STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
  OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat'
  LOCATION 's3://${BUCKET}/${name}'
  TBLPROPERTIES ('has_encrypted_data'='false');`;
}

const OPENX = "org.openx.data.jsonserde.JsonSerDe";

describe("the lab's statements", () => {
  test("find what Terraform made", async () => {
    expect(await lines(`CREATE DATABASE IF NOT EXISTS ${DATABASE}`)).toEqual([]);
    expect(await lines(labTable("hourly", OPENX, "IF NOT EXISTS "))).toEqual([]);

    const again = await bench.query(labTable("hourly", OPENX));
    const database = await bench.query(`CREATE DATABASE \`${DATABASE}\``);

    expect(again.reason).toMatch(
      /^FAILED: Execution Error, .*AlreadyExistsException\(message:Table hourly already/,
    );
    expect(database.reason).toMatch(/^FAILED: Execution Error, .*Database mydatabase already exists$/);
    expect((await lines("SHOW COLUMNS IN hourly")).length).toBe(
      TRANSACTION_COLUMNS.length + HOUR_COLUMNS.length,
    );
  });

  test("make what is new, register its partitions, and it outlives a restart", async () => {
    const line = '{"Invoice":"1","Quantity":2,"Price":2.5,"InvoiceDate":"2009-12-06 10:30:00"}\n';
    await bench.put("retail_new/year=2026/month=11/day=24/hour=03/a.json", line);
    await bench.put("retail_new/year=2026/month=11/day=24/hour=04/b.json", line);
    await bench.put("retail_new/_tmp/year=2026/month=11/day=24/hour=05/c.json", line);
    await bench.put("retail_new/year=2026/d.json", line);

    expect(await lines(labTable("retail_new", OPENX))).toEqual([]);
    expect(await bench.rows("SELECT count(*) FROM retail_new")).toEqual([["0"]]);
    const found = ["03", "04"].map((hour) => `retail_new:year=2026/month=11/day=24/hour=${hour}`);
    expect(await lines(`MSCK REPAIR TABLE ${DATABASE}.retail_new`)).toEqual([
      `Partitions not in metastore:\t${found.join("\t")}`,
      ...found.map((name) => `Repair: Added partition to metastore ${name}`),
    ]);
    expect(await lines("MSCK REPAIR TABLE `retail_new`;")).toEqual([]);
    await bench.restart();

    expect(
      await bench.rows("SELECT invoice, quantity, price, hour FROM retail_new ORDER BY hour LIMIT 10"),
    ).toEqual([
      ["1", "2", "2.5", "3"],
      ["1", "2", "2.5", "4"],
    ]);
    await bench.remove("retail_new/year=2026/month=11/day=24/hour=04/b.json");
    expect(await lines("MSCK REPAIR TABLE retail_new")).toEqual([
      "Partitions missing from filesystem:\tretail_new:year=2026/month=11/day=24/hour=04",
    ]);
    await lines("DROP TABLE retail_new");
    expect(await lines("SHOW TABLES 'retail*'")).toEqual([]);
  });

  test("a database of its own, with a table, until it is dropped", async () => {
    await lines("CREATE DATABASE `other_db` COMMENT 'mine' LOCATION 's3://lake/other/'");
    await lines(
      `CREATE EXTERNAL TABLE other_db.t (a int, b array<struct<c:string,d:decimal(3,1)>>) ROW FORMAT SERDE '${OPENX}' LOCATION 's3://${BUCKET}/other/'`,
    );
    await lines(
      `CREATE EXTERNAL TABLE other_db.plain (a int) STORED AS PARQUET LOCATION 's3://${BUCKET}/p/'`,
    );
    await bench.restart();

    expect(await lines("SHOW DATABASES")).toEqual([DATABASE, "other_db"]);
    expect(await lines("SHOW SCHEMAS LIKE 'o*'")).toEqual(["other_db"]);
    expect(await lines("SHOW TABLES IN `other_db`")).toEqual(["plain", "t"]);
    expect(await lines("MSCK REPAIR TABLE other_db.t")).toEqual(["Tables missing on filesystem:\tt"]);
    const inContext = await bench.query("SELECT a FROM plain", {
      QueryExecutionContext: { Database: "`other_db`" },
    });
    expect([inContext.state, inContext.execution.QueryExecutionContext?.Database]).toEqual([
      "SUCCEEDED",
      "other_db",
    ]);
    const { DatabaseList = [] } = await bench.glue.send(new GetDatabasesCommand({}));
    expect(DatabaseList.map(({ Name }) => Name)).toEqual([DATABASE, "other_db"]);

    expect((await bench.query("DROP DATABASE other_db")).reason).toMatch(/Database other_db is not empty/);
    await lines("DROP DATABASE other_db CASCADE");
    await lines("DROP SCHEMA IF EXISTS other_db");
    expect((await bench.query("DROP DATABASE other_db")).reason).toMatch(/Database does not exist: other_db/);
    expect(await lines("SHOW DATABASES")).toEqual([DATABASE]);
  });
});

test("ALTER TABLE adds and drops partitions", async () => {
  await bench.put("elsewhere/a.json", transaction("e1"));
  await lines(
    `ALTER TABLE hourly ADD IF NOT EXISTS PARTITION (year=2026, month='11', day=24, hour='03') LOCATION 's3://${BUCKET}/elsewhere/' PARTITION (year=2026, month=11, day=24, hour=4)`,
  );

  const again = await bench.query("ALTER TABLE hourly ADD PARTITION (year=2026, month=11, day=24, hour=4)");
  await lines("ALTER TABLE hourly ADD IF NOT EXISTS PARTITION (year=2026, month=11, day=24, hour=4)");
  const short = await bench.query("ALTER TABLE hourly DROP PARTITION (year=2026)");

  expect(again.reason).toMatch(/^FAILED: Execution Error, .*Partition already exists/);
  expect(short.reason).toMatch(/^FAILED: SemanticException partition spec/);
  expect(await lines("SHOW PARTITIONS hourly")).toEqual([
    "year=2026/month=11/day=24/hour=03",
    "year=2026/month=11/day=24/hour=4",
  ]);
  expect(await bench.rows("SELECT record_id, hour FROM hourly")).toEqual([["e1", "3"]]);
  expect(await bench.rows('SELECT * FROM "hourly$partitions" ORDER BY hour')).toEqual([
    ["2026", "11", "24", "3"],
    ["2026", "11", "24", "4"],
  ]);
  const { Partitions = [] } = await bench.glue.send(
    new GetPartitionsCommand({ DatabaseName: DATABASE, TableName: "hourly" }),
  );
  expect(Partitions.map(({ StorageDescriptor }) => StorageDescriptor)).toMatchObject([
    { Location: `s3://${BUCKET}/elsewhere/`, SerdeInfo: { SerializationLibrary: OPENX } },
    { Location: `s3://${BUCKET}/hourly/year=2026/month=11/day=24/hour=4/` },
  ]);
  await lines(
    "ALTER TABLE hourly DROP PARTITION (year=2026, month=11, day=24, hour=4), PARTITION (year=2026, month='11', day=24, hour='03')",
  );
  expect(await lines("SHOW PARTITIONS hourly")).toEqual([]);
});

test("SHOW and DESCRIBE answer in Hive's format, and the result file holds the same lines", async () => {
  await lines(
    `CREATE EXTERNAL TABLE shown (a int, b decimal(12, 4) COMMENT 'it''s') COMMENT 'about' PARTITIONED BY (day int COMMENT 'UTC')
     STORED AS PARQUET LOCATION 's3://${BUCKET}/shown' TBLPROPERTIES ("k" = 'v')`,
  );

  const described = await bench.query("/* which */ DESCRIBE shown -- now");
  const properties = await lines("SHOW TBLPROPERTIES shown");
  const created = await lines(`SHOW CREATE TABLE ${DATABASE}.shown;`);

  const column = (...cells: string[]) => cells.map((cell) => cell.padEnd(20)).join("\t");
  const expected = [
    column("a", "int", ""),
    `${column("b", "decimal(12,4)")}\tit's`,
    `${column("day", "int")}\tUTC`,
    "\t \t ",
    "# Partition Information\t \t ",
    `# ${column("col_name", "data_type", "comment")}`,
    "\t \t ",
    `${column("day", "int")}\tUTC`,
  ];
  expect(described.rows).toEqual(expected.map((line) => [line]));
  const { execution } = described;
  expect(execution.ResultConfiguration?.OutputLocation).toMatch(/\.txt$/);
  expect(await bench.get(execution.ResultConfiguration?.OutputLocation ?? "")).toBe(expected.join("\n"));
  expect([execution.StatementType, execution.SubstatementType]).toEqual(["UTILITY", "DESCRIBE_TABLE"]);
  const { ResultSet, UpdateCount } = await bench.athena.send(
    new GetQueryResultsCommand({ QueryExecutionId: execution.QueryExecutionId }),
  );
  const infos = ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
  expect(infos.map(({ Name, Type }) => `${Name} ${Type}`)).toEqual([
    "col_name string",
    "data_type string",
    "comment string",
  ]);
  expect(UpdateCount).toBeUndefined();
  expect(properties).toEqual([
    "EXTERNAL\tTRUE",
    "classification\tparquet",
    "comment\tabout",
    "k\tv",
    expect.stringMatching(/^transient_lastDdlTime\t\d{10}$/),
  ]);
  expect(await lines("SHOW TBLPROPERTIES shown('k')")).toEqual(["v"]);
  expect(created).toEqual([
    `CREATE EXTERNAL TABLE \`${DATABASE}.shown\`(`,
    "  `a` int, ",
    "  `b` decimal(12,4) COMMENT 'it\\'s')",
    "PARTITIONED BY ( ",
    "  `day` int COMMENT 'UTC')",
    "ROW FORMAT SERDE ",
    "  'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' ",
    "STORED AS INPUTFORMAT ",
    "  'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat' ",
    "OUTPUTFORMAT ",
    "  'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat'",
    "LOCATION",
    `  's3://${BUCKET}/shown'`,
    "TBLPROPERTIES (",
    "  'classification'='parquet', ",
    "  'comment'='about', ",
    "  'k'='v', ",
    expect.stringMatching(/^ {2}'transient_lastDdlTime'='\d{10}'\)$/),
  ]);
  expect(await lines("SHOW COLUMNS FROM shown")).toEqual(["a", "b", "day"].map((name) => name.padEnd(20)));
  expect(await lines(`SHOW COLUMNS IN shown IN ${DATABASE}`)).toHaveLength(3);
  expect(await lines("SHOW VIEWS")).toEqual([]);
  expect(await lines(`SHOW TABLES IN ${DATABASE} 's*'`)).toEqual(["sales", "shown"]);
  expect((await lines("DESCRIBE sales"))[0]).toBe(`${column("invoice", "string")}\tfrom deserializer`);
  expect((await bench.query("SHOW PARTITIONS sales")).reason).toMatch(/sales is not a partitioned table$/);
  await lines("DROP TABLE `shown`");
});

test("EXPLAIN shows the local plan and says whose it is, or that a query is valid", async () => {
  const plan = await bench.query("EXPLAIN SELECT country, count(*) FROM sales GROUP BY country");
  const valid = await bench.query("EXPLAIN (TYPE VALIDATE) SELECT 1");
  const wrong = await bench.query("EXPLAIN SELECT * FROM nope");

  const texts = plan.rows.map(([line]) => line ?? "");
  expect(texts.slice(0, 2)).toEqual([
    "Query Plan",
    expect.stringMatching(/^DuckDB v[\d.]+, the engine of the local run; Athena shows Trino's plan$/),
  ]);
  expect(texts.join("\n")).toMatch(/GROUP_BY[\s\S]*READ_JSON/);
  expect(await bench.get(plan.execution.ResultConfiguration?.OutputLocation ?? "")).toBe(texts.join("\n"));
  expect([plan.execution.StatementType, plan.execution.SubstatementType]).toEqual(["DML", "EXPLAIN"]);
  expect(plan.execution.Statistics?.DataScannedInBytes).toBe(0);
  expect(valid.rows).toEqual([["Valid"], ["true"], [""]]);
  expect(wrong.reason).toBe(
    `TABLE_NOT_FOUND: line 1:23: Table 'awsdatacatalog.${DATABASE}.nope' does not exist`,
  );
});

test.each([
  ["EXPLAIN ANALYZE SELECT 1", /lacks EXPLAIN ANALYZE/],
  ["EXPLAIN (TYPE IO) SELECT 1", /lacks EXPLAIN \(TYPE IO\)/],
  ["EXPLAIN (FORMAT JSON) SELECT 1", /lacks EXPLAIN \(FORMAT/],
  ["DESCRIBE FORMATTED sales", /lacks DESCRIBE FORMATTED/],
  ["DESCRIBE EXTENDED sales", /lacks DESCRIBE EXTENDED/],
  ["SHOW FUNCTIONS", /lacks SHOW FUNCTIONS/],
  ["SHOW CREATE VIEW v", /lacks SHOW CREATE VIEW/],
  ["CREATE VIEW v AS SELECT 1 AS a", /lacks CREATE VIEW/],
  ["ALTER TABLE sales SET TBLPROPERTIES ('a' = 'b')", /lacks this ALTER TABLE/],
  [
    "CREATE EXTERNAL TABLE x (a int) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION 's3://b/c/'",
    /lacks the SerDe org.apache.hadoop.hive.serde2.OpenCSVSerde/,
  ],
  [
    `CREATE EXTERNAL TABLE x (a int) STORED AS PARQUET LOCATION 's3://b/c/' TBLPROPERTIES ('projection.enabled'='true')`,
    /lacks the table property projection.enabled/,
  ],
  [
    `CREATE EXTERNAL TABLE x (a int) ROW FORMAT SERDE '${OPENX}' WITH SERDEPROPERTIES ('mapping.a'='b') LOCATION 's3://b/c/'`,
    /lacks the SerDe property mapping.a/,
  ],
  ["SHOW CREATE TABLE nope", /Table not found nope/],
  ["SHOW TBLPROPERTIES nope", /Table not found nope/],
  ["MSCK REPAIR TABLE nope", /Table not found nope/],
  ["DROP TABLE nope", /^FAILED: SemanticException \[Error 10001\]: Table not found nope$/],
])("%s fails with its reason", async (sql, reason) => {
  const { state, reason: given } = await bench.query(sql);

  expect(state).toBe("FAILED");
  expect(given).toMatch(reason);
});

test.each([
  ["DESCRIBE nope", ENTITY_NOT_FOUND],
  ["SHOW COLUMNS FROM nowhere.sales", ENTITY_NOT_FOUND],
  ['DESCRIBE "sales"', /mismatched input '"sales"'/],
  ['DROP TABLE "sales"', /mismatched input '"sales"'/],
  ["CREATE TABLE `x` AS SELECT 1 AS a", /mismatched input '`x`'/],
  ["CREATE TABLE x (a int)", /External keyword required/],
  ["CREATE EXTERNAL TABLE x (a int) STORED AS PARQUET", /No location was specified for table/],
  ["CREATE EXTERNAL TABLE x (a nope) STORED AS PARQUET LOCATION 's3://b/c/'", /mismatched input 'nope'/],
  ["CREATE OR REPLACE TABLE x AS SELECT 1 AS a", /mismatched input/],
  ["SHOW NONSENSE", /mismatched input 'NONSENSE'/],
  ["-- nothing", /mismatched input '<EOF>'/],
])("%s is not started", async (sql, message) => {
  await expect(bench.start(sql)).rejects.toMatchObject({
    name: "InvalidRequestException",
    message: expect.stringMatching(message),
  });
});

test("a missing table or database is told in the words that clients look for", async () => {
  const { athena } = bench;
  const CatalogName = "AwsDataCatalog";
  const table = athena.send(
    new GetTableMetadataCommand({ CatalogName, DatabaseName: DATABASE, TableName: "nope" }),
  );
  const database = athena.send(new ListTableMetadataCommand({ CatalogName, DatabaseName: "nope" }));

  for (const asked of [table, database]) {
    await expect(asked).rejects.toMatchObject({
      name: "MetadataException",
      message: expect.stringMatching(ENTITY_NOT_FOUND),
    });
  }
});

test("a CTAS lists its files in a manifest beside its result", async () => {
  const { execution } = await bench.query(
    "CREATE TABLE listed WITH (bucketed_by = ARRAY['record_id'], bucket_count = 2) AS SELECT record_id FROM sales",
  );

  const manifest = execution.Statistics?.DataManifestLocation ?? "";
  const id = execution.QueryExecutionId;
  expect(manifest).toBe(`s3://${BUCKET}/results/tables/${id}-manifest.csv`);
  const files = (await bench.get(manifest)).split("\n");
  expect(files).toEqual(bench.keys(`results/tables/${id}/`).map((key) => `s3://${BUCKET}/${key}`));
  expect(files.length).toBeGreaterThan(0);
  const select = await bench.query("SELECT 1");
  expect(select.execution.Statistics?.DataManifestLocation).toBeUndefined();
});

test("parameters take the places of their question marks", async () => {
  const ExecutionParameters = ["'it''s'", "-2", "DATE '2020-02-29'", "NULL", "2.50"];
  const sql = "SELECT ? AS t, ?, ?, ?, ?, '?' -- ?";

  const { rows, execution, types } = await bench.query(sql, { ExecutionParameters });

  expect(rows[1]).toEqual(["it's", "-2", "2020-02-29", null, "2.50", "?"]);
  expect(types).toEqual(["varchar", "integer", "date", "integer", "decimal", "varchar"]);
  expect(execution).toMatchObject({ Query: sql, ExecutionParameters });
  for (const bad of ["1, 2", "1 -- x", "(SELECT 1)", "record_id", "1;", "", " 1"]) {
    await expect(bench.start("SELECT ?", { ExecutionParameters: [bad] })).rejects.toThrow(/no literal/);
  }
});
