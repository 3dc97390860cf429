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
  /** Records that Firehose failed to deliver. */
  errors: "error-json/",
  /** Batches that the event source mapping discarded; Lambda chooses the name. */
  onFailure: "aws/lambda/",
  /** Results of analysts' queries. */
  results: "athena-results/",
} as const;

export type Zone = keyof typeof ZONES;
