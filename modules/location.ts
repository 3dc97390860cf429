import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import type { Construct } from "constructs";

/** Account and region. */
export interface Location {
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
}

/** Where the provider is, by data sources in `scope`. */
export function locationOf(scope: Construct): Location {
  return {
    accountId: new DataAwsCallerIdentity(scope, "Account").accountId,
    // `name` is another attribute from version 6 of the provider on; the id is the region's name in all.
    region: new DataAwsRegion(scope, "Region").id,
  };
}
