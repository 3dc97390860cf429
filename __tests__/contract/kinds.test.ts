import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import {
  bigint,
  boolean,
  type ColumnType,
  decimal,
  double,
  integer,
  text,
  timestamp,
} from "../../contract/column";
import { type Contract, defineContract } from "../../contract/define";
import { glueColumns } from "../../contract/glue-columns";
import { hourOf } from "../../contract/hours";
import { indexMapping } from "../../contract/index-mapping";
import { isStored, RecordJudge, type StoredLine } from "../../contract/lines";
import { storedColumns } from "../../contract/stored-columns";
import { glueCatalog } from "../../lambdas/merge-small-files/aws-catalog";
import { toSql } from "../../lambdas/merge-small-files/sql";
import { bulkEntry } from "../../lambdas/upsert-to-es/bulk";
import { type SearchDouble, startSearchDouble } from "../../local/services/opensearch/service";
import { BUCKET, DATABASE, HOUR_COLUMNS, SqlBench, sqlPlane, table } from "../local/support/sql";
import { sequenceNumber } from "../support/kinesis-event";

const ARRIVED_MS = Date.UTC(2026, 10, 24, 3, 8, 27, 123);
const HOUR = hourOf(ARRIVED_MS);
const EVENT_TIME = "Event_Time";

/** Names that one of the engines reserves or spells in another way. */
const ODD_NAMES = [
  ...[
    "Select",
    "order",
    "GROUP",
    "at",
    "end",
    "Desc",
    "offset",
    "user",
    "table",
    "Date",
    "timestamp",
    "value",
    "x",
  ],
  ...[
    "line",
    "json",
    "filename",
    "file",
    "m",
    "r",
    "contents",
    "held",
    "All",
    "lambda",
    "qualify",
    "pivot",
    "c__1",
    "A",
  ],
  ...[
    "current_date",
    "localtime",
    "interval",
    "true",
    "null",
    "rowid",
    "index",
    "type",
    "properties",
    "_",
    "constructor",
  ],
].filter((name) => /^[A-Za-z]/.test(name));

const name = fc.oneof(fc.constantFrom(...ODD_NAMES), fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,20}$/));

const type: fc.Arbitrary<ColumnType> = fc.oneof(
  fc.constantFrom<ColumnType>(text(), text().search("words"), integer(), bigint(), double(), boolean()),
  fc.constantFrom<ColumnType>(timestamp(), timestamp({ format: "iso" })),
  fc
    .integer({ min: 1, max: 18 })
    .chain((precision) => fc.integer({ min: 0, max: precision }).map((scale) => decimal(precision, scale))),
);

const TAKEN = new Set([
  ...storedColumns([]).map(({ field }) => field),
  "year",
  "month",
  "day",
  "hour",
  "event_time",
]);

const contract: fc.Arbitrary<Contract> = fc
  .tuple(
    fc.uniqueArray(
      fc.tuple(
        name.filter((one) => !TAKEN.has(one.toLowerCase())),
        fc.tuple(type, fc.boolean()).map(([one, required]) => (required ? one : one.optional())),
      ),
      { selector: ([one]) => one.toLowerCase(), maxLength: 99, size: "max" },
    ),
    fc.nat(99),
  )
  .map(([columns, place]) => {
    const at = Math.min(place, columns.length);
    const all = [...columns.slice(0, at), [EVENT_TIME, timestamp()] as const, ...columns.slice(at)];
    return defineContract({
      name: "any",
      eventTime: EVENT_TIME,
      columns: Object.fromEntries(all) as Record<string, ColumnType>,
    });
  });

const seconds = fc
  .integer({ min: Date.UTC(2000, 0, 1) / 1000, max: Math.floor(ARRIVED_MS / 1000) })
  .map((second) => second * 1000);

