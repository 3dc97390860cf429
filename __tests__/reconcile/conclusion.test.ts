import { EXIT } from "../../lib/exit";
import { type Compared, conclude, layersOf, notCompared } from "../../ops/reconcile/conclusion";

const GOOD: Compared = {
  agree: true,
  acknowledged: 5,
  counts: { raw: 5, parquet: 5, indexed: 5 },
  quarantined: 0,
  notComparable: 0,
};
const ALL = layersOf({ batch: true, speed: true });
const BATCH = layersOf({ batch: true, speed: false });

test("the layers of an environment", () => {
  expect(ALL).toEqual(["raw", "parquet", "indexed"]);
  expect(BATCH).toEqual(["raw", "parquet"]);
  expect(layersOf({ batch: false, speed: true })).toEqual(["indexed"]);
});

test("all layers agree", () => {
  expect(conclude(GOOD, ALL)).toEqual({
    agree: true,
    reasons: [],
    text: "All layers agree.",
    code: EXIT.ok,
  });
});

test.each<[string, Partial<Compared>, readonly string[], string]>([
  ["a fault", { agree: false }, ["the layers do not agree"], "THE LAYERS DO NOT AGREE."],
  [
    "no line",
    { acknowledged: 0, counts: { raw: 0, parquet: 0, indexed: 0 } },
    ["there was no line to compare"],
    "It could not be determined whether all layers agree: there was no line to compare.",
  ],
  [
    "an index that was not looked at",
    { counts: { raw: 5, parquet: 5 } },
    ["the search index was not compared"],
    "It could not be determined whether all layers agree: the search index was not compared.",
  ],
  [
    "tables that were not looked at",
    { counts: { indexed: 5 } },
    ["the raw zone was not compared", "Parquet was not compared"],
    "It could not be determined whether all layers agree: the raw zone was not compared; Parquet was not compared.",
  ],
  [
    "a fault, and an index that was not looked at",
    { agree: false, counts: { raw: 5, parquet: 5 } },
    ["the layers do not agree", "the search index was not compared"],
    "THE LAYERS DO NOT AGREE. Also, the search index was not compared.",
  ],
])("not with %s", (_, change, reasons, text) => {
  expect(conclude({ ...GOOD, ...change }, ALL)).toEqual({ agree: false, reasons, text, code: EXIT.failed });
});

test("not with an objection of the caller", () => {
  expect(conclude(GOOD, ALL, ["3 lines were refused"])).toEqual({
    agree: false,
    reasons: ["3 lines were refused"],
    text: "It could not be determined whether all layers agree: 3 lines were refused.",
    code: EXIT.failed,
  });
});

test.each<[string, Partial<Compared>]>([
  ["of the stream", { acknowledged: 1, counts: { raw: 0, parquet: 0, indexed: 0 } }],
  ["that the stream has forgotten", { acknowledged: 0, counts: { raw: 1, parquet: 1, indexed: 1 } }],
  [
    "in quarantine that the stream has forgotten",
    { acknowledged: 0, counts: { raw: 0, parquet: 0, indexed: 0 }, quarantined: 1 },
  ],
])("a line %s is enough to compare", (_, change) => {
  expect(conclude({ ...GOOD, ...change }, ALL).agree).toBe(true);
});

test("an environment without a search index is whole without", () => {
  const found = { ...GOOD, counts: { raw: 5, parquet: 5 } };
  expect(conclude(found, BATCH).agree).toBe(true);
  expect(notCompared(found, BATCH)).toEqual([]);
  expect(notCompared(found, ALL)).toEqual(["indexed"]);
});

test("a system without a batch layer is whole without", () => {
  const speed = layersOf({ batch: false, speed: true });
  expect(conclude({ ...GOOD, counts: { indexed: 5 } }, speed).agree).toBe(true);
  expect(conclude({ ...GOOD, counts: {} }, speed).reasons).toEqual(["the search index was not compared"]);
});

test("lines that nothing can be compared with are a reason against it", () => {
  expect(conclude({ ...GOOD, notComparable: 2 }, ALL)).toMatchObject({
    agree: false,
    code: EXIT.failed,
    reasons: ["2 lines expired in the stream, and there is no raw zone to compare them with"],
  });
});
