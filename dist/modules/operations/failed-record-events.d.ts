import { Construct } from "constructs";
import type { ILake } from "../batch/data-lake";
import type { Zone } from "../batch/zones";
import type { Location } from "../location";
import type { IEncryptionKey } from "../security/encryption-key";
import { type Metric } from "./metric";
export interface FailedRecordEventsProps {
    /** First part of the names of the rules, and name of the policy by which they log. */
    readonly name: string;
    /** Physical name of the log group; below `/aws/events/`. */
    readonly logGroupName: string;
    readonly location: Location;
    readonly lake: ILake;
    /** The monitored folders, which are empty while all is well. */
    readonly zones: readonly FailedRecordZone[];
    readonly key: IEncryptionKey;
    readonly logRetentionDays: number;
}
/** A folder to which a service puts records that it failed to process. */
export type FailedRecordZone = Extract<Zone, "errors" | "onFailure">;
/**
 * Records each object that is put into a zone of failed records: the rule's own metric counts it, and the log group
 * keeps its key. It does not notify the topic, because an outage would send a message for each object.
 */
export declare class FailedRecordEvents extends Construct {
    private readonly rules;
    constructor(scope: Construct, id: string, props: FailedRecordEventsProps);
    /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html */
    private letRulesLog;
    /** Number of objects put into a zone. @throws Error when the zone is not monitored. */
    objects(zone: FailedRecordZone): Metric;
}
