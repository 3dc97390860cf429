import { isJsonObject, type Json } from "../../../lib/json";
import type { Engine, RefuseItem } from "./engine";
import { EngineError, notSupported } from "./errors";
import { catIndices, clusterHealth, type IndexJson, indexJson, info } from "./indices/index-views";
import { readSettings } from "./indices/settings";
import { checkMembers } from "./params";
import { DASHBOARDS_PATH } from "./plugins/dashboards-api";
import { isSecurityKind } from "./plugins/security-api";
import { anyJsonBody, checkParameters, flag, jsonBody, type SearchHttpRequest } from "./request";
import { countMatches, search } from "./search/search";

/** A response: JSON, or text of JSON or of the given content type. */
export interface Answer {
  readonly status: number;
  readonly json?: Json;
  readonly text?: string;
  readonly contentType?: string;
}

/** Dependencies of a route. */
interface RouteContext {
  readonly engine: Engine;
  readonly refuseItem: RefuseItem;
}

type Handler = (
  request: SearchHttpRequest,
  context: RouteContext,
  captured: string[],
) => Promise<Answer> | Answer;

interface Route {
  readonly methods: readonly string[];
  readonly path: RegExp;
  readonly handle: Handler;
}

const ok = (json: Json): Answer => ({ status: 200, json });
const ACKNOWLEDGED = ok({ acknowledged: true });

const ROUTES: readonly Route[] = [
  route("GET HEAD", "/", () => ok(info())),
  route("PUT POST", "/_bulk", bulk),
  route("PUT POST", "/{index}/_bulk", bulk),
  route("GET POST", "/_search", searchIndices),
  route("GET POST", "/{index}/_search", searchIndices),
  route("GET POST", "/_count", countIndices),
  route("GET POST", "/{index}/_count", countIndices),
  route("GET POST", "/_refresh", refresh),
  route("GET POST", "/{index}/_refresh", refresh),
  route(
    "GET",
    "/_mapping",
    show(({ mappings }) => ({ mappings })),
  ),
  route(
    "GET",
    "/{index}/_mapping",
    show(({ mappings }) => ({ mappings })),
  ),
  route("PUT POST", "/{index}/_mapping", putMapping),
  route(
    "GET",
    "/{index}/_settings",
    show(({ settings }) => ({ settings })),
  ),
  route("GET", "/_cat/indices", cat),
  route("GET", "/_cat/indices/{index}", cat),
  route("GET", "/_cluster/health", health),
  route("GET", "/_index_template/{name}", template),
  route("PUT POST", "/_index_template/{name}", putTemplate),
  route("GET", "/_plugins/_security/api/audit", audit),
  route("PUT", "/_plugins/_security/api/audit/config", putAudit),
  route("GET PUT DELETE", "/_plugins/_ism/policies/{name}", policy),
  route("GET PUT", "/_plugins/_security/api/{kind}/{name}", security),
  route(
    "GET HEAD",
    "/{index}",
    show((index) => index),
  ),
  route("PUT", "/{index}", createIndex),
  route("DELETE", "/{index}", deleteIndex),
];

/**
 * Answers a request.
 * @throws EngineError when the engine would answer with an error, or the double does not serve the request
 */
export async function answer(request: SearchHttpRequest, context: RouteContext): Promise<Answer> {
  const { method, path } = request;
  if (path.startsWith(`${DASHBOARDS_PATH}/`)) {
    const { status, body } = await context.engine.dashboards(request);
    return { status, json: body };
  }
  for (const { methods, path: pattern, handle } of ROUTES) {
    const match = pattern.exec(path);
    if (!match || !methods.includes(method)) continue;
    return handle(request, context, match.slice(1));
  }
  throw notSupported(`${method} ${path}`);
}

/** A placeholder matches one step of the path. Index names do not begin with an underscore, except `_all`. */
function route(methods: string, path: string, handle: Handler): Route {
  const source = path.replace(/\{(\w+)\}/g, (_, name) =>
    name === "index" ? "(_all|[^_/][^/]*)" : "([^/]+)",
  );
  return { methods: methods.split(" "), path: new RegExp(`^${source}/?$`), handle };
}

async function bulk(
  request: SearchHttpRequest,
  { engine, refuseItem }: RouteContext,
  [index]: string[],
): Promise<Answer> {
  checkParameters(request, ["refresh"]);
  const { query, body } = request;
  const forced = query.get("refresh") === "wait_for" || (flag(query, "refresh") ?? false);
  return ok(await engine.bulk(body, index, forced, refuseItem));
}

function searchIndices(request: SearchHttpRequest, { engine }: RouteContext, [index]: string[]): Answer {
  checkParameters(request, ["size"]);
  const size = request.query.get("size");
  const body = { ...jsonBody(request), ...(size !== null && { size: Number(size) }) };
  return {
    status: 200,
    text: search(body, engine.resolve(index), Date.now()),
    contentType: "application/json",
  };
}

