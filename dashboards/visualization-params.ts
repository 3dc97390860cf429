import type { JsonObject } from "../lib/json";
import type { FiguresPanel, Measure } from "./spec";

/** Type and params of a visualization, in the terms of OpenSearch Dashboards. */
interface VisualizationParams {
  readonly type: "histogram" | "horizontal_bar" | "line";
  readonly params: JsonObject;
}

/**
 * Visualization of a panel. The params are the defaults of the plugin `vis_type_vislib`, with the panel's series in
 * them.
 */
export function visualizationParams(panel: FiguresPanel): VisualizationParams {
  switch (panel.chart) {
    case "bars":
      return {
        type: "histogram",
        params: axes(panel, "histogram", { category: "bottom", values: ["left", "right"] }),
      };
    case "line":
      return { type: "line", params: axes(panel, "line", { category: "bottom", values: ["left", "right"] }) };
    case "horizontal-bars":
      return {
        type: "horizontal_bar",
        params: axes(panel, "histogram", { category: "left", values: ["bottom", "top"] }),
      };
  }
}

interface Sides {
  readonly category: string;
  /** Axes of the first and the second unit. */
  readonly values: readonly [string, string];
}

/**
 * Each unit has its own axis, because a bar of a thousand pounds and one of ten lines do not fit on one. Plain numbers
 * share one.
 */
function axes(
  { measures }: FiguresPanel,
  shape: "histogram" | "line",
  { category, values }: Sides,
): JsonObject {
  const scales = [...new Set(measures.map(scaleOf))];
  const axisOf = (measure: Measure): string => `ValueAxis-${scales.indexOf(scaleOf(measure)) + 1}`;
  return {
    type: shape,
    grid: { categoryLines: false },
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
    valueAxes: scales.map((scale, at) => ({
      id: `ValueAxis-${at + 1}`,
      name: at === 0 ? "LeftAxis-1" : `RightAxis-${at}`,
      type: "value",
      position: values[at === 0 ? 0 : 1],
      show: true,
      style: {},
      scale: { type: "linear", mode: "normal" },
      labels: { show: true, rotate: 0, filter: true, truncate: 100 },
      title: {
        text: measures
          .filter((measure) => scaleOf(measure) === scale)
          .map(({ title }) => title)
          .join(", "),
      },
    })),
    seriesParams: measures.map((measure, at) => ({
      show: true,
      type: shape,
      mode: "normal",
      data: { label: measure.title, id: String(at + 1) },
      valueAxis: axisOf(measure),
      drawLinesBetweenPoints: true,
      lineWidth: 2,
      showCircles: true,
      interpolate: "linear",
    })),
    addTooltip: true,
    addLegend: true,
    legendPosition: "right",
    times: [],
    addTimeMarker: false,
    labels: { show: false },
    thresholdLine: { show: false, value: 10, width: 1, style: "full", color: "#E7664C" },
  };
}

function scaleOf({ unit }: Measure): string {
  return unit?.text ?? "";
}
