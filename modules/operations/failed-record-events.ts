import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { CloudwatchLogResourcePolicy } from "@cdktf/provider-aws/lib/cloudwatch-log-resource-policy";
import { Construct } from "constructs";
import type { ILake } from "../batch/data-lake";
import type { Zone } from "../batch/zones";
import { assertLiteral } from "../check";
import type { Location } from "../location";
import type { IEncryptionKey } from "../security/encryption-key";
import { PolicyDocument } from "../security/policy";
import { LogGroup } from "./log-group";
import { type Metric, ruleMetrics } from "./metric";

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

const RULES = {
  errors: { id: "Errors", suffix: "errors", what: "Records that Firehose failed to deliver" },
  onFailure: { id: "GivenUp", suffix: "given-up", what: "Records that the event source mapping discarded" },
} as const;

/**
 * Records each object that is put into a zone of failed records: the rule's own metric counts it, and the log group
 * keeps its key. It does not notify the topic, because an outage would send a message for each object.
 */
export class FailedRecordEvents extends Construct {
  private readonly rules = new Map<FailedRecordZone, CloudwatchEventRule>();

  public constructor(scope: Construct, id: string, props: FailedRecordEventsProps) {
    super(scope, id);
    assertLiteral(this, "zones", props.zones);
    const log = new LogGroup(this, "Log", {
      name: props.logGroupName,
      retentionDays: props.logRetentionDays,
      key: props.key,
    });
    for (const zone of props.zones) {
      const { id: ruleId, suffix, what } = RULES[zone];
      const rule = new CloudwatchEventRule(this, ruleId, {
        name: `${props.name}-${suffix}`,
        description: `${what}: an object under ${props.lake.location(zone)}`,
        eventPattern: props.lake.createdPattern(zone),
      });
      new CloudwatchEventTarget(this, `${ruleId}Target`, { rule: rule.name, arn: log.resource.arn });
      this.rules.set(zone, rule);
    }
    this.letRulesLog(log, props);
  }

  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html */
  private letRulesLog(log: LogGroup, { location, name }: FailedRecordEventsProps): void {
    const delivery = new PolicyDocument(this, "LogDelivery");
    const statement = {
      principals: [
        { type: "Service" as const, identifiers: ["events.amazonaws.com", "delivery.logs.amazonaws.com"] },
      ],
      resources: [`${log.resource.arn}:*`],
    };
    // EventBridge names the rule only when it writes; an empty stream in this one group does no harm.
    delivery.add({ ...statement, sid: "MakeStreams", actions: ["logs:CreateLogStream"] });
    delivery.add({
      ...statement,
      sid: "WriteEvents",
      actions: ["logs:PutLogEvents"],
      conditions: [
        {
          test: "ArnLike",
          variable: "aws:SourceArn",
          values: [`arn:aws:events:${location.region}:${location.accountId}:rule/${name}-*`],
        },
      ],
    });
    new CloudwatchLogResourcePolicy(this, "LogPolicy", {
      policyName: name,
      policyDocument: delivery.json,
    });
  }

  /** Number of objects put into a zone. @throws Error when the zone is not monitored. */
  public objects(zone: FailedRecordZone): Metric {
    const rule = this.rules.get(zone);
    if (!rule) {
      throw new Error(
        `${this.node.path}: zone "${zone}" is not monitored; only ${[...this.rules.keys()].join(", ")}`,
      );
    }
    return ruleMetrics(rule.name)("MatchedEvents", "Sum");
  }
}
