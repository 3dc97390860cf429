import { contractOf } from "../../local/plan/contract";
import type { FunctionModel } from "../../local/plan/data-plane";

function model(name: string, environment: Readonly<Record<string, string>>): FunctionModel {
  return { address: `aws_lambda_function.${name}`, environment } as FunctionModel;
}

const CONTRACT = "v1 paid_at till:t paid_at:m";

test("two systems in one stack are an error that names both and says what to do", () => {
  const functions = [model("Readings", { CONTRACT }), model("Payments", { CONTRACT: "another" })];
  expect(() => contractOf({ functions, tables: [] })).toThrow(
    'aws_lambda_function.Payments.environment.variables.CONTRACT: is "another", but ' +
      `aws_lambda_function.Readings.environment.variables.CONTRACT is "${CONTRACT}": these are two systems. ` +
      "The commands take a stack of one: synthesize each in a stack of its own",
  );
});

test("a stack without a contract is an error", () => {
  expect(() => contractOf({ functions: [model("Other", {})], tables: [] })).toThrow("CONTRACT");
});
