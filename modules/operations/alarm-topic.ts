import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { Token } from "cdktf";
import { Construct } from "constructs";
import { assertKnownLength, assertLiteral } from "../check";
import type { Location } from "../location";
import type { IEncryptionKey } from "../security/encryption-key";
import { PolicyDocument } from "../security/policy";

/** A subscriber to alarms and budget notifications. */
export interface AlarmSubscription {
  /** An e-mail address confirms first; an https endpoint answers SNS's confirmation itself. */
  readonly protocol: "email" | "https";
  /** The address or the URL. */
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
export class AlarmTopic extends Construct {
  public readonly resource: SnsTopic;
  /** Publishers must depend on this: Budgets tests the topic when a budget is created. */
  public readonly policy: SnsTopicPolicy;

  public constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id);
    assertKnownLength(this, "subscriptions", props.subscriptions);
    for (const { protocol } of props.subscriptions) {
      assertLiteral(this, "protocol of a subscription", protocol);
    }
    const { region, accountId } = props.location;
    this.resource = new SnsTopic(this, "Topic", { name: props.name, kmsMasterKeyId: props.key.arn });
    const policy = new PolicyDocument(this, "Access");
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    // https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
    const publishers = [
      {
        sid: "AlarmsPublish",
        service: "cloudwatch.amazonaws.com",
        sourceArn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${props.alarmPrefix}-*`,
      },
      {
        sid: "BudgetsPublish",
        service: "budgets.amazonaws.com",
        sourceArn: `arn:aws:budgets::${accountId}:*`,
      },
    ];
    for (const { sid, service, sourceArn } of publishers) {
      policy.add({
        sid,
        principals: [{ type: "Service", identifiers: [service] }],
        actions: ["sns:Publish"],
        resources: [this.arn],
        conditions: [
          { test: "StringEquals", variable: "aws:SourceAccount", values: [accountId] },
          { test: "ArnLike", variable: "aws:SourceArn", values: [sourceArn] },
        ],
      });
      props.key.allowPublisher(sid, service, sourceArn);
    }
    policy.add({
      sid: "DenyWithoutTls",
      effect: "Deny",
      principals: [{ type: "AWS", identifiers: ["*"] }],
      actions: ["sns:Publish"],
      resources: [this.arn],
      conditions: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
    });
    this.policy = new SnsTopicPolicy(this, "Policy", { arn: this.arn, policy: policy.json });
    for (const [index, { protocol, endpoint }] of props.subscriptions.entries()) {
      // A construct id is known at synth, a token only later.
      const subscriber = Token.isUnresolved(endpoint) ? index : endpoint;
      new SnsTopicSubscription(this, `Subscription-${protocol}-${subscriber}`, {
        topicArn: this.arn,
        protocol,
        endpoint,
      });
    }
  }

  public get arn(): string {
    return this.resource.arn;
  }
}
