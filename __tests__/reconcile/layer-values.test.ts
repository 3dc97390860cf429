import { Readable } from "node:stream";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { Client } from "@opensearch-project/opensearch";
import fc from "fast-check";
import type { LineValues } from "../../contract/checksum";
import type { Column } from "../../contract/column";
import { quotedColumn, textLiteral } from "../../contract/glue-columns";
import { isStored, type Line, RecordJudge, type StoredLine } from "../../contract/lines";
import { storedColumns } from "../../contract/stored-columns";
import type { RunTimeContract } from "../../contract/variable";
import { presetOf } from "../../loadgen/preset";
import { itemsOf } from "../../loadgen/source";
import { athenaSql, type Sql } from "../../ops/reconcile/sql";
import { DATABASE, SqlBench, sqlPlane } from "../local/support/sql";
import { anyContract, everyKind } from "../support/any-contract";
import { compare } from "../support/compare-sets";
import { indexLines, streamLines, tableLines } from "../support/lines-by-id";

const NOW = Date.UTC(2026, 10, 28, 9, 30, 0, 250);
const SHARD = "shardId-000000000000";

let bench: SqlBench;

beforeAll(async () => {
  bench = await SqlBench.start(sqlPlane([]));
});

afterAll(() => bench.close());

interface Sent {
  readonly contract: RunTimeContract;
  readonly records: readonly string[];
}

const sequenceNumberOf = (index: number): string => String(49_600_000_000_000n + BigInt(index));

/** A stream of these records. */
function streamOf(records: readonly string[]): KinesisClient {
  const answers: Readonly<Record<string, unknown>> = {
    ListShardsCommand: { Shards: [{ ShardId: SHARD }] },
    GetShardIteratorCommand: { ShardIterator: "start" },
    GetRecordsCommand: {
      Records: records.map((data, index) => ({
        SequenceNumber: sequenceNumberOf(index),
        ApproximateArrivalTimestamp: new Date(NOW),
        Data: Buffer.from(data),
      })),
    },
  };
  return { send: async (command: object) => answers[command.constructor.name] } as unknown as KinesisClient;
}

function storedLines({ contract, records }: Sent): StoredLine[] {
  const judge = new RecordJudge(contract.columns);
  const lines = records.flatMap((data, index): Line[] =>
    judge.judgeRecord({
      shardId: SHARD,
      sequenceNumber: sequenceNumberOf(index),
      arrivedAtMs: NOW,
      data: Buffer.from(data),
    }),
  );
  for (const line of lines) expect(line.verdict).toMatchObject({ accepted: true });
  return lines.filter(isStored);
}

/** A value of a table as a text that SQL casts to the column's type. */
function cellOf(column: Column, value: string | number | boolean | null): string | null {
  return value === null ? null : column.kind === "text" ? `=${value}` : String(value);
}

/** A table of these lines, which SQL selects. @param alter a cell; a text begins with `=` */
function tableOf(
  { contract }: Sent,
  lines: readonly StoredLine[],
  alter: (cell: string | null, field: string) => string | null = (cell) => cell,
): Sql {
  const columns = storedColumns(contract.columns);
  const rows = lines.map(({ recordId, arrivedAt, verdict }) => {
    const values: LineValues = {
      ...verdict.values,
      record_id: recordId,
      arrived_at: arrivedAt,
      extra: verdict.extra,
    };
    const cells = columns.map((column) => {
      const cell = alter(cellOf(column, values[column.field] ?? null), column.field);
      const text = cell === null ? "NULL" : textLiteral(column.kind === "text" ? cell.slice(1) : cell);
      return `CAST(${text} AS ${sqlType(column)}) AS ${quotedColumn(column.field)}`;
    });
    return `SELECT ${cells.join(", ")}`;
  });
  const sql = athenaSql(bench.athena, bench.s3, "people", DATABASE);
  return {
    query: (text, onRow) =>
      sql.query(text.replace(/ FROM "\w+"$/, ` FROM (${rows.join(" UNION ALL ")}) AS lines`), onRow),
  };
}

