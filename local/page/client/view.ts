import { DAY_MS } from "../../../contract/timestamp";
import {
  type GroupsPanel,
  intervalAt,
  panelInRange,
  type ScopeRequest,
  type TimeRange,
} from "../../../dashboards/scope";
import type { Layer } from "../../../dashboards/spec";
import { counted } from "../../../lib/counted";
import type {
  DashboardPanel,
  DashboardState,
  LiveState,
  PanelsState,
  ValuesAnswer,
  ValuesRequest,
  ViewRequest,
} from "../state";
import { announce, byId, el, setText } from "./dom";
import { LinesDialog } from "./lines-dialog";
import { Panels } from "./panels";
import { post, RequestError } from "./post";
import { Problems } from "./problems";
import {
  between,
  bound,
  isWhole,
  PRESETS,
  rangeOf,
  readView,
  scopeOf,
  secondsText,
  toggled,
  type ViewState,
  WHOLE_VIEW,
  writeView,
} from "./view-state";

/** Wait for more letters before values are asked for, in milliseconds. */
const TYPING_MS = 200;

/** A question that had an error is asked again after this time, in milliseconds. */
const AGAIN_AFTER_MS = 5_000;

/** Names the offering of values among what may fail, beside the layers. */
const VALUES = "values";

interface Asking {
  readonly scope: string;
  readonly controller: AbortController;
  /** Whether the layer has changed since. */
  isOld: boolean;
}

/** The figures under the view that the page's address names: its range and filters, and the panels that follow them. */
export class View {
  private readonly presets = byId("view-presets", HTMLElement);
  private readonly from = byId("view-from", HTMLInputElement);
  private readonly to = byId("view-to", HTMLInputElement);
  private readonly anchor = byId("view-anchor", HTMLElement);
  private readonly field = byId("view-field", HTMLSelectElement);
  private readonly value = byId("view-value", HTMLInputElement);
  private readonly values = byId("view-values", HTMLDataListElement);
  private readonly chips = byId("view-chips", HTMLElement);
  private readonly problems = new Problems(byId("view-problem", HTMLElement));
  private readonly dialog = new LinesDialog();
  private readonly panels: Panels;
  private readonly latest = new Map<Layer, PanelsState>();
  /** The scopes of what layers show, figures or an error; none for all lines. */
  private readonly shown = new Map<Layer, string>();
  private readonly asking = new Map<Layer, Asking>();
  /** When layers are asked again because of an error, by the browser's clock. */
  private readonly again = new Map<Layer, number>();
  private readonly defined = new Map<string, DashboardPanel>();
  private titles: ReadonlyMap<string, string> = new Map();
  private view: ViewState = WHOLE_VIEW;
  private newestMs: number | undefined;
  /** Whether somebody has typed a bound and not applied it. */
  private isTyping = false;
  private scope = "";
  private typing: ReturnType<typeof setTimeout> | undefined;
  private valuesAsked: AbortController | undefined;

