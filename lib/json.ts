/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Whether a value is an object, and not a list or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** A member of an object; undefined also for null, which means the same in a Terraform document. */
export function member(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? (object[key] ?? undefined) : undefined;
}

/** A member that is an object, or else an empty object. */
export function objectOf(object: JsonObject, key: string): JsonObject {
  const value = member(object, key);
  return isJsonObject(value) ? value : {};
}

/** A value inside a document that has no members of its own. */
export interface Leaf {
  /** Such as `storage_descriptor.columns[2].name`. */
  readonly path: string;
  /** The same path as a list of keys and indices. */
  readonly steps: readonly (string | number)[];
  readonly value: Json;
}

/**
 * Every leaf below `value`, empty lists and objects included. Null counts as absent, and `//` is a comment
 * in Terraform's JSON.
 */
export function* leaves(value: Json, steps: readonly (string | number)[] = []): Generator<Leaf> {
  const members: [string | number, Json][] = Array.isArray(value)
    ? value.map((item: Json, index): [number, Json] => [index, item])
    : isJsonObject(value)
      ? Object.entries(value).filter(([key]) => key !== "//")
      : [];
  if (members.length === 0) {
    if (value !== null) yield { path: pathOf(steps), steps, value };
    return;
  }
  for (const [step, item] of members) yield* leaves(item, [...steps, step]);
}

function pathOf(steps: readonly (string | number)[]): string {
  return steps
    .map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join("");
}
