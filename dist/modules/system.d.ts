import type { Construct } from "constructs";
import type { Contract } from "../contract/define";
import { type ILake } from "./batch/data-lake";
import { type IEventStream, type StreamCapacity } from "./ingest/event-stream";
import { type Location } from "./location";
import { type GroupNames, type Names } from "./naming";
import { type EncryptionKeyProps, type IEncryptionKey } from "./security/encryption-key";
/** Properties that a whole system and each of its layers have. */
export interface SystemProps {
    /** What a record is. */
    readonly contract: Contract;
    /**
     * First part of every physical name, 2 to 20 lower-case letters and digits, a letter first.
     * @default the contract's name without underscores
     */
    readonly prefix?: string;
    /** Custom physical names. @default they begin with `prefix` */
    readonly names?: Partial<Names & GroupNames>;
    /** @default where the provider is, by data sources */
    readonly location?: Location;
    /** Deletion window of a new key in days, 7 to 30. @default 30 */
    readonly keyDeletionDays?: number;
    /** Whether resources that hold data refuse to be destroyed; otherwise destroy removes the data, too. @default true */
    readonly protected?: boolean;
    /** Days that logs are kept, one of CloudWatch Logs' retention times. @default 30 */
    readonly logRetentionDays?: number;
}
/** Settings of a new stream. */
export interface StreamSettings {
    /** @default on demand */
    readonly capacity?: StreamCapacity;
    /** Hours that a record can be read again, 24 to 8760. @default 24 */
    readonly retentionHours?: number;
}
/** Settings of a new lake. */
export interface LakeSettings {
    /** Days that overwritten and deleted objects can be restored, 1 or more. @default 30 */
    readonly noncurrentVersionDays?: number;
}
/** The properties of a system, with every default applied. */
export interface System {
    readonly contract: Contract;
    readonly prefix: string;
    readonly names: Names & GroupNames;
    readonly location: Location;
    readonly keyDeletionDays: number;
    readonly protected: boolean;
    readonly logRetentionDays: number;
}
/**
 * Applies the defaults of {@link SystemProps}.
 * @throws RangeError when `prefix` has another form, or none follows from the contract
 */
export declare function systemOf(scope: Construct, props: SystemProps): System;
/** The given key, else a new one. */
export declare function keyOf(scope: Construct, system: System, given?: IEncryptionKey, settings?: Pick<EncryptionKeyProps, "services">): IEncryptionKey;
/** The given stream, else a new one. */
export declare function streamOf(scope: Construct, { names, protected: isProtected }: System, key: IEncryptionKey, given?: IEventStream | StreamSettings): IEventStream;
/** The given lake, else a new one. */
export declare function lakeOf(scope: Construct, system: System, key: IEncryptionKey, given?: ILake | LakeSettings, rawRetentionDays?: number): ILake;
