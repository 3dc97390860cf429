import { RunWatch, SILENT_AFTER_MS, statusText, stoppedText } from "../../../local/page/client/run-state";
import { gapText, layerTone, sentText, verdictOf } from "../../../local/page/client/words";
import type { HourState, LayerState, LiveState, ReconciliationState } from "../../../local/page/state";

const AT = Date.UTC(2026, 10, 25, 14, 3, 59);
const LAYER: LayerState = { layer: "speed", source: "retail*", asOfMs: AT, lines: 81, version: "v" };
const LIVE: LiveState = {
  nowMs: AT,
  environment: "dev",
  timeScale: 12,
  startedAt: AT - 600_000,
  discarded: 0,
  settleSeconds: 75,
  generator: { state: "sending", most: 1_000, acknowledged: 100, sinceMs: AT - 600_000 },
  parts: [],
  layers: [],
  problems: [],
};

describe("how far a layer is behind", () => {
  const gap = (missing: number, ageMs?: number, surplus = 0): LayerState => ({
    ...LAYER,
    gap: { missing, surplus, ...(ageMs !== undefined && { oldestMissingMs: AT - ageMs }) },
  });

  test.each([
    [gap(19, 83_000), AT, "as of 14:03:59, 83 s behind the stream, 19 missing"],
    [gap(0), AT, "as of 14:03:59, 0 missing"],
    [LAYER, AT, "as of 14:03:59, missing: unknown"],
    [gap(0, undefined, 3), AT, "as of 14:03:59, 0 missing, 3 that the stream never had"],
    [gap(0), AT + 41_000, "as of 14:03:59 (41 s ago), 0 missing"],
  ])("%#", (layer, now, text) => {
    expect(gapText(layer, now)).toBe(text);
    expect(gapText(layer, now)).not.toMatch(/\b0(\.0)? s behind/);
  });

  test("is bad only when it is known, is late, and is of now", () => {
    const tone = (layer: LayerState, nowMs = AT) => layerTone(layer, { ...LIVE, nowMs });
    expect(tone(gap(19, 75_001))).toBe("bad");
    expect(tone(gap(19, 75_000))).toBe("none");
    expect(tone(gap(0, undefined, 1))).toBe("bad");
    expect(tone(gap(0))).toBe("none");
    expect(tone(LAYER)).toBe("none");
    expect(tone(gap(19, 75_001), AT + 11_000)).toBe("none");
  });
});

test("the generator says since when it pauses, and when it finished; a rate that is not known is none", () => {
  const text = (state: "sending" | "paused" | "finished", rate?: number) =>
    sentText({ ...LIVE.generator, state, sinceMs: AT }, rate);
  expect(text("sending", 19.96)).toBe("lines, 20.0 a second");
  expect(text("sending")).toBe("lines");
  expect(text("paused", 0)).toBe("lines, paused since 14:03:59");
  expect(text("finished", 0)).toBe("lines, finished at 14:03:59");
  expect(sentText({ ...LIVE.generator, acknowledged: 1 }, undefined)).toBe("line");
});

