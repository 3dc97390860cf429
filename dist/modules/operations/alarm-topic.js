"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.AlarmTopic = void 0;
const sns_topic_1 = require("@cdktf/provider-aws/lib/sns-topic");
const sns_topic_policy_1 = require("@cdktf/provider-aws/lib/sns-topic-policy");
const sns_topic_subscription_1 = require("@cdktf/provider-aws/lib/sns-topic-subscription");
const cdktf_1 = require("cdktf");
const constructs_1 = require("constructs");
const check_1 = require("../check");
const policy_1 = require("../security/policy");
/**
 * The topic to which alarms and the budget publish. It is encrypted with the environment's key, because neither
 * CloudWatch nor Budgets could publish with AWS's own key for SNS, whose policy nobody can change.
 */
class AlarmTopic extends constructs_1.Construct {
    resource;
    /** Publishers must depend on this: Budgets tests the topic when a budget is created. */
    policy;
    constructor(scope, id, props) {
        super(scope, id);
        (0, check_1.assertKnownLength)(this, "subscriptions", props.subscriptions);
        for (const { protocol } of props.subscriptions) {
            (0, check_1.assertLiteral)(this, "protocol of a subscription", protocol);
        }
        const { region, accountId } = props.location;
        this.resource = new sns_topic_1.SnsTopic(this, "Topic", { name: props.name, kmsMasterKeyId: props.key.arn });
        const policy = new policy_1.PolicyDocument(this, "Access");
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
        this.policy = new sns_topic_policy_1.SnsTopicPolicy(this, "Policy", { arn: this.arn, policy: policy.json });
        for (const [index, { protocol, endpoint }] of props.subscriptions.entries()) {
            // A construct id is known at synth, a token only later.
            const subscriber = cdktf_1.Token.isUnresolved(endpoint) ? index : endpoint;
            new sns_topic_subscription_1.SnsTopicSubscription(this, `Subscription-${protocol}-${subscriber}`, {
                topicArn: this.arn,
                protocol,
                endpoint,
            });
        }
    }
    get arn() {
        return this.resource.arn;
    }
}
exports.AlarmTopic = AlarmTopic;
