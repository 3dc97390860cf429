import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { Construct } from "constructs";
import type { AlarmTopic } from "./alarm-topic";
import type { Metric, MetricMath } from "./metric";
/** An alarm in CloudWatch's terms: the construct, the dashboard and the runbook follow from it. */
export interface AlarmSpec {
    /** In kebab-case: the last part of the physical name, and its heading in {@link RUNBOOK}. */
    readonly name: string;
    /** What happened and what it costs, for the operator on call; {@link RUNBOOK} says what to do. */
    readonly description: string;
    readonly metric: Metric | MetricMath;
    readonly comparisonOperator: "GreaterThanOrEqualToThreshold" | "GreaterThanThreshold" | "LessThanOrEqualToThreshold" | "LessThanThreshold";
    readonly threshold: number;
    /** Periods among the latest {@link evaluationPeriods} that must breach. @default 1 */
    readonly datapointsToAlarm?: number;
    /** @default 1 */
    readonly evaluationPeriods?: number;
    /** `ignore`: the alarm keeps its state. */
    readonly treatMissingData: "breaching" | "ignore" | "notBreaching";
    /** Reason for {@link treatMissingData}, as the end of a sentence of the description. */
    readonly missingDataReason: string;
}
/** The document that has a heading for each alarm: what it means and what to do. */
export declare const RUNBOOK = "docs/operations.md";
export interface AlarmProps {
    readonly spec: AlarmSpec;
    /** First part of the physical name. */
    readonly prefix: string;
    /** Notified when the alarm goes off, and when it is over. */
    readonly topic: AlarmTopic;
}
/** An alarm whose description says what is wrong, how it treats missing data, and where to read on. */
export declare class Alarm extends Construct {
    readonly resource: CloudwatchMetricAlarm;
    /** @throws RangeError when more datapoints than periods must breach, or the description is too long. */
    constructor(scope: Construct, id: string, props: AlarmProps);
}
/** The construct's id of an alarm: its name in PascalCase, permanent like the name. */
export declare function alarmId({ name }: AlarmSpec): string;
