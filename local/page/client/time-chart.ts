import { measureColumn, type Row } from "../../../dashboards/rows";
import type { Dimension, FiguresPanel, Measure } from "../../../dashboards/spec";
import { el, setText, svg } from "./dom";
import { axisText, cellText } from "./format";
import { linear, spread, ticks } from "./scale";

/** Heights of a chart: one of several measures, and a single one. */
const FACET_HEIGHT = 116;
const ONLY_FACET_HEIGHT = 200;
const LEFT = 52;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 10;
const AXIS_HEIGHT = 22;
const TICK_WIDTH = 96;
const WIDEST_BAR = 36;
const DAY_MS = 86_400_000;

type TimeDimension = Extract<Dimension, { readonly kind: "time" }>;

/** A panel over time. */
export type TimePanel = FiguresPanel & { readonly dimension: TimeDimension };

interface Point {
  readonly atMs: number;
  readonly label: string;
  readonly row: Row;
}

/**
 * Measures over time, one above the other on the same axis: they have different units. Pointer and arrow keys show
 * the values of an interval; otherwise the sums are shown.
 */
export class TimeChart {
  public readonly element: HTMLElement;
  private readonly readouts: ReadonlyMap<string, HTMLElement>;
  private readonly when = el("span", { class: "when" });
  private readonly canvas = svg("svg", { class: "time-chart", "aria-hidden": true });
  private readonly frame: HTMLElement;
  private points: readonly Point[] = [];
  private selected: number | undefined;
  private xOf: (atMs: number) => number = () => 0;

