"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.MergeSmallFiles = void 0;
const cloudwatch_event_rule_1 = require("@cdktf/provider-aws/lib/cloudwatch-event-rule");
const cloudwatch_event_target_1 = require("@cdktf/provider-aws/lib/cloudwatch-event-target");
const lambda_function_event_invoke_config_1 = require("@cdktf/provider-aws/lib/lambda-function-event-invoke-config");
const lambda_permission_1 = require("@cdktf/provider-aws/lib/lambda-permission");
const cdktf_1 = require("cdktf");
const constructs_1 = require("constructs");
const glue_columns_1 = require("../../contract/glue-columns");
const arithmetic_1 = require("../arithmetic");
const node_function_1 = require("../functions/node-function");
/** The lab's interval. Runs overlap only when one takes longer, and the lease then excludes the second. */
const TIMEOUT_SECONDS = 300;
/** Merges the small JSON objects of each hour into few Parquet files, on a schedule. */
class MergeSmallFiles extends constructs_1.Construct {
    function;
    schedule;
    everyMinutes;
    constructor(scope, id, props) {
        super(scope, id);
        const { lake, catalog, workgroup, everyMinutes } = props;
        this.everyMinutes = everyMinutes;
        this.function = new node_function_1.NodeFunction(this, "Function", {
            location: props.location,
            key: props.key,
            logRetentionDays: props.logRetentionDays,
            name: props.name,
            description: "Merges small JSON objects into Parquet files and swaps them in, hour by hour",
            folder: "merge-small-files",
            timeoutSeconds: TIMEOUT_SECONDS,
            memoryMiB: 512,
            environment: {
                OLD_DATABASE: catalog.database.name,
                OLD_TABLE_NAME: catalog.raw.name,
                NEW_DATABASE: catalog.database.name,
                NEW_TABLE_NAME: catalog.parquet.name,
                WORK_GROUP: workgroup.resource.name,
                OLD_TABLE_LOCATION_PREFIX: lake.location("raw"),
                OUTPUT_PREFIX: lake.location("parquet"),
                STAGING_OUTPUT_PREFIX: lake.location("scratch"),
                STATE_PREFIX: lake.location("mergeState"),
                COLUMN_NAMES: (0, glue_columns_1.glueColumns)(props.contract.columns)
                    .map(({ name }) => name)
                    .join(","),
                LOOK_BACK_HOURS: String(props.lookBackHours),
                RAW_RETENTION_DAYS: String(props.rawRetentionDays),
                QUERIES_IN_FLIGHT: String(props.queriesInFlight),
            },
        });
        const { role } = this.function;
        lake.grant(role, {
            list: ["raw", "parquet", "mergeState", "scratch"],
            read: ["raw", "parquet", "mergeState", "scratch"],
            write: ["parquet", "mergeState", "scratch"],
            delete: ["parquet", "mergeState", "scratch"],
        });
        catalog.grantMerge(role);
        workgroup.grantQuery(role);
        new lambda_function_event_invoke_config_1.LambdaFunctionEventInvokeConfig(this, "AsynchronousInvocation", {
            functionName: this.function.resource.functionName,
            // No retries: the next run repairs a failed one.
            maximumRetryAttempts: 0,
            maximumEventAgeInSeconds: (0, arithmetic_1.product)(everyMinutes, 60),
        });
        this.schedule = new cloudwatch_event_rule_1.CloudwatchEventRule(this, "Schedule", {
            name: props.scheduleName,
            description: `Runs ${props.name} every ${everyMinutes} minutes`,
            scheduleExpression: rate(everyMinutes),
            state: "ENABLED",
        });
        new cloudwatch_event_target_1.CloudwatchEventTarget(this, "Target", {
            rule: this.schedule.name,
            arn: this.function.arn,
        });
        new lambda_permission_1.LambdaPermission(this, "Permission", {
            statementId: "Schedule",
            action: "lambda:InvokeFunction",
            functionName: this.function.resource.functionName,
            principal: "events.amazonaws.com",
            sourceArn: this.schedule.arn,
        });
    }
}
exports.MergeSmallFiles = MergeSmallFiles;
/** EventBridge refuses `1 minutes`: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html */
function rate(minutes) {
    const unit = cdktf_1.Token.isUnresolved(minutes)
        ? cdktf_1.Token.asString(cdktf_1.Fn.conditional(cdktf_1.Op.eq(minutes, 1), "minute", "minutes"))
        : minutes === 1
            ? "minute"
            : "minutes";
    return `rate(${minutes} ${unit})`;
}
