import { spawn } from "node:child_process";
import { once } from "node:events";
import { ROOT } from "../../benchmarks/support/start";
import { retailTransaction } from "../../contract/retail-transaction";
import { type SavedObject, savedObjects } from "../../dashboards/saved-objects";
import { kinesisPut } from "../../loadgen/kinesis";
import { localKinesis } from "../../local/services/clients";
import { readDashboards } from "../../ops/smoke/dashboards";
import { type Part, type SmokePorts, smoke } from "../../ops/smoke/smoke";
import { RETAIL_PANELS, RETAIL_TITLE } from "../../presets/retail/panels";
import { SpeedRun } from "../support/speed-run";
import { synthesized } from "../support/synthesized";

const LINES = 995;
let stackDir: string;
let speed: SpeedRun | undefined;

beforeAll(async () => {
  jest.spyOn(process.stderr, "write").mockReturnValue(true);
  stackDir = await synthesized("dev");
});

afterEach(async () => {
  await speed?.close();
  speed = undefined;
});

afterAll(() => jest.restoreAllMocks());

/** The smoke test of a run, by the parts' names. */
async function smokeOf(
  { run }: SpeedRun,
  options: Partial<SmokePorts> = {},
): Promise<Readonly<Record<string, Part>>> {
  const client = localKinesis(run.streamUrl, run.plane.region, 1);
  try {
    const parts = await smoke({
      contract: retailTransaction,
      put: kinesisPut(client, run.dataSources.streamName),
      sources: run.dataSources,
      notReached: {},
      alarms: async () => ({ names: [], others: [] }),
      waitMs: 120_000,
      onPart: () => undefined,
      run: "a test",
      signal: new AbortController().signal,
      ...options,
    });
    return Object.fromEntries(parts.map((part) => [part.name, part]));
  } finally {
    client.destroy();
  }
}

test("every line of a smoke test is found in every layer, among the lines of others", async () => {
  speed = await SpeedRun.start(stackDir);
  await speed.send(500);

  const parts = await smokeOf(speed);

  expect(Object.values(parts).map(({ name, verdict }) => [name, verdict])).toEqual(
    expect.arrayContaining([
      ["stream", "ok"],
      ["raw zone", "ok"],
      ["index", "ok"],
      ["quarantine", "ok"],
      ["Parquet", "ok"],
      ["alarms", "ok"],
    ]),
  );
  expect(parts["stream"]?.detail).toMatch(/^1000 of 1000 acknowledged lines/);
  expect(parts["Parquet"]?.detail).toBe(
    `${LINES} of ${LINES} lines; user records numbered from 0 to 9, in the order of the aggregate, as UpsertToES does`,
  );
  expect(parts["quarantine"]?.detail).toBe(
    "5 of 5 refused lines, each with its reason, from batch and speed layer",
  );
  expect(await speed.settled()).toMatchObject({ agree: true, quarantined: 5 });
});

test("Firehose's own names of user records are reported, and no fault", async () => {
  speed = await SpeedRun.start(stackDir, undefined, "empty");
  const parts = await smokeOf(speed);
  expect(parts["raw zone"]).toMatchObject({
    verdict: "ok",
    detail: expect.stringContaining("without an index"),
  });
  expect(parts["Parquet"]).toMatchObject({ verdict: "ok" });
  expect(parts["index"]).toMatchObject({ verdict: "ok" });
});

test("the role of UpsertToES is not mapped: the index is red, and no other layer", async () => {
  speed = await SpeedRun.start(stackDir);
  const { search } = speed;
  const forbidden = {
    status: 403,
    body: { error: { type: "security_exception", reason: "no permissions" } },
  };
  const running = speed;
  const parts = await search.during({ onBulk: () => forbidden }, () => smokeOf(running, { waitMs: 90_000 }));
  expect(parts["index"]).toMatchObject({
    verdict: "failed",
    detail: expect.stringMatching(/^0 of 995 lines/),
  });
  expect(parts["raw zone"]).toMatchObject({ verdict: "ok" });
  expect(parts["Parquet"]).toMatchObject({ verdict: "ok" });
});

