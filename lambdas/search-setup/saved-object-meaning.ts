import { isDeepStrictEqual } from "node:util";
import type { SavedObject } from "../../dashboards/saved-objects";
import { isJsonObject, isList, type Json, type JsonObject } from "../../lib/json";

/**
 * Whether a saved object is as it is wanted. Only the wanted attributes are compared, and by meaning, because ordinary
 * use writes them again without a change of meaning: "Refresh field list" and a column added in Discover save the index
 * pattern, Save in an editor spells the JSON texts anew, an upgrade of Dashboards adds members of its own.
 */
export function isSettled({ attributes, references }: SavedObject, found: JsonObject | undefined): boolean {
  const present = found?.["attributes"];
  if (!isJsonObject(present)) return false;
  return (
    isDeepStrictEqual(targets(found?.["references"] ?? []), targets(references)) &&
    Object.entries(attributes).every(([name, wanted]) =>
      name === "fields"
        ? hasFields(present[name], wanted)
        : isDeepStrictEqual(meaning(name, present[name]), meaning(name, wanted)),
    )
  );
}

/** The target of each reference, by its name; the order of references says nothing. */
function targets(references: unknown): ReadonlyMap<unknown, string> {
  const list: readonly unknown[] = Array.isArray(references) ? references : [];
  return new Map(
    list.filter(isJsonObject).map(({ name, type, id }) => [name, `${String(type)} ${String(id)}`]),
  );
}

/** Attributes that are JSON as text. */
const JSON_TEXTS: ReadonlySet<string> = new Set([
  "fieldFormatMap",
  "optionsJSON",
  "panelsJSON",
  "searchSourceJSON",
  "uiStateJSON",
  "visState",
]);

/**
 * Dashboards' default of `format:number:defaultPattern`: it leaves out params that are the defaults when it saves an
 * index pattern (its `FieldFormat.toJSON`).
 */
const DEFAULT_PATTERN = "0,0.[000]";

/** Members that Dashboards writes by itself, below the attribute of this name. */
const ITS_OWN: Readonly<Record<string, (name: string, value: Json) => boolean>> = {
  fieldFormatMap: (name, value) => name === "parsedUrl" || (name === "pattern" && value === DEFAULT_PATTERN),
  // The version of Dashboards that saved the panel.
  panelsJSON: (name) => name === "version",
};

/** The value without what is empty, and without what Dashboards writes by itself; JSON texts are parsed. */
function meaning(
  name: string,
  value: Json | undefined,
  isItsOwn: (name: string, value: Json) => boolean = () => false,
): Json | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (JSON_TEXTS.has(name) && typeof value === "string") {
    const inner = parse(value);
    return inner === undefined ? value : meaning("", inner, ITS_OWN[name]);
  }
  if (isList(value)) {
    return value.length === 0 ? undefined : value.map((item) => meaning("", item, isItsOwn) ?? null);
  }
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).flatMap(([key, inner]) => {
    const kept = isItsOwn(key, inner) ? undefined : meaning(key, inner, isItsOwn);
    return kept === undefined ? [] : [[key, kept] as const];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

/** Whether the fields of an index pattern, a list as text, include all wanted ones: Dashboards finds further ones. */
function hasFields(present: Json | undefined, wanted: Json): boolean {
  const there = fieldsOf(present);
  return [...fieldsOf(wanted)].every(([name, field]) => isDeepStrictEqual(there.get(name), field));
}

/** By name, without the number of times that each was looked at. */
function fieldsOf(text: Json | undefined): ReadonlyMap<string, Json | undefined> {
  const list = typeof text === "string" ? parse(text) : undefined;
  const fields = isList(list) ? list.filter(isJsonObject) : [];
  return new Map(fields.map(({ count: _, ...field }) => [String(field["name"]), meaning("", field)]));
}

/** Nothing for a text that is not JSON: a person may have written it by hand. */
function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
