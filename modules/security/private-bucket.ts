import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import {
  S3BucketLifecycleConfiguration,
  type S3BucketLifecycleConfigurationRule,
} from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration";
import { S3BucketLoggingA } from "@cdktf/provider-aws/lib/s3-bucket-logging";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import { Construct } from "constructs";
import { assertKnownLength, assertLiteral } from "../check";
import type { IEncryptionKey } from "./encryption-key";
import { explain } from "./explanations";
import { PolicyDocument, type Statement } from "./policy";

export interface PrivateBucketProps {
  /** Physical name, globally unique. */
  readonly name: string;
  /** The encryption key, or why S3's own encryption is used instead. */
  readonly encryption: { readonly key: IEncryptionKey } | { readonly ownKeyReason: string };
  /** Target of the access logs, or why there are none. */
  readonly accessLog:
    | { readonly bucket: PrivateBucket; readonly prefix: string }
    | { readonly noLogReason: string };
  /** Refuses to be destroyed; otherwise destroy removes it with its content. */
  readonly protected: boolean;
  /** Days that overwritten and deleted objects can be restored. */
  readonly noncurrentVersionDays: number;
  /** Lifecycle rules in addition to those for old versions and incomplete uploads. @default none */
  readonly expirations?: readonly Expiration[];
}

/** A lifecycle rule that expires the objects with a prefix. */
export interface Expiration {
  /** Id of the rule, unique in the bucket. */
  readonly id: string;
  /** Ends in a slash; absent for the whole bucket. */
  readonly prefix?: string;
  readonly days: number;
}

/** Days after which the parts of an upload that was never completed are removed. */
const ABANDONED_UPLOAD_DAYS = 2;

/** A bucket that is readable by a grant only: versioned, encrypted, over TLS, never public. */
export class PrivateBucket extends Construct {
  public readonly resource: S3Bucket;
  private readonly policy: PolicyDocument;
  private readonly bucketPolicy: S3BucketPolicy;

  public constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id);
    assertLiteral(this, "protected", props.protected);
    assertKnownLength(this, "expirations", props.expirations ?? []);
    this.resource = new S3Bucket(this, "Bucket", {
      bucket: props.name,
      ...(props.protected ? { lifecycle: { preventDestroy: true } } : { forceDestroy: true }),
    });
    const bucket = this.resource.bucket;
    const publicAccess = new S3BucketPublicAccessBlock(this, "PublicAccess", {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    new S3BucketOwnershipControls(this, "Ownership", {
      bucket,
      rule: { objectOwnership: "BucketOwnerEnforced" },
    });
    const versioning = new S3BucketVersioningA(this, "Versioning", {
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    this.encrypt(props.encryption);
    this.log(props.accessLog);
    new S3BucketLifecycleConfiguration(this, "Lifecycle", {
      bucket,
      rule: [...(props.expirations ?? []).map(expirationRule), ...housekeeping(props.noncurrentVersionDays)],
      // S3 refuses rules for old versions before versioning is enabled.
      dependsOn: [versioning],
    });

    this.policy = new PolicyDocument(this, "Policy");
    this.addTlsStatements();
    this.bucketPolicy = new S3BucketPolicy(this, "BucketPolicy", {
      bucket,
      policy: this.policy.json,
      // S3 refuses two concurrent changes of a bucket's access.
      dependsOn: [publicAccess],
    });
  }

  public get arn(): string {
    return this.resource.arn;
  }

  /** Adds a statement to the bucket's own policy. @throws Error as {@link PolicyDocument.add} */
  public addToPolicy(statement: Statement): void {
    this.policy.add(statement);
  }

  private encrypt(encryption: PrivateBucketProps["encryption"]): void {
    const withKey = "key" in encryption;
    const configuration = new S3BucketServerSideEncryptionConfigurationA(this, "Encryption", {
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
    if (!withKey) explain(configuration, "own-encryption", "AES256", encryption.ownKeyReason);
  }

  private log(accessLog: PrivateBucketProps["accessLog"]): void {
    if ("noLogReason" in accessLog) {
      explain(this.resource, "no-access-log", "logging", accessLog.noLogReason);
      return;
    }
    new S3BucketLoggingA(this, "AccessLog", {
      bucket: this.resource.bucket,
      targetBucket: accessLog.bucket.resource.bucket,
      targetPrefix: accessLog.prefix,
      // The target's policy must allow S3 to write first.
      dependsOn: [accessLog.bucket.bucketPolicy],
    });
  }

  private addTlsStatements(): void {
    const denied = {
      effect: "Deny",
      principals: [{ type: "AWS", identifiers: ["*"] }],
      actions: ["s3:*"],
      resources: [this.arn, `${this.arn}/*`],
    } as const;
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

function expirationRule({ id, prefix, days }: Expiration): S3BucketLifecycleConfigurationRule {
  return {
    id,
    status: "Enabled",
    filter: [prefix === undefined ? {} : { prefix }],
    expiration: [{ days }],
  };
}

function housekeeping(noncurrentVersionDays: number): S3BucketLifecycleConfigurationRule[] {
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
