import { type Column, type ColumnKind, NUMBER_KINDS } from "../contract/column";
import { tableColumn } from "../contract/glue-columns";
import { sqlName, WHOLE } from "./athena";
import { COLORS } from "./colors";
import { type PanelContract, panelFields } from "./fields";
import { CURRENCIES, isCurrency } from "./money";
import { SHARE_COLUMN } from "./rows";
import type { Panel } from "./spec";

/** Panels that a contract cannot have; the message lists every fault, by panel. */
export class PanelsError extends Error {
  override readonly name = "PanelsError";
}

/**
 * Panels that arrive as JSON, or as a prop.
 * @throws PanelsError naming every panel and field that is wrong
 */
export function readPanels(contract: PanelContract, value: unknown): readonly Panel[] {
  const faults: string[] = [];
  new PanelsCheck(contract, faults).check(value);
  if (faults.length > 0) throw new PanelsError(`the panels are wrong: ${faults.join("; ")}`);
  // Each member was checked.
  return value as readonly Panel[];
}

/** Each is a query of its own, which the local page repeats after every change. */
const MOST_PANELS = 30;
/** QuickSight's longest name of a calculated field. */
const TITLE_CHARACTERS = 128;
const MOST_ROWS = 1000;
const MOST_FIELDS = 100;
const MOST_DIGITS = 18;
const UNIT_CHARACTERS = 32;
const DESCRIPTION_CHARACTERS = 500;
const TEXT_CHARACTERS = 2000;
const MOST_CONTROLS = 5;
const MOST_VALUES = 100;
const CHARTS = ["bars", "horizontal-bars", "line", "shares", "headline", "table", "text", "controls"];
const WIDTHS = ["third", "half", "two-thirds", "full"];
/** Members of every panel, and of those with figures. */
const EVERY = ["id", "title", "description", "width", "chart"];
const FIGURES = [...EVERY, "layer", "measures", "only", "except"];

type Members = ReadonlyMap<string, unknown>;

class PanelsCheck {
  private readonly fields: ReadonlyMap<string, Column>;
  /** What each name stands for that becomes a field of Dashboards and QuickSight. */
  private readonly computed = new Map<string, string>();
  private readonly ids = new Set<string>();
  private tables = 0;
  private currency: unknown;
  /** Where the check is, for the message. */
  private place = "";

  public constructor(
    contract: PanelContract,
    private readonly faults: string[],
  ) {
    this.fields = new Map(panelFields(contract).map((column) => [column.field, column]));
  }

  public check(panels: unknown): void {
    if (!Array.isArray(panels) || panels.length < 1 || panels.length > MOST_PANELS) {
      this.fault(`a list of 1 to ${MOST_PANELS} panels is wanted, not ${shown(panels)}`);
      return;
    }
    for (const [at, panel] of panels.entries()) this.panel(panel, at);
  }

  private fault(what: string): void {
    this.faults.push(this.place === "" ? what : `${this.place}: ${what}`);
  }

  private panel(value: unknown, at: number): void {
    this.place = `panel ${at + 1}`;
    const panel = this.members("it", value);
    if (panel === undefined) return;
    const id = panel.get("id");
    if (typeof id === "string") this.place = `panel "${id}"`;
    this.id("id", id);
    if (typeof id === "string" && this.ids.has(id)) this.fault("another panel has its id");
    this.ids.add(String(id));
    this.text("title", panel.get("title"), TITLE_CHARACTERS);
    if (panel.get("description") !== undefined)
      this.text("description", panel.get("description"), DESCRIPTION_CHARACTERS);
    if (panel.get("width") !== undefined) this.oneOf("width", panel.get("width"), WIDTHS);
    const chart = this.oneOf("chart", panel.get("chart"), CHARTS);
    switch (chart) {
      case undefined:
        return;
      case "text":
        this.only(panel, [...EVERY, "text"]);
        this.text("text", panel.get("text"), TEXT_CHARACTERS);
        return;
      case "controls":
        this.controlsPanel(panel);
        return;
      default:
    }
    const layer = this.oneOf("layer", panel.get("layer"), ["speed", "batch"]);
    if (chart === "table") this.linesPanel(panel, layer);
    else this.figuresPanel(panel, chart);
  }