/** JSON of a value that keeps the column. */
function value(column: Contract["columns"][number]): fc.Arbitrary<string> {
  switch (column.kind) {
    case "text": {
      const odd = fc.constantFrom(
        '"',
        "\\",
        "\n",
        "1.50",
        "null",
        "true",
        "2026-01-01",
        " é😀 ",
        "{}",
        '{"a":1.5}',
      );
      return fc
        .oneof(fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }), odd)
        .map((given) => JSON.stringify(given));
    }
    case "integer":
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(String);
    case "bigint":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    case "double":
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((given) => JSON.stringify(given));
    case "boolean":
      return fc.boolean().map(String);
    case "decimal": {
      const { precision, scale } = column;
      const most = 10n ** BigInt(precision) - 1n;
      return fc.bigInt({ min: -most, max: most }).map((units) => {
        const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0");
        const whole = digits.slice(0, digits.length - scale);
        return `${units < 0n ? "-" : ""}${whole}${scale > 0 ? `.${digits.slice(-scale)}` : ""}`;
      });
    }
    case "timestamp":
      return seconds.map((ms) => {
        const iso = new Date(ms + (column.format === "iso" ? 7 : 0)).toISOString();
        return JSON.stringify(column.format === "iso" ? iso : iso.slice(0, 19).replace("T", " "));
      });
  }
}

/** A line of a contract: each optional column is there, null or absent. */
function line({ columns }: Contract): fc.Arbitrary<string> {
  const members = columns.map((column) => {
    const there = value(column).map((json) => `${JSON.stringify(column.field)}:${json}`);
    if (column.required) return there;
    return fc.oneof(there, fc.constantFrom("", `${JSON.stringify(column.field)}:null`));
  });
  return fc.tuple(...members).map((parts) => `{${parts.filter((part) => part !== "").join(",")}}`);
}

const cases = contract.chain((one) =>
  fc.tuple(fc.constant(one), fc.array(line(one), { minLength: 1, maxLength: 4 })),
);

/** What a table answers for a value of a judged line. */
function cellOf(column: Contract["columns"][number], given: unknown): string | null {
  if (given === null || given === undefined) return null;
  if (column.kind === "timestamp") return column.format === "seconds" ? `${given}.000` : String(given);
  if (column.kind !== "decimal") return String(given);
  const [whole = "", fraction = ""] = String(given).split(".");
  return column.scale === 0 ? whole : `${whole}.${fraction.padEnd(column.scale, "0")}`;
}

/** A cell with a double in JavaScript's spelling. */
function comparable(
  { kind }: Contract["columns"][number],
  cell: string | null | undefined,
): string | null | undefined {
  return kind === "double" && typeof cell === "string" ? String(Number(cell)) : cell;
}

function judged(
  { columns }: Contract,
  lines: readonly string[],
): { judge: RecordJudge; stored: StoredLine[] } {
  const judge = new RecordJudge(columns);
  const found = judge.judgeRecord({
    shardId: "shardId-000000000001",
    sequenceNumber: sequenceNumber(1),
    arrivedAtMs: ARRIVED_MS,
    data: Buffer.from(lines.join("\n")),
  });
  expect(found.filter((one) => !isStored(one)).map(({ verdict }) => verdict)).toEqual([]);
  return { judge, stored: found.filter(isStored) };
}

