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

/** What a `filter_path` selects from one place of an answer on. Of each member's name it is worked out once. */
class Selected {
  private readonly members = new Map<string, Selected>();

  constructor(private readonly paths: readonly (readonly string[])[]) {}

  static by(filterPath: string): Selected {
    return new Selected(filterPath.split(",").map((path) => path.split(".")));
  }

  get isWhole(): boolean {
    return this.paths.some((path) => path.length === 0);
  }

  /** Undefined when nothing of the member is selected. */
  of(member: string): Selected | undefined {
    let selected = this.members.get(member);
    if (selected === undefined) {
      const deeper = this.paths.filter(([step = ""]) => matchesPattern(member, step));
      selected = new Selected(deeper.map(([, ...rest]) => rest));
      this.members.set(member, selected);
    }
    return selected.paths.length > 0 ? selected : undefined;
  }
}

/** Applies a request's `filter_path` to a response: paths of it, with `*` for one step or a part of it. */
export function filterRaw(answer: RawJson, filterPath: string): RawJson {
  return asFiltered(kept(answer.trim(), Selected.by(filterPath)) ?? "{}");
}

/** {@link filterRaw} of a response that is no text yet, so that its numbers are JavaScript's. */
export function filterJson(answer: Json, filterPath: string): RawJson {
  return JSON.stringify(keptOf(answer, Selected.by(filterPath)) ?? {});
}

function keptOf(value: Json, selected: Selected): Json | undefined {
  if (selected.isWhole) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => keptOf(item, selected)).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const members = Object.entries(value).flatMap(([key, member]) => {
    const deeper = selected.of(key);
    const inner = deeper && member !== undefined ? keptOf(member, deeper) : undefined;
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

/** The part of a value that is selected; undefined when nothing is. */
function kept(value: RawJson, selected: Selected): RawJson | undefined {
  if (selected.isWhole) return value;
  if (value.startsWith("[")) {
    const items = rawItems(value).flatMap((item) => kept(item, selected) ?? []);
    return items.length > 0 ? `[${items.join(",")}]` : undefined;
  }
  if (!value.startsWith("{")) return undefined;
  const members = topLevelMembers(value).flatMap(({ key, rawValue }) => {
    const deeper = selected.of(key);
    const inner = deeper && kept(rawValue, deeper);
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
