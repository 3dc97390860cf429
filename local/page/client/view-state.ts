import { DAY_MS, formatTimestamp, parseSeconds } from "../../../contract/timestamp";
import { intervalEnd, type ScopeRequest, type TimeRange } from "../../../dashboards/scope";
import type { Interval } from "../../../dashboards/spec";

/** Ranges that end with the interval of the newest line, so that each bar is whole. */
export const PRESETS = [
  { id: "24h", title: "24 h", interval: "hour", count: 24 },
  { id: "7d", title: "7 d", interval: "day", count: 7 },
  { id: "30d", title: "30 d", interval: "day", count: 30 },
  { id: "90d", title: "90 d", interval: "day", count: 90 },
  { id: "1y", title: "1 y", interval: "month", count: 12 },
] as const satisfies readonly {
  readonly id: string;
  readonly title: string;
  readonly interval: Interval;
  readonly count: number;
}[];

export type PresetId = (typeof PRESETS)[number]["id"];

/** What the page shows, as its address has it. */
export interface ViewState {
  readonly range: ViewRange;
  /** Values by column; the empty text is no value. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  /** Bars by the id of their panel. */
  readonly bars: Readonly<Record<string, string>>;
}

export type ViewRange =
  | { readonly kind: "all" }
  | { readonly kind: "preset"; readonly id: PresetId }
  /** `YYYY-MM-DD HH:MM:SS`, UTC; `to` is excluded. Nobody has checked them. */
  | { readonly kind: "between"; readonly from: string; readonly to: string };

/** All lines. */
export const WHOLE_VIEW: ViewState = { range: { kind: "all" }, filters: {}, bars: {} };

const FILTER = "filter.";
const BAR = "bar.";
const RANGE_KEYS = ["range", "from", "to"];

/** The view in the fragment of an address. Keys of others are left alone. */
export function readView(fragment: string): ViewState {
  const params = new URLSearchParams(fragment.replace(/^#/, ""));
  const filters: Record<string, string[]> = {};
  const bars: Record<string, string> = {};
  for (const [key, value] of params) {
    if (key.startsWith(FILTER)) {
      const field = key.slice(FILTER.length);
      filters[field] = [...new Set([...(filters[field] ?? []), value])];
    } else if (key.startsWith(BAR)) bars[key.slice(BAR.length)] = value;
  }
  return { range: readRange(params), filters, bars };
}

function readRange(params: URLSearchParams): ViewRange {
  const preset = PRESETS.find(({ id }) => id === params.get("range"));
  if (preset !== undefined) return { kind: "preset", id: preset.id };
  if (!params.has("from") && !params.has("to")) return { kind: "all" };
  return { kind: "between", from: bound(params.get("from")), to: bound(params.get("to")) };
}

/** A time of an address or of an input, such as `2026-11-24T10:00`, as the server wants it. */
export function bound(text: string | null): string {
  const [, date, time = "00:00", seconds = ":00"] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?)?$/.exec(text ?? "") ?? [];
  return date === undefined ? (text ?? "") : `${date} ${time}${seconds}`;
}

/** The fragment of an address with a view. @param fragment whose other keys stay */
export function writeView(view: ViewState, fragment: string): string {
  const params = new URLSearchParams(fragment.replace(/^#/, ""));
  for (const key of [...params.keys()]) {
    if (RANGE_KEYS.includes(key) || key.startsWith(FILTER) || key.startsWith(BAR)) params.delete(key);
  }
  if (view.range.kind === "preset") params.set("range", view.range.id);
  if (view.range.kind === "between") {
    params.set("from", view.range.from.replace(" ", "T"));
    params.set("to", view.range.to.replace(" ", "T"));
  }
  for (const [field, values] of Object.entries(view.filters))
    for (const value of values) params.append(FILTER + field, value);
  for (const [panel, value] of Object.entries(view.bars)) params.append(BAR + panel, value);
  return params.toString();
}

/** Whether the view is of all lines. */
export function isWhole({ range, filters, bars }: ViewState): boolean {
  return range.kind === "all" && Object.keys(filters).length + Object.keys(bars).length === 0;
}

/** A view with a value in a filter more, or without it when it has it. */
export function toggled(view: ViewState, field: string, value: string): ViewState {
  const { [field]: values = [], ...others } = view.filters;
  const left = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
  return { ...view, filters: left.length === 0 ? others : { ...others, [field]: left } };
}

/** A range as a view has it. */
export function between({ fromMs, toMs }: TimeRange): ViewRange {
  return { kind: "between", from: secondsText(fromMs), to: secondsText(toMs) };
}

/** The range of a view; undefined for all times, and for times that are none. @param newestMs event time of the newest line */
export function rangeOf({ range }: ViewState, newestMs: number | undefined): TimeRange | undefined {
  if (range.kind === "between") {
    const [fromMs, toMs] = [parseSeconds(range.from), parseSeconds(range.to)];
    return fromMs === undefined || toMs === undefined || fromMs >= toMs ? undefined : { fromMs, toMs };
  }
  const preset = PRESETS.find(({ id }) => range.kind === "preset" && id === range.id);
  if (preset === undefined || newestMs === undefined) return undefined;
  const toMs = intervalEnd(newestMs, preset.interval);
  return { fromMs: before(toMs, preset.interval, preset.count), toMs };
}

/** The view as the server is asked for it. */
export function scopeOf(view: ViewState, newestMs: number | undefined): ScopeRequest {
  const range = rangeOf(view, newestMs);
  const { filters, bars } = view;
  const bounds =
    range !== undefined
      ? { from: secondsText(range.fromMs), to: secondsText(range.toMs) }
      : view.range.kind === "between"
        ? { from: view.range.from, to: view.range.to }
        : {};
  return { ...bounds, filters, bars };
}

/** `YYYY-MM-DD HH:MM:SS` in UTC. */
export function secondsText(ms: number): string {
  return formatTimestamp(ms).slice(0, -".fff".length);
}

function before(ms: number, interval: Interval, count: number): number {
  if (interval !== "month") return ms - count * (interval === "day" ? DAY_MS : DAY_MS / 24);
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - count);
}
