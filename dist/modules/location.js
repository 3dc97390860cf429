"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.locationOf = locationOf;
const data_aws_caller_identity_1 = require("@cdktf/provider-aws/lib/data-aws-caller-identity");
const data_aws_region_1 = require("@cdktf/provider-aws/lib/data-aws-region");
/** Account and region of the provider, from data sources in `scope`. */
function locationOf(scope) {
    return {
        accountId: new data_aws_caller_identity_1.DataAwsCallerIdentity(scope, "Account").accountId,
        // From version 6 of the provider on, `name` is another attribute; the id is the region's name in all versions.
        region: new data_aws_region_1.DataAwsRegion(scope, "Region").id,
    };
}
