import { unpackAggregate } from "../../contract/aggregate";
import { decimal, integer, text, timestamp } from "../../contract/column";
import { defineContract } from "../../contract/define";
import { lineJudge } from "../../contract/judge";
import { retailTransaction } from "../../contract/retail-transaction";
import { PutError } from "../../loadgen/put";
import { SMOKE_LINES, smokeRecords } from "../../ops/smoke/lines";
import { partsText, verdictOf } from "../../ops/smoke/report";
import { sendRecords } from "../../ops/smoke/send";
import { shownBy } from "../../ops/smoke/shown";
import type { Part } from "../../ops/smoke/smoke";
import { targetOfEnvironment } from "../../ops/target/environment";
import { everyKind } from "../support/kinds";

const NOW = Date.UTC(2026, 10, 28, 9, 30);
const meter = defineContract({
  name: "readings",
  eventTime: "read_at",
  smoke: { meter_id: "SMOKE", kwh: 0 },
  columns: {
    meter_id: text(),
    read_at: timestamp({ format: "iso" }),
    kwh: decimal(10, 3),
    errors: integer().optional(),
  },
});

describe.each([
  ["retail", retailTransaction],
  ["another contract", meter],
  ["a contract of every kind", everyKind],
])("the lines of %s", (_, contract) => {
  const records = smokeRecords(contract, "a run", NOW);
  const judge = lineJudge(contract.columns);
  const linesOf = (data: Uint8Array): string[] => Buffer.from(data).toString("utf8").trimEnd().split("\n");
  const texts = records.flatMap(({ data, isAggregated }) => {
    const unpacked = unpackAggregate(data);
    expect(unpacked.kind).toBe(isAggregated ? "aggregated" : "plain");
    return unpacked.kind === "aggregated"
      ? unpacked.userRecords.map((one) => linesOf(one).join())
      : linesOf(data);
  });
  const verdicts = texts.map((line) => judge(Buffer.from(line), NOW));
  const good = texts.filter((_line, at) => verdicts[at]?.accepted);

  test("are as many as it says, in records of each form", () => {
    expect(texts).toHaveLength(SMOKE_LINES.all);
    expect(records.reduce((sum, { lines }) => sum + lines, 0)).toBe(SMOKE_LINES.all);
    expect(records.filter(({ isAggregated }) => isAggregated)).toHaveLength(1);
    expect(records.filter(({ lines }) => lines === SMOKE_LINES.linesPerRecord)).toHaveLength(6);
  });

  test("break the contract five times, for different reasons", () => {
    const reasons = verdicts.flatMap((verdict) => (verdict.accepted ? [] : [verdict.reason]));
    expect(reasons).toHaveLength(SMOKE_LINES.broken);
    expect(new Set(reasons).size).toBeGreaterThan(2);
  });

  test("have the smoke values, and differ from each other", () => {
    expect(new Set(good).size).toBe(SMOKE_LINES.all - SMOKE_LINES.broken);
    for (const line of good) expect(JSON.parse(line)).toMatchObject(contract.smoke);
  });
});

test("a contract that marks no smoke lines is refused by name, and so is a stack that does not tell", () => {
  expect(() => smokeRecords({ ...meter, smoke: {} }, "a run", NOW)).toThrow(
    /does not say which lines figures leave out/,
  );
  const target = { ...targetOfEnvironment("dev", {}), setUpInputs: [] };
  expect(() => shownBy(target)).toThrow(/dev has no SearchSetup/);
});

test("smoke values that the contract refuses are an error before anything is sent", () => {
  const wrong = { ...meter, smoke: { ...meter.smoke, errors: 1.5 } };
  expect(() => smokeRecords(wrong, "a run", NOW)).toThrow(/refuses a line with its smoke values/);
});

describe("sending", () => {
  const records = smokeRecords(meter, "a run", NOW);
  const position = (at: number) => ({ shardId: "shardId-000000000000", sequenceNumber: String(100 + at) });

  test("puts again what was not taken, and only that", async () => {
    let calls = 0;
    let next = 0;
    const asked: number[] = [];
    const sent = await sendRecords(async (batch) => {
      asked.push(batch.length);
      if (++calls === 1) throw new PutError("throttled", "slow down");
      return batch.map((_record, at) =>
        calls === 2 && at < 3
          ? { status: "throttled", reason: "full" }
          : { status: "acknowledged", position: position(next++) },
      );
    }, records);
    expect(asked).toEqual([500, 500, 3, records.length - 500]);
    expect(new Set(sent.map(({ prefix }) => prefix)).size).toBe(records.length);
  });

  test("ends with the reason that a retry cannot change", async () => {
    const refused = new PutError("refused", "AccessDeniedException");
    await expect(sendRecords(() => Promise.reject(refused), records)).rejects.toBe(refused);
  });
});

describe("the verdict", () => {
  const part = (name: string, verdict: Part["verdict"]): Part => ({ name, verdict, detail: "found" });

  test("is only as good as the worst part", () => {
    const ok = part("stream", "ok");
    expect(verdictOf([ok, part("index", "unknown")])).toEqual({
      passed: false,
      text: "The smoke test is incomplete: index could not be looked at.",
    });
    expect(verdictOf([ok, part("index", "failed"), part("Dashboards", "unknown")])).toEqual({
      passed: false,
      text: "The smoke test failed: index.",
    });
    expect(verdictOf([ok, part("alarms", "not here")])).toEqual({
      passed: true,
      text: "The smoke test passed: every line is where it belongs. Not here: alarms.",
    });
    expect(partsText([ok])).toContain("stream");
  });
});
