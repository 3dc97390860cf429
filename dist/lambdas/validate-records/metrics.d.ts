/** Metrics of ValidateRecords, in the functions' namespace; an alarm names them from here. */
export declare const METRICS: {
    /** Lines that were accepted. */
    readonly accepted: "LinesAccepted";
    /** Lines in the quarantine object of the invocation. */
    readonly quarantined: "LinesQuarantined";
    /** Unknown columns of lines that keep the contract. */
    readonly unknownColumns: "UnknownColumns";
};
