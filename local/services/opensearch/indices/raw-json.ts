import { randomUUID } from "node:crypto";
import { topLevelMembers } from "../../../../contract/json-members";
import { isJsonObject, type Json } from "../../../../lib/json";
import { matchesPattern } from "./names";

/** A JSON value as it was written: `JSON.parse` would round its long numbers. */
export type RawJson = string;

/** The items of an array, as they were written. @param text an array that `JSON.parse` accepts */
export function rawItems(text: RawJson): RawJson[] {
  const inner = text.trim().slice(1, -1);
  if (inner.trim() === "") return [];
  const items: RawJson[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of inner.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],]/g)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (token === "," && depth === 0) {
      items.push(inner.slice(start, index).trim());
      start = index + 1;
    }
  }
  return [...items, inner.slice(start).trim()];
}

/** Applies a request's `filter_path` to a response: paths of it, with `*` for one step or a part of it. */
export function filterRaw(answer: RawJson, filterPath: string): RawJson {
  const paths = filterPath.split(",").map((path) => path.split("."));
  return asFiltered(kept(answer.trim(), paths) ?? "{}");
}

/** {@link filterRaw} of a response that is no text yet, so that its numbers are JavaScript's. */
export function filterJson(answer: Json, filterPath: string): RawJson {
  const paths = filterPath.split(",").map((path) => path.split("."));
  return JSON.stringify(keptOf(answer, paths) ?? {});
}

function keptOf(value: Json, paths: readonly (readonly string[])[]): Json | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) {
    const items = value.flatMap((item) => {
      const inner = keptOf(item, paths);
      return inner === undefined ? [] : [inner];
    });
    return items.length > 0 ? items : undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const members = Object.entries(value).flatMap(([key, member]) => {
    const deeper = paths.filter(([step = ""]) => matchesPattern(key, step)).map(([, ...rest]) => rest);
    const inner = deeper.length > 0 && member !== undefined ? keptOf(member, deeper) : undefined;
    return inner === undefined ? [] : [[key, inner] as const];
  });
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}

/** JSON as the engine writes it when it filters: whole numbers keep their digits, any other becomes a double. */
export function asFiltered(text: RawJson): RawJson {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') || !/[.eE]/.test(token) ? token : String(Number(token)),
  );
}

/** The part of a value that the paths select; undefined when they select nothing. */
function kept(value: RawJson, paths: readonly (readonly string[])[]): RawJson | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  if (value.startsWith("[")) {
    const items = rawItems(value).flatMap((item) => kept(item, paths) ?? []);
    return items.length > 0 ? `[${items.join(",")}]` : undefined;
  }
  if (!value.startsWith("{")) return undefined;
  const members = topLevelMembers(value).flatMap(({ key, rawValue }) => {
    const deeper = paths.filter(([step = ""]) => matchesPattern(key, step)).map(([, ...rest]) => rest);
    const inner = deeper.length > 0 ? kept(rawValue, deeper) : undefined;
    return inner === undefined ? [] : [`${JSON.stringify(key)}:${inner}`];
  });
  return members.length > 0 ? `{${members.join(",")}}` : undefined;
}

/** Marks digits that are written without quotes; nobody outside of the process knows it. */
const MARK = `exact ${randomUUID()} `;
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, "g");

/** A whole number for {@link rawJson}: a text when JavaScript's numbers would round it. */
export function exactNumber(value: number | bigint): number | string {
  return typeof value === "bigint" ? `${MARK}${value}` : value;
}

/** JSON of a value with numbers of {@link exactNumber}. */
export function rawJson(value: unknown): RawJson {
  return JSON.stringify(value).replace(MARKED, "$1");
}
