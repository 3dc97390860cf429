import { REQUIRED_SETTINGS, type SavedObject, type SettingValue } from "../../dashboards/saved-objects";
import { isJsonObject, isList, type Json, type JsonObject } from "../../lib/json";
import { parsed, shown } from "./answer";
import { canonical } from "./canonical";
import type { ResourceResult, ResourceResults } from "./resource";
import { isSettled } from "./saved-object-meaning";
import type { RetriedRequest, RetryingSearch } from "./with-retry";

/** OpenSearch Dashboards at the domain's own endpoint. */
const DASHBOARDS = "/_dashboards/api";
const SETTINGS = `${DASHBOARDS}/opensearch-dashboards/settings`;
const SAVED_OBJECTS = `${DASHBOARDS}/saved_objects`;

/** Dashboards requires `osd-xsrf` on a write, as proof that no foreign page sent it. Everybody sees the global tenant. */
const HEADERS = { "osd-xsrf": "true", securitytenant: "global" } as const;

/** Multipart boundary at the beginning of a line; the lines of the form's content begin with a brace or a bracket. */
const BOUNDARY = "retail-bi-saved-objects";

/** Advanced settings of Dashboards, by name. */
export type Settings = Readonly<Record<string, SettingValue>>;

/**
 * Configures the advanced settings and the saved objects: reads them, and writes only those that differ.
 * @param initial settings that are written only where nobody has set anything: an operator's choice stays
 * @throws Error when Dashboards cannot be reached in time, refuses, imports only a part, or answers with anything but
 * whole JSON
 */
export async function setUpDashboards(
  objects: readonly SavedObject[],
  initial: Settings,
  search: RetryingSearch,
): Promise<ResourceResults> {
  const outcome = { created: [] as string[], updated: [] as string[], unchanged: [] as string[] };
  outcome[await ensureSettings(initial, search)].push("Dashboards settings");

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

/**
 * What Dashboards does not have as the deploy put it there: a sentence for each saved object that is absent or was changed.
 * @throws as {@link setUpDashboards}; it writes nothing
 */
export async function changedObjects(
  objects: readonly SavedObject[],
  search: RetryingSearch,
): Promise<readonly string[]> {
  const found = await find(objects, search);
  return objects.flatMap((object) => {
    const what = nameOf(object);
    const present = found.get(what);
    if (present === undefined) return [`${what} does not exist`];
    return isSettled(object, present) ? [] : [`${what} differs from what was deployed`];
  });
}

async function ensureSettings(initial: Settings, search: RetryingSearch): Promise<ResourceResult> {
  const present = userValues(await call({ method: "GET", path: SETTINGS }, search));
  const unset = Object.fromEntries(Object.entries(initial).filter(([name]) => !present.has(name)));
  const changes = differing({ ...unset, ...REQUIRED_SETTINGS }, present);
  const names = Object.keys(changes);
  if (names.length === 0) return "unchanged";
  const answer = await call({ method: "POST", path: SETTINGS, body: { changes } }, search);
  const refused = Object.keys(differing(changes, userValues(answer)));
  if (refused.length > 0) {
    throw new Error(`Dashboards did not take the settings ${refused.join(", ")}: ${shown(answer)}`);
  }
  return names.some((name) => present.has(name)) ? "updated" : "created";
}

/** The wanted settings that are not as they must be; a number may be spelled as text. */
function differing(wanted: Settings, present: ReadonlyMap<string, Json>): Settings {
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([name, value]) => canonical(present.get(name) ?? null) !== canonical(value),
    ),
  );
}

/** The settings that somebody has set; others have Dashboards' defaults. @throws Error when the answer has none at all */
function userValues(answer: JsonObject): ReadonlyMap<string, Json> {
  const { settings } = answer;
  if (!isJsonObject(settings)) throw new Error(`Dashboards does not say its settings: ${shown(answer)}`);
  return new Map(
    Object.entries(settings).flatMap(([name, setting]) => {
      const value = isJsonObject(setting) ? setting["userValue"] : undefined;
      return value === undefined || value === null ? [] : [[name, value] as const];
    }),
  );
}

/** The existing ones of the objects, by name. */
async function find(
  objects: readonly SavedObject[],
  search: RetryingSearch,
): Promise<ReadonlyMap<string, JsonObject>> {
  const wanted = objects.map(({ type, id }) => ({ type, id }));
  const answer = await call({ method: "POST", path: `${SAVED_OBJECTS}/_bulk_get`, body: wanted }, search);
  const { saved_objects: list } = answer;
  const answered = new Map(
    (isList(list) ? list : [])
      .filter(isJsonObject)
      .map((object) => [nameOf({ type: String(object["type"]), id: String(object["id"]) }), object]),
  );
  const missing = wanted.map(nameOf).filter((name) => !answered.has(name));
  if (missing.length > 0) {
    throw new Error(`Dashboards does not say whether it has ${missing.join(", ")}: ${shown(answer)}`);
  }
  return new Map(
    [...answered].filter(([name, { error }]) => {
      if (error === undefined) return true;
      if (isJsonObject(error) && error["statusCode"] === 404) return false;
      throw new Error(`${name} cannot be read: ${shown(error)}`);
    }),
  );
}

/**
 * Creates and overwrites. Not by `_import`, which overwrites only with a query parameter: OpenSearch Service ignores
 * those of a signed POST (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-signing-service-requests.html).
 * @throws Error naming what was not imported: Dashboards answers even such an import with 200
 */
async function importObjects(objects: readonly SavedObject[], search: RetryingSearch): Promise<void> {
  const answer = await call(
    {
      method: "POST",
      path: `${SAVED_OBJECTS}/_resolve_import_errors`,
      content: { type: `multipart/form-data; boundary=${BOUNDARY}`, text: form(objects) },
    },
    search,
  );
  const { success, successCount, errors } = answer;
  if (success === true && successCount === objects.length) return;
  const reasons = (isList(errors) ? errors : [])
    .filter(isJsonObject)
    .map(({ type, id, error }) => `${String(type)} ${String(id)}: ${shown(error)}`);
  throw new Error(
    `Dashboards imported ${shown(successCount)} of ${objects.length} saved objects: ${reasons.join("; ") || shown(answer)}`,
  );
}

/** A multipart form of a file, whose name must end in `.ndjson`, and of what to do with each of its objects. */
function form(objects: readonly SavedObject[]): string {
  const retries = objects.map(({ type, id }) => ({ type, id, overwrite: true }));
  return [
    `--${BOUNDARY}`,
    'Content-Disposition: form-data; name="file"; filename="saved-objects.ndjson"',
    "Content-Type: application/ndjson",
    "",
    ...objects.map((object) => JSON.stringify(object)),
    `--${BOUNDARY}`,
    'Content-Disposition: form-data; name="retries"',
    "",
    JSON.stringify(retries),
    `--${BOUNDARY}--`,
    "",
  ].join("\r\n");
}

async function call(request: RetriedRequest, search: RetryingSearch): Promise<JsonObject> {
  const answer = await search({ ...request, headers: HEADERS });
  const what = `${request.method} ${request.path}`;
  if (answer.status !== 200) throw new Error(`${what}: ${answer.status} ${shown(answer.body)}`);
  return parsed(answer, what);
}

function nameOf({ type, id }: { readonly type: string; readonly id: string }): string {
  return `${type} ${id}`;
}
