/** A mapping with a field of each kind. */
export const MAPPING = {
  dynamic: "false",
  properties: {
    n: { type: "integer" },
    p: { type: "double" },
    l: { type: "long" },
    s: { type: "scaled_float", scaling_factor: 100 },
    b: { type: "boolean" },
    d: { type: "date", format: "yyyy-MM-dd HH:mm:ss" },
    k: { type: "keyword" },
  },
} as const;

/** Documents that this mapping accepts. */
export const TAKEN: readonly string[] = [
  '{"n":1.9}',
  '{"n":"1.9"}',
  '{"n":""}',
  '{"n":null}',
  '{"n":[1,null,2]}',
  '{"p":"2.50"}',
  '{"l":"9007199254740991"}',
  '{"l":1.9}',
  '{"s":2.955}',
  '{"s":"2.95"}',
  '{"b":true}',
  '{"b":"false"}',
  '{"b":""}',
  '{"d":"2026-01-01 00:00:00"}',
  '{"k":1.50}',
  '{"k":true}',
  '{"k":[]}',
  "{}",
];

const MAPPER = "mapper_parsing_exception";

/** Documents that it refuses, with the engine's error. */
export const REFUSED: readonly (readonly [source: string, type: string, reason: string])[] = [
  ['{"n":"x"}', MAPPER, failed("n", "integer", "x")],
  ['{"n":true}', MAPPER, failed("n", "integer", "true")],
  ['{"n":[1,"x"]}', MAPPER, failed("n", "integer", "x")],
  ['{"n":3000000000}', MAPPER, failed("n", "integer", "3000000000")],
  ['{"p":"1,5"}', MAPPER, failed("p", "double", "1,5")],
  ['{"p":{"a":1}}', MAPPER, failed("p", "double", "{a=1}")],
  ['{"l":"x"}', MAPPER, failed("l", "long", "x")],
  ['{"l":10000000000000000000}', MAPPER, failed("l", "long", "10000000000000000000")],
  ['{"s":"1,5"}', MAPPER, failed("s", "scaled_float", "1,5")],
  ['{"b":"yes"}', MAPPER, failed("b", "boolean", "yes")],
  ['{"b":1}', MAPPER, failed("b", "boolean", "1")],
  ['{"d":"abc"}', MAPPER, failed("d", "date", "abc")],
  ['{"d":"2026-01-01"}', MAPPER, failed("d", "date", "2026-01-01")],
  ['{"d":"2026-02-30 00:00:00"}', MAPPER, failed("d", "date", "2026-02-30 00:00:00")],
  ['{"d":1767225600000}', MAPPER, failed("d", "date", "1767225600000")],
  ['{"k":{"a":{"b":[1,"x",null,true]}}}', MAPPER, failed("k", "keyword", "{a={b=[1, x, null, true]}}")],
  [
    '{"n.sub":1}',
    MAPPER,
    "Could not dynamically add mapping for field [n.sub]. Existing mapping for [n] must be of type object but found [integer].",
  ],
  ['{"_id":"x"}', MAPPER, failed("_id", "_id", "x")],
  ['{"":1}', MAPPER, "failed to parse"],
  ['{"n":1,"n":2}', MAPPER, "failed to parse"],
  ['{"n":', MAPPER, "failed to parse"],
  ["[1]", MAPPER, "failed to parse"],
  ["", MAPPER, "failed to parse, document is empty"],
];

function failed(field: string, type: string, value: string): string {
  return `failed to parse field [${field}] of type [${type}] in document with id 'x'. Preview of field's value: '${value}'`;
}

/** Documents for the contract's mapping, which ignores unknown columns: is each accepted? */
export const UNKNOWN_COLUMNS: readonly (readonly [source: string, taken: boolean])[] = [
  ['{"x":{"a":1}}', true],
  ['{"x":{"a":1,"a":2}}', false],
  [`{"x":${"[".repeat(20)}${"]".repeat(20)}}`, true],
  [`{"x":${"[".repeat(21)}${"]".repeat(21)}}`, false],
  [`{"x":${'{"a":['.repeat(25)}1${"]}".repeat(25)}}`, true],
  [`{"x":${"1".repeat(1000)}}`, true],
  [`{"x":${"1".repeat(1001)}}`, false],
  ['{"a.b":1}', true],
  ['{"a..b":1}', false],
  ['{".":1}', false],
  ['{"_source":1}', false],
  ['{"Quantity.sub":1}', false],
  ['{"Description.keyword":"x"}', false],
  [`{"Country":"${"x".repeat(40_000)}"}`, true],
];

/** Bulk requests that are refused as a whole. */
export const MALFORMED: readonly (readonly [body: string, type: string, reason: string])[] = [
  [
    '{"index":{"_index":"i"}}\n{}',
    "illegal_argument_exception",
    "The bulk request must be terminated by a newline [\\n]",
  ],
  [
    '{"foo":{"_index":"i"}}\n{}\n',
    "illegal_argument_exception",
    "Malformed action/metadata line [1], expected one of [create, delete, index, update] but found [foo]",
  ],
  ['{"index":{}}\n{}\n', "action_request_validation_exception", "Validation Failed: 1: index is missing;"],
  ["\n", "action_request_validation_exception", "Validation Failed: 1: no requests added;"],
];
