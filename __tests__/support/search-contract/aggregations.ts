type Body = Readonly<Record<string, unknown>>;

/** Revenue of a line, as the dashboards compute it. */
const REVENUE = { script: { source: "doc['Quantity'].value * doc['Price'].value" } };

const DECEMBER = { key: 1259625600000, key_as_string: "2009-12-01 00:00:00" };
const JANUARY = { key: 1262304000000, key_as_string: "2010-01-01 00:00:00" };

function terms(others: number, ...buckets: readonly Body[]): Body {
  return { doc_count_error_upper_bound: 0, sum_other_doc_count: others, buckets };
}

/** Aggregations over the six documents, and what they say. */
export const AGGREGATIONS: readonly (readonly [aggregation: Body, answer: Body])[] = [
  [{ sum: REVENUE }, { value: 54.45 }],
  [{ sum: { field: "Quantity" } }, { value: 21 }],
  [{ avg: { field: "Quantity" } }, { value: 3.5 }],
  [{ min: { field: "InvoiceDate" } }, { value: 1260095400000, value_as_string: "2009-12-06 10:30:00" }],
  [{ max: { field: "arrived_at" } }, { value: 1795489200006, value_as_string: "2026-11-24 03:00:00.006" }],
  [{ max: { field: "Price", missing: 99 } }, { value: 12.75 }],
  [{ stats: { field: "Price" } }, { count: 6, min: 0, max: 12.75, avg: 19.1 / 6, sum: 19.1 }],
  [{ value_count: { field: "Description.keyword" } }, { value: 5 }],
  [{ cardinality: { field: "Country" } }, { value: 4 }],
  [{ cardinality: { field: "Quantity" } }, { value: 5 }],
  [{ sum: { field: "nowhere" } }, { value: 0 }],
  [{ avg: { field: "nowhere" } }, { value: null }],
  [{ stats: { field: "nowhere" } }, { count: 0, min: null, max: null, avg: null, sum: 0 }],
  [{ missing: { field: "Description.keyword" } }, { doc_count: 1 }],
  [
    { terms: { field: "Country", size: 2 } },
    terms(2, { key: "EIRE", doc_count: 2 }, { key: "France", doc_count: 2 }),
  ],
  [
    {
      terms: { field: "Country", order: { revenue: "desc" } },
      aggs: { revenue: { sum: REVENUE }, items: { sum: { field: "Quantity" } } },
    },
    terms(
      0,
      { key: "EIRE", doc_count: 2, revenue: { value: 38.85 }, items: { value: 6 } },
      { key: "Belgium", doc_count: 1, revenue: { value: 17.7 }, items: { value: 6 } },
      { key: "Österreich", doc_count: 1, revenue: { value: 0 }, items: { value: 0 } },
      { key: "France", doc_count: 2, revenue: { value: -2.1 }, items: { value: 9 } },
    ),
  ],
  [
    {
      terms: { field: "Country", order: { "price.max": "asc" }, size: 1 },
      aggs: { price: { stats: { field: "Price" } } },
    },
    terms(5, { key: "Österreich", doc_count: 1, price: { count: 1, min: 0, max: 0, avg: 0, sum: 0 } }),
  ],
  [
    { terms: { field: "Quantity", order: [{ _count: "desc" }, { _key: "desc" }], size: 3 } },
    terms(2, { key: 3, doc_count: 2 }, { key: 10, doc_count: 1 }, { key: 6, doc_count: 1 }),
  ],
  [
    { terms: { field: "InvoiceDate", order: { _key: "asc" }, size: 1 } },
    terms(5, { key: 1260095400000, key_as_string: "2009-12-06 10:30:00", doc_count: 1 }),
  ],
  [
    { terms: { field: "Country", min_doc_count: 2 } },
    terms(0, { key: "EIRE", doc_count: 2 }, { key: "France", doc_count: 2 }),
  ],
  [
    { terms: { field: "Description.keyword", missing: "(none)", order: { _key: "asc" }, size: 1 } },
    terms(5, { key: "(none)", doc_count: 1 }),
  ],
  [{ terms: { field: "nowhere" } }, terms(0)],
  [
    {
      date_histogram: { field: "InvoiceDate", calendar_interval: "month" },
      aggs: { q: { sum: { field: "Quantity" } } },
    },
    {
      buckets: [
        { ...DECEMBER, doc_count: 2, q: { value: 5 } },
        { ...JANUARY, doc_count: 4, q: { value: 16 } },
      ],
    },
  ],
  [
    { date_histogram: { field: "InvoiceDate", calendar_interval: "1y", format: "yyyy", time_zone: "UTC" } },
    {
      buckets: [
        { key: 1230768000000, key_as_string: "2009", doc_count: 2 },
        { key: 1262304000000, key_as_string: "2010", doc_count: 4 },
      ],
    },
  ],
  [
    {
      date_histogram: {
        field: "InvoiceDate",
        calendar_interval: "day",
        format: "yyyy-MM-dd",
        min_doc_count: 1,
        order: { _key: "desc" },
      },
    },
    {
      buckets: [
        { key: 1264896000000, key_as_string: "2010-01-31", doc_count: 1 },
        { key: 1262649600000, key_as_string: "2010-01-05", doc_count: 2 },
        { key: 1262390400000, key_as_string: "2010-01-02", doc_count: 1 },
        { key: 1260057600000, key_as_string: "2009-12-06", doc_count: 2 },
      ],
    },
  ],
  [
    {
      date_histogram: {
        field: "InvoiceDate",
        calendar_interval: "week",
        min_doc_count: 1,
        format: "yyyy-MM-dd",
      },
    },
    {
      buckets: [
        { key: 1259539200000, key_as_string: "2009-11-30", doc_count: 2 },
        { key: 1261958400000, key_as_string: "2009-12-28", doc_count: 1 },
        { key: 1262563200000, key_as_string: "2010-01-04", doc_count: 2 },
        { key: 1264377600000, key_as_string: "2010-01-25", doc_count: 1 },
      ],
    },
  ],
  [
    { date_histogram: { field: "InvoiceDate", calendar_interval: "quarter", format: "yyyy-MM" } },
    {
      buckets: [
        { key: 1254355200000, key_as_string: "2009-10", doc_count: 2 },
        { key: 1262304000000, key_as_string: "2010-01", doc_count: 4 },
      ],
    },
  ],
  [
    {
      date_histogram: {
        field: "InvoiceDate",
        calendar_interval: "month",
        format: "yyyy-MM",
        extended_bounds: { min: "2009-11", max: "2010-02" },
      },
    },
    {
      buckets: [
        { key: 1257033600000, key_as_string: "2009-11", doc_count: 0 },
        { key: 1259625600000, key_as_string: "2009-12", doc_count: 2 },
        { key: 1262304000000, key_as_string: "2010-01", doc_count: 4 },
        { key: 1264982400000, key_as_string: "2010-02", doc_count: 0 },
      ],
    },
  ],
  [
    {
      filter: { term: { Country: "EIRE" } },
      aggs: { h: { date_histogram: { field: "InvoiceDate", fixed_interval: "12h" } } },
    },
    {
      doc_count: 2,
      h: {
        buckets: [
          { key: 1262649600000, key_as_string: "2010-01-05 00:00:00", doc_count: 1 },
          { key: 1262692800000, key_as_string: "2010-01-05 12:00:00", doc_count: 1 },
        ],
      },
    },
  ],
  [{ date_histogram: { field: "nowhere", calendar_interval: "month" } }, { buckets: [] }],
  [
    { histogram: { field: "Quantity", interval: 5, min_doc_count: 1 } },
    {
      buckets: [
        { key: -5, doc_count: 1 },
        { key: 0, doc_count: 3 },
        { key: 5, doc_count: 1 },
        { key: 10, doc_count: 1 },
      ],
    },
  ],
  [
    { filters: { filters: { mugs: { term: { Description: "mug" } }, all: { match_all: {} } } } },
    { buckets: { all: { doc_count: 6 }, mugs: { doc_count: 2 } } },
  ],
  [
    { filters: { filters: [{ term: { Country: "EIRE" } }, { match_none: {} }] } },
    { buckets: [{ doc_count: 2 }, { doc_count: 0 }] },
  ],
  [
    { range: { field: "Quantity", ranges: [{ from: 5, key: "big" }, { to: 0 }, { from: 0, to: 5 }] } },
    {
      buckets: [
        { key: "*-0.0", to: 0, doc_count: 1 },
        { key: "0.0-5.0", from: 0, to: 5, doc_count: 3 },
        { key: "big", from: 5, doc_count: 2 },
      ],
    },
  ],
];
