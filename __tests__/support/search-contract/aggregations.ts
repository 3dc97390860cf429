type Body = Readonly<Record<string, unknown>>;

/** Revenue of a line, as the dashboards compute it. */
const REVENUE = { script: { source: "doc['Quantity'].value * doc['Price'].value" } };

/** The values of a text, as the dashboards count them. */
function different(path: string): string {
  return `doc['${path}'].size() == 0 || doc['${path}'].value == '' ? null : doc['${path}'].value`;
}

const DECEMBER = { key: 1259625600000, key_as_string: "2009-12-01 00:00:00" };
const JANUARY = { key: 1262304000000, key_as_string: "2010-01-01 00:00:00" };

function terms(others: number, ...buckets: readonly Body[]): Body {
  return { doc_count_error_upper_bound: 0, sum_other_doc_count: others, buckets };
}

/** Aggregations over the six documents, with their results. */
export const AGGREGATIONS: readonly (readonly [aggregation: Body, answer: Body])[] = [
  [{ sum: REVENUE }, { value: 54.45 }],
  [{ sum: { field: "Quantity" } }, { value: 21 }],
  [{ avg: { field: "Quantity" } }, { value: 3.5 }],
  [{ min: { field: "InvoiceDate" } }, { value: 1260095400000, value_as_string: "2009-12-06 10:30:00" }],
  [{ max: { field: "arrived_at" } }, { value: 1795489200006, value_as_string: "2026-11-24 03:00:00.006" }],
  [{ sum: { field: "nowhere" } }, { value: 0 }],
  [{ cardinality: { field: "Country", precision_threshold: 40_000 } }, { value: 4 }],
  [{ cardinality: { field: "Description.keyword" } }, { value: 5 }],
  [{ cardinality: { field: "nowhere" } }, { value: 0 }],
  // The field has the empty text too, which the script leaves out, and so it does a document without a value.
  [{ cardinality: { field: "Customer_ID" } }, { value: 2 }],
  [{ cardinality: { script: { lang: "painless", source: different("Customer_ID") } } }, { value: 1 }],
  [{ cardinality: { script: { source: different("Description.keyword") } } }, { value: 5 }],
  [{ avg: { field: "nowhere" } }, { value: null }],
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
    { terms: { field: "Quantity", order: [{ _count: "desc" }, { _key: "desc" }], size: 3 } },
    terms(2, { key: 3, doc_count: 2 }, { key: 10, doc_count: 1 }, { key: 6, doc_count: 1 }),
  ],
  [
    { terms: { field: "Description.keyword", missing: "(none)", order: { _key: "asc" }, size: 1 } },
    terms(5, { key: "(none)", doc_count: 1 }),
  ],
  [{ terms: { field: "nowhere" } }, terms(0)],
  [
    {
      date_histogram: { field: "InvoiceDate", calendar_interval: "month", min_doc_count: 1 },
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
    {
      date_histogram: {
        field: "InvoiceDate",
        calendar_interval: "1d",
        format: "yyyy-MM-dd",
        min_doc_count: 1,
        time_zone: "Etc/UTC",
      },
    },
    {
      buckets: [
        { key: 1260057600000, key_as_string: "2009-12-06", doc_count: 2 },
        { key: 1262390400000, key_as_string: "2010-01-02", doc_count: 1 },
        { key: 1262649600000, key_as_string: "2010-01-05", doc_count: 2 },
        { key: 1264896000000, key_as_string: "2010-01-31", doc_count: 1 },
      ],
    },
  ],
  [
    {
      date_histogram: {
        field: "InvoiceDate",
        calendar_interval: "hour",
        format: "yyyy-MM-dd HH:mm:ss",
        min_doc_count: 1,
      },
    },
    {
      buckets: [
        { key: 1260093600000, key_as_string: "2009-12-06 10:00:00", doc_count: 1 },
        { key: 1260140400000, key_as_string: "2009-12-06 23:00:00", doc_count: 1 },
        { key: 1262390400000, key_as_string: "2010-01-02 00:00:00", doc_count: 1 },
        { key: 1262649600000, key_as_string: "2010-01-05 00:00:00", doc_count: 1 },
        { key: 1262732400000, key_as_string: "2010-01-05 23:00:00", doc_count: 1 },
        { key: 1264978800000, key_as_string: "2010-01-31 23:00:00", doc_count: 1 },
      ],
    },
  ],
  [{ date_histogram: { field: "nowhere", calendar_interval: "month", min_doc_count: 1 } }, { buckets: [] }],
  [
    {
      filter: { range: { InvoiceDate: { lt: "2010-01-01 00:00:00" } } },
      aggs: { m: { date_histogram: { field: "InvoiceDate", fixed_interval: "1m", min_doc_count: 2 } } },
    },
    { meta: {}, doc_count: 2, m: { buckets: [] } },
  ],
  [
    { filters: { filters: { mugs: { term: { Description: "mug" } }, all: { match_all: {} } } } },
    { buckets: { all: { doc_count: 6 }, mugs: { doc_count: 2 } } },
  ],
];
