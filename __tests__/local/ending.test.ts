import { EXIT } from "../../lib/exit";
import { type Account, Tally } from "../../loadgen/account";
import { endOfOnce, endOfSteadyRun, FAILED, objectionsOf } from "../../local/ending";

function account(change: Partial<Account>): Account {
  return { ...new Tally(() => 0).snapshot(), offered: 5, acknowledged: 5, ...change };
}

test("a fault keeps the data", () => expect(FAILED).toEqual({ code: EXIT.failed, keepsData: true }));

test.each([
  ["agree", true, false, { code: 0, keepsData: false }],
  ["do not agree", false, false, { code: 1, keepsData: true }],
  ["agree, and Ctrl-C came", true, true, { code: 130, keepsData: true }],
  ["were not compared before Ctrl-C", false, true, { code: 130, keepsData: true }],
])("--once, the layers %s", (_, agree, interrupted, end) => {
  expect(endOfOnce(agree, interrupted)).toEqual(end);
});

test.each<[Partial<Account>, readonly string[]]>([
  [{}, []],
  [{ offered: 0, acknowledged: 0 }, ["the stream acknowledged no line"]],
  [{ acknowledged: 4, givenUp: 1 }, ["lines sent and not acknowledged: 1"]],
  [
    { acknowledged: 0, givenUp: 5_000 },
    ["the stream acknowledged no line", "lines sent and not acknowledged: 5,000"],
  ],
])("objections to a sending that came to %j", (change, objections) => {
  expect(objectionsOf(account(change))).toEqual(objections);
});

test.each([
  [0, { code: 0, keepsData: false }],
  [1, { code: 1, keepsData: false }],
])("a run that was stopped, with %d lines that were not acknowledged", (givenUp, end) => {
  expect(endOfSteadyRun(account({ givenUp }))).toEqual(end);
});
