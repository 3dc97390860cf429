import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, errors } from "@opensearch-project/opensearch";
import { plainDigits } from "../../../contract/exact-number";
import { retailTransaction } from "../../../contract/retail-transaction";
import { defaultPanels } from "../../../dashboards/default-panels";
import { savedObjects } from "../../../dashboards/saved-objects";
import { searchSetup } from "../../../lambdas/search-setup/core";
import { createLogger } from "../../../lambdas/shared/log";
import type { Search, SearchAnswer } from "../../../lambdas/shared/search-client";
import { upsertToEs } from "../../../lambdas/upsert-to-es/core";
import { goodLine, kinesisEvent, sequenceNumber } from "../kinesis-event";
import { INDEXING, indexMapping } from "../retail";
import { AGGREGATIONS } from "./aggregations";
import { DOCUMENTS } from "./documents";
import {
  KINDS_AGGREGATIONS,
  KINDS_DOCUMENTS,
  KINDS_MAPPING,
  KINDS_ORDERS,
  KINDS_QUERIES,
  KINDS_REFUSED,
} from "./kinds";
import { ORDERS, QUERIES, REFUSED_SEARCHES } from "./queries";
import { MALFORMED, MAPPING, REFUSED, TAKEN, UNKNOWN_COLUMNS } from "./refusals";

/**
 * The behaviour of OpenSearch that this stack needs: these tests run against the local search double and against a real
 * engine. Every index, template and role that they create has the same unique prefix, and is deleted at the end.
 * @param makeClient the official client; its user needs all permissions
 */
