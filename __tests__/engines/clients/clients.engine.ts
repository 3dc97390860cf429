import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { eventually } from "../../../benchmarks/support/eventually";
import { FAST, StartCommand } from "../../../benchmarks/support/start";
import type { Variables } from "../../../lib/variables";
import { localS3 } from "../../../local/services/clients";
import { EXPECTED } from "./expected";
import { type Clients, installClients } from "./install";

/** Below the ports that a system gives to clients, and not the product's own. */
const FIRST_PORT = 14_620;
const STREAM = "retail-trans";
const REGION = "eu-west-1";
const LAKE = "retail-bi-dev-lake-000000000000";

/** A check's result, as the programs print it. */
interface Result {
  readonly name: string;
  readonly value?: unknown;
  readonly error?: string;
}

/** Programs, by client: each prints the results of its checks. */
const PROGRAMS: Readonly<Record<string, (clients: Clients) => [string, ...string[]]>> = {
  "AWS CLI": python("aws_cli"),
  boto3: python("boto3"),
  awswrangler: python("awswrangler"),
  PyAthena: python("pyathena"),
  SQLAlchemy: python("sqlalchemy"),
  "opensearch-py": python("opensearch"),
  "AWS SDK for Go": ({ go }) => [go],
};

let folder: string;
let run: StartCommand;
let clients: Clients;
let variables: Variables;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "retail-bi-clients-"));
  clients = await installClients({ variables: process.env, say: () => undefined });
  const file = join(folder, "endpoints.sh");
  const options = ["--data-dir", join(folder, "data"), "--env-file", file, "--port", String(FIRST_PORT)];
  run = new StartCommand(...options, "--no-page", "--history", "0", "--rate", "20", ...FAST);
  await eventually(
    () => expect({ ready: existsSync(file), log: run.stderr }).toMatchObject({ ready: true }),
    120_000,
  );
  variables = { ...process.env, ...exported(readFileSync(file, "utf8")) };
  // Both tables have lines after the first merge.
  await eventually(async () => expect(await mergedObjects()).toBeGreaterThan(0), 240_000);
}, 400_000);

afterAll(async () => {
  run?.interrupt();
  await run?.ended;
  rmSync(folder, { recursive: true, force: true });
});

test.each(Object.keys(EXPECTED))(
  "%s",
  async (client) => {
    const [command = client, ...args] = PROGRAMS[client]?.(clients) ?? [];
    const env = {
      ...variables,
      STREAM,
      STREAM_ARN: `arn:aws:kinesis:${REGION}:000000000000:stream/${STREAM}`,
      LAKE,
      SEARCH_URL: `http://127.0.0.1:${FIRST_PORT + 3}`,
    };
    const { stdout, stderr } = await promisify(execFile)(command, args, { env }).catch(
      (error: { readonly stdout: string; readonly stderr: string }) => error,
    );
    const results = stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line): Result => JSON.parse(line));
    const answers = Object.fromEntries(results.map(({ name, value, error }) => [name, error ?? value]));
    expect(results.length > 0 ? answers : stderr).toEqual(EXPECTED[client]);
  },
  300_000,
);

/** The program of one of Python's clients. */
function python(name: string): (clients: Clients) => [string, ...string[]] {
  return (installed) => [installed.python, join(__dirname, "python", `with_${name}.py`)];
}

/** Variables of a file of `export` lines. */
function exported(file: string): Record<string, string> {
  return Object.fromEntries(
    Array.from(file.matchAll(/^export (\w+)=(.*)$/gm), ([, name, value]) => [name, value]),
  );
}

async function mergedObjects(): Promise<number> {
  const s3 = localS3(variables["AWS_ENDPOINT_URL_S3"] ?? "", REGION);
  try {
    const listed = await s3.send(new ListObjectsV2Command({ Bucket: LAKE, Prefix: "parquet-retail-trans/" }));
    return listed.KeyCount ?? 0;
  } finally {
    s3.destroy();
  }
}
