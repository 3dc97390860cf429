"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.HOUR = exports.FIVE_MINUTES = exports.MINUTE = void 0;
exports.streamMetrics = streamMetrics;
exports.deliveryMetrics = deliveryMetrics;
exports.functionMetrics = functionMetrics;
exports.ownMetrics = ownMetrics;
exports.searchMetrics = searchMetrics;
exports.ruleMetrics = ruleMetrics;
exports.readerStopped = readerStopped;
const log_1 = require("../../lambdas/shared/log");
exports.MINUTE = 60;
exports.FIVE_MINUTES = 5 * exports.MINUTE;
exports.HOUR = 60 * exports.MINUTE;
function metricsOf(namespace, dimensions) {
    return (name, statistic, periodSeconds = exports.FIVE_MINUTES) => ({
        namespace,
        name,
        dimensions,
        statistic,
        periodSeconds,
    });
}
/** https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
function streamMetrics(stream) {
    return metricsOf("AWS/Kinesis", { StreamName: stream.streamName });
}
/** https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html */
function deliveryMetrics(delivery) {
    return metricsOf("AWS/Firehose", { DeliveryStreamName: delivery.resource.name });
}
/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
function functionMetrics(monitored) {
    return metricsOf("AWS/Lambda", { FunctionName: monitored.resource.functionName });
}
/** Metrics that a function reports itself; `Names` is the type of the `METRICS` in its folder. */
function ownMetrics(monitored) {
    return metricsOf(log_1.METRIC_NAMESPACE, { [log_1.METRIC_DIMENSION]: monitored.resource.functionName });
}
/** https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-cloudwatchmetrics.html */
function searchMetrics(domain, accountId) {
    return metricsOf("AWS/ES", { DomainName: domain.resource.domainName, ClientId: accountId });
}
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
function ruleMetrics(ruleName) {
    return metricsOf("AWS/Events", { RuleName: ruleName });
}
/** 1 while records enter the stream and a reader's count of records stays 0. */
function readerStopped(source, read) {
    return {
        expression: "IF(FILL(sent, 0) > 0 AND FILL(read, 0) < 1, 1, 0)",
        label: "Sent and not read",
        metrics: { sent: streamMetrics(source)("IncomingRecords", "Sum", read.periodSeconds), read },
    };
}
