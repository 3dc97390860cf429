import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { eventually } from "../../benchmarks/support/eventually";
import { acknowledged } from "../../local/acknowledged";
import { localS3 } from "../../local/services/clients";
import { startDeliveryStream } from "../../local/services/firehose/service";
import { openStore } from "../../local/store/store";
import { ZONES } from "../../modules/batch/zones";
import { type Reconciliation, reconcile } from "../../ops/reconcile/reconcile";
import { SpeedRun, withMapping } from "../support/speed-run";
import { synthesized } from "../support/synthesized";

const ROOT = resolve(__dirname, "../..");
let stackDir: string;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  jest.spyOn(process.stderr, "write").mockReturnValue(true);
  stackDir = await synthesized("dev");
});

afterAll(async () => {
  for (const one of open.reverse()) await one.close();
  jest.restoreAllMocks();
});

interface Outcome {
  readonly code: number | null;
  readonly stderr: string;
  /** What `--json` printed. */
  readonly report: Readonly<Record<string, unknown>>;
}

/** `npm run redrive|replay -- dev …` without npm, with the endpoints that the run prints. */
function recover(speed: SpeedRun, command: string, ...options: string[]): Promise<Outcome> {
  const endpoints = speed.run.exports.map((line) => line.replace("export ", "").split("=", 2));
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "ops/recovery/cli.ts", command, "dev", "--json", ...options],
    { cwd: ROOT, env: { ...process.env, ...Object.fromEntries(endpoints) } },
  );
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((done) =>
    child.on("close", (code) => done({ code, stderr, report: stdout === "" ? {} : JSON.parse(stdout) })),
  );
}

/** @param afterListing is waited for after each listing of the bucket of failures, before its objects are read */
async function compared({ run }: SpeedRun, afterListing?: () => Promise<unknown>): Promise<Reconciliation> {
  const { failures } = run.dataSources;
  if (failures === undefined) throw new Error("the Terraform has no bucket of failures");
  const s3 = localS3(run.endpoints["AWS_ENDPOINT_URL_S3"] ?? "", run.plane.region);
  s3.middlewareStack.add(
    (next, { commandName }) =>
      async (given) => {
        const answer = await next(given);
        if (commandName === "ListObjectsV2Command") await afterListing?.();
        return answer;
      },
    { step: "initialize" },
  );
  try {
    return await reconcile({ ...run.dataSources, failures: { ...failures, s3 } }, await acknowledged(run));
  } finally {
    s3.destroy();
  }
}

async function keys({ run }: SpeedRun, prefix: string): Promise<string[]> {
  const { s3, bucket } = run.dataSources.failures ?? {};
  const listing = await s3?.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  return (listing?.Contents ?? []).map(({ Key = "" }) => Key);
}

test("discarded while the engine was down: redrive makes the sets equal, and a second one does nothing", async () => {
  const speed = await SpeedRun.start(stackDir, (plane) => withMapping(plane, { maximumRecordAgeSeconds: 2 }));
  open.push(speed);

  const whileDown = await speed.search.down(async () => {
    await speed.send(250);
    await eventually(() => expect(speed.mapping.discarded).toHaveLength(250), 60_000);
    return recover(speed, "redrive");
  });
  const found = await speed.settled();
  const kept = await keys(speed, ZONES.onFailure);

  // Nobody could take them back then, and nothing of them was lost.
  expect(whileDown).toMatchObject({ code: 1, report: { redriven: 0, recordsRedriven: 0 } });
  expect(whileDown.stderr).toMatch(/records: failed, the function does not get past record shardId-/);
  expect(found).toMatchObject({ agree: false, counts: { raw: 250, parquet: 250, indexed: 0 } });
  expect(found.discarded.size).toBe(250);
  expect(kept.length).toBeGreaterThan(0);

  const dry = await recover(speed, "redrive", "--dry-run");
  expect(dry).toMatchObject({ code: 0, report: { pending: kept.length, recordsPending: 250, redriven: 0 } });
  expect(await keys(speed, ZONES.onFailure)).toEqual(kept);

  // A reconciliation begins before it and ends after it.
  let redriving: Promise<Outcome> | undefined;
  const during = await compared(speed, () => {
    redriving ??= recover(speed, "redrive");
    return redriving;
  });
  expect(during).toMatchObject({ agree: true, counts: { indexed: 250 } });
  const first = await redriving;
  expect(first).toMatchObject({
    code: 0,
    report: { redriven: kept.length, recordsRedriven: 250, failed: [], skipped: [], stoppedEarly: false },
  });
  expect(await keys(speed, ZONES.onFailure)).toEqual([]);
  const after = await compared(speed);
  expect(after).toEqual(during);
  expect(after).toMatchObject({
    agree: true,
    acknowledged: 250,
    counts: { raw: 250, parquet: 250, indexed: 250 },
  });

  const second = await recover(speed, "redrive");
  expect(second).toMatchObject({ code: 0, report: { redriven: 0, recordsRedriven: 0, failed: [] } });
  expect(await compared(speed)).toEqual(after);
});

