"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.EventStream = void 0;
const data_aws_kinesis_stream_1 = require("@cdktf/provider-aws/lib/data-aws-kinesis-stream");
const kinesis_stream_1 = require("@cdktf/provider-aws/lib/kinesis-stream");
const cdktf_1 = require("cdktf");
const constructs_1 = require("constructs");
const check_1 = require("../check");
class EventStreamBase extends constructs_1.Construct {
    grantRead(role) {
        role.allow({
            sid: "ReadStream",
            actions: [
                "kinesis:DescribeStream",
                "kinesis:DescribeStreamSummary",
                "kinesis:GetRecords",
                "kinesis:GetShardIterator",
                "kinesis:ListShards",
            ],
            resources: [this.arn],
        });
        this.grantKey(role, "DecryptStream", { decrypt: true, encrypt: false });
    }
    /** https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html has what an encrypted stream needs. */
    grantWrite(role) {
        role.allow({
            sid: "WriteStream",
            actions: [
                "kinesis:DescribeStreamSummary",
                "kinesis:ListShards",
                "kinesis:PutRecord",
                "kinesis:PutRecords",
            ],
            resources: [this.arn],
        });
        this.grantKey(role, "EncryptStream", { decrypt: false, encrypt: true });
    }
    grantKey(role, sid, use) {
        const context = { key: "aws:kinesis:arn", values: [this.arn] };
        this.key?.grantUse(role, sid, { via: "kinesis", ...use, context });
    }
}
class AdoptedStream extends EventStreamBase {
    arn;
    streamName;
    retentionHours;
    key;
    constructor(scope, id, { arn, key, retentionHours }) {
        super(scope, id);
        this.arn = arn;
        this.streamName = cdktf_1.Token.isUnresolved(arn) ? cdktf_1.Fn.element(cdktf_1.Fn.split("/", arn), 1) : nameIn(arn, this);
        this.key = key;
        this.retentionHours =
            retentionHours ?? new data_aws_kinesis_stream_1.DataAwsKinesisStream(this, "Stream", { name: this.streamName }).retentionPeriod;
    }
}
/** @throws RangeError when it is not the ARN of a stream */
function nameIn(arn, { node }) {
    const name = /^arn:[\w-]+:kinesis:[\w-]+:\d{12}:stream\/([\w.-]+)$/.exec(arn)?.[1];
    if (name !== undefined)
        return name;
    throw new RangeError(`${node.path}: arn is "${arn}"; arn:aws:kinesis:<region>:<account>:stream/<name> is allowed`);
}
/** The stream that receives every record; the batch and the speed layer each read all of it. */
class EventStream extends EventStreamBase {
    resource;
    retentionHours;
    key;
    /** @throws RangeError when the retention or the shard count is outside of Kinesis's limits. */
    constructor(scope, id, props) {
        super(scope, id);
        this.key = props.key;
        this.retentionHours = props.retentionHours;
        (0, check_1.assertLiteral)(this, "capacity.mode", props.capacity.mode);
        (0, check_1.assertLiteral)(this, "protected", props.protected);
        (0, check_1.assertWholeNumber)(this, "retentionHours", props.retentionHours, 24, 8760);
        if (props.capacity.mode === "provisioned")
            (0, check_1.assertWholeNumber)(this, "shardCount", props.capacity.shardCount, 1, 500);
        this.resource = new kinesis_stream_1.KinesisStream(this, "Stream", {
            name: props.name,
            retentionPeriod: props.retentionHours,
            encryptionType: "KMS",
            kmsKeyId: props.key.arn,
            ...(props.capacity.mode === "on-demand"
                ? { streamModeDetails: { streamMode: "ON_DEMAND" } }
                : { streamModeDetails: { streamMode: "PROVISIONED" }, shardCount: props.capacity.shardCount }),
            ...(props.protected ? { lifecycle: { preventDestroy: true } } : { enforceConsumerDeletion: true }),
        });
    }
    get arn() {
        return this.resource.arn;
    }
    get streamName() {
        return this.resource.name;
    }
    /** An existing stream of another owner. @throws RangeError when `arn` is not the ARN of a stream */
    static fromArn(scope, id, props) {
        return new AdoptedStream(scope, id, props);
    }
}
exports.EventStream = EventStream;
