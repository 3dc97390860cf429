import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { HOUR_MS } from "../../contract/hours";
import { s3Objects } from "../../lambdas/merge-small-files/aws-objects";
import { ENVIRONMENT } from "../../lambdas/merge-small-files/env";
import { acquireLease, type Lease, releaseLease } from "../../lambdas/merge-small-files/lease";
import type { Outcome } from "../../lambdas/merge-small-files/outcome";
import { readEnvironment } from "../../lambdas/shared/env";
import { createLogger } from "../../lambdas/shared/log";
import { generate } from "../../loadgen/generate";
import { type Acknowledged, acknowledged } from "../../local/acknowledged";
import { type LocalRun, startLocalRun } from "../../local/local-run";
import { send } from "../../local/send";
import { localS3 } from "../../local/services/clients";
import { settle } from "../../local/settle";
import { PROJECT_ROOT } from "../../local/synthesize";
import { type Reconciliation, reconcile } from "../../ops/reconcile/reconcile";
import type { BatchSource } from "../../ops/reconcile/tables";
import { BROKEN_LINES } from "../support/broken-lines";
import { callerIdentity, installFakeAws, isAlive, wayAnswers } from "../support/fake-aws";
import { setEnvironment, startEndpoint } from "../support/fake-endpoint";
import { rewriteParquet } from "../support/parquet-file";
import { selfSigned } from "../support/self-signed";
import { KEY, startDomain } from "../support/verifying-domain";

/** A tunnel wants to know whose the environment is. */
const ACCOUNT = "123456789012";
const LINES = 2_000;
const GOOD_BY_HAND = 60;

let folder: string;
let run: LocalRun;
let s3: S3Client;
let ledger: Acknowledged;
let restoreVariables: () => void;

/** The run's tables. */
function batch(): BatchSource {
  return run.dataSources.batch ?? fail("there is no batch layer");
}

beforeAll(async () => {
  restoreVariables = setEnvironment({ RETAIL_BI_DEV_ACCOUNT_ID: ACCOUNT });
  jest.spyOn(process.stderr, "write").mockReturnValue(true);
  folder = mkdtempSync(join(tmpdir(), "retail-bi-tampering-"));
  run = await startLocalRun({
    source: { environment: "dev" },
    dataDir: folder,
    timeScale: 60,
    firstPort: 0,
    say: () => undefined,
  });
  s3 = localS3(endpoints()["AWS_ENDPOINT_URL_S3"] ?? "", run.plane.region);
  const { signal } = new AbortController();
  await send(run, { maxCount: LINES, pack: 5, seed: 1, signal });
  ledger = await acknowledged(run);
  expect(await settle(run, ledger, signal)).toMatchObject({ agree: true, acknowledged: LINES, extra: [] });
});

afterAll(async () => {
  s3?.destroy();
  await run?.close();
  rmSync(folder, { recursive: true, force: true });
  restoreVariables();
  jest.restoreAllMocks();
});

/** What `npm start` prints as export lines. */
function endpoints(): Record<string, string> {
  return Object.fromEntries(run.exports.map((line) => line.replace("export ", "").split("=", 2)));
}

interface Cell {
  readonly path: string;
  readonly record_id: string;
}

/** Each line of a table with the object that holds it, by Athena. */
async function cells(table: string): Promise<Cell[]> {
  const found: Cell[] = [];
  const sql = `SELECT "$path" AS path, record_id FROM "${table}" ORDER BY record_id`;
  await batch().sql.query(sql, ({ path = "", record_id = "" }) => found.push({ path, record_id }));
  return found;
}

/** Some line in the middle of a table, and the object that holds it. */
async function someLine(table: string): Promise<Cell> {
  const all = await cells(table);
  const cell = all[Math.floor(all.length / 2)];
  if (cell === undefined) throw new Error(`${table} is empty`);
  return cell;
}

function place(path: string): { readonly Bucket: string; readonly Key: string } {
  const [, Bucket = "", Key = ""] = /^s3:\/\/([^/]+)\/(.+)$/.exec(path) ?? [];
  return { Bucket, Key };
}

