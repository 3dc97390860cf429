import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../../environments/environment";
import { addStacks } from "../../stacks/add-stacks";
import type { Json, JsonObject } from "./template";
import { object } from "./template";
import { testApp } from "./test-app";

/**
 * Attribute values in the JSON of an environment's two stacks, by construct path and attribute, such as
 * `DataLake/Lake/Lifecycle rule.raw.expiration.0.days`, and `state Key/Key deletion_window_in_days` in the state
 * stack. A construct path alone holds the type of its block. A reference names the construct instead of
 * the address: `${EventStream/Stream.arn}`.
 */
export type SynthAttributes = ReadonlyMap<string, Json>;

/** Synthesizes the stacks of an environment, aspects and validations included. */
export function attributesOf(environment: Environment): SynthAttributes {
  const app = testApp();
  addStacks(app, [environment]);
  app.synth();
  return attributesOfFolder(app.outdir, environment.name);
}

/** The attributes of an environment that was synthesized into a folder. */
export function attributesOfFolder(folder: string, environment: string): SynthAttributes {
  const attributes = (stack: string, before: string) => {
    const json = readFileSync(join(folder, "stacks", stack, "cdk.tf.json"), "utf8");
    return attributesOfStack(JSON.parse(json) as JsonObject, before);
  };
  return new Map([...attributes(environment, ""), ...attributes(`${environment}-state`, "state ")]);
}

function attributesOfStack(json: JsonObject, before: string): SynthAttributes {
  const attributes = new Map<string, Json>();
  const paths = new Map<string, string>();
  const blocks = ["resource", "data"].flatMap((kind) =>
    Object.entries(object(json[kind] ?? {})).flatMap(([type, byId]) =>
      Object.entries(object(byId)).map(([id, block]) => {
        const { "//": meta, ...properties } = object(block);
        const path = pathOf(meta);
        paths.set(`${kind === "data" ? "data." : ""}${type}.${id}`, path);
        return { path, type, properties };
      }),
    ),
  );
  // An address alone is a dependency.
  const named = (text: string): string =>
    paths.get(text) ??
    text.replaceAll(
      /\$\{((?:data\.)?\w+\.[\w-]+)/g,
      (whole, address: string) => `\${${paths.get(address) ?? whole.slice(2)}`,
    );
  const note = (value: Json, path: string, joint: string): void => {
    const here = typeof value === "string" ? unpacked(named(value)) : value;
    if (typeof here !== "object" || here === null || isListOfScalars(here)) {
      attributes.set(
        path,
        Array.isArray(here) ? here.map((each) => (typeof each === "string" ? named(each) : each)) : here,
      );
      return;
    }
    for (const [key, inner] of entriesOf(here)) note(inner, `${path}${joint}${key}`, ".");
  };
  for (const { path, type, properties } of blocks) {
    attributes.set(`${before}${path}`, type);
    note(properties, `${before}${path}`, " ");
  }
  for (const kind of ["provider", "terraform", "output"]) {
    note(json[kind] ?? {}, `${before}${kind}`, " ");
  }
  return attributes;
}

/** The construct path without the stack and without the parts that addresses omit. Permissions of many lines are split into several documents; their numbers are dropped. */
function pathOf(meta: Json | undefined): string {
  const { path } = object(object(meta ?? {})["metadata"] ?? {});
  return String(path)
    .replace(/^[^/]*\/(Default\/((IngestBatch|SpeedLayer)\/)?)?/, "")
    .replace(/\/Permissions\d+\//, "/Permissions/");
}

/** Parses JSON in a text, such as a dashboard or the input of an invocation. */
function unpacked(text: string): Json {
  if (!/^[[{]"/.test(text)) return text;
  return JSON.parse(text) as Json;
}

function isListOfScalars(value: Json): boolean {
  return Array.isArray(value) && value.every((each) => typeof each !== "object");
}

/** Properties that identify the members of a list: with them, an attribute keeps its path when a member is inserted before it. */
const IDENTITIES = ["sid", "id", "variable", "log_type"] as const;

function entriesOf(value: JsonObject | readonly Json[]): [string, Json][] {
  if (!Array.isArray(value)) return Object.entries(value);
  const identity = IDENTITIES.find((name) => value.every((member) => typeof member[name] === "string"));
  return value.map((member, index) => [identity === undefined ? `${index}` : member[identity], member]);
}

/** The attributes that differ. For a block in only one of them: the block's own attribute and none inside it. */
export function changedAttributes(before: SynthAttributes, after: SynthAttributes): string[] {
  const inOneOnly = (attribute: string) => before.has(attribute) !== after.has(attribute);
  return [...new Set([...before.keys(), ...after.keys()])].filter((attribute) => {
    if (JSON.stringify(before.get(attribute)) === JSON.stringify(after.get(attribute))) return false;
    const block = blockOf(attribute);
    return block === attribute || !inOneOnly(block);
  });
}

/** The block's own attribute: the attribute's text up to the space after the path. */
export function blockOf(attribute: string): string {
  return /^(state )?\S+/.exec(attribute)?.[0] ?? attribute;
}
