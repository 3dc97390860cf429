/** Metrics of UpsertToES, in the functions' namespace; an alarm names them from here. */
export const METRICS = {
  /** Documents that the engine took, repetitions included. */
  indexed: "LinesIndexed",
  /** Lines in the quarantine object of the invocation. */
  quarantined: "LinesQuarantined",
  /** Lines of records that are retried. */
  retried: "LinesRetried",
  /** Columns that the contract does not know, on lines that keep it. */
  unknownColumns: "UnknownColumns",
  bulkRequests: "BulkRequests",
  /** Answers of 401 or 403, of a call or of an item: the function's role is not mapped, or not allowed. */
  refusals: "SearchRefusals",
} as const;
