import { isJsonObject, type Json } from "../../../lib/json";
import { matchesPattern } from "./indices/names";

/** `filter_path` of a request: paths of an answer, with `*` for one step or a part of it. */
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
    const deeper = paths.filter(([step = ""]) => matchesPattern(key, step)).map(([, ...rest]) => rest);
    const left = deeper.length > 0 ? kept(inner, deeper) : undefined;
    if (left !== undefined) members.push([key, left]);
  }
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}
