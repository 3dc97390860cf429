import { differences } from "./compare-synth";

const STACK = {
  resource: {
    aws_lambda_function: { F: { filename: "a.zip", source_code_hash: "x", memory_size: 128 } },
    aws_cloudwatch_metric_alarm: { A: { alarm_description: "old", metric_name: "Old", threshold: 1 } },
    aws_lambda_invocation: { I: { input: '{"shards":1,"description":"old"}', triggers: { code: "x" } } },
  },
};

test("hashes, paths of bundles and descriptions are left out, in documents within documents too", () => {
  const after = structuredClone(STACK);
  Object.assign(after.resource.aws_lambda_function.F, { filename: "b.zip", source_code_hash: "y" });
  after.resource.aws_cloudwatch_metric_alarm.A.alarm_description = "new";
  Object.assign(after.resource.aws_lambda_invocation.I, {
    input: '{"shards":1,"description":"new"}',
    triggers: { code: "y" },
  });
  expect(differences(STACK, after)).toEqual([]);
});

test("every other difference is named by its address: a value, one that is new, one that is gone", () => {
  const after = structuredClone(STACK);
  after.resource.aws_lambda_function.F.memory_size = 256;
  after.resource.aws_lambda_invocation.I.input = '{"shards":2,"description":"old"}';
  Object.assign(after.resource.aws_cloudwatch_metric_alarm, { B: {} });
  expect(differences(STACK, after)).toEqual([
    "resource.aws_lambda_function.F.memory_size: 128 → 256",
    "resource.aws_cloudwatch_metric_alarm.B: undefined → {}",
    "resource.aws_lambda_invocation.I.input.shards: 1 → 2",
  ]);
  expect(differences(after, STACK)).toHaveLength(3);
});

test("the name of a metric may change only where it is given", () => {
  const after = structuredClone(STACK);
  after.resource.aws_cloudwatch_metric_alarm.A.metric_name = "New";
  expect(differences(STACK, after)).toHaveLength(1);
  expect(differences(STACK, after, ["New"])).toEqual([]);
});
