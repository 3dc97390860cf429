import type { Panel, Width } from "./spec";

/** A panel's place on a dashboard. */
export interface Place<P> {
  readonly panel: P;
  /** Row, the first is 0. */
  readonly row: number;
  /** Columns on its left, of {@link COLUMNS}. */
  readonly left: number;
  /** Columns that it takes. */
  readonly columns: number;
}

/** Columns of a row: halves and thirds fit. */
export const COLUMNS = 6;

const WIDTHS: Readonly<Record<Width, number>> = { third: 2, half: 3, "two-thirds": 4, full: COLUMNS };

/** Places panels in rows from the left, in their order. The last of a row takes what is left of it. */
export function placed<P extends Pick<Panel, "chart" | "width">>(panels: readonly P[]): Place<P>[] {
  const places: Place<P>[] = [];
  let row = 0;
  let left = 0;
  for (const [at, panel] of panels.entries()) {
    const wanted = WIDTHS[widthOf(panel)];
    if (left + wanted > COLUMNS) {
      row += 1;
      left = 0;
    }
    const next = panels[at + 1];
    const isLast = next === undefined || left + wanted + WIDTHS[widthOf(next)] > COLUMNS;
    const columns = isLast ? COLUMNS - left : wanted;
    places.push({ panel, row, left, columns });
    left += columns;
  }
  return places;
}

/** A panel's width, its own or that of its kind. */
export function widthOf({ chart, width }: Pick<Panel, "chart" | "width">): Width {
  if (width !== undefined) return width;
  switch (chart) {
    case "text":
      return "third";
    case "controls":
      return "two-thirds";
    case "headline":
    case "table":
      return "full";
    default:
      return "half";
  }
}
