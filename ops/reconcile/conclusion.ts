import { EXIT, type ExitCode } from "../../lib/exit";
import type { Comparison, LayerName } from "./compare";

/** The parts of a comparison that decide its conclusion. */
export type Compared = Pick<
  Comparison,
  "agree" | "acknowledged" | "counts" | "quarantined" | "notComparable"
>;

/** Conclusion of a comparison. */
export interface Conclusion {
  /** Every layer was compared, on at least one line, and nothing is wrong. */
  readonly agree: boolean;
  /** Reasons against "all layers agree"; empty when they do. */
  readonly reasons: readonly string[];
  /** One line for a person. */
  readonly text: string;
  readonly code: ExitCode;
}

const LAYERS: Readonly<Record<LayerName, string>> = {
  raw: "the raw zone",
  parquet: "Parquet",
  indexed: "the search index",
};

/** The layers that a system has. */
export function layersOf(has: { readonly batch: boolean; readonly speed: boolean }): readonly LayerName[] {
  return [...(has.batch ? (["raw", "parquet"] as const) : []), ...(has.speed ? (["indexed"] as const) : [])];
}

/** Layers of the environment that were not compared. */
export function notCompared({ counts }: Pick<Compared, "counts">, layers: readonly LayerName[]): LayerName[] {
  return layers.filter((layer) => counts[layer] === undefined);
}

/**
 * Draws the conclusion. Pure.
 * @param layers of the environment, see {@link layersOf}
 * @param objections other reasons against "all layers agree", such as lines that never reached the stream
 */
export function conclude(
  found: Compared,
  layers: readonly LayerName[],
  objections: readonly string[] = [],
): Conclusion {
  const reasons = [
    ...(found.agree ? [] : ["the layers do not agree"]),
    ...(isEmpty(found) ? ["there was no line to compare"] : []),
    ...(found.notComparable === 0
      ? []
      : [
          `${found.notComparable} lines expired in the stream, and there is no raw zone to compare them with`,
        ]),
    ...notCompared(found, layers).map((layer) => `${LAYERS[layer]} was not compared`),
    ...objections,
  ];
  const agree = reasons.length === 0;
  return { agree, reasons, text: textOf(found, reasons), code: agree ? EXIT.ok : EXIT.failed };
}

function isEmpty({ acknowledged, counts, quarantined }: Compared): boolean {
  return acknowledged + quarantined + Object.values(counts).reduce((sum, lines) => sum + lines, 0) === 0;
}

function textOf({ agree }: Compared, reasons: readonly string[]): string {
  if (!agree)
    return ["THE LAYERS DO NOT AGREE.", ...reasons.slice(1).map((reason) => `Also, ${reason}.`)].join(" ");
  if (reasons.length === 0) return "All layers agree.";
  return `It could not be determined whether all layers agree: ${reasons.join("; ")}.`;
}
