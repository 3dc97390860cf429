import { isJsonObject, type Json, type JsonObject } from "../../../lib/json";
import { matchesPattern } from "./names";

/** Which members of a document a search returns: patterns of paths, an empty list of which means all. */
export interface PathFilter {
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
}

/** The members of a `_source` that a filter lets pass. */
export function filterSource(source: JsonObject, filter: PathFilter, path = ""): JsonObject {
  const kept: [string, Json][] = [];
  for (const [key, value] of Object.entries(source)) {
    const full = path === "" ? key : `${path}.${key}`;
    if (filter.excludes.some((pattern) => matchesPattern(full, pattern))) continue;
    const whole =
      filter.includes.length === 0 || filter.includes.some((pattern) => matchesPattern(full, pattern));
    if (!isJsonObject(value)) {
      if (whole) kept.push([key, value]);
      continue;
    }
    const inner = filterSource(value, whole ? { ...filter, includes: [] } : filter, full);
    if (whole || Object.keys(inner).length > 0) kept.push([key, inner]);
  }
  return Object.fromEntries(kept);
}

/** `filter_path` of a request: paths of an answer, with `*` for one step or a part of it, `**` for any. */
export function filterAnswer(answer: Json, filterPath: string): Json {
  const paths = filterPath.split(",").map((path) => path.split("."));
  return kept(answer, paths) ?? {};
}

/** What the paths leave of a value; undefined when it is nothing. */
function kept(value: Json, paths: readonly (readonly string[])[]): Json | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => kept(item, paths)).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const members: [string, Json][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const deeper = paths.flatMap(([step = "", ...rest]): (readonly string[])[] => {
      if (step === "**") return [[step, ...rest], ...(matchesStep(key, rest[0]) ? [rest.slice(1)] : [])];
      return matchesStep(key, step) ? [rest] : [];
    });
    const left = deeper.length > 0 ? kept(inner, deeper) : undefined;
    if (left !== undefined) members.push([key, left]);
  }
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}

function matchesStep(key: string, step: string | undefined): boolean {
  return step !== undefined && matchesPattern(key, step);
}
