import { Construct } from "constructs";
import type { ILake } from "../batch/data-lake";
import type { IEncryptionKey } from "../security/encryption-key";
import { type SystemProps } from "../system";
import { Alarm } from "./alarm";
import { type AlarmSubscription, AlarmTopic } from "./alarm-topic";
import { type BudgetScope } from "./budget";
import { Dashboard } from "./dashboard";
import type { MonitoredBatchLayer, MonitoredSpeedLayer } from "./monitored";
/** Subscribers to alarms, and the budget. */
export interface OperationsSettings {
    /** @default nobody */
    readonly alarmSubscriptions?: readonly AlarmSubscription[];
    /** @default 100 dollars a month for the account */
    readonly budget?: {
        readonly usdPerMonth: number;
        readonly costOf: BudgetScope;
    };
}
export interface OperationsProps extends Omit<SystemProps, "keyDeletionDays" | "protected"> {
    readonly lake: ILake;
    /** @default there is no batch layer */
    readonly batch?: MonitoredBatchLayer;
    /** @default there is no speed layer */
    readonly speed?: MonitoredSpeedLayer;
    /** Encrypts topic and logs. @default the lake's */
    readonly key?: IEncryptionKey;
    /** @default nobody is told of alarms; a budget of 100 dollars a month */
    readonly settings?: OperationsSettings;
}
/** Alarms, a dashboard and a budget, which all notify one topic. */
export declare class Operations extends Construct {
    readonly topic: AlarmTopic;
    readonly alarms: readonly Alarm[];
    readonly dashboard: Dashboard;
    /** @throws RangeError when there is no layer, or the layers read two streams */
    constructor(scope: Construct, id: string, props: OperationsProps);
    private streamOf;
}