function sqlType(column: Column): string {
  if (column.kind === "text") return "varchar";
  return column.kind === "decimal" ? `decimal(${column.precision}, ${column.scale})` : column.kind;
}

/** An engine that holds documents as they were sent, as OpenSearch does, and answers as it does. @param statuses of its answers, 200 after them */
function searchOf(sources: readonly string[], ...statuses: readonly number[]): Client {
  const hits = sources.map(
    (source) =>
      `{"_index":"any-2026-11","_id":"${JSON.parse(source).record_id}","_score":null,"_source":${source},"sort":["x"]}`,
  );
  const answer = `{"took":3,"timed_out":false,"_shards":{"failed":0},"hits":{"total":{"value":${hits.length},"relation":"eq"},"hits":[${hits.join(",")}]}}`;
  const left = [...statuses];
  return {
    indices: { refresh: async () => ({ statusCode: 200, body: { _shards: { failed: 0 } } }) },
    search: async () => ({ statusCode: left.shift() ?? 200, body: Readable.from([Buffer.from(answer)]) }),
  } as unknown as Client;
}

function sourcesOf({ contract }: Sent, lines: readonly StoredLine[]): string[] {
  const judge = new RecordJudge(contract.columns);
  return lines.map((line) => judge.storedJson(line));
}

async function compareAll(
  sent: Sent,
  table: Sql,
  sources: readonly string[],
): Promise<ReturnType<typeof compare>> {
  const { contract } = sent;
  const rows = await tableLines(table, "any", contract);
  return compare({
    stream: await streamLines(streamOf(sent.records), "any", contract),
    horizon: "2026-11-27 00:00:00.000",
    layers: {
      raw: rows,
      parquet: rows,
      indexed: await indexLines(searchOf(sources), "any*", contract),
    },
    quarantine: new Map(),
  });
}

async function generated(contract: RunTimeContract, seed: number, count: number): Promise<Sent> {
  const records: string[] = [];
  for await (const { bytes } of itemsOf(presetOf(contract).syntheticLines(seed, () => NOW))) {
    if (records.push(Buffer.from(bytes).toString()) === count) break;
  }
  return { contract, records };
}

/** A line of every kind, with some values in the spelling that is given. */
function lineOf(changes: Readonly<Record<string, string>>): Sent {
  const members = {
    ...{ meter_id: '"m-1"', order: "1", serial: "1", ratio: "1", amount: "1", is_valid: "true" },
    ...{ happened: '"2026-11-28T10:30:00.25+01:00"', ...changes },
  };
  const record = `{${Object.entries(members).map(([field, json]) => `"${field}":${json}`)}}`;
  return { contract: everyKind, records: [record] };
}

test("a line has one checksum in the stream, the tables and the index, whatever its contract", async () => {
  await fc.assert(
    fc.asyncProperty(anyContract, fc.nat(), async (contract, seed) => {
      const sent = await generated(contract, seed, 3);
      const lines = storedLines(sent);

      const found = await compareAll(sent, tableOf(sent, lines), sourcesOf(sent, lines));

      expect(found).toMatchObject({ agree: true, counts: { raw: 3, parquet: 3, indexed: 3 } });
    }),
    { numRuns: 20 },
  );
}, 300_000);

