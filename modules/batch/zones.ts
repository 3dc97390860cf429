/** The folders of the lake. Each ends in a slash. */
export const ZONES = {
  /** What was delivered: one JSON line a transaction, by hour of arrival. It only grows. */
  raw: "json-data/",
  /** What merges write. */
  parquet: "parquet-retail-trans/",
  /** The merge's lease, and the results of its queries. */
  scratch: "tmp/",
  /** Lines that a layer refused. */
  quarantine: "quarantine/",
  /** What Firehose gave up. */
  errors: "error-json/",
  /** What the event source mapping gave up; Lambda chooses the name. */
  givenUp: "aws/lambda/",
  /** Results of the queries of people. */
  results: "athena-results/",
} as const;

export type Zone = keyof typeof ZONES;