export function searchContract(makeClient: () => Promise<Client>): void {
  const name = `contract-${randomBytes(4).toString("hex")}`;
  const security = "/_plugins/_security/api";
  let client: Client;
  let search: Search;

  beforeAll(async () => {
    client = await makeClient();
    search = searchOf(client);
  });

  afterAll(async () => {
    await call("DELETE", `/${name}*`);
    for (const suffix of ["setup", "-t", "-lines"]) await call("DELETE", `/_index_template/${name}${suffix}`);
    for (const kind of ["rolesmapping", "roles"]) await call("DELETE", `${security}/${kind}/${name}`);
    await client.close();
  });

  async function call(method: string, path: string, body?: object | string): Promise<SearchAnswer> {
    return answerOf(
      client.transport.request({
        method,
        path,
        ...(typeof body === "string" ? { bulkBody: body } : body !== undefined && { body }),
      }),
    );
  }

  /** A bulk request that indexes sources; with `refresh` they are searchable at once. */
  function put(index: string, sources: readonly string[], refresh = false): Promise<SearchAnswer> {
    const lines = sources.map((source) => `{"index":{"_index":"${index}","_id":"x"}}\n${source}\n`);
    return call("POST", `/_bulk${refresh ? "?refresh=true" : ""}`, lines.join(""));
  }

  test("is an OpenSearch of version 2", async () => {
    const { body } = await call("GET", "/");

    expect(body).toMatchObject({
      version: { distribution: "opensearch", number: expect.stringMatching(/^2\./) },
    });
  });

  describe("templates", () => {
    const path = `/_index_template/${name}-t`;
    const body = {
      index_patterns: [`${name}-t-*`],
      priority: 7,
      template: {
        settings: { number_of_shards: 2, "index.number_of_replicas": 0 },
        mappings: { dynamic: false, properties: { n: { type: "integer" } } },
      },
    };

    test("are kept, and returned in the engine's spelling", async () => {
      expect(await call("GET", path)).toMatchObject({
        status: 404,
        body: {
          error: {
            type: "resource_not_found_exception",
            reason: `index template matching [${name}-t] not found`,
          },
        },
      });
      expect(await call("PUT", path, body)).toEqual({ status: 200, body: { acknowledged: true } });
      expect(await call("GET", path)).toEqual({
        status: 200,
        body: {
          index_templates: [
            {
              name: `${name}-t`,
              index_template: {
                index_patterns: [`${name}-t-*`],
                template: {
                  settings: { index: { number_of_shards: "2", number_of_replicas: "0" } },
                  mappings: { dynamic: false, properties: { n: { type: "integer" } } },
                },
                composed_of: [],
                priority: 7,
              },
            },
          ],
        },
      });
    });

    test("are applied to an index that a bulk request makes", async () => {
      await put(`${name}-t-1`, ['{"n":1,"other":"x"}']);

      expect((await call("GET", `/${name}-t-1`)).body).toMatchObject({
        [`${name}-t-1`]: {
          mappings: { dynamic: "false", properties: { n: { type: "integer" } } },
          settings: {
            index: { number_of_shards: "2", number_of_replicas: "0", provided_name: `${name}-t-1` },
          },
        },
      });
    });

    test("are refused without a pattern", async () => {
      expect(await call("PUT", `/_index_template/${name}-u`, {})).toMatchObject({
        status: 400,
        body: {
          error: {
            type: "illegal_argument_exception",
            reason: expect.stringMatching(/Required \[index_patterns\]/),
          },
        },
      });
    });
  });

  describe("indices", () => {
    test("are made, shown and deleted", async () => {
      const index = `${name}-made`;
      const acknowledged = { acknowledged: true, shards_acknowledged: true, index };

      expect(await call("PUT", `/${index}`, { mappings: MAPPING })).toEqual({
        status: 200,
        body: acknowledged,
      });
      expect(await call("PUT", `/${index}`, {})).toMatchObject({
        status: 400,
        body: { error: { type: "resource_already_exists_exception" } },
      });
      expect((await call("GET", `/${index}/_mapping`)).body).toEqual({
        [index]: { mappings: MAPPING },
      });
      expect((await call("GET", `/${index}/_settings`)).body).toMatchObject({
        [index]: { settings: { index: { number_of_shards: "1", number_of_replicas: "1" } } },
      });
      expect(
        (await call("GET", `/_cat/indices/${index}?format=json&h=index,pri,rep,docs.count`)).body,
      ).toEqual([{ index, pri: "1", rep: "1", "docs.count": "0" }]);
      expect(await call("DELETE", `/${index}`)).toEqual({ status: 200, body: { acknowledged: true } });
      expect(await call("HEAD", `/${index}`)).toMatchObject({ status: 404 });
    });

    test.each([
      ["GET", "_search"],
      ["GET", "_count"],
      ["GET", "_mapping"],
      ["POST", "_refresh"],
      ["DELETE", ""],
    ])("that are not there: %s %s", async (method, action) => {
      expect(await call(method, `/${name}-none/${action}`.replace(/\/$/, ""))).toMatchObject({
        status: 404,
        body: { error: { type: "index_not_found_exception", reason: `no such index [${name}-none]` } },
      });
      if (method === "GET")
        expect(await call(method, `/${name}-none*/${action}`)).toMatchObject({ status: 200 });
    });

    test.each([
      ["a capital", "Bad", {}, "invalid_index_name_exception", /must be lowercase/],
      [
        "no shards",
        "bad",
        { settings: { number_of_shards: 0 } },
        "illegal_argument_exception",
        /Failed to parse value \[0\] for setting \[index.number_of_shards\] must be >= 1/,
      ],
    ])("are refused with %s", async (_, suffix, body, type, reason) => {
      expect(await call("PUT", `/${name}-${suffix}`, body)).toMatchObject({
        status: 400,
        body: { error: { type, reason: expect.stringMatching(reason) } },
      });
    });
  });

  describe("mappings", () => {
    const months = ["2026-10", "2026-11"];
    const index = (month: string): string => `${name}-map-${month}`;
    const pattern = `${name}-map-*`;
    const text = { type: "text", fields: { keyword: { type: "keyword" } } };

    beforeAll(async () => {
      for (const month of months) {
        const mappings = { dynamic: false, properties: { n: { type: "integer" }, t: { type: "text" } } };
        await call("PUT", `/${index(month)}`, { settings: { number_of_replicas: 0 }, mappings });
      }
      await put(index("2026-10"), ['{"n":1,"t":"before","k":"before"}'], true);
    });

    const found = async (field: string, value: string): Promise<unknown> =>
      at((await call("GET", `/${pattern}/_count`, { query: { term: { [field]: value } } })).body, "count");

    test("are read of every index that a pattern names, none where there is none", async () => {
      const properties = { n: { type: "integer" }, t: { type: "text" } };
      expect(await call("GET", `/${pattern}/_mapping`)).toEqual({
        status: 200,
        body: Object.fromEntries(
          months.map((month) => [index(month), { mappings: { dynamic: "false", properties } }]),
        ),
      });
      expect(await call("GET", `/${name}-nowhere-*/_mapping`)).toEqual({ status: 200, body: {} });
    });

    test("take new fields and subfields, which documents have from then on", async () => {
      const october = `/${index("2026-10")}/_mapping`;
      const acknowledged = { status: 200, body: { acknowledged: true } };
      const k = { type: "keyword", ignore_above: 8191 };
      expect(await call("PUT", october, { properties: { k, t: text } })).toEqual(acknowledged);
      expect(await call("PUT", october, { properties: { k } })).toEqual(acknowledged);
      await call(
        "POST",
        "/_bulk?refresh=true",
        `{"index":{"_index":"${index("2026-10")}","_id":"y"}}\n{"k":"after","t":"After"}\n`,
      );

      expect((await call("GET", october)).body).toEqual({
        [index("2026-10")]: {
          mappings: { dynamic: "false", properties: { n: { type: "integer" }, t: text, k } },
        },
      });
      expect([await found("k", "before"), await found("k", "after")]).toEqual([0, 1]);
      expect(await found("t", "before")).toBe(1);
      expect(await found("t.keyword", "After")).toBe(1);
    });

    test.each([
      [
        "another type",
        { n: { type: "keyword" } },
        "mapper [n] cannot be changed from type [integer] to [keyword]",
      ],
      [
        "another format",
        { d: { type: "date", format: "yyyy-MM-dd HH:mm:ss.SSS" } },
        /Mapper for \[d\] conflicts.*Cannot update parameter \[format\] from \[yyyy-MM-dd HH:mm:ss\] to \[yyyy-MM-dd HH:mm:ss\.SSS\]/s,
      ],
      [
        "another factor",
        { s: { type: "scaled_float", scaling_factor: 1000 } },
        /Mapper for \[s\] conflicts.*Cannot update parameter \[scaling_factor\]/s,
      ],
    ])("refuse %s of a field that exists, and nothing changes", async (_, properties, reason) => {
      const path = `/${index("2026-11")}/_mapping`;
      const own = {
        d: { type: "date", format: "yyyy-MM-dd HH:mm:ss" },
        s: { type: "scaled_float", scaling_factor: 100 },
      };
      await call("PUT", path, { properties: own });
      const before = (await call("GET", path)).body;

      expect(await call("PUT", path, { properties: { new: { type: "long" }, ...properties } })).toMatchObject(
        {
          status: 400,
          body: {
            error: {
              type: "illegal_argument_exception",
              reason: typeof reason === "string" ? reason : expect.stringMatching(reason),
            },
          },
        },
      );
      expect((await call("GET", path)).body).toEqual(before);
    });

    test("of an index that is not there are refused", async () => {
      expect(await call("PUT", `/${name}-none/_mapping`, { properties: {} })).toMatchObject({
        status: 404,
        body: { error: { type: "index_not_found_exception" } },
      });
    });
  });

  describe("numbers and booleans of every kind", () => {
    const index = `${name}-types`;

    beforeAll(async () => {
      await call("PUT", `/${index}`, { settings: { number_of_replicas: 0 }, mappings: MAPPING });
      const sources = ['{"l":5,"s":2.95,"b":true}', '{"l":7,"s":0.1,"b":"false"}', '{"l":7,"s":0.2}', "{}"];
      const lines = sources.map((source, id) => `{"index":{"_index":"${index}","_id":"${id}"}}\n${source}\n`);
      expect(await call("POST", "/_bulk?refresh=true", lines.join(""))).toMatchObject({
        body: { errors: false },
      });
    });

    test.each<[object, string]>([
      [{ term: { l: { value: 7 } } }, "1 2"],
      [{ term: { l: { value: "5" } } }, "0"],
      [{ term: { s: { value: 0.1 } } }, "1"],
      [{ term: { s: { value: 2.95 } } }, "0"],
      [{ range: { s: { gte: 0.2 } } }, "0 2"],
      [{ term: { b: { value: true } } }, "0"],
      [{ term: { b: { value: "false" } } }, "1"],
      [{ bool: { must_not: [{ exists: { field: "b" } }] } }, "2 3"],
    ])("%j", async (query, ids) => {
      const hits = hitsOf(await call("POST", `/${index}/_search`, { query }));
      expect(hits.map(({ _id }) => _id).sort()).toEqual(ids.split(" "));
    });

    test("sums, and products in which a missing value is nothing", async () => {
      const product = (source: string) => ({ sum: { script: { lang: "painless", source } } });
      const optional = (field: string) => `(doc['${field}'].size() == 0 ? 0 : doc['${field}'].value)`;
      const { body } = await call("POST", `/${index}/_search`, {
        size: 0,
        aggs: {
          l: { sum: { field: "l" } },
          s: { sum: { field: "s" } },
          product: product(`${optional("l")} * ${optional("s")}`),
        },
      });
      const sums = ["l", "s", "product"].map((key) => rounded(at(body, "aggregations", key, "value")));
      expect(sums).toEqual([19, 3.25, 16.85]);
    });

    test("a post filter leaves hits and their total out, and no document out of an aggregation", async () => {
      const { body } = await call("POST", `/${index}/_search`, {
        track_total_hits: true,
        sort: [{ l: "asc" }],
        post_filter: { bool: { must_not: [{ term: { l: { value: 7 } } }] } },
        aggs: { all: { filter: { match_all: {} } } },
      });
      expect(hitsOf({ status: 200, body }).map(({ _id }) => _id)).toEqual(["0", "3"]);
      expect([at(body, "hits", "total", "value"), at(body, "aggregations", "all", "doc_count")]).toEqual([
        2, 4,
      ]);
    });
  });

  describe("bulk", () => {
    test("answers each action by itself, with its version and place", async () => {
      const index = `${name}-bulk`;
      await call("PUT", `/${index}`, { settings: { number_of_replicas: 0 }, mappings: MAPPING });
      const shards = { total: 1, successful: 1, failed: 0 };
      const done = (result: string, _version: number, _seq_no: number, status: number) => ({
        _index: index,
        _id: "c",
        _version,
        result,
        _shards: shards,
        _seq_no,
        _primary_term: 1,
        status,
      });

      const answer = await call(
        "POST",
        `/${index}/_bulk`,
        '{"index":{"_id":"c"}}\n{"n":1}\n{"index":{"_id":"c"}}\n{"n":"x"}\n{"index":{"_id":"c"}}\n{"n":3}\n',
      );

      expect(answer).toMatchObject({ status: 200, body: { errors: true, took: expect.any(Number) } });
      expect(items(answer)).toEqual([
        done("created", 1, 0, 201),
        {
          _index: index,
          _id: "c",
          status: 400,
          error: expect.objectContaining({ type: "mapper_parsing_exception" }),
        },
        done("updated", 2, 1, 200),
      ]);
    });

    test("says of an answer what filter_path asks for, an item for each document", async () => {
      const { body } = await call(
        "POST",
        "/_bulk?filter_path=items.*.status,items.*.error.type",
        `{"index":{"_index":"${name}-bulk","_id":"1"}}\n{"n":1}\n{"index":{"_index":"${name}-bulk","_id":"2"}}\n{"n":"x"}\n`,
      );

      expect(body).toEqual({
        items: [
          { index: { status: 201 } },
          { index: { status: 400, error: { type: "mapper_parsing_exception" } } },
        ],
      });
    });

    test.each(TAKEN)("takes %s", async (source) => {
      expect(items(await put(`${name}-bulk`, [source]))).toMatchObject([
        { status: expect.any(Number), _id: "x" },
      ]);
      expect(items(await put(`${name}-bulk`, [source]))[0]).not.toHaveProperty("error");
    });

    test.each(REFUSED)("refuses %s", async (source, type, reason) => {
      expect(items(await put(`${name}-bulk`, [source]))).toMatchObject([
        { status: 400, error: { type, reason } },
      ]);
    });

    test.each(UNKNOWN_COLUMNS.map(([source, taken]) => [source.slice(0, 60), taken, source] as const))(
      "under the contract's mapping, %s is taken: %s",
      async (_, taken, source) => {
        const index = `${name}-unknown`;
        await call("PUT", `/${index}`, { mappings: indexMapping() });

        const [item] = items(await put(index, [source]));

        expect(item).toMatchObject(
          taken
            ? { _id: "x", result: expect.any(String) }
            : { status: 400, error: { type: "mapper_parsing_exception" } },
        );
      },
    );

    test("refuses a term that is too long for the index", async () => {
      const [item] = items(await put(`${name}-bulk`, [`{"k":"${"x".repeat(40_000)}"}`]));

      expect(item).toMatchObject({
        status: 400,
        error: {
          type: "illegal_argument_exception",
          reason: expect.stringContaining('immense term in field="k"'),
        },
      });
    });

    test.each(MALFORMED)("refuses %j as a whole", async (body, type, reason) => {
      expect(await call("POST", "/_bulk", body)).toMatchObject({
        status: 400,
        body: { error: { type, reason } },
      });
    });

    test("refuses an id of more than 512 bytes as a whole, and an index's wrong name by itself", async () => {
      expect(
        await call("POST", "/_bulk", `{"index":{"_index":"i","_id":"${"x".repeat(513)}"}}\n{}\n`),
      ).toMatchObject({
        status: 400,
        body: { error: { type: "action_request_validation_exception" } },
      });
      expect(items(await put("Wrong", ["{}"]))).toMatchObject([
        { status: 400, error: { type: "invalid_index_name_exception" } },
      ]);
    });
  });

  describe("kinds of columns", () => {
    const index = `${name}-kinds`;

    /** The response's text, in which no digit is lost. */
    async function textOf(path: string, body: object): Promise<string> {
      const answer = await client.transport.request({ method: "POST", path, body }, { asStream: true });
      const chunks: Buffer[] = [];
      for await (const chunk of answer.body as AsyncIterable<Buffer>) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks).toString();
    }

    async function searchFor(body: object, filterPath: string): Promise<string> {
      return textOf(`/${index}/_search?filter_path=${filterPath}`, body);
    }

    beforeAll(async () => {
      await call("PUT", `/${index}`, { mappings: KINDS_MAPPING });
      const entries = KINDS_DOCUMENTS.map((source, at) => `{"index":{"_id":"k${at + 1}"}}\n${source}\n`);
      expect(await call("POST", `/${index}/_bulk?refresh=true`, entries.join(""))).toMatchObject({
        body: { errors: false },
      });
    });

    test.each(KINDS_REFUSED)("refuses %s", async (source, type, reason) => {
      const [item] = items(await put(index, [source]));

      expect(at(item, "status")).toBe(400);
      expect(at(item, "error", "caused_by", "type")).toMatch(new RegExp(`^(${type})$`));
      expect(at(item, "error", "caused_by", "reason")).toMatch(reason);
    });

    test.each(KINDS_QUERIES)("finds %j", async (query, ids) => {
      const { body } = await call("POST", `/${index}/_search`, { query, sort: ["id"] });

      expect(hitsOf({ status: 200, body }).map(({ _id }) => _id)).toEqual(ids.split(" ").filter(Boolean));
    });

    test.each(KINDS_ORDERS)("in the order of %j", async (sort, ids, first) => {
      const text = await searchFor({ sort, _source: false }, "hits.hits._id,hits.hits.sort");

      expect([...text.matchAll(/"_id":"(k\d)"/g)].map(([, id]) => id)).toEqual(ids.split(" "));
      expect(normalized(/"sort":(\[.*?\])/.exec(text)?.[1] ?? "")).toBe(normalized(first));
    });

    test.each(KINDS_AGGREGATIONS)("%j", async (aggregation, wanted) => {
      const text = await searchFor({ size: 0, aggs: { x: aggregation } }, "aggregations.x");

      expect(normalized(text)).toBe(normalized(`{"aggregations":{"x":${wanted}}}`));
    });

    test("returns every digit of a whole document; of a part, a number with a point as a double", async () => {
      const query = { ids: { values: ["k1"] } };
      const doubles = '{"hits":{"hits":[{"_source":{"l":9007199254740993,"w":123456789012.34567}}]}}';
      const paths = "filter_path=hits.hits._source.l,hits.hits._source.w";

      expect(await textOf(`/${index}/_search`, { query })).toContain(`"_source":${KINDS_DOCUMENTS[0]}`);
      expect(plain(await textOf(`/${index}/_search?${paths}`, { query }))).toBe(doubles);
      const part = plain(await textOf(`/${index}/_search`, { query, _source: ["l", "w"] }));
      expect(part).toMatch(
        /"_source":\{("l":9007199254740993,)?"w":123456789012.34567(,"l":9007199254740993)?\}/,
      );
    });

    test("refuses a scaled_float without a factor", async () => {
      const mappings = { properties: { x: { type: "scaled_float" } } };

      const { status, body } = await call("PUT", `/${index}-2`, { mappings });

      expect([status, at(body, "error", "type")]).toEqual([400, "mapper_parsing_exception"]);
      expect(at(body, "error", "caused_by", "reason")).toBe("Field [scaling_factor] is required");
    });
  });

  describe("searching", () => {
    const lines = `${name}-lines-*`;

    beforeAll(async () => {
      const template = {
        index_patterns: [lines],
        template: { settings: { number_of_replicas: 0 }, mappings: indexMapping() },
      };
      await call("PUT", `/_index_template/${name}-lines`, template);
      const entries = DOCUMENTS.map(
        (document) =>
          `{"index":{"_index":"${name}-lines-${document.InvoiceDate.slice(0, 7)}","_id":"${document.record_id}"}}\n${JSON.stringify(document)}\n`,
      );
      expect(await call("POST", "/_bulk?refresh=true", entries.join(""))).toMatchObject({
        body: { errors: false },
      });
    });

    /** Ids of the hits, in order. */
    async function found(body: object): Promise<string[]> {
      const answer = await call("POST", `/${lines}/_search`, body);
      expect(answer.status).toBe(200);
      return hitsOf(answer).map(({ _id }) => _id);
    }

    test.each(QUERIES)("%j", async (query, ids) => {
      const wanted = ids.split(" ").filter((id) => id !== "");

      expect((await found({ query })).sort()).toEqual(wanted);
      expect((await call("POST", `/${lines}/_count`, { query })).body).toMatchObject({
        count: wanted.length,
      });
    });

    test.each(ORDERS)("in the order of %j", async (sort, ids, last) => {
      const answer = await call("POST", `/${lines}/_search`, { sort });

      expect(hitsOf(answer).map(({ _id }) => _id)).toEqual(ids.split(" "));
      expect(hitsOf(answer).at(-1)).toMatchObject({ sort: last, _score: null });
    });

    test.each(AGGREGATIONS)("%j", async (aggregation, wanted) => {
      const { status, body } = await call("POST", `/${lines}/_search`, { size: 0, aggs: { x: aggregation } });

      expect({ status, said: rounded(at(body, "aggregations", "x")) }).toEqual({
        status: 200,
        said: rounded(wanted),
      });
    });

    test.each(REFUSED_SEARCHES)("refuses %j", async (body, type, reason) => {
      const { status, body: said } = await call("POST", `/${lines}/_search`, body);
      const cause = at(said, "error", "root_cause", "0");

      expect({ status, type: at(cause, "type") }).toEqual({ status: 400, type });
      expect(at(cause, "reason")).toMatch(reason);
    });

    test("reads everything, page by page, in the order of the identity", async () => {
      const seen: string[] = [];
      for (let after: string | undefined; ; after = seen.at(-1)) {
        const page = await found({
          size: 2,
          sort: [{ record_id: "asc" }],
          ...(after !== undefined && { search_after: [after] }),
        });
        seen.push(...page);
        if (page.length < 2) break;
      }

      expect(seen).toEqual(DOCUMENTS.map(({ record_id }) => record_id));
      expect(await found({ from: 4, size: 10, sort: ["record_id"] })).toEqual(["a5", "a6"]);
      expect(await found({ sort: [{ InvoiceDate: "asc" }], search_after: [1262649600000] })).toEqual([
        "a5",
        "a6",
      ]);
    });

    test("returns documents as they were sent, or a part of them", async () => {
      const query = { query: { ids: { values: ["a1"] } } };
      const source = async (_source: unknown): Promise<unknown> =>
        hitsOf(await call("POST", `/${lines}/_search`, { ...query, _source }))[0]?._source;

      expect(await source(true)).toEqual(DOCUMENTS[0]);
      expect(await source(false)).toBeUndefined();
      expect(await source(["Price", "Country"])).toEqual({ Price: 2.95, Country: "Belgium" });
    });

    test("counts exactly, or not at all", async () => {
      const total = async (track_total_hits: unknown): Promise<unknown> =>
        at((await call("POST", `/${lines}/_search`, { size: 0, track_total_hits })).body, "hits", "total");

      expect(await total(true)).toEqual({ value: 6, relation: "eq" });
      expect(await total(false)).toBeUndefined();
    });

    test("sees a write after a refresh, which comes by itself within seconds", async () => {
      const index = `${name}-refresh`;
      await call("PUT", `/${index}`, { settings: { refresh_interval: "1s" } });
      const count = async (): Promise<unknown> => at((await call("GET", `/${index}/_count`)).body, "count");
      await put(index, ["{}"]);
      await call("POST", `/${index}/_refresh`);
      expect(await count()).toBe(1);

      await call("POST", "/_bulk", `{"index":{"_index":"${index}","_id":"y"}}\n{}\n`);
      const atOnce = await count();
      const began = performance.now();
      while ((await count()) !== 2 && performance.now() - began < 5_000) await sleep(50);

      expect(atOnce).toBe(1);
      expect(await count()).toBe(2);
    });

    test("does not see what an index with no refreshes has not been told to", async () => {
      const index = `${name}-still`;
      await call("PUT", `/${index}`, { settings: { refresh_interval: "-1" } });
      await put(index, ["{}"]);
      await sleep(1_200);

      expect((await call("GET", `/${index}/_count`)).body).toMatchObject({ count: 0 });
      await call("POST", `/${index}/_refresh`);
      expect((await call("GET", `/${index}/_count`)).body).toMatchObject({ count: 1 });
    });
  });

  describe("security", () => {
    const mapping = `${security}/rolesmapping/${name}`;

    test("roles and mappings are kept in the plugin's form", async () => {
      const role = {
        cluster_permissions: ["cluster_monitor"],
        index_permissions: [{ index_patterns: ["a*"], allowed_actions: ["crud"] }],
      };
      const path = `${security}/roles/${name}`;
      expect(await call("PUT", mapping, { backend_roles: ["x"] })).toEqual({
        status: 404,
        body: { status: "NOT_FOUND", message: `role '${name}' not found.` },
      });
      expect(await call("GET", path)).toEqual({
        status: 404,
        body: { status: "NOT_FOUND", message: `role '${name}' not found.` },
      });
      expect(await call("PUT", path, role)).toEqual({
        status: 201,
        body: { status: "CREATED", message: `'${name}' created.` },
      });
      expect(await call("PUT", path, role)).toEqual({
        status: 200,
        body: { status: "OK", message: `'${name}' updated.` },
      });
      expect((await call("GET", path)).body).toEqual({
        [name]: {
          reserved: false,
          hidden: false,
          cluster_permissions: ["cluster_monitor"],
          index_permissions: [
            { index_patterns: ["a*"], fls: [], masked_fields: [], allowed_actions: ["crud"] },
          ],
          tenant_permissions: [],
          static: false,
        },
      });
      expect(await call("PUT", mapping, { backend_roles: ["x"] })).toMatchObject({ status: 201 });
      expect((await call("GET", mapping)).body).toEqual({
        [name]: {
          hosts: [],
          users: [],
          reserved: false,
          hidden: false,
          backend_roles: ["x"],
          and_backend_roles: [],
        },
      });
      expect(await call("PUT", mapping, { backend_roles: ["x"], reserved: false })).toEqual({
        status: 400,
        body: { status: "error", reason: "Invalid configuration", invalid_keys: { keys: "reserved" } },
      });
      expect(await call("PUT", path, { cluster_permissions: "x" })).toEqual({
        status: 400,
        body: { status: "error", reason: "Wrong datatype", cluster_permissions: "Array expected" },
      });
      expect(await call("PUT", mapping, { description: 7 })).toMatchObject({ status: 400 });
    });
  });

  describe("the functions", () => {
    const quiet = createLogger("test", () => undefined);
    const role = "arn:aws:iam::000000000000:role/UpsertToES";
    /** Of the set-up; no other test's index is one of its months. */
    const indexName = `${name}setup`;

    test("search-setup changes nothing the second time, and only the template when that changes", async () => {
      const ports = { search, log: quiet, timeLeftMs: () => 60_000, sleep: async () => undefined };
      const run = (replicas: number) =>
        searchSetup(
          { part: "indexing", replicas, retentionDays: 90, shards: 1, writerRoleArns: [role] },
          { indexName, contract: retailTransaction },
          ports,
        );
      const all = [
        `lifecycle policy ${indexName}`,
        `index template ${indexName}`,
        "audit log",
        "security role firehose_role",
        "role mapping firehose_role",
        `fields of ${indexName}-*`,
      ];

      const first = await run(0);
      const second = await run(0);
      const third = await run(1);

      expect([...first.created, ...first.updated, ...first.unchanged].sort()).toEqual([...all].sort());
      expect(first.created).toContain(`index template ${indexName}`);
      expect(second).toEqual({ created: [], updated: [], unchanged: all, warnings: [] });
      expect(third).toEqual({
        created: [],
        updated: [all[1]],
        unchanged: all.filter((what) => what !== all[1]),
        warnings: [],
      });
    });

    test("search-setup's part for people changes nothing the second time, and only the panel that changes", async () => {
      const ports = { search, log: quiet, timeLeftMs: () => 60_000, sleep: async () => undefined };
      const panels = defaultPanels(retailTransaction);
      const run = (title: string) =>
        searchSetup(
          {
            part: "dashboards",
            panels: panels.map((panel, at) => (at === 0 ? { ...panel, title } : panel)),
            administratorRoleArns: ["arn:aws:iam::000000000000:role/operator"],
            readerGroups: [],
            readerRole: "retail_reader",
            readerRoleArns: [role],
            smoke: {},
            title: "Contract",
          },
          { indexName, contract: retailTransaction },
          ports,
        );
      const all = [
        "security role retail_reader",
        "role mapping retail_reader",
        "role mapping kibana_user",
        "role mapping all_access",
        "Dashboards settings",
        ...savedObjects(retailTransaction, panels, { indexName, title: "Contract" }).map(
          ({ type, id }) => `${type} ${id}`,
        ),
      ];

      const first = await run("First");
      const second = await run("First");
      const third = await run("Other");

      expect([...first.created, ...first.updated, ...first.unchanged].sort()).toEqual([...all].sort());
      expect(second).toEqual({ created: [], updated: [], unchanged: all, warnings: [] });
      expect(third).toMatchObject({
        created: [],
        updated: [`visualization retail-bi-${panels[0]?.id}`],
        warnings: [],
      });
    });

    test("search-setup adds a new column to the indices that exist, and says where it cannot", async () => {
      const { Country, Quantity: _, Description: __, ...others } = indexMapping().properties;
      const old = { ...others, Country, StockCode: { type: "integer" }, Description: { type: "text" } };
      const properties = { ...others, Country };
      await call("PUT", `/${indexName}-2009-12`, { mappings: { dynamic: false, properties: old } });
      await call("PUT", `/${indexName}-2010-01`, { mappings: { dynamic: false, properties } });
      await call("PUT", `/${indexName}-2010-02`, { mappings: indexMapping() });
      const said: string[] = [];
      const log = createLogger("test", (line) => said.push(line));
      const ports = { search, log, timeLeftMs: () => 60_000, sleep: async () => undefined };
      const input = {
        part: "indexing",
        replicas: 0,
        retentionDays: 90,
        shards: 1,
        writerRoleArns: [role],
      } as const;
      const run = () => searchSetup(input, { indexName, contract: retailTransaction }, ports);

      const first = await run();
      const second = await run();

      const warnings = [
        `index ${indexName}-2009-12: field StockCode is {"type":"integer"}, and the contract's is {"type":"keyword","ignore_above":8191}: it stays, and lines that do not fit it go to quarantine`,
      ];
      expect([first.warnings, second.warnings]).toEqual([warnings, warnings]);
      expect(first.updated).toContain(`fields of ${indexName}-*`);
      expect(second).toMatchObject({ created: [], updated: [] });
      expect(said.map((line) => JSON.parse(line)).filter(({ level }) => level === "WARN")).toMatchObject([
        { message: warnings[0] },
        { message: warnings[0] },
      ]);
      expect((await call("GET", `/${indexName}-2010-01/_mapping`)).body).toMatchObject({
        [`${indexName}-2010-01`]: { mappings: { properties: indexMapping().properties } },
      });
      await put(`${indexName}-2009-12`, ['{"Quantity":7,"Description":"MUG"}'], true);
      for (const query of [{ term: { Quantity: 7 } }, { term: { "Description.keyword": "MUG" } }]) {
        expect((await call("GET", `/${indexName}-*/_count`, { query })).body).toMatchObject({ count: 1 });
      }
    });

    test("UpsertToES indexes what fits, quarantines what never will, and gives the same result again", async () => {
      const index = `${name}-upsert`;
      await call("PUT", `/${index}-2009-12`, {
        mappings: {
          ...indexMapping(),
          properties: { ...indexMapping().properties, Country: { type: "integer" } },
        },
      });
      await call("PUT", `/${index}-2010-02`, { mappings: indexMapping() });
      const event = kinesisEvent([
        goodLine({ Country: null }),
        goodLine({ Country: "Belgium" }),
        "no JSON",
        `${goodLine({ Country: "7", more: { a: 1 } })}\n${goodLine({ Country: null, extra: [1] })}`,
        goodLine({ InvoiceDate: "2010-02-03 04:05:06" }),
      ]);
      const objects = new Map<string, string>();
      const ports = {
        search,
        log: quiet,
        timeLeftMs: () => 60_000,
        put: async (key: string, body: string) => void objects.set(key, body),
      };
      const run = () =>
        upsertToEs(event, { ...INDEXING, indexName: index, quarantinePrefix: "quarantine/" }, ports);

      const answers = [await run(), await run()];
      await call("POST", `/${index}-*/_refresh`);
      const stored = hitsOf(await call("POST", `/${index}-*/_search`, { sort: ["record_id"] }));

      expect(answers).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }]);
      expect(stored.map(({ _index, _id, _source }) => [_index, at(_source, "record_id") === _id])).toEqual([
        [`${index}-2009-12`, true],
        [`${index}-2009-12`, true],
        [`${index}-2009-12`, true],
        [`${index}-2010-02`, true],
      ]);
      expect(objects.size).toBe(1);
      const entries = [...objects.values()]
        .join("")
        .trim()
        .split("\n")
        .map((line): unknown => JSON.parse(line));
      expect(entries).toMatchObject([
        {
          layer: "speed",
          reason: "mapper_parsing_exception",
          detail: expect.stringContaining("failed to parse field [Country] of type [integer]"),
          original: Buffer.from(goodLine({ Country: "Belgium" })).toString("base64"),
        },
        { layer: "speed", reason: "not_json" },
      ]);
    });

    test("UpsertToES indexes a good line whatever else is in it, also where the index was made before there was extra", async () => {
      const index = `${name}-extra`;
      const { extra: _, ...before } = indexMapping().properties;
      await call("PUT", `/${index}-2009-12`, { mappings: indexMapping() });
      await call("PUT", `/${index}-2010-02`, { mappings: { dynamic: false, properties: before } });
      const many = Object.fromEntries(Array.from({ length: 1000 }, (_one, column) => [`c${column}`, column]));
      const unknown: Record<string, unknown>[] = [
        { _id: { $oid: "6" }, _source: 1, _index: "x" },
        { "a..b": 1, ".a": 2, "a.": 3, ".": 4, "": 5 },
        { record_id: "mine", arrived_at: 0, year: 2010, extra: { a: 1 } },
        { tag: 1 },
        { tag: { text: [true] } },
        { tag: "text", TAG: null },
        { "Country.x": 1, deep: JSON.parse(`${"[".repeat(60)}${"]".repeat(60)}`) },
        many,
        { Note: '"'.repeat(130_000) },
      ];
      const lines = ["2009-12-06 10:30:00", "2010-02-03 04:05:06"].flatMap((InvoiceDate) =>
        unknown.map((more) => goodLine({ ...more, InvoiceDate })),
      );
      const objects: string[] = [];
      const put = async (_key: string, body: string): Promise<void> => void objects.push(body);
      const ports = { search, log: quiet, timeLeftMs: () => 60_000, put };

      const answer = await upsertToEs(
        kinesisEvent(lines),
        { ...INDEXING, indexName: index, quarantinePrefix: "quarantine/" },
        ports,
      );

      expect(answer).toEqual({ batchItemFailures: [] });
      expect(objects).toEqual([]);
      await call("POST", `/${index}-*/_refresh`);
      const hits = hitsOf(await call("POST", `/${index}-*/_search`, { size: 100, sort: ["record_id"] }));
      expect(hits.map(({ _index, _source }) => [_index, JSON.parse(String(at(_source, "extra")))])).toEqual(
        ["2009-12", "2010-02"].flatMap((month) => unknown.map((more) => [`${index}-${month}`, more])),
      );
    });

    test("UpsertToES leaves what may pass: a fault of the set-up is none of the document", async () => {
      const index = `${name}-wrong`;
      await call("PUT", `/${index}-2010-02`, { mappings: indexMapping() });
      const elsewhere: Search = (request) => {
        const lines = (request.lines ?? "").replaceAll(`"${index}-2009-12"`, '"Wrong-2009-12"');
        return search({ ...request, lines });
      };
      const ports = { search: elsewhere, log: quiet, timeLeftMs: () => 60_000, put: async () => undefined };
      const event = kinesisEvent([goodLine({ InvoiceDate: "2010-02-03 04:05:06" }), goodLine()]);

      const answer = await upsertToEs(
        event,
        { ...INDEXING, indexName: index, quarantinePrefix: "q/" },
        ports,
      );

      expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumber(1) }] });
    });
  });
}

