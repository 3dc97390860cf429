import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { GetPartitionsCommand, GlueClient } from "@aws-sdk/client-glue";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { DuckDBInstance } from "@duckdb/node-api";
import type { SortResults } from "@opensearch-project/opensearch/api/_types/_common.js";
import { eventually } from "../../benchmarks/support/eventually";
import { FAST, StartCommand } from "../../benchmarks/support/start";
import { localKinesis, localS3, localSearch } from "../../local/services/clients";
import { GOOD_ROW } from "../support/good-row";

const ROUNDS = 20;
/** Longest time from the first answer of the stream to a kill. A round may also end before the stream answers. */
const LONGEST_ROUND_MS = 4_000;
/** Below the ports that a system gives to clients, and not the product's own. */
const FIRST_PORT = 14_640;
const REGION = "eu-west-1";
const STREAM = "retail-trans";
const LAKE = "retail-bi-dev-lake-000000000000";
const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };

const url = (offset: number): string => `http://127.0.0.1:${FIRST_PORT + offset}`;

let folder: string;
let run: StartCommand | undefined;
let s3: S3Client;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "retail-bi-kills-"));
  s3 = localS3(url(1), REGION);
});

afterAll(async () => {
  run?.kill();
  await run?.ended;
  s3.destroy();
  rmSync(folder, { recursive: true, force: true });
});

/** A client of its own, which notes what it sent and what was acknowledged; it repeats nothing. */
class Client {
  readonly acknowledged = new Set<string>();
  /** Sent, and never answered: they may be there or not. */
  readonly unanswered = new Set<string>();
  private count = 0;

  /** Sends until the stream no longer answers, or the signal is given. */
  async sendUntil(signal: AbortSignal): Promise<void> {
    const kinesis = localKinesis(url(0), REGION);
    try {
      while (!signal.aborted) {
        const invoices = Array.from({ length: 1 + (this.count % 7) }, () => `K${this.count++}`);
        const records = invoices.map((Invoice) => ({
          PartitionKey: Invoice,
          Data: Buffer.from(JSON.stringify({ ...GOOD_ROW, Invoice })),
        }));
        const answer = await kinesis
          .send(new PutRecordsCommand({ StreamName: STREAM, Records: records }), { abortSignal: signal })
          .catch(() => undefined);
        for (const [at, invoice] of invoices.entries()) {
          if (answer === undefined) this.unanswered.add(invoice);
          else if (answer.Records?.[at]?.SequenceNumber !== undefined) this.acknowledged.add(invoice);
        }
        await sleep(answer === undefined ? 50 : 5);
      }
    } finally {
      kinesis.destroy();
    }
  }
}

/** Invoices in the objects of the raw zone, each once: that zone is at-least-once. */
async function rawInvoices(): Promise<string[]> {
  const invoices = new Set<string>();
  for (const { key, body } of await objects("json-data/")) {
    const text = (key.endsWith(".gz") ? gunzipSync(body) : body).toString();
    for (const line of text.split("\n")) if (line !== "") invoices.add(JSON.parse(line).Invoice);
  }
  return [...invoices].sort();
}

/** Invoices in the Parquet files of the partitions that the catalog names. */
async function parquetInvoices(): Promise<string[]> {
  const glue = new GlueClient({ endpoint: url(2), region: REGION, credentials: CREDENTIALS });
  const instance = await DuckDBInstance.create();
  const target = mkdtempSync(join(folder, "parquet-"));
  try {
    const names = { DatabaseName: "mydatabase", TableName: "ctas_retail_trans_parquet" };
    const { Partitions = [] } = await glue.send(new GetPartitionsCommand(names));
    const files: string[] = [];
    for (const { StorageDescriptor } of Partitions) {
      const prefix = (StorageDescriptor?.Location ?? "").replace(`s3://${LAKE}/`, "");
      for (const { body } of await objects(`${prefix.replace(/\/$/, "")}/`)) {
        const file = join(target, `${files.length}.parquet`);
        writeFileSync(file, body);
        files.push(file);
      }
    }
    if (files.length === 0) return [];
    const connection = await instance.connect();
    const list = files.map((file) => `'${file}'`).join();
    const rows = await connection.runAndReadAll(`SELECT invoice FROM read_parquet([${list}]) ORDER BY 1`);
    return rows.getRows().map(([invoice]) => String(invoice));
  } finally {
    instance.closeSync();
    glue.destroy();
    rmSync(target, { recursive: true });
  }
}