test("the delivery stream is replaced while records flow: replay makes the sets equal, and a second one writes nothing", async () => {
  const speed = await SpeedRun.start(stackDir);
  open.push(speed);
  const { run } = speed;
  await speed.send(200);
  expect(await speed.settled()).toMatchObject({ agree: true });

  // Removed, with all that it knew; the producer goes on.
  const [removed] = run.deliveryStreams;
  const { failures } = run.dataSources;
  if (removed === undefined || failures === undefined) throw new Error("the Terraform lacks a part");
  const { model } = removed;
  await removed.close();
  await speed.send(300);
  await speed.sendLines(['{"Invoice":', "[]"]);
  await eventually(() => expect(speed.mapping.recordsAcknowledged).toBe(502), 120_000);
  // Made anew, it begins with what comes now.
  const storeOfNew = openStore(join(run.dataDir, "new-delivery"));
  open.push({ close: async () => storeOfNew.close() });
  const anew = await startDeliveryStream(model, {
    source: run.streamSource,
    s3: failures.s3,
    invoke: run.functions.invoke,
    store: storeOfNew,
    timeScale: run.timeScale,
  });
  open.push(anew);
  await speed.send(100);
  await eventually(async () => {
    expect(await compared(speed)).toMatchObject({ counts: { raw: 300, parquet: 300, indexed: 600 } });
  }, 120_000);

  const before = await compared(speed);
  expect(before.agree).toBe(false);
  expect(before.missing).toMatchObject({ stream: [], indexed: [], quarantine: [] });
  expect(before.missing.raw).toHaveLength(300);
  expect(before.missing.parquet).toEqual(before.missing.raw);

  const objects = await keys(speed, ZONES.raw);
  const late = ["--to", new Date(Date.now() + 1).toISOString()];
  const [settling, dry] = await Promise.all([
    recover(speed, "replay"),
    recover(speed, "replay", ...late, "--dry-run"),
  ]);
  expect(settling).toMatchObject({ code: 0, report: { lines: 0, missing: 0, objects: 0 } });
  expect(dry).toMatchObject({ code: 0, report: { lines: 602, missing: 300, objects: 0 } });
  expect(await keys(speed, ZONES.raw)).toEqual(objects);

  const first = await recover(speed, "replay", ...late);
  expect(first).toMatchObject({ code: 0, report: { lines: 602, missing: 300, missingFromQuarantine: 0 } });
  const written = await keys(speed, ZONES.raw);
  expect(written.filter((key) => !objects.includes(key))).toEqual(
    Array(Number(first.report["objects"])).fill(
      expect.stringMatching(/^json-data\/year=\d{4}\/month=\d\d\/day=\d\d\/hour=\d\d\/replay-/),
    ),
  );
  const after = await speed.settled();
  expect(after).toMatchObject({
    agree: true,
    acknowledged: 602,
    counts: { raw: 600, parquet: 600, indexed: 600 },
    quarantined: 2,
    duplicates: { raw: [], parquet: [] },
  });

  const second = await recover(speed, "replay", ...late);
  expect(second).toMatchObject({
    code: 0,
    report: { lines: 602, missing: 0, missingFromQuarantine: 0, objects: 0 },
  });
  expect(await keys(speed, ZONES.raw)).toEqual(written);
  expect(await compared(speed)).toEqual(after);
});
