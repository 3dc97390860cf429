import { S3BucketNotification } from "@cdktf/provider-aws/lib/s3-bucket-notification";
import { Fn, TerraformOutput } from "cdktf";
import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import type { IEncryptionKey } from "../security/encryption-key";
import { PolicyDocument, type Statement } from "../security/policy";
import { type Expiration, PrivateBucket } from "../security/private-bucket";
import type { Grantee } from "../security/role";
import { folderOf, ZONES, type Zone } from "./zones";

/** A role's access to zones of the lake. */
export interface LakeAccess {
  /** Zones whose objects it lists. @default none */
  readonly list?: readonly Zone[];
  /** Zones whose objects it reads. @default none */
  readonly read?: readonly Zone[];
  /** Zones into which it puts objects. @default none */
  readonly write?: readonly Zone[];
  /** Zones whose objects it deletes. @default none */
  readonly delete?: readonly Zone[];
}

export interface DataLakeProps {
  /** What a record of the lake is. */
  readonly contract: Contract;
  /** Physical name of the bucket. */
  readonly bucketName: string;
  /** Physical name of the bucket for its access logs. */
  readonly accessLogBucketName: string;
  /** Key that encrypts all objects. */
  readonly key: IEncryptionKey;
  /** Account that uses the lake. */
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

/** Days that the lease (renewed every few minutes) and the results of a merge's queries (read at once) are kept. */
const SCRATCH_DAYS = 2;
/** Days that analysts' query results are kept; the queries can be repeated. */
const RESULT_DAYS = 30;

/** A lake of this library, or a bucket of another team that takes its place. */
export interface ILake {
  /** ARN of the bucket. */
  readonly bucketArn: string;
  /** Name of the bucket. */
  readonly bucketName: string;
  /** The key that encrypts all objects of the lake. */
  readonly key: IEncryptionKey;
  /** Such as `s3://bucket/json-data/`. */
  location(zone: Zone): string;
  /** EventBridge's pattern for the objects that are created in a zone. */
  createdPattern(zone: Zone): string;
  /** Grants `access` to `role`, with the use of the key. Call it once for each role. */
  grant(role: Grantee, access: LakeAccess): void;
  /** Allows `role` to put the on-failure records of its event source mapping. */
  grantFailureDestination(role: Grantee, also: LakeAccess): void;
}

/** An existing bucket. Only the lake may use its folders in it. */
export interface AdoptedBucketProps {
  /** What a record of the lake is. */
  readonly contract: Contract;
  /** Name of the bucket. */
  readonly bucketName: string;
  /** The key that encrypts the objects of the lake. */
  readonly key: IEncryptionKey;
  /** Account that uses the lake. */
  readonly accountId: string;
  /** Days after which the owner's rule removes raw objects; must exceed the hours that a merge looks back. */
  readonly rawRetentionDays: number;
}

/** A lake in a bucket whose owner controls the policy and the settings. */
export interface IAdoptedLake extends ILake {
  /**
   * JSON of a policy, also an output of the stack: its statements must be in the bucket's policy if another account
   * owns the bucket, or if the policy denies this account.
   */
  readonly policyForOwner: string;
  /**
   * JSON of the bucket's required settings, also an output of the stack: events to EventBridge, without which no
   * alarm reports failed records, and the lifecycle rules.
   */
  readonly settingsForOwner: string;
}

abstract class LakeBase extends Construct implements ILake {
  public abstract readonly bucketArn: string;
  public abstract readonly bucketName: string;
  public abstract readonly key: IEncryptionKey;
  protected readonly contract: Contract;

