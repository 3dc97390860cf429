import { parseContractVariable } from "../../contract/variable";
/** The variables of UpsertToES. The construct supplies exactly these. */
export declare const ENVIRONMENT: {
    /** Endpoint of the search domain; scheme and port are optional, https is the default. */
    readonly ES_HOST: import("../shared/env").Parser<string>;
    /** First part of the indices' names, such as `retail`. */
    readonly ES_INDEX: import("../shared/env").Parser<string>;
    /** Region of the domain, for the signatures. */
    readonly REGION_NAME: import("../shared/env").Parser<string>;
    /** Location of refused lines, such as `s3://bucket/quarantine/`. */
    readonly QUARANTINE_LOCATION: import("../shared/env").Parser<import("../shared/env").S3Location>;
    /** What a record is: event time and columns, see contract/variable.ts. */
    readonly CONTRACT: typeof parseContractVariable;
};
