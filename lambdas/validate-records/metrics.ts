/** Metrics of ValidateRecords, in the functions' namespace; an alarm names them from here. */
export const METRICS = {
  /** Lines that were accepted. */
  accepted: "LinesAccepted",
  /** Lines in the quarantine object of the invocation. */
  quarantined: "LinesQuarantined",
  /** Unknown columns of lines that keep the contract. */
  unknownColumns: "UnknownColumns",
} as const;