/** Invoices of the documents in the index. */
async function indexedInvoices(): Promise<string[]> {
  const client = localSearch(url(3), REGION);
  try {
    const invoices: string[] = [];
    let after: SortResults | undefined;
    do {
      const body = {
        size: 10_000,
        _source: ["Invoice"],
        sort: [{ record_id: "asc" as const }],
        ...(after !== undefined && { search_after: after }),
      };
      const { hits } = (await client.search({ index: "retail-*", body })).body.hits;
      for (const { _source } of hits) invoices.push(String(_source?.Invoice));
      after = hits.at(-1)?.sort;
    } while (after !== undefined);
    return invoices.sort();
  } finally {
    await client.close();
  }
}

async function objects(Prefix: string): Promise<{ readonly key: string; readonly body: Buffer }[]> {
  const found: { key: string; body: Buffer }[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: LAKE, Prefix })) {
    for (const { Key = "" } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: LAKE, Key }));
      found.push({ key: Key, body: Buffer.from((await Body?.transformToByteArray()) ?? []) });
    }
  }
  return found;
}

test(`${ROUNDS} kills at random moments lose no acknowledged line, and store none twice`, async () => {
  const dataDir = join(folder, "data");
  mkdirSync(dataDir);
  const envFile = join(folder, "endpoints.sh");
  const begin = (): StartCommand => {
    // A killed run leaves it.
    rmSync(envFile, { force: true });
    return new StartCommand(
      ...["--data-dir", dataDir, "--env-file", envFile, "--port", String(FIRST_PORT), "--no-page"],
      ...["--rate", "1", "--max-count", "1", ...FAST],
    );
  };
  const client = new Client();
  for (let round = 0; round < ROUNDS; round++) {
    run = begin();
    const stop = new AbortController();
    const sending = client.sendUntil(stop.signal);
    const isReady = eventually(() => expect(existsSync(envFile)).toBe(true), 120_000);
    // Each fourth round is killed somewhere in its start.
    if (round % 4 !== 3) await isReady;
    else isReady.catch(() => undefined);
    await sleep(Math.random() * LONGEST_ROUND_MS);
    run.kill();
    await run.ended;
    stop.abort();
    await sending;
  }
  expect(client.acknowledged.size).toBeGreaterThan(10 * ROUNDS);

  run = begin();
  await eventually(() => expect(existsSync(envFile)).toBe(true), 120_000);
  const own = (invoices: readonly string[]): string[] =>
    invoices.filter((invoice) => invoice.startsWith("K"));
  const lost = (invoices: readonly string[]): string[] => {
    const there = new Set(invoices);
    return [...client.acknowledged].filter((invoice) => !there.has(invoice));
  };
  const layers = { raw: rawInvoices, parquet: parquetInvoices, index: indexedInvoices };
  await eventually(async () => {
    for (const [layer, read] of Object.entries(layers)) {
      expect({ layer, lost: lost(own(await read())) }).toEqual({ layer, lost: [] });
    }
  }, 420_000);
  // A line that was stored, and not answered before the last kill, may still be on its way.
  let sets: Readonly<Record<keyof typeof layers, readonly string[]>> = { raw: [], parquet: [], index: [] };
  await eventually(async () => {
    sets = {
      raw: own(await rawInvoices()),
      parquet: own(await parquetInvoices()),
      index: own(await indexedInvoices()),
    };
    expect(sets.parquet).toEqual(sets.raw);
    expect(sets.index).toEqual(sets.raw);
  }, 420_000);
  for (const [layer, invoices] of Object.entries(sets)) {
    const unknown = invoices.filter((one) => !client.acknowledged.has(one) && !client.unanswered.has(one));
    const twice = invoices.filter((one, at) => one === invoices[at - 1]);
    expect({ layer, unknown, twice }).toEqual({ layer, unknown: [], twice: [] });
  }
}, 1_800_000);
