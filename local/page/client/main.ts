import type { PageEvents } from "../state";
import { byId, el, setText } from "./dom";
import { clock, rate, whole } from "./format";
import { startInspection } from "./inspect";
import { Pipeline } from "./pipeline";
import { post } from "./post";
import { Problems } from "./problems";
import { RateControl } from "./rate";
import { showReconciliation } from "./reconciliation";
import { RunWatch, statusText, stoppedText } from "./run-state";
import { Summary } from "./summary";
import { View } from "./view";

const summary = new Summary(byId("summary", HTMLElement));
const pipeline = new Pipeline(byId("pipeline", HTMLElement));
const view = new View();
const rateControl = new RateControl();
const inspection = startInspection();
const about = byId("about", HTMLElement);
const status = byId("status", HTMLElement);
const problems = new Problems(byId("problems", HTMLElement));
const reconciliation = byId("reconciliation", HTMLElement);
const stopped = byId("stopped", HTMLElement);
const watch = new RunWatch(() => performance.now());
let generatorText = "";

const HANDLERS: { readonly [E in keyof PageEvents]: (state: PageEvents[E]) => void } = {
  live: (state) => {
    const { environment, timeScale, generator, parts } = state;
    if (watch.live(state)) location.reload();
    const perSecond = parts.find(({ id }) => id === "generator")?.out?.perSecond;
    document.title = perSecond === undefined ? "retail-bi" : `retail-bi · ${rate(perSecond)} lines/s`;
    generatorText =
      generator.state === "sending" ? "" : `, generator ${generator.state} since ${clock(generator.sinceMs)}`;
    status.dataset["generator"] = generator.state;
    setText(byId("run", HTMLElement), `${environment}, time scale ${whole(timeScale)}`);
    problems.tell("run", state.problems.length === 0 ? undefined : state.problems.join("; "));
    rateControl.show(generator);
    summary.show(state);
    pipeline.show(state);
    view.tick(state);
    inspection.live(state);
    showRunState();
  },
  ended: ({ atMs }) => {
    watch.ended(atMs);
    showRunState();
  },
  dashboard: (state) => {
    about.replaceChildren(...state.texts.map((text) => el("p", {}, text)));
    view.define(state);
  },
  panels: (state) => view.receive(state),
  reconciliation: (state) => {
    showReconciliation(reconciliation, state);
    summary.verdict(state);
  },
  queries: (state) => inspection.queries(state),
};

/**
 * Shows a run that is not live as such: nothing is green, controls are disabled, and every section shows its time.
 */
function showRunState(): void {
  const state = watch.state();
  const isLive = state.kind === "live";
  const text = stoppedText(state);
  setText(status, statusText(state) + (isLive ? generatorText : ""));
  status.dataset["state"] = state.kind;
  setText(stopped, text);
  stopped.hidden = text === "";
  const moment = "sinceMs" in state ? `as of ${clock(state.sinceMs)}` : "";
  for (const element of document.querySelectorAll(".as-of")) setText(element, moment);
  document.documentElement.dataset["run"] = state.kind;
  for (const controls of document.querySelectorAll("fieldset")) controls.disabled = !isLive;
  if ("sinceMs" in state) {
    summary.stop(state.sinceMs);
    document.title = "retail-bi · stopped";
  }
}

const events = new EventSource("/events");
events.addEventListener("open", () => watch.opened());
events.addEventListener("error", () => {
  watch.broken();
  showRunState();
});
// A run that hangs keeps its connection open.
setInterval(showRunState, 1_000);
for (const [name, handle] of Object.entries(HANDLERS)) {
  events.addEventListener(name, (event) => handle(JSON.parse(event.data)));
}

// The address's fragment is the view, which a jump to an element would replace.
document.querySelector(".skip")?.addEventListener("click", (event) => {
  event.preventDefault();
  byId("figures-title", HTMLElement).focus();
});

byId("compare", HTMLButtonElement).addEventListener("click", () => {
  post("/compare", {}).then(
    () => problems.tell("compare", undefined),
    (error: unknown) => problems.tell("compare", error),
  );
});
