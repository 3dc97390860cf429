import { TerraformVariable } from "cdktf";
import { text, timestamp } from "../../contract/column";
import { type Contract, defineContract } from "../../contract/define";
import { IngestBatch, RetailBi } from "../../modules";
import { functionRole, NodeFunction } from "../../modules/functions/node-function";
import { EncryptionKey } from "../../modules/security/encryption-key";
import { LOCATION } from "../support/environments";
import { object, Template } from "../support/template";

/** A contract of that many columns, with names of `characters` each. */
function contractOf(columns: number, characters: number): Contract {
  const names = Array.from({ length: columns - 1 }, (_, index) => `c${index}`.padEnd(characters, "_"));
  return defineContract({
    name: "wide_records",
    eventTime: "at",
    columns: { at: timestamp(), ...Object.fromEntries(names.map((name) => [name, text()])) },
  });
}

describe("a function's variables", () => {
  const build = (environment: (reference: string) => Record<string, string>) =>
    Template.of((stack) => {
      const key = new EncryptionKey(stack, "Key", {
        ...{ alias: "alias/key", description: "test", location: LOCATION, deletionDays: 7, protected: false },
      });
      new NodeFunction(stack, "Tested", {
        ...{ location: LOCATION, key, logRetentionDays: 7, name: "tested", description: "test" },
        ...{ folder: "validate-records", timeoutSeconds: 3, memoryMiB: 128 },
        role: functionRole(stack, "Role", "named-by-us"),
        environment: environment(new TerraformVariable(stack, "Variable", { type: "string" }).stringValue),
      });
    });
  const measured = (build_: () => unknown): string => {
    try {
      build_();
    } catch (error) {
      return String(error);
    }
    return "fits";
  };

  test.each([
    ["text", "x".repeat(4096 - '{"NAME":""}'.length)],
    ["text of more than one byte a character", "ü".repeat((4095 - '{"NAME":""}'.length) / 2)],
    ["text that JSON escapes", '"'.repeat((4095 - '{"NAME":""}'.length) / 2)],
  ])("%s: as many bytes as Lambda takes fit, one more does not", (_, value) => {
    const bytes = Buffer.byteLength(JSON.stringify({ NAME: value }));
    const rest = "x".repeat(4096 - bytes);
    expect(measured(() => build(() => ({ NAME: value + rest })))).toBe("fits");
    expect(measured(() => build(() => ({ NAME: `${value}${rest}x` })))).toBe(
      "RangeError: test/Tested: the environment variables have 4097 bytes, and Lambda takes 4096; the largest is NAME with 4096",
    );
  });

  test("several are counted together, and the largest is named", () => {
    expect(measured(() => build(() => ({ ONE: "x".repeat(2000), TWO: "x".repeat(2100) })))).toMatch(
      `have ${JSON.stringify({ ONE: "x".repeat(2000), TWO: "x".repeat(2100) }).length} bytes, and Lambda takes 4096; the largest is TWO with 2109`,
    );
  });

  test("a token counts 256 bytes, what stands around it counts as well", () => {
    const literal = "x".repeat(4096 - '{"NAME":""}'.length - 256);
    expect(measured(() => build((token) => ({ NAME: literal + token })))).toBe("fits");
    expect(measured(() => build((token) => ({ NAME: `${literal}x${token}` })))).toMatch("have 4097 bytes");
  });
});

describe("a wide contract", () => {
  test("of 200 columns fits into every function of a system that knows neither account nor region", () => {
    const contract = contractOf(200, 12);
    const template = Template.of((stack) => new RetailBi(stack, "Wide", { contract }));
    const sizes = template.resources("aws_lambda_function").map(({ properties }) => {
      const { variables } = object(properties["environment"] ?? {});
      return JSON.stringify(variables).length;
    });
    expect(sizes).toHaveLength(4);
    expect(Math.max(...sizes)).toBeGreaterThan(3200);
  });

  test.each([
    ["ValidateRecords/Function", "CONTRACT", 200, 20],
    ["MergeSmallFiles/Function", "COLUMN_NAMES", 100, 36],
  ])("is refused by %s, which names %s", (path, variable, columns, characters) => {
    const withOthers = (stack: Parameters<Parameters<typeof Template.of>[0]>[0]) =>
      new IngestBatch(stack, "Wide", { contract: contractOf(columns, characters) });
    expect(() => Template.of(withOthers)).toThrow(
      RegExp(
        `^test/Wide/${path}: the environment variables have \\d+ bytes.* the largest is ${variable} with`,
      ),
    );
  });
});
