import { parseContractVariable } from "../../contract/variable";
import { s3Location } from "../shared/env";

/** The variables of ValidateRecords. The construct supplies exactly these. */
export const ENVIRONMENT = {
  /** Location of refused lines, such as `s3://bucket/quarantine/`. */
  QUARANTINE_LOCATION: s3Location,
  /** What a record is: event time and columns, see contract/variable.ts. */
  CONTRACT: parseContractVariable,
} as const;
