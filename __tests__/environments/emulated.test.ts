import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformStack } from "cdktf";
import {
  chooseEnvironments,
  EnvironmentModuleError,
  UnknownEnvironmentError,
} from "../../environments/choose";
import { dev } from "../../environments/dev";
import type { EnvironmentDefinition } from "../../environments/environment";
import { prod } from "../../environments/prod";
import { addStacks } from "../../stacks/add-stacks";
import { LOCATION } from "../support/environments";
import { type Json, type JsonObject, object } from "../support/template";
import { unvalidatedApp } from "../support/test-app";
import {
  DIFFERENCES,
  type Difference,
  DOMAIN_VARIABLE,
  EmulatedEnvironmentError,
  environment as emulated,
  FOUND_DOMAIN,
  PROTECTION_VARIABLE,
  withEveryOption,
} from "../terraform/emulated/environment";

/** The stacks of an environment as `synth` writes them, by what comes after its name. */
function synthesize(definition: EnvironmentDefinition): ReadonlyMap<string, JsonObject> {
  const app = unvalidatedApp();
  addStacks(app, [{ ...definition, location: LOCATION }]);
  app.synth();
  return new Map(
    app.node.children.filter(TerraformStack.isStack).map((stack) => {
      const text = readFileSync(join(app.outdir, "stacks", stack.node.id, "cdk.tf.json"), "utf8");
      return [stack.node.id.slice(definition.name.length), JSON.parse(text)];
    }),
  );
}

/** Every leaf of a document, by its path. */
function leaves(value: Json, path: readonly string[] = []): Map<string, Json> {
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) {
    return new Map([[path.join(" "), value]]);
  }
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, [...path, key])]));
}

/** The stand-in does not know QuickSight; its layer is planned and validated only. */
const QUICKSIGHT = ["serving.quickSight.enabled", "serving.quickSight.principals"];

/** Settings that leave something out: `false`, or a list of nothing. */
function switchedOff(settings: object, path: readonly string[] = []): string[] {
  return Object.entries(settings).flatMap(([key, value]: [string, unknown]) => {
    const here = [...path, key];
    if (value === false || (Array.isArray(value) && value.length === 0)) return [here.join(".")];
    return typeof value === "object" && value !== null ? switchedOff(value, here) : [];
  });
}

/** Paths whose leaf differs, with both values. */
function differing(one: JsonObject, other: JsonObject): Map<string, { one?: Json; other?: Json }> {
  const [left, right] = [leaves(one), leaves(other)];
  return new Map(
    [...new Set([...left.keys(), ...right.keys()])]
      .filter((path) => JSON.stringify(left.get(path)) !== JSON.stringify(right.get(path)))
      .map((path) => {
        const [a, b] = [left.get(path), right.get(path)];
        return [path, { ...(a !== undefined && { one: a }), ...(b !== undefined && { other: b }) }];
      }),
  );
}

/** The difference that accounts for a changed path, if one does. */
function accountedFor(path: string, differences: readonly Difference[]): Difference | undefined {
  const [kind = "", type, , ...rest] = path.split(" ");
  return differences.find((difference) => {
    if (difference.type !== type) return false;
    if (difference.effect === "left out" && difference.property === "all") return true;
    if (kind === "provider") return rest[0] === difference.property;
    if (difference.effect !== "not compared") return rest[0] === difference.property;
    return rest[0] === "lifecycle" && rest[1] === "ignore_changes";
  });
}

const environment = emulated({});
const { overrides: _, ...asOnAws } = environment;
const STACKS = synthesize(environment);
const ON_AWS = synthesize(asOnAws);
const changed = [...STACKS].flatMap(([stack, json]) => [
  ...differing(ON_AWS.get(stack) ?? {}, json).entries(),
]);
const ALL = [...DIFFERENCES, FOUND_DOMAIN];

describe("the emulated environment", () => {
  test("is prod under another name, with everything that is optional", () => {
    expect({ ...asOnAws, name: "prod" }).toEqual(withEveryOption(prod));
    expect(switchedOff(asOnAws)).toEqual(QUICKSIGHT);
    expect(switchedOff(prod)).toEqual([
      "network.nat",
      "speed.readerRoleArns",
      "speed.administratorRoleArns",
      "bastion.enabled",
      "bastion.putRecords",
      ...QUICKSIGHT,
      "operations.alarmSubscriptions",
    ]);
  });

  test("differs only in what is listed, with the reason", () => {
    const unexplained = changed
      .map(([path]) => path)
      .filter(
        (path) => !/^(import|\/\/ metadata imports) /.test(path) && accountedFor(path, ALL) === undefined,
      );
    expect(unexplained).toEqual([]);
    expect(STACKS.get("")?.["import"]).toEqual([
      { id: "emulated-salesv1", to: expect.stringMatching(/^aws_opensearch_domain\./) },
    ]);
    for (const { reason } of ALL) expect(reason.split(" ").length).toBeGreaterThan(5);
  });

  test.each(ALL.map((difference) => [`${difference.type}.${difference.property}`, difference] as const))(
    "%s is still needed",
    (_name, difference) => {
      expect(changed.some(([path]) => accountedFor(path, [difference]) !== undefined)).toBe(true);
    },
  );
});

