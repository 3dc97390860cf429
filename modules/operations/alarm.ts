import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmMetricQuery,
} from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { Token } from "cdktf";
import { Construct } from "constructs";
import { assertWholeNumber } from "../check";
import type { AlarmTopic } from "./alarm-topic";
import type { Metric, MetricMath } from "./metric";

/** An alarm in CloudWatch's terms: the construct, the dashboard and the runbook follow from it. */
export interface AlarmSpec {
  /** In kebab-case: the last part of the physical name, and its heading in {@link RUNBOOK}. */
  readonly name: string;
  /** What happened and what it costs, for the operator on call; {@link RUNBOOK} says what to do. */
  readonly description: string;
  readonly metric: Metric | MetricMath;
  readonly comparisonOperator:
    | "GreaterThanOrEqualToThreshold"
    | "GreaterThanThreshold"
    | "LessThanOrEqualToThreshold"
    | "LessThanThreshold";
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
export const RUNBOOK = "docs/operations.md";

/** The longest text that CloudWatch takes for a description. */
const LONGEST_DESCRIPTION = 1024;

export interface AlarmProps {
  readonly spec: AlarmSpec;
  /** First part of the physical name. */
  readonly prefix: string;
  /** Notified when the alarm goes off, and when it is over. */
  readonly topic: AlarmTopic;
}

/** An alarm whose description says what is wrong, how it treats missing data, and where to read on. */
export class Alarm extends Construct {
  public readonly resource: CloudwatchMetricAlarm;

  /** @throws RangeError when more datapoints than periods must breach, or the description is too long. */
  public constructor(scope: Construct, id: string, props: AlarmProps) {
    super(scope, id);
    const { spec, topic } = props;
    const { datapointsToAlarm = 1, evaluationPeriods = 1 } = spec;
    assertWholeNumber(this, "datapointsToAlarm", datapointsToAlarm, 1, evaluationPeriods);
    const description = `${spec.description} Missing data: ${spec.treatMissingData}, because ${spec.missingDataReason}. ${RUNBOOK}#${spec.name}`;
    if (!Token.isUnresolved(description)) {
      assertWholeNumber(this, "length of the description", description.length, 1, LONGEST_DESCRIPTION);
    }
    this.resource = new CloudwatchMetricAlarm(this, "Alarm", {
      alarmName: `${props.prefix}-${spec.name}`,
      alarmDescription: description,
      ...("expression" in spec.metric ? metricMath(spec.metric) : metric(spec.metric)),
      comparisonOperator: spec.comparisonOperator,
      threshold: spec.threshold,
      evaluationPeriods,
      datapointsToAlarm,
      treatMissingData: spec.treatMissingData,
      alarmActions: [topic.arn],
      okActions: [topic.arn],
    });
  }
}

function metric({ namespace, name, dimensions, statistic, periodSeconds }: Metric) {
  return {
    namespace,
    metricName: name,
    dimensions: { ...dimensions },
    statistic,
    period: periodSeconds,
  };
}

function metricMath({ expression, label, metrics }: MetricMath): {
  metricQuery: CloudwatchMetricAlarmMetricQuery[];
} {
  const inputs = Object.entries(metrics).map(([id, input]) => ({
    id,
    metric: {
      namespace: input.namespace,
      metricName: input.name,
      dimensions: { ...input.dimensions },
      stat: input.statistic,
      period: input.periodSeconds,
    },
  }));
  return { metricQuery: [...inputs, { id: "result", expression, label, returnData: true }] };
}

/** The construct's id of an alarm: its name in PascalCase, permanent like the name. */
export function alarmId({ name }: AlarmSpec): string {
  return name.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
