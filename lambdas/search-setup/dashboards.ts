import { isDeepStrictEqual } from "node:util";
import { ADVANCED_SETTINGS, type SavedObject } from "../../dashboards/saved-objects";
import { isJsonObject, isList, type Json, type JsonObject } from "../../lib/json";
import { parsed } from "./canonical";
import type { ResourceResult, SetupOutcome } from "./core";
import { type RetriedRequest, type RetryingSearch, shown } from "./with-retry";

/** OpenSearch Dashboards at the domain's own endpoint. */
const DASHBOARDS = "/_dashboards/api";
const SETTINGS = `${DASHBOARDS}/opensearch-dashboards/settings`;
const SAVED_OBJECTS = `${DASHBOARDS}/saved_objects`;

/** Dashboards requires `osd-xsrf` on a write, as proof that no foreign page sent it. Everybody sees the global tenant. */
const HEADERS = { "osd-xsrf": "true", securitytenant: "global" } as const;

/** Multipart boundary at the beginning of a line; the lines of the file begin with a brace. */
const BOUNDARY = "retail-bi-saved-objects";

/**
 * Configures the advanced settings and the saved objects: reads them, and writes only those that differ.
 * @throws Error when Dashboards cannot be reached in time, refuses, or imports only a part
 */
export async function setUpDashboards(
  objects: readonly SavedObject[],
  search: RetryingSearch,
): Promise<Pick<SetupOutcome, ResourceResult>> {
  const outcome = { created: [] as string[], updated: [] as string[], unchanged: [] as string[] };
  outcome[await ensureSettings(search)].push("Dashboards settings");

  const found = await find(objects, search);
  const changed = objects.filter((object) => !isSettled(object, found.get(nameOf(object))));
  if (changed.length > 0) await importObjects(changed, search);
  for (const object of objects) {
    const what = nameOf(object);
    if (!changed.includes(object)) outcome.unchanged.push(what);
    else outcome[found.has(what) ? "updated" : "created"].push(what);
  }
  return outcome;
}

async function ensureSettings(search: RetryingSearch): Promise<ResourceResult> {
  const { settings = {} } = await call({ method: "GET", path: SETTINGS }, search);
  const present = (name: string): Json | undefined => {
    const setting = isJsonObject(settings) ? settings[name] : undefined;
    return isJsonObject(setting) ? setting["userValue"] : undefined;
  };
  const changes = Object.entries(ADVANCED_SETTINGS).filter(([name, value]) => present(name) !== value);
  if (changes.length === 0) return "unchanged";
  await call({ method: "POST", path: SETTINGS, body: { changes: Object.fromEntries(changes) } }, search);
  return changes.some(([name]) => present(name) !== undefined) ? "updated" : "created";
}

/** The existing ones of the objects, by name. */
async function find(
  objects: readonly SavedObject[],
  search: RetryingSearch,
): Promise<ReadonlyMap<string, JsonObject>> {
  const wanted = objects.map(({ type, id }) => ({ type, id }));
  const answer = await call({ method: "POST", path: `${SAVED_OBJECTS}/_bulk_get`, body: wanted }, search);
  const { saved_objects: found } = answer;
  if (!isList(found)) throw new Error(`Dashboards does not say which saved objects it has: ${shown(answer)}`);
  return new Map(
    found.filter(isJsonObject).flatMap((object) => {
      const { type, id, error } = object;
      if (error === undefined) return [[nameOf({ type: String(type), id: String(id) }), object] as const];
      if (isJsonObject(error) && error["statusCode"] === 404) return [];
      throw new Error(`${String(type)} ${String(id)} cannot be read: ${shown(error)}`);
    }),
  );
}

/** Compares only the wanted members: Dashboards adds its own, and counts how often a field is viewed. */
function isSettled({ attributes, references }: SavedObject, found: JsonObject | undefined): boolean {
  const present = found?.["attributes"];
  if (!isJsonObject(present)) return false;
  return (
    isDeepStrictEqual(found?.["references"], references) &&
    Object.entries(attributes).every(([key, value]) =>
      key === "fields" ? hasFields(present[key], value) : isDeepStrictEqual(present[key], value),
    )
  );
}

/** Whether the fields of an index pattern, a list as text, include all wanted ones. */
function hasFields(present: Json | undefined, wanted: Json): boolean {
  const there = fieldsOf(present);
  return [...fieldsOf(wanted)].every(([name, field]) => isDeepStrictEqual(there.get(name), field));
}

function fieldsOf(text: Json | undefined): ReadonlyMap<string, JsonObject> {
  const list: Json = typeof text === "string" ? JSON.parse(text) : [];
  const fields = isList(list) ? list.filter(isJsonObject) : [];
  return new Map(fields.map(({ count: _, ...field }) => [String(field["name"]), field]));
}

/** @throws Error naming what was not imported: Dashboards answers even such an import with 200 */
async function importObjects(objects: readonly SavedObject[], search: RetryingSearch): Promise<void> {
  const answer = await call(
    {
      method: "POST",
      path: `${SAVED_OBJECTS}/_import`,
      query: { overwrite: "true" },
      content: { type: `multipart/form-data; boundary=${BOUNDARY}`, text: form(objects) },
    },
    search,
  );
  const { success, successCount, errors } = answer;
  if (success === true && successCount === objects.length) return;
  const reasons = isList(errors)
    ? errors
        .filter(isJsonObject)
        .map(({ type, id, error }) => `${String(type)} ${String(id)}: ${shown(error)}`)
    : [shown(answer)];
  throw new Error(
    `Dashboards imported ${shown(successCount)} of ${objects.length} saved objects: ${reasons.join("; ")}`,
  );
}

/** A multipart form with one file; its name must end in `.ndjson`. */
function form(objects: readonly SavedObject[]): string {
  return [
    `--${BOUNDARY}`,
    'Content-Disposition: form-data; name="file"; filename="saved-objects.ndjson"',
    "Content-Type: application/ndjson",
    "",
    ...objects.map((object) => JSON.stringify(object)),
    `--${BOUNDARY}--`,
    "",
  ].join("\r\n");
}

async function call(request: RetriedRequest, search: RetryingSearch): Promise<JsonObject> {
  const { status, body } = await search({ ...request, headers: HEADERS });
  const what = `${request.method} ${request.path}`;
  if (status !== 200) throw new Error(`${what}: ${status} ${shown(body)}`);
  return parsed(body, what);
}

function nameOf({ type, id }: { readonly type: string; readonly id: string }): string {
  return `${type} ${id}`;
}
