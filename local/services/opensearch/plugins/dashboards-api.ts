import { isJsonObject, type Json, type JsonObject } from "../../../../lib/json";
import { notSupported } from "../errors";
import { anyJsonBody, type PluginAnswer, type SearchHttpRequest } from "../request";

/** Path of OpenSearch Dashboards on an AWS domain. */
export const DASHBOARDS_PATH = "/_dashboards";

export interface DashboardsAnswer extends PluginAnswer {
  /** Changed entries, for the journal. @default none */
  readonly changed?: readonly KeptEntry[];
}

/** A stored entry, under `setting/<name>` or `<type>/<id>`. */
type KeptEntry = readonly [key: string, value: Json];

/** Types that can be imported: only those that this stack imports. */
const TYPES: ReadonlySet<string> = new Set(["index-pattern", "visualization", "search", "dashboard"]);

const IMPORT = "/api/saved_objects/_resolve_import_errors";

/**
 * The operations of OpenSearch Dashboards' HTTP API that search-setup uses: advanced settings, and saved objects of the
 * global tenant. They are stored and returned as Dashboards does, but not displayed. It also serves these operations
 * for a real engine that runs without Dashboards.
 */
export class DashboardsApi {
  private readonly kept = new Map<string, Json>();

  /** @throws EngineError for a request that is not supported (501) or whose body is not JSON */
  public answer(request: SearchHttpRequest): DashboardsAnswer {
    const { method, headers, body } = request;
    const path = request.path.slice(DASHBOARDS_PATH.length);
    const tenant = headers["securitytenant"];
    if (tenant !== "global") throw notSupported(`${method} ${request.path} in tenant ${String(tenant)}`);
    if (method !== "GET" && headers["osd-xsrf"] === undefined) {
      return badRequest("Request must contain a osd-xsrf header.");
    }
    switch (`${method} ${path}`) {
      case "GET /api/opensearch-dashboards/settings":
        return { status: 200, body: this.settings() };
      case "POST /api/opensearch-dashboards/settings":
        return this.changeSettings(anyJsonBody(body));
      case "POST /api/saved_objects/_bulk_get":
        return this.bulkGet(anyJsonBody(body));
      case `POST ${IMPORT}`:
        return this.import(request);
      default:
        throw notSupported(`${method} ${request.path}`);
    }
  }

  /** All entries, for the journal. */
  public everything(): IterableIterator<KeptEntry> {
    return this.kept.entries();
  }

  /** Restores an entry from the journal. */
  public restore([key, value]: KeptEntry): void {
    this.kept.set(key, value);
  }

  private keep(changed: readonly KeptEntry[]): readonly KeptEntry[] {
    for (const entry of changed) this.restore(entry);
    return changed;
  }

  private settings(): JsonObject {
    const prefix = "setting/";
    const settings = [...this.kept]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, userValue]) => [key.slice(prefix.length), { userValue }] as const);
    return { settings: Object.fromEntries(settings) };
  }

  private changeSettings(body: Json): DashboardsAnswer {
    const changes = isJsonObject(body) ? body["changes"] : undefined;
    if (!isJsonObject(changes)) {
      return badRequest("[request body.changes]: expected value of type [object]");
    }
    const changed = this.keep(Object.entries(changes).map(([name, value]) => [`setting/${name}`, value]));
    return { status: 200, body: this.settings(), changed };
  }

  private bulkGet(body: Json): DashboardsAnswer {
    if (!Array.isArray(body)) return badRequest("[request body]: expected value of type [array]");
    const wanted: readonly Json[] = body;
    const objects = wanted.map((one) => {
      const { type = null, id = null } = isJsonObject(one) ? one : {};
      const name = `${String(type)}/${String(id)}`;
      const message = `Saved object [${name}] not found`;
      return this.kept.get(name) ?? { type, id, error: { statusCode: 404, error: "Not Found", message } };
    });
    return { status: 200, body: { saved_objects: objects } };
  }

  /**
   * Imports the objects that are named in `retries`, and overwrites those that say so. Like Dashboards, it answers 200 in
   * any case, and imports nothing when a reference has no target.
   */
  private import({ headers, body }: SearchHttpRequest): DashboardsAnswer {
    const parts = partsOf(headers["content-type"] ?? "", body);
    const file = parts.find(({ head }) => /name="file";\s*filename="[^"]+\.ndjson"/i.test(head));
    if (file === undefined) {
      return badRequest(
        "[request body.file]: expected a file whose name ends in .ndjson, in multipart/form-data",
      );
    }
    const retries = parts.find(({ head }) => /name="retries"/i.test(head));
    const wanted = list(retries && anyJsonBody(retries.content)).map(members);
    if (wanted.length === 0) return badRequest("[request body.retries]: expected value of type [array]");
    const overwrites = new Map(wanted.map((retry) => [nameOf(retry), retry["overwrite"] === true]));
    const objects = file.content
      .split(/\r?\n/)
      .filter((line) => line.trim() !== "")
      .map((line) => members(anyJsonBody(line)))
      .filter((object) => overwrites.has(nameOf(object)));
    const names = new Set(objects.map(nameOf));
    const errors = objects.flatMap((object) => {
      const error = this.faultOf(object, names, overwrites.get(nameOf(object)) ?? false);
      return error ? [{ type: object["type"] ?? null, id: object["id"] ?? null, error }] : [];
    });
    if (errors.length > 0) return { status: 200, body: { success: false, successCount: 0, errors } };
    const changed = this.keep(objects.map((object) => [nameOf(object), this.stored(object)]));
    const successResults = objects.map(({ type = null, id = null }) => ({ type, id }));
    return { status: 200, body: { success: true, successCount: objects.length, successResults }, changed };
  }

  private faultOf(
    object: JsonObject,
    names: ReadonlySet<string>,
    overwrite: boolean,
  ): JsonObject | undefined {
    if (!TYPES.has(String(object["type"]))) return { type: "unsupported_type" };
    const missing = list(object["references"])
      .map(members)
      .filter((reference) => !names.has(nameOf(reference)) && !this.kept.has(nameOf(reference)));
    if (missing.length > 0) return { type: "missing_references", references: missing };
    return this.kept.has(nameOf(object)) && !overwrite ? { type: "conflict" } : undefined;
  }

  /** Adds the members that Dashboards adds. */
  private stored(object: JsonObject): JsonObject {
    const kept = members(this.kept.get(nameOf(object)) ?? {});
    const version = Number(kept["version"] ?? 0) + 1;
    return {
      ...object,
      namespaces: ["default"],
      updated_at: new Date().toISOString(),
      version: String(version),
    };
  }
}

function badRequest(message: string): DashboardsAnswer {
  return { status: 400, body: { statusCode: 400, error: "Bad Request", message } };
}

function nameOf({ type, id }: JsonObject): string {
  return `${String(type)}/${String(id)}`;
}

function members(value: Json): JsonObject {
  return isJsonObject(value) ? value : {};
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** The parts of a multipart form; none when it is no such form. */
function partsOf(
  contentType: string,
  body: string,
): readonly { readonly head: string; readonly content: string }[] {
  const boundary = /^multipart\/form-data;\s*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return [];
  return body.split(`--${boundary}`).map((part) => {
    const [head = "", ...content] = part.split("\r\n\r\n");
    return { head, content: content.join("\r\n\r\n") };
  });
}
