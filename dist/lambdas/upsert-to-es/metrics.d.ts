/** Metrics of UpsertToES, in the functions' namespace; an alarm names them from here. */
export declare const METRICS: {
    /** Documents that the engine accepted, retries included. */
    readonly indexed: "LinesIndexed";
    /** Lines in the quarantine object of the invocation. */
    readonly quarantined: "LinesQuarantined";
    /** Lines of records that are retried. */
    readonly retried: "LinesRetried";
    /** Unknown columns of lines that keep the contract. */
    readonly unknownColumns: "UnknownColumns";
    readonly bulkRequests: "BulkRequests";
    /** Responses of 401 or 403 to a call or an item: the function's role is not mapped, or not allowed. */
    readonly refusals: "SearchRefusals";
};
