import { parseContractVariable } from "../../contract/variable";
import { text } from "../shared/env";
import { indexName, searchNode } from "../shared/search";

/** The variables of search-setup. The construct supplies exactly these. */
export const ENVIRONMENT = {
  /** Endpoint of the search domain; scheme and port are optional, https is the default. */
  ES_HOST: searchNode,
  /** First part of the indices' names, such as `retail`. */
  ES_INDEX: indexName,
  /** Region of the domain, for the signatures. */
  REGION_NAME: text,
  /** What a record is: event time and columns, see contract/variable.ts. */
  CONTRACT: parseContractVariable,
} as const;
