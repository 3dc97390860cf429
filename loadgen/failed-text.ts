import type { FailedLines } from "./put-with-retry";

/** Such as `lines 7-12, 15: failed: …`. */
export function failedText({ numbers, reason }: FailedLines): string {
  const ranges: { from: number; to: number }[] = [];
  // Records that were throttled or failed before are not in the order of the source.
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.to === number - 1) last.to = number;
    else ranges.push({ from: number, to: number });
  }
  const shown = ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
  return `${numbers.length === 1 ? "line" : "lines"} ${shown}: failed: ${reason}`;
}