/** The functions' search port on the official client. */
function searchOf(client: Client): Search {
  return ({ method, path, query, body, lines, content, headers, timeoutMs }) =>
    answerOf(
      client.transport.request(
        {
          method,
          path,
          ...(query && { querystring: query }),
          ...(body && { body }),
          ...(lines !== undefined && { bulkBody: lines }),
          ...(content && { body: content.text }),
        },
        {
          requestTimeout: timeoutMs,
          headers: { ...headers, ...(content && { "content-type": content.type }) },
        },
      ),
    );
}

async function answerOf(
  request: PromiseLike<{ readonly statusCode: number | null; readonly body: unknown }>,
): Promise<SearchAnswer> {
  try {
    const { statusCode, body } = await request;
    return { status: statusCode ?? 0, body };
  } catch (error) {
    if (error instanceof errors.ResponseError) return { status: error.statusCode, body: error.body };
    throw error;
  }
}

/** The value at a path; undefined when there is none. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = new Map<string, unknown>(Object.entries(here)).get(step);
  }
  return here;
}

/** The results of a bulk response's items. */
function items({ body }: SearchAnswer): unknown[] {
  const list = at(body, "items");
  return Array.isArray(list) ? list.map((item) => Object.values(item)[0]) : [];
}

interface Hit {
  readonly _index: string;
  readonly _id: string;
  readonly _source: unknown;
}

function hitsOf({ body }: SearchAnswer): Hit[] {
  const hits = at(body, "hits", "hits");
  return Array.isArray(hits) ? hits : [];
}

/** JSON with its numbers in one spelling. */
function plain(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') ? token : (plainDigits(token) ?? token),
  );
}

/** JSON with its numbers in one spelling: whole ones with every digit, others rounded to ten. */
function normalized(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => {
    if (token.startsWith('"')) return token;
    const digits = plainDigits(token) ?? token;
    return digits.includes(".") ? String(Number(Number(digits).toPrecision(10))) : digits;
  });
}

/** Numbers rounded to ten digits, so that the engine's order of addition does not matter. */
function rounded(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(10)) + 0;
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)]));
}
