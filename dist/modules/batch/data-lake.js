"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.DataLake = void 0;
const s3_bucket_notification_1 = require("@cdktf/provider-aws/lib/s3-bucket-notification");
const cdktf_1 = require("cdktf");
const constructs_1 = require("constructs");
const policy_1 = require("../security/policy");
const private_bucket_1 = require("../security/private-bucket");
const zones_1 = require("./zones");
/** Days that the lease (renewed every few minutes) and the results of a merge's queries (read at once) are kept. */
const SCRATCH_DAYS = 2;
/** Days that analysts' query results are kept; the queries can be repeated. */
const RESULT_DAYS = 30;
class LakeBase extends constructs_1.Construct {
    contract;
    /** @throws RangeError when the contract's folder is one of the lake's own. */
    constructor(scope, id, { contract }) {
        super(scope, id);
        this.contract = contract;
        const taken = Object.values(zones_1.ZONES).find((folder) => folder.startsWith(contract.parquetFolder));
        if (taken !== undefined) {
            throw new RangeError(`${this.node.path}: the contract's folder of Parquet files is "${contract.parquetFolder}", and the lake has "${taken}" for something else`);
        }
    }
    /**
     * EventBridge's pattern for the objects that are created in a zone.
     * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
     */
    createdPattern(zone) {
        return JSON.stringify({
            source: ["aws.s3"],
            "detail-type": ["Object Created"],
            detail: {
                bucket: { name: [this.bucketName] },
                object: { key: [{ prefix: this.folder(zone) }] },
            },
        });
    }
    /** Such as `s3://bucket/json-data/`. */
    location(zone) {
        return `s3://${this.bucketName}/${this.folder(zone)}`;
    }
    /** Grants `access` to `role`, with the use of the key. Call it once for each role. */
    grant(role, access) {
        const { bucketArn } = this;
        const allow = (statement) => this.allow(role, statement);
        const objects = (zones) => zones.map((zone) => `${bucketArn}/${this.folder(zone)}*`);
        const { list = [], read = [], write = [], delete: remove = [] } = access;
        if (list.length > 0) {
            allow({
                sid: "ListLake",
                actions: ["s3:ListBucket"],
                resources: [bucketArn],
                // `IfExists`: for a missing object S3 checks this permission without a prefix, and answers 403 instead of 404
                // if it is denied.
                conditions: [
                    {
                        test: "StringLikeIfExists",
                        variable: "s3:prefix",
                        values: list.map((zone) => `${this.folder(zone)}*`),
                    },
                ],
            });
            allow({
                sid: "LocateLake",
                actions: ["s3:GetBucketLocation", ...(write.length > 0 ? ["s3:ListBucketMultipartUploads"] : [])],
                resources: [bucketArn],
            });
        }
        if (read.length > 0) {
            allow({ sid: "ReadLake", actions: ["s3:GetObject"], resources: objects(read) });
        }
        if (write.length > 0) {
            allow({
                sid: "WriteLake",
                actions: ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
                resources: objects(write),
            });
        }
        if (remove.length > 0) {
            allow({ sid: "DeleteFromLake", actions: ["s3:DeleteObject"], resources: objects(remove) });
        }
        if (read.length + write.length > 0) {
            this.key.grantUse(role, "UseLakeKey", {
                via: "s3",
                // Completing a multipart upload decrypts its parts.
                decrypt: true,
                encrypt: write.length > 0,
                context: { key: "aws:s3:arn", values: [bucketArn, `${bucketArn}/*`] },
            });
        }
    }
    /**
     * Allows `role` to put the on-failure records of its event source mapping. Lambda lists the bucket without a prefix:
     * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
     */
    grantFailureDestination(role, also) {
        this.grant(role, { ...also, write: [...(also.write ?? []), "onFailure"] });
        this.allow(role, { sid: "FindLake", actions: ["s3:ListBucket"], resources: [this.bucketArn] });
    }
    folder(zone) {
        return (0, zones_1.folderOf)(zone, this.contract);
    }
    /** Adds a statement of a grant to the role. */
    allow(role, statement) {
        role.allow(statement);
    }
}
class AdoptedLake extends LakeBase {
    bucketArn;
    bucketName;
    key;
    settingsForOwner;
    policy;
    accountId;
    constructor(scope, id, props) {
        super(scope, id, props);
        this.bucketName = props.bucketName;
        this.bucketArn = `arn:aws:s3:::${props.bucketName}`;
        this.key = props.key;
        this.accountId = props.accountId;
        this.policy = new policy_1.PolicyDocument(this, "Policy");
        this.settingsForOwner = cdktf_1.Fn.jsonencode({ eventbridge: true, expirations: expirations(props) });
        new cdktf_1.TerraformOutput(this, "PolicyForOwner", {
            value: this.policyForOwner,
            description: "Statements that the policy of the adopted bucket must have if another account owns it",
        });
        new cdktf_1.TerraformOutput(this, "SettingsForOwner", {
            value: this.settingsForOwner,
            description: "Settings that the adopted bucket must have: events to EventBridge, and lifecycle rules",
        });
    }
    get policyForOwner() {
        return this.policy.json;
    }
    /** The bucket's policy allows the account; the account's own policies determine which role. */
    allow(role, statement) {
        super.allow(role, statement);
        const account = `arn:aws:iam::${this.accountId}:root`;
        this.policy.merge({ ...statement, principals: [{ type: "AWS", identifiers: [account] }] });
    }
}
/** Lifecycle rules for objects that can be recreated or have a retention time. */
function expirations({ rawRetentionDays }) {
    return [
        { id: "raw", prefix: zones_1.ZONES.raw, days: rawRetentionDays },
        { id: "scratch", prefix: zones_1.ZONES.scratch, days: SCRATCH_DAYS },
        { id: "results", prefix: zones_1.ZONES.results, days: RESULT_DAYS },
    ];
}
/**
 * The lake: one bucket, a folder for each kind of data.
 *
 * No rule expires Parquet files, quarantine or failed records: the merge removes the files that it replaced, and the
 * rest needs an operator's decision.
 */
