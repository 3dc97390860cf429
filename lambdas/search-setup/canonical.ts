import { isJsonObject, isList, type Json, type JsonObject } from "../../lib/json";

/**
 * The canonical form of a value, for comparisons. The engine does not return exactly what it was sent: it writes
 * numbers as strings, adds empty lists, and does not keep the order of keys. So empty values are left out, scalars
 * become strings, and keys and lists are sorted; no list that the set-up writes has a meaningful order.
 */
export function canonical(value: Json): string {
  return JSON.stringify(simplify(value)) ?? "";
}

function simplify(value: Json): Json | undefined {
  if (value === null) return undefined;
  if (isList(value)) {
    const items = value.map((item) => JSON.stringify(simplify(item))).sort();
    return items.length === 0 ? undefined : items;
  }
  if (typeof value !== "object") return String(value);
  const members = Object.entries(value)
    .map(([key, inner]) => [key, simplify(inner)] as const)
    .filter((member): member is readonly [string, Json] => member[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

/** `{ index: { number_of_shards: 1 } }` and `{ number_of_shards: 1 }` as `{ "index.number_of_shards": 1 }`. */
export function flatSettings(settings: Json): JsonObject {
  const flat: Record<string, Json> = {};
  const walk = (path: string, value: Json): void => {
    if (isJsonObject(value)) {
      for (const [key, inner] of Object.entries(value)) walk(path === "" ? key : `${path}.${key}`, inner);
    } else {
      flat[path === "index" || path.startsWith("index.") ? path : `index.${path}`] = value;
    }
  };
  walk("", settings);
  return flat;
}

/** The strings of a list; none where there is no list. */
export function strings(value: Json | undefined): string[] {
  return isList(value) ? value.filter((item) => typeof item === "string") : [];
}
