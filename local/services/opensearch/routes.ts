import { isJsonObject, type Json } from "../../../lib/json";
import { DASHBOARDS_PATH } from "./dashboards-api";
import type { Engine, IndexOptions, RefuseItem } from "./engine";
import { EngineError, notSupported } from "./errors";
import { catIndices, clusterHealth, indexJson, info } from "./index-views";
import { anyJsonBody, checkParameters, flag, jsonBody, type SearchHttpRequest } from "./request";
import { countMatches, search } from "./search";
import { isSecurityKind, type SecurityAnswer, type SecurityKind } from "./security-api";
import { readSettings } from "./settings";

/** An answer: JSON, or text that is JSON already or says what it is. */
export interface Answer {
  readonly status: number;
  readonly json?: Json;
  readonly text?: string;
  readonly contentType?: string;
}

/** What a route works with. */
export interface RouteContext {
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

const INDEX_PARAMETERS = ["ignore_unavailable", "allow_no_indices", "expand_wildcards"];
/** Waiting for other nodes: there are none, so nothing is waited for. */
const WAITING_PARAMETERS = ["timeout", "master_timeout", "cluster_manager_timeout", "wait_for_active_shards"];
const SEARCH_PARAMETERS = ["size", "from", "track_total_hits", "rest_total_hits_as_int", "typed_keys"];

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
  route("GET", "/_mapping", mapping),
  route("GET", "/{index}/_mapping", mapping),
  route("PUT POST", "/{index}/_mapping", putMapping),
  route("GET", "/{index}/_settings", settings),
  route("GET", "/_cat/indices", cat),
  route("GET", "/_cat/indices/{index}", cat),
  route("GET", "/_cluster/health", health),
  route("GET", "/_index_template", templates),
  route("GET HEAD", "/_index_template/{name}", templates),
  route("PUT POST", "/_index_template/{name}", putTemplate),
  route("DELETE", "/_index_template/{name}", deleteTemplate),
  route("GET", "/_plugins/_security/api/audit", audit),
  route("PUT", "/_plugins/_security/api/audit/config", putAudit),
  route("GET PUT DELETE", "/_plugins/_ism/policies/{name}", policy),
  route("GET", "/_plugins/_security/api/{kind}", security),
  route("GET PUT PATCH DELETE", "/_plugins/_security/api/{kind}/{name}", security),
  route("GET HEAD", "/{index}", getIndex),
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

/** A placeholder stands for one step of the path; an index does not begin with an underscore, but for `_all`. */
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
  checkParameters(
    request,
    ["refresh", ...WAITING_PARAMETERS],
    ["routing", "pipeline", "_source", "require_alias", "_source_includes", "_source_excludes", "batch_size"],
  );
  const { query, body } = request;
  const wait = query.get("refresh") === "wait_for";
  const forced = wait || (flag(query, "refresh") ?? false);
  return ok(await engine.bulk(body, index, forced, refuseItem));
}

function indexOptions({ query }: SearchHttpRequest): IndexOptions {
  const expand = query.get("expand_wildcards");
  if (expand !== null && expand !== "open" && expand !== "all")
    throw notSupported(`expand_wildcards=${expand}`);
  const ignoreUnavailable = flag(query, "ignore_unavailable");
  const allowNoIndices = flag(query, "allow_no_indices");
  return {
    ...(ignoreUnavailable !== undefined && { ignoreUnavailable }),
    ...(allowNoIndices !== undefined && { allowNoIndices }),
  };
}

function searchIndices(request: SearchHttpRequest, { engine }: RouteContext, [index]: string[]): Answer {
  checkParameters(
    request,
    [...INDEX_PARAMETERS, ...SEARCH_PARAMETERS],
    [
      "q",
      "sort",
      "scroll",
      "routing",
      "preference",
      "_source",
      "_source_includes",
      "_source_excludes",
      "search_type",
    ],
  );
  const { query } = request;
  for (const name of ["rest_total_hits_as_int", "typed_keys"]) {
    if (flag(query, name)) throw notSupported(`${name}=true`);
  }
  const body: Record<string, Json> = { ...jsonBody(request) };
  for (const name of ["size", "from"]) {
    const value = query.get(name);
    if (value !== null) body[name] = Number(value);
  }
  const track = query.get("track_total_hits");
  if (track !== null) body["track_total_hits"] = /^\d+$/.test(track) ? Number(track) : track !== "false";
  const indices = engine.resolve(index, indexOptions(request));
  return { status: 200, text: search(body, indices, Date.now()), contentType: "application/json" };
}

function countIndices(request: SearchHttpRequest, { engine }: RouteContext, [index]: string[]): Answer {
  checkParameters(request, INDEX_PARAMETERS, ["q", "routing", "preference", "min_score", "terminate_after"]);
  return ok(countMatches(jsonBody(request), engine.resolve(index, indexOptions(request)), Date.now()));
}

function refresh(request: SearchHttpRequest, { engine }: RouteContext, [index]: string[]): Answer {
  checkParameters(request, INDEX_PARAMETERS);
  const indices = engine.resolve(index, indexOptions(request));
  for (const one of indices) one.refresh();
  return ok({ _shards: { total: indices.length, successful: indices.length, failed: 0 } });
}

function mapping(request: SearchHttpRequest, { engine }: RouteContext, [index]: string[]): Answer {
  checkParameters(request, [...INDEX_PARAMETERS, ...WAITING_PARAMETERS]);
  const indices = engine.resolve(index, indexOptions(request));
  return ok(Object.fromEntries(indices.map((one) => [one.name, { mappings: indexJson(one).mappings }])));
}