/** Puts another object in an object's place, or none; `change` sees raw objects without their gzip. @returns what puts it back */
async function replace(
  path: string,
  change: (bytes: Buffer) => Promise<Buffer | undefined> | Buffer | undefined,
): Promise<() => Promise<void>> {
  const { Body } = await s3.send(new GetObjectCommand(place(path)));
  const before = Buffer.from((await Body?.transformToByteArray()) ?? []);
  const isGzip = path.endsWith(".gz");
  const after = await change(isGzip ? gunzipSync(before) : before);
  if (after === undefined) await s3.send(new DeleteObjectCommand(place(path)));
  else await s3.send(new PutObjectCommand({ ...place(path), Body: isGzip ? gzipSync(after) : after }));
  return async () => {
    await s3.send(new PutObjectCommand({ ...place(path), Body: before }));
  };
}

/** The lists of a reconciliation that are faults and not empty. */
function faults({
  missing,
  duplicates,
  altered,
  unknown,
}: Reconciliation): Record<string, readonly string[]> {
  const all = Object.entries({ missing, duplicates, altered, unknown }).flatMap(([kind, bySource]) =>
    Object.entries(bySource).map(([source, ids]) => [`${kind} in ${source}`, ids] as const),
  );
  return Object.fromEntries(all.filter(([, ids]) => ids.length > 0));
}

