import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type Json, type JsonObject, type Leaf, leaves } from "../../lib/json";
import type { DataPlane } from "../../local/plan/data-plane";
import { DATA_PLANE_TYPES, readDataPlane } from "../../local/plan/read-data-plane";
import { synthesized } from "../support/synthesized";
import { FIXTURE, writeStack } from "./plan-fixture";

const COMPUTED = { searchEndpoint: "http://127.0.0.1:9200" };

/**
 * What the provider takes for a property that is absent, where the stack may spell that out. Removing such a
 * property changes nothing on AWS either.
 * https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs
 */
const PROVIDER_DEFAULTS: Readonly<Record<string, Json>> = {
  "aws_kinesis_stream.retention_period": 24,
  "aws_kinesis_firehose_delivery_stream.extended_s3_configuration.compression_format": "UNCOMPRESSED",
  "aws_kinesis_firehose_delivery_stream.extended_s3_configuration.s3_backup_mode": "Disabled",
  "aws_kinesis_firehose_delivery_stream.extended_s3_configuration.buffering_size": 5,
  "aws_kinesis_firehose_delivery_stream.extended_s3_configuration.buffering_interval": 300,
  "aws_lambda_function.memory_size": 128,
  "aws_lambda_function.timeout": 3,
  "aws_lambda_function_event_invoke_config.maximum_retry_attempts": 2,
  "aws_lambda_function_event_invoke_config.maximum_event_age_in_seconds": 21_600,
  "aws_lambda_event_source_mapping.batch_size": 100,
  "aws_lambda_event_source_mapping.bisect_batch_on_function_error": false,
  "aws_lambda_event_source_mapping.enabled": true,
  "aws_lambda_event_source_mapping.maximum_batching_window_in_seconds": 0,
  "aws_lambda_event_source_mapping.maximum_record_age_in_seconds": -1,
  "aws_lambda_event_source_mapping.maximum_retry_attempts": -1,
  "aws_lambda_event_source_mapping.parallelization_factor": 1,
  "aws_cloudwatch_event_rule.state": "ENABLED",
  "aws_athena_workgroup.state": "ENABLED",
  "aws_athena_workgroup.configuration.enforce_workgroup_configuration": true,
};

/** Terraform would take it; the local run's grammar has no such thing. */
const EXPRESSION = "$" + "{path.module}";