async function putMapping(
  request: SearchHttpRequest,
  { engine }: RouteContext,
  [index = ""]: string[],
): Promise<Answer> {
  checkParameters(request, [...INDEX_PARAMETERS, ...WAITING_PARAMETERS], ["write_index_only"]);
  await engine.putMapping(index, jsonBody(request), { allowNoIndices: false, ...indexOptions(request) });
  return ACKNOWLEDGED;
}

function settings(request: SearchHttpRequest, { engine }: RouteContext, [index]: string[]): Answer {
  checkParameters(
    request,
    [...INDEX_PARAMETERS, ...WAITING_PARAMETERS],
    ["flat_settings", "include_defaults"],
  );
  const indices = engine.resolve(index, indexOptions(request));
  return ok(Object.fromEntries(indices.map((one) => [one.name, { settings: indexJson(one).settings }])));
}

function getIndex(request: SearchHttpRequest, { engine }: RouteContext, [index = ""]: string[]): Answer {
  checkParameters(
    request,
    [...INDEX_PARAMETERS, ...WAITING_PARAMETERS],
    ["flat_settings", "include_defaults"],
  );
  const indices = engine.resolve(index, indexOptions(request));
  if (request.method === "HEAD") return { status: indices.length > 0 ? 200 : 404 };
  return ok(Object.fromEntries(indices.map((one) => [one.name, indexJson(one)])));
}

async function createIndex(
  request: SearchHttpRequest,
  { engine }: RouteContext,
  [index = ""]: string[],
): Promise<Answer> {
  checkParameters(request, WAITING_PARAMETERS);
  const { settings: given, mappings, ...others } = jsonBody(request);
  for (const key of Object.keys(others)) {
    if (key === "aliases") throw notSupported("aliases");
    throw new EngineError(400, "parse_exception", `unknown key [${key}] for create index`);
  }
  await engine.createIndex(index, readSettings(given), isJsonObject(mappings) ? mappings : {});
  return ok({ acknowledged: true, shards_acknowledged: true, index });
}

async function deleteIndex(
  request: SearchHttpRequest,
  { engine }: RouteContext,
  [index = ""]: string[],
): Promise<Answer> {
  checkParameters(request, [...INDEX_PARAMETERS, ...WAITING_PARAMETERS]);
  await engine.deleteIndices(index, indexOptions(request));
  return ACKNOWLEDGED;
}

function cat(request: SearchHttpRequest, { engine }: RouteContext, [index]: string[]): Answer {
  checkParameters(
    request,
    ["format", "h", "v", ...INDEX_PARAMETERS],
    ["s", "bytes", "health", "help", "pri", "time"],
  );
  const { query } = request;
  const format = query.get("format") ?? "text";
  if (format !== "json" && format !== "text") throw notSupported(`format=${format} of ${request.path}`);
  const rows = catIndices(engine.resolve(index, indexOptions(request)), query.get("h"));
  if (format === "json") return ok(rows);
  const lines = rows.map((row) => Object.values(row).join(" "));
  if (flag(query, "v") && rows[0]) lines.unshift(Object.keys(rows[0]).join(" "));
  return { status: 200, text: lines.map((line) => `${line}\n`).join(""), contentType: "text/plain" };
}

function health(request: SearchHttpRequest, { engine }: RouteContext): Answer {
  checkParameters(request, WAITING_PARAMETERS, ["level", "local", "wait_for_status", "wait_for_nodes"]);
  return ok(clusterHealth(engine.resolve(undefined)));
}

function templates(request: SearchHttpRequest, { engine }: RouteContext, [name]: string[]): Answer {
  checkParameters(request, WAITING_PARAMETERS, ["flat_settings", "local"]);
  const found = engine.templates(name ?? "*");
  if (request.method === "HEAD") return { status: found.length > 0 ? 200 : 404 };
  if (found.length === 0 && name !== undefined && !name.includes("*")) {
    throw new EngineError(404, "resource_not_found_exception", `index template matching [${name}] not found`);
  }
  return ok({ index_templates: found.map(([key, body]) => ({ name: key, index_template: body })) });
}

async function putTemplate(
  request: SearchHttpRequest,
  { engine }: RouteContext,
  [name = ""]: string[],
): Promise<Answer> {
  checkParameters(request, WAITING_PARAMETERS, ["create", "cause"]);
  await engine.putTemplate(name, jsonBody(request));
  return ACKNOWLEDGED;
}

async function deleteTemplate(
  request: SearchHttpRequest,
  { engine }: RouteContext,
  [name = ""]: string[],
): Promise<Answer> {
  checkParameters(request, WAITING_PARAMETERS);
  if (await engine.deleteTemplate(name)) return ACKNOWLEDGED;
  throw new EngineError(404, "index_template_missing_exception", `index_template [${name}] missing`);
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
  [kind = "", name]: string[],
): Promise<Answer> {
  checkParameters(request);
  if (!isSecurityKind(kind)) throw notSupported(`${request.method} ${request.path}`);
  const { status, body } = await securityAnswer(request, engine, kind, name);
  return { status, json: body };
}

async function securityAnswer(
  { method, body }: SearchHttpRequest,
  engine: Engine,
  kind: SecurityKind,
  name: string | undefined,
): Promise<SecurityAnswer> {
  if (method === "GET" || name === undefined) return engine.readSecurity(kind, name);
  const sent = method === "DELETE" ? {} : anyJsonBody(body);
  return engine.changeSecurity(kind, name, (api) => {
    if (method === "PUT") return api.put(kind, name, sent);
    return method === "PATCH" ? api.patch(kind, name, sent) : api.delete(kind, name);
  });
}
