type Body = Readonly<Record<string, unknown>>;

const january = { gte: "2010-01-01 00:00:00", lt: "2010-02-01 00:00:00" };

/** Queries, with the documents that match. */
export const QUERIES: readonly (readonly [query: Body, ids: string])[] = [
  [{ match_all: {} }, "a1 a2 a3 a4 a5 a6"],
  [{ match_none: {} }, ""],
  [{ term: { Country: "France" } }, "a2 a3"],
  [{ term: { Country: { value: "france" } } }, ""],
  [{ term: { Quantity: 3 } }, "a4 a5"],
  [{ term: { Quantity: "3" } }, "a4 a5"],
  [{ term: { Price: 2.95 } }, "a1"],
  [{ term: { InvoiceDate: "2010-01-05 00:00:00" } }, "a4"],
  [{ term: { Customer_ID: "" } }, "a1"],
  [{ term: { Description: "mug" } }, "a1 a6"],
  [{ term: { nowhere: 1 } }, ""],
  [{ terms: { Country: ["EIRE", "Belgium", "nowhere"] } }, "a1 a4 a5"],
  [{ range: { Quantity: { gt: 3 } } }, "a1 a3"],
  [{ range: { Quantity: { gte: 3, lt: 10 } } }, "a1 a4 a5"],
  [{ range: { Price: { lte: 0.1 } } }, "a3 a6"],
  [{ range: { InvoiceDate: january } }, "a3 a4 a5 a6"],
  [{ range: { InvoiceDate: { gt: "2010-01-05 00:00:00", lte: "2010-01-31 23:59:59" } } }, "a5 a6"],
  [{ range: { InvoiceDate: { lte: "2010-01-05", format: "yyyy-MM-dd" } } }, "a1 a2 a3 a4 a5"],
  [{ range: { InvoiceDate: { gt: "2009-12-06", format: "yyyy-MM-dd" } } }, "a3 a4 a5 a6"],
  [
    { range: { InvoiceDate: { gte: "2010-01-01T00:00:00.000Z", format: "strict_date_optional_time" } } },
    "a3 a4 a5 a6",
  ],
  [{ range: { InvoiceDate: { lt: "now-1d" } } }, "a1 a2 a3 a4 a5 a6"],
  [{ range: { InvoiceDate: { gt: "now" } } }, ""],
  [{ range: { arrived_at: { gte: "2026-11-24 03:00:00.005" } } }, "a5 a6"],
  [{ exists: { field: "Description" } }, "a1 a2 a4 a5 a6"],
  [{ exists: { field: "more" } }, ""],
  [{ ids: { values: ["a1", "a9"] } }, "a1"],
  [{ prefix: { Invoice: "C" } }, "a3"],
  [{ prefix: { Invoice: { value: "c" } } }, ""],
  [{ prefix: { Invoice: { value: "c", case_insensitive: true } } }, "a3"],
  [{ prefix: { Country: { value: "eI", case_insensitive: true } } }, "a4 a5"],
  [{ match: { Description: "MUG panic" } }, "a1 a2 a6"],
  [{ match: { Description: "don't" } }, "a2"],
  [{ match: { Description: "don" } }, ""],
  [{ match: { Description: "3.5" } }, "a2"],
  [{ match: { Description: "light" } }, "a4"],
  [{ match: { Description: "café" } }, "a6"],
  [{ match: { Country: "EIRE" } }, "a4 a5"],
  [{ bool: {} }, "a1 a2 a3 a4 a5 a6"],
  [{ bool: { must_not: { exists: { field: "Description" } } } }, "a3"],
  [{ bool: { filter: [{ term: { Country: "EIRE" } }], must: { range: { Price: { gt: 1 } } } } }, "a5"],
  [{ bool: { should: [{ term: { Country: "EIRE" } }, { term: { Quantity: 6 } }] } }, "a1 a4 a5"],
  [
    { bool: { filter: { range: { Quantity: { gt: 0 } } }, should: { term: { Country: "EIRE" } } } },
    "a1 a3 a4 a5",
  ],
  [
    {
      bool: {
        should: [{ term: { Country: "EIRE" } }, { term: { Quantity: 3 } }, { range: { Price: { gt: 1 } } }],
        minimum_should_match: 3,
      },
    },
    "a5",
  ],
];

/** Sort orders, with the documents in order and the last one's sort values. */
export const ORDERS: readonly (readonly [sort: unknown, ids: string, last: readonly unknown[]])[] = [
  ["record_id", "a1 a2 a3 a4 a5 a6", ["a6"]],
  [[{ record_id: "desc" }], "a6 a5 a4 a3 a2 a1", ["a1"]],
  [[{ InvoiceDate: { order: "desc" } }], "a6 a5 a4 a3 a2 a1", [1260095400000]],
  [[{ Country: "asc" }, { Price: "desc" }], "a1 a5 a4 a2 a3 a6", ["Österreich", 0]],
  [[{ Quantity: "desc" }, { record_id: "asc" }], "a3 a1 a4 a5 a6 a2", [-1, "a2"]],
  [[{ nowhere: { unmapped_type: "keyword" } }, "record_id"], "a1 a2 a3 a4 a5 a6", [null, "a6"]],
  [[{ "Description.keyword": "asc" }], "a2 a1 a5 a6 a4 a3", [null]],
];

/** Refused searches: type, and the first cause with its message. */
export const REFUSED_SEARCHES: readonly (readonly [body: Body, type: string, reason: RegExp])[] = [
  [{ query: { term: { Quantity: "x" } } }, "query_shard_exception", /For input string: "x"/],
  [
    { query: { range: { InvoiceDate: { gte: "2010-01-01" } } } },
    "parse_exception",
    /failed to parse date field \[2010-01-01\] with format \[yyyy-MM-dd HH:mm:ss\]/,
  ],
  [{ sort: ["more"] }, "query_shard_exception", /No mapping found for \[more\] in order to sort on/],
  [{ sort: ["Description"] }, "illegal_argument_exception", /Text fields are not optimised/],
  [{ sort: [{ record_id: "up" }] }, "illegal_argument_exception", /No enum constant.*UP|Unknown SortOrder/],
  [{ size: 10_001 }, "illegal_argument_exception", /Result window is too large/],
  [
    { sort: ["record_id"], search_after: ["a", "b"] },
    "illegal_argument_exception",
    /search_after has 2 value/,
  ],
  [{ aggs: { x: { terms: { field: "Description" } } } }, "illegal_argument_exception", /Text fields are not/],
  [
    { aggs: { x: { sum: { field: "Country" } } } },
    "illegal_argument_exception",
    /Field \[Country\] of type \[keyword\] is not supported for aggregation \[sum\]/,
  ],
  [{ aggs: { x: { sum: { script: "doc['nowhere'].value" } } } }, "script_exception", /runtime error/],
];
