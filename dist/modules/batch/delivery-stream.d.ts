import { KinesisFirehoseDeliveryStream } from "@cdktf/provider-aws/lib/kinesis-firehose-delivery-stream";
import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import type { EnvironmentSpec } from "../../lambdas/shared/env";
import type { NodeFunction } from "../functions/node-function";
import type { IEventStream } from "../ingest/event-stream";
import type { IEncryptionKey } from "../security/encryption-key";
import type { ILake } from "./data-lake";
export interface DeliveryStreamProps {
    /** What a record is. */
    readonly contract: Contract;
    /** Physical name. */
    readonly name: string;
    /** Physical name of its role. */
    readonly roleName: string;
    /** Physical name of the log group of its delivery errors. */
    readonly logGroupName: string;
    readonly source: IEventStream;
    readonly lake: ILake;
    /** The transformation, which judges the lines before the delivery. */
    readonly transformation: Pick<NodeFunction<EnvironmentSpec>, "arn" | "grantInvoke">;
    readonly key: IEncryptionKey;
    readonly accountId: string;
    readonly logRetentionDays: number;
    /** MiB before compression after which an object is written, 1 to 128; after a minute at the latest. */
    readonly bufferMiB: number;
    /** Whether the objects are gzip; their names then end in `.gz`, by which Athena recognises them. */
    readonly gzip: boolean;
    /** Whether it refuses to be destroyed. A new one starts at LATEST and would miss earlier records. */
    readonly protected: boolean;
}
/** Delivers the stream to the lake, with each line validated. */
export declare class DeliveryStream extends Construct {
    readonly resource: KinesisFirehoseDeliveryStream;
    constructor(scope: Construct, id: string, props: DeliveryStreamProps);
}
