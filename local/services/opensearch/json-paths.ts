import { isJsonObject, type Json } from "../../../lib/json";
import { matchesPattern } from "./indices/names";

/** Applies a request's `filter_path`: paths of the response, with `*` for one step or a part of it. */
export function filterAnswer(answer: Json, filterPath: string): Json {
  const paths = filterPath.split(",").map((path) => path.split("."));
  return kept(answer, paths) ?? {};
}

/** The part of a value that the paths select; undefined when they select nothing. */
function kept(value: Json, paths: readonly (readonly string[])[]): Json | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => kept(item, paths)).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const members: [string, Json][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const deeper = paths.filter(([step = ""]) => matchesPattern(key, step)).map(([, ...rest]) => rest);
    const left = deeper.length > 0 ? kept(inner, deeper) : undefined;
    if (left !== undefined) members.push([key, left]);
  }
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}