  public constructor() {
    this.panels = new Panels(byId("panels", HTMLElement), {
      brush: (range) => this.go({ ...this.view, range: between(range) }, true),
      back: () => this.back(),
      filter: (panel, cell) => this.filter(panel, cell),
      lines: (panel, cell, scope) => void this.dialog.open(panel, cell, scope),
    });
    this.presets.append(
      ...[{ id: "all", title: "All" }, ...PRESETS].map(({ id, title }) => {
        const button = el("button", { type: "button", "data-range": id, "aria-pressed": "false" }, title);
        const preset = PRESETS.find((one) => one.id === id);
        button.addEventListener("click", () =>
          this.go({ ...this.view, range: preset ? { kind: "preset", id: preset.id } : { kind: "all" } }),
        );
        return button;
      }),
    );
    for (const input of [this.from, this.to])
      input.addEventListener("input", () => {
        this.isTyping = true;
      });
    byId("view", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.applyRange();
    });
    byId("view-add", HTMLButtonElement).addEventListener("click", () => this.addFilter());
    this.value.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.addFilter();
    });
    this.value.addEventListener("focus", () => void this.offerValues());
    this.value.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => void this.offerValues(), TYPING_MS);
    });
    this.field.addEventListener("change", () => {
      this.value.value = "";
      this.values.replaceChildren();
    });
    // Back, Forward, and an address that somebody edits.
    addEventListener("popstate", () => this.apply());
    addEventListener("hashchange", () => this.apply());
    this.view = readView(location.hash);
    this.showBar();
  }

  public define(state: DashboardState): void {
    this.defined.clear();
    for (const one of state.panels) this.defined.set(one.panel.id, one);
    this.panels.define(state);
    const chosen = this.field.value;
    this.field.replaceChildren(
      ...state.filters.map(({ field, title }) => el("option", { value: field }, title)),
    );
    if (state.filters.some(({ field }) => field === chosen)) this.field.value = chosen;
    this.titles = new Map(state.filters.map(({ field, title }) => [field, title]));
    this.showBar();
  }

  /** A layer has changed: its panels over all lines. */
  public receive(state: PanelsState): void {
    this.latest.set(state.layer.layer, state);
    this.seen(state.layer.eventTimes?.lastMs);
    this.refresh(state.layer.layer);
  }

  public tick(live: LiveState): void {
    this.panels.tick(live);
    this.showAnchor(live.nowMs);
    for (const [layer, atMs] of this.again) if (performance.now() >= atMs) this.refresh(layer);
  }

  /** The address as it is now. */
  private apply(): void {
    const view = readView(location.hash);
    if (JSON.stringify(view) === JSON.stringify(this.view)) return;
    this.view = view;
    this.isTyping = false;
    this.problems.tell(VALUES, undefined);
    this.showBar();
    for (const layer of this.latest.keys()) this.refresh(layer);
  }

  /** @param isBrush whether {@link back} undoes it */
  private go(view: ViewState, isBrush = false): void {
    const fragment = writeView(view, location.hash);
    if (fragment === location.hash.replace(/^#/, "")) return;
    history.pushState({ isBrush }, "", fragment === "" ? location.pathname : `#${fragment}`);
    this.apply();
  }

  private back(): void {
    const state: unknown = history.state;
    if (typeof state === "object" && state !== null && "isBrush" in state && state.isBrush === true)
      history.back();
    else this.go({ ...this.view, range: { kind: "all" } });
  }

  private filter(panel: GroupsPanel, cell: string): void {
    const { dimension, id } = panel;
    if (dimension.kind === "values") this.go(toggled(this.view, dimension.field, cell));
    else if (dimension.kind === "classes") this.go({ ...this.view, bars: { ...this.view.bars, [id]: cell } });
    else this.onlyInterval(panel, cell);
  }

  private onlyInterval(panel: GroupsPanel, cell: string): void {
    const shown = panelInRange(panel, this.range());
    if (shown.dimension.kind !== "time") return;
    const range = intervalAt(cell, shown.dimension.interval);
    if (range) this.go({ ...this.view, range: between(range) }, true);
  }

  private applyRange(): void {
    this.isTyping = false;
    const [from, to] = [bound(this.from.value), bound(this.to.value)];
    if (from === "" && to === "") this.go({ ...this.view, range: { kind: "all" } });
    else this.go({ ...this.view, range: { kind: "between", from, to } });
  }

  private addFilter(): void {
    const { value: field } = this.field;
    const { value } = this.value;
    if (field === "" || (this.view.filters[field] ?? []).includes(value)) return;
    this.go(toggled(this.view, field, value));
    this.value.value = "";
    this.values.replaceChildren();
    announce(`Only ${field} ${value === "" ? "none" : value}`);
  }

  private async offerValues(): Promise<void> {
    const field = this.field.value;
    if (field === "") return;
    this.valuesAsked?.abort();
    const asked = new AbortController();
    this.valuesAsked = asked;
    try {
      const request: ValuesRequest = { ...this.request(), field, prefix: this.value.value };
      const { values } = await post<ValuesAnswer>("/values", request, asked.signal);
      this.values.replaceChildren(
        ...values.filter(({ value }) => value !== "").map(({ value }) => el("option", { value })),
      );
      this.problems.tell(VALUES, undefined);
    } catch (error) {
      if (!asked.signal.aborted) this.problems.tell(VALUES, error);
    }
  }

  private range(): TimeRange | undefined {
    return rangeOf(this.view, this.newestMs);
  }

  private request(): ScopeRequest {
    return scopeOf(this.view, this.newestMs);
  }

  /** Takes note of a newer line: ranges that end with it move on. */
  private seen(lastMs: number | undefined): void {
    if (lastMs === undefined || lastMs <= (this.newestMs ?? Number.NEGATIVE_INFINITY)) return;
    this.newestMs = lastMs;
    this.showRange();
    if (this.view.range.kind === "preset" && this.scope !== JSON.stringify(this.request()))
      for (const layer of this.latest.keys()) this.refresh(layer);
  }

  /** Shows a layer's panels under the view: all lines are there already, others are asked for. */
  private refresh(layer: Layer): void {
    const latest = this.latest.get(layer);
    if (latest === undefined) return;
    const request = this.request();
    this.scope = JSON.stringify(request);
    this.again.delete(layer);
    const asking = this.asking.get(layer);
    if (isWhole(this.view)) {
      asking?.controller.abort();
      this.asking.delete(layer);
      this.problems.tell(layer, undefined);
      this.panels.show(latest, { scope: request });
      this.shown.delete(layer);
      return;
    }
    if (asking?.scope === this.scope) {
      asking.isOld = true;
      return;
    }
    asking?.controller.abort();
    void this.ask(latest, request);
  }

  private async ask(latest: PanelsState, scope: ScopeRequest): Promise<void> {
    const { layer } = latest.layer;
    const asking: Asking = { scope: this.scope, controller: new AbortController(), isOld: false };
    const { signal } = asking.controller;
    this.asking.set(layer, asking);
    const range = this.range();
    if (this.shown.get(layer) !== this.scope) {
      this.problems.tell(layer, undefined);
      this.panels.ask(latest);
    }
    try {
      const request: ViewRequest = { ...scope, layer };
      const answer = await post<PanelsState>("/view", request, signal);
      if (signal.aborted) return;
      this.problems.tell(layer, undefined);
      this.panels.show(answer, { ...(range && { range }), scope });
      if (answer.panels.some(({ error }) => error !== undefined)) this.askAgain(layer);
    } catch (error) {
      if (signal.aborted) return;
      this.problems.tell(layer, error);
      this.panels.fail(latest, "Not shown: see above.");
      // The same request would be refused again.
      if (!(error instanceof RequestError && error.status < 500)) this.askAgain(layer);
    }
    this.shown.set(layer, asking.scope);
    this.asking.delete(layer);
    if (asking.isOld) this.refresh(layer);
  }

  private askAgain(layer: Layer): void {
    this.again.set(layer, performance.now() + AGAIN_AFTER_MS);
  }

  private showBar(): void {
    const { range, filters, bars } = this.view;
    const pressed = range.kind === "preset" ? range.id : range.kind;
    for (const button of this.presets.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.dataset["range"] === pressed));
    this.showRange();
    const chips = [
      ...Object.entries(filters).flatMap(([field, values]) =>
        values.map((value) =>
          chip(this.titles.get(field) ?? field, value, () => this.go(toggled(this.view, field, value))),
        ),
      ),
      ...Object.entries(bars).map(([id, value]) =>
        chip(this.classTitle(id), value, () => {
          const { [id]: _, ...others } = this.view.bars;
          this.go({ ...this.view, bars: others });
        }),
      ),
    ];
    const hadFocus = this.chips.contains(document.activeElement);
    this.chips.replaceChildren(...chips);
    if (hadFocus) this.field.focus();
  }

  private classTitle(id: string): string {
    const panel = this.defined.get(id)?.panel;
    if (panel === undefined || !("dimension" in panel)) return panel?.title ?? id;
    return panel.dimension.kind === "classes" ? panel.dimension.classification.title : panel.title;
  }

  private showRange(): void {
    if (this.isTyping) return;
    const range = this.range();
    this.from.value = range ? secondsText(range.fromMs).replace(" ", "T") : "";
    this.to.value = range ? secondsText(range.toMs).replace(" ", "T") : "";
  }

  /** Ranges end with the newest line, which may be of long ago. */
  private showAnchor(nowMs: number): void {
    const { newestMs } = this;
    if (newestMs === undefined) return;
    const days = Math.floor((nowMs - newestMs) / DAY_MS);
    const age = days < 1 ? "" : `, ${counted(days, "day")} ago`;
    setText(this.anchor, `Ranges end with the newest line, ${secondsText(newestMs)}${age}.`);
  }
}

function chip(field: string, value: string, remove: () => void): HTMLElement {
  const text = `${field}: ${value === "" ? "none" : value}`;
  const button = el("button", { type: "button", class: "small" }, "×");
  button.setAttribute("aria-label", `Remove ${text}`);
  button.addEventListener("click", remove);
  return el("li", { class: "chip" }, text, button);
}