describe("the verdict", () => {
  const HOUR: HourState = {
    fromMs: AT - 239_000,
    toMs: AT,
    isOpen: true,
    minutesPerHour: 60,
    agree: true,
    waiting: 0,
    waitingFor: [],
    stream: 100,
    raw: 100,
    parquet: 100,
    indexed: 100,
    quarantined: 0,
    faults: [],
    comparedAtMs: AT,
    milliseconds: 800,
  };
  const found = (hour: Partial<HourState> = {}, rest: Partial<ReconciliationState> = {}) => {
    return { hours: [{ ...HOUR, ...hour }], notCompared: 0, leftOut: 0, settleSeconds: 75, ...rest };
  };
  const late = { ...LAYER, gap: { missing: 19, oldestMissingMs: AT - 76_000, surplus: 0 } };

  test.each<[string, ReconciliationState | undefined, Partial<LiveState>, ReturnType<typeof verdictOf>]>([
    ["before any", undefined, {}, { value: "Not yet compared", remark: "", tone: "none" }],
    [
      "of no lines",
      found({ stream: 0, raw: 0 }),
      {},
      { value: "Not yet compared", remark: "no lines yet", tone: "none" },
    ],
    [
      "of lines that are nowhere yet",
      found({ waiting: 100 }),
      {},
      { value: "On the way", remark: "100 lines, none late, as of 14:03:59", tone: "none" },
    ],
    [
      "of some",
      found({ waiting: 40 }),
      {},
      { value: "✓ Agree so far", remark: "60 lines, 40 more on the way, as of 14:03:59", tone: "good" },
    ],
    [
      "of lines after which others came",
      found(),
      { streamLines: 518 },
      {
        value: "✓ Agree so far",
        remark: "100 lines, 418 newer not compared, as of 14:03:59",
        tone: "good",
      },
    ],
    [
      "of all",
      found(),
      { streamLines: 100 },
      { value: "✓ All agree", remark: "100 lines, as of 14:03:59", tone: "good" },
    ],
    [
      "of lines that only the raw zone remembers",
      found({ stream: 0 }),
      {},
      { value: "✓ All agree", remark: "100 lines, as of 14:03:59", tone: "good" },
    ],
    [
      "of one line, with an hour left of each kind",
      found({ stream: 1, raw: 1 }, { notCompared: 1, leftOut: 1 }),
      {},
      {
        value: "✓ Agree so far",
        remark: "1 line, 1 hour not yet compared, 1 older hour not compared, as of 14:03:59",
        tone: "good",
      },
    ],
    [
      "with hours left",
      found({}, { notCompared: 2, leftOut: 5 }),
      {},
      {
        value: "✓ Agree so far",
        remark: "100 lines, 2 hours not yet compared, 5 older hours not compared, as of 14:03:59",
        tone: "good",
      },
    ],
    [
      "of a sample",
      found({ minutesPerHour: 15 }),
      {},
      { value: "✓ Agree so far", remark: "100 lines, of some hours a sample, as of 14:03:59", tone: "good" },
    ],
    [
      "of a fault",
      found({ agree: false, faults: [{ kind: "missing", source: "indexed", lines: 19, first: [] }] }),
      {},
      { value: "✕ Disagree", remark: "19 faults, 100 lines, as of 14:03:59", tone: "bad" },
    ],
    [
      "that a layer's own count contradicts",
      found(),
      { layers: [late] },
      {
        value: "✕ Disagree",
        remark: "speed layer: lines missing or unknown, see there",
        tone: "bad",
      },
    ],
    [
      "that could not be made",
      found({}, { error: "the stream is away" }),
      {},
      { value: "Not compared", remark: "the stream is away", tone: "bad" },
    ],
    [
      "that is old",
      found(),
      { nowMs: AT + 61_000 },
      { value: "✓ All agree", remark: "100 lines, as of 14:03:59 (61 s ago)", tone: "none" },
    ],
  ])("%s", (_, state, live, wanted) => {
    expect(verdictOf(state, { ...LIVE, ...live })).toEqual(wanted);
  });
});

describe("a run", () => {
  function bench() {
    let now = 0;
    const watch = new RunWatch(() => now);
    const live = (nowMs = AT, startedAt = 1): boolean => watch.live({ nowMs, startedAt });
    return { watch, live, pass: (ms: number) => (now += ms) };
  }

  test("is live while it says so, and connecting before", () => {
    const { watch, live } = bench();
    expect(statusText(watch.state())).toBe("connecting");
    watch.broken();
    expect(statusText(watch.state())).toBe("connecting");
    watch.opened();
    live();
    expect([statusText(watch.state()), stoppedText(watch.state())]).toEqual(["live", ""]);
  });

  test("that was killed is stopped since it was heard of last, however often it is tried again", () => {
    const { watch, live, pass } = bench();
    watch.opened();
    live();
    for (let tries = 0; tries < 3; tries++) {
      watch.broken();
      pass(60_000);
    }
    expect(watch.state()).toEqual({ kind: "lost", sinceMs: AT });
    expect(statusText(watch.state())).toBe("stopped since 14:03:59");
    expect(stoppedText(watch.state())).toContain("does not answer since 14:03:59");
  });

  test("that ended says so itself, and stays ended when the connection goes", () => {
    const { watch, live } = bench();
    watch.opened();
    live();
    watch.ended(AT + 1_000);
    watch.broken();
    expect(statusText(watch.state())).toBe("stopped since 14:04:00");
    expect(stoppedText(watch.state())).toContain("was stopped at 14:04:00");
  });

  test("that hangs has not answered since, though the connection stands", () => {
    const { watch, live, pass } = bench();
    watch.opened();
    live();
    pass(SILENT_AFTER_MS);
    expect(watch.state().kind).toBe("live");
    pass(1);
    expect(statusText(watch.state())).toBe("no answer since 14:03:59");
    live(AT + 9_000);
    expect(watch.state().kind).toBe("live");
  });

  test("that was started anew is another one", () => {
    const { watch, live } = bench();
    watch.opened();
    expect([live(AT, 1), live(AT, 1), live(AT, 2)]).toEqual([false, false, true]);
  });
});
