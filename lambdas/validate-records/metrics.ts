/** Metrics of ValidateRecords, in the functions' namespace; an alarm names them from here. */
export const METRICS = {
  /** Lines that passed on. */
  accepted: "LinesAccepted",
  /** Lines in the quarantine object of the invocation. */
  quarantined: "LinesQuarantined",
  /** Columns that the contract does not know, on lines that keep it. */
  unknownColumns: "UnknownColumns",
} as const;