/** `npm run reconcile -- dev` without npm, as anyone with the printed endpoints can run it. */
async function reconcileCommand(
  options: readonly string[] = ["--search-url", run.searchUrl],
  variables: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const to = new Date(Math.ceil(Date.now() / 1000) * 1000).toISOString().replace(".000Z", "Z");
  const args = ["--import", "tsx", "ops/reconcile/cli.ts", "dev", "--to", to, ...options];
  const child = spawn(process.execPath, args, {
    cwd: PROJECT_ROOT,
    env: { ...process.env, ...endpoints(), ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, stdout, stderr };
}

describe("the command", () => {
  test("reaches the index through a tunnel of its own, which ends with it", async () => {
    const host = "vpc-salesv1-0123.eu-west-1.es.amazonaws.com";
    const identity = selfSigned(host);
    const domain = await startDomain(async ({ method, target, headers, body }) => {
      const answer = await fetch(new URL(target, run.searchUrl), {
        method,
        headers: { "content-type": headers["content-type"] ?? "application/json" },
        ...(body.length > 0 && { body: new Uint8Array(body) }),
      });
      return {
        status: answer.status,
        headers: { "content-type": answer.headers.get("content-type") ?? "text/plain" },
        body: Buffer.from(await answer.arrayBuffer()),
      };
    }, identity);
    const sts = await startEndpoint(() => ({ body: callerIdentity(ACCOUNT) }));
    const fake = installFakeAws();
    try {
      fake.setState({ answers: wayAnswers(host), forwardTo: domain.port });
      const certificate = join(fake.folder, "ca.pem");
      writeFileSync(certificate, identity.cert);

      const { code, stdout, stderr } = await reconcileCommand(["--tunnel", "--json"], {
        PATH: fake.folder,
        NODE_EXTRA_CA_CERTS: certificate,
        AWS_ENDPOINT_URL_STS: sts.url,
        AWS_ACCESS_KEY_ID: KEY.accessKeyId,
        AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
        AWS_SESSION_TOKEN: KEY.sessionToken,
      });

      expect(stderr).toContain(`to ${host}\n`);
      expect(stderr).toContain(`search index: ${LINES.toLocaleString("en")} lines`);
      expect(JSON.parse(stdout)).toMatchObject({ agree: true, notCompared: [], raw: LINES, indexed: LINES });
      expect(code).toBe(0);
      expect(domain.requests.every(({ serverName }) => serverName === host)).toBe(true);
      expect(fake.plugins()).toHaveLength(1);
      expect(fake.plugins().filter(isAlive)).toEqual([]);
    } finally {
      fake.remove();
      await domain.close();
      await sts.close();
    }
  });

  test("says what it did not compare, and takes the first minutes of each hour for a sample", async () => {
    const { code, stdout } = await reconcileCommand([]);
    expect(stdout).toMatch(
      /It could not be determined whether all layers agree: the search index was not compared\.\nTo compare it: --tunnel/,
    );
    expect(code).toBe(1);

    const minutes: number[] = [];
    await batch().sql.query("SELECT arrived_at FROM retail_trans_json", ({ arrived_at = "" }) => {
      minutes.push(Number(arrived_at.slice(14, 16)));
    });
    const shares = [Math.max(1, Math.min(...minutes)), Math.min(...minutes) + 1];
    for (const share of shares) {
      const sampled = await reconcileCommand(["--minutes-per-hour", String(share), "--json"]);
      expect(JSON.parse(sampled.stdout)).toMatchObject({
        agree: false,
        reasons: expect.arrayContaining(["the search index was not compared"]),
        missing: { raw: [], parquet: [] },
        notCompared: ["indexed"],
        raw: minutes.filter((minute) => minute < share).length,
      });
    }
  });

  test.each<[string, readonly string[], RegExp, number]>([
    [
      "a URL that is none",
      ["--search-url", "127.0.0.1:9200"],
      /A URL such as http:\/\/127\.0\.0\.1:9200 is wanted/,
      2,
    ],
    ["two ways", ["--tunnel", "--search-url", "http://127.0.0.1:1"], /cannot be used with option/, 2],
    ["a search engine that is not there", ["--search-url", "http://127.0.0.1:1"], /ECONNREFUSED/, 1],
  ])("refuses %s", async (_, options, words, expected) => {
    const { code, stdout, stderr } = await reconcileCommand(options);
    expect(stderr).toMatch(words);
    expect([code, stdout]).toEqual([expected, ""]);
  });
});

test("records that another producer put with the SDK: 20 broken lines among good ones are all accounted for", async () => {
  const rows = generate(2);
  const lines: Uint8Array[] = [];
  for (let number = 0; number < GOOD_BY_HAND; number++) {
    lines.push(Buffer.from(JSON.stringify(rows.next().value)));
    const broken = BROKEN_LINES[number / 3];
    if (broken) lines.push(broken.bytes);
  }
  const records = Array.from({ length: lines.length / 8 }, (_, record) => ({
    PartitionKey: `by-hand-${record}`,
    Data: Buffer.concat(lines.slice(record * 8, record * 8 + 8).flatMap((line) => [line, Buffer.from("\n")])),
  }));
  const { kinesis, streamName: StreamName } = run.dataSources;
  expect(await kinesis.send(new PutRecordsCommand({ StreamName, Records: records }))).toMatchObject({
    FailedRecordCount: 0,
  });

  // Nobody tells when other producers' lines are everywhere: the stream itself is what they are held against.
  const deadline = Date.now() + 150_000;
  let found = await reconcile(run.dataSources);
  while (!found.agree && Date.now() < deadline) {
    await sleep(1_000);
    found = await reconcile(run.dataSources);
  }

  const good = LINES + GOOD_BY_HAND;
  expect(faults(found)).toEqual({});
  expect(found).toMatchObject({
    agree: true,
    acknowledged: good + BROKEN_LINES.length,
    counts: { raw: good, parquet: good, indexed: good },
    quarantined: BROKEN_LINES.length,
  });
  const shown: Readonly<Record<string, string>>[] = [];
  await batch().sql.query("SELECT * FROM retail_trans_quarantine", (row) => shown.push(row));
  const of = (layer: string): string[] =>
    shown.filter((row) => row["layer"] === layer).map(({ reason, original }) => `${reason} ${original}`);
  const expected = BROKEN_LINES.map(({ reason, bytes }) => `${reason} ${bytes.toString("base64")}`);
  expect(of("batch").sort()).toEqual([...expected].sort());
  expect(of("speed").sort()).toEqual([...expected].sort());
  expect(shown).toHaveLength(2 * BROKEN_LINES.length);
});

/** MergeSmallFiles, and the lease that its runs take. */
function merging() {
  const found = run.plane.functions.find(({ environment }) => "OLD_TABLE_NAME" in environment);
  if (!found) throw new Error("the Terraform has no function that merges");
  const { STAGING_OUTPUT_PREFIX: staging } = readEnvironment(ENVIRONMENT, found.environment);
  const clock = { now: Date.now, sleep: (ms: number) => sleep(ms) };
  const log = createLogger("tampering", () => undefined);
  return { arn: found.arn, staging, ports: { objects: s3Objects(s3), clock, log } };
}

/** Tries until it is this caller's turn: the schedule goes on. */
async function withRetry<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    await sleep(50);
  }
}

