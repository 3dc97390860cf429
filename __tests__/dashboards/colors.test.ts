import { COLORS } from "../../dashboards/colors";

type Rgb = readonly [number, number, number];

const names = Object.keys(COLORS) as (keyof typeof COLORS)[];

/** Linear light of a colour, by https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function linear(hex: string): Rgb {
  const part = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

function times(matrix: readonly Rgb[], [a, b, c]: Rgb): Rgb {
  const [x = 0, y = 0, z = 0] = matrix.map(([p, q, r]) => p * a + q * b + r * c);
  return [x, y, z];
}

function contrast(one: string, other: string): number {
  const luminance = (hex: string): number => times([[0.2126, 0.7152, 0.0722]], linear(hex))[0];
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** CIE L*a*b* of linear sRGB under D65. */
function lab(color: Rgb): Rgb {
  const xyz: readonly Rgb[] = [
    [0.4124, 0.3576, 0.1805],
    [0.2126, 0.7152, 0.0722],
    [0.0193, 0.1192, 0.9505],
  ];
  const [x, y, z] = times(xyz, color);
  const f = (t: number): number => (t > 216 / 24_389 ? Math.cbrt(t) : (24_389 / 27) * (t / 116) + 16 / 116);
  const [fx, fy, fz] = [f(x / 0.9505), f(y), f(z / 1.089)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

/** Machado, Oliveira and Fernandes 2009, severity 1, for linear light: https://doi.org/10.1109/TVCG.2009.113 */
const SIGHTS: Readonly<Record<string, readonly Rgb[]>> = {
  "of all colours": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Of parts of a picture, by https://www.w3.org/TR/WCAG22/#non-text-contrast */
const LEAST_CONTRAST = 3;
/** A difference of 2.3 in L*a*b* is just noticeable; a chart's colours have to differ at a glance. */
const LEAST_DIFFERENCE = 10;

describe("the palette", () => {
  test.each([
    ["white", "#FFFFFF"],
    ["the dark theme of OpenSearch Dashboards", "#1D1E24"],
  ])("each colour stands out from %s", (_, background) => {
    for (const name of names) {
      expect([name, contrast(COLORS[name], background) >= LEAST_CONTRAST]).toEqual([name, true]);
    }
  });

  test.each(Object.entries(SIGHTS))("two colours can be told apart with sight %s", (_, sight) => {
    for (const one of names) {
      for (const other of names.slice(names.indexOf(one) + 1)) {
        const [a, b] = [one, other].map((name) => lab(times(sight, linear(COLORS[name as "blue"]))));
        const [p, q] = [a as Rgb, b as Rgb];
        const difference = Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
        expect([one, other, difference >= LEAST_DIFFERENCE]).toEqual([one, other, true]);
      }
    }
  });
});
