"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Alarm = exports.RUNBOOK = void 0;
exports.alarmId = alarmId;
const cloudwatch_metric_alarm_1 = require("@cdktf/provider-aws/lib/cloudwatch-metric-alarm");
const cdktf_1 = require("cdktf");
const constructs_1 = require("constructs");
const check_1 = require("../check");
/** The document that has a heading for each alarm: what it means and what to do. */
exports.RUNBOOK = "docs/operations.md";
/** The longest text that CloudWatch takes for a description. */
const LONGEST_DESCRIPTION = 1024;
/** An alarm whose description says what is wrong, how it treats missing data, and where to read on. */
class Alarm extends constructs_1.Construct {
    resource;
    /** @throws RangeError when more datapoints than periods must breach, or the description is too long. */
    constructor(scope, id, props) {
        super(scope, id);
        const { spec, topic } = props;
        const { datapointsToAlarm = 1, evaluationPeriods = 1 } = spec;
        (0, check_1.assertWholeNumber)(this, "datapointsToAlarm", datapointsToAlarm, 1, evaluationPeriods);
        const description = `${spec.description} Missing data: ${spec.treatMissingData}, because ${spec.missingDataReason}. ${exports.RUNBOOK}#${spec.name}`;
        if (!cdktf_1.Token.isUnresolved(description)) {
            (0, check_1.assertWholeNumber)(this, "length of the description", description.length, 1, LONGEST_DESCRIPTION);
        }
        this.resource = new cloudwatch_metric_alarm_1.CloudwatchMetricAlarm(this, "Alarm", {
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
exports.Alarm = Alarm;
function metric({ namespace, name, dimensions, statistic, periodSeconds }) {
    return {
        namespace,
        metricName: name,
        dimensions: { ...dimensions },
        statistic,
        period: periodSeconds,
    };
}
function metricMath({ expression, label, metrics }) {
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
function alarmId({ name }) {
    return name.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}
