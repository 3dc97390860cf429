import { retailTransaction } from "../../contract/retail-transaction";
import { kinesisPut } from "../../loadgen/kinesis";
import { localKinesis } from "../../local/services/clients";
import { type Part, type SmokePorts, smoke } from "../../ops/smoke/smoke";
import { SpeedRun } from "../support/speed-run";
import { synthesized } from "../support/synthesized";

jest.setTimeout(300_000);

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
      alarms: async () => ({ names: [] }),
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
  const parts = await search.during({ onBulk: () => forbidden }, () => smokeOf(running, { waitMs: 30_000 }));
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
  const parts = await smokeOf(speed, { waitMs: 15_000 });
  expect(parts["raw zone"]).toMatchObject({ verdict: "failed", detail: "0 of 995 lines" });
  expect(parts["Parquet"]).toMatchObject({ verdict: "failed", detail: "0 of 995 lines" });
  expect(parts["quarantine"]).toMatchObject({
    verdict: "failed",
    detail: expect.stringContaining("not all from the batch layer"),
  });
  expect(parts["index"]).toMatchObject({ verdict: "ok" });
});

test("an alarm that the test raised is red; one that was there before is named", async () => {
  speed = await SpeedRun.start(stackDir);
  let asked = 0;
  const parts = await smokeOf(speed, {
    alarms: async () => ({ names: asked++ === 0 ? ["old"] : ["new", "old"] }),
  });
  expect(parts["alarms"]).toEqual({
    name: "alarms",
    verdict: "failed",
    detail: "went into ALARM: new; in ALARM before, too: old",
  });
});
