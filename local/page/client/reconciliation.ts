import type { HourState, ReconciliationState } from "../state";
import { el, scrolling } from "./dom";
import { clock, hour, whole } from "./format";

const HEADS = ["Hour of arrival", "Stream", "Lake, JSON", "Parquet", "Index", "Quarantine"] as const;

/** The hours with what each layer holds of them, and what is wrong, by identity. */
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
  parent.replaceChildren(
    ...(error === undefined ? [] : [el("p", { class: "problem" }, error)]),
    scrolling("Reconciliation by hour and layer", table),
    ...faultLists(hours),
    el(
      "p",
      { class: "muted note" },
      `Compared by identity and checksum, line by line. A line counts ${whole(settleSeconds)} s after its arrival: by then it should be everywhere.`,
    ),
  );
}

function hourRow(state: HourState): HTMLTableRowElement {
  const { fromMs, toMs, isOpen, minutesPerHour, agree, faults, milliseconds } = state;
  const remarks = [
    ...(isOpen ? [`up to ${clock(toMs)}`] : []),
    ...(minutesPerHour < 60 ? [`first ${minutesPerHour} minutes`] : []),
  ];
  const faulty = faults.reduce((sum, { lines }) => sum + lines, 0);
  const verdict = agree ? "✓ agree" : `✕ ${whole(faulty)} lines`;
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
      el("span", { class: agree ? "good" : "bad" }, verdict),
      el("span", { class: "muted" }, ` in ${whole(milliseconds)} ms`),
    ),
  );
}

function faultLists(hours: readonly HourState[]): HTMLElement[] {
  return hours.flatMap(({ fromMs, faults }) =>
    faults.map(({ kind, place, lines, first }) =>
      el(
        "p",
        { class: "fault" },
        el("strong", {}, `${hour(fromMs)}: ${whole(lines)} ${kind} in ${place}`),
        ` ${first.join(", ")}${lines > first.length ? ", …" : ""}`,
      ),
    ),
  );
}
