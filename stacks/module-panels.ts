import { NUMBER_KINDS } from "../contract/column";
import { IDENTITY_COLUMNS } from "../contract/stored-columns";
import type { ModuleStack } from "./module-stack";
import { ifGiven, isWhole, type Validation, variable } from "./module-variables";

/** As `dashboards/read-panels.ts` has them. */
const MOST_PANELS = 30;
const TITLE_CHARACTERS = 128;
const MOST_ROWS = 1000;
const MOST_FIELDS = 100;

const ID = "^[a-z][a-z0-9-]*$";
const LINES = 'try(p.chart == "table", false)';
const NO_LINES = `!${LINES}`;

/** Names of the fields that a panel may have, of all kinds or of some, in HCL. */
function fields(kinds?: readonly string[]): string {
  const own = IDENTITY_COLUMNS.filter(({ kind }) => kinds?.includes(kind) ?? true).map(
    ({ field }) => `"${field}"`,
  );
  const filter =
    kinds === undefined ? "" : ` if contains([${kinds.map((kind) => `"${kind}"`).join(", ")}], c.kind)`;
  return `concat([for c in var.columns : c.name${filter}], [${own.join(", ")}])`;
}

const isText = (value: string, characters: number): string =>
  `(trimspace(${value}) != "" && length(${value}) <= ${characters})`;
const isId = (value: string): string =>
  `(can(regex("${ID}", ${value})) && length(${value}) <= ${TITLE_CHARACTERS})`;
const knowsOnly = (value: string, members: readonly string[]): string =>
  `length(setsubtract(keys(${value}), [${members.map((member) => `"${member}"`).join(", ")}])) == 0`;

/** A rule about those panels that meet a condition. */
const each = (condition: string, rule: string): string =>
  `alltrue([for p in var.panels == null ? [] : var.panels : (${condition}) ? try(${rule}, false) : true])`;

/** What search-setup would refuse at apply; it checks classifications itself. */
const RULES: readonly Validation[] = [
  [
    ifGiven(
      "var.panels",
      `length(var.panels) >= 1 && length(var.panels) <= ${MOST_PANELS} && can(var.panels[0])`,
    ),
    `a list of 1 to ${MOST_PANELS} panels is allowed`,
  ],
  [
    each(
      "true",
      `${isId("p.id")} && ${isText("p.title", TITLE_CHARACTERS)} && contains(["speed", "batch"], p.layer) && contains(["bars", "horizontal-bars", "line", "table"], p.chart)`,
    ),
    `each panel has an id of lower-case letters, digits and dashes, a title of at most ${TITLE_CHARACTERS} characters, a layer (speed or batch) and a chart (bars, horizontal-bars, line or table)`,
  ],
  [
    "var.panels == null ? true : length(distinct([for p in var.panels : p.id])) == length(var.panels)",
    "each id occurs once",
  ],
  [
    each(
      LINES,
      `${knowsOnly("p", ["id", "title", "layer", "chart", "fields", "newestBy", "limit"])} && length(p.fields) >= 1 && length(p.fields) <= ${MOST_FIELDS} && length(distinct(p.fields)) == length(p.fields) && length(setsubtract(p.fields, ${fields()})) == 0 && contains(${fields(["timestamp"])}, p.newestBy) && ${isWhole("p.limit", 1, MOST_ROWS)}`,
    ),
    `a table has 1 to ${MOST_FIELDS} different fields, newestBy (a timestamp) and a limit of 1 to ${MOST_ROWS}, and nothing else`,
  ],
  [
    `length([for p in var.panels == null ? [] : var.panels : p if ${LINES} && try(p.layer == "speed", false)]) <= 1`,
    "one table of the speed layer is allowed; one search lists lines for one panel",
  ],
  [
    each(
      NO_LINES,
      `${knowsOnly("p", ["id", "title", "layer", "chart", "measures", "dimension", "only"])} && length(p.measures) >= 1 && alltrue([for m in p.measures : ${knowsOnly("m", ["id", "title", "unit", "digits", "factors"])} && ${isId("m.id")} && ${isText("m.title", TITLE_CHARACTERS)} && length(setsubtract(m.factors, ${fields(NUMBER_KINDS)})) == 0])`,
    ),
    "a figure has measures, each with an id, a title and factors (columns of numbers), and a dimension, and nothing else but only",
  ],
  [
    each(
      NO_LINES,
      `contains(["time", "values", "classes"], p.dimension.kind) && (p.dimension.kind == "time" ? contains(["day", "month"], p.dimension.interval) && contains(${fields(["timestamp"])}, p.dimension.field) : true) && (p.dimension.kind == "values" ? contains(${fields(["text"])}, p.dimension.field) && ${isWhole("p.dimension.limit", 1, MOST_ROWS)} : true)`,
    ),
    `each dimension is a time (a timestamp, by day or month), values (a text, and a limit of 1 to ${MOST_ROWS}) or classes`,
  ],
];

/** Adds the variables of what people look at. */
export function addPanels(stack: ModuleStack): void {
  variable(
    stack,
    "panels",
    "any",
    "What people look at in OpenSearch Dashboards, as docs/panels describes it. Without it, the contract's default panels",
    RULES,
    { default: null },
  );
  variable(
    stack,
    "title",
    "string",
    "Title of the dashboard. Without it, name",
    [[ifGiven("var.title", 'trimspace(var.title) != ""'), "a text that is not blank is allowed"]],
    { default: null },
  );
}