  private controlsPanel(panel: Members): void {
    this.only(panel, [...EVERY, "fields"]);
    const controls = panel.get("fields");
    if (!Array.isArray(controls) || controls.length < 1 || controls.length > MOST_CONTROLS) {
      this.fault(`fields is ${shown(controls)}; 1 to ${MOST_CONTROLS} controls are wanted`);
      return;
    }
    const fields = controls.flatMap((value: unknown) => {
      const control = this.members("a control", value);
      if (control === undefined) return [];
      this.only(control, ["field", "title"], "a control");
      this.text("the title of a control", control.get("title"), TITLE_CHARACTERS);
      return this.field("a control", control.get("field"), ["text"]) ?? [];
    });
    if (new Set(fields).size < fields.length) this.fault("a field is listed twice");
  }

  private linesPanel(panel: Members, layer: string | undefined): void {
    this.only(panel, [...EVERY, "layer", "fields", "units", "newestBy", "limit"]);
    const fields = panel.get("fields");
    if (!Array.isArray(fields) || fields.length < 1 || fields.length > MOST_FIELDS) {
      this.fault(`fields is ${shown(fields)}; 1 to ${MOST_FIELDS} fields are wanted`);
    } else {
      for (const field of fields) this.field("fields", field);
      if (new Set(fields).size < fields.length) this.fault("a field is listed twice");
    }
    const units = panel.get("units") === undefined ? undefined : this.members("units", panel.get("units"));
    for (const [field, unit] of units ?? []) {
      this.field("units", field, NUMBER_KINDS);
      this.unit(`field ${shown(field)}`, unit);
    }
    this.field("newestBy", panel.get("newestBy"), ["timestamp"]);
    this.whole("limit", panel.get("limit"), 1, MOST_ROWS);
    if (layer === "speed" && ++this.tables > 1) {
      this.fault("a second table of the speed layer; one search lists lines for one panel");
    }
  }

  /** @param chart how its figures are drawn */
  private figuresPanel(panel: Members, chart: string): void {
    const names = new Set<string>();
    if (chart === "headline") this.only(panel, FIGURES);
    else {
      this.only(panel, [...FIGURES, "dimension"]);
      const dimension = this.dimension(panel.get("dimension"), chart);
      if (dimension !== undefined) names.add(sqlName({ id: dimension }));
    }
    if (chart === "shares") for (const name of [SHARE_COLUMN, WHOLE]) names.add(name);
    const measures = panel.get("measures");
    if (!Array.isArray(measures) || measures.length < 1) {
      this.fault(`measures is ${shown(measures)}; at least one is wanted`);
    } else {
      if (measures.length > 1 && chart !== "shares" && chart !== "headline") {
        this.fault(`${measures.length} measures; a chart has one, shares and a headline can have several`);
      }
      const [first]: readonly unknown[] = measures;
      if (chart === "shares") this.share(first);
      for (const measure of measures) {
        const id = this.measure(measure);
        if (id === undefined) continue;
        if (names.has(sqlName({ id }))) this.fault(`measure "${id}" has the name of another column`);
        names.add(sqlName({ id }));
      }
    }
    for (const which of ["only", "except"]) {
      if (panel.get(which) !== undefined) this.classification(which, panel.get(which));
    }
  }

  /** The measure whose percentages are computed. */
  private share(value: unknown): void {
    const measure = this.members("a measure", value);
    if (measure?.has("distinct")) {
      this.fault("the first measure counts different values, which have no share of a whole");
    }
    const title = measure?.get("title");
    if (typeof title === "string") this.compute(`Share of ${title}`, JSON.stringify(measure?.get("factors")));
  }

