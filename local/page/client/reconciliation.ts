import { counted } from "../../../lib/counted";
import type { HourState, ReconciliationState } from "../state";
import { el, replaceContent, scrolling } from "./dom";
import { clock, hour, whole } from "./format";
import { journeyLink } from "./journey";
import { linesOf } from "./words";

const HEADS = ["Hour of arrival", "Stream", "Lake, JSON", "Parquet", "Index", "Quarantine"] as const;

/** Shows the hours with the lines of each layer, and the faults by identity. */
export function showReconciliation(
  parent: HTMLElement,
  { hours, settleSeconds, error }: ReconciliationState,
): void {
  const table = el(
    "table",
    {},
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        ...HEADS.map((title, at) => el("th", { scope: "col", class: at === 0 ? "text" : "number" }, title)),
        el("th", { scope: "col", class: "text" }, "Verdict"),
      ),
    ),
    el("tbody", {}, ...hours.map(hourRow)),
  );
  replaceContent(
    parent,
    ...(error === undefined ? [] : [el("p", { class: "problem" }, error)]),
    scrolling("Reconciliation by hour and layer", table),
    ...faultLists(hours),
    ...waitingLists(hours),
    el(
      "p",
      { class: "muted note" },
      `Compared by identity and checksum, line by line. A line that a data source does not have is on the way for ${whole(settleSeconds)} s after its arrival, and then missing.`,
    ),
  );
}

function hourRow(state: HourState): HTMLTableRowElement {
  const { fromMs, toMs, isOpen, minutesPerHour, agree, faults, waiting, comparedAtMs, milliseconds } = state;
  const remarks = [
    ...(isOpen ? [`up to ${clock(toMs)}`] : []),
    ...(minutesPerHour < 60 ? [`first ${counted(minutesPerHour, "minute")}`] : []),
  ];
  const lines = linesOf(state);
  const faulty = faults.reduce((sum, { lines }) => sum + lines, 0);
  const verdict = !agree ? `✕ ${counted(faulty, "fault")}` : waiting < lines ? "✓ agree" : "none late";
  const way = waiting > 0 ? `, ${counted(waiting, "line")} on the way` : "";
  const counts = [state.stream, state.raw, state.parquet, state.indexed, state.quarantined];
  return el(
    "tr",
    { "data-hour": hour(fromMs) },
    el(
      "th",
      { scope: "row", class: "text" },
      hour(fromMs),
      el("span", { class: "muted" }, ` ${remarks.join(", ")}`),
    ),
    ...counts.map((count) => el("td", { class: "number" }, count === undefined ? "–" : whole(count))),
    el(
      "td",
      { class: "text" },
      el("span", { class: !agree ? "bad" : waiting < lines ? "good" : "muted" }, verdict),
      el(
        "span",
        { class: "muted" },
        `${way}, compared at ${clock(comparedAtMs)} in ${whole(milliseconds)} ms`,
      ),
    ),
  );
}

function waitingLists(hours: readonly HourState[]): HTMLElement[] {
  return hours
    .filter(({ waitingFor }) => waitingFor.length > 0)
    .map(({ fromMs, waitingFor }) => {
      const names = waitingFor.map(({ source, lines }) => `${whole(lines)} to ${source}`);
      return el("p", { class: "muted note" }, `${hour(fromMs)}, on the way: ${names.join(", ")}`);
    });
}

function faultLists(hours: readonly HourState[]): HTMLElement[] {
  return hours.flatMap(({ fromMs, faults }) =>
    faults.map(({ kind, source, lines, first }) =>
      el(
        "p",
        { class: "fault" },
        el("strong", {}, `${hour(fromMs)}: ${whole(lines)} ${kind} in ${source}`),
        ...first.flatMap((recordId) => [" ", journeyLink(recordId)]),
        ...(lines > first.length ? [" …"] : []),
      ),
    ),
  );
}