const folder = mkdtempSync(join(tmpdir(), "mutations-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A stack in a folder of its own, whose document can be replaced again and again. */
class Subject {
  readonly document: JsonObject;

  constructor(private readonly directory: string) {
    const document: unknown = JSON.parse(readFileSync(join(directory, "cdk.tf.json"), "utf8"));
    if (!isJsonObject(document)) throw new Error("a stack is an object");
    this.document = document;
  }

  read(document: Json = this.document): DataPlane {
    writeFileSync(join(this.directory, "cdk.tf.json"), JSON.stringify(document));
    return readDataPlane(this.directory, COMPUTED);
  }

  /** Every leaf of every resource of the data plane. */
  leaves(): Leaf[] {
    const resources = this.document["resource"];
    if (!isJsonObject(resources)) throw new Error("a stack has resources");
    return [...leaves(resources)].filter(({ steps: [type] }) => DATA_PLANE_TYPES.has(String(type)));
  }

  with({ steps }: Leaf, value: Json | undefined): Json {
    return replaced(this.document, ["resource", ...steps], value);
  }
}

/** The document with one value replaced, or removed. */
function replaced(
  document: Json,
  [step, ...rest]: readonly (string | number)[],
  value: Json | undefined,
): Json {
  if (step === undefined) throw new Error("nothing to replace");
  const inner = (child: Json | undefined): Json | undefined =>
    rest.length === 0 ? value : replaced(child ?? null, rest, value);
  if (Array.isArray(document)) {
    return document.flatMap((item: Json, index) => {
      const next = index === step ? inner(item) : item;
      return next === undefined ? [] : [next];
    });
  }
  if (!isJsonObject(document)) throw new Error(`no ${step} in ${JSON.stringify(document)}`);
  const entries = Object.entries(document).flatMap(([key, child]): [string, Json][] => {
    const next = key === step ? inner(child) : child;
    return next === undefined ? [] : [[key, next]];
  });
  return Object.fromEntries(entries);
}

function mutations(value: Json): (Json | undefined)[] {
  if (typeof value === "boolean") return [!value, undefined];
  if (typeof value === "number") return [value + 1, undefined];
  if (typeof value !== "string") return ["mutated", undefined];
  const number = Number(value);
  return [`${value}-mutated`, "mutated", undefined, ...(Number.isNaN(number) ? [] : [String(number + 1)])];
}

/** `type.name` and the path below it, as the list of what is not honoured writes it. */
function placeOf({ path, steps: [type, name] }: Leaf): { address: string; property: string } {
  const address = `${type}.${name}`;
  return { address, property: path.slice(address.length + 1) };
}

function isListed(plane: DataPlane, leaf: Leaf): boolean {
  const { address, property } = placeOf(leaf);
  const place = `${address}.${property.replaceAll(/\[\d+\]/g, "[]")}`;
  return plane.notHonoured.some((line) => {
    const listed = line.split(": ")[0] ?? "";
    return place === listed || place.startsWith(`${listed}.`) || place.startsWith(`${listed}[`);
  });
}

function isDefault(leaf: Leaf): boolean {
  if (Array.isArray(leaf.value)) return leaf.value.length === 0;
  const { property } = placeOf(leaf);
  const key = `${leaf.steps[0]}.${property.replaceAll(/\[\d+\]/g, "")}`;
  return Object.hasOwn(PROVIDER_DEFAULTS, key) && PROVIDER_DEFAULTS[key] === leaf.value;
}

type Verdict =
  | "moves the model"
  | "is listed"
  | "is refused"
  | "is the default"
  | "IS IGNORED"
  | `IS REFUSED BADLY: ${string}`;

function judge(subject: Subject, base: DataPlane, leaf: Leaf, value: Json | undefined): Verdict {
  if (isListed(base, leaf)) return "is listed";
  let mutated: DataPlane;
  try {
    mutated = subject.read(subject.with(leaf, value));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const { address } = placeOf(leaf);
    return message.includes(address) ? "is refused" : `IS REFUSED BADLY: ${message}`;
  }
  if (!isDeepStrictEqual({ ...mutated, notHonoured: [] }, { ...base, notHonoured: [] }))
    return "moves the model";
  if (value === undefined && isDefault(leaf)) return "is the default";
  return "IS IGNORED";
}

let subjects: Record<string, Subject>;

beforeAll(async () => {
  for (const name of ["dev", "prod"] as const) {
    cpSync(await synthesized(name), join(folder, name), { recursive: true });
  }
  writeStack(join(folder, "fixture"), FIXTURE);
  subjects = Object.fromEntries(
    ["dev", "prod", "fixture"].map((name) => [name, new Subject(join(folder, name))]),
  );
}, 60_000);

describe.each(["dev", "prod", "fixture"])("the data plane of %s", (name) => {
  function prepare() {
    const subject = subjects[name];
    if (subject === undefined) throw new Error(`${name} was not prepared`);
    return { subject, base: subject.read(), all: subject.leaves() };
  }

  test("every mutation of every property moves the model, is refused, or was listed", () => {
    const { subject, base, all } = prepare();
    const counts = new Map<Verdict, number>();
    const bad: string[] = [];
    for (const leaf of all) {
      for (const value of mutations(leaf.value)) {
        const verdict = judge(subject, base, leaf, value);
        counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
        if (verdict.startsWith("IS ")) bad.push(`${leaf.path} = ${JSON.stringify(value)} ${verdict}`);
      }
    }
    expect(bad).toEqual([]);
    expect(all.length).toBeGreaterThan(60);
    for (const verdict of ["moves the model", "is listed", "is refused"] as const) {
      expect(counts.get(verdict) ?? 0).toBeGreaterThan(20);
    }
  });

  test("every property that is honoured refuses an expression outside of the grammar, by its full name", () => {
    const { subject, base, all } = prepare();
    const bad: string[] = [];
    const honoured = all.filter((leaf) => !isListed(base, leaf));
    expect(honoured.length).toBeGreaterThan(40);
    for (const leaf of honoured) {
      const document = subject.with(leaf, EXPRESSION);
      const { address, property } = placeOf(leaf);
      try {
        subject.read(document);
        bad.push(`${leaf.path} is taken`);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (!message.startsWith(`${address}.${property}: `) || !message.includes(EXPRESSION)) {
          bad.push(`${leaf.path} is refused as ${message}`);
        }
      }
    }
    expect(bad).toEqual([]);
  });

  test("what is listed is nothing unknown", () => {
    const { base } = prepare();
    expect(base.notHonoured.filter((line) => line.includes("not known"))).toEqual([]);
  });

  test("a property that nobody has heard of is listed", () => {
    const { subject, base, all } = prepare();
    for (const type of new Set(all.map(({ steps: [type] }) => type))) {
      const leaf = all.find(({ steps: [candidate] }) => candidate === type);
      if (leaf === undefined) throw new Error("there is one");
      const { address } = placeOf(leaf);
      const path = ["resource", ...leaf.steps.slice(0, 2)];
      const body = path.reduce<Json>(
        (value, step) => (isJsonObject(value) ? (value[step] ?? null) : null),
        subject.document,
      );
      const plane = subject.read(
        replaced(subject.document, path, { ...(isJsonObject(body) ? body : {}), novelty: { depth: [1] } }),
      );
      expect(plane).toEqual({ ...base, notHonoured: expect.anything() });
      expect(plane.notHonoured).toContain(`${address}.novelty.depth[]: not known to the local run`);
    }
  });
});
