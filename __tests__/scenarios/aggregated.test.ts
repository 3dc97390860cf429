import { PutRecordCommand } from "@aws-sdk/client-kinesis";
import { eventually } from "../../benchmarks/support/eventually";
import { NUMBERINGS, type Numbering } from "../../local/plan/user-record-numbers";
import { type Reconciliation, reconcile } from "../../ops/reconcile/reconcile";
import { streamRecords } from "../../ops/reconcile/stream-records";
import { goodLine } from "../support/kinesis-event";
import { AGGREGATES, aggregate } from "../support/kpl/aggregates";
import { judgeRecord } from "../support/retail";
import { SpeedRun } from "../support/speed-run";
import { synthesized } from "../support/synthesized";

/** What two aggregators made, one inside of another, a broken one, and ordinary records between them. */
const RECORDS: readonly Uint8Array[] = [
  ...AGGREGATES.flatMap(({ data }, at) => [data, Buffer.from(goodLine({ Invoice: `plain ${at}` }))]),
  aggregate([aggregate([goodLine(), goodLine()]), goodLine({ Invoice: "beside a nested one" })]),
  Buffer.concat([(AGGREGATES[0]?.data ?? Buffer.alloc(0)).subarray(0, -1), Buffer.alloc(1)]),
];

let run: SpeedRun | undefined;

afterEach(async () => {
  await run?.close();
  run = undefined;
});

/** Sends the records, and waits until each layer has as many lines as keep the contract. */
async function settled(
  numbering: Numbering,
): Promise<{ found: Reconciliation; good: number; refused: number }> {
  run = await SpeedRun.start(await synthesized("dev"), undefined, numbering);
  const { dataSources } = run.run;
  for (const Data of RECORDS) {
    const command = new PutRecordCommand({
      StreamName: dataSources.streamName,
      Data,
      PartitionKey: String(Data.length),
    });
    await dataSources.kinesis.send(command);
  }
  let good = 0;
  let refused = 0;
  for await (const record of streamRecords(dataSources.kinesis, dataSources.streamName)) {
    for (const { verdict } of judgeRecord(record))
      if (verdict.accepted) good++;
      else refused++;
  }
  let found: Reconciliation | undefined;
  await eventually(async () => {
    found = await reconcile(dataSources);
    expect(found.counts).toEqual({ raw: good, parquet: good, indexed: good });
    expect(found.quarantined).toBeGreaterThanOrEqual(refused);
    // A layer may have its lines before the other has refused the last one.
    const layers = ({ layers }: { readonly layers: Iterable<string> }) => [...layers].sort();
    if (numbering === "ordered")
      for (const one of found.quarantine.values()) expect(layers(one)).toEqual(["batch", "speed"]);
  }, 240_000);
  if (found === undefined) throw new Error("nothing was compared");
  return { found, good, refused };
}

test("numbered in their order, user records are the same lines in both layers", async () => {
  const { found, good, refused } = await settled("ordered");

  expect(good).toBeGreaterThan(350);
  expect(found).toMatchObject({
    agree: true,
    quarantined: refused,
    duplicates: { parquet: [], indexed: [] },
  });
  const reasons = [...found.quarantine.values()].map(({ reason }) => reason);
  expect(new Set(reasons)).toEqual(new Set(["not_json", "aggregated_record", "not_utf8"]));
});

test.each(NUMBERINGS.filter((numbering) => numbering !== "ordered"))(
  "numbering %s: every line is in every layer once, no two are taken for one, and the difference is reported",
  async (numbering) => {
    const { found } = await settled(numbering);

    // As many identities as lines, no duplicates, and none that means another line in the other layer.
    expect(found.duplicates).toMatchObject({ parquet: [], indexed: [] });
    expect(found.altered).toMatchObject({ raw: [], parquet: [], indexed: [] });
    expect(found.agree).toBe(false);
    const { missing, unknown } = found;
    expect(missing.raw?.length).toBeGreaterThan(250);
    expect(unknown.raw).toHaveLength(missing.raw?.length ?? 0);
    expect(unknown.parquet).toEqual(unknown.raw);
    expect(missing.parquet).toEqual(missing.raw);
    expect({ missing: missing.indexed, unknown: unknown.indexed }).toEqual({ missing: [], unknown: [] });
    for (const id of unknown.raw ?? []) expect(id).toMatch(/^[0-9a-v]{46}x/);
  },
);