test.each([
  ["the largest bigint", { serial: "9223372036854775807", opt_serial: "-9223372036854775808" }],
  ["a bigint beyond 2^53", { serial: "9007199254740993" }],
  ["a bigint with an exponent", { serial: "90071992547409930e-1", opt_serial: "1E3" }],
  ["18 digits of a decimal", { amount: "12345678901234.5678", opt_amount: "-0.0001" }],
  ["a decimal with an exponent and zeros", { amount: "1.50e1", opt_amount: "0.1000" }],
  ["zero", { amount: "-0.0", serial: "-0", ratio: "-0.0", order: "-0", opt_amount: "0e5" }],
  ["a large and a small double", { ratio: "1.7976931348623157e308", opt_ratio: "5e-324" }],
  ["a double of many digits", { ratio: "0.30000000000000004", opt_ratio: "12345678901234567890" }],
  ["a double that Athena writes with an exponent", { ratio: "1e10", opt_ratio: "-0.00012" }],
  ["an integer with a fraction of zero", { order: "1.0", opt_integer: "2e3" }],
  ["false", { is_valid: "false", opt_valid: "false" }],
  ["the marks of the checksum in a text", { site: '"|0|2|1||"', note: '"|"' }],
  [
    "a comma, quotes and a column's name in a text",
    { site: '",\\"amount\\":12345678901234.56789,{\\"amount\\":1"' },
  ],
  [
    "null, and an empty text",
    { site: '""', note: "null", opt_serial: "null", opt_valid: "null", installed: "null" },
  ],
  ["nothing behind the second", { happened: '"2026-11-28T09:30Z"', installed: '"2026-11-28 00:00:00"' }],
])("%s is the same in every layer", async (_, changes) => {
  const sent = lineOf(changes);
  const lines = storedLines(sent);

  expect(await compareAll(sent, tableOf(sent, lines), sourcesOf(sent, lines))).toMatchObject({
    agree: true,
    acknowledged: 1,
  });
});

describe("a change is found", () => {
  test.each([
    [{ serial: "9007199254740993" }, "9007199254740993", "9007199254740992"],
    [{ amount: "12345678901234.5678" }, "12345678901234.5678", "12345678901234.5679"],
    [{ amount: "0.5" }, "0.5", "0.5001"],
    [{ ratio: "0.1" }, "0.1", "0.10000000000000002"],
    [{ ratio: "0" }, "0", "NaN"],
    [{ is_valid: "false" }, "false", "true"],
    [{ is_valid: "false" }, "false", null],
    [{ opt_amount: "0" }, "0", null],
    [{ installed: '"2026-11-27 09:30:00"' }, "2026-11-27 09:30:00", null],
    [{}, "2026-11-28 09:30:00.250", "2026-11-28 09:30:00.251"],
    [{ site: '""' }, "=", null],
    [{ site: '"a|b"' }, "=a|b", "=a|1b"],
  ])("in a table: %j, %s becomes %j", async (changes, from, to) => {
    const sent = lineOf(changes);
    const lines = storedLines(sent);
    const altered = tableOf(sent, lines, (cell) => (cell === from ? to : cell));

    const found = await compareAll(sent, altered, sourcesOf(sent, lines));

    expect(found).toMatchObject({ agree: false, altered: { raw: [lines[0]?.recordId], indexed: [] } });
  });

  test("in a table: a number that is none in the place of null", async () => {
    const sent = lineOf({});
    const lines = storedLines(sent);
    const altered = tableOf(sent, lines, (cell, field) => (field === "opt_ratio" ? "NaN" : cell));

    expect(await compareAll(sent, altered, sourcesOf(sent, lines))).toMatchObject({ agree: false });
  });

  test.each([
    [{ serial: "9007199254740993" }, '"serial":9007199254740993', '"serial":9007199254740992'],
    [{ amount: "12345678901234.5678" }, "12345678901234.5678", "12345678901234.5679"],
    [{ amount: "0" }, '"amount":0', '"amount":"none"'],
    [{ serial: "0" }, '"serial":0', '"serial":null'],
    [{ is_valid: "true" }, '"is_valid":true', '"is_valid":"true"'],
    [{}, "09:30:00.250", "09:30:00.251"],
  ])("in the index: %j, %s becomes %s", async (changes, from, to) => {
    const sent = lineOf(changes);
    const lines = storedLines(sent);
    const sources = sourcesOf(sent, lines).map((source) => source.replace(from, to));

    const found = await compareAll(sent, tableOf(sent, lines), sources);

    expect(found).toMatchObject({ agree: false, altered: { raw: [], indexed: [lines[0]?.recordId] } });
  });
});

test("an error of the engine is one of the reading", async () => {
  await expect(indexLines(searchOf([], 400), "any*", everyKind)).rejects.toThrow("search of any*: 400");
});

test("an engine that is away for a moment is asked again", async () => {
  const sent = lineOf({});
  const sources = sourcesOf(sent, storedLines(sent));

  expect((await indexLines(searchOf(sources, 502, 503, 504), "any*", everyKind)).size).toBe(1);
});
