/**
 * The colours of measures: four of the palette of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people with any kind
 * of colour blindness can tell apart. The others of it are too pale for a white background.
 */
export const COLORS = {
  blue: "#0072B2",
  green: "#009E73",
  orange: "#D55E00",
  pink: "#CC79A7",
} as const satisfies Readonly<Record<string, string>>;

/** A colour of the palette. */
export type Color = keyof typeof COLORS;

/** The colour of a measure that names none. */
export const DEFAULT_COLOR: Color = "blue";
