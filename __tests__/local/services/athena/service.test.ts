import { request } from "node:http";
import { gzipSync } from "node:zlib";
import {
  BatchGetNamedQueryCommand,
  CreateWorkGroupCommand,
  GetNamedQueryCommand,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetQueryRuntimeStatisticsCommand,
  GetTableMetadataCommand,
  GetWorkGroupCommand,
  ListDatabasesCommand,
  ListNamedQueriesCommand,
  ListQueryExecutionsCommand,
  ListTableMetadataCommand,
  ListWorkGroupsCommand,
  paginateGetQueryResults,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { CreateCrawlerCommand } from "@aws-sdk/client-glue";
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

const PARTITIONED = table("hourly", TRANSACTION_COLUMNS, { partitionKeys: HOUR_COLUMNS });
const TYPES = table(
  "types",
  ["string", "int", "bigint", "double", "float", "boolean", "timestamp", "date", "decimal(10,2)"].map(
    (type) => ({
      name: `a_${type.replace(/\W.*/, "")}`,
      type,
    }),
  ),
);
const PLANE = sqlPlane([table("sales", TRANSACTION_COLUMNS), PARTITIONED, TYPES], {
  workgroups: [
    { address: "w", name: "people", enforced: false, outputLocation: `s3://${BUCKET}/results/` },
    {
      address: "e",
      name: "enforced",
      enforced: true,
      outputLocation: `s3://${BUCKET}/enforced`,
      bytesScannedCutoff: 10,
    },
    { address: "n", name: "nowhere", enforced: false },
  ],
  namedQueries: [
    {
      address: "q.count",
      name: "Count",
      database: DATABASE,
      workgroup: "people",
      sql: "SELECT count(*) FROM sales",
    },
    { address: "q.other", name: "Other", database: DATABASE, workgroup: "enforced", sql: "SELECT 1" },
  ],
});

let bench: SqlBench;

beforeAll(async () => {
  bench = await SqlBench.start(PLANE);
  await bench.put(
    "sales/a.json",
    transaction("r1", { Quantity: 1 }) + transaction("r2", { Description: 'x,"y"\nz', Customer_ID: null }),
  );
  await bench.put("sales/b.json.gz", gzipSync(transaction("r3")));
  await bench.put("sales/_hidden.json", transaction("hidden"));
  await bench.put("sales/empty.json", Buffer.alloc(0));
});

afterAll(() => bench.close());

describe("a query's answer", () => {
  test("is a page with a header, typed, and a CSV as Athena writes it", async () => {
    const sql =
      "SELECT record_id, description, customer_id, quantity, price, invoicedate FROM sales ORDER BY 1";

    const { execution, rows, types } = await bench.query(sql);

    expect(types).toEqual(["varchar", "varchar", "varchar", "integer", "decimal", "timestamp"]);
    expect(rows).toEqual([
      ["record_id", "description", "customer_id", "quantity", "price", "invoicedate"],
      ["r1", "RETRO SPOT MUG", "12417", "1", "2.9500", "2009-12-06 10:30:00.000"],
      ["r2", 'x,"y"\nz', null, "6", "2.9500", "2009-12-06 10:30:00.000"],
      ["r3", "RETRO SPOT MUG", "12417", "6", "2.9500", "2009-12-06 10:30:00.000"],
    ]);
    const location = execution.ResultConfiguration?.OutputLocation ?? "";
    expect(location).toBe(`s3://${BUCKET}/results/${execution.QueryExecutionId}.csv`);
    expect(await bench.get(location)).toBe(
      [
        '"record_id","description","customer_id","quantity","price","invoicedate"',
        '"r1","RETRO SPOT MUG","12417","1","2.9500","2009-12-06 10:30:00.000"',
        '"r2","x,""y""\nz",,"6","2.9500","2009-12-06 10:30:00.000"',
        '"r3","RETRO SPOT MUG","12417","6","2.9500","2009-12-06 10:30:00.000"',
        "",
      ].join("\n"),
    );
  });

  test("tells what was read: the visible files of the tables, once each", async () => {
    const bytes = ["sales/a.json", "sales/b.json.gz"].map((key) => bench.size(key)).reduce((a, b) => a + b);

    const { execution } = await bench.query(
      "SELECT count(*) FROM sales a JOIN sales b ON a.record_id = b.record_id",
    );

    expect(execution).toMatchObject({
      StatementType: "DML",
      WorkGroup: "people",
      QueryExecutionContext: { Database: DATABASE },
      Statistics: { DataScannedInBytes: bytes },
    });
    expect(execution.Statistics?.TotalExecutionTimeInMillis).toBeGreaterThanOrEqual(
      execution.Statistics?.EngineExecutionTimeInMillis ?? Number.NaN,
    );
    expect(execution.Status?.SubmissionDateTime?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    const { QueryRuntimeStatistics } = await bench.athena.send(
      new GetQueryRuntimeStatisticsCommand({ QueryExecutionId: execution.QueryExecutionId }),
    );
    expect(QueryRuntimeStatistics?.Rows?.InputBytes).toBe(bytes);
  });

  test("of 2,500 rows comes in pages of 1,000, the header in the first", async () => {
    const id = await bench.start(
      "SELECT n, CASE WHEN n % 2 = 0 THEN 'a\nb' END AS t FROM UNNEST(sequence(1, 2500)) AS s(n) ORDER BY n",
    );
    await bench.ended(id);

    const sizes: number[] = [];
    const values: (string | undefined)[] = [];
    for await (const { ResultSet } of paginateGetQueryResults(
      { client: bench.athena },
      { QueryExecutionId: id },
    )) {
      sizes.push(ResultSet?.Rows?.length ?? 0);
      values.push(...(ResultSet?.Rows ?? []).map(({ Data }) => Data?.[0]?.VarCharValue));
    }

    expect(sizes).toEqual([1000, 1000, 501]);
    expect(values).toEqual(["n", ...Array.from({ length: 2500 }, (_, index) => String(index + 1))]);
  });

  test("is gone when its object is", async () => {
    const { execution } = await bench.query("SELECT 1");
    const id = execution.QueryExecutionId ?? "";
    await bench.remove(`results/${id}.csv`);

    const results = bench.athena.send(new GetQueryResultsCommand({ QueryExecutionId: id }));

    await expect(results).rejects.toThrow(/Could not find results/);
  });
});

describe("JSON lines", () => {
  test("keys match the columns without regard to case, file by file, missing ones are NULL", async () => {
    await bench.put(
      "types/a.json",
      '{"A_STRING":"upper","a_Int":1,"A_BIGINT":9007199254740993}\n{"A_STRING":"second"}\n',
    );
    await bench.put(
      "types/b.json",
      '{"unknown":1}\n{"a_string":"late","a_double":0.1,"a_float":0.1,"a_boolean":true,"a_timestamp":"2020-01-01 10:00:00.5","a_date":"2020-01-01","a_decimal":1.25}\n',
    );

    const rows = await bench.rows("SELECT * FROM types ORDER BY a_string");

    expect(rows).toEqual([
      ["late", null, null, "0.1", "0.1", "true", "2020-01-01 10:00:00.500", "2020-01-01", "1.25"],
      ["second", null, null, null, null, null, null, null, null],
      ["upper", "1", "9007199254740993", null, null, null, null, null, null],
      [null, null, null, null, null, null, null, null, null],
    ]);
  });

  test("a line that is cut off fails the query, as on Athena", async () => {
    await bench.put("types/broken.json", '{"a_string":"x"}\n{"a_string":"y');

    const { state, reason } = await bench.query("SELECT * FROM types");
    await bench.remove("types/broken.json");

    expect(state).toBe("FAILED");
    expect(reason).toMatch(/^HIVE_CURSOR_ERROR: Malformed JSON/);
  });
});

describe("StartQueryExecution", () => {
  test.each([
    ["an unknown workgroup", "SELECT 1", { WorkGroup: "nope" }, /WorkGroup nope is not found/],
    ["no output location", "SELECT 1", { WorkGroup: "nowhere" }, /No output location provided/],
    [
      "an output location elsewhere",
      "SELECT 1",
      { ResultConfiguration: { OutputLocation: "/tmp/x" } },
      /not a valid S3 path/,
    ],
    ["an empty query", " ", {}, /empty/],
    ["what is no SQL", "SELEC 1", {}, /line 1:\d+|Expecting/],
    ["two statements", "SELECT 1; SELECT 2", {}, /Only one sql statement is allowed/],
    ["LIMIT before OFFSET", "SELECT 1 LIMIT 1 OFFSET 1", {}, /line 1:18: mismatched input 'OFFSET'/],
    ["a parameter too few", "SELECT ?", {}, /Incorrect number of parameters: expected 1 but found 0/],
    ["a parameter that is no literal", "SELECT ?", { ExecutionParameters: ["1, 2"] }, /1, 2 is no literal/],
    [
      "another catalog",
      "SELECT 1",
      { QueryExecutionContext: { Catalog: "hive" } },
      /Catalog hive was not found/,
    ],
    ["a long query", `SELECT '${"x".repeat(262_144)}'`, {}, /longer than 262144 bytes/],
    [
      "a CTAS with a location where the workgroup decides it",
      `CREATE TABLE t WITH (external_location='s3://${BUCKET}/x/') AS SELECT 1 AS a`,
      { WorkGroup: "enforced" },
      /enforces a centralized output location/,
    ],
  ])("refuses %s", async (_, sql, input, message) => {
    await expect(bench.start(sql, input)).rejects.toMatchObject({
      name: "InvalidRequestException",
      message: expect.stringMatching(message),
    });
  });

  test("honours the client's location, and the workgroup's where it is enforced", async () => {
    const ResultConfiguration = { OutputLocation: `s3://${BUCKET}/mine` };
    const client = await bench.query("SELECT 1", { ResultConfiguration });
    const enforced = await bench.query("SELECT 1", { ResultConfiguration, WorkGroup: "enforced" });
    const given = await bench.query("SELECT 1", { ResultConfiguration, WorkGroup: "nowhere" });

    const locations = [client, enforced, given].map(({ execution }) =>
      execution.ResultConfiguration?.OutputLocation?.replace(/[^/]+$/, ""),
    );
    expect(locations).toEqual([`s3://${BUCKET}/mine/`, `s3://${BUCKET}/enforced/`, `s3://${BUCKET}/mine/`]);
  });

  test("a token used again gives the same query, with another text an error", async () => {
    const ClientRequestToken = "0123456789abcdef0123456789abcdef";
    const first = await bench.start("SELECT 1", { ClientRequestToken });
    const second = await bench.start("SELECT 1", { ClientRequestToken });

    expect(second).toBe(first);
    await expect(bench.start("SELECT 2", { ClientRequestToken })).rejects.toThrow(
      /Idempotent parameters do not match/,
    );
  });

  test("a query over the workgroup's scan limit is cancelled", async () => {
    const { state, reason, execution } = await bench.query("SELECT count(*) FROM sales", {
      WorkGroup: "enforced",
    });

    expect(state).toBe("CANCELLED");
    expect(reason).toMatch(/Bytes scanned limit was exceeded/);
    expect(execution.Statistics?.DataScannedInBytes).toBe(0);
  });
});

describe("a long query", () => {
  const LONG =
    "SELECT count(*) FROM UNNEST(sequence(1, 30000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 30000)) AS b(y) CROSS JOIN UNNEST(sequence(1, 30000)) AS c(z) WHERE x * y + z < 0";

  async function state(id: string): Promise<string | undefined> {
    const { QueryExecution } = await bench.athena.send(
      new GetQueryExecutionCommand({ QueryExecutionId: id }),
    );
    return QueryExecution?.Status?.State;
  }

  test("can be stopped, and others go on meanwhile; a fourth waits its turn", async () => {
    const long = [await bench.start(LONG), await bench.start(LONG)];
    const short = await bench.query("SELECT 1");
    const third = await bench.start(LONG);
    const queued = await bench.start("SELECT 2");
    const before = [await state(long[0] ?? ""), await state(queued)];
    await expect(bench.athena.send(new GetQueryResultsCommand({ QueryExecutionId: queued }))).rejects.toThrow(
      /not yet finished/,
    );

    for (const id of [...long, third])
      await bench.athena.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
    const ended = await Promise.all([...long, third, queued].map((id) => bench.ended(id)));

    expect(short.state).toBe("SUCCEEDED");
    expect(before).toEqual(["RUNNING", "QUEUED"]);
    expect(ended.map((end) => end.state)).toEqual(["CANCELLED", "CANCELLED", "CANCELLED", "SUCCEEDED"]);
    expect(ended[0]?.reason).toMatch(/cancelled/);
  });

  test("does not hold up the end of the service", async () => {
    const own = await SqlBench.start(PLANE);
    const started = Date.now();
    await own.start(LONG);
    await own.start(LONG);

    await own.close();

    expect(Date.now() - started).toBeLessThan(10_000);
  });
});

test.each([
  ["ALTER TABLE hourly ADD COLUMNS (x int)", /Terraform/],
  ["CREATE EXTERNAL TABLE x (a int) LOCATION 's3://b/c/'", /lacks tables of delimited text/],
  ["INSERT INTO sales SELECT * FROM sales", /CREATE TABLE AS/],
  ["DELETE FROM sales", /Iceberg/],
  ["DROP TABLE nope", /not found|Not Found/i],
  ["CREATE TABLE x WITH (format = 'ORC') AS SELECT 1 AS a", /the format ORC/],
  ["CREATE TABLE x WITH (partitioned_by = ARRAY['a']) AS SELECT 1 AS a", /the table property partitioned_by/],
  ["CREATE TABLE x WITH (bucketed_by = ARRAY['a']) AS SELECT 1 AS a", /must be specified together/],
  [
    "CREATE TABLE x WITH (bucketed_by = ARRAY['b'], bucket_count = 2) AS SELECT 1 AS a",
    /not present in schema/,
  ],
  ["CREATE TABLE x AS SELECT 1", /Column name not specified at position 1/],
  ["CREATE TABLE x AS SELECT 1 AS a, 2 AS A", /specified more than once/],
  ["CREATE TABLE x AS SELECT now() AS a", /the type TIMESTAMP WITH TIME ZONE in a table/],
  ["CREATE TABLE sales AS SELECT 1 AS a", /TABLE_ALREADY_EXISTS/],
])("%s fails with its reason", async (sql, reason) => {
  const ended = await bench.query(sql);

  expect(ended.state).toBe("FAILED");
  expect(ended.reason).toMatch(reason);
});

test("workgroups, saved queries, databases and tables are told", async () => {
  const { athena } = bench;
  const { WorkGroup } = await athena.send(new GetWorkGroupCommand({ WorkGroup: "enforced" }));
  const { WorkGroups = [] } = await athena.send(new ListWorkGroupsCommand({}));
  const { NamedQueryIds = [] } = await athena.send(new ListNamedQueriesCommand({ WorkGroup: "people" }));
  const { NamedQuery } = await athena.send(new GetNamedQueryCommand({ NamedQueryId: NamedQueryIds[0] }));
  const batch = await athena.send(
    new BatchGetNamedQueryCommand({ NamedQueryIds: [NamedQueryIds[0] ?? "", "nope"] }),
  );
  const { DatabaseList } = await athena.send(new ListDatabasesCommand({ CatalogName: "AwsDataCatalog" }));
  const { TableMetadataList = [] } = await athena.send(
    new ListTableMetadataCommand({ CatalogName: "AwsDataCatalog", DatabaseName: DATABASE }),
  );
  const { TableMetadata } = await athena.send(
    new GetTableMetadataCommand({
      CatalogName: "AwsDataCatalog",
      DatabaseName: DATABASE,
      TableName: "hourly",
    }),
  );
  const id = await bench.start("SELECT 1");
  const { QueryExecutionIds } = await athena.send(new ListQueryExecutionsCommand({ WorkGroup: "people" }));

  expect(WorkGroup?.Configuration).toMatchObject({
    EnforceWorkGroupConfiguration: true,
    BytesScannedCutoffPerQuery: 10,
    ResultConfiguration: { OutputLocation: `s3://${BUCKET}/enforced` },
  });
  expect(WorkGroups.map(({ Name }) => Name)).toEqual(["people", "enforced", "nowhere"]);
  expect(NamedQueryIds).toHaveLength(1);
  expect(NamedQuery).toMatchObject({
    Name: "Count",
    QueryString: "SELECT count(*) FROM sales",
    Database: DATABASE,
  });
  expect(batch.NamedQueries).toHaveLength(1);
  expect(batch.UnprocessedNamedQueryIds?.[0]?.NamedQueryId).toBe("nope");
  expect(DatabaseList).toEqual([{ Name: DATABASE }]);
  expect(TableMetadataList.map(({ Name }) => Name)).toEqual(["hourly", "sales", "types"]);
  expect(TableMetadata?.PartitionKeys?.map(({ Name }) => Name)).toEqual(["year", "month", "day", "hour"]);
  expect(QueryExecutionIds?.[0]).toBe(id);
  await bench.ended(id);
});

test("what is not served is refused by name", async () => {
  await expect(bench.athena.send(new CreateWorkGroupCommand({ Name: "x" }))).rejects.toMatchObject({
    name: "UnknownOperationException",
    message: "AmazonAthena.CreateWorkGroup is not supported by the local run",
  });
  const crawler = new CreateCrawlerCommand({ Name: "x", Role: "r", Targets: {} });
  await expect(bench.glue.send(crawler)).rejects.toThrow(
    "AWSGlue.CreateCrawler is not supported by the local run",
  );
  const plain = await new Promise<string>((resolve, reject) => {
    request(`${bench.url}/console`, (response) => {
      response.setEncoding("utf8").on("data", resolve);
    })
      .on("error", reject)
      .end();
  });
  expect(plain).toMatch(/GET \/console is not a call of this API/);
});

test("a taken port is named", async () => {
  const port = Number(new URL(bench.url).port);

  await expect(SqlBench.start(PLANE, { port })).rejects.toThrow(
    new RegExp(`port ${port} of the SQL service is taken`),
  );
});
