import Table from "cli-table3";
import { parseTimestamp } from "../../contract/timestamp";
import { styled } from "../../lib/styled";
import { compareLayers, type DataSources, type LayerComparison } from "../../ops/reconcile/reconcile";
import { hourState } from "../page/hours";
import type { FaultState } from "../page/state";
import type { RunState } from "../runs/run-state";

/** Newer lines may be in a layer and not yet in the stream's answer. */
const VISIBLE_AFTER_MS = 1_000;

/** Layers, by their names in a comparison. */
const LAYERS = { raw: "raw zone (JSON)", parquet: "Parquet", indexed: "search index" } as const;

/** What a layer has of the lines of the last minutes. */
interface LayerStatus {
  readonly layer: keyof typeof LAYERS;
  readonly lines: number;
  /** Lines that it does not have yet, and that are not late. */
  readonly onTheirWay: number;
  /** Age of the oldest line that it does not have, in ms; absent when it has all. */
  readonly behindMs?: number;
}

/** How a run is. */
export interface Status {
  readonly nowMs: number;
  /** Arrivals from here on were compared, ms since 1970. */
  readonly fromMs: number;
  readonly streamLines: number;
  readonly layers: readonly LayerStatus[];
  readonly quarantined: number;
  readonly schedules: RunState["schedules"];
  /** Lines that are late, altered, unknown, there twice or discarded. */
  readonly lineFaults: readonly FaultState[];
  /** Every fault in a sentence, those of lines included. */
  readonly faults: readonly string[];
}

/**
 * Compares the arrivals of the last minutes in every layer, by identity and checksum.
 * @param minutes of arrivals, at most since the run began
 * @throws what the services of the run throw
 */
export async function statusOf(run: RunState, sources: DataSources, minutes: number): Promise<Status> {
  const nowMs = Date.now();
  const fromMs = Math.max(run.startedAt, nowMs - minutes * 60_000);
  const window = { fromMs, toMs: Math.max(fromMs, nowMs - VISIBLE_AFTER_MS), minutesPerHour: 60 };
  const found = await compareLayers(sources, window);
  return statusFrom(run, found, window.fromMs, nowMs);
}

/** @see statusOf */
export function statusFrom(
  run: Pick<RunState, "settleMs" | "schedules" | "failedInvocations">,
  found: LayerComparison,
  fromMs: number,
  nowMs: number,
): Status {
  const window = { fromMs, toMs: nowMs, minutesPerHour: 60 };
  const settledMs = nowMs - run.settleMs;
  const { faults: lineFaults, waitingFor } = hourState(found, window, settledMs, {
    comparedAtMs: nowMs,
    milliseconds: 0,
  });
  const layers = Object.keys(LAYERS).flatMap((name) => {
    const layer = name as keyof typeof LAYERS;
    const lines = found.counts[layer];
    if (lines === undefined) return [];
    const missing = found.missing[layer] ?? [];
    const since = missing.flatMap((id) => parseTimestamp(found.missingSince.get(id) ?? ""));
    const known = since.filter((ms) => !Number.isNaN(ms));
    const oldest = known.reduce((least, ms) => Math.min(least, ms), Number.POSITIVE_INFINITY);
    return {
      layer,
      lines,
      onTheirWay: waitingFor.find(({ source }) => source === layer)?.lines ?? 0,
      ...(known.length > 0 && { behindMs: nowMs - oldest }),
    };
  });
  return {
    nowMs,
    fromMs,
    streamLines: found.acknowledged,
    layers,
    quarantined: found.quarantined,
    schedules: run.schedules,
    lineFaults,
    faults: [
      ...run.failedInvocations,
      ...run.schedules.flatMap(({ name, error }) =>
        error === undefined ? [] : [`${name} failed: ${error}`],
      ),
      ...lineFaults.map(faultText),
    ],
  };
}

function faultText({ kind, source, lines, first }: FaultState): string {
  const place = source in LAYERS ? LAYERS[source as keyof typeof LAYERS] : source;
  const what = kind === "duplicates" ? "more than once" : kind;
  const count = `${lines.toLocaleString("en")} ${lines === 1 ? "line is" : "lines are"}`;
  return `${place}: ${count} ${what}, such as ${first[0]}`;
}

/** The status for a terminal. */
export function statusText(run: RunState, status: Status): string {
  const { nowMs, fromMs, streamLines, layers, quarantined, schedules, faults } = status;
  const age = nowMs - run.startedAt;
  const table = new Table({
    head: [`arrivals of the last ${duration(nowMs - fromMs)}`, "lines", "on their way", "behind"],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "right", "right", "right"],
  });
  table.push(["stream", count(streamLines), "", ""]);
  for (const { layer, lines, onTheirWay, behindMs } of layers) {
    table.push([
      LAYERS[layer],
      count(lines),
      count(onTheirWay),
      behindMs === undefined ? "–" : duration(behindMs),
    ]);
  }
  table.push(["quarantine", count(quarantined), "", ""]);
  const next = schedules.flatMap(({ name, nextAt }) => {
    if (nextAt === undefined) return [];
    return nextAt <= nowMs ? [`${name} is running`] : [`next run of ${name} in ${duration(nextAt - nowMs)}`];
  });
  return [
    `${styled("bold", run.name)}  process ${run.pid}, for ${duration(age)}, time scale ${run.timeScale}`,
    ...(run.pageUrl === undefined ? [] : [`page  ${run.pageUrl}`]),
    `data  ${run.dataDir}`,
    table.toString(),
    ...next,
    ...(faults.length === 0
      ? [`${styled("green", "✔")} No faults.`]
      : faults.map((fault) => `${styled("red", "✘")} ${fault}`)),
  ].join("\n");
}

function count(value: number): string {
  return value.toLocaleString("en");
}

/** Such as `12 s`, `3 min`, `2 h`. */
function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
}
