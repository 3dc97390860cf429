// Checks a scale run from outside: it uses nothing of the product, only the AWS SDK, HTTP and DuckDB, and follows each line by the
// tag in its text. The stream says how often each line has to be there, for a producer whose answer was lost sends it again.
// Usage: node check.mjs '{"sent": "lines.jsonl", "stream": …, …}', with the endpoints in the environment; prints one JSON document.
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { GlueClient, paginateGetPartitions } from "@aws-sdk/client-glue";
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import { GetObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { DuckDBInstance } from "@duckdb/node-api";

const { sent, poisonEvery, stream, bucket, raw, quarantine, database, table, search, index } = JSON.parse(
  process.argv[2],
);
const TAG = /T\d{7}/;
const MOST_EXAMPLES = 5;

const kinesis = new KinesisClient({});
const s3 = new S3Client({ forcePathStyle: true });
const glue = new GlueClient({});
const folder = mkdtempSync(join(tmpdir(), "scale-check-"));
const problems = [];

/** How often each line is in a place: element n is for the line with the tag of number n. */
class Occurrences {
  counts = new Uint32Array(1_000);
  untagged = 0;
  total = 0;

  add(text) {
    const tag = TAG.exec(text)?.[0];
    if (tag === undefined) {
      this.untagged++;
      return;
    }
    const number = Number(tag.slice(1));
    if (number >= this.counts.length) {
      const larger = new Uint32Array(2 * number);
      larger.set(this.counts);
      this.counts = larger;
    }
    this.counts[number]++;
    this.total++;
  }

  of(number) {
    return this.counts[number] ?? 0;
  }
}

async function* objects(prefix) {
  for await (const { Contents = [] } of paginateListObjectsV2(
    { client: s3 },
    { Bucket: bucket, Prefix: prefix },
  )) {
    for (const { Key } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const bytes = Buffer.from(await Body.transformToByteArray());
      yield { key: Key, bytes: Key.endsWith(".gz") ? gunzipSync(bytes) : bytes };
    }
  }
}

/** Numbers of the lines that were given to the generator; those that break the contract are each `poisonEvery`th. */
async function readSent() {
  const found = new Occurrences();
  for await (const line of createInterface({ input: createReadStream(sent) })) found.add(line);
  return found;
}

async function readStream() {
  const found = new Occurrences();
  const { Shards } = await kinesis.send(new ListShardsCommand({ StreamName: stream }));
  for (const { ShardId } of Shards) {
    let { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({ StreamName: stream, ShardId, ShardIteratorType: "TRIM_HORIZON" }),
    );
    for (;;) {
      const answer = await kinesis.send(new GetRecordsCommand({ ShardIterator })).catch((error) => {
        if (error.name !== "ProvisionedThroughputExceededException") throw error;
      });
      if (answer === undefined) {
        await sleep(250);
        continue;
      }
      for (const { Data } of answer.Records) {
        for (const line of Buffer.from(Data).toString().split("\n")) if (line.trim() !== "") found.add(line);
      }
      ShardIterator = answer.NextShardIterator;
      if (answer.Records.length === 0 && answer.MillisBehindLatest === 0) break;
      await sleep(200);
    }
  }
  return found;
}

/** Each identity once: the raw zone may have an object twice. */
async function readRaw() {
  const found = new Occurrences();
  const seen = new Set();
  let copies = 0;
  for await (const { bytes } of objects(raw)) {
    for (const line of bytes.toString().split("\n")) {
      if (line === "") continue;
      const id = /"record_id":"([^"]+)"/.exec(line)?.[1];
      if (seen.has(id)) copies++;
      else {
        seen.add(id);
        found.add(line);
      }
    }
  }
  return { found, copies };
}

async function readQuarantine() {
  const found = new Occurrences();
  const seen = new Set();
  for await (const { bytes } of objects(quarantine)) {
    for (const line of bytes.toString().split("\n")) {
      if (line === "") continue;
      const { record_id, original } = JSON.parse(line);
      if (seen.has(record_id)) continue;
      seen.add(record_id);
      found.add(Buffer.from(original, "base64").toString("latin1"));
    }
  }
  return found;
}

