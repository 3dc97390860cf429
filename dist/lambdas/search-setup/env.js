"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ENVIRONMENT = void 0;
const variable_1 = require("../../contract/variable");
const env_1 = require("../shared/env");
const search_1 = require("../shared/search");
/** The variables of search-setup. The construct supplies exactly these. */
exports.ENVIRONMENT = {
    /** Endpoint of the search domain; scheme and port are optional, https is the default. */
    ES_HOST: search_1.searchNode,
    /** First part of the indices' names, such as `retail`. */
    ES_INDEX: search_1.indexName,
    /** Region of the domain, for the signatures. */
    REGION_NAME: env_1.text,
    /** What a record is: event time and columns, see contract/variable.ts. */
    CONTRACT: variable_1.parseContractVariable,
};
