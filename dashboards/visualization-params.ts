import type { JsonObject } from "../lib/json";
import { type FiguresPanel, type HeadlinePanel, isDistinct, type SharesPanel } from "./spec";

/** Type and params of a visualization, in the terms of OpenSearch Dashboards. */
interface VisualizationParams extends JsonObject {
  readonly type: "histogram" | "horizontal_bar" | "line" | "metric" | "table";
  readonly params: JsonObject;
}

/**
 * Visualization of a panel. The params are the defaults of the plugins `vis_type_vislib`, `vis_type_metric` and
 * `vis_type_table`, with the panel's measures in them.
 */
export function visualizationParams(panel: FiguresPanel | SharesPanel | HeadlinePanel): VisualizationParams {
  switch (panel.chart) {
    case "bars":
      return { type: "histogram", params: axes(panel, "histogram", { category: "bottom", value: "left" }) };
    case "line":
      return { type: "line", params: axes(panel, "line", { category: "bottom", value: "left" }) };
    case "horizontal-bars":
      return {
        type: "horizontal_bar",
        params: axes(panel, "histogram", { category: "left", value: "bottom" }),
      };
    case "headline":
      return { type: "metric", params: HEADLINE };
    case "shares":
      return { type: "table", params: shares(panel) };
  }
}

const HEADLINE: JsonObject = {
  addTooltip: true,
  addLegend: false,
  type: "metric",
  metric: {
    percentageMode: false,
    useRanges: false,
    colorSchema: "Green to Red",
    metricColorMode: "None",
    colorsRange: [{ from: 0, to: 10_000 }],
    labels: { show: true },
    invertColors: false,
    // Points; five figures of six digits fit into a row.
    style: { bgFill: "#000", bgColor: false, labelColor: false, subText: "", fontSize: 28 },
  },
};

/** The percentage is of the column's total. Different values are not counted together: one may be in two groups. */
function shares({ measures }: SharesPanel): JsonObject {
  return {
    perPage: 10,
    showPartialRows: false,
    showMetricsAtAllLevels: false,
    sort: { columnIndex: null, direction: null },
    showTotal: !measures.some(isDistinct),
    totalFunc: "sum",
    // By its title.
    percentageCol: measures[0].title,
  };
}

interface Sides {
  readonly category: string;
  readonly value: string;
}

/** The axis is labelled with the measure, so no legend takes a part of the chart. */
function axes(
  { chart, measures: [measure] }: FiguresPanel,
  shape: "histogram" | "line",
  { category, value }: Sides,
): JsonObject {
  const valueAxis = "ValueAxis-1";
  return {
    type: shape,
    grid: { categoryLines: false, valueAxis },
    categoryAxes: [
      {
        id: "CategoryAxis-1",
        type: "category",
        position: category,
        show: true,
        style: {},
        scale: { type: "linear" },
        labels: { show: true, filter: true, truncate: 100 },
        title: {},
      },
    ],
    valueAxes: [
      {
        id: valueAxis,
        name: "LeftAxis-1",
        type: "value",
        position: value,
        show: true,
        style: {},
        scale: { type: "linear", mode: "normal" },
        labels: { show: true, rotate: 0, filter: true, truncate: 100 },
        title: { text: measure.title },
      },
    ],
    seriesParams: [
      {
        show: true,
        type: shape,
        mode: "normal",
        data: { label: measure.title, id: "1" },
        valueAxis,
        drawLinesBetweenPoints: true,
        lineWidth: 2,
        showCircles: true,
        interpolate: "linear",
      },
    ],
    addTooltip: true,
    addLegend: false,
    legendPosition: "right",
    times: [],
    addTimeMarker: false,
    // Bars by value are few enough to say their number.
    labels: { show: chart === "horizontal-bars" },
    thresholdLine: { show: false, value: 10, width: 1, style: "full", color: "#E7664C" },
  };
}
