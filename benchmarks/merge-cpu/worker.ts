/**
 * A contender of merge-cpu.ts: does a round for each line of its standard input. Arguments: `merge` or `COPY`, the folder of
 * the objects, their lines.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { AthenaClient } from "@aws-sdk/client-athena";
import { GlueClient } from "@aws-sdk/client-glue";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { DuckDBInstance } from "@duckdb/node-api";
import { glueColumns, gluePartitionColumns } from "../../contract/glue-columns";
import { retailTransaction } from "../../contract/retail-transaction";
import { storedColumns } from "../../contract/stored-columns";
import { glueCatalog } from "../../lambdas/merge-small-files/aws-catalog";
import { athenaQueries } from "../../lambdas/merge-small-files/aws-queries";
import { FIRST_WAIT_MS, LONGEST_WAIT_MS, WAIT_GROWTH } from "../../lambdas/merge-small-files/run";
import type { Statement } from "../../lambdas/merge-small-files/statement";
import type { TableModel } from "../../local/plan/data-plane";
import { startAthena } from "../../local/services/athena/service";
import { localS3 } from "../../local/services/clients";
import { LOCAL_CREDENTIALS } from "../../local/services/credentials";
import { startS3 } from "../../local/services/s3/service";
import { openStore } from "../../local/store/store";
import { HOUR } from "../merge-cost/ratios";

const REGION = "eu-west-1";
const BUCKET = "lake";
const DATABASE = "db";
const WORKGROUP = "merge";

type Round = () => Promise<void>;

const [, , which, objects = "", lines = ""] = process.argv;

/** The product's own queries, through the local run's Athena, S3 and Glue. */
async function mergeRounds(folder: string): Promise<Round> {
  const store = openStore(folder);
  const s3Service = await startS3({ buckets: [BUCKET], store, dataDir: join(folder, "objects") });
  const s3 = localS3(s3Service.url, REGION);
  const columns = glueColumns(retailTransaction.columns);
  const table = (name: string, format: TableModel["format"]): TableModel => ({
    address: name,
    database: DATABASE,
    name,
    columns,
    partitionKeys: gluePartitionColumns(),
    location: `s3://${BUCKET}/${name}/`,
    format,
  });
  const athena = await startAthena({
    plane: {
      region: REGION,
      accountId: "123456789012",
      databases: [DATABASE],
      tables: [table("raw", "json"), table("merged", "parquet")],
      workgroups: [{ address: "w", name: WORKGROUP, enforced: false }],
      namedQueries: [],
    },
    objects: s3Service.files,
    put: s3Service.put,
    store,
    dataDir: join(folder, "catalog"),
  });
  for (const name of readdirSync(objects)) {
    const Body = readFileSync(join(objects, name));
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `raw/${HOUR.folder}${name}`, Body }));
  }
  const client = { endpoint: athena.url, region: REGION, credentials: LOCAL_CREDENTIALS };
  const tables = {
    raw: { database: DATABASE, name: "raw" },
    parquet: { database: DATABASE, name: "merged" },
    columns: columns.map(({ name }) => name),
  };
  await glueCatalog(new GlueClient(client)).createPartitions(tables.raw, [
    { values: HOUR.values, location: `s3://${BUCKET}/raw/${HOUR.folder}`, parameters: {} },
  ]);
  const queries = athenaQueries(
    new AthenaClient(client),
    WORKGROUP,
    { bucket: BUCKET, prefix: "staging/" },
    tables,
  );
  const ended = async (statement: Statement, number: number): Promise<string> => {
    const token = `benchmark-${process.pid}-${number}-${statement.kind}`.padEnd(32, "-");
    const id = await queries.start(queries.text(statement), token);
    // As the function asks for the state: a request takes milliseconds of this process, too.
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * WAIT_GROWTH, LONGEST_WAIT_MS)) {
      const found = await queries.state(id);
      if (found.state === "succeeded") return id;
      if (found.state !== "running") throw new Error(JSON.stringify(found));
      await sleep(waitMs);
    }
  };
  let number = 0;
  return async () => {
    number++;
    const target = { database: DATABASE, name: `target${number}` };
    const location = `s3://${BUCKET}/merged/run=${number}/`;
    await ended({ kind: "merge", hour: HOUR, target, location, buckets: 1 }, number);
    const checked = await ended({ kind: "identities", table: target, hours: [] }, number);
    const [differing] = (await queries.rows(checked)).flat();
    if (differing !== "0") throw new Error(`${differing} identities differ`);
  };
}

/** The same columns of the same files into one Parquet file, nothing else. */
async function copyRounds(folder: string): Promise<Round> {
  const connection = await (await DuckDBInstance.create()).connect();
  const types = { string: "VARCHAR", int: "INTEGER", timestamp: "TIMESTAMP" } as Record<string, string>;
  // DuckDB tells the keys of a line by their case, which the tables' columns have not.
  const columns = glueColumns(retailTransaction.columns).map(
    ({ type }, at) => `'${storedColumns(retailTransaction.columns)[at]?.field}': '${types[type] ?? type}'`,
  );
  const source = `read_json('${objects}/*.json.gz', format = 'newline_delimited', columns = {${columns.join(", ")}})`;
  const target = join(folder, "copied.parquet");
  const round = async () => {
    await connection.run(`COPY (SELECT * FROM ${source}) TO '${target}' (FORMAT parquet, COMPRESSION gzip)`);
  };
  await round();
  const counts = await (await connection.run(`SELECT count(COLUMNS(*)) FROM '${target}'`)).getRows();
  if (!counts.flat().every((count) => Number(count) === Number(lines))) {
    throw new Error(`not every line has every column: ${counts.join()}`);
  }
  return round;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-merge-worker-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const round = await (which === "merge" ? mergeRounds(folder) : copyRounds(folder));
  for await (const _ of createInterface({ input: process.stdin })) {
    const before = process.cpuUsage();
    await round();
    const { user, system } = process.cpuUsage(before);
    process.stdout.write(`${JSON.stringify({ cpuMicros: user + system, lines: Number(lines) })}\n`);
  }
  process.exit();
}

void main();
