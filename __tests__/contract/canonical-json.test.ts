import fc from "fast-check";
import { canonicalJson, MAX_DEPTH, MAX_KEY_CHARACTERS } from "../../contract/canonical-json";

/** The same by JavaScript's own means, which recurse and write numbers in one spelling. */
function reference(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(reference).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, inner]) => `${JSON.stringify(key)}:${reference(inner)}`).join(",")}}`;
}

/** The text of a value with its keys the other way round, blanks between, and every character of a string escaped. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[ ${value.map(written).join(" ,\t")}]`;
  if (typeof value === "string") {
    return `"${[...Array(value.length).keys()].map((at) => `\\u${value.charCodeAt(at).toString(16).padStart(4, "0")}`).join("")}"`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).reverse();
  return `{${members.map(([key, inner]) => `\r${written(key)} : ${written(inner)}`).join(",")} }`;
}

const json = fc
  .jsonValue({ maxDepth: 5, stringUnit: "binary" })
  .map((value) => JSON.parse(JSON.stringify(value)));

describe("the canonical text of a value", () => {
  test("is what JavaScript would write, keys sorted at every depth", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(JSON.stringify(value, null, 1))).toBe(reference(value));
      }),
    );
  });

  test("does not depend on the order of keys, on blanks and escapes, and is its own", () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(written(value));
        expect(text).toBe(reference(value));
        expect(canonicalJson(String(text))).toBe(text);
      }),
    );
  });

  test("sorts by code units, not by characters or numbers", () => {
    expect(canonicalJson('{"\u{1f600}":1,"\uff5e":2,"b":3,"B":4,"10":5,"9":6,"":7}')).toBe(
      '{"":7,"10":5,"9":6,"B":4,"b":3,"\u{1f600}":1,"\uff5e":2}',
    );
  });

  test("keeps the spelling of numbers", () => {
    const numbers = "[0.10,1e2,1E+02,-0,-0.0,100,12345678901234567890,0.1000000000000000055511151231257827]";
    expect(canonicalJson(numbers)).toBe(numbers);
  });

  test.each([
    ["null", "null"],
    [" true ", "true"],
    ["[]", "[]"],
    ['{ "a" : [ { } , [ ] , "" ] }', '{"a":[{},[],""]}'],
    ['"{\\"a\\":1,\\"a\\":2}"', '"{\\"a\\":1,\\"a\\":2}"'],
    ['{"__proto__":1}', '{"__proto__":1}'],
    ['{"a":{"b":1},"A":{"b":1}}', '{"A":{"b":1},"a":{"b":1}}'],
  ])("of %s", (text, canonical) => {
    expect(canonicalJson(text)).toBe(canonical);
  });

  test("needs no more stack for a long text or a deep one", () => {
    const quotes = `"${'\\"'.repeat(500_000)}"`;
    expect(canonicalJson(quotes)).toBe(quotes);
    const deep = `${'{"a":'.repeat(MAX_DEPTH)}1${"}".repeat(MAX_DEPTH)}`;
    expect(canonicalJson(deep)).toBe(deep);
    expect(canonicalJson(`[${deep}]`)).toMatchObject({ reason: "out_of_range" });
    expect(canonicalJson("[".repeat(500_000) + "]".repeat(500_000))).toMatchObject({
      reason: "out_of_range",
    });
  });

  test.each([
    ['{"a":1,"b":2,"a":3}', "ambiguous_key", /the key "a" twice/],
    ['[{"x":{"a":{"c":1},"\\u0061":{}}}]', "ambiguous_key", /the key "a" twice/],
    [`{"${"k".repeat(MAX_KEY_CHARACTERS + 1)}":1}`, "out_of_range", /1025 characters/],
    ["[1e999]", "out_of_range", /too large for a double/],
    [`0.${"1".repeat(600)}`, "out_of_range", /602 characters/],
  ])("is none of %.40s", (text, reason, detail) => {
    expect(canonicalJson(text)).toEqual({ reason, detail: expect.stringMatching(detail) });
  });
});
