"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.FailedRecordEvents = void 0;
const cloudwatch_event_rule_1 = require("@cdktf/provider-aws/lib/cloudwatch-event-rule");
const cloudwatch_event_target_1 = require("@cdktf/provider-aws/lib/cloudwatch-event-target");
const cloudwatch_log_resource_policy_1 = require("@cdktf/provider-aws/lib/cloudwatch-log-resource-policy");
const constructs_1 = require("constructs");
const check_1 = require("../check");
const policy_1 = require("../security/policy");
const log_group_1 = require("./log-group");
const metric_1 = require("./metric");
const RULES = {
    errors: { id: "Errors", suffix: "errors", what: "Records that Firehose failed to deliver" },
    onFailure: { id: "GivenUp", suffix: "given-up", what: "Records that the event source mapping discarded" },
};
/**
 * Records each object that is put into a zone of failed records: the rule's own metric counts it, and the log group
 * keeps its key. It does not notify the topic, because an outage would send a message for each object.
 */
class FailedRecordEvents extends constructs_1.Construct {
    rules = new Map();
    constructor(scope, id, props) {
        super(scope, id);
        (0, check_1.assertLiteral)(this, "zones", props.zones);
        const log = new log_group_1.LogGroup(this, "Log", {
            name: props.logGroupName,
            retentionDays: props.logRetentionDays,
            key: props.key,
        });
        for (const zone of props.zones) {
            const { id: ruleId, suffix, what } = RULES[zone];
            const rule = new cloudwatch_event_rule_1.CloudwatchEventRule(this, ruleId, {
                name: `${props.name}-${suffix}`,
                description: `${what}: an object under ${props.lake.location(zone)}`,
                eventPattern: props.lake.createdPattern(zone),
            });
            new cloudwatch_event_target_1.CloudwatchEventTarget(this, `${ruleId}Target`, { rule: rule.name, arn: log.resource.arn });
            this.rules.set(zone, rule);
        }
        this.letRulesLog(log, props);
    }
    /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html */
    letRulesLog(log, { location, name }) {
        const delivery = new policy_1.PolicyDocument(this, "LogDelivery");
        const statement = {
            principals: [
                { type: "Service", identifiers: ["events.amazonaws.com", "delivery.logs.amazonaws.com"] },
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
        new cloudwatch_log_resource_policy_1.CloudwatchLogResourcePolicy(this, "LogPolicy", {
            policyName: name,
            policyDocument: delivery.json,
        });
    }
    /** Number of objects put into a zone. @throws Error when the zone is not monitored. */
    objects(zone) {
        const rule = this.rules.get(zone);
        if (!rule) {
            throw new Error(`${this.node.path}: zone "${zone}" is not monitored; only ${[...this.rules.keys()].join(", ")}`);
        }
        return (0, metric_1.ruleMetrics)(rule.name)("MatchedEvents", "Sum");
    }
}
exports.FailedRecordEvents = FailedRecordEvents;