  /** @returns its id, where it has one */
  private measure(value: unknown): string | undefined {
    const measure = this.members("a measure", value);
    if (measure === undefined) return undefined;
    const id = measure.get("id");
    const what = `measure ${shown(id)}`;
    this.only(measure, ["id", "title", "unit", "digits", "color", "factors", "distinct"], what);
    this.id(`the id of ${what}`, id);
    const title = this.text(`the title of ${what}`, measure.get("title"), TITLE_CHARACTERS);
    if (measure.get("digits") !== undefined) {
      this.whole(`digits of ${what}`, measure.get("digits"), 0, MOST_DIGITS);
    }
    if (measure.get("unit") !== undefined) this.unit(what, measure.get("unit"));
    if (measure.get("color") !== undefined)
      this.oneOf(`color of ${what}`, measure.get("color"), Object.keys(COLORS));
    const factors = measure.get("factors");
    if (measure.has("distinct")) {
      if (factors !== undefined) this.fault(`${what} has both factors and distinct`);
      const distinct = this.field(what, measure.get("distinct"), ["text"]);
      if (distinct !== undefined && title !== undefined) this.compute(title, `distinct ${distinct}`);
    } else if (!Array.isArray(factors))
      this.fault(`factors of ${what} is ${shown(factors)}; a list of fields is wanted`);
    else {
      for (const field of factors) this.field(what, field, NUMBER_KINDS);
      if (factors.length > 1 && title !== undefined) this.compute(title, factors.join(" * "));
    }
    return typeof id === "string" ? id : undefined;
  }

  private unit(what: string, value: unknown): void {
    const unit = this.members(`unit of ${what}`, value);
    if (unit === undefined) return;
    if (unit.has("currency")) {
      this.money(unit, what);
      return;
    }
    this.only(unit, ["text", "position"], `unit of ${what}`);
    this.text(`unit of ${what}`, unit.get("text"), UNIT_CHARACTERS);
    if (unit.get("position") !== undefined) {
      this.oneOf(`position of the unit of ${what}`, unit.get("position"), ["before", "after"]);
    }
  }

  private money(unit: Members, what: string): void {
    this.only(unit, ["currency"], `unit of ${what}`);
    const currency = unit.get("currency");
    if (typeof currency !== "string" || !isCurrency(currency)) {
      this.oneOf(`currency of ${what}`, currency, Object.keys(CURRENCIES));
      return;
    }
    if (this.currency !== undefined && this.currency !== currency) {
      this.fault(`currency of ${what} is ${currency}; another measure has ${String(this.currency)}`);
    }
    this.currency = currency;
  }

  /** @returns the id of the rows' column, where it has one */
  private dimension(value: unknown, chart: string): string | undefined {
    const dimension = this.members("dimension", value);
    if (dimension === undefined) return undefined;
    const kinds = [...(chart === "shares" ? [] : ["time"]), "values", "classes"];
    const kind = this.oneOf("kind of the dimension", dimension.get("kind"), kinds);
    if (kind === "time") {
      this.only(dimension, ["kind", "field", "interval"], "dimension");
      this.oneOf("interval", dimension.get("interval"), ["hour", "day", "month"]);
      return this.field("dimension", dimension.get("field"), ["timestamp"]);
    }
    if (kind === "values") {
      this.only(dimension, ["kind", "field", "limit"], "dimension");
      this.whole("limit of the dimension", dimension.get("limit"), 1, MOST_ROWS);
      return this.field("dimension", dimension.get("field"), ["text"]);
    }
    if (kind !== "classes") return undefined;
    this.only(dimension, ["kind", "classification"], "dimension");
    return this.classification("classification", dimension.get("classification"));
  }

  /** @returns its id, where it has one */
  private classification(what: string, value: unknown): string | undefined {
    const classes = this.members(what, value);
    if (classes === undefined) return undefined;
    this.only(classes, ["id", "title", "condition", "fulfilled", "otherwise"], what);
    const id = classes.get("id");
    this.id(`the id of ${what}`, id);
    const title = this.text(`the title of ${what}`, classes.get("title"), TITLE_CHARACTERS);
    this.literal(`fulfilled of ${what}`, classes.get("fulfilled"));
    this.literal(`otherwise of ${what}`, classes.get("otherwise"));
    if (classes.get("fulfilled") === classes.get("otherwise"))
      this.fault(`both classes of ${what} have one name`);
    this.condition(what, classes.get("condition"));
    if (title !== undefined) {
      this.compute(
        title,
        JSON.stringify(["condition", "fulfilled", "otherwise"].map((key) => classes.get(key))),
      );
    }
    return typeof id === "string" ? id : undefined;
  }

