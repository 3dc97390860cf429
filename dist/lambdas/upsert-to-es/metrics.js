"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.METRICS = void 0;
/** Metrics of UpsertToES, in the functions' namespace; an alarm names them from here. */
exports.METRICS = {
    /** Documents that the engine accepted, retries included. */
    indexed: "LinesIndexed",
    /** Lines in the quarantine object of the invocation. */
    quarantined: "LinesQuarantined",
    /** Lines of records that are retried. */
    retried: "LinesRetried",
    /** Unknown columns of lines that keep the contract. */
    unknownColumns: "UnknownColumns",
    bulkRequests: "BulkRequests",
    /** Responses of 401 or 403 to a call or an item: the function's role is not mapped, or not allowed. */
    refusals: "SearchRefusals",
};
