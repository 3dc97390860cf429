import { counted } from "../../../lib/counted";
import type { Fact, Flow, LiveState, Part, PartId } from "../state";
import { el, setAttributes, setText, svg } from "./dom";
import { milliseconds, rate, seconds, whole } from "./format";
import { linear } from "./scale";

/** Seconds that the small curves cover. */
const HISTORY = 60;
const CURVE = { width: 120, height: 28 } as const;

const LANES = [
  { lane: "source", title: "Source" },
  { lane: "batch", title: "Batch layer" },
  { lane: "speed", title: "Speed layer" },
] as const;

/** The parts in their lanes, each with its input and output a second. */
export class Pipeline {
  private readonly cards = new Map<PartId, PartCard>();
  private readonly lanes: ReadonlyMap<Part["lane"], HTMLElement>;

  public constructor(parent: HTMLElement) {
    this.lanes = new Map(
      LANES.map(({ lane, title }) => {
        const list = el("ol", { class: `lane ${lane}`, "aria-label": title });
        parent.append(
          el("div", { class: `lane-frame ${lane}` }, el("h3", { class: "lane-title" }, title), list),
        );
        return [lane, list];
      }),
    );
  }

  public show({ parts }: LiveState): void {
    for (const part of parts) {
      const known = this.cards.get(part.id);
      const card = known ?? new PartCard(part);
      if (known === undefined) {
        this.cards.set(part.id, card);
        this.lanes.get(part.lane)?.append(card.element);
      }
      card.show(part);
    }
    for (const [lane, list] of this.lanes) {
      if (list.parentElement) list.parentElement.hidden = !parts.some((part) => part.lane === lane);
    }
  }
}

class PartCard {
  public readonly element: HTMLElement;
  private readonly flows = el("p", { class: "flows" });
  private readonly total = el("p", { class: "total muted" });
  private readonly facts = el("dl", { class: "facts" });
  private readonly curve = svg("polyline", { class: "curve" });
  private readonly history: number[] = [];
  private readonly rates = new Map<"in" | "out", HTMLElement>();
  private readonly values = new Map<string, HTMLElement>();

  public constructor({ id, title, name }: Part) {
    this.element = el(
      "li",
      { class: "card part", id: `part-${id}` },
      el("h4", {}, title),
      el("p", { class: "name muted", title: name }, name),
      this.flows,
      svg(
        "svg",
        {
          class: "curve-frame",
          viewBox: `0 0 ${CURVE.width} ${CURVE.height}`,
          preserveAspectRatio: "none",
          "aria-hidden": true,
        },
        this.curve,
      ),
      this.total,
      this.facts,
    );
  }

  public show(part: Part): void {
    if (part.in) this.flow("in", part.in);
    if (part.out) this.flow("out", part.out);
    const shown = part.in ?? part.out;
    if (shown) {
      const { total, unit } = shown;
      setText(this.total, total === undefined ? "not read yet" : counted(total, unit.replace(/s$/, "")));
      if (shown.perSecond !== undefined) this.draw(shown.perSecond);
    }
    this.showFacts(part.facts);
    this.element.classList.toggle(
      "troubled",
      part.facts.some(({ isTrouble, value }) => isTrouble === true && value > 0),
    );
  }

  private flow(end: "in" | "out", { perSecond, unit }: Flow): void {
    let value = this.rates.get(end);
    if (value === undefined) {
      value = el("strong", { class: "rate" });
      this.rates.set(end, value);
      this.flows.append(
        el(
          "span",
          { class: `flow ${end}` },
          el("span", { class: "muted" }, end),
          value,
          el("small", {}, `${unit}/s`),
        ),
      );
    }
    setText(value, perSecond === undefined ? "–" : rate(perSecond));
  }

  /** Some facts come and go. */
  private showFacts(facts: readonly Fact[]): void {
    const labels = facts.map(({ label }) => label);
    if (labels.join() !== [...this.values.keys()].join()) {
      this.values.clear();
      for (const label of labels) this.values.set(label, el("dd"));
      this.facts.replaceChildren(
        ...[...this.values].map(([label, value]) => el("div", {}, el("dt", {}, label), value)),
      );
    }
    for (const fact of facts) this.fact(fact);
  }

  private fact({ label, value, unit, isTrouble }: Fact): void {
    const element = this.values.get(label);
    if (element === undefined) return;
    const text =
      unit === "seconds" ? seconds(value) : unit === "milliseconds" ? milliseconds(value) : whole(value);
    setText(element, text);
    element.parentElement?.classList.toggle("trouble", isTrouble === true && value > 0);
  }

  private draw(perSecond: number): void {
    this.history.push(perSecond);
    if (this.history.length > HISTORY) this.history.shift();
    const x = linear([HISTORY - 1, 0], [CURVE.width, 0]);
    const y = linear([0, Math.max(1, ...this.history) * 1.15], [CURVE.height - 1, 1]);
    const first = HISTORY - this.history.length;
    const points = this.history.map((value, at) => `${x(first + at).toFixed(1)},${y(value).toFixed(1)}`);
    setAttributes(this.curve, { points: points.join(" ") });
  }
}