function countIndices(request: SearchHttpRequest, { engine }: RouteContext, [index]: string[]): Answer {
  checkParameters(request);
  return ok(countMatches(jsonBody(request), engine.resolve(index), Date.now()));
}

function refresh(request: SearchHttpRequest, { engine }: RouteContext, [index]: string[]): Answer {
  checkParameters(request);
  const indices = engine.resolve(index);
  for (const one of indices) one.refresh();
  return ok({ _shards: { total: indices.length, successful: indices.length, failed: 0 } });
}

/** Returns one part of each index's description. */
function show(part: (index: IndexJson) => Json): Handler {
  return (request, { engine }, [index]) => {
    checkParameters(request);
    const indices = engine.resolve(index);
    if (request.method === "HEAD") return { status: indices.length > 0 ? 200 : 404 };
    return ok(Object.fromEntries(indices.map((one) => [one.name, part(indexJson(one))])));
  };
}

async function createIndex(
  request: SearchHttpRequest,
  { engine }: RouteContext,
  [index = ""]: string[],
): Promise<Answer> {
  checkParameters(request);
  const body = jsonBody(request);
  checkMembers(body, "a new index", ["settings", "mappings"]);
  const { settings: given, mappings } = body;
  await engine.createIndex(index, readSettings(given), isJsonObject(mappings) ? mappings : {});
  return ok({ acknowledged: true, shards_acknowledged: true, index });
}

async function putMapping(
  request: SearchHttpRequest,
  { engine }: RouteContext,
  [index = ""]: string[],
): Promise<Answer> {
  checkParameters(request);
  const body = jsonBody(request);
  checkMembers(body, "a mapping of an index", ["properties"]);
  const { properties } = body;
  await engine.addFields(index, isJsonObject(properties) ? properties : {});
  return ACKNOWLEDGED;
}

async function deleteIndex(
  request: SearchHttpRequest,
  { engine }: RouteContext,
  [index = ""]: string[],
): Promise<Answer> {
  checkParameters(request);
  await engine.deleteIndices(index);
  return ACKNOWLEDGED;
}

function cat(request: SearchHttpRequest, { engine }: RouteContext, [index]: string[]): Answer {
  checkParameters(request, ["format", "h", "v"]);
  const { query } = request;
  const format = query.get("format") ?? "text";
  if (format !== "json" && format !== "text") throw notSupported(`format=${format} of ${request.path}`);
  const rows = catIndices(engine.resolve(index), query.get("h"));
  if (format === "json") return ok(rows);
  const lines = rows.map((row) => Object.values(row).join(" "));
  if (flag(query, "v") && rows[0]) lines.unshift(Object.keys(rows[0]).join(" "));
  return { status: 200, text: lines.map((line) => `${line}\n`).join(""), contentType: "text/plain" };
}

function health(request: SearchHttpRequest, { engine }: RouteContext): Answer {
  checkParameters(request);
  return ok(clusterHealth(engine.resolve(undefined)));
}

function template(request: SearchHttpRequest, { engine }: RouteContext, [name = ""]: string[]): Answer {
  checkParameters(request);
  if (name.includes("*")) throw notSupported(`${request.method} ${request.path}`);
  const found = engine.template(name);
  if (found) return ok({ index_templates: [{ name, index_template: found }] });
  throw new EngineError(404, "resource_not_found_exception", `index template matching [${name}] not found`);
}

async function putTemplate(
  request: SearchHttpRequest,
  { engine }: RouteContext,
  [name = ""]: string[],
): Promise<Answer> {
  checkParameters(request);
  await engine.putTemplate(name, jsonBody(request));
  return ACKNOWLEDGED;
}

function audit(request: SearchHttpRequest, { engine }: RouteContext): Answer {
  checkParameters(request);
  const { status, body } = engine.readAudit();
  return { status, json: body };
}

async function putAudit(request: SearchHttpRequest, { engine }: RouteContext): Promise<Answer> {
  checkParameters(request);
  const { status, body } = await engine.putAudit(anyJsonBody(request.body));
  return { status, json: body };
}

async function policy(
  request: SearchHttpRequest,
  { engine }: RouteContext,
  [name = ""]: string[],
): Promise<Answer> {
  const { status, body } = await engine.policy(name, request);
  return { status, json: body };
}

async function security(
  request: SearchHttpRequest,
  { engine }: RouteContext,
  [kind = "", name = ""]: string[],
): Promise<Answer> {
  checkParameters(request);
  const { method, path } = request;
  if (!isSecurityKind(kind)) throw notSupported(`${method} ${path}`);
  const { status, body } =
    method === "GET"
      ? engine.readSecurity(kind, name)
      : await engine.putSecurity(kind, name, anyJsonBody(request.body));
  return { status, json: body };
}
