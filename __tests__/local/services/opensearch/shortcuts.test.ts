import fc from "fast-check";
import type { JsonObject } from "../../../../lib/json";
import { filterJson, filterRaw } from "../../../../local/services/opensearch/indices/raw-json";
import { SearchIndex } from "../../../../local/services/opensearch/indices/search-index";
import { search } from "../../../../local/services/opensearch/search/search";

function indexOf(name: string, docs: readonly (readonly [id: string, source: JsonObject])[]): SearchIndex {
  const index = new SearchIndex({
    name,
    uuid: name,
    createdMs: 0,
    settings: { "index.refresh_interval": "-1" },
    mappings: { dynamic: false, properties: { key: { type: "keyword" }, n: { type: "integer" } } },
  });
  for (const [id, source] of docs) index.put(id, JSON.stringify(source));
  index.refresh();
  return index;
}

const doc = fc.tuple(
  fc.constantFrom(..."abcdefghijkl"),
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ key: fc.constantFrom("", "a", "aa", "b", "é", "z"), n: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.constantFrom<JsonObject>({ n: 1 }, { key: ["x", "y"], n: 2 }) },
  ),
);

test("law: a page of a sorted index has the hits that a search of every document has", () => {
  const query = fc.constantFrom<JsonObject>(
    { match_all: {} },
    { term: { n: 1 } },
    { range: { n: { gte: 1 } } },
  );
  const after = fc.option(fc.constantFrom("", "a", "ab", "z"), { nil: undefined });
  fc.assert(
    fc.property(
      fc.array(doc),
      fc.array(doc),
      query,
      after,
      fc.integer({ min: 1, max: 9 }),
      (one, two, query, after, size) => {
        const indices = [indexOf("one", one), indexOf("two", two)];
        const body: JsonObject = {
          query,
          size,
          sort: [{ key: { order: "asc" } }],
          ...(after !== undefined && { search_after: [after] }),
        };
        const answers = [body, { ...body, track_total_hits: true }].map((asked) => {
          return JSON.parse(search(asked, indices, 0)).hits;
        });
        expect(answers[0]).toEqual(answers[1]);
      },
    ),
  );
});

test("law: a search by ids has the hits that a filter by the same ids has, written again or not", () => {
  fc.assert(
    fc.property(fc.array(doc), fc.array(fc.constantFrom(..."abxyz")), (docs, ids) => {
      const index = indexOf("one", docs);
      const sort = [{ n: "asc" }, { key: "asc" }];
      const find = (query: JsonObject): string[] =>
        JSON.parse(search({ query, size: 100, sort }, [index], 0))
          .hits.hits.map(({ _id }: { _id: string }) => _id)
          .sort();
      expect(find({ ids: { values: ids } })).toEqual(find({ bool: { filter: [{ ids: { values: ids } }] } }));
    }),
  );
});

test("law: a response is filtered the same as a value and as a text", () => {
  const step = fc.constantFrom("*", "a", "a*", "items");
  const key = fc.constantFrom("a", "ab", "items", "1", '"');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, fc.jsonValue({ maxDepth: 0 }), tie("list"), tie("object")),
    list: fc.array(tie("value"), { maxLength: 4 }),
    object: fc.dictionary(key, tie("value")),
  }));
  const paths = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(value, paths, (given, steps) => {
      const json = JSON.parse(JSON.stringify(given));
      const path = steps.map((one) => one.join(".")).join(",");
      expect(JSON.parse(filterJson(json, path))).toEqual(JSON.parse(filterRaw(JSON.stringify(json), path)));
    }),
    { numRuns: 500 },
  );
});
