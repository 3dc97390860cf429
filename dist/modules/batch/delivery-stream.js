"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.DeliveryStream = void 0;
const cloudwatch_log_stream_1 = require("@cdktf/provider-aws/lib/cloudwatch-log-stream");
const kinesis_firehose_delivery_stream_1 = require("@cdktf/provider-aws/lib/kinesis-firehose-delivery-stream");
const constructs_1 = require("constructs");
const limits_1 = require("../../contract/limits");
const check_1 = require("../check");
const log_group_1 = require("../operations/log-group");
const execution_role_1 = require("../security/execution-role");
const zones_1 = require("./zones");
/** Prefix by hour of arrival in UTC, in two digits; the hours are the tables' partitions. */
const BY_HOUR = "year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/";
/** The lab's buffer interval: no line waits longer for its object, whatever the size of the buffer. */
const BUFFER_SECONDS = 60;
/**
 * Retries of a failed transformation, Firehose's maximum. A record that still fails is stored under the error prefix
 * without its sequence number, and only a replay restores it; so the retries must last through an outage of hours.
 */
const VALIDATION_RETRIES = 300;
/** Firehose's default of the most data of one transformation request. */
const DEFAULT_VALIDATION_BUFFER_MIB = 1;
/** Delivers the stream to the lake, with each line validated. */
class DeliveryStream extends constructs_1.Construct {
    resource;
    constructor(scope, id, props) {
        super(scope, id);
        (0, check_1.assertLiteral)(this, "gzip", props.gzip);
        (0, check_1.assertLiteral)(this, "protected", props.protected);
        const validationBufferMiB = (0, limits_1.transformationBufferMiB)(props.contract.columns);
        const role = new execution_role_1.ExecutionRole(this, "ExecutionRole", {
            name: props.roleName,
            description: `Execution role of the delivery stream ${props.name}`,
            service: "firehose.amazonaws.com",
            sourceAccount: props.accountId,
        });
        props.source.grantRead(role);
        props.lake.grant(role, { list: ["raw", "errors"], write: ["raw", "errors"] });
        props.transformation.grantInvoke(role);
        const logGroup = new log_group_1.LogGroup(this, "Logs", {
            name: props.logGroupName,
            retentionDays: props.logRetentionDays,
            key: props.key,
        });
        const logStream = new cloudwatch_log_stream_1.CloudwatchLogStream(this, "LogStream", {
            name: "S3Delivery",
            logGroupName: logGroup.resource.name,
        });
        logGroup.grantWrite(role);
        this.resource = new kinesis_firehose_delivery_stream_1.KinesisFirehoseDeliveryStream(this, "DeliveryStream", {
            name: props.name,
            destination: "extended_s3",
            kinesisSourceConfiguration: { kinesisStreamArn: props.source.arn, roleArn: role.arn },
            extendedS3Configuration: {
                bucketArn: props.lake.bucketArn,
                roleArn: role.arn,
                prefix: `${zones_1.ZONES.raw}${BY_HOUR}`,
                errorOutputPrefix: `${zones_1.ZONES.errors}${BY_HOUR}!{firehose:error-output-type}/`,
                bufferingSize: props.bufferMiB,
                bufferingInterval: BUFFER_SECONDS,
                compressionFormat: props.gzip ? "GZIP" : "UNCOMPRESSED",
                kmsKeyArn: props.lake.key.arn,
                processingConfiguration: {
                    enabled: true,
                    processors: [
                        {
                            type: "Lambda",
                            // The buffering hints of the transformation, 1 MB and 60 s, are the provider's defaults. Setting them
                            // would show a change in every plan, because the provider omits defaults when it reads.
                            parameters: [
                                { parameterName: "LambdaArn", parameterValue: props.transformation.arn },
                                { parameterName: "NumberOfRetries", parameterValue: String(VALIDATION_RETRIES) },
                                // Less than the default, where an answer would exceed Lambda's limit.
                                ...(validationBufferMiB < DEFAULT_VALIDATION_BUFFER_MIB
                                    ? [{ parameterName: "BufferSizeInMBs", parameterValue: String(validationBufferMiB) }]
                                    : []),
                            ],
                        },
                    ],
                },
                cloudwatchLoggingOptions: {
                    enabled: true,
                    logGroupName: logGroup.resource.name,
                    logStreamName: logStream.name,
                },
            },
            ...(props.protected && { lifecycle: { preventDestroy: true } }),
            dependsOn: [role.policy],
        });
    }
}
exports.DeliveryStream = DeliveryStream;
