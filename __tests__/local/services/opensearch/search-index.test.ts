import { type Doc, SearchIndex } from "../../../../local/services/opensearch/indices/search-index";
import { SEGMENT_DOCS, type Segment } from "../../../../local/services/opensearch/indices/segment";

const MAPPINGS = {
  dynamic: false,
  properties: {
    key: { type: "keyword" },
    words: { type: "text", fields: { raw: { type: "keyword" } } },
    n: { type: "integer" },
    price: { type: "double" },
    long: { type: "long" },
  },
};

function newIndex(): SearchIndex {
  return new SearchIndex({
    ...{ name: "one", uuid: "one", createdMs: 0, mappings: MAPPINGS },
    settings: { "index.refresh_interval": "-1" },
  });
}

/** A document of each kind of values: none, one, several, a long that a double would round; some are of many bytes. */
function sourceOf(number: number): string {
  const many = number % 700 === 3 ? { words: "ä".repeat(5_000) } : {};
  switch (number % 4) {
    case 0:
      return JSON.stringify({
        key: `k${number % 50}`,
        n: number,
        price: number / 3,
        words: `wörds ${number}`,
      });
    case 1:
      return `{ "key": ["a", "b${number}"], "n": [1, ${number}], "long": 9007199254740993 }`;
    case 2:
      return `{"extra":${number}}`;
    default:
      return JSON.stringify({ key: "", n: 0, price: -0.5, long: number, ...many });
  }
}

/** What a document holds, as its mapping reads it. */
function shown({ id, version, seqNo, source, mapping, value }: Doc, doc: Doc): unknown {
  const values = ["key", "words", "words.raw", "n", "price", "long"].map((path) => {
    const field = mapping.field(path);
    return field && value.call(doc, field.slot);
  });
  return {
    id,
    version,
    seqNo,
    source,
    values: values.map((one) => (typeof one === "bigint" ? `${one}n` : one)),
  };
}

function valuesOf(number: number): unknown[] {
  const none = undefined;
  switch (number % 4) {
    case 0:
      return [`k${number % 50}`, `wörds ${number}`, `wörds ${number}`, number, number / 3, none];
    case 1:
      return [["a", `b${number}`], none, none, [1, number], none, "9007199254740993n"];
    case 2:
      return [none, none, none, none, none, none];
    default: {
      const many = number % 700 === 3 ? "ä".repeat(5_000) : none;
      return ["", many, many, 0, -0.5, number];
    }
  }
}

test("documents of many segments are as they were written; the newest of an id is found after a refresh", () => {
  const index = newIndex();
  const newest = new Map<
    string,
    { readonly number: number; readonly version: number; readonly seqNo: number }
  >();
  let searchable = new Map(newest);
  let seqNo = 0;
  const written: unknown[] = [];
  const expected: unknown[] = [];
  const check = (): void => {
    const docs = [...searchable]
      .sort(([, a], [, b]) => a.seqNo - b.seqNo)
      .map(([id, { number, version, seqNo }]) => {
        return { id, version, seqNo, source: sourceOf(number), values: valuesOf(number) };
      });
    expect([...index.documents()].map((doc) => shown(doc, doc))).toEqual(docs);
    expect(index.size).toBe(searchable.size);
  };
  for (let number = 0; number < 4 * SEGMENT_DOCS + 100; number++) {
    // Every third document replaces one, of the same segment or of an earlier one.
    const id = number % 3 === 2 ? `doc ${(number * 7) % number}` : `doc ${number}`;
    const before = newest.get(id);
    const { result, doc } = index.put(id, sourceOf(number));
    const version = (before?.version ?? 0) + 1;
    written.push([result, doc.version, doc.seqNo]);
    expected.push([before ? "updated" : "created", version, seqNo]);
    newest.set(id, { number, version, seqNo: seqNo++ });
    if (number % 1_500 === 1_499) {
      check();
      index.refresh();
      searchable = new Map(newest);
      check();
    }
  }
  expect(written).toEqual(expected);
  const history = [...index.history()].flatMap(([, docs]) => [...docs]).map(({ id }) => id);
  expect(history.sort()).toEqual([...newest.keys()].sort());
  expect([...index.withIds(["doc 0", "doc 1", "none"])].map(({ id }) => id)).toEqual(["doc 0", "doc 1"]);
});

test("a segment takes no more documents when its sources are large", () => {
  const index = newIndex();
  const source = JSON.stringify({ extra: "x".repeat(1_500_000) });
  for (let number = 0; number < 7; number++) index.put(`doc ${number}`, source);
  index.refresh();
  expect([...index.documents()].every((doc) => doc.source === source)).toBe(true);
  expect(segmentsOf(index).length).toBe(3);
});

test("a later field has no value in an earlier document", () => {
  const index = newIndex();
  index.put("before", `{"later":"a","n":1}`);
  index.extend(index.mapping.extended({ later: { type: "keyword" } }));
  index.put("after", `{"later":"a","n":1}`);
  index.refresh();
  const values = [...index.documents()].map((doc) => {
    return doc.value(doc.mapping.field("later")?.slot ?? -1);
  });
  expect(values).toEqual([undefined, "a"]);
});

test("the memory of a segment is freed when all of its documents were replaced", () => {
  const index = newIndex();
  for (let round = 0; round < 4; round++) {
    for (let number = 0; number < SEGMENT_DOCS; number++) index.put(`doc ${number}`, sourceOf(2));
    index.refresh();
  }
  expect(index.size).toBe(SEGMENT_DOCS);
  expect(segmentsOf(index).filter((segment) => segment !== undefined).length).toBe(1);
});

function segmentsOf(index: SearchIndex): readonly (Segment | undefined)[] {
  return Reflect.get(index, "segments");
}
