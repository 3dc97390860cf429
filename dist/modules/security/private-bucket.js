"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.PrivateBucket = void 0;
const s3_bucket_1 = require("@cdktf/provider-aws/lib/s3-bucket");
const s3_bucket_lifecycle_configuration_1 = require("@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration");
const s3_bucket_logging_1 = require("@cdktf/provider-aws/lib/s3-bucket-logging");
const s3_bucket_ownership_controls_1 = require("@cdktf/provider-aws/lib/s3-bucket-ownership-controls");
const s3_bucket_policy_1 = require("@cdktf/provider-aws/lib/s3-bucket-policy");
const s3_bucket_public_access_block_1 = require("@cdktf/provider-aws/lib/s3-bucket-public-access-block");
const s3_bucket_server_side_encryption_configuration_1 = require("@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration");
const s3_bucket_versioning_1 = require("@cdktf/provider-aws/lib/s3-bucket-versioning");
const constructs_1 = require("constructs");
const check_1 = require("../check");
const explanations_1 = require("./explanations");
const policy_1 = require("./policy");
/** Days after which the parts of an upload that was never completed are removed. */
const ABANDONED_UPLOAD_DAYS = 2;
/** A bucket that is readable by a grant only: versioned, encrypted, over TLS, never public. */
class PrivateBucket extends constructs_1.Construct {
    resource;
    policy;
    bucketPolicy;
    constructor(scope, id, props) {
        super(scope, id);
        (0, check_1.assertLiteral)(this, "protected", props.protected);
        (0, check_1.assertKnownLength)(this, "expirations", props.expirations ?? []);
        this.resource = new s3_bucket_1.S3Bucket(this, "Bucket", {
            bucket: props.name,
            ...(props.protected ? { lifecycle: { preventDestroy: true } } : { forceDestroy: true }),
        });
        const bucket = this.resource.bucket;
        const publicAccess = new s3_bucket_public_access_block_1.S3BucketPublicAccessBlock(this, "PublicAccess", {
            bucket,
            blockPublicAcls: true,
            blockPublicPolicy: true,
            ignorePublicAcls: true,
            restrictPublicBuckets: true,
        });
        new s3_bucket_ownership_controls_1.S3BucketOwnershipControls(this, "Ownership", {
            bucket,
            rule: { objectOwnership: "BucketOwnerEnforced" },
        });
        const versioning = new s3_bucket_versioning_1.S3BucketVersioningA(this, "Versioning", {
            bucket,
            versioningConfiguration: { status: "Enabled" },
        });
        this.encrypt(props.encryption);
        this.log(props.accessLog);
        new s3_bucket_lifecycle_configuration_1.S3BucketLifecycleConfiguration(this, "Lifecycle", {
            bucket,
            rule: [...(props.expirations ?? []).map(expirationRule), ...housekeeping(props.noncurrentVersionDays)],
            // S3 refuses rules for old versions before versioning is enabled.
            dependsOn: [versioning],
        });
        this.policy = new policy_1.PolicyDocument(this, "Policy");
        this.addTlsStatements();
        this.bucketPolicy = new s3_bucket_policy_1.S3BucketPolicy(this, "BucketPolicy", {
            bucket,
            policy: this.policy.json,
            // S3 refuses two concurrent changes of a bucket's access.
            dependsOn: [publicAccess],
        });
    }
    get arn() {
        return this.resource.arn;
    }
    /** Adds a statement to the bucket's own policy. @throws Error as {@link PolicyDocument.add} */
    addToPolicy(statement) {
        this.policy.add(statement);
    }
    encrypt(encryption) {
        const withKey = "key" in encryption;
        const configuration = new s3_bucket_server_side_encryption_configuration_1.S3BucketServerSideEncryptionConfigurationA(this, "Encryption", {
            bucket: this.resource.bucket,
            rule: [
                withKey
                    ? {
                        applyServerSideEncryptionByDefault: {
                            sseAlgorithm: "aws:kms",
                            kmsMasterKeyId: encryption.key.arn,
                        },
                        // A bucket key: one KMS request for many objects.
                        bucketKeyEnabled: true,
                    }
                    : { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
            ],
        });
        if (!withKey)
            (0, explanations_1.explain)(configuration, "own-encryption", "AES256", encryption.ownKeyReason);
    }
    log(accessLog) {
        if ("noLogReason" in accessLog) {
            (0, explanations_1.explain)(this.resource, "no-access-log", "logging", accessLog.noLogReason);
            return;
        }
        new s3_bucket_logging_1.S3BucketLoggingA(this, "AccessLog", {
            bucket: this.resource.bucket,
            targetBucket: accessLog.bucket.resource.bucket,
            targetPrefix: accessLog.prefix,
            // The target's policy must allow S3 to write first.
            dependsOn: [accessLog.bucket.bucketPolicy],
        });
    }
    addTlsStatements() {
        const denied = {
            effect: "Deny",
            principals: [{ type: "AWS", identifiers: ["*"] }],
            actions: ["s3:*"],
            resources: [this.arn, `${this.arn}/*`],
        };
        this.policy.add({
            ...denied,
            sid: "DenyWithoutTls",
            conditions: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
        });
        this.policy.add({
            ...denied,
            sid: "DenyOldTls",
            conditions: [{ test: "NumericLessThan", variable: "s3:TlsVersion", values: ["1.2"] }],
        });
    }
}
exports.PrivateBucket = PrivateBucket;
function expirationRule({ id, prefix, days }) {
    return {
        id,
        status: "Enabled",
        filter: [prefix === undefined ? {} : { prefix }],
        expiration: [{ days }],
    };
}
function housekeeping(noncurrentVersionDays) {
    return [
        {
            id: "old-versions",
            status: "Enabled",
            filter: [{}],
            noncurrentVersionExpiration: [{ noncurrentDays: noncurrentVersionDays }],
            expiration: [{ expiredObjectDeleteMarker: true }],
        },
        {
            id: "abandoned-uploads",
            status: "Enabled",
            filter: [{}],
            abortIncompleteMultipartUpload: [{ daysAfterInitiation: ABANDONED_UPLOAD_DAYS }],
        },
    ];
}