test("random contracts: raw table, merge and Parquet table hold the values of the judged lines", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ([one, lines]) => {
      const { judge, stored } = judged(one, lines);
      const columns = glueColumns(one.columns);
      const options = { partitionKeys: HOUR_COLUMNS };
      const bench = await SqlBench.start(
        sqlPlane([
          table("raw", columns, options),
          table("merged", columns, { ...options, format: "parquet" }),
        ]),
      );
      try {
        const tables = {
          raw: { database: DATABASE, name: "raw" },
          parquet: { database: DATABASE, name: "merged" },
          columns: columns.map((column) => column.name),
        };
        const at = (location: string) => [{ values: HOUR.values, location, parameters: {} }];
        await glueCatalog(bench.glue).createPartitions(tables.raw, at(`s3://${BUCKET}/raw/${HOUR.folder}`));
        await bench.put(
          `raw/${HOUR.folder}a.json`,
          stored.map((each) => `${judge.storedJson(each)}\n`).join(""),
        );
        const location = `s3://${BUCKET}/merged/${HOUR.folder}run=1/`;
        const target = { database: DATABASE, name: "made" };
        const made = await bench.query(
          toSql({ kind: "merge", hour: HOUR, target, location, buckets: 2 }, tables),
        );
        expect(made.reason).toBeUndefined();
        await glueCatalog(bench.glue).createPartitions(tables.parquet, at(location));

        const expected = stored.map(({ recordId, verdict }) => [
          ...one.columns.map((column) => comparable(column, cellOf(column, verdict.values[column.field]))),
          recordId,
        ]);
        const selected = [...one.columns.map(({ field }) => `"${field}"`), "record_id"].join(", ");
        for (const from of ["raw", "made", "merged"]) {
          const rows = await bench.rows(`SELECT ${selected} FROM ${from} ORDER BY record_id`);
          const cells = rows.map((row) =>
            row.map((cell, index) => {
              const column = one.columns[index];
              return column ? comparable(column, cell) : cell;
            }),
          );
          expect({ from, cells }).toEqual({ from, cells: expected });
        }
        const described = await bench.rows("DESCRIBE made");
        const types = columns.slice(1).map((column) => [column.name, column.type]);
        expect(described.map(([each, kind]) => [each, kind])).toEqual(types);
      } finally {
        await bench.close();
      }
    }),
    { numRuns: 12 },
  );
  // Each contract makes tables of up to a hundred columns in an engine of its own.
}, 300_000);

describe("the index", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "kinds-"));
  let double: SearchDouble;

  beforeAll(async () => {
    double = await startSearchDouble({ dataDir });
  });

  afterAll(async () => {
    await double.close();
    rmSync(dataDir, { recursive: true });
  });

  async function call(
    method: string,
    path: string,
    body: string,
    contentType = "application/json",
  ): Promise<string> {
    const answer = await fetch(`${double.url}${path}`, {
      method,
      body,
      headers: { "content-type": contentType },
    });
    return answer.text();
  }

  let runs = 0;

  test("random contracts: every document is as it was sent, and found by its values", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ([one, lines]) => {
        const { judge, stored } = judged(one, lines);
        const indexName = `any${++runs}`;
        const template = {
          index_patterns: [`${indexName}-*`],
          priority: runs,
          template: { mappings: indexMapping(one.columns) },
        };
        expect(await call("PUT", `/_index_template/${indexName}`, JSON.stringify(template))).toBe(
          '{"acknowledged":true}',
        );
        const indexing = { indexName, eventTime: one.eventTime, judge };
        const entries = stored.map((each) => bulkEntry(each, indexing)).join("");
        const answer = await call("POST", "/_bulk?refresh=true", entries, "application/x-ndjson");
        expect(JSON.parse(answer)).toMatchObject({ errors: false });

        const found = await call("POST", `/${indexName}-*/_search`, JSON.stringify({ size: 100 }));
        for (const each of stored) expect(found).toContain(`"_source":${judge.storedJson(each)}`);
        const [first] = stored;
        const filter = one.columns.flatMap((column) => {
          const given = first?.verdict.values[column.field];
          const isWords = column.kind === "text" && column.search === "words";
          // Longer decimals are found by a range only: the engine scales a document's double and a query's differently.
          const isLong = column.kind === "decimal" && column.precision > 15;
          if (given === null || given === undefined || isWords || isLong) return [];
          return [{ term: { [column.field]: typeof given === "string" ? given : String(given) } }];
        });
        filter.push({ term: { record_id: first?.recordId ?? "" } });
        const hits = JSON.parse(
          await call("POST", `/${indexName}-*/_count`, JSON.stringify({ query: { bool: { filter } } })),
        );
        expect(hits.count).toBe(1);
      }),
      { numRuns: 50, endOnFailure: true },
    );
  });
});
