"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Workgroup = void 0;
const athena_workgroup_1 = require("@cdktf/provider-aws/lib/athena-workgroup");
const constructs_1 = require("constructs");
const arithmetic_1 = require("../arithmetic");
const check_1 = require("../check");
const GIB = 1024 ** 3;
/** A workgroup of Athena: result location, encryption, and scan limit. */
class Workgroup extends constructs_1.Construct {
    resource;
    /** @throws RangeError when the scan limit is not a whole number of GiB from 1. */
    constructor(scope, id, props) {
        super(scope, id);
        (0, check_1.assertLiteral)(this, "enforced", props.enforced);
        (0, check_1.assertLiteral)(this, "disposable", props.disposable);
        if (props.scanLimitGiB !== undefined) {
            (0, check_1.assertWholeNumber)(this, "scanLimitGiB", props.scanLimitGiB, 1, 1_000_000);
        }
        this.resource = new athena_workgroup_1.AthenaWorkgroup(this, "Workgroup", {
            name: props.name,
            description: props.description,
            configuration: {
                enforceWorkgroupConfiguration: props.enforced,
                publishCloudwatchMetricsEnabled: true,
                engineVersion: { selectedEngineVersion: "Athena engine version 3" },
                resultConfiguration: {
                    outputLocation: props.resultsLocation,
                    encryptionConfiguration: { encryptionOption: "SSE_KMS", kmsKeyArn: props.key.arn },
                },
                ...(props.scanLimitGiB !== undefined && {
                    bytesScannedCutoffPerQuery: (0, arithmetic_1.product)(props.scanLimitGiB, GIB),
                }),
            },
            forceDestroy: props.disposable,
        });
    }
    /** Allows `role` to run queries here, read their results and stop them. */
    grantQuery(role) {
        role.allow({
            sid: "RunQueries",
            actions: ["athena:GetQueryExecution", "athena:GetQueryResults", "athena:StartQueryExecution"],
            resources: [this.resource.arn],
        });
    }
    /** Allows `role` to query as a BI tool does: read the workgroup's settings, and fetch results in pages. */
    grantBrowse(role) {
        role.allow({
            sid: "QueryFromDashboards",
            actions: [
                "athena:BatchGetQueryExecution",
                "athena:GetQueryExecution",
                "athena:GetQueryResults",
                "athena:GetQueryResultsStream",
                "athena:GetWorkGroup",
                "athena:StartQueryExecution",
                "athena:StopQueryExecution",
            ],
            resources: [this.resource.arn],
        });
    }
}
exports.Workgroup = Workgroup;
