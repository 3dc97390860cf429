import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { formatTimestamp } from "../../contract/timestamp";
import { UsageError } from "../../lib/exit";
import { functionsNamed, logText, openLogs } from "../../local/look/logs";
import { statusFrom } from "../../local/look/status";
import { Phases } from "../../local/phases";
import type { LayerComparison } from "../../ops/reconcile/reconcile";

describe("logs", () => {
  const functions = ["MergeSmallFiles", "UpsertToES", "prod-validate-records"];
  let dataDir = "";
  const log = (name: string): string => join(dataDir, "logs", `${name}.log`);

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), "retail-bi-logs-"));
    mkdirSync(join(dataDir, "logs"));
  });

  afterEach(() => rmSync(dataDir, { recursive: true }));

  test.each([
    [undefined, functions],
    ["UpsertToES", ["UpsertToES"]],
    ["upsert", ["UpsertToES"]],
    ["validateRecords", ["prod-validate-records"]],
    ["s", functions],
  ])("the function %s", (wanted, found) => {
    expect(functionsNamed({ functions }, wanted)).toEqual(found);
  });

  test("an unknown function is a wrong command line that names the known ones", () => {
    expect(() => functionsNamed({ functions }, "nope")).toThrow(
      new UsageError(
        "there is no function nope; there are MergeSmallFiles, UpsertToES, prod-validate-records",
      ),
    );
  });

  test("the last lines of all functions by time, without metrics, and then what is written", () => {
    const line = (time: string, message: string): string => `${JSON.stringify({ time, message })}\n`;
    writeFileSync(log("A"), `${line("01", "one")}  at trace\n${line("03", "three")}{"_aws":{}}\n`);
    writeFileSync(log("B"), `${line("02", "two")}{"time":"04",`);
    const texts = (lines: readonly { readonly text: string }[]): string[] => lines.map(({ text }) => text);

    // C was not invoked yet.
    const { last, next } = openLogs({ dataDir }, ["A", "B", "C"], 3, { metrics: false });
    expect(texts(last)).toEqual([
      "  at trace",
      '{"time":"02","message":"two"}',
      '{"time":"03","message":"three"}',
    ]);
    expect(next()).toEqual([]);

    appendFileSync(log("B"), '"message":"four"}\n');
    appendFileSync(log("C"), "no JSON\n");
    expect(texts(next())).toEqual(["no JSON", '{"time":"04","message":"four"}']);
    expect(next()).toEqual([]);

    expect(openLogs({ dataDir }, ["A"], 0, { metrics: false }).last).toEqual([]);
    const { last: all } = openLogs({ dataDir }, ["A"], 10, { metrics: true });
    expect(texts(all)).toContain('{"_aws":{}}');
  });

  test("a line for a person", () => {
    const document = {
      level: "ERROR",
      time: "2026-11-29T05:48:46.918Z",
      message: "A step failed",
      step: "merge",
      rows: 3,
    };
    expect(logText({ functionName: "Merge", text: "", document })).toBe(
      "05:48:46.918 Merge ERROR A step failed step=merge rows=3",
    );
    expect(logText({ functionName: "Merge", text: "no JSON" })).toBe("Merge no JSON");
  });
});

describe("status", () => {
  const NOW = Date.UTC(2026, 10, 29, 6);
  const ago = (seconds: number): string => formatTimestamp(NOW - seconds * 1_000);
  const run = { settleMs: 60_000, schedules: [{ name: "merge", nextAt: NOW }], failedInvocations: [] };
  const found: LayerComparison = {
    agree: true,
    acknowledged: 10,
    counts: { raw: 10, parquet: 8, indexed: 10 },
    quarantined: 0,
    missing: { parquet: ["late", "young"] },
    missingSince: new Map([["young", ago(5)]]),
    duplicates: {},
    altered: {},
    storedBefore: 0,
    notComparable: 0,
    unknown: {},
    discarded: new Map(),
    extra: [],
    quarantine: new Map(),
  };
  const status = (changes: Partial<LayerComparison>, of: Partial<Parameters<typeof statusFrom>[0]> = {}) =>
    statusFrom({ ...run, ...of }, { ...found, ...changes }, NOW - 600_000, NOW);

  test("a line that is not late is on its way, and no fault", () => {
    const { layers, faults } = status({ missing: { parquet: ["young"] } });
    expect(layers).toEqual([
      { layer: "raw", lines: 10, onTheirWay: 0 },
      { layer: "parquet", lines: 8, onTheirWay: 1, behindMs: 5_000 },
      { layer: "indexed", lines: 10, onTheirWay: 0 },
    ]);
    expect(faults).toEqual([]);
  });

  test("a late line is a fault, and the age of the oldest is how far the layer is behind", () => {
    const { layers, faults } = status({
      missingSince: new Map([
        ["young", ago(5)],
        ["late", ago(90)],
      ]),
    });
    expect(layers[1]).toEqual({ layer: "parquet", lines: 8, onTheirWay: 1, behindMs: 90_000 });
    expect(faults).toEqual(["Parquet: 1 line is missing, such as late"]);
  });

  test("each kind of fault is said", () => {
    const { faults } = status(
      {
        missing: {},
        altered: { indexed: ["a", "b"] },
        duplicates: { raw: ["fine"], parquet: ["twice"] },
        discarded: new Map([["gone", { condition: "RecordAgeExceeded", location: "s3://lake/x" }]]),
      },
      { schedules: [{ name: "merge", error: "no lease" }], failedInvocations: ["SearchSetup failed: 403"] },
    );
    expect(faults).toEqual([
      "SearchSetup failed: 403",
      "merge failed: no lease",
      "search index: 2 lines are altered, such as a",
      "Parquet: 1 line is more than once, such as twice",
      "search index: 1 line is discarded, such as gone",
    ]);
  });
});

describe("phases of a start", () => {
  function shown(isTTY: boolean, act: (phases: Phases) => void): string {
    let text = "";
    let now = 0;
    const stream = new Writable({
      write: (part, _, done) => {
        text += String(part);
        done();
      },
    });
    const out = Object.assign(stream, { isTTY }) as unknown as NodeJS.WriteStream;
    act(
      new Phases(out, () => {
        now += 1_500;
        return now;
      }),
    );
    return text;
  }

  const act = (phases: Phases): void => {
    const end = phases.begin("starting");
    phases.say("a message");
    end("started");
    phases.say("later");
    phases.begin("deploying");
    phases.stop();
    phases.stop();
  };

  test("in a log are one line each, when they end", () => {
    expect(shown(false, act)).toBe("a message\n✔ started (1.5 s)\nlater\n✘ deploying\n");
  });

  test("on a terminal show what is being done, and messages do not destroy it", () => {
    const erase = "\r\x1b[2K";
    expect(stripVTControlCharacters(shown(true, act).replaceAll(erase, "<erased>"))).toBe(
      [
        "<erased>… starting<erased>a message\n",
        "<erased>… starting<erased>✔ started (1.5 s)\n",
        "later\n",
        "<erased>… deploying<erased>✘ deploying\n",
      ].join(""),
    );
  });
});