  /** @throws RangeError when the contract's folder is one of the lake's own. */
  public constructor(scope: Construct, id: string, { contract }: Pick<DataLakeProps, "contract">) {
    super(scope, id);
    this.contract = contract;
    const taken = Object.values(ZONES).find((folder) => folder.startsWith(contract.parquetFolder));
    if (taken !== undefined) {
      throw new RangeError(
        `${this.node.path}: the contract's folder of Parquet files is "${contract.parquetFolder}", and the lake has "${taken}" for something else`,
      );
    }
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
        bucket: { name: [this.bucketName] },
        object: { key: [{ prefix: this.folder(zone) }] },
      },
    });
  }

  /** Such as `s3://bucket/json-data/`. */
  public location(zone: Zone): string {
    return `s3://${this.bucketName}/${this.folder(zone)}`;
  }

  /** Grants `access` to `role`, with the use of the key. Call it once for each role. */
  public grant(role: Grantee, access: LakeAccess): void {
    const { bucketArn } = this;
    const allow = (statement: Statement) => this.allow(role, statement);
    const objects = (zones: readonly Zone[]) => zones.map((zone) => `${bucketArn}/${this.folder(zone)}*`);
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
  public grantFailureDestination(role: Grantee, also: LakeAccess): void {
    this.grant(role, { ...also, write: [...(also.write ?? []), "onFailure"] });
    this.allow(role, { sid: "FindLake", actions: ["s3:ListBucket"], resources: [this.bucketArn] });
  }

  private folder(zone: Zone): string {
    return folderOf(zone, this.contract);
  }

  /** Adds a statement of a grant to the role. */
  protected allow(role: Grantee, statement: Statement): void {
    role.allow(statement);
  }
}

class AdoptedLake extends LakeBase implements IAdoptedLake {
  public readonly bucketArn: string;
  public readonly bucketName: string;
  public readonly key: IEncryptionKey;
  public readonly settingsForOwner: string;
  private readonly policy: PolicyDocument;
  private readonly accountId: string;

  public constructor(scope: Construct, id: string, props: AdoptedBucketProps) {
    super(scope, id, props);
    this.bucketName = props.bucketName;
    this.bucketArn = `arn:aws:s3:::${props.bucketName}`;
    this.key = props.key;
    this.accountId = props.accountId;
    this.policy = new PolicyDocument(this, "Policy");
    this.settingsForOwner = Fn.jsonencode({ eventbridge: true, expirations: expirations(props) });
    new TerraformOutput(this, "PolicyForOwner", {
      value: this.policyForOwner,
      description: "Statements that the policy of the adopted bucket must have if another account owns it",
    });
    new TerraformOutput(this, "SettingsForOwner", {
      value: this.settingsForOwner,
      description: "Settings that the adopted bucket must have: events to EventBridge, and lifecycle rules",
    });
  }

  public get policyForOwner(): string {
    return this.policy.json;
  }

  /** The bucket's policy allows the account; the account's own policies determine which role. */
  protected override allow(role: Grantee, statement: Statement): void {
    super.allow(role, statement);
    const account = `arn:aws:iam::${this.accountId}:root`;
    this.policy.merge({ ...statement, principals: [{ type: "AWS", identifiers: [account] }] });
  }
}

/** Lifecycle rules for objects that can be recreated or have a retention time. */
function expirations({ rawRetentionDays }: Pick<DataLakeProps, "rawRetentionDays">): Expiration[] {
  return [
    { id: "raw", prefix: ZONES.raw, days: rawRetentionDays },
    { id: "scratch", prefix: ZONES.scratch, days: SCRATCH_DAYS },
    { id: "results", prefix: ZONES.results, days: RESULT_DAYS },
  ];
}

/**
 * The lake: one bucket, a folder for each kind of data.
 *
 * No rule expires Parquet files, quarantine or failed records: the merge removes the files that it replaced, and the
 * rest needs an operator's decision.
 */
export class DataLake extends LakeBase {
  public readonly bucket: PrivateBucket;
  public readonly key: IEncryptionKey;

  public constructor(scope: Construct, id: string, props: DataLakeProps) {
    super(scope, id, props);
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
      expirations: expirations(props),
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

  public get bucketArn(): string {
    return this.bucket.arn;
  }

  public get bucketName(): string {
    return this.bucket.resource.bucket;
  }

  /**
   * A lake in a bucket of another owner. Nothing in the bucket is changed: its owner adds
   * {@link IAdoptedLake.policyForOwner} and applies {@link IAdoptedLake.settingsForOwner}.
   */
  public static fromBucket(scope: Construct, id: string, props: AdoptedBucketProps): IAdoptedLake {
    return new AdoptedLake(scope, id, props);
  }
}
