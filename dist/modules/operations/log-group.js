"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.LogGroup = void 0;
const cloudwatch_log_group_1 = require("@cdktf/provider-aws/lib/cloudwatch-log-group");
const constructs_1 = require("constructs");
/** A log group with a retention time, encrypted with the environment's key. */
class LogGroup extends constructs_1.Construct {
    resource;
    constructor(scope, id, props) {
        super(scope, id);
        props.key.allowLogGroup(props.name);
        this.resource = new cloudwatch_log_group_1.CloudwatchLogGroup(this, "LogGroup", {
            name: props.name,
            retentionInDays: props.retentionDays,
            kmsKeyId: props.key.arn,
        });
    }
    /**
     * Lets `role` write here. It may not create the group: after a destroy, a late invocation would otherwise
     * bring it back, without retention or key.
     */
    grantWrite(role) {
        role.allow({
            sid: "WriteLogs",
            actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
            resources: [`${this.resource.arn}:*`],
        });
    }
    /** Lets `role` deliver flow logs here; the service looks the group up before it writes. */
    grantDelivery(role) {
        this.grantWrite(role);
        role.allow({
            sid: "FindLogs",
            actions: ["logs:DescribeLogGroups", "logs:DescribeLogStreams"],
            resources: [this.resource.arn, `${this.resource.arn}:*`],
        });
    }
}
exports.LogGroup = LogGroup;
