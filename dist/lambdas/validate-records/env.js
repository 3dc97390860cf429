"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ENVIRONMENT = void 0;
const variable_1 = require("../../contract/variable");
const env_1 = require("../shared/env");
/** The variables of ValidateRecords. The construct supplies exactly these. */
exports.ENVIRONMENT = {
    /** Location of refused lines, such as `s3://bucket/quarantine/`. */
    QUARANTINE_LOCATION: env_1.s3Location,
    /** What a record is: event time and columns, see contract/variable.ts. */
    CONTRACT: variable_1.parseContractVariable,
};
