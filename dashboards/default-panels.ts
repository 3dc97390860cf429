import type { Column } from "../contract/column";
import type { PanelContract } from "./fields";
import type { DistinctCount, Panel, Sum } from "./spec";

/** Most number columns whose sums are shown, and most text columns whose values are. */
const MOST_SUMS = 3;
const MOST_TOPS = 2;
const MOST_CONTROLS = 3;
const TOP_VALUES = 10;
const LATEST_LINES = 50;
/** Columns of the latest lines; more do not fit on a screen. */
const MOST_COLUMNS = 12;
/** Digits of a sum of doubles: the engines add in different orders, so the last ones differ. */
const DIGITS_OF_DOUBLES = 6;
/** Longest name of a column that fits into a panel's id and title; a longer one has no panel of its own. */
const MOST_CHARACTERS = 50;

const LINES: Sum = { id: "lines", title: "Lines", color: "pink", factors: [] };

/**
 * The panels of a contract that has none of its own: a header and controls, headline figures, lines over time, sums of the
 * first number columns over time, the most frequent values of the first exact text columns, and the latest lines.
 */
export function defaultPanels({ columns, eventTime }: PanelContract): Panel[] {
  const overTime = { kind: "time", field: eventTime, interval: "day" } as const;
  const named = columns.filter(({ field }) => field.length <= MOST_CHARACTERS);
  const sums = named.flatMap((column) => sumOf(column) ?? []).slice(0, MOST_SUMS);
  const texts = named.filter((column) => column.kind === "text" && column.search === "exact");
  const [firstText, ...otherTexts] = texts
    .slice(0, MOST_CONTROLS)
    .map(({ field }) => ({ field, title: field }));
  const counts = texts.slice(0, MOST_TOPS).map(
    ({ field }): DistinctCount => ({
      id: `values-of-${idOf(field)}`,
      title: `Values of ${field}`,
      distinct: field,
    }),
  );
  const others = columns.map(({ field }) => field).filter((field) => field !== eventTime);
  return [
    {
      id: "about",
      title: "About",
      chart: "text",
      text: `Each line of the stream, seconds after it was sent, by **${eventTime}**. Days are **UTC**.`,
      ...(firstText === undefined && { width: "full" }),
    },
    ...(firstText === undefined
      ? []
      : [
          {
            id: "filters",
            title: "Filters",
            chart: "controls",
            fields: [firstText, ...otherTexts],
          } as const,
        ]),
    {
      id: "figures",
      title: "Figures",
      description: "Totals of the chosen time.",
      layer: "speed",
      chart: "headline",
      measures: [LINES, ...sums, ...counts],
    },
    {
      id: "lines-over-time",
      title: "Lines over time",
      layer: "speed",
      chart: "bars",
      measures: [LINES],
      dimension: overTime,
    },
    ...sums.map(
      (measure): Panel => ({
        id: measure.id,
        title: `${measure.title} over time`,
        layer: "batch",
        chart: "line",
        measures: [measure],
        dimension: overTime,
      }),
    ),
    ...texts.slice(0, MOST_TOPS).map(
      ({ field }): Panel => ({
        id: `top-${idOf(field)}`,
        title: `Most frequent ${field}`,
        layer: "batch",
        chart: "horizontal-bars",
        measures: [LINES],
        dimension: { kind: "values", field, limit: TOP_VALUES },
      }),
    ),
    {
      id: "latest-lines",
      title: "Latest lines",
      layer: "speed",
      chart: "table",
      fields: [eventTime, ...others.slice(0, MOST_COLUMNS - 1)],
      newestBy: eventTime,
      limit: LATEST_LINES,
    },
  ];
}

/** The sum of a number column; undefined for any other column. */
function sumOf(column: Column): Sum | undefined {
  const { field } = column;
  const sum = { id: `sum-of-${idOf(field)}`, title: `Sum of ${field}`, factors: [field] };
  switch (column.kind) {
    case "integer":
    case "bigint":
      return sum;
    case "double":
      return { ...sum, digits: DIGITS_OF_DOUBLES };
    case "decimal":
      return { ...sum, digits: column.scale };
    default:
      return undefined;
  }
}

/** A field as a part of a permanent id. Two fields never give the same one: they differ by more than case, and have no dash. */
function idOf(field: string): string {
  return field.toLowerCase().replaceAll("_", "-");
}
