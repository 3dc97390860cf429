import { NUMBER_KINDS } from "../contract/column";
import { IDENTITY_COLUMNS } from "../contract/stored-columns";
import type { ModuleStack } from "./module-stack";
import { ifGiven, isWhole, type Validation, variable } from "./module-variables";

/** As `dashboards/read-panels.ts` has them. */
const MOST_PANELS = 30;
const TITLE_CHARACTERS = 128;
const MOST_ROWS = 1000;
const MOST_FIELDS = 100;
const DESCRIPTION_CHARACTERS = 500;
const TEXT_CHARACTERS = 2000;
const MOST_CONTROLS = 5;

const ID = "^[a-z][a-z0-9-]*$";
const hasChart = (...charts: readonly string[]): string =>
  `try(contains([${quoted(charts)}], p.chart), false)`;
const LINES = hasChart("table");
const FIGURES = hasChart("bars", "horizontal-bars", "line");
const MEASURED = hasChart("bars", "horizontal-bars", "line", "shares", "headline");
const EVERY = ["id", "title", "description", "width", "chart"];

function quoted(texts: readonly string[]): string {
  return texts.map((text) => `"${text}"`).join(", ");
}

/** Names of the fields that a panel may have, of all kinds or of some, in HCL. */
function fields(kinds?: readonly string[]): string {
  const own = IDENTITY_COLUMNS.filter(({ kind }) => kinds?.includes(kind) ?? true).map(
    ({ field }) => `"${field}"`,
  );
  const filter = kinds === undefined ? "" : ` if contains([${quoted(kinds)}], c.kind)`;
  return `concat([for c in var.columns : c.name${filter}], [${own.join(", ")}])`;
}

const isText = (value: string, characters: number): string =>
  `(trimspace(${value}) != "" && length(${value}) <= ${characters})`;
const isId = (value: string): string =>
  `(can(regex("${ID}", ${value})) && length(${value}) <= ${TITLE_CHARACTERS})`;
const knowsOnly = (value: string, members: readonly string[]): string =>
  `length(setsubtract(keys(${value}), [${quoted(members)}])) == 0`;
/** A rule about a member of a panel, where it has it. */
const ifHas = (member: string, rule: string): string => `(contains(keys(p), "${member}") ? ${rule} : true)`;

/** A rule about those panels that meet a condition. */
const each = (condition: string, rule: string): string =>
  `alltrue([for p in var.panels[*] : (${condition}) ? try(${rule}, false) : true])`;

const CHARTS = ["bars", "horizontal-bars", "line", "shares", "headline", "table", "text", "controls"];
const WIDTHS = ["third", "half", "two-thirds", "full"];
const IS_COMPUTED = `(contains(keys(m), "distinct") ? !contains(keys(m), "factors") && contains(${fields(["text"])}, m.distinct) : length(setsubtract(m.factors, ${fields(NUMBER_KINDS)})) == 0)`;

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
      [
        isId("p.id"),
        isText("p.title", TITLE_CHARACTERS),
        `contains([${quoted(CHARTS)}], p.chart)`,
        `(${hasChart("text", "controls")} ? true : contains(["speed", "batch"], p.layer))`,
        ifHas("description", isText("p.description", DESCRIPTION_CHARACTERS)),
        ifHas("width", `contains([${quoted(WIDTHS)}], p.width)`),
      ].join(" && "),
    ),
    `each panel has an id of lower-case letters, digits and dashes, a title of at most ${TITLE_CHARACTERS} characters, a chart (${CHARTS.join(", ")}), a layer (speed or batch) unless it is a text or controls, and if it has them a description of at most ${DESCRIPTION_CHARACTERS} characters and a width (${WIDTHS.join(", ")})`,
  ],
  [
    "var.panels == null ? true : length(distinct([for p in var.panels : p.id])) == length(var.panels)",
    "each id occurs once",
  ],
  [
    each(
      LINES,
      `${knowsOnly("p", [...EVERY, "layer", "fields", "units", "newestBy", "limit"])} && length(p.fields) >= 1 && length(p.fields) <= ${MOST_FIELDS} && length(distinct(p.fields)) == length(p.fields) && length(setsubtract(p.fields, ${fields()})) == 0 && contains(${fields(["timestamp"])}, p.newestBy) && ${isWhole("p.limit", 1, MOST_ROWS)}`,
    ),
    `a table has 1 to ${MOST_FIELDS} different fields, newestBy (a timestamp) and a limit of 1 to ${MOST_ROWS}, and nothing else`,
  ],
  [
    `length([for p in var.panels[*] : p if ${LINES} && try(p.layer == "speed", false)]) <= 1`,
    "one table of the speed layer is allowed; one search lists lines for one panel",
  ],
  [
    each(
      MEASURED,
      `${knowsOnly("p", [...EVERY, "layer", "measures", "dimension", "only", "except"])} && length(p.measures) >= 1 && alltrue([for m in p.measures : ${knowsOnly("m", ["id", "title", "unit", "digits", "color", "factors", "distinct"])} && ${isId("m.id")} && ${isText("m.title", TITLE_CHARACTERS)} && ${IS_COMPUTED}])`,
    ),
    "figures have measures, each with an id, a title and either factors (columns of numbers) or distinct (a text), and nothing else but dimension, only and except",
  ],
  [
    each(
      MEASURED,
      `((${FIGURES} ? length(p.measures) == 1 : true) && (p.chart == "shares" ? !contains(keys(p.measures[0]), "distinct") : true))`,
    ),
    "a chart has one measure; the first of shares is a sum",
  ],
  [
    each(
      MEASURED,
      `(p.chart == "headline" ? !contains(keys(p), "dimension") : contains(p.chart == "shares" ? ["values", "classes"] : ["time", "values", "classes"], p.dimension.kind) && (p.dimension.kind == "time" ? contains(["hour", "day", "month"], p.dimension.interval) && contains(${fields(["timestamp"])}, p.dimension.field) : true) && (p.dimension.kind == "values" ? contains(${fields(["text"])}, p.dimension.field) && ${isWhole("p.dimension.limit", 1, MOST_ROWS)} : true))`,
    ),
    `each dimension is a time (a timestamp, by day or month; not of shares), values (a text, and a limit of 1 to ${MOST_ROWS}) or classes; a headline has none`,
  ],
  [
    each(hasChart("text"), `${knowsOnly("p", [...EVERY, "text"])} && ${isText("p.text", TEXT_CHARACTERS)}`),
    `a text has 1 to ${TEXT_CHARACTERS} characters, and nothing else`,
  ],
  [
    each(
      hasChart("controls"),
      `${knowsOnly("p", [...EVERY, "fields"])} && length(p.fields) >= 1 && length(p.fields) <= ${MOST_CONTROLS} && length(distinct([for f in p.fields : f.field])) == length(p.fields) && alltrue([for f in p.fields : ${knowsOnly("f", ["field", "title"])} && contains(${fields(["text"])}, f.field) && ${isText("f.title", TITLE_CHARACTERS)}])`,
    ),
    `controls have 1 to ${MOST_CONTROLS} different fields (texts), each with a title, and nothing else`,
  ],
];

/** Adds the variables of what people look at. */
export function addPanels(stack: ModuleStack): void {
  variable(
    stack,
    "panels",
    "any",
    "What people look at in OpenSearch Dashboards, as docs/serving.md describes it. Without it, the contract's default panels",
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
