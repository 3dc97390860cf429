import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import type { IEncryptionKey } from "../security/encryption-key";
import { type Statement } from "../security/policy";
import { PrivateBucket } from "../security/private-bucket";
import type { Grantee } from "../security/role";
import { type Zone } from "./zones";
/** A role's access to zones of the lake. */
export interface LakeAccess {
    readonly list?: readonly Zone[];
    readonly read?: readonly Zone[];
    readonly write?: readonly Zone[];
    readonly delete?: readonly Zone[];
}
export interface DataLakeProps {
    /** What a record of the lake is. */
    readonly contract: Contract;
    /** Physical name of the bucket. */
    readonly bucketName: string;
    /** Physical name of the bucket for its access logs. */
    readonly accessLogBucketName: string;
    readonly key: IEncryptionKey;
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
/** A lake of this library, or a bucket of another team that takes its place. */
export interface ILake {
    readonly bucketArn: string;
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
declare abstract class LakeBase extends Construct implements ILake {
    abstract readonly bucketArn: string;
    abstract readonly bucketName: string;
    abstract readonly key: IEncryptionKey;
    protected readonly contract: Contract;
    /** @throws RangeError when the contract's folder is one of the lake's own. */
    constructor(scope: Construct, id: string, { contract }: Pick<DataLakeProps, "contract">);
    /**
     * EventBridge's pattern for the objects that are created in a zone.
     * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
     */
    createdPattern(zone: Zone): string;
    /** Such as `s3://bucket/json-data/`. */
    location(zone: Zone): string;
    /** Grants `access` to `role`, with the use of the key. Call it once for each role. */
    grant(role: Grantee, access: LakeAccess): void;
    /**
     * Allows `role` to put the on-failure records of its event source mapping. Lambda lists the bucket without a prefix:
     * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
     */
    grantFailureDestination(role: Grantee, also: LakeAccess): void;
    private folder;
    /** Adds a statement of a grant to the role. */
    protected allow(role: Grantee, statement: Statement): void;
}
/**
 * The lake: one bucket, a folder for each kind of data.
 *
 * No rule expires Parquet files, quarantine or failed records: the merge removes the files that it replaced, and the
 * rest needs an operator's decision.
 */
export declare class DataLake extends LakeBase {
    readonly bucket: PrivateBucket;
    readonly key: IEncryptionKey;
    constructor(scope: Construct, id: string, props: DataLakeProps);
    get bucketArn(): string;
    get bucketName(): string;
    /**
     * A lake in a bucket of another owner. Nothing in the bucket is changed: its owner adds
     * {@link IAdoptedLake.policyForOwner} and applies {@link IAdoptedLake.settingsForOwner}.
     */
    static fromBucket(scope: Construct, id: string, props: AdoptedBucketProps): IAdoptedLake;
}
export {};
