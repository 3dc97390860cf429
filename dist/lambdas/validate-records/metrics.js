"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.METRICS = void 0;
/** Metrics of ValidateRecords, in the functions' namespace; an alarm names them from here. */
exports.METRICS = {
    /** Lines that were accepted. */
    accepted: "LinesAccepted",
    /** Lines in the quarantine object of the invocation. */
    quarantined: "LinesQuarantined",
    /** Unknown columns of lines that keep the contract. */
    unknownColumns: "UnknownColumns",
};
