import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
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
import {
  BatchCreatePartitionCommand,
  BatchDeletePartitionCommand,
  BatchGetPartitionCommand,
  BatchUpdatePartitionCommand,
  CreateCrawlerCommand,
  CreatePartitionCommand,
  CreateTableCommand,
  DeletePartitionCommand,
  DeleteTableCommand,
  GetDatabaseCommand,
  GetDatabasesCommand,
  GetPartitionCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GetTablesCommand,
  type PartitionInput,
  paginateGetPartitions,
  UpdatePartitionCommand,
} from "@aws-sdk/client-glue";
import { readState } from "../../../local/services/glue/state";
import {
  BUCKET,
  DATABASE,
  HOUR_COLUMNS,
  SqlBench,
  sqlPlane,
  TRANSACTION_COLUMNS,
  table,
  transaction,
} from "../support/sql";

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

    expect(types).toEqual(["varchar", "varchar", "varchar", "integer", "double", "timestamp"]);
    expect(rows).toEqual([
      ["record_id", "description", "customer_id", "quantity", "price", "invoicedate"],
      ["r1", "RETRO SPOT MUG", "12417", "1", "2.95", "2009-12-06 10:30:00.000"],
      ["r2", 'x,"y"\nz', null, "6", "2.95", "2009-12-06 10:30:00.000"],
      ["r3", "RETRO SPOT MUG", "12417", "6", "2.95", "2009-12-06 10:30:00.000"],
    ]);
    const location = execution.ResultConfiguration?.OutputLocation ?? "";
    expect(location).toBe(`s3://${BUCKET}/results/${execution.QueryExecutionId}.csv`);
    expect(await bench.get(location)).toBe(
      [
        '"record_id","description","customer_id","quantity","price","invoicedate"',
        '"r1","RETRO SPOT MUG","12417","1","2.95","2009-12-06 10:30:00.000"',
        '"r2","x,""y""\nz",,"6","2.95","2009-12-06 10:30:00.000"',
        '"r3","RETRO SPOT MUG","12417","6","2.95","2009-12-06 10:30:00.000"',
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
    ["LIMIT before OFFSET", "SELECT 1 LIMIT 1 OFFSET 1", {}, /OFFSET must stand before LIMIT/],
    ["parameters", "SELECT ?", { ExecutionParameters: ["1"] }, /not supported by the local run/],
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

test("statements about the catalog answer without a header", async () => {
  const answers = [
    await bench.query("SHOW TABLES"),
    await bench.query(`SHOW TABLES IN ${DATABASE} 's*'`),
    await bench.query("SHOW DATABASES"),
    await bench.query("DESCRIBE `hourly`"),
    await bench.query("DROP TABLE IF EXISTS nope"),
  ];

  expect(answers.map(({ state }) => state)).toEqual(Array(5).fill("SUCCEEDED"));
  expect(answers[0]?.rows).toEqual([["hourly"], ["sales"], ["types"]]);
  expect(answers[1]?.rows).toEqual([["sales"]]);
  expect(answers[2]?.rows).toEqual([[DATABASE]]);
  expect(answers[3]?.rows).toContainEqual(["invoicedate", "timestamp", ""]);
  expect(answers[3]?.rows.at(-1)).toEqual(["hour", "int", ""]);
  expect(answers[0]?.execution.StatementType).toBe("UTILITY");
});

test.each([
  ["MSCK REPAIR TABLE hourly", /MergeSmallFiles registers the partitions/],
  ["ALTER TABLE hourly ADD PARTITION (year=1)", /Glue API/],
  ["CREATE EXTERNAL TABLE x (a int) LOCATION 's3://b/c/'", /Terraform/],
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
  expect(plain).toMatch(/GET \/console is not an Athena or Glue call/);
});

describe("the Glue catalog", () => {
  const HOURLY = { DatabaseName: DATABASE, TableName: "hourly" };

  function partition(hour: string, run = "1"): PartitionInput {
    const Values = ["2026", "11", "24", hour];
    const Location = `s3://${BUCKET}/hourly/hour=${hour}/run=${run}/`;
    return {
      Values,
      StorageDescriptor: { Location, Columns: [{ Name: "x", Type: "int" }] },
      Parameters: { digest: run },
    };
  }

  const values = (hour: string) => partition(hour).Values ?? [];

  beforeEach(async () => {
    const { Partitions = [] } = await bench.glue.send(new GetPartitionsCommand(HOURLY));
    for (const { Values } of Partitions) {
      await bench.glue.send(new DeletePartitionCommand({ ...HOURLY, PartitionValues: Values }));
    }
  });

  test("tells databases and tables as Terraform described them", async () => {
    const { Database } = await bench.glue.send(new GetDatabaseCommand({ Name: DATABASE }));
    const { DatabaseList } = await bench.glue.send(new GetDatabasesCommand({}));
    const { Table } = await bench.glue.send(new GetTableCommand({ DatabaseName: DATABASE, Name: "HOURLY" }));
    const { TableList } = await bench.glue.send(
      new GetTablesCommand({ DatabaseName: DATABASE, Expression: "s.*" }),
    );

    expect(Database?.Name).toBe(DATABASE);
    expect(DatabaseList).toHaveLength(1);
    expect(Table).toMatchObject({
      Name: "hourly",
      TableType: "EXTERNAL_TABLE",
      PartitionKeys: HOUR_COLUMNS.map(({ name, type }) => ({ Name: name, Type: type })),
      StorageDescriptor: {
        Location: PARTITIONED.location,
        SerdeInfo: { SerializationLibrary: "org.openx.data.jsonserde.JsonSerDe" },
      },
    });
    expect(Table?.StorageDescriptor?.Columns?.map(({ Name }) => Name)).toEqual(
      TRANSACTION_COLUMNS.map(({ name }) => name),
    );
    expect(TableList?.map(({ Name }) => Name)).toEqual(["sales"]);
  });

  test("keeps partitions: create, read, update, move, delete", async () => {
    const { glue } = bench;
    await glue.send(new CreatePartitionCommand({ ...HOURLY, PartitionInput: partition("03") }));
    const created = await glue.send(new GetPartitionCommand({ ...HOURLY, PartitionValues: values("03") }));
    await glue.send(
      new UpdatePartitionCommand({
        ...HOURLY,
        PartitionValueList: values("03"),
        PartitionInput: partition("03", "2"),
      }),
    );
    const updated = await glue.send(new GetPartitionCommand({ ...HOURLY, PartitionValues: values("03") }));
    await glue.send(
      new UpdatePartitionCommand({
        ...HOURLY,
        PartitionValueList: values("03"),
        PartitionInput: partition("04"),
      }),
    );
    const { Partitions } = await glue.send(
      new BatchGetPartitionCommand({
        ...HOURLY,
        PartitionsToGet: ["03", "04"].map((hour) => ({ Values: values(hour) })),
      }),
    );

    expect(created.Partition).toMatchObject({ ...partition("03"), ...HOURLY });
    expect(updated.Partition?.Parameters).toEqual({ digest: "2" });
    expect(updated.Partition?.StorageDescriptor).toEqual(partition("03", "2").StorageDescriptor);
    expect(Partitions?.map(({ Values }) => Values)).toEqual([values("04")]);
  });

  test("a batch creates what is not there and tells what is", async () => {
    await bench.glue.send(new CreatePartitionCommand({ ...HOURLY, PartitionInput: partition("03") }));

    const inputs = ["03", "04", "3", "04"].map((hour) => partition(hour, "9"));
    const { Errors } = await bench.glue.send(
      new BatchCreatePartitionCommand({ ...HOURLY, PartitionInputList: inputs }),
    );
    const { Partitions = [] } = await bench.glue.send(new GetPartitionsCommand(HOURLY));

    expect(
      Errors?.map(({ PartitionValues, ErrorDetail }) => [PartitionValues?.[3], ErrorDetail?.ErrorCode]),
    ).toEqual([
      ["03", "AlreadyExistsException"],
      ["04", "AlreadyExistsException"],
    ]);
    expect(Partitions.map(({ Values, Parameters }) => [Values?.[3], Parameters?.["digest"]])).toEqual([
      ["03", "1"],
      ["04", "9"],
      ["3", "9"],
    ]);
  });

  test("batches update and delete each for itself", async () => {
    await bench.glue.send(new CreatePartitionCommand({ ...HOURLY, PartitionInput: partition("03") }));
    const updated = await bench.glue.send(
      new BatchUpdatePartitionCommand({
        ...HOURLY,
        Entries: ["03", "09"].map((hour) => ({
          PartitionValueList: values(hour),
          PartitionInput: partition(hour, "2"),
        })),
      }),
    );
    const deleted = await bench.glue.send(
      new BatchDeletePartitionCommand({
        ...HOURLY,
        PartitionsToDelete: ["03", "09"].map((hour) => ({ Values: values(hour) })),
      }),
    );

    expect(updated.Errors?.map(({ PartitionValueList }) => PartitionValueList?.[3])).toEqual(["09"]);
    expect(deleted.Errors?.map(({ PartitionValues }) => PartitionValues?.[3])).toEqual(["09"]);
    await expect(
      bench.glue.send(new GetPartitionCommand({ ...HOURLY, PartitionValues: values("03") })),
    ).rejects.toMatchObject({ name: "EntityNotFoundException" });
  });

  test("filters and pages partitions", async () => {
    const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, "0"));
    await bench.glue.send(
      new BatchCreatePartitionCommand({
        ...HOURLY,
        PartitionInputList: hours.map((hour) => partition(hour)),
      }),
    );
    const matching = async (Expression: string) => {
      const { Partitions = [] } = await bench.glue.send(new GetPartitionsCommand({ ...HOURLY, Expression }));
      return Partitions.map(({ Values }) => Number(Values?.[3]));
    };
    const pages: number[] = [];
    // The paginator writes into its input.
    for await (const { Partitions } of paginateGetPartitions(
      { client: bench.glue, pageSize: 10 },
      { ...HOURLY },
    )) {
      pages.push(Partitions?.length ?? 0);
    }

    expect(pages).toEqual([10, 10, 4]);
    expect(await matching("year = 2026 AND hour BETWEEN 3 AND 5")).toEqual([3, 4, 5]);
    expect(await matching("hour IN (1, 2) OR hour >= 23")).toEqual([1, 2, 23]);
    expect(await matching("NOT (hour <> 7)")).toEqual([7]);
    for (const expression of ["hour = '7'", "price = 1", "lower(hour) = 'x'", "hour LIKE '1%'", "hour ="]) {
      await expect(matching(expression)).rejects.toMatchObject({
        name: "InvalidInputException",
        message: expect.stringContaining("not supported by the local run"),
      });
    }
  });

  test.each([
    ["a database that is not there", new GetDatabaseCommand({ Name: "nope" }), "EntityNotFoundException"],
    [
      "a table that is not there",
      new GetTableCommand({ DatabaseName: DATABASE, Name: "nope" }),
      "EntityNotFoundException",
    ],
    [
      "a partition that is not there",
      new GetPartitionCommand({ ...HOURLY, PartitionValues: values("07") }),
      "EntityNotFoundException",
    ],
    [
      "an update of none",
      new UpdatePartitionCommand({
        ...HOURLY,
        PartitionValueList: values("07"),
        PartitionInput: partition("07"),
      }),
      "EntityNotFoundException",
    ],
    [
      "too few values",
      new CreatePartitionCommand({ ...HOURLY, PartitionInput: { ...partition("07"), Values: ["2026"] } }),
      "InvalidInputException",
    ],
    [
      "no location",
      new CreatePartitionCommand({ ...HOURLY, PartitionInput: { Values: values("07") } }),
      "InvalidInputException",
    ],
    [
      "101 at once",
      new BatchCreatePartitionCommand({
        ...HOURLY,
        PartitionInputList: Array.from({ length: 101 }, (_, n) => partition(String(n))),
      }),
      "ValidationException",
    ],
    [
      "a table of a format that nobody reads",
      new CreateTableCommand({
        DatabaseName: DATABASE,
        TableInput: {
          Name: "x",
          StorageDescriptor: { Location: `s3://${BUCKET}/x/`, SerdeInfo: { SerializationLibrary: "csv" } },
        },
      }),
      "InvalidInputException",
    ],
  ])("refuses %s", async (_, command, name) => {
    // The union of all commands fits none of the client's overloads.
    const send: (given: never) => Promise<unknown> = (given) => bench.glue.send(given);

    await expect(send(command as never)).rejects.toMatchObject({ name });
  });

  test("a partition that is there is not created again", async () => {
    const create = new CreatePartitionCommand({ ...HOURLY, PartitionInput: partition("03") });
    await bench.glue.send(create);

    await expect(bench.glue.send(create)).rejects.toMatchObject({ name: "AlreadyExistsException" });
  });

  test("queries see registered partitions, and nothing else", async () => {
    await bench.put("hourly/hour=03/run=1/a.json", transaction("p3"));
    await bench.put("hourly/hour=04/run=1/a.json", transaction("p4"));
    await bench.glue.send(new CreatePartitionCommand({ ...HOURLY, PartitionInput: partition("03") }));
    await bench.glue.send(new CreatePartitionCommand({ ...HOURLY, PartitionInput: partition("05") }));
    const sql = 'SELECT record_id, year, hour, "$path" FROM hourly';

    const one = await bench.rows(sql);
    await bench.glue.send(new CreatePartitionCommand({ ...HOURLY, PartitionInput: partition("04") }));
    const two = await bench.rows(`${sql} ORDER BY hour`);
    const pruned = await bench.query(`${sql} WHERE hour = 4`);
    const shown = await bench.query("SHOW PARTITIONS hourly");

    expect(one).toEqual([["p3", "2026", "3", `s3://${BUCKET}/hourly/hour=03/run=1/a.json`]]);
    expect(two.map(([id]) => id)).toEqual(["p3", "p4"]);
    expect(pruned.rows.slice(1).map(([id]) => id)).toEqual(["p4"]);
    expect(pruned.execution.Statistics?.DataScannedInBytes).toBe(transaction("p4").length);
    expect(shown.rows).toEqual([
      ["year=2026/month=11/day=24/hour=03"],
      ["year=2026/month=11/day=24/hour=04"],
      ["year=2026/month=11/day=24/hour=05"],
    ]);
  });

  test("two spellings of one value are two partitions, both read", async () => {
    for (const hour of ["03", "3"]) {
      await bench.put(`hourly/hour=${hour}/run=1/a.json`, transaction(`h${hour}`));
      await bench.glue.send(new CreatePartitionCommand({ ...HOURLY, PartitionInput: partition(hour) }));
    }

    expect(await bench.rows("SELECT record_id FROM hourly WHERE hour = 3 ORDER BY 1")).toEqual([
      ["h03"],
      ["h3"],
    ]);
  });

  test("a value that is no number fails the query", async () => {
    await bench.glue.send(
      new CreatePartitionCommand({ ...HOURLY, PartitionInput: partition("__HIVE_DEFAULT_PARTITION__") }),
    );

    const { reason } = await bench.query("SELECT count(*) FROM hourly");

    expect(reason).toMatch(/^HIVE_INVALID_PARTITION_VALUE: Invalid partition value '__HIVE/);
  });

  test("tables come and go", async () => {
    const TableInput = {
      Name: "Made",
      StorageDescriptor: {
        Location: `s3://${BUCKET}/sales/`,
        Columns: [{ Name: "record_id", Type: "string" }],
        SerdeInfo: { SerializationLibrary: "org.openx.data.jsonserde.JsonSerDe" },
      },
    };
    await bench.glue.send(new CreateTableCommand({ DatabaseName: DATABASE, TableInput }));
    const rows = await bench.rows("SELECT * FROM made ORDER BY 1");
    const again = bench.glue.send(new CreateTableCommand({ DatabaseName: DATABASE, TableInput }));
    await expect(again).rejects.toMatchObject({ name: "AlreadyExistsException" });
    await bench.glue.send(new DeleteTableCommand({ DatabaseName: DATABASE, Name: "made" }));

    expect(rows).toEqual([["r1"], ["r2"], ["r3"]]);
    expect((await bench.query("SELECT * FROM made")).reason).toMatch(/TABLE_NOT_FOUND/);
  });
});

describe("what is kept", () => {
  test("partitions and tables that queries made outlive a restart; tables follow the Terraform", async () => {
    const own = await SqlBench.start(PLANE);
    const Values = ["2026", "11", "24", "03"];
    const HOURLY = { DatabaseName: DATABASE, TableName: "hourly" };
    const PartitionInput = { Values, StorageDescriptor: { Location: `s3://${BUCKET}/hourly/3/` } };
    await own.glue.send(new CreatePartitionCommand({ ...HOURLY, PartitionInput }));
    await own.query(`CREATE TABLE made WITH (external_location='s3://${BUCKET}/made/') AS SELECT 1 AS a`);

    await own.restart({
      ...PLANE,
      tables: [{ ...PARTITIONED, columns: [{ name: "only", type: "string" }] }],
    });
    const { Partition } = await own.glue.send(
      new GetPartitionCommand({ ...HOURLY, PartitionValues: Values }),
    );
    const { Table } = await own.glue.send(new GetTableCommand({ DatabaseName: DATABASE, Name: "hourly" }));
    const made = await own.rows("SELECT a FROM made");
    const shown = await own.query("SHOW TABLES");
    await own.close();

    expect(Partition).toMatchObject(PartitionInput);
    expect(Table?.StorageDescriptor?.Columns).toEqual([{ Name: "only", Type: "string" }]);
    expect(made).toEqual([["1"]]);
    expect(shown.rows).toEqual([["hourly"], ["made"]]);
  });

  test("a change that was cut off in the middle has not happened", async () => {
    const own = await SqlBench.start(PLANE);
    const Values = ["2026", "11", "24", "03"];
    const HOURLY = { DatabaseName: DATABASE, TableName: "hourly" };
    await own.glue.send(
      new CreatePartitionCommand({
        ...HOURLY,
        PartitionInput: { Values, StorageDescriptor: { Location: "s3://b/1/" } },
      }),
    );
    const file = join(own.folder, "catalog", "catalog.json");
    writeFileSync(`${file}.new`, readFileSync(file, "utf8").slice(0, 20));

    await own.restart();
    const { Partition } = await own.glue.send(
      new GetPartitionCommand({ ...HOURLY, PartitionValues: Values }),
    );

    expect(Partition?.StorageDescriptor?.Location).toBe("s3://b/1/");
    writeFileSync(file, "[]");
    await expect(own.restart()).rejects.toThrow(/catalog\.json is not a catalog of the local SQL; remove it/);
    writeFileSync(file, '{"tables":[],"partitions":{}}');
    await own.restart();
    await own.close();
  });

  test("the file is a whole state at any time, also when the writer is killed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "retail-bi-sql-"));
    const file = join(folder, "catalog.json");
    const script = join(folder, "writer.ts");
    const stateFile = resolve(__dirname, "../../../local/services/glue/state-file");
    writeFileSync(
      script,
      `import { writeState } from ${JSON.stringify(stateFile)};
       const partition = { values: ["x".repeat(1000)], storage: {}, location: "s3://b/", parameters: {}, createdAt: 0 };
       for (let n = 1; ; n++) {
         writeState(${JSON.stringify(file)}, { tables: [], partitions: { t: Array(500 + (n % 7) * 500).fill(partition) } });
       }`,
    );
    const writer = spawn(process.execPath, ["--import", "tsx", script], {
      cwd: resolve(__dirname, "../../.."),
    });
    const ended = once(writer, "exit");
    const sizes = new Set<number | undefined>();
    try {
      while (!existsSync(file)) await new Promise((resume) => setTimeout(resume, 20));
      for (let reads = 0; reads < 50; reads++) {
        sizes.add(readState(file).partitions["t"]?.length);
        await new Promise((resume) => setTimeout(resume, 1));
      }
    } finally {
      writer.kill("SIGKILL");
      await ended;
    }

    sizes.add(readState(file).partitions["t"]?.length);
    rmSync(folder, { recursive: true });
    for (const size of sizes) expect(Number(size) % 500).toBe(0);
    expect(sizes.size).toBeGreaterThan(1);
  });

  test("a taken port is named", async () => {
    const port = Number(new URL(bench.url).port);

    await expect(SqlBench.start(PLANE, { port })).rejects.toThrow(
      new RegExp(`port ${port} of the SQL service is taken`),
    );
  });
});