describe("what the stand-in cannot hold", () => {
  const taken = ALL.filter(({ effect }) => effect !== "added");

  test.each(
    [dev, prod].flatMap((definition) =>
      taken.map(
        (difference) =>
          [
            difference.effect,
            `${difference.type}.${difference.property}`,
            definition.name,
            difference,
            definition,
          ] as const,
      ),
    ),
  )("is %s: %s, but %s has it", (_effect, _name, _environment, difference, definition) => {
    const [stacks, withOptions] = [synthesizedOnce(definition), synthesizedWithEveryOption(definition)];
    expect([...ON_AWS.values()].flatMap((json) => concerned(json, difference))).not.toEqual([]);
    for (const [stack, json] of ON_AWS) {
      for (const address of concerned(json, difference)) {
        const [kind = "", type = "", id = ""] = address;
        const find = (all: ReadonlyMap<string, JsonObject>) =>
          object(object(object(all.get(stack) ?? {})[kind] ?? {})[type] ?? {})[id];
        const block = find(stacks) ?? find(withOptions);
        const wanted = difference.property === "all" ? {} : { [difference.property]: expect.anything() };
        expect({ address, block }).toMatchObject({ address, block: wanted });
        const ignored = object(object(block ?? {})["lifecycle"] ?? {})["ignore_changes"] ?? [];
        expect(ignored).not.toContain(difference.property);
      }
    }
  });

  test("in AWS, every bucket denies everything but TLS", () => {
    for (const stacks of [synthesizedOnce(dev), synthesizedOnce(prod)]) {
      const denials = [...stacks.values()].flatMap((json) =>
        [...leaves(json)].filter(
          ([path, value]) => /policy_document .* actions \d+$/.test(path) && value === "s3:*",
        ),
      );
      expect(denials).toHaveLength(6);
    }
    const emulatedDenials = [...STACKS.values()].flatMap((json) =>
      [...leaves(json)].filter(([, value]) => value === "s3:PutBucketWebsite"),
    );
    expect(emulatedDenials).toHaveLength(6);
  });

  test("no environment in AWS has overrides, retries less, or imports", () => {
    for (const definition of [dev, prod]) {
      expect(definition).not.toHaveProperty("overrides");
      for (const json of synthesizedOnce(definition).values()) {
        expect(JSON.stringify(json["provider"])).not.toContain("max_retries");
        expect(json).not.toHaveProperty("import");
      }
    }
  });
});

const once = new Map<string, ReadonlyMap<string, JsonObject>>();
function synthesizedOnce(definition: EnvironmentDefinition, key = definition.name) {
  const known = once.get(key) ?? synthesize(definition);
  once.set(key, known);
  return known;
}

/** For what the environment itself leaves off. */
function synthesizedWithEveryOption(definition: EnvironmentDefinition) {
  return synthesizedOnce(withEveryOption(definition), `${definition.name} with every option`);
}

/** Where a difference was applied. */
function concerned(json: JsonObject, difference: Difference): string[][] {
  const found = changed
    .map(([path]) => path)
    .filter((path) => accountedFor(path, [difference]) !== undefined)
    .map((path) => path.split(" ").slice(0, 3));
  return found.filter(([kind = "", type = "", id = ""]) => {
    const types = json[kind];
    return types !== undefined && object(object(types)[type] ?? {})[id] !== undefined;
  });
}

describe("the choice of environments", () => {
  const MODULE = join(__dirname, "../terraform/emulated/environment.ts");
  const names = (variables: Record<string, string>) =>
    chooseEnvironments({ RETAIL_BI_ENVIRONMENT_MODULE: MODULE, ...variables }).map(({ name }) => name);

  test("without one, those that live of the folder are synthesized", () => {
    expect(names({})).toEqual(["dev", "prod"]);
  });

  test("that of a module only when it is named", () => {
    expect(names({ RETAIL_BI_ENVIRONMENTS: "emulated" })).toEqual(["emulated"]);
    expect(names({ RETAIL_BI_ENVIRONMENTS: "prod, emulated" })).toEqual(["prod", "emulated"]);
  });

  test("an unknown one is refused by name", () => {
    const choose = () => names({ RETAIL_BI_ENVIRONMENTS: "dev,qa" });
    expect(choose).toThrow(UnknownEnvironmentError);
    expect(choose).toThrow('RETAIL_BI_ENVIRONMENTS names "qa"; there are dev, prod, emulated');
  });

  test("a module without an environment is refused by name", () => {
    const choose = () => names({ RETAIL_BI_ENVIRONMENTS: "dev", RETAIL_BI_ENVIRONMENT_MODULE: __filename });
    expect(choose).toThrow(EnvironmentModuleError);
  });

  test("protection and domain of the emulated one are chosen by variables", () => {
    expect(emulated({}).protected).toBe(true);
    expect(emulated({ [PROTECTION_VARIABLE]: "disposable" }).protected).toBe(false);
    const made = synthesize(emulated({ [DOMAIN_VARIABLE]: "made" })).get("");
    expect(made).not.toHaveProperty("import");
    expect(() => emulated({ [PROTECTION_VARIABLE]: "" })).toThrow(EmulatedEnvironmentError);
    expect(() => emulated({ [DOMAIN_VARIABLE]: "none" })).toThrow(
      'RETAIL_BI_EMULATED_DOMAIN is "none"; found or made is allowed',
    );
  });
});