  public constructor(private readonly panel: TimePanel) {
    this.readouts = new Map(panel.measures.map(({ id }) => [id, el("strong")]));
    this.frame = el(
      "div",
      { class: "chart-frame", tabindex: 0, role: "img", "aria-describedby": `${panel.id}-readout` },
      this.canvas,
    );
    const readout = el(
      "p",
      { class: "readout", id: `${panel.id}-readout`, "aria-live": "polite" },
      this.when,
    );
    for (const { id, title } of panel.measures) {
      const value = this.readouts.get(id);
      if (value)
        readout.append(el("span", { class: "figure", "data-measure": id }, value, ` ${title.toLowerCase()}`));
    }
    this.element = el("div", {}, readout, this.frame);
    this.frame.addEventListener("pointermove", (event) => this.point(event));
    this.frame.addEventListener("pointerleave", () => this.select(undefined));
    this.frame.addEventListener("blur", () => this.select(undefined));
    this.frame.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.frame);
  }

  public show(rows: readonly Row[]): void {
    const { field } = this.panel.dimension;
    this.points = rows.map((row) => {
      const label = String(row[field]);
      return { atMs: Date.parse(`${label}T00:00:00Z`), label, row };
    });
    this.selected = undefined;
    const titles = this.panel.measures.map(({ title }) => title).join(" and ");
    const range = `${this.points.at(0)?.label ?? ""} to ${this.points.at(-1)?.label ?? ""}`;
    this.frame.setAttribute(
      "aria-label",
      this.points.length === 0
        ? `${titles}: no lines yet`
        : `${titles} by ${this.panel.dimension.interval}, ${this.points.length} from ${range}. Arrow keys read the values.`,
    );
    this.draw();
    this.tell();
  }

  private key(event: KeyboardEvent): void {
    const last = this.points.length - 1;
    if (last < 0) return;
    const at = this.selected;
    const next: Readonly<Record<string, number | undefined>> = {
      ArrowRight: at === undefined ? 0 : Math.min(last, at + 1),
      ArrowLeft: at === undefined ? last : Math.max(0, at - 1),
      Home: 0,
      End: last,
      Escape: undefined,
    };
    if (!(event.key in next)) return;
    event.preventDefault();
    this.select(next[event.key]);
  }

  private point(event: PointerEvent): void {
    const x = event.clientX - this.frame.getBoundingClientRect().left;
    let nearest: number | undefined;
    let distance = Number.POSITIVE_INFINITY;
    for (const [index, { atMs }] of this.points.entries()) {
      const away = Math.abs(this.xOf(atMs) - x);
      if (away >= distance) continue;
      distance = away;
      nearest = index;
    }
    this.select(nearest);
  }

  private select(index: number | undefined): void {
    if (this.selected === index) return;
    this.selected = index;
    this.draw();
    this.tell();
  }

  private tell(): void {
    const point = this.selected === undefined ? undefined : this.points[this.selected];
    setText(this.when, point?.label ?? "In all");
    for (const measure of this.panel.measures) {
      const value = point ? valueAt(point, measure) : sum(this.points.map((one) => valueAt(one, measure)));
      const readout = this.readouts.get(measure.id);
      if (readout) setText(readout, cellText(measureColumn(measure), value));
    }
  }

  private draw(): void {
    const width = this.frame.clientWidth;
    if (width === 0) return;
    const { measures } = this.panel;
    const facetHeight = measures.length === 1 ? ONLY_FACET_HEIGHT : FACET_HEIGHT;
    const height = measures.length * facetHeight + AXIS_HEIGHT;
    const slotMs = this.panel.dimension.interval === "day" ? DAY_MS : 30 * DAY_MS;
    const first = this.points.at(0)?.atMs ?? 0;
    const last = this.points.at(-1)?.atMs ?? 0;
    this.xOf = linear([first - slotMs / 2, last + slotMs / 2], [LEFT, width - RIGHT]);
    const slot = this.xOf(first + slotMs) - this.xOf(first);
    this.canvas.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.canvas.setAttribute("width", String(width));
    this.canvas.setAttribute("height", String(height));
    this.canvas.replaceChildren(
      ...this.cursor(height),
      ...measures.map((measure, index) =>
        this.facet(measure, [index * facetHeight + TOP, (index + 1) * facetHeight - BOTTOM], width, slot),
      ),
      ...this.timeAxis(width, height),
    );
  }

  private facet(
    measure: Measure,
    [top, bottom]: readonly [number, number],
    width: number,
    slot: number,
  ): SVGGElement {
    const values = this.points.map((point) => valueAt(point, measure));
    const figures = ticks(Math.min(0, ...values), Math.max(0, ...values), 3);
    const y = linear([figures.at(0) ?? 0, figures.at(-1) ?? 1], [bottom, top]);
    const column = measureColumn(measure);
    const group = svg("g", { class: measure === this.panel.measures[0] ? "facet first" : "facet" });
    for (const figure of figures) {
      const at = Math.round(y(figure)) + 0.5;
      const kind = figure === 0 ? "base" : "grid";
      group.append(
        svg("line", { class: kind, x1: LEFT, x2: width - RIGHT, y1: at, y2: at }),
        svg(
          "text",
          { class: "tick", x: LEFT - 8, y: at + 4, "text-anchor": "end" },
          axisText(column, figure),
        ),
      );
    }
    if (this.panel.chart === "line") group.append(...this.line(measure, y));
    else {
      const barWidth = Math.max(1, Math.min(WIDEST_BAR, slot * 0.72));
      for (const [at, point] of this.points.entries()) {
        const value = valueAt(point, measure);
        const x = this.xOf(point.atMs) - barWidth / 2;
        const [from, to] = [y(Math.max(0, value)), y(Math.min(0, value))];
        group.append(
          svg("rect", {
            class: at === this.selected ? "bar selected" : "bar",
            x: x.toFixed(1),
            y: from.toFixed(1),
            width: barWidth.toFixed(1),
            height: Math.max(0.5, to - from).toFixed(1),
          }),
        );
      }
    }
    return group;
  }

  private line(measure: Measure, y: (value: number) => number): SVGElement[] {
    const places = this.points.map((point) => {
      return `${this.xOf(point.atMs).toFixed(1)},${y(valueAt(point, measure)).toFixed(1)}`;
    });
    const [first, last] = [this.points.at(0), this.points.at(-1)];
    if (!first || !last) return [];
    const base = y(0).toFixed(1);
    const selected = this.selected === undefined ? undefined : this.points[this.selected];
    const dot = selected ?? (this.points.length === 1 ? first : undefined);
    return [
      svg("polygon", {
        class: "area",
        points: `${this.xOf(first.atMs).toFixed(1)},${base} ${places.join(" ")} ${this.xOf(last.atMs).toFixed(1)},${base}`,
      }),
      svg("polyline", { class: "line", points: places.join(" ") }),
      ...(dot
        ? [svg("circle", { class: "dot", cx: this.xOf(dot.atMs), cy: y(valueAt(dot, measure)), r: 4 })]
        : []),
    ];
  }

  private cursor(height: number): SVGElement[] {
    const point = this.selected === undefined ? undefined : this.points[this.selected];
    if (point === undefined) return [];
    const x = this.xOf(point.atMs);
    return [svg("line", { class: "cursor", x1: x, x2: x, y1: TOP, y2: height - AXIS_HEIGHT })];
  }

  private timeAxis(width: number, height: number): SVGElement[] {
    const placeOf = ({ atMs }: Point): number =>
      Math.min(Math.max(this.xOf(atMs), LEFT + TICK_WIDTH / 3), width - RIGHT - TICK_WIDTH / 3);
    return spread(this.points, placeOf, TICK_WIDTH).map((point) => {
      const text = this.panel.dimension.interval === "month" ? point.label.slice(0, 7) : point.label;
      const place = { x: placeOf(point), y: height - 5, "text-anchor": "middle" };
      return svg("text", { class: "tick", ...place }, text);
    });
  }
}

function valueAt({ row }: Point, { id }: Measure): number {
  return Number(row[id]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