test("the delivery stream is stopped: the batch layer is red, and not the index", async () => {
  speed = await SpeedRun.start(stackDir);
  await speed.run.deliveryStreams[0]?.close();
  const parts = await smokeOf(speed, { waitMs: 60_000 });
  expect(parts["raw zone"]).toMatchObject({ verdict: "failed", detail: "0 of 995 lines" });
  expect(parts["Parquet"]).toMatchObject({ verdict: "failed", detail: "0 of 995 lines" });
  expect(parts["quarantine"]).toMatchObject({
    verdict: "failed",
    detail: expect.stringContaining("not all from the batch layer"),
  });
  expect(parts["index"]).toMatchObject({ verdict: "ok" });
});

test("a panel that somebody broke is red by its name, and so is one that is gone", async () => {
  speed = await SpeedRun.start(stackDir);
  await speed.send(20);
  await speed.settled();
  const { url } = speed.search;
  const shown = { contract: retailTransaction, panels: RETAIL_PANELS, title: RETAIL_TITLE };
  const index = retailTransaction.index;
  let busy = 2;
  const onOther = () => (busy-- > 0 ? ({ status: 503, body: {} } as const) : undefined);
  const before = await speed.search.during({ onOther }, () => readDashboards(shown, index, url));
  expect(before).toEqual({ objects: RETAIL_PANELS.length + 2, faults: [] });

  const [panel] = savedObjects(retailTransaction, RETAIL_PANELS, {
    indexName: index,
    title: RETAIL_TITLE,
  }).filter(({ id }) => id === "retail-bi-revenue-by-country");
  if (panel === undefined) throw new Error("there is no such panel");
  await overwrite(url, { ...panel, attributes: { ...panel.attributes, visState: "{}" } });
  const after = await readDashboards(shown, index, url);
  expect(after.faults).toEqual(["visualization retail-bi-revenue-by-country differs from what was deployed"]);

  const more = [
    ...RETAIL_PANELS,
    ...RETAIL_PANELS.filter(({ id }) => id === "revenue-by-country").map((one) => ({
      ...one,
      id: "nowhere",
    })),
  ];
  const { faults } = await readDashboards({ ...shown, panels: more }, index, url);
  expect(faults).toContain("visualization retail-bi-nowhere does not exist");
  const parts = await smokeOf(speed, { dashboards: () => readDashboards(shown, index, url), waitMs: 60_000 });
  expect(parts["Dashboards"]).toMatchObject({
    verdict: "failed",
    detail: expect.stringContaining("revenue-by-country"),
  });
});

/** What Dashboards' own import does with an edited object. */
async function overwrite(url: string, object: SavedObject): Promise<void> {
  const form = new FormData();
  form.set("file", new Blob([JSON.stringify(object)], { type: "application/ndjson" }), "object.ndjson");
  form.set("retries", JSON.stringify([{ type: object.type, id: object.id, overwrite: true }]));
  const path = "/_dashboards/api/saved_objects/_resolve_import_errors";
  const answer = await fetch(new URL(path, url), {
    method: "POST",
    headers: { "osd-xsrf": "true", securitytenant: "global" },
    body: form,
  });
  expect(await answer.json()).toMatchObject({ success: true });
}

test("the command: every part of a run is looked at through its endpoints", async () => {
  speed = await SpeedRun.start(stackDir);
  const { exports } = speed.run;
  const endpoints = exports.map((line) => line.replace("export ", "").split("=", 2));
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "ops/smoke/cli.ts", "dev", "--json", "--wait", "2", "--search-url", speed.search.url],
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
  const [code] = await once(child, "close");
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  const { passed, parts } = JSON.parse(stdout);
  expect(passed).toBe(true);
  expect(Object.fromEntries(parts.map(({ name, verdict }: Part) => [name, verdict]))).toEqual({
    stream: "ok",
    "raw zone": "ok",
    index: "ok",
    quarantine: "ok",
    Parquet: "ok",
    Dashboards: "ok",
    alarms: "not here",
  });
});

test("an alarm that the test raised is red; one that was there before is named", async () => {
  speed = await SpeedRun.start(stackDir);
  let asked = 0;
  const parts = await smokeOf(speed, {
    alarms: async () => ({ names: asked++ === 0 ? ["old"] : ["new", "old"], others: [] }),
  });
  expect(parts["alarms"]).toEqual({
    name: "alarms",
    verdict: "failed",
    detail: "went into ALARM: new; in ALARM before, too: old",
  });
});
