import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy";
import { Construct } from "constructs";
import type { Location } from "../location";
import type { IEncryptionKey } from "../security/encryption-key";
/** A subscriber to alarms and budget notifications. */
export interface AlarmSubscription {
    /** An e-mail address confirms first; an https endpoint answers SNS's confirmation itself. */
    readonly protocol: "email" | "https";
    readonly endpoint: string;
}
export interface AlarmTopicProps {
    /** Physical name. */
    readonly name: string;
    readonly location: Location;
    /** First part of the names of the alarms that may publish. */
    readonly alarmPrefix: string;
    /** Subscribers; e-mail addresses confirm first. */
    readonly subscriptions: readonly AlarmSubscription[];
    readonly key: IEncryptionKey;
}
/**
 * The topic to which alarms and the budget publish. It is encrypted with the environment's key, because neither
 * CloudWatch nor Budgets could publish with AWS's own key for SNS, whose policy nobody can change.
 */
export declare class AlarmTopic extends Construct {
    readonly resource: SnsTopic;
    /** Publishers must depend on this: Budgets tests the topic when a budget is created. */
    readonly policy: SnsTopicPolicy;
    constructor(scope: Construct, id: string, props: AlarmTopicProps);
    get arn(): string;
}
