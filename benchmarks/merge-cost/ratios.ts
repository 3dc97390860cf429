import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { glueColumns } from "../../contract/glue-columns";
import { HOUR_MS, hourOf } from "../../contract/hours";
import { isStored, RecordJudge } from "../../contract/lines";
import { retailTransaction } from "../../contract/retail-transaction";
import { PARTITION_COLUMNS } from "../../contract/stored-columns";
import { toSql } from "../../lambdas/merge-small-files/sql";
import { generate } from "../../loadgen/generate";
import { Random } from "../../loadgen/random";

/** Sizes in bytes for a byte of stored line before compression. */
export interface Ratios {
  /** Bytes of a stored line, its newline included. */
  readonly lineBytes: number;
  /** gzip of objects of so many lines. */
  readonly gzip: (linesPerObject: number) => number;
  /** The identities' column of the Parquet files that the product's own query writes. */
  readonly identities: number;
  /** Whole Parquet files. */
  readonly parquet: number;
}

const LINES = 120_000;
const SHARDS = 4;
/** The hour of the lines. */
export const HOUR = hourOf(Date.UTC(2026, 10, 24, 3));

/**
 * A sequence number built as Kinesis builds them, which kinesalite found out: time of the shard's creation, a
 * counter, time, shard. The counter's steps are random: that is what the identities' column costs.
 */
function sequenceNumber(shard: number, counter: number, ms: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");
  const created = Math.floor(HOUR.startMs / 1000) - 100 * 86_400;
  const counted = `${hex(shard, 1)}${hex(counter, 16)}0${hex(Math.floor(ms / 1000), 9)}`;
  return BigInt(`0x2${hex(created, 9)}${counted}${hex(shard, 8)}2`).toString();
}

/** An hour of synthetic lines, as ValidateRecords passes them on. */
export function storedLines(count: number): string[] {
  let nowMs = HOUR.startMs;
  let counter = 0;
  const random = new Random(1);
  const rows = generate(7, () => nowMs);
  const judge = new RecordJudge(retailTransaction.columns);
  return Array.from({ length: count }, (_, index) => {
    nowMs = HOUR.startMs + Math.floor((index * HOUR_MS) / count);
    counter += 1 + random.below(1 << 20);
    const shard = random.below(SHARDS);
    const [line] = judge.judgeRecord({
      shardId: `shardId-${String(shard).padStart(12, "0")}`,
      sequenceNumber: sequenceNumber(shard, counter, nowMs),
      arrivedAtMs: nowMs,
      data: Buffer.from(JSON.stringify(rows.next().value)),
    });
    if (line === undefined || !isStored(line)) throw new Error("the generator made a line that is refused");
    return `${judge.storedJson(line)}\n`;
  });
}

/**
 * Measures the sizes of synthetic lines: gzip as Node does it, and Parquet as DuckDB writes the rows of the product's own
 * merge query, in the order in which that query gives them.
 */
export async function measureRatios(): Promise<Ratios> {
  const lines = storedLines(LINES);
  const bytes = lines.reduce((sum, line) => sum + line.length, 0);
  const folder = mkdtempSync(join(tmpdir(), "retail-bi-merge-cost-"));
  try {
    writeFileSync(join(folder, "raw.json"), lines.join(""));
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run("SET preserve_insertion_order = false");
    await connection.run("CREATE SCHEMA db");
    const partition = PARTITION_COLUMNS.map((name, at) => `${Number(HOUR.values[at])} AS "${name}"`).join(
      ", ",
    );
    const raw = `SELECT *, ${partition} FROM read_json('${join(folder, "raw.json")}', format = 'newline_delimited')`;
    await connection.run(`CREATE VIEW db.raw AS ${raw}`);
    await connection.run("CREATE VIEW db.parquet AS SELECT * FROM db.raw WHERE false");
    const table = (name: string) => ({ database: "db", name });
    const columns = glueColumns(retailTransaction.columns).map(({ name }) => name);
    const statement = {
      kind: "merge",
      hour: HOUR,
      target: table("t"),
      location: "s3://b/p/",
      buckets: 1,
    } as const;
    const sql = toSql(statement, { raw: table("raw"), parquet: table("parquet"), columns });
    const [, compression = ""] = /write_compression = '(\w+)'/.exec(sql) ?? [];
    const select = sql.replace(/^[\s\S]*?\) AS\n/, "");
    const file = join(folder, "merged.parquet");
    await connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet, COMPRESSION ${compression})`);
    const answer = await connection.runAndReadAll(
      `SELECT path_in_schema, sum(total_compressed_size)::DOUBLE FROM parquet_metadata('${file}') GROUP BY 1`,
    );
    const sizes = new Map(answer.getRowsJson().map(([name, size]) => [String(name), Number(size)]));
    connection.closeSync();
    const gzips = new Map<number, number>();
    return {
      lineBytes: bytes / lines.length,
      gzip: (linesPerObject) => {
        const size = Math.min(LINES, Math.max(1, Math.round(linesPerObject)));
        const known = gzips.get(size);
        if (known !== undefined) return known;
        const object = lines.slice(0, size).join("");
        const ratio = gzipSync(object).length / object.length;
        gzips.set(size, ratio);
        return ratio;
      },
      identities: (sizes.get("record_id") ?? Number.NaN) / bytes,
      parquet: [...sizes.values()].reduce((sum, size) => sum + size, 0) / bytes,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
