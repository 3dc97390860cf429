import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import {
  calendarInterval,
  parseDate,
  parseQueryDate,
  printDate,
} from "../../../../local/services/opensearch/dates";
import { EngineError } from "../../../../local/services/opensearch/errors";
import { filterRaw } from "../../../../local/services/opensearch/indices/raw-json";
import { compareTexts } from "../../../../local/services/opensearch/indices/text-order";
import type { Interceptor, SearchDouble } from "../../../../local/services/opensearch/service";
import { openStore } from "../../../../local/store/store";
import { startSearchDouble } from "../../../support/search-double";

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

async function call(method: string, path: string, body?: string | object, headers = {}) {
  const sent = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(double.url + path, {
    method,
    headers,
    ...(sent !== undefined && { body: sent }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true && text !== "";
  return { status: response.status, text, body: isJson ? JSON.parse(text) : undefined };
}

/** Of documents that the tests of this file send. */
const MAPPING = {
  dynamic: false,
  properties: {
    n: { type: "integer" },
    k: { type: "keyword" },
    t: { type: "text" },
    d: { type: "date", format: "yyyy-MM-dd" },
  },
};

const put = (index: string, id: string, source: string): string =>
  `{"index":{"_index":"${index}","_id":"${id}"}}\n${source}\n`;

async function ids(index: string): Promise<string[]> {
  await call("POST", `/${index}/_refresh`);
  const { body } = await call("POST", `/${index}/_search`, { size: 10_000 });
  return body.hits.hits.map(({ _id }: { _id: string }) => _id).sort();
}

describe("what is kept", () => {
  test("survives a restart: documents as sent, versions, mappings, templates, roles", async () => {
    await start();
    await call("PUT", "/_index_template/t", {
      index_patterns: ["a-*"],
      template: { settings: { number_of_replicas: 0 }, mappings: MAPPING },
    });
    await call("PUT", "/_plugins/_security/api/roles/r", { cluster_permissions: ["x"] });
    await call("PUT", "/_plugins/_security/api/rolesmapping/r", { backend_roles: ["y"] });
    await call(
      "POST",
      "/_bulk",
      put("a-1", "1", '{ "n": 6.0, "t": "é\\u0000" }') + put("a-1", "2", '{"n":2}') + put("gone", "3", "{}"),
    );
    await call("POST", "/_bulk", put("a-1", "2", '{"later":true}') + put("a-1", "1", '{"n": 1e2}'));
    await call("DELETE", "/gone");
    const look = async () => {
      await call("POST", "/_refresh");
      return {
        found: (await call("POST", "/a-*/_search", { sort: ["n"] })).text.replace(/"took":\d+/, ""),
        index: (await call("GET", "/a-1")).body,
        templates: (await call("GET", "/_index_template/t")).body,
        roles: (await call("GET", "/_plugins/_security/api/roles/r")).body,
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
    expect(item.index).toMatchObject({ _version: 3, _seq_no: 4, result: "updated" });
  });

  test("survives restarts: further fields, and which documents have them", async () => {
    await start();
    await call("PUT", "/a", { mappings: MAPPING });
    await call("POST", "/_bulk", put("a", "before", '{"more":"x"}') + put("a", "again", '{"more":"x"}'));
    await call("PUT", "/a/_mapping", { properties: { more: { type: "keyword" } } });
    await call("POST", "/_bulk", put("a", "after", '{"more":"x"}') + put("a", "again", '{"more":"x"}'));
    const query = { term: { more: { value: "x" } } };
    for (let restarts = 0; restarts < 2; restarts++) {
      await double.close();
      await start();
      const { body } = await call("POST", "/a/_search", { query });
      expect(body.hits.hits.map(({ _id }: { _id: string }) => _id).sort()).toEqual(["after", "again"]);
      expect(await ids("a")).toEqual(["after", "again", "before"]);
    }
  });

  test("is searchable at once after a restart", async () => {
    await start();
    await call("POST", "/_bulk", put("a", "1", "{}"));
    await double.close();
    await start();

    expect((await call("GET", "/a/_count")).body.count).toBe(1);
  });

  /** The entries of the journal of a stopped double. */
  function journal(): string[] {
    const store = openStore(dataDir);
    try {
      const records = Array.from(store.table("search/journal").entries(), ([, value]) => value.toString());
      return records.join("").trim().split("\n");
    } finally {
      store.close();
    }
  }

  test("an altered document is damage, which is named at the start", async () => {
    await start();
    await call("PUT", "/a", { mappings: MAPPING });
    await call("POST", "/_bulk", put("a", "1", '{"n":1234567}'));
    await double.close();
    const path = join(dataDir, "store", "store.db");
    const bytes = readFileSync(path);
    const at = bytes.indexOf("1234567");
    expect(at).toBeGreaterThan(0);
    bytes[at] = "2".charCodeAt(0);
    writeFileSync(path, bytes);

    await expect(start()).rejects.toThrow(`${path} is damaged: `);
  });

  test("the journal is as short as what it says, after each start", async () => {
    await start();
    await call("PUT", "/a", { mappings: MAPPING });
    for (let n = 0; n < 20; n++) await call("POST", "/_bulk", put("a", "1", `{"n":${n}}`));
    await double.close();
    const long = journal();
    await start();
    await double.close();
    const short = journal();

    expect(long.length).toBeGreaterThan(20);
    expect(short).toHaveLength(2);
    expect(short[1]).toContain('"source":{"n":19}');
  });

  test("an answered bulk request survives SIGKILL", async () => {
    const script = `
      const { startSearchDouble } = require("./__tests__/support/search-double");
      startSearchDouble({ dataDir: ${JSON.stringify(dataDir)} }).then(({ url }) => console.log(url));`;
    const child = spawn(process.execPath, ["--import", "tsx", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(child.stdout, "data");
    const url = String(line).trim();
    const acknowledged: string[] = [];
    const exited = once(child, "exit");
    for (let n = 0; child.exitCode === null && child.signalCode === null; n++) {
      const body = Array.from({ length: 50 }, (_, at) => put("a", `${n}-${at}`, "{}")).join("");
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
  });

  test("a journal that is none is an error that says so", async () => {
    const store = openStore(dataDir);
    store.commit(() => store.table("search/journal").set("0", Buffer.from('{"t":"nonsense"}\n')));
    store.close();

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
  type Sent = readonly [method: string, path: string, body?: string | object];
  const search = (body: object): Sent => ["POST", "/a/_search", body];
  const query = (body: object): Sent => search({ query: body });
  const aggregation = (body: object): Sent => search({ aggs: { x: body } });
  const field = (body: object): Sent => ["PUT", "/b", { mappings: { properties: { f: body } } }];
  const days = { field: "d", calendar_interval: "day", min_doc_count: 1 };

  test.each<[Sent, string]>([
    [["GET", "/_cluster/stats"], "GET /_cluster/stats"],
    [["POST", "/a/_update/1", {}], "POST /a/_update/1"],
    [["PUT", "/a/_mapping", { dynamic: true }], "dynamic in a mapping of an index"],
    [["POST", "/_plugins/_ism/add/x", {}], "POST /_plugins/_ism/add/x"],
    [["GET", "/_plugins/_security/api/internalusers/x"], "GET /_plugins/_security/api/internalusers/x"],
    [["GET", "/_plugins/_security/api/roles"], "GET /_plugins/_security/api/roles"],
    [["PATCH", "/_plugins/_security/api/roles/x", []], "PATCH /_plugins/_security/api/roles/x"],
    [["DELETE", "/_plugins/_security/api/roles/x"], "DELETE /_plugins/_security/api/roles/x"],
    [["DELETE", "/_index_template/x"], "DELETE /_index_template/x"],
    [["GET", "/_index_template/x*"], "GET /_index_template/x*"],
    [["GET", "/a/_search?q=x"], "parameter q of /a/_search"],
    [["GET", "/a/_search?foo=1"], "parameter foo of /a/_search"],
    [["GET", "/_search?ignore_unavailable=true"], "parameter ignore_unavailable of /_search"],
    [["GET", "/_cat/indices?format=yaml"], "format=yaml"],
    [["GET", "/_cat/indices?h=store.size"], "column store.size"],
    [search({ highlight: {} }), "highlight in a search"],
    [search({ track_total_hits: 7 }), "track_total_hits 7"],
    [search({ _source: ["x*"] }), "_source x*"],
    [search({ _source: { includes: ["x"] } }), "includes and excludes of _source"],
    [query({ query_string: {} }), "query query_string"],
    [query({ wildcard: { k: "a*" } }), "query wildcard"],
    [query({ terms: { k: { index: "x" } } }), "terms lookup"],
    [query({ term: { _id: "1" } }), "term of _id"],
    [query({ prefix: { n: "1" } }), "prefix of n, which is not a keyword"],
    [query({ match: { k: { query: "x", fuzziness: 1 } } }), "fuzziness in match"],
    [query({ bool: { should: [], minimum_should_match: "50%" } }), "minimum_should_match 50%"],
    [query({ range: { d: { gte: "2026-01-01", time_zone: "Europe/Paris" } } }), "time_zone in range"],
    [query({ range: { k: { gte: "a" } } }), "range of k, a text"],
    [query({ range: { d: { gte: "now/d" } } }), "date math now/d"],
    [query({ range: { d: { gte: "2026-01-01||+1d" } } }), "date math 2026-01-01||+1d"],
    [query({ range: { d: { gte: 1, format: "epoch_millis" } } }), "date format epoch_millis"],
    [query({ range: { d: { gte: "2026", format: "strict_date_optional_time" } } }), "date 2026"],
    [search({ sort: [{ k: { order: "asc", mode: "avg" } }] }), "mode in sort"],
    [search({ sort: ["_score"] }), "sort by _score"],
    [search({ sort: ["d"], search_after: ["2026-01-01"] }), 'search_after "2026-01-01" of d'],
    [aggregation({ percentiles: { field: "n" } }), "aggregation percentiles"],
    [aggregation({ histogram: { field: "n", interval: 5 } }), "aggregation histogram"],
    [aggregation({ terms: { field: "k", include: "a" } }), "include in terms"],
    [aggregation({ terms: { field: "d" } }), "terms of d, a date"],
    [aggregation({ terms: { field: "k", order: { "x.max": "asc" } } }), "order by x.max"],
    [aggregation({ date_histogram: { ...days, fixed_interval: "1m" } }), "two intervals of a date_histogram"],
    [
      aggregation({ date_histogram: { field: "d", fixed_interval: "12h", min_doc_count: 1 } }),
      "fixed_interval 12h",
    ],
    [aggregation({ date_histogram: { ...days, calendar_interval: "week" } }), "calendar_interval week"],
    [aggregation({ date_histogram: { ...days, min_doc_count: 0 } }), "empty buckets of a date_histogram"],
    [aggregation({ date_histogram: { ...days, time_zone: "Europe/Paris" } }), "time_zone Europe/Paris"],
    [aggregation({ date_histogram: { ...days, field: "n" } }), "date_histogram of n, no date"],
    [aggregation({ filters: { filters: {}, other_bucket: true } }), "other_bucket in filters"],
    [aggregation({ sum: { field: "n", missing: 1 } }), "missing in sum"],
    [aggregation({ sum: { script: "1 + 1" } }), "script 1 + 1; supported: a product of fields"],
    [aggregation({ sum: { script: { source: "1", lang: "x" } } }), "script language x"],
    [aggregation({ sum: { script: { id: "x" } } }), "id of a script"],
    [["POST", "/_bulk", '{"create":{"_index":"a","_id":"1"}}\n{}\n'], "create in a bulk request"],
    [["POST", "/_bulk", '{"delete":{"_index":"a","_id":"1"}}\n'], "delete in a bulk request"],
    [["POST", "/_bulk", '{"update":{"_index":"a","_id":"1"}}\n{}\n'], "update in a bulk request"],
    [["POST", "/_bulk", '{"index":{"_index":"a","routing":"x"}}\n{}\n'], "routing in a bulk request"],
    [["POST", "/_bulk?pipeline=x", "{}\n"], "parameter pipeline of /_bulk"],
    [["PUT", "/b", { aliases: { x: {} } }], "aliases in a new index"],
    [["PUT", "/b", { settings: { "index.codec": "y" } }], "setting index.codec"],
    [["PUT", "/b", { settings: { refresh_interval: "1d" } }], "refresh_interval 1d"],
    [["PUT", "/b", { mappings: { dynamic: "strict" } }], "dynamic: strict"],
    [["PUT", "/b", { mappings: { dynamic_templates: [] } }], "mapping parameter dynamic_templates"],
    [field({ type: "geo_point" }), "field [f] of type geo_point"],
    [field({ properties: {} }), "field [f] of type object"],
    [field({ type: "text", analyzer: "x" }), "analyzer on field [f]"],
    [field({ type: "date", format: "dd MMM" }), "date format dd MMM of field [f]"],
    [field({ type: "date" }), "date format left out of field [f]"],
    [["PUT", "/_index_template/x", { index_patterns: ["x"], data_stream: {} }], "data_stream in an index"],
    [["PUT", "/_index_template/x", { index_patterns: ["x"], composed_of: ["y"] }], "component templates"],
    [
      ["PUT", "/_index_template/x", { index_patterns: ["b"] }],
      "two index templates of one priority, t and x",
    ],
  ])("%j is named", async ([method, path, body], what) => {
    await start();
    await call("PUT", "/_index_template/t", { index_patterns: ["a"], template: { mappings: MAPPING } });
    await call("POST", "/_bulk?refresh=true", put("a", "1", '{"n":1,"k":"x","t":"x","d":"2026-01-01"}'));

    const answer = await call(method, path, body);

    expect(answer).toMatchObject({ status: 501, body: { error: { type: "not_supported" }, status: 501 } });
    expect(answer.body.error.reason).toContain("not supported by the local search double: ");
    expect(answer.body.error.reason).toContain(what);
  });

  test("a document that would change the mapping is refused by itself, and named", async () => {
    await start();
    const bodies = ['{"n":1}', '{"n":null,"l":[[null]]}', '{"o":{}}', "{}"];

    const { body } = await call("POST", "/_bulk", bodies.map((one, at) => put("a", `${at}`, one)).join(""));

    const error = (name: string) => ({
      type: "not_supported",
      reason: `not supported by the local search double: dynamic mapping, for field [${name}]; an index needs "dynamic": false`,
    });
    expect(body.items).toMatchObject([
      { index: { status: 501, error: error("n") } },
      { index: { status: 201 } },
      { index: { status: 501, error: error("o") } },
      { index: { status: 201 } },
    ]);
  });

  test.each<[Sent, string]>([
    [["POST", "/_search", "{"], "json_parse_exception"],
    [["POST", "/_search", "[]"], "Expected [START_OBJECT]"],
    [search({ size: -1 }), "[size] parameter cannot be negative"],
    [search({ search_after: [1] }), "Sort must contain at least one field"],
    [search({ sort: ["n"], search_after: [1], from: 1 }), "`from` parameter must be set to 0"],
    [search({ sort: [{ k: "up" }] }), "Unknown SortOrder [up]"],
    [query({ term: {}, match: {} }), "[query] must have exactly one member but has 2"],
    [query({ exists: {} }), "[exists.field] must be a string but is missing"],
    [aggregation({}), "[x] must have exactly one member but has 0"],
    [aggregation({ sum: {}, avg: {} }), "[x] must have exactly one member but has 2"],
    [aggregation({ sum: {} }), "Required one of fields [field, script]"],
    [aggregation({ sum: { field: "n" }, aggs: {} }), "cannot accept sub-aggregations"],
    [aggregation({ terms: { field: "n", order: { y: "asc" } } }), "Invalid aggregation order path [y]"],
    [["POST", "/_bulk", '{"index":[]}\n{}\n'], "expected START_OBJECT"],
    [["POST", "/_bulk", "[]\n{}\n"], "Malformed action/metadata line [1]"],
    [
      ["POST", "/_bulk?refresh=x", "{}\n"],
      "Failed to parse value [x] as only [true] or [false] are allowed.",
    ],
    [["PUT", "/b", { settings: { number_of_replicas: "x" } }], "Failed to parse value [x]"],
    [["PUT", "/b", { settings: { number_of_shards: 9999 } }], "must be <= 1024"],
  ])("%j is a wrong request", async ([method, path, body], what) => {
    await start();
    await call("PUT", "/a", { mappings: MAPPING });
    await call("POST", "/_bulk?refresh=true", put("a", "1", '{"n":1}') + put("a", "2", '{"n":2}'));

    const answer = await call(method, path, body);

    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toContain(what);
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
  test("may ask for a part of the answer, or for plain text", async () => {
    await start();
    const body = put("a", "1", "{}");

    expect(
      await call("POST", "/_bulk?refresh=wait_for&filter_path=items.*.result,errors", body),
    ).toMatchObject({
      body: { errors: false, items: [{ index: { result: "created" } }] },
    });
    expect((await call("GET", "/_cat/indices?h=index,docs.count&v")).text).toBe("index docs.count\na 1\n");
    expect((await call("GET", "/_search?size=0&pretty")).body).toMatchObject({
      hits: { total: { value: 1 }, hits: [] },
    });
    expect((await call("GET", "/_cluster/health")).body).toMatchObject({
      status: "yellow",
      unassigned_shards: 1,
    });
    expect(await call("POST", "/_bulk", body, { "content-encoding": "br" })).toMatchObject({ status: 501 });
    expect(await call("POST", "/_bulk", body, { "content-encoding": "gzip" })).toMatchObject({ status: 400 });
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
        for (const format of ["yyyy-MM-dd HH:mm:ss.SSS", "strict_date_optional_time"]) {
          expect(parseDate(printDate(value, format), format)).toEqual({ first: value, last: value });
        }
        const second = parseDate(printDate(value, "yyyy-MM-dd HH:mm:ss"), "yyyy-MM-dd HH:mm:ss");
        expect(second?.first).toBeLessThanOrEqual(value);
        expect(second?.last).toBeGreaterThanOrEqual(value);
      }),
    );
  });

  test("an interval begins at or before each moment that it holds, and holds its own beginning", () => {
    const interval = fc.constantFrom(
      ...(["day", "month"] as const).map((unit) => [unit, calendarInterval(unit)] as const),
    );
    fc.assert(
      fc.property(interval, fc.integer({ min: -1e12, max: 4e12 }), ([unit, floor], ms) => {
        const first = floor?.(ms) ?? Number.NaN;
        const text = (value: number) => new Date(value).toISOString();
        const length = unit === "day" ? 10 : 7;
        expect(text(first).slice(0, length)).toBe(text(ms).slice(0, length));
        expect(text(first).slice(length)).toBe("1970-01-01T00:00:00.000Z".slice(length));
        expect(floor?.(first)).toBe(first);
      }),
    );
  });

  test("a time before or after now", () => {
    const now = Date.UTC(2026, 10, 24, 3, 8, 27);
    const first = (text: string): string =>
      new Date(parseQueryDate(text, "yyyy-MM-dd", now)?.first ?? 0).toISOString();

    expect(first("now")).toBe("2026-11-24T03:08:27.000Z");
    expect(first("now-15m")).toBe("2026-11-24T02:53:27.000Z");
    expect(first("now+2d")).toBe("2026-11-26T03:08:27.000Z");
    expect(first("2026-01-31")).toBe("2026-01-31T00:00:00.000Z");
  });

  test("texts are ordered by code point", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        expect(Math.sign(compareTexts(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
  });

  test("filter_path takes paths and patterns", () => {
    const answer = String.raw`{"took":1,"hits":{"total":2,"hits":[{"_id":"a,]}\"","_source":{"x":9007199254740993}},{"_id":"b"}]}}`;

    expect(filterRaw(answer, "hits.hits._id")).toBe(
      String.raw`{"hits":{"hits":[{"_id":"a,]}\""},{"_id":"b"}]}}`,
    );
    expect(filterRaw(answer, "t*,hits.to*")).toBe('{"took":1,"hits":{"total":2}}');
    expect(filterRaw(answer, "hits.hits._source")).toBe(
      '{"hits":{"hits":[{"_source":{"x":9007199254740993}}]}}',
    );
    expect(filterRaw(answer, "nowhere")).toBe("{}");
  });
});
