import { parseContractVariable } from "../../contract/variable";
/** The variables of ValidateRecords. The construct supplies exactly these. */
export declare const ENVIRONMENT: {
    /** Location of refused lines, such as `s3://bucket/quarantine/`. */
    readonly QUARANTINE_LOCATION: import("../shared/env").Parser<import("../shared/env").S3Location>;
    /** What a record is: event time and columns, see contract/variable.ts. */
    readonly CONTRACT: typeof parseContractVariable;
};
