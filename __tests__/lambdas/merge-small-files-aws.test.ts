import { AthenaClient, InvalidRequestException } from "@aws-sdk/client-athena";
import { EntityNotFoundException, GlueClient } from "@aws-sdk/client-glue";
import { NoSuchKey, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { hourOf } from "../../contract/hours";
import { glueCatalog } from "../../lambdas/merge-small-files/aws-catalog";
import { s3Objects } from "../../lambdas/merge-small-files/aws-objects";
import { athenaQueries } from "../../lambdas/merge-small-files/aws-queries";
import { lambdaContext, sdkEnvironment, setEnvironment, startEndpoint } from "../support/fake-endpoint";

type Answer = (command: string, input: Record<string, unknown>) => unknown;

/** A client whose calls are answered here. */
function answered<C extends object>(client: C, answer: Answer) {
  const calls: [command: string, input: unknown][] = [];
  const send = async (command: { input: Record<string, unknown> }): Promise<unknown> => {
    const name = command.constructor.name.replace(/Command$/, "");
    calls.push([name, command.input]);
    return answer(name, command.input);
  };
  return { client: Object.assign(client, { send }), calls };
}

const s3 = (answer: Answer) => answered(new S3Client({ region: "eu-west-1" }), answer);
const glue = (answer: Answer) => answered(new GlueClient({ region: "eu-west-1" }), answer);
const athena = (answer: Answer) => answered(new AthenaClient({ region: "eu-west-1" }), answer);

function thrower(error: Error): () => never {
  return () => {
    throw error;
  };
}

function s3Error(status: number): S3ServiceException {
  const $metadata = { httpStatusCode: status };
  return new S3ServiceException({
    name: `Error${status}`,
    $fault: "client",
    $metadata,
    message: `${status}`,
  });
}

const TABLE = { database: "db", name: "t" };
const HOUR = ["2026", "11", "24", "03"];
const partition = (location: string, values: string[] = HOUR) => ({
  values,
  location,
  parameters: { digest: "d" },
});

describe("objects", () => {
  test("are listed to the last page", async () => {
    const LastModified = new Date(5);
    const { client, calls } = s3((_command, { ContinuationToken }) =>
      ContinuationToken === undefined
        ? { Contents: [{ Key: "p/a", ETag: '"1"', Size: 7, LastModified }], NextContinuationToken: "more" }
        : { Contents: [{ Key: "p/b", ETag: '"2"', Size: 0, LastModified }] },
    );
    await expect(s3Objects(client).list({ bucket: "lake", prefix: "p/" })).resolves.toEqual([
      { key: "p/a", etag: '"1"', bytes: 7, modifiedMs: 5 },
      { key: "p/b", etag: '"2"', bytes: 0, modifiedMs: 5 },
    ]);
    expect(calls.map(([, input]) => input)).toEqual([
      { Bucket: "lake", Prefix: "p/", ContinuationToken: undefined },
      { Bucket: "lake", Prefix: "p/", ContinuationToken: "more" },
    ]);
    await expect(s3Objects(s3(() => ({})).client).list({ bucket: "lake", prefix: "p/" })).resolves.toEqual(
      [],
    );
  });

  test("are read with their ETag; an absent one is none, and another error is one", async () => {
    const Body = { transformToString: async () => "text" };
    const found = s3Objects(s3(() => ({ Body, ETag: '"1"' })).client);
    await expect(found.read("lake", "k")).resolves.toEqual({ body: "text", etag: '"1"' });
    const absent = s3Objects(s3(thrower(new NoSuchKey({ $metadata: {}, message: "" }))).client);
    await expect(absent.read("lake", "k")).resolves.toBeUndefined();
    await expect(s3Objects(s3(thrower(s3Error(403))).client).read("lake", "k")).rejects.toThrow("403");
  });

  test("are written on a condition, and whether it held is told from other errors", async () => {
    const { client, calls } = s3(() => ({ ETag: '"2"' }));
    await expect(s3Objects(client).writeIf("lake", "k", "b", "absent")).resolves.toBe('"2"');
    await expect(s3Objects(client).writeIf("lake", "k", "b", { etag: '"1"' })).resolves.toBe('"2"');
    const common = { Bucket: "lake", Key: "k", Body: "b", ContentType: "application/json" };
    expect(calls).toEqual([
      ["PutObject", { ...common, IfNoneMatch: "*" }],
      ["PutObject", { ...common, IfMatch: '"1"' }],
    ]);
    for (const status of [404, 409, 412]) {
      const objects = s3Objects(s3(thrower(s3Error(status))).client);
      await expect(objects.writeIf("lake", "k", "b", "absent")).resolves.toBeUndefined();
    }
    for (const error of [s3Error(403), s3Error(503), new TypeError("socket")]) {
      const objects = s3Objects(s3(thrower(error)).client);
      await expect(objects.writeIf("lake", "k", "b", "absent")).rejects.toBe(error);
    }
  });

  test("are removed a thousand at a time, and one that stays is an error", async () => {
    const { client, calls } = s3(() => ({}));
    await s3Objects(client).remove(
      "lake",
      Array.from({ length: 2500 }, (_, index) => `k${index}`),
    );
    const sizes = calls.map(
      ([, input]) => (input as { Delete: { Objects: unknown[] } }).Delete.Objects.length,
    );
    expect(sizes).toEqual([1000, 1000, 500]);
    const Errors = [{ Key: "k7", Code: "AccessDenied", Message: "no" }];
    const refused = s3Objects(s3(() => ({ Errors })).client).remove("lake", ["k7"]);
    await expect(refused).rejects.toThrow("1 objects of lake were not deleted, such as k7: AccessDenied no");
  });
});

describe("the catalog", () => {
  const Table = {
    StorageDescriptor: { Columns: [{ Name: "invoice" }], SerdeInfo: { Name: "s" }, Location: "s3://t/" },
  };

  test("finds partitions, and asks again for each that was not answered for", async () => {
    const { client, calls } = glue((command, { PartitionValues }) => {
      if (command === "GetPartition") {
        if (String(PartitionValues) === "gone")
          throw new EntityNotFoundException({ $metadata: {}, message: "" });
        return { Partition: { Values: PartitionValues, StorageDescriptor: { Location: "s3://b/" } } };
      }
      if (command === "GetTable") return { Table };
      return {
        Partitions: [
          {
            Values: HOUR,
            StorageDescriptor: { ...Table.StorageDescriptor, Location: "s3://a/" },
            Parameters: { digest: "d" },
          },
        ],
        UnprocessedKeys: [{ Values: ["slow"] }, { Values: ["gone"] }],
      };
    });
    await expect(glueCatalog(client).partitions(TABLE, [HOUR, ["slow"], ["gone"]])).resolves.toEqual([
      { ...partition("s3://a/"), hasTableColumns: true },
      { values: ["slow"], location: "s3://b/", parameters: {}, hasTableColumns: false },
    ]);
    expect(calls[0]).toEqual([
      "BatchGetPartition",
      {
        DatabaseName: "db",
        TableName: "t",
        PartitionsToGet: [{ Values: HOUR }, { Values: ["slow"] }, { Values: ["gone"] }],
      },
    ]);
    expect(calls.map(([command]) => command)).toEqual([
      "BatchGetPartition",
      "GetPartition",
      "GetPartition",
      "GetTable",
    ]);
    const broken = glueCatalog(
      glue((command) => {
        if (command === "GetPartition") throw new Error("throttled");
        return { UnprocessedKeys: [{ Values: ["slow"] }] };
      }).client,
    );
    await expect(broken.partitions(TABLE, [["slow"]])).rejects.toThrow("throttled");
  });

  test("makes partitions from the table's own description, a hundred at a time", async () => {
    const { client, calls } = glue((command) => (command === "GetTable" ? { Table } : {}));
    const many = Array.from({ length: 150 }, (_, index) => partition(`s3://a/${index}/`, [String(index)]));
    await glueCatalog(client).createPartitions(TABLE, many);
    expect(calls.map(([command]) => command)).toEqual([
      "GetTable",
      "BatchCreatePartition",
      "BatchCreatePartition",
    ]);
    const inputs = calls
      .slice(1)
      .map(([, input]) => (input as { PartitionInputList: unknown[] }).PartitionInputList);
    expect(inputs.map(({ length }) => length)).toEqual([100, 50]);
    expect(inputs[0]?.[7]).toEqual({
      Values: ["7"],
      StorageDescriptor: { ...Table.StorageDescriptor, Location: "s3://a/7/" },
      Parameters: { digest: "d" },
    });
  });

  test("accepts a partition that exists meanwhile, and no other fault", async () => {
    const create = (ErrorCode: string) => {
      const Errors = [{ PartitionValues: HOUR, ErrorDetail: { ErrorCode, ErrorMessage: "why" } }];
      const { client } = glue((command) => (command === "GetTable" ? { Table } : { Errors }));
      return glueCatalog(client).createPartitions(TABLE, [partition("s3://a/")]);
    };
    await expect(create("AlreadyExistsException")).resolves.toBeUndefined();
    await expect(create("InternalServiceException")).rejects.toThrow(
      "1 partitions of db.t were not created, such as 2026/11/24/03: InternalServiceException why",
    );
    await expect(
      glueCatalog(glue(() => ({})).client).createPartitions(TABLE, [partition("s3://a/")]),
    ).rejects.toThrow("no StorageDescriptor of db.t");
  });

  test("puts a partition by one update, or by one creation where there is none", async () => {
    const commands = async (failure?: Error): Promise<string[]> => {
      const { client, calls } = glue((command) => {
        if (command === "GetTable") return { Table };
        if (command === "UpdatePartition" && failure) throw failure;
        return {};
      });
      await glueCatalog(client).putPartition(TABLE, partition("s3://a/"));
      return calls.map(([command]) => command);
    };
    expect(await commands()).toEqual(["GetTable", "UpdatePartition"]);
    const absent = new EntityNotFoundException({ $metadata: {}, message: "" });
    expect(await commands(absent)).toEqual(["GetTable", "UpdatePartition", "CreatePartition"]);
    await expect(commands(new Error("throttled"))).rejects.toThrow("throttled");
  });

  test("names the partitions to the last page, and drops them 25 at a time", async () => {
    const { client, calls } = glue((_command, { NextToken }) =>
      NextToken === undefined
        ? { Partitions: [{ Values: HOUR }], NextToken: "more" }
        : { Partitions: [{ Values: ["other"] }] },
    );
    await expect(glueCatalog(client).partitionValues(TABLE)).resolves.toEqual([HOUR, ["other"]]);
    expect(calls[0]?.[1]).toMatchObject({ DatabaseName: "db", TableName: "t", ExcludeColumnSchema: true });
    const gone = { PartitionValues: HOUR, ErrorDetail: { ErrorCode: "EntityNotFoundException" } };
    const dropped = glue(() => ({ Errors: [gone] }));
    await glueCatalog(dropped.client).deletePartitions(TABLE, Array(30).fill(HOUR));
    expect(
      dropped.calls.map(
        ([, input]) => (input as { PartitionsToDelete: unknown[] }).PartitionsToDelete.length,
      ),
    ).toEqual([25, 5]);
    const fault = { PartitionValues: HOUR, ErrorDetail: { ErrorCode: "Internal", ErrorMessage: "why" } };
    await expect(
      glueCatalog(glue(() => ({ Errors: [fault] })).client).deletePartitions(TABLE, [HOUR]),
    ).rejects.toThrow("Partition 2026/11/24/03 of db.t was not deleted: Internal why");
  });

  test("names tables to the last page, and forgets one that may be gone already", async () => {
    const { client, calls } = glue((_command, { NextToken }) =>
      NextToken === undefined
        ? { TableList: [{ Name: "tmp_merge_1" }, { Name: "other" }], NextToken: "more" }
        : { TableList: [{ Name: "tmp_merge_2" }] },
    );
    await expect(glueCatalog(client).tableNames("db", "tmp_merge_")).resolves.toEqual([
      "tmp_merge_1",
      "tmp_merge_2",
    ]);
    expect(calls[0]).toEqual([
      "GetTables",
      { DatabaseName: "db", Expression: "tmp_merge_.*", NextToken: undefined },
    ]);
    const deleted = glue(() => ({}));
    await glueCatalog(deleted.client).deleteTable(TABLE);
    expect(deleted.calls).toEqual([["DeleteTable", { DatabaseName: "db", Name: "t" }]]);
    const gone = glueCatalog(
      glue(thrower(new EntityNotFoundException({ $metadata: {}, message: "" }))).client,
    );
    await expect(gone.deleteTable(TABLE)).resolves.toBeUndefined();
    await expect(glueCatalog(glue(thrower(new Error("no"))).client).deleteTable(TABLE)).rejects.toThrow("no");
  });
});

describe("queries", () => {
  const tables = { raw: TABLE, parquet: TABLE, columns: ["record_id"] };
  const staging = { bucket: "lake", prefix: "tmp/" };
  const queries = (answer: Answer) => {
    const { client, calls } = athena(answer);
    return { calls, queries: athenaQueries(client, "merge", staging, tables) };
  };

  test("run in the workgroup, once a token, with results in the staging folder", async () => {
    const { queries: port, calls } = queries(() => ({ QueryExecutionId: "q" }));
    const compare = port.text({ kind: "compare", hour: hourOf(0) });
    expect(compare).toMatch(/^WITH raw_identities/);
    await expect(port.start(compare, "token")).resolves.toBe("q");
    expect(calls).toEqual([
      [
        "StartQueryExecution",
        {
          QueryString: compare,
          ClientRequestToken: "token",
          WorkGroup: "merge",
          ResultConfiguration: { OutputLocation: "s3://lake/tmp/athena-results/" },
        },
      ],
    ]);
  });

  test("that Athena does not know are told from an outage", async () => {
    const invalid = new InvalidRequestException({ $metadata: {}, message: "QueryExecution q was not found" });
    await expect(queries(thrower(invalid)).queries.state("q")).resolves.toEqual({ state: "unknown" });
    await expect(queries(thrower(new Error("throttled"))).queries.state("q")).rejects.toThrow("throttled");
  });

  test("say how many rows a CTAS wrote, and never guess", async () => {
    await expect(queries(() => ({ UpdateCount: 0, ResultSet: {} })).queries.written("q")).resolves.toBe(0);
    const without = queries(() => ({ ResultSet: {} })).queries.written("q");
    await expect(without).rejects.toThrow("The answer has no UpdateCount of query q");
  });

  test.each([
    ["QUEUED", { state: "running" }],
    ["RUNNING", { state: "running" }],
    ["SUCCEEDED", { state: "succeeded" }],
    ["FAILED", { state: "failed", reason: "FAILED: why" }],
    ["CANCELLED", { state: "failed", reason: "CANCELLED: why" }],
  ])("that are %s", async (State, state) => {
    const { queries: port } = queries(() => ({
      QueryExecution: { Status: { State, StateChangeReason: "why" } },
    }));
    await expect(port.state("q")).resolves.toEqual(state);
  });

  test("give rows without the header, a NULL as nothing", async () => {
    const { queries: port } = queries(() => ({
      ResultSet: { Rows: [{ Data: [{ VarCharValue: "rows" }] }, { Data: [{ VarCharValue: "3" }, {}] }] },
    }));
    await expect(port.rows("q")).resolves.toEqual([["3", ""]]);
  });
});

describe("the handler", () => {
  const variables = {
    OLD_DATABASE: "db",
    OLD_TABLE_NAME: "raw",
    NEW_DATABASE: "db",
    NEW_TABLE_NAME: "parquet",
    WORK_GROUP: "merge",
    OLD_TABLE_LOCATION_PREFIX: "s3://lake/json-data/",
    OUTPUT_PREFIX: "s3://lake/parquet/",
    STAGING_OUTPUT_PREFIX: "s3://lake/tmp/",
    STATE_PREFIX: "s3://lake/merge-state/",
    COLUMN_NAMES: "record_id,arrived_at,extra",
    LOOK_BACK_HOURS: "26",
    RAW_RETENTION_DAYS: "30",
    QUERIES_IN_FLIGHT: "4",
  };

  test("asks S3 for the lease before anything else, and leaves it to who holds it", async () => {
    const held = { holder: "other", expiresAtMs: Date.now() + 60_000, lastHourlyPass: null };
    const endpoint = await startEndpoint(() => ({ body: JSON.stringify(held) }));
    const restore = setEnvironment({ ...sdkEnvironment(endpoint.url), ...variables });
    const output = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      const { handler } = jest.requireActual<typeof import("../../lambdas/merge-small-files/handler")>(
        "../../lambdas/merge-small-files/handler",
      );
      await expect(handler({}, lambdaContext("merge"))).resolves.toMatchObject({ status: "busy" });
      expect(endpoint.requests.map(({ method, path }) => `${method} ${path.split("?")[0]}`)).toEqual([
        "GET /lake/tmp/merge-small-files/lease.json",
      ]);
      expect(String(output.mock.calls.at(-1)?.[0])).toContain('"FunctionName":"merge"');
    } finally {
      output.mockRestore();
      restore();
      await endpoint.close();
    }
  });
});
