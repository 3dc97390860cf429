type Body = Readonly<Record<string, unknown>>;

/** A field for each kind of column that the retail contract does not have. */
export const KINDS_MAPPING = {
  dynamic: "false",
  properties: {
    id: { type: "keyword" },
    l: { type: "long" },
    m: { type: "scaled_float", scaling_factor: 100 },
    w: { type: "scaled_float", scaling_factor: 1_000_000 },
    b: { type: "boolean" },
  },
} as const;

/** Documents as they are sent: their numbers have more digits than JavaScript's. */
export const KINDS_DOCUMENTS: readonly string[] = [
  '{"id":"k1","l":9007199254740993,"m":79.99,"w":123456789012.345678,"b":true}',
  '{"id":"k2","l":9007199254740992,"m":2.949,"w":-0.000001,"b":false,"more":{"n":1.50}}',
  '{"id":"k3","l":-9223372036854775808,"m":-2.5,"b":"true"}',
  '{"id":"k4","l":"9223372036854775807","m":"0.1","b":"false"}',
  '{"id":"k5","l":7.9,"m":0.07,"w":0,"b":null}',
  '{"id":"k6","l":[1,9007199254740993],"m":[0.01,0.02],"b":""}',
];

/** Documents that are refused: value of the field, and the reason of its cause. */
export const KINDS_REFUSED: readonly (readonly [source: string, type: string, reason: RegExp])[] = [
  [
    '{"l":9223372036854775808}',
    "input_coercion_exception",
    /^Numeric value \(9223372036854775808\) out of range of long/,
  ],
  [
    '{"l":"9223372036854775808"}',
    "illegal_argument_exception",
    /9223372036854775808.* out of range for a long/,
  ],
  ['{"l":true}', "json_parse_exception", /not numeric/],
  ['{"l":"x"}', "number_format_exception|illegal_argument_exception", /For input string: "x"/],
  ['{"m":"x"}', "number_format_exception", /For input string: "x"/],
  ['{"m":false}', "json_parse_exception", /not numeric/],
  [
    '{"b":"yes"}',
    "illegal_argument_exception",
    /Failed to parse value \[yes\] as only \[true\] or \[false\] are allowed/,
  ],
  ['{"b":1}', "json_parse_exception", /not of boolean type/],
];

/** Queries, with the documents that match. */
export const KINDS_QUERIES: readonly (readonly [query: Body, ids: string])[] = [
  [{ term: { l: "9007199254740993" } }, "k1 k6"],
  [{ term: { l: "9007199254740992" } }, "k2"],
  [{ terms: { l: ["-9223372036854775808", "9223372036854775807"] } }, "k3 k4"],
  [{ term: { l: 7 } }, "k5"],
  [{ term: { l: 7.9 } }, ""],
  [{ range: { l: { gt: "9007199254740992", lt: "9223372036854775807" } } }, "k1 k6"],
  [{ range: { l: { gte: 6.5, lte: 7.2 } } }, "k5"],
  [{ term: { m: 79.99 } }, "k1"],
  [{ term: { m: "2.95" } }, "k2"],
  [{ term: { m: 2.951 } }, "k2"],
  [{ term: { m: 0.07 } }, "k5"],
  [{ range: { m: { gt: 0.01, lte: 0.07 } } }, "k5 k6"],
  [{ range: { m: { gte: 2.949, lt: 79.99 } } }, "k2"],
  [{ range: { m: { lt: 0 } } }, "k3"],
  [{ term: { w: -0.000001 } }, "k2"],
  [{ term: { b: true } }, "k1 k3"],
  [{ term: { b: "false" } }, "k2 k4 k6"],
  [{ exists: { field: "b" } }, "k1 k2 k3 k4 k6"],
];

/** Sort orders, with the documents in order and the first one's sort values, as they are written. */
export const KINDS_ORDERS: readonly (readonly [sort: unknown, ids: string, first: string])[] = [
  [[{ l: "desc" }, "id"], "k4 k1 k6 k2 k5 k3", '[9223372036854775807,"k4"]'],
  [[{ m: "asc" }, "id"], "k3 k6 k5 k4 k2 k1", '[-2.5,"k3"]'],
  [[{ b: "desc" }, "id"], "k1 k3 k2 k4 k6 k5", '[1,"k1"]'],
];

/** Aggregations over the documents, with their results as they are written; numbers without an exponent. */
export const KINDS_AGGREGATIONS: readonly (readonly [aggregation: Body, answer: string])[] = [
  [
    { terms: { field: "l", order: { _key: "desc" }, size: 2 } },
    '{"doc_count_error_upper_bound":0,"sum_other_doc_count":4,"buckets":[{"key":9223372036854775807,"doc_count":1},{"key":9007199254740993,"doc_count":2}]}',
  ],
  [
    { terms: { field: "b" } },
    '{"doc_count_error_upper_bound":0,"sum_other_doc_count":0,"buckets":[{"key":0,"key_as_string":"false","doc_count":3},{"key":1,"key_as_string":"true","doc_count":2}]}',
  ],
  [
    { terms: { field: "m", order: { _key: "asc" }, size: 3 } },
    '{"doc_count_error_upper_bound":0,"sum_other_doc_count":4,"buckets":[{"key":-2.5,"doc_count":1},{"key":0.01,"doc_count":1},{"key":0.02,"doc_count":1}]}',
  ],
  [{ max: { field: "m" } }, '{"value":79.99}'],
  [{ sum: { field: "m" } }, '{"value":80.64}'],
  [{ min: { field: "w" } }, '{"value":-0.000001}'],
];
