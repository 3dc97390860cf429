import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";
import { IngestBatch, RetailBi, type RetailBiProps, SpeedLayer } from "../../modules";
import { meterReadings } from "../support/meter-readings";

const LOCATION = { accountId: "123456789012", region: "eu-west-1" };
const contract = meterReadings;

function stackIn(app: App, id: string): TerraformStack {
  const stack = new TerraformStack(app, id);
  new AwsProvider(stack, "Aws", { region: LOCATION.region });
  return stack;
}

function two(first: Partial<RetailBiProps>, second: Partial<RetailBiProps>, inOneStack = true): () => void {
  return () => {
    const app = new App();
    const one = stackIn(app, "one");
    const other = inOneStack ? one : stackIn(app, "other");
    new RetailBi(one, "First", { contract, ...first });
    new RetailBi(other, "Second", { contract, ...second });
  };
}

test("two systems with one prefix in a stack are an error that names both", () => {
  expect(two({}, {})).toThrow(
    new RangeError(
      'one/First and one/Second: the prefix of both is "meterreadings", so both would own the same names, such as ' +
        'keyAlias "alias/meterreadings-retail-bi"; give one of them another prefix',
    ),
  );
  expect(two({ prefix: "meters" }, { prefix: "meters" })).toThrow("one/First and one/Second");
});

test("so are two in one account and region, in different stacks of an app", () => {
  expect(two({ location: LOCATION }, { location: LOCATION }, false)).toThrow("one/First and other/Second");
});

test("another prefix, another place, and a place that only AWS knows are none", () => {
  expect(two({}, { prefix: "meters" })).not.toThrow();
  expect(
    two({ location: LOCATION }, { location: { ...LOCATION, region: "eu-north-1" } }, false),
  ).not.toThrow();
  expect(two({}, {}, false)).not.toThrow();
});

test("a layer that is alone beside a system with its prefix is an error, and two different layers are none", () => {
  const stack = stackIn(new App(), "one");
  const { key, stream, lake } = new IngestBatch(stack, "Batch", { contract });
  new SpeedLayer(stack, "Speed", { contract, key, source: stream, lake });
  expect(() => new RetailBi(stack, "System", { contract, key })).toThrow(
    "one/Batch and one/System/IngestBatch: the prefix of both",
  );
});
