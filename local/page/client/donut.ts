import { dimensionColumn, type Row } from "../../../dashboards/rows";
import type { FiguresPanel } from "../../../dashboards/spec";
import { el, svg } from "./dom";
import { classesTable } from "./tables";

const SIZE = 148;
const THICKNESS = 22;

/** The share of each class in the first measure, with a legend that has all figures. */
export function donut(panel: FiguresPanel, rows: readonly Row[]): HTMLElement {
  const [first] = panel.measures;
  const named = dimensionColumn(panel.dimension);
  const values = rows.map((row) => Math.max(0, Number(row[first.id])));
  const all = values.reduce((sum, value) => sum + value, 0);
  const radius = (SIZE - THICKNESS) / 2;
  const around = 2 * Math.PI * radius;
  const spoken = rows.map((row) => `${row[named.id]} ${row[first.id]}`).join(", ");
  const drawing = svg("svg", {
    class: "donut",
    viewBox: `0 0 ${SIZE} ${SIZE}`,
    role: "img",
    "aria-label": `${first.title}: ${spoken}`,
  });
  let begun = 0;
  for (const [at, value] of values.entries()) {
    const length = all === 0 ? 0 : (value / all) * around;
    drawing.append(
      svg("circle", {
        class: `arc class-${at}`,
        cx: SIZE / 2,
        cy: SIZE / 2,
        r: radius,
        "stroke-width": THICKNESS,
        "stroke-dasharray": `${length} ${around - length}`,
        "stroke-dashoffset": -begun,
        transform: `rotate(-90 ${SIZE / 2} ${SIZE / 2})`,
      }),
    );
    begun += length;
  }
  return el("div", { class: "donut-frame" }, drawing, classesTable(panel, rows));
}