/** What a line's tampering is, and the only thing that may be found. */
interface Tampering {
  readonly what: string;
  readonly table: "json" | "parquet";
  readonly change: (bytes: Buffer, id: string) => Promise<Buffer> | Buffer;
  readonly found: (id: string) => Record<string, readonly string[]>;
  /** Whether the command is asked as well, which takes seconds. */
  readonly command?: true;
}

/** The raw lines that hold an identity, changed; no line at all where there is none left. */
function rawLines(bytes: Buffer, id: string, change: (line: string) => string[]): Buffer {
  const lines = bytes.toString().split("\n");
  return Buffer.from(lines.flatMap((line) => (line.includes(id) ? change(line) : [line])).join("\n"));
}

function centMore(line: string): string {
  const row = JSON.parse(line) as { Price: number };
  return JSON.stringify({ ...row, Price: Math.round(row.Price * 100 + 1) / 100 });
}

/** An identity beside the given one, of a line that its record of five does not have. */
function neighbour(id: string): string {
  return `${id.slice(0, -1)}v`;
}

/** @param extra in SQL */
function withExtra(id: string, extra: string): string {
  return `SELECT * REPLACE (CASE record_id WHEN '${id}' THEN ${extra} ELSE extra END AS extra) FROM rows`;
}

const TAMPERINGS: readonly Tampering[] = [
  {
    what: "a raw line is gone",
    table: "json",
    change: (bytes, id) => rawLines(bytes, id, () => []),
    found: (id) => ({ "missing in raw": [id] }),
    command: true,
  },
  {
    what: "a price in a raw line is a cent higher",
    table: "json",
    change: (bytes, id) => rawLines(bytes, id, (line) => [centMore(line)]),
    found: (id) => ({ "altered in raw": [id] }),
  },
  {
    what: "a Parquet row is gone",
    table: "parquet",
    change: (bytes, id) => rewriteParquet(bytes, `FROM rows WHERE record_id <> '${id}'`),
    found: (id) => ({ "missing in parquet": [id] }),
  },
  {
    what: "a Parquet row is there twice",
    table: "parquet",
    change: (bytes, id) => rewriteParquet(bytes, `FROM rows UNION ALL FROM rows WHERE record_id = '${id}'`),
    found: (id) => ({ "duplicates in parquet": [id] }),
    command: true,
  },
  {
    what: "a price in Parquet is a cent higher",
    table: "parquet",
    change: (bytes, id) => {
      const price = `CASE record_id WHEN '${id}' THEN round(price + 0.01, 2) ELSE price END AS price`;
      return rewriteParquet(bytes, `SELECT * REPLACE (${price}) FROM rows`);
    },
    found: (id) => ({ "altered in parquet": [id] }),
    command: true,
  },
  {
    what: "a raw line has another unknown column",
    table: "json",
    change: (bytes, id) =>
      rawLines(bytes, id, (line) => [JSON.stringify({ ...JSON.parse(line), extra: '{"a":1}' })]),
    found: (id) => ({ "altered in raw": [id] }),
  },
  {
    what: "an unknown column in Parquet is another",
    table: "parquet",
    change: (bytes, id) => rewriteParquet(bytes, withExtra(id, `'{"a":1}'`)),
    found: (id) => ({ "altered in parquet": [id] }),
    command: true,
  },
  {
    what: "the unknown columns in Parquet are gone",
    table: "parquet",
    change: (bytes, id) => rewriteParquet(bytes, withExtra(id, "NULL")),
    found: (id) => ({ "altered in parquet": [id] }),
  },
  {
    what: "Parquet has a row that the stream never had",
    table: "parquet",
    change: (bytes, id) => {
      const invented = `SELECT * REPLACE ('${neighbour(id)}' AS record_id) FROM rows WHERE record_id = '${id}'`;
      return rewriteParquet(bytes, `FROM rows UNION ALL ${invented}`);
    },
    found: (id) => ({ "unknown in parquet": [neighbour(id)] }),
  },
];

