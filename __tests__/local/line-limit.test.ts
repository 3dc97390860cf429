import { lineLimit, ONCE_LINES } from "../../local/line-limit";

const HISTORY = { spanMs: 3_600_000, lines: 20_000 };

test.each([
  ["--once", { once: true }, undefined, ONCE_LINES],
  ["--once with a history: all of it", { once: true }, HISTORY, 20_000],
  ["--once with a file: all of it", { once: true, inputFile: "rows.csv" }, undefined, undefined],
  ["an explicit limit counts a history's lines", { once: true, maxCount: 400 }, HISTORY, 400],
  ["an explicit limit of a file", { once: true, maxCount: 0, inputFile: "rows.csv" }, undefined, 0],
  ["without --once", { once: false }, HISTORY, undefined],
  ["without --once, an explicit limit", { once: false, maxCount: 7 }, undefined, 7],
])("%s", (_, limits, history, most) => {
  expect(lineLimit(limits, history)).toBe(most);
});
