import { KinesisStream } from "@cdktf/provider-aws/lib/kinesis-stream";
import { Construct } from "constructs";
import type { IEncryptionKey } from "../security/encryption-key";
import type { Grantee } from "../security/role";
/** Capacity mode of the stream. */
export type StreamCapacity = {
    readonly mode: "on-demand";
} | {
    readonly mode: "provisioned";
    /** A shard takes 1,000 records or 1 MB a second. */
    readonly shardCount: number;
};
export interface EventStreamProps {
    /** Physical name. */
    readonly name: string;
    readonly capacity: StreamCapacity;
    /** Hours that a record can be read again, 24 to 8760. */
    readonly retentionHours: number;
    readonly key: IEncryptionKey;
    /** Whether it refuses to be destroyed; otherwise destroy removes its registered consumers, too. */
    readonly protected: boolean;
}
/** A stream of records, of this library or of another team: what both layers read and producers write. */
export interface IEventStream {
    readonly arn: string;
    readonly streamName: string;
    /** Hours that a record can be read again. */
    readonly retentionHours: number;
    /** Allows `role` to read the stream: describe, list shards, iterate, get, decrypt. */
    grantRead(role: Grantee): void;
    /** Allows `role`, a producer's, to write to the stream: describe, list shards, put, encrypt. */
    grantWrite(role: Grantee): void;
}
/** An existing stream of the same account and region; Firehose reads no other. */
export interface AdoptedStreamProps {
    /** Its ARN. */
    readonly arn: string;
    /** The customer-managed key that encrypts it. @default none, or AWS's own key for Kinesis, which needs no grant */
    readonly key?: IEncryptionKey;
    /** Hours that a record can be read again. @default what the stream is set to, by a data source */
    readonly retentionHours?: number;
}
declare abstract class EventStreamBase extends Construct implements IEventStream {
    abstract readonly arn: string;
    abstract readonly streamName: string;
    abstract readonly retentionHours: number;
    protected abstract readonly key: IEncryptionKey | undefined;
    grantRead(role: Grantee): void;
    /** https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html has what an encrypted stream needs. */
    grantWrite(role: Grantee): void;
    private grantKey;
}
/** The stream that receives every record; the batch and the speed layer each read all of it. */
export declare class EventStream extends EventStreamBase {
    readonly resource: KinesisStream;
    readonly retentionHours: number;
    protected readonly key: IEncryptionKey;
    /** @throws RangeError when the retention or the shard count is outside of Kinesis's limits. */
    constructor(scope: Construct, id: string, props: EventStreamProps);
    get arn(): string;
    get streamName(): string;
    /** An existing stream of another owner. @throws RangeError when `arn` is not the ARN of a stream */
    static fromArn(scope: Construct, id: string, props: AdoptedStreamProps): IEventStream;
}
export {};
