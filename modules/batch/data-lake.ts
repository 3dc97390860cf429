import { S3BucketNotification } from "@cdktf/provider-aws/lib/s3-bucket-notification";
import { Construct } from "constructs";
import type { EncryptionKey } from "../security/encryption-key";
import type { ExecutionRole, Grantee } from "../security/execution-role";
import { PrivateBucket } from "../security/private-bucket";
import { ZONES, type Zone } from "./zones";

/** A role's access to zones of the lake. */
interface LakeAccess {
  readonly list?: readonly Zone[];
  readonly read?: readonly Zone[];
  readonly write?: readonly Zone[];
  readonly delete?: readonly Zone[];
}

export interface DataLakeProps {
  /** Physical name of the bucket. */
  readonly bucketName: string;
  /** Physical name of the bucket for its access logs. */
  readonly accessLogBucketName: string;
  readonly key: EncryptionKey;
  readonly accountId: string;
  /** Days that raw objects are kept; must exceed the hours that a merge looks back. */
  readonly rawRetentionDays: number;
  /** Days that overwritten and deleted objects can be restored. */
  readonly noncurrentVersionDays: number;
  /** Days that access logs are kept. */
  readonly accessLogDays: number;
  /** Refuses to be destroyed; otherwise destroy removes all data. */
  readonly protected: boolean;
}

/** Days for the lease, which is renewed every few minutes, and the results of a merge's queries, which are read at once. */
const SCRATCH_DAYS = 2;
/** Days for analysts' query results, which can be queried again. */
const RESULT_DAYS = 30;

/**
 * The lake: one bucket, a folder for each kind of data.
 *
 * No rule expires Parquet files, quarantine or failed records: the merge removes the files that it replaced, and the
 * rest needs an operator's decision.
 */
export class DataLake extends Construct {
  public readonly bucket: PrivateBucket;
  private readonly key: EncryptionKey;

  public constructor(scope: Construct, id: string, props: DataLakeProps) {
    super(scope, id);
    this.key = props.key;
    const accessLogs = new PrivateBucket(this, "AccessLogs", {
      name: props.accessLogBucketName,
      encryption: { ownKeyReason: "S3 delivers access logs only to a bucket encrypted with S3's own keys" },
      accessLog: { noLogReason: "a log of the log's own deliveries would never end" },
      protected: props.protected,
      noncurrentVersionDays: props.noncurrentVersionDays,
      expirations: [{ id: "access-logs", days: props.accessLogDays }],
    });
    this.bucket = new PrivateBucket(this, "Lake", {
      name: props.bucketName,
      encryption: { key: props.key },
      accessLog: { bucket: accessLogs, prefix: "lake/" },
      protected: props.protected,
      noncurrentVersionDays: props.noncurrentVersionDays,
      expirations: [
        { id: "raw", prefix: ZONES.raw, days: props.rawRetentionDays },
        { id: "scratch", prefix: ZONES.scratch, days: SCRATCH_DAYS },
        { id: "results", prefix: ZONES.results, days: RESULT_DAYS },
      ],
    });
    // EventBridge costs a dollar per million objects; request metrics would cost more, for each folder.
    new S3BucketNotification(this, "Events", { bucket: this.bucket.resource.bucket, eventbridge: true });
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

  /**
   * EventBridge's pattern for the objects that are created in a zone.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
   */
  public createdPattern(zone: Zone): string {
    return JSON.stringify({
      source: ["aws.s3"],
      "detail-type": ["Object Created"],
      detail: {
        bucket: { name: [this.bucket.resource.bucket] },
        object: { key: [{ prefix: ZONES[zone] }] },
      },
    });
  }

  /** Such as `s3://bucket/json-data/`. */
  public location(zone: Zone): string {
    return `s3://${this.bucket.resource.bucket}/${ZONES[zone]}`;
  }

  /** Grants `access` to `role`, with the use of the key. Call it once for each role. */
  public grant(role: Grantee, access: LakeAccess): void {
    const bucketArn = this.bucket.arn;
    const objects = (zones: readonly Zone[]) => zones.map((zone) => `${bucketArn}/${ZONES[zone]}*`);
    const { list = [], read = [], write = [], delete: remove = [] } = access;
    if (list.length > 0) {
      role.allow({
        sid: "ListLake",
        actions: ["s3:ListBucket"],
        resources: [bucketArn],
        // `IfExists`: for a missing object S3 checks this permission without a prefix, and answers 403 instead of 404
        // if it is denied.
        conditions: [
          {
            test: "StringLikeIfExists",
            variable: "s3:prefix",
            values: list.map((zone) => `${ZONES[zone]}*`),
          },
        ],
      });
      role.allow({
        sid: "LocateLake",
        actions: ["s3:GetBucketLocation", ...(write.length > 0 ? ["s3:ListBucketMultipartUploads"] : [])],
        resources: [bucketArn],
      });
    }
    if (read.length > 0) {
      role.allow({ sid: "ReadLake", actions: ["s3:GetObject"], resources: objects(read) });
    }
    if (write.length > 0) {
      role.allow({
        sid: "WriteLake",
        actions: ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
        resources: objects(write),
      });
    }
    if (remove.length > 0) {
      role.allow({ sid: "DeleteFromLake", actions: ["s3:DeleteObject"], resources: objects(remove) });
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
  public grantFailureDestination(role: ExecutionRole, also: LakeAccess): void {
    this.grant(role, { ...also, write: [...(also.write ?? []), "onFailure"] });
    role.allow({ sid: "FindLake", actions: ["s3:ListBucket"], resources: [this.bucket.arn] });
  }
}
