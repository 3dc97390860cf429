import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmMetricQuery,
} from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { Construct } from "constructs";
import { assertWholeNumber } from "../check";
import type { AlarmTopic } from "./alarm-topic";
import type { Formula, Metric } from "./metric";

/** What it means that CloudWatch has no data for a period. */
const SILENCE = {
  /** Nothing happened, as it may. */
  fine: "notBreaching",
  /** Something should have reported. */
  bad: "breaching",
  /** The alarm stays as it is. */
  "nothing new": "ignore",
} as const;

const COMPARISONS = {
  ">": "GreaterThanThreshold",
  ">=": "GreaterThanOrEqualToThreshold",
  "<": "LessThanThreshold",
  "<=": "LessThanOrEqualToThreshold",
} as const;

/** An alarm, said once: the construct, the dashboard and the runbook follow from it. */
export interface AlarmSpec {
  /** In kebab-case: the last part of the physical name, and its heading in {@link RUNBOOK}. */
  readonly name: string;
  /** What has happened when it goes off: a sentence for whoever is woken by it. */
  readonly says: string;
  readonly watches: Metric | Formula;
  readonly bad: { readonly comparison: keyof typeof COMPARISONS; readonly threshold: number };
  /** How many of the latest periods must be bad. @default one of one */
  readonly lasting?: { readonly bad: number; readonly of: number };
  readonly silence: { readonly means: keyof typeof SILENCE; readonly because: string };
}

/** Where each alarm has a heading: what it means and what to do. */
export const RUNBOOK = "docs/operations.md";

/** The longest text that CloudWatch takes for a description. */
const LONGEST_DESCRIPTION = 1024;

export interface AlarmProps {
  readonly spec: AlarmSpec;
  /** First part of the physical name. */
  readonly prefix: string;
  /** Told when it goes off, and when it is over. */
  readonly topic: AlarmTopic;
}

/** An alarm that says what is wrong, what silence means to it, and where to read on. */
export class Alarm extends Construct {
  public readonly resource: CloudwatchMetricAlarm;

  /** @throws RangeError when more periods must be bad than are looked at, or the description is too long. */
  public constructor(scope: Construct, id: string, props: AlarmProps) {
    super(scope, id);
    const { spec, topic } = props;
    const { bad, of } = spec.lasting ?? { bad: 1, of: 1 };
    assertWholeNumber(this, "lasting.bad", bad, 1, of);
    const description = `${spec.says} No data: ${spec.silence.means}, because ${spec.silence.because}. ${RUNBOOK}#${spec.name}`;
    assertWholeNumber(this, "length of the description", description.length, 1, LONGEST_DESCRIPTION);
    this.resource = new CloudwatchMetricAlarm(this, "Alarm", {
      alarmName: `${props.prefix}-${spec.name}`,
      alarmDescription: description,
      ...("formula" in spec.watches ? formula(spec.watches) : metric(spec.watches)),
      comparisonOperator: COMPARISONS[spec.bad.comparison],
      threshold: spec.bad.threshold,
      evaluationPeriods: of,
      datapointsToAlarm: bad,
      treatMissingData: SILENCE[spec.silence.means],
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

function formula(watched: Formula): { metricQuery: CloudwatchMetricAlarmMetricQuery[] } {
  const inputs = Object.entries(watched.of).map(([id, input]) => ({
    id,
    metric: {
      namespace: input.namespace,
      metricName: input.name,
      dimensions: { ...input.dimensions },
      stat: input.statistic,
      period: input.periodSeconds,
    },
  }));
  const result = { id: "result", expression: watched.formula, label: watched.label, returnData: true };
  return { metricQuery: [...inputs, result] };
}

/** The construct's id of an alarm: its name in PascalCase, permanent like the name. */
export function alarmId({ name }: AlarmSpec): string {
  return name.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
