import { failedText } from "../../loadgen/failed-text";
import { historyText } from "../../loadgen/history-options";

const HOUR_MS = 3_600_000;

test.each([
  [{ spanMs: 365 * 24 * HOUR_MS, lines: 20_000 }, undefined, "20,000 lines of the last 365 days"],
  [{ spanMs: 24 * HOUR_MS, lines: 1 }, undefined, "1 line of the last 1 day"],
  [{ spanMs: HOUR_MS, lines: 2 }, undefined, "2 lines of the last 1 hour"],
  [{ spanMs: 36 * HOUR_MS, lines: 500 }, 500, "500 lines of the last 36 hours"],
  [{ spanMs: 36 * HOUR_MS, lines: 500 }, 400, "400 lines of the last 36 hours"],
])("a history: %j, at most %s lines", (history, most, text) => {
  expect(historyText(history, most)).toBe(text);
});

test.each([
  [[7], "line 7: failed: why"],
  [[7, 8, 9, 12], "lines 7-9, 12: failed: why"],
  [[12, 9, 100, 8], "lines 8-9, 12, 100: failed: why"],
])("lines that failed: %j", (numbers, text) => {
  expect(failedText({ numbers, reason: "why" })).toBe(text);
});