  private condition(what: string, value: unknown): void {
    const condition = this.members(`condition of ${what}`, value);
    if (condition === undefined) return;
    const kinds = ["begins", "one-of", "blank"];
    const kind = this.oneOf(`kind of the condition of ${what}`, condition.get("kind"), kinds);
    this.field(`condition of ${what}`, condition.get("field"), ["text"]);
    const more = { begins: ["prefix"], "one-of": ["values"] }[String(kind)] ?? [];
    this.only(condition, ["kind", "field", ...more], `condition of ${what}`);
    if (kind === "one-of") {
      const values = condition.get("values");
      if (!Array.isArray(values) || values.length < 1 || values.length > MOST_VALUES) {
        this.fault(`values of ${what} is ${shown(values)}; 1 to ${MOST_VALUES} are wanted`);
      } else for (const text of values) this.literal(`a value of ${what}`, text);
    }
    if (kind !== "begins") return;
    const prefix = condition.get("prefix");
    this.literal(`prefix of ${what}`, prefix);
    if (typeof prefix === "string" && /[%_]/.test(prefix)) {
      this.fault(`prefix of ${what} is "${prefix}"; % and _ are wildcards of SQL's LIKE`);
    }
  }

  /** A name that becomes a field of Dashboards and QuickSight stands for one thing, and for no column. */
  private compute(title: string, meaning: string): void {
    const known = this.computed.get(title);
    if (known !== undefined && known !== meaning) this.fault(`"${title}" stands for two things`);
    this.computed.set(title, meaning);
    const isColumn = [...this.fields.keys()].some((field) => tableColumn(field) === title.toLowerCase());
    if (isColumn) this.fault(`"${title}" is computed, and has the name of a column`);
    if (/[{}]/.test(title)) this.fault(`"${title}" has a brace, which ends a name in QuickSight`);
  }

  /** @returns the field, where it is one of these kinds */
  private field(what: string, value: unknown, kinds?: readonly ColumnKind[]): string | undefined {
    const column = typeof value === "string" ? this.fields.get(value) : undefined;
    if (column === undefined) {
      this.fault(
        `${what} names ${shown(value)}, which is none of the fields ${[...this.fields.keys()].join(", ")}`,
      );
      return undefined;
    }
    if (kinds === undefined || kinds.includes(column.kind)) return column.field;
    this.fault(`${what} names "${column.field}", a ${column.kind}; ${kinds.join(", ")} is wanted`);
    return undefined;
  }

  private members(what: string, value: unknown): Members | undefined {
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return new Map(Object.entries(value));
    this.fault(`${what} is ${shown(value)}; an object is wanted`);
    return undefined;
  }

  private only(members: Members, known: readonly string[], what = "it"): void {
    for (const key of members.keys()) {
      if (!known.includes(key)) this.fault(`${what} has a member "${key}", which is not known`);
    }
  }

  private id(what: string, value: unknown): void {
    if (typeof value === "string" && value.length <= TITLE_CHARACTERS && /^[a-z][a-z0-9-]*$/.test(value))
      return;
    this.fault(
      `${what} is ${shown(value)}; lower-case letters, digits and dashes are wanted, a letter first`,
    );
  }

  private text(what: string, value: unknown, characters: number): string | undefined {
    if (typeof value === "string" && value.trim() !== "" && value.length <= characters) return value;
    this.fault(`${what} is ${shown(value)}; 1 to ${characters} characters are wanted`);
    return undefined;
  }

  /** A text that becomes a literal of a formula of QuickSight, which has no escape of a quote. */
  private literal(what: string, value: unknown): void {
    const text = this.text(what, value, TITLE_CHARACTERS);
    if (text?.includes("'")) this.fault(`${what} is "${text}"; a quote would end it in QuickSight`);
  }

  private whole(what: string, value: unknown, min: number, max: number): void {
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return;
    this.fault(`${what} is ${shown(value)}; a whole number from ${min} to ${max} is wanted`);
  }

  private oneOf(what: string, value: unknown, known: readonly string[]): string | undefined {
    if (typeof value === "string" && known.includes(value)) return value;
    this.fault(`${what} is ${shown(value)}; ${known.join(", ")} is wanted`);
    return undefined;
  }
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "missing").slice(0, 200);
}
