import { counted } from "../../../lib/counted";
import type { GeneratorState, HourState, LayerState, LiveState, ReconciliationState } from "../state";
import { age, clock, rate, whole } from "./format";

/** Colour of a figure: green and red only for current data. */
export type Tone = "good" | "bad" | "none";

/** A reading that is older than this shows its age, and is neither green nor red. */
const STALE_AFTER_MS = 10_000;
/** The same limit for comparisons, which are less frequent. */
const STALE_COMPARISON_MS = 60_000;

/** A time, with its age when it is not current. */
export function asOf(ms: number, nowMs: number): string {
  const old = nowMs - ms > STALE_AFTER_MS ? ` (${age(ms, nowMs)} ago)` : "";
  return `as of ${clock(ms)}${old}`;
}

/** Lag of a layer at the time of its reading: the age of the oldest line that it is missing. */
export function gapText({ asOfMs, gap }: LayerState, nowMs: number): string {
  const moment = asOf(asOfMs, nowMs);
  if (gap === undefined) return `${moment}, missing: unknown`;
  const { missing, oldestMissingMs, surplus } = gap;
  const behind = oldestMissingMs === undefined ? "" : `${age(oldestMissingMs, asOfMs)} behind the stream, `;
  const more = surplus === 0 ? "" : `, ${whole(surplus)} that the stream never had`;
  return `${moment}, ${behind}${whole(missing)} missing${more}`;
}

/** `bad`: lines are missing for longer than allowed, or the layer has lines that the stream never had. */
export function layerTone(layer: LayerState, { nowMs, settleSeconds }: LiveState): Tone {
  const { asOfMs, gap } = layer;
  if (gap === undefined || nowMs - asOfMs > STALE_AFTER_MS) return "none";
  return isWrong(layer, settleSeconds) ? "bad" : "none";
}

function isWrong({ asOfMs, gap }: LayerState, settleSeconds: number): boolean {
  if (gap === undefined) return false;
  return gap.surplus > 0 || (gap.oldestMissingMs ?? asOfMs) < asOfMs - settleSeconds * 1_000;
}

/** State of the generator, for the label beside its count. */
export function sentText(
  { state, sinceMs, acknowledged }: GeneratorState,
  perSecond: number | undefined,
): string {
  const lines = acknowledged === 1 ? "line" : "lines";
  if (state === "paused") return `${lines}, paused since ${clock(sinceMs)}`;
  if (state === "finished") return `${lines}, finished at ${clock(sinceMs)}`;
  return perSecond === undefined ? lines : `${lines}, ${rate(perSecond)} a second`;
}

/** Verdict on all layers. */
interface Verdict {
  readonly value: string;
  readonly remark: string;
  readonly tone: Tone;
}

/** Result of the comparison by identity, unless the counts of a layer contradict it. */
export function verdictOf(found: ReconciliationState | undefined, live: LiveState): Verdict {
  if (found === undefined) return { value: "Not yet compared", remark: "", tone: "none" };
  const { hours, error, notCompared, leftOut } = found;
  if (error !== undefined) return { value: "Not compared", remark: error, tone: "bad" };
  const lines = sum(hours, linesOf);
  if (lines === 0) return { value: "Not yet compared", remark: "no lines yet", tone: "none" };
  const untilMs = Math.max(...hours.map(({ toMs }) => toMs));
  const moment = asOf(untilMs, live.nowMs);
  const faults = sum(hours, (hour) => sum(hour.faults, (fault) => fault.lines));
  if (faults > 0) {
    return {
      value: "✕ Disagree",
      remark: `${counted(faults, "fault")}, ${counted(lines, "line")}, ${moment}`,
      tone: "bad",
    };
  }
  const wrong = live.layers.filter((layer) => isWrong(layer, live.settleSeconds));
  if (wrong.length > 0) {
    const names = wrong.map(({ layer }) => `${layer} layer`).join(" and ");
    return { value: "✕ Disagree", remark: `${names}: lines missing or unknown, see there`, tone: "bad" };
  }
  const waiting = sum(hours, (hour) => hour.waiting);
  if (waiting === lines) {
    return { value: "On the way", remark: `${counted(lines, "line")}, none late, ${moment}`, tone: "none" };
  }
  const isSample = hours.some(({ minutesPerHour }) => minutesPerHour < 60);
  const newer = isSample || leftOut + notCompared > 0 ? 0 : Math.max(0, (live.streamLines ?? lines) - lines);
  const notes = [
    ...(waiting > 0 ? [`${whole(waiting)} more on the way`] : []),
    ...(newer > 0 ? [`${whole(newer)} newer not compared`] : []),
    ...(notCompared > 0 ? [`${counted(notCompared, "hour")} not yet compared`] : []),
    ...(leftOut > 0 ? [`${counted(leftOut, "older hour")} not compared`] : []),
    ...(isSample ? ["of some hours a sample"] : []),
  ];
  return {
    value: notes.length === 0 ? "✓ All agree" : "✓ Agree so far",
    remark: [counted(lines - waiting, "line"), ...notes, moment].join(", "),
    tone: isStale(hours, live.nowMs) ? "none" : "good",
  };
}

/** Lines of an hour: the raw zone keeps those that the stream has forgotten. */
export function linesOf({ stream, raw = 0 }: HourState): number {
  return Math.max(stream, raw);
}

function isStale(hours: readonly HourState[], nowMs: number): boolean {
  return nowMs - Math.max(...hours.map(({ comparedAtMs }) => comparedAtMs)) > STALE_COMPARISON_MS;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
