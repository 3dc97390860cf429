/** The folders of the lake. Each ends in a slash. */
export const ZONES = {
  /** Delivered JSON lines, one for each transaction, by hour of arrival. Append-only. */
  raw: "json-data/",
  /** Parquet files of the merges. */
  parquet: "parquet-retail-trans/",
  /** State of the merges, planned and done; no table reads it, and no lifecycle rule expires it. */
  mergeState: "merge-state/",
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
