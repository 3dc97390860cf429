import { Construct } from "constructs";
import type { IEventStream } from "../ingest/event-stream";
import type { MonitoredBatchLayer } from "../operations/monitored";
import type { IEncryptionKey } from "../security/encryption-key";
import { type LakeSettings, type StreamSettings, type SystemProps } from "../system";
import { Catalog } from "./catalog";
import type { ILake } from "./data-lake";
import { DeliveryStream } from "./delivery-stream";
import { MergeSmallFiles } from "./merge-small-files";
import { type SavedQuery } from "./saved-queries";
import { ValidateRecords } from "./validate-records";
import { Workgroup } from "./workgroup";
/** The merge of raw objects into Parquet. */
export interface MergeSettings {
    /** Minutes from one merge to the next, 5 to 60. @default 13 */
    readonly everyMinutes?: number;
    /** Queries in flight at a time, 1 to 20. @default 4 */
    readonly queriesInFlight?: number;
    /** Scan limit of a merge's query, in GiB. @default 100 */
    readonly scanLimitGiB?: number;
}
export interface IngestBatchProps extends SystemProps {
    /** Encrypts everything here. @default a new one */
    readonly key?: IEncryptionKey;
    /** An existing stream, or settings of a new one. @default one on demand, for 24 hours */
    readonly stream?: IEventStream | StreamSettings;
    /** An existing lake, or settings of a new one. @default a bucket, with one for its access logs */
    readonly lake?: ILake | LakeSettings;
    /** Days that raw objects are kept; must exceed the hours that a merge looks back. @default 90 */
    readonly rawRetentionDays?: number;
    /** MiB before compression after which an object is written, 1 to 128; after a minute at the latest. @default 64 */
    readonly bufferMiB?: number;
    /** Whether raw objects are gzip. @default true */
    readonly gzip?: boolean;
    /** @default every 13 minutes */
    readonly merge?: MergeSettings;
    /** Queries for analysts beside those that follow from any contract. @default none */
    readonly savedQueries?: readonly SavedQuery[];
    /** Scan limit of an analyst's query, in GiB. @default 10 */
    readonly analystScanLimitGiB?: number;
}
/** The ingest and the batch layer: a stream, its delivery to a lake, the tables of the lake, and their merging. */
export declare class IngestBatch extends Construct {
    readonly key: IEncryptionKey;
    readonly stream: IEventStream;
    readonly lake: ILake;
    readonly validateRecords: ValidateRecords;
    readonly deliveryStream: DeliveryStream;
    readonly catalog: Catalog;
    /** The analysts' workgroup. */
    readonly workgroup: Workgroup;
    readonly mergeSmallFiles: MergeSmallFiles;
    /** @throws RangeError when `prefix` has another form, or none follows from the contract */
    constructor(scope: Construct, id: string, props: IngestBatchProps);
    /** What {@link Operations} watches here. */
    get monitored(): MonitoredBatchLayer;
}
