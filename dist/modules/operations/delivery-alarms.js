"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.deliveryAlarms = deliveryAlarms;
const metric_1 = require("./metric");
/** The lab's buffer holds a record for a minute, and its validation takes seconds. */
const LATE_SECONDS = 15 * metric_1.MINUTE;
/** Alarms of the path from the stream to the lake. @param failedRecords objects that Firehose put under the error prefix */
function deliveryAlarms(delivery, source, failedRecords) {
    const metric = (0, metric_1.deliveryMetrics)(delivery);
    return [
        {
            name: "delivery-freshness",
            description: `Firehose has held a record for more than ${LATE_SECONDS / metric_1.MINUTE} minutes: the lake is that far behind. After 24 hours it discards records. See its log, then ValidateRecords.`,
            metric: metric("DeliveryToS3.DataFreshness", "Maximum"),
            comparisonOperator: "GreaterThanThreshold",
            threshold: LATE_SECONDS,
            datapointsToAlarm: 3,
            evaluationPeriods: 3,
            // https://docs.aws.amazon.com/firehose/latest/dev/data-freshness-metric-not-emitted.html
            treatMissingData: "ignore",
            missingDataReason: "it is not reported while delivery is blocked altogether",
        },
        {
            name: "delivery-behind",
            description: `Firehose reads the stream more than ${LATE_SECONDS / metric_1.MINUTE} minutes behind: the lake is that far behind. Look for throttled reads and a slow ValidateRecords.`,
            metric: metric("KinesisMillisBehindLatest", "Maximum"),
            comparisonOperator: "GreaterThanThreshold",
            threshold: LATE_SECONDS * 1000,
            datapointsToAlarm: 3,
            evaluationPeriods: 3,
            treatMissingData: "ignore",
            missingDataReason: "Firehose reports it only while it reads",
        },
        {
            name: "delivery-stopped",
            description: "Records enter the stream, and Firehose has read none for 15 minutes: what expires meanwhile never reaches the lake. See Firehose's log, role and key.",
            metric: (0, metric_1.readerStopped)(source, metric("DataReadFromKinesisStream.Records", "Sum")),
            comparisonOperator: "GreaterThanOrEqualToThreshold",
            threshold: 1,
            datapointsToAlarm: 3,
            evaluationPeriods: 3,
            treatMissingData: "ignore",
            missingDataReason: "without incoming records it cannot be determined",
        },
        {
            name: "delivery-errors",
            description: "Firehose failed to deliver records: they are under error-json/ and in no table. Find the cause there, then replay them.",
            metric: failedRecords,
            comparisonOperator: "GreaterThanOrEqualToThreshold",
            threshold: 1,
            treatMissingData: "notBreaching",
            missingDataReason: "the rule counts only when an object is put there",
        },
    ];
}