describe("tampered with behind its back", () => {
  let lease: Lease;

  /**
   * A raw object with another ETag is merged anew, and what is found would depend on whether that was before the
   * comparison or after. So merging pauses, as an operator would have it pause: the test holds the lease.
   */
  beforeAll(async () => {
    const { ports, staging } = merging();
    lease = await withRetry(() => acquireLease(ports, staging, "tampering", Date.now() + HOUR_MS));
  });

  afterAll(async () => {
    const { ports, staging } = merging();
    await releaseLease(ports, staging, lease, lease.lastHourlyPass);
  });

  test.each(TAMPERINGS)("$what: that identity is named, and nothing else", async (tampering) => {
    const { path, record_id } = await someLine(batch().tables[tampering.table]);
    const expected = tampering.found(record_id);
    const undo = await replace(path, (bytes) => tampering.change(bytes, record_id));
    try {
      const found = await reconcile(run.dataSources, ledger);
      expect(faults(found)).toEqual(expected);
      expect(found.agree).toBe(false);
      if (tampering.command) {
        const { code, stdout } = await reconcileCommand();
        expect(code).toBe(1);
        for (const [list, ids] of Object.entries(expected)) {
          expect(stdout).toContain(`${list}: ${ids.join()}\n`);
        }
      }
    } finally {
      await undo();
    }
  });

  test("an unknown column of a document is another: that identity is named, and nothing else", async () => {
    const { record_id } = await someLine(batch().tables.parquet);
    const { client, indexPattern: index } = run.dataSources.search ?? fail("there is no search");
    const query = { ids: { values: [record_id] } };
    const { body } = await client.search({ index, body: { query } });
    const [hit] = body.hits.hits;
    const { _index = "", _source: document = {} } = hit ?? {};
    const put = (source: object) =>
      client.bulk({ refresh: true, body: [{ index: { _index, _id: record_id } }, source] });
    try {
      for (const extra of ['{"a":1}', undefined]) {
        await put({ ...document, extra });
        const found = await reconcile(run.dataSources, ledger);
        expect(faults(found)).toEqual({ "altered in indexed": [record_id] });
      }
    } finally {
      await put(document);
    }
  });

  test("everything put back: all layers agree again, to the command too", async () => {
    expect(await reconcile(run.dataSources, ledger)).toMatchObject({ agree: true });
    expect(await reconcileCommand()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("All layers agree."),
    });
  });
});

describe("tampered with while it merges", () => {
  /** A merge that began after the change, whoever else merges. */
  function merge(): Promise<Outcome> {
    return withRetry(async () => {
      const outcome = (await run.functions.invoke(merging().arn, {})) as Outcome;
      return outcome.status === "busy" ? undefined : outcome;
    });
  }

  test("a raw line is gone: its hour is not swapped, and Parquet keeps the line until it is back", async () => {
    const { path, record_id } = await someLine(batch().tables.json);
    const undo = await replace(path, (bytes) => rawLines(bytes, record_id, () => []));
    // A run of the schedule may have failed on it already; then this one waits with the hour.
    const outcome = await merge().catch((error: unknown) => String(error));

    if (typeof outcome === "string") expect(outcome).toContain("MergeCheckFailed");
    else expect(outcome).toMatchObject({ merged: [], failing: [expect.any(String)] });
    expect(faults(await reconcile(run.dataSources, ledger))).toEqual({ "missing in raw": [record_id] });

    await undo();
    await merge();
    expect(await reconcile(run.dataSources, ledger)).toMatchObject({ agree: true });
  });

  test("a whole raw object is gone: its hour is not merged, and Parquet keeps the lines", async () => {
    const { path } = await someLine(batch().tables.json);
    const gone = (await cells(batch().tables.json)).filter((cell) => cell.path === path);
    const undo = await replace(path, () => undefined);

    const outcome = await merge();

    expect(outcome.refused).not.toEqual([]);
    expect(outcome.merged).toEqual([]);
    expect(faults(await reconcile(run.dataSources, ledger))).toEqual({
      "missing in raw": gone.map(({ record_id }) => record_id),
    });

    await undo();
    expect(await merge()).toMatchObject({ refused: [], failed: [] });
    expect(await reconcile(run.dataSources, ledger)).toMatchObject({ agree: true });
  });
});
