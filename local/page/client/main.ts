import type { PageEvents } from "../state";
import { SqlConsole } from "./console";
import { byId, setText } from "./dom";
import { rate, whole } from "./format";
import { Panels } from "./panels";
import { Pipeline } from "./pipeline";
import { post } from "./post";
import { RateControl } from "./rate";
import { showReconciliation } from "./reconciliation";
import { Summary } from "./summary";

const summary = new Summary(byId("summary", HTMLElement));
const pipeline = new Pipeline(byId("pipeline", HTMLElement));
const panels = new Panels(byId("panels", HTMLElement));
const rateControl = new RateControl();
const sqlConsole = new SqlConsole();
const status = byId("status", HTMLElement);
const problems = byId("problems", HTMLElement);
const reconciliation = byId("reconciliation", HTMLElement);

const HANDLERS: { readonly [E in keyof PageEvents]: (state: PageEvents[E]) => void } = {
  live: (state) => {
    const { environment, timeScale, generator, parts } = state;
    const perSecond = parts.find(({ id }) => id === "generator")?.out?.perSecond ?? 0;
    document.title = `retail-bi · ${rate(perSecond)} lines/s`;
    setText(byId("run", HTMLElement), `${environment}, time scale ${whole(timeScale)}`);
    setText(problems, state.problems.join("; "));
    problems.hidden = state.problems.length === 0;
    rateControl.show(generator);
    summary.show(state);
    pipeline.show(state);
    panels.tick(state);
  },
  panel: (state) => panels.show(state),
  reconciliation: (state) => {
    showReconciliation(reconciliation, state);
    summary.verdict(state);
  },
  queries: (state) => sqlConsole.show(state),
};

function connection(state: "live" | "lost"): void {
  setText(status, state === "live" ? "live" : "connection lost, trying again");
  status.dataset["state"] = state;
}

const events = new EventSource("/events");
events.addEventListener("open", () => connection("live"));
events.addEventListener("error", () => connection("lost"));
for (const [name, handle] of Object.entries(HANDLERS)) {
  events.addEventListener(name, (event) => handle(JSON.parse(event.data)));
}

byId("compare", HTMLButtonElement).addEventListener("click", () => {
  post("/compare", {}).catch((error: unknown) => {
    setText(problems, error instanceof Error ? error.message : String(error));
    problems.hidden = false;
  });
});
