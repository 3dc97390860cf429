import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BatchCreatePartitionCommand,
  BatchDeletePartitionCommand,
  BatchGetPartitionCommand,
  BatchUpdatePartitionCommand,
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
import { Catalog } from "../../../../local/services/glue/catalog";
import { openStore, type Store, StoreFullError } from "../../../../local/store/store";
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
const PLANE = sqlPlane([table("sales", TRANSACTION_COLUMNS), PARTITIONED]);

let bench: SqlBench;

beforeAll(async () => {
  bench = await SqlBench.start(PLANE);
  await bench.put("sales/a.json", transaction("r1") + transaction("r2") + transaction("r3"));
});

afterAll(() => bench.close());

describe("the Glue catalog", () => {
  const HOURLY = { DatabaseName: DATABASE, TableName: "hourly" };

  function partition(hour: string, run = "1"): PartitionInput {
    const Values = ["2026", "11", "24", hour];
    const Location = `s3://${BUCKET}/hourly/hour=${hour}/run=${run}/`;
    return {
      Values,
      StorageDescriptor: {
        Location,
        Columns: TRANSACTION_COLUMNS.map(({ name, type }) => ({ Name: name, Type: type })),
      },
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

  test("a partition is read by the columns that it was registered with; what a line lacks is NULL", async () => {
    const line = transaction("p3", { extra: '{"a":1}' });
    await bench.put("hourly/hour=03/run=1/a.json", line + transaction("p4", { extra: undefined }));
    const whole = partition("03");
    const { Columns = [] } = whole.StorageDescriptor ?? {};
    const before: PartitionInput = {
      ...whole,
      StorageDescriptor: {
        ...whole.StorageDescriptor,
        Columns: Columns.filter(({ Name }) => Name !== "extra"),
      },
    };
    const sql = "SELECT record_id, extra FROM hourly ORDER BY record_id";

    await bench.glue.send(new CreatePartitionCommand({ ...HOURLY, PartitionInput: before }));
    const without = await bench.rows(sql);
    await bench.glue.send(
      new UpdatePartitionCommand({ ...HOURLY, PartitionValueList: whole.Values, PartitionInput: whole }),
    );

    expect(without).toEqual([
      ["p3", null],
      ["p4", null],
    ]);
    expect(await bench.rows(sql)).toEqual([
      ["p3", '{"a":1}'],
      ["p4", null],
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

  test("a change that the disk has no room for has not happened, and succeeds when there is room", async () => {
    const folder = mkdtempSync(join(tmpdir(), "retail-bi-catalog-"));
    const store = openStore(folder);
    let isFull = false;
    const filling: Store = {
      table: (name) => store.table(name),
      commit: (write) => {
        if (isFull) throw new StoreFullError(folder, undefined);
        return store.commit(write);
      },
      close: () => store.close(),
    };
    const catalog = new Catalog(PLANE.databases, PLANE.tables, filling);
    const add = (hour: string): void =>
      catalog.createPartitions(DATABASE, "hourly", [
        { values: values(hour), storage: {}, location: "s3://b/", parameters: {} },
      ]);
    const hours = (from: Catalog) => from.partitionsOf(DATABASE, "hourly").map((found) => found.values[3]);
    const values = (hour: string) => ["2026", "11", "24", hour];
    add("01");
    isFull = true;
    expect(() => add("02")).toThrow(StoreFullError);
    expect(() => catalog.deletePartition(DATABASE, "hourly", values("01"))).toThrow(StoreFullError);
    expect(hours(catalog)).toEqual(["01"]);
    isFull = false;
    add("02");

    expect(hours(catalog)).toEqual(["01", "02"]);
    expect(hours(new Catalog(PLANE.databases, PLANE.tables, store))).toEqual(["01", "02"]);
    store.close();
    rmSync(folder, { recursive: true });
  });

  test("a table that the Terraform has no more leaves no partitions to a later one of its name", async () => {
    const folder = mkdtempSync(join(tmpdir(), "retail-bi-catalog-"));
    const store = openStore(folder);
    const partition = {
      values: ["2026", "11", "24", "01"],
      storage: {},
      location: "s3://b/",
      parameters: {},
    };
    new Catalog(PLANE.databases, PLANE.tables, store).createPartitions(DATABASE, "hourly", [partition]);
    expect(new Catalog(PLANE.databases, PLANE.tables, store).partitionsOf(DATABASE, "hourly")).toHaveLength(
      1,
    );

    new Catalog(PLANE.databases, [], store);

    expect(new Catalog(PLANE.databases, PLANE.tables, store).partitionsOf(DATABASE, "hourly")).toEqual([]);
    store.close();
    rmSync(folder, { recursive: true });
  });
});
