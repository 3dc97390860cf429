import { EXIT } from "../../lib/exit";
import { type SendReport, Tally } from "../../loadgen/send-report";
import {
  endOfOnce,
  endOfSteadyRun,
  FAILED,
  objectionsOf,
  withFailedInvocations,
  withRefused,
} from "../../local/ending";

function report(change: Partial<SendReport>): SendReport {
  return { ...new Tally(() => 0).snapshot(), read: 5, accepted: 5, acknowledged: 5, ...change };
}

test("a fault keeps the data", () => expect(FAILED).toEqual({ code: EXIT.failed, keepsData: true }));

test.each([
  ["agree", true, false, { code: 0, keepsData: false }],
  ["do not agree", false, false, { code: 1, keepsData: true }],
  ["agree, and Ctrl-C came", true, true, { code: 130, keepsData: false }],
  ["were not compared before Ctrl-C", false, true, { code: 130, keepsData: false }],
])("--once, the layers %s", (_, agree, interrupted, end) => {
  expect(endOfOnce(agree, interrupted)).toEqual(end);
});

test.each<[Partial<SendReport>, readonly string[]]>([
  [{}, []],
  [{ accepted: 0, acknowledged: 0 }, ["the stream acknowledged no line"]],
  [{ acknowledged: 4, failed: 1 }, ["lines not acknowledged: 1"]],
  [{ acknowledged: 0, failed: 5_000 }, ["the stream acknowledged no line", "lines not acknowledged: 5,000"]],
  [{ read: 7, refused: 2 }, ["2 of 7 rows were refused and not sent"]],
  [{ acknowledged: 0, error: "the disk is gone" }, ["the disk is gone"]],
])("objections to a sending that came to %j", (change, objections) => {
  expect(objectionsOf(report(change))).toEqual(objections);
});

test.each([
  [0, { code: 0, keepsData: false }],
  [1, { code: 1, keepsData: false }],
])("a run that was stopped, with %d lines that were not acknowledged", (failed, end) => {
  expect(endOfSteadyRun(report({ failed }), [])).toEqual(end);
});

test("a run that was stopped need not have sent anything, but must have taken in every row", () => {
  expect(endOfSteadyRun(report({ acknowledged: 0 }), []).code).toBe(0);
  expect(endOfSteadyRun(report({ acknowledged: 0 }), ["an invocation failed"]).code).toBe(1);
  expect(endOfSteadyRun(report({ refused: 1 }), []).code).toBe(1);
  expect(endOfSteadyRun(report({ refused: 1 }), [], 1).code).toBe(0);
  expect(endOfSteadyRun(report({ error: "the disk is gone" }), [], 9).code).toBe(1);
});

test.each([
  [0, 2, ["2 of 7 rows were refused and not sent"]],
  [1, 2, ["2 of 7 rows were refused and not sent, more than --max-bad-rows 1"]],
  [2, 2, []],
  [3, 2, []],
])("--max-bad-rows %d, with %d refused rows", (maxBadRows, refused, objections) => {
  expect(objectionsOf(report({ read: 7, refused }), maxBadRows)).toEqual(objections);
});

test("that all layers agree is not said without the rows that were refused", () => {
  const agreed = { agree: true, reasons: [], text: "All layers agree.", code: EXIT.ok };
  const disagreed = { agree: false, reasons: ["x"], text: "THE LAYERS DO NOT AGREE.", code: EXIT.failed };

  expect(withRefused(agreed, report({}))).toBe(agreed);
  expect(withRefused(agreed, report({ read: 7, refused: 1 }))).toEqual({
    ...agreed,
    text: "All layers agree on what was sent; 1 of 7 rows was refused and not sent.",
  });
  expect(withRefused(disagreed, report({ read: 7, refused: 1 }))).toBe(disagreed);
});

test("a deploy that failed is no success, though the layers agree", () => {
  const agree = { agree: true, reasons: [], text: "All layers agree.", code: EXIT.ok };
  expect(withFailedInvocations(agree, [])).toBe(agree);
  expect(withFailedInvocations(agree, ["a failed: no", "b failed: no"])).toEqual({
    agree: false,
    reasons: ["a failed: no", "b failed: no"],
    text: "All layers agree. The deploy failed: a failed: no; b failed: no.",
    code: EXIT.failed,
  });
});
