import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { Construct } from "constructs";
import type { IEncryptionKey } from "./encryption-key";
import { type Statement } from "./policy";
export interface PrivateBucketProps {
    /** Physical name, globally unique. */
    readonly name: string;
    /** The encryption key, or why S3's own encryption is used instead. */
    readonly encryption: {
        readonly key: IEncryptionKey;
    } | {
        readonly ownKeyReason: string;
    };
    /** Target of the access logs, or why there are none. */
    readonly accessLog: {
        readonly bucket: PrivateBucket;
        readonly prefix: string;
    } | {
        readonly noLogReason: string;
    };
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
/** A bucket that is readable by a grant only: versioned, encrypted, over TLS, never public. */
export declare class PrivateBucket extends Construct {
    readonly resource: S3Bucket;
    private readonly policy;
    private readonly bucketPolicy;
    constructor(scope: Construct, id: string, props: PrivateBucketProps);
    get arn(): string;
    /** Adds a statement to the bucket's own policy. @throws Error as {@link PolicyDocument.add} */
    addToPolicy(statement: Statement): void;
    private encrypt;
    private log;
    private addTlsStatements;
}
