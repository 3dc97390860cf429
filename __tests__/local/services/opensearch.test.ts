import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import {
  calendarInterval,
  fixedInterval,
  parseDate,
  parseDateMath,
  printDate,
} from "../../../local/services/opensearch/dates";
import { EngineError } from "../../../local/services/opensearch/errors";
import { filterAnswer } from "../../../local/services/opensearch/json-paths";
import { matchesPattern, patternsOverlap } from "../../../local/services/opensearch/names";
import {
  type Interceptor,
  type SearchDouble,
  startSearchDouble,
} from "../../../local/services/opensearch/service";
import { compareTexts } from "../../../local/services/opensearch/values";

let dataDir: string;
let double: SearchDouble;

async function start(interceptor: Interceptor = {}): Promise<void> {
  double = await startSearchDouble({ dataDir, interceptor });
}

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "search-double-"));
});

afterEach(async () => {
  await double?.close().catch(() => undefined);
  rmSync(dataDir, { recursive: true, force: true });
});

async function call(
  method: string,
  path: string,
  body?: string | object | Uint8Array<ArrayBuffer>,
  headers = {},
) {
  const sent =
    body === undefined || typeof body === "string" || body instanceof Uint8Array
      ? body
      : JSON.stringify(body);
  const response = await fetch(double.url + path, {
    method,
    headers,
    ...(sent !== undefined && { body: sent }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true && text !== "";
  return { status: response.status, text, body: isJson ? JSON.parse(text) : undefined };
}

const put = (index: string, id: string, source: string): string =>
  `{"index":{"_index":"${index}","_id":"${id}"}}\n${source}\n`;

async function ids(index: string): Promise<string[]> {
  await call("POST", `/${index}/_refresh`);
  const { body } = await call("POST", `/${index}/_search`, { sort: ["_id"], size: 10_000 });
  return body.hits.hits.map(({ _id }: { _id: string }) => _id);
}

describe("what is kept", () => {
  test("survives a restart: documents as sent, versions, mappings, templates, roles", async () => {
    await start();
    await call("PUT", "/_index_template/t", {
      index_patterns: ["a-*"],
      template: { settings: { number_of_replicas: 0 } },
    });
    await call("PUT", "/_index_template/gone", { index_patterns: ["b-*"] });
    await call("DELETE", "/_index_template/gone");
    await call("PUT", "/_plugins/_security/api/roles/r", { cluster_permissions: ["x"] });
    await call("PUT", "/_plugins/_security/api/rolesmapping/r", { backend_roles: ["y"] });
    await call("PUT", "/_plugins/_security/api/roles/gone", { cluster_permissions: ["x"] });
    await call("DELETE", "/_plugins/_security/api/roles/gone");
    await call(
      "POST",
      "/_bulk",
      put("a-1", "1", '{ "n": 6.0, "t": "é\\u0000" }') + put("a-1", "2", '{"n":2}') + put("gone", "3", "{}"),
    );
    await call(
      "POST",
      "/_bulk",
      `${put("a-1", "2", '{"later":true}')}{"delete":{"_index":"a-1","_id":"1"}}\n${put("a-1", "1", '{"n": 1e2}')}`,
    );
    await call("DELETE", "/gone");
    const look = async () => {
      await call("POST", "/_refresh");
      return {
        found: (await call("POST", "/a-*/_search", { sort: ["_id"] })).text.replace(/"took":\d+/, ""),
        index: (await call("GET", "/a-1")).body,
        templates: (await call("GET", "/_index_template")).body,
        roles: (await call("GET", "/_plugins/_security/api/roles")).body,
        mappings: (await call("GET", "/_plugins/_security/api/rolesmapping/r")).body,
        indices: (await call("GET", "/_cat/indices?h=index,docs.count&format=json")).body,
      };
    };
    const before = await look();
    await double.close();
    await start();

    expect(await look()).toEqual(before);
    expect(before.found).toContain('"_source":{"n": 1e2}');
    expect(before.indices).toEqual([{ index: "a-1", "docs.count": "2" }]);
    const [item] = (await call("POST", "/_bulk", put("a-1", "2", "{}"))).body.items;
    expect(item.index).toMatchObject({ _version: 3, _seq_no: 5, result: "updated" });
  });

  test("is searchable at once after a restart", async () => {
    await start();
    await call("POST", "/_bulk", put("a", "1", "{}"));
    await double.close();
    await start();

    expect((await call("GET", "/a/_count")).body.count).toBe(1);
  });

  test("what a crash cut off is dropped, what was before it stays, and new entries follow", async () => {
    await start();
    await call("POST", "/_bulk", put("a", "1", "{}"));
    await double.close();
    appendFileSync(join(dataDir, "journal.ndjson"), '{"t":"doc","index":"a","id":"2","ver');
    await start();
    await call("POST", "/_bulk", put("a", "3", "{}"));
    await double.close();
    await start();

    expect(await ids("a")).toEqual(["1", "3"]);
  });

  test("the journal is as short as what it says, after each start", async () => {
    await start();
    for (let n = 0; n < 20; n++) await call("POST", "/_bulk", put("a", "1", `{"n":${n}}`));
    await double.close();
    const long = readFileSync(join(dataDir, "journal.ndjson"), "utf8").split("\n").length;
    await start();
    await double.close();
    const short = readFileSync(join(dataDir, "journal.ndjson"), "utf8").trim().split("\n");

    expect(long).toBeGreaterThan(20);
    expect(short).toHaveLength(2);
    expect(short[1]).toContain('"source":{"n":19}');
    expect(readdirSync(dataDir)).toEqual(["journal.ndjson"]);
  });

  test("an answered bulk request survives SIGKILL", async () => {
    const script = `
      const { startSearchDouble } = require("./local/services/opensearch/service");
      startSearchDouble({ dataDir: ${JSON.stringify(dataDir)} }).then(({ url }) => console.log(url));`;
    const child = spawn(process.execPath, ["--import", "tsx", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(child.stdout, "data");
    const url = String(line).trim();
    const acknowledged: string[] = [];
    const exited = once(child, "exit");
    for (let n = 0; child.exitCode === null && child.signalCode === null; n++) {
      const body = Array.from({ length: 50 }, (_, at) => put("a", `${n}-${at}`, '{"n":1}')).join("");
      const answer = await fetch(`${url}/_bulk`, { method: "POST", body }).then(
        (response) => response.json(),
        () => undefined,
      );
      if (answer === undefined) break;
      for (let at = 0; at < 50; at++) acknowledged.push(`${n}-${at}`);
      if (n === 20) setImmediate(() => child.kill("SIGKILL"));
    }
    await exited;
    await start();

    const kept = new Set(await ids("a"));
    expect(acknowledged.length).toBeGreaterThan(1_000);
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  }, 30_000);

  test("a journal that is none is an error that says so", async () => {
    appendFileSync(join(dataDir, "journal.ndjson"), '{"t":"nonsense"}\n');

    await expect(start()).rejects.toThrow(
      "The journal of the search double holds an unknown change: nonsense",
    );
  });
});

describe("faults for tests", () => {
  test("in the place of an answer, as a broken connection, and for one item", async () => {
    let n = 0;
    await start({
      onRequest: ({ path }) => {
        if (path !== "/_bulk") return undefined;
        n++;
        if (n === 1) return { status: 429, body: { error: "busy" } };
        return n === 2 ? "break the connection" : undefined;
      },
      onItem: ({ id }) =>
        id === "odd" ? new EngineError(403, "security_exception", "no permissions") : undefined,
    });
    const body = put("a", "1", "{}") + put("a", "odd", "{}");

    expect(await call("POST", "/_bulk", body)).toMatchObject({ status: 429, body: { error: "busy" } });
    await expect(call("POST", "/_bulk", body)).rejects.toThrow();
    expect((await call("POST", "/_bulk", body)).body).toMatchObject({
      errors: true,
      items: [
        { index: { status: 201 } },
        {
          index: { _id: "odd", status: 403, error: { type: "security_exception", reason: "no permissions" } },
        },
      ],
    });
    expect(await ids("a")).toEqual(["1"]);
  });
});

describe("what is not served", () => {
  test.each([
    ["GET", "/_cluster/stats", undefined, "GET /_cluster/stats"],
    ["POST", "/a/_update/1", {}, "POST /a/_update/1"],
    ["POST", "/_plugins/_ism/add/x", {}, "POST /_plugins/_ism/add/x"],
    ["GET", "/_plugins/_security/api/internalusers", undefined, "GET /_plugins/_security/api/internalusers"],
    ["GET", "/a/_search?q=x", undefined, "parameter q of /a/_search"],
    ["GET", "/_search?typed_keys=true", undefined, "typed_keys=true"],
    ["GET", "/_search?expand_wildcards=closed", undefined, "expand_wildcards=closed"],
    ["GET", "/_cat/indices?format=yaml", undefined, "format=yaml"],
    ["GET", "/_cat/indices?h=store.size", undefined, "column store.size"],
    ["POST", "/_search", { highlight: {} }, "highlight in a search"],
    ["POST", "/a/_search", { query: { query_string: {} } }, "query query_string"],
    ["POST", "/a/_search", { query: { terms: { k: { index: "x" } } } }, "terms lookup"],
    ["POST", "/a/_search", { query: { wildcard: { t: "a?c" } } }, "? in a wildcard query"],
    ["POST", "/a/_search", { query: { match: { k: { query: "x", fuzziness: 1 } } } }, "fuzziness in match"],
    [
      "POST",
      "/a/_search",
      { query: { bool: { should: [], minimum_should_match: "50%" } } },
      "minimum_should_match 50%",
    ],
    [
      "POST",
      "/a/_search",
      { query: { range: { d: { gte: 1, time_zone: "Europe/Paris" } } } },
      "time_zone Europe/Paris",
    ],
    ["POST", "/a/_search", { sort: [{ k: { order: "asc", mode: "avg" } }] }, "mode in sort"],
    ["POST", "/a/_search", { sort: [{ k: { missing: 7 } }] }, "missing values in sort"],
    ["POST", "/a/_search", { aggs: { x: { percentiles: { field: "k" } } } }, "aggregation percentiles"],
    ["POST", "/a/_search", { aggs: { x: { terms: { field: "k", include: "a" } } } }, "include in terms"],
    [
      "POST",
      "/a/_search",
      { aggs: { x: { sum: { script: "1 + 1" } } } },
      "script 1 + 1; a product of fields is",
    ],
    [
      "POST",
      "/a/_search",
      { aggs: { x: { sum: { script: { source: "1", lang: "x" } } } } },
      "script language x",
    ],
    ["POST", "/a/_search", { aggs: { x: { sum: { script: { id: "x" } } } } }, "id of a script"],
    ["POST", "/_bulk", '{"update":{"_index":"a","_id":"1"}}\n{}\n', "update in a bulk request"],
    ["POST", "/_bulk", '{"index":{"_index":"a","routing":"x"}}\n{}\n', "routing in a bulk request"],
    ["POST", "/_bulk?pipeline=x", "{}\n", "parameter pipeline of /_bulk"],
    ["PUT", "/b", { aliases: { x: {} } }, "aliases"],
    ["POST", "/a/_search", { sort: ["_score"] }, "sort by _score"],
    ["POST", "/a/_search", { sort: ["_doc"] }, "sort by _doc"],
    [
      "PUT",
      "/b",
      { settings: { "index.analysis.analyzer.x.type": "y" } },
      "setting index.analysis.analyzer.x.type",
    ],
    ["PUT", "/b", { mappings: { properties: { g: { type: "geo_point" } } } }, "field type geo_point"],
    [
      "PUT",
      "/b",
      { mappings: { properties: { t: { type: "text", analyzer: "x" } } } },
      "analyzer on field [t]",
    ],
    [
      "PUT",
      "/b",
      { mappings: { properties: { d: { type: "date", format: "dd MMM" } } } },
      "date format dd MMM",
    ],
    ["PUT", "/b", { mappings: { dynamic: "strict_allow_templates" } }, "dynamic: strict_allow_templates"],
    ["PUT", "/b", { mappings: { dynamic_templates: [] } }, "mapping parameter dynamic_templates"],
    ["PUT", "/_index_template/x", { index_patterns: ["x"], data_stream: {} }, "data streams"],
    ["PUT", "/_index_template/x", { index_patterns: ["x"], composed_of: ["y"] }, "component templates"],
    [
      "PUT",
      "/_index_template/x",
      { index_patterns: ["x"], template: { aliases: {} } },
      "aliases in an index template",
    ],
  ])("%s %s %j names it", async (method, path, body, what) => {
    await start();
    await call("POST", "/_bulk", put("a", "1", '{"k":1,"t":"x","d":"2026-01-01"}'));

    const answer = await call(method, path, body);

    expect(answer).toMatchObject({ status: 501, body: { error: { type: "not_supported" }, status: 501 } });
    expect(answer.body.error.reason).toContain("not supported by the local search double: ");
    expect(answer.body.error.reason).toContain(what);
  });

  test.each([
    ["GET", "/a/_search?foo=1", undefined, "request [/a/_search] contains unrecognized parameter: [foo]"],
    ["POST", "/_search", "{", ""],
    ["POST", "/_search", "[]", "Expected [START_OBJECT]"],
    ["POST", "/_search", { size: -1 }, "[size] parameter cannot be negative"],
    ["POST", "/_search", { search_after: [1] }, "Sort must contain at least one field"],
    ["POST", "/a/_search", { sort: ["n"], search_after: [1], from: 1 }, "`from` parameter must be set to 0"],
    ["POST", "/a/_search", { sort: [{ k: "up" }] }, "Unknown SortOrder [up]"],
    ["POST", "/a/_search", { sort: ["n"], search_after: [{}] }, "Can't handle search_after value"],
    [
      "POST",
      "/a/_search",
      { query: { term: {}, match: {} } },
      "[query] must name exactly one thing but names 2",
    ],
    ["POST", "/a/_search", { query: { prefix: { n: "1" } } }, "Can only use prefix queries on keyword"],
    ["POST", "/a/_search", { query: { term: { b: "x" } } }, "Can't parse boolean value [x]"],
    ["POST", "/a/_search", { query: { exists: {} } }, "[exists.field] must be a text but is missing"],
    ["POST", "/a/_search", { aggs: { x: {} } }, "Missing definition for aggregation [x]"],
    [
      "POST",
      "/a/_search",
      { aggs: { x: { sum: {}, avg: {} } } },
      "Found two aggregation type definitions in [x]",
    ],
    ["POST", "/a/_search", { aggs: { x: { sum: {} } } }, "Required one of fields [field, script]"],
    [
      "POST",
      "/a/_search",
      { aggs: { x: { sum: { field: "n" }, aggs: {} } } },
      "cannot accept sub-aggregations",
    ],
    ["POST", "/a/_search", { aggs: { x: { date_histogram: { field: "d" } } } }, "Invalid interval specified"],
    [
      "POST",
      "/a/_search",
      { aggs: { x: { date_histogram: { field: "d", fixed_interval: "1M" } } } },
      "as a time value",
    ],
    [
      "POST",
      "/a/_search",
      { aggs: { x: { date_histogram: { field: "d", calendar_interval: "2d" } } } },
      "calendar interval",
    ],
    [
      "POST",
      "/a/_search",
      { aggs: { x: { histogram: { field: "n", interval: 0 } } } },
      "[interval] must be >0",
    ],
    [
      "POST",
      "/a/_search",
      { aggs: { x: { terms: { field: "n", order: { y: "asc" } } } } },
      "Invalid aggregation order path [y]",
    ],
    [
      "POST",
      "/a/_search",
      { aggs: { x: { date_histogram: { field: "d", fixed_interval: "1ms" } } } },
      "too many buckets",
    ],
    ["POST", "/_bulk", '{"index":[]}\n{}\n', "expected START_OBJECT"],
    ["POST", "/_bulk", "[]\n{}\n", "Malformed action/metadata line [1]"],
    ["POST", "/_bulk?refresh=x", "{}\n", "Failed to parse value [x] as only [true] or [false] are allowed."],
    ["POST", "/_bulk", '{"delete":{"_index":"a"}}\n', "an id is required"],
    ["PUT", "/b", { settings: { refresh_interval: "soon" } }, "as a time value"],
    ["PUT", "/b", { settings: { number_of_replicas: "x" } }, "Failed to parse value [x]"],
    ["PUT", "/b", { settings: { number_of_shards: 9999 } }, "must be <= 1024"],
    ["PUT", "/b", { mappings: { properties: { n: {} } } }, "No type specified for field [n]"],
    ["PUT", "/b", { mappings: { foo: 1 } }, "Root mapping definition has unsupported parameters"],
    ["PUT", "/a/_mapping", { properties: { n: { properties: {} } } }, "can't merge a non object mapping [n]"],
  ])("%s %s %j is a wrong request", async (method, path, body, what) => {
    await start();
    await call(
      "POST",
      "/_bulk?refresh=true",
      put("a", "1", '{"n":1,"b":true,"k":"x","d":"2026-01-01"}') + put("a", "2", '{"n":2,"d":"2027-01-01"}'),
    );

    const answer = await call(method, path, body);

    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body).replaceAll("\\\\", "\\")).toContain(what);
  });

  test("a port that is taken is named", async () => {
    await start();
    const port = Number(new URL(double.url).port);
    const other = mkdtempSync(join(tmpdir(), "search-double-"));

    await expect(startSearchDouble({ dataDir: other, port })).rejects.toThrow(
      `port ${port} of the search double is taken`,
    );
    rmSync(other, { recursive: true });
  });
});

describe("requests", () => {
  test("may be compressed, and ask for a part of the answer or plain text", async () => {
    await start();
    const body = gzipSync(put("a", "1", "{}"));

    expect(
      await call("POST", "/_bulk?refresh=wait_for&filter_path=**.result,errors", body, {
        "content-encoding": "gzip",
      }),
    ).toMatchObject({
      body: { errors: false, items: [{ index: { result: "created" } }] },
    });
    expect((await call("GET", "/_cat/indices?h=index,docs.count&v")).text).toBe("index docs.count\na 1\n");
    expect((await call("GET", "/_cluster/health")).body).toMatchObject({
      status: "yellow",
      unassigned_shards: 1,
    });
    expect(await call("POST", "/_bulk", body, { "content-encoding": "br" })).toMatchObject({ status: 501 });
    expect(
      (await call("POST", "/_bulk", `{"index":{"_index":"a"}}\n{}\n`)).body.items[0].index._id,
    ).toHaveLength(20);
  });
});

describe("parts", () => {
  test("a date written in a format is read back", () => {
    const ms = fc.integer({ min: Date.UTC(1000, 0), max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(ms, (value) => {
        for (const format of ["yyyy-MM-dd HH:mm:ss.SSS", "strict_date_optional_time", "epoch_millis"]) {
          expect(parseDate(printDate(value, format), format)).toEqual({ first: value, last: value });
        }
        const second = parseDate(printDate(value, "yyyy-MM-dd HH:mm:ss"), "yyyy-MM-dd HH:mm:ss");
        expect(second?.first).toBeLessThanOrEqual(value);
        expect(second?.last).toBeGreaterThanOrEqual(value);
      }),
    );
  });

  test("an interval holds each moment, and the next begins where it ends", () => {
    const units = ["minute", "hour", "day", "week", "month", "quarter", "year"];
    const interval = fc.constantFrom(
      ...units.map(calendarInterval),
      fixedInterval("90m"),
      fixedInterval("7d"),
    );
    fc.assert(
      fc.property(interval, fc.integer({ min: -1e12, max: 4e12 }), (found, ms) => {
        const floor = found?.floor(ms) ?? Number.NaN;
        const next = found?.next(floor) ?? Number.NaN;
        expect(floor).toBeLessThanOrEqual(ms);
        expect(next).toBeGreaterThan(ms);
        expect(found?.floor(floor)).toBe(floor);
        expect(found?.floor(next)).toBe(next);
        expect(found?.floor(next - 1)).toBe(floor);
      }),
    );
  });

  test("date math rounds and adds", () => {
    const now = Date.UTC(2026, 10, 24, 3, 8, 27);
    const first = (text: string): string =>
      new Date(parseDateMath(text, "yyyy-MM-dd", now)?.first ?? 0).toISOString();

    expect(first("now/d")).toBe("2026-11-24T00:00:00.000Z");
    expect(first("now-1M/M")).toBe("2026-10-01T00:00:00.000Z");
    expect(first("now/w")).toBe("2026-11-23T00:00:00.000Z");
    expect(first("2026-01-31||+1d-2h+3m")).toBe("2026-01-31T22:03:00.000Z");
    expect(first("2026-01-31||+1y+5s/s")).toBe("2027-01-31T00:00:05.000Z");
    expect(parseDateMath("now+1x", "yyyy", now)).toBeUndefined();
  });

  test("texts are ordered by code point", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        expect(Math.sign(compareTexts(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
  });

  test("two patterns overlap when a name fits both", () => {
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 5 });
    const name = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 6 });
    fc.assert(
      fc.property(pattern, pattern, name, (one, other, text) => {
        if (matchesPattern(text, one) && matchesPattern(text, other))
          expect(patternsOverlap(one, other)).toBe(true);
      }),
    );
    expect(patternsOverlap("retail-*", "retail-x*")).toBe(true);
    expect(patternsOverlap("retail-*", "orders-*")).toBe(false);
  });

  test("filter_path takes paths, patterns and any depth", () => {
    const answer = { took: 1, hits: { total: 2, hits: [{ _id: "a", _source: { x: 1 } }, { _id: "b" }] } };

    expect(filterAnswer(answer, "hits.hits._id")).toEqual({ hits: { hits: [{ _id: "a" }, { _id: "b" }] } });
    expect(filterAnswer(answer, "t*,hits.to*")).toEqual({ took: 1, hits: { total: 2 } });
    expect(filterAnswer(answer, "**.x")).toEqual({ hits: { hits: [{ _source: { x: 1 } }] } });
    expect(filterAnswer(answer, "nowhere")).toEqual({});
  });
});
