import { isJsonObject, type Json, type JsonObject } from "../../../lib/json";
import { badRequest, EngineError, notSupported } from "./errors";

/** Error for a request parameter of the wrong form. */
export function parsingError(reason: string): EngineError {
  return new EngineError(400, "parsing_exception", reason);
}

/** Returns the value as an object. @throws EngineError that names the parameter */
export function object(value: Json | undefined, what: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw parsingError(`[${what}] must be an object but is ${JSON.stringify(value) ?? "missing"}`);
}

/** The values of a member that may hold one value or a list. */
export function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

export function text(value: Json | undefined, what: string): string {
  if (typeof value === "string") return value;
  throw parsingError(`[${what}] must be a string but is ${JSON.stringify(value) ?? "missing"}`);
}

/** A non-negative whole number; `otherwise` when it is absent. */
export function count(value: Json | undefined, what: string, otherwise: number): number {
  if (value === undefined) return otherwise;
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0) return number;
  throw badRequest(`[${what}] parameter cannot be negative, found [${String(value)}]`);
}

/** Refuses members that are not in `known`. */
export function checkMembers(body: JsonObject, what: string, known: readonly string[]): void {
  for (const key of Object.keys(body)) if (!known.includes(key)) throw notSupported(`${key} in ${what}`);
}

/** The single member of an object, such as `{ term: {…} }`. */
export function onlyMember(value: Json, what: string): readonly [string, Json] {
  const entries = Object.entries(object(value, what));
  const [first] = entries;
  if (first === undefined || entries.length > 1) {
    throw parsingError(`[${what}] must have exactly one member but has ${entries.length}`);
  }
  return first;
}
