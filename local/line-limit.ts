import type { History } from "../loadgen/past-times";

/** Default number of lines of `--once`, without a history. */
export const ONCE_LINES = 5_000;

/** What limits the lines of a run. */
interface Limits {
  readonly once: boolean;
  readonly maxCount?: number;
  readonly inputFile?: string;
}

/** Most lines that a run sends, those of its history included; undefined: all of the file, or no limit. */
export function lineLimit(
  { once, maxCount, inputFile }: Limits,
  history: History | undefined,
): number | undefined {
  if (maxCount !== undefined) return maxCount;
  return once && inputFile === undefined ? (history?.lines ?? ONCE_LINES) : undefined;
}