/** Rows of the files in the partitions that the catalog names. */
async function readParquet() {
  const found = new Occurrences();
  const files = [];
  for await (const { Partitions = [] } of paginateGetPartitions(
    { client: glue },
    { DatabaseName: database, TableName: table },
  )) {
    for (const { StorageDescriptor } of Partitions) {
      const prefix = `${StorageDescriptor.Location.replace(`s3://${bucket}/`, "").replace(/\/$/, "")}/`;
      for await (const { bytes } of objects(prefix)) {
        const file = join(folder, `${files.length}.parquet`);
        writeFileSync(file, bytes);
        files.push(file);
      }
    }
  }
  if (files.length === 0) return found;
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const list = files.map((file) => `'${file}'`).join();
  const rows = await connection.stream(`SELECT invoice FROM read_parquet([${list}])`);
  for (let chunk = await rows.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await rows.fetchChunk()) {
    for (const [invoice] of chunk.getRows()) found.add(String(invoice));
  }
  instance.closeSync();
  return found;
}

async function readIndex() {
  const found = new Occurrences();
  const ask = async (path, body) => {
    const answer = await fetch(`${search}/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  await ask(`${index}/_refresh`, {});
  for (let after; ; ) {
    const { hits } = await ask(`${index}/_search`, {
      size: 5_000,
      sort: [{ record_id: { order: "asc" } }],
      ...(after && { search_after: after }),
    });
    for (const { _source } of hits.hits) found.add(String(_source.Invoice));
    if (hits.hits.length === 0) return found;
    after = hits.hits.at(-1).sort;
  }
}

function expectEqual(place, found, wanted, numbers) {
  const wrong = numbers.filter((number) => found.of(number) !== wanted(number));
  if (wrong.length === 0) return;
  const examples = wrong.slice(0, MOST_EXAMPLES).map((n) => `T${n}: ${found.of(n)} instead of ${wanted(n)}`);
  problems.push(
    `${place}: ${wrong.length} lines are there too often or not often enough: ${examples.join(", ")}`,
  );
}

try {
  const given = await readSent();
  const inStream = await readStream();
  const { found: inRaw, copies } = await readRaw();
  const [inQuarantine, inParquet, inIndex] = [await readQuarantine(), await readParquet(), await readIndex()];
  const numbers = [...given.counts.keys()].filter((number) => given.of(number) > 0);
  const highest = Math.max(
    ...[given, inStream, inRaw, inQuarantine, inParquet, inIndex].map(({ counts }) => counts.length),
  );
  const all = Array.from({ length: highest }, (_, number) => number);
  const isPoison = (number) => number % poisonEvery === 0;

  const lost = numbers.filter((number) => inStream.of(number) === 0);
  if (lost.length > 0)
    problems.push(`the stream lacks ${lost.length} lines that were given to the generator`);
  const strange = all.filter((number) => given.of(number) === 0 && inStream.of(number) > 0);
  if (strange.length > 0) problems.push(`the stream has ${strange.length} lines that nobody gave`);
  for (const [place, { untagged }] of Object.entries({
    given,
    inStream,
    inRaw,
    inQuarantine,
    inParquet,
    inIndex,
  })) {
    if (untagged > 0) problems.push(`${place}: ${untagged} lines without a tag`);
  }
  const good = (number) => (isPoison(number) ? 0 : inStream.of(number));
  expectEqual("raw zone", inRaw, good, all);
  expectEqual("Parquet", inParquet, good, all);
  expectEqual("index", inIndex, good, all);
  expectEqual("quarantine", inQuarantine, (number) => (isPoison(number) ? inStream.of(number) : 0), all);
  const document = {
    given: given.total,
    stream: inStream.total,
    raw: inRaw.total,
    copiesInRaw: copies,
    parquet: inParquet.total,
    indexed: inIndex.total,
    quarantined: inQuarantine.total,
    problems,
  };
  process.stdout.write(`${JSON.stringify(document)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
