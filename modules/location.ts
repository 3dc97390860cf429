import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import type { Construct } from "constructs";

/** Account and region. */
export interface Location {
  /** Twelve digits. */
  readonly accountId: string;
  /** Such as `eu-west-1`. */
  readonly region: string;
}

/** Account and region of the provider, from data sources in `scope`. */
export function locationOf(scope: Construct): Location {
  return {
    accountId: new DataAwsCallerIdentity(scope, "Account").accountId,
    // From version 6 of the provider on, `name` is another attribute; the id is the region's name in all versions.
    region: new DataAwsRegion(scope, "Region").id,
  };
}