class DataLake extends LakeBase {
    bucket;
    key;
    constructor(scope, id, props) {
        super(scope, id, props);
        this.key = props.key;
        const accessLogs = new private_bucket_1.PrivateBucket(this, "AccessLogs", {
            name: props.accessLogBucketName,
            encryption: { ownKeyReason: "S3 delivers access logs only to a bucket encrypted with S3's own keys" },
            accessLog: { noLogReason: "a log of the log's own deliveries would never end" },
            protected: props.protected,
            noncurrentVersionDays: props.noncurrentVersionDays,
            expirations: [{ id: "access-logs", days: props.accessLogDays }],
        });
        this.bucket = new private_bucket_1.PrivateBucket(this, "Lake", {
            name: props.bucketName,
            encryption: { key: props.key },
            accessLog: { bucket: accessLogs, prefix: "lake/" },
            protected: props.protected,
            noncurrentVersionDays: props.noncurrentVersionDays,
            expirations: expirations(props),
        });
        // EventBridge costs a dollar per million objects; request metrics would cost more, for each folder.
        new s3_bucket_notification_1.S3BucketNotification(this, "Events", { bucket: this.bucket.resource.bucket, eventbridge: true });
        accessLogs.addToPolicy({
            sid: "AccessLogDelivery",
            principals: [{ type: "Service", identifiers: ["logging.s3.amazonaws.com"] }],
            actions: ["s3:PutObject"],
            resources: [`${accessLogs.arn}/lake/*`],
            conditions: [
                { test: "ArnEquals", variable: "aws:SourceArn", values: [this.bucket.arn] },
                { test: "StringEquals", variable: "aws:SourceAccount", values: [props.accountId] },
            ],
        });
    }
    get bucketArn() {
        return this.bucket.arn;
    }
    get bucketName() {
        return this.bucket.resource.bucket;
    }
    /**
     * A lake in a bucket of another owner. Nothing in the bucket is changed: its owner adds
     * {@link IAdoptedLake.policyForOwner} and applies {@link IAdoptedLake.settingsForOwner}.
     */
    static fromBucket(scope, id, props) {
        return new AdoptedLake(scope, id, props);
    }
}
exports.DataLake = DataLake;
