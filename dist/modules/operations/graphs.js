"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.streamGraphs = streamGraphs;
exports.batchGraphs = batchGraphs;
exports.speedGraphs = speedGraphs;
const metric_1 = require("./metric");
/** Graphs of the stream. */
function streamGraphs(stream) {
    const ofStream = (0, metric_1.streamMetrics)(stream);
    return [
        {
            title: "Sent",
            unit: "records in 5 minutes",
            lines: { records: ofStream("IncomingRecords", "Sum") },
        },
        {
            title: "Sent, by size",
            unit: "bytes in 5 minutes",
            lines: { bytes: ofStream("IncomingBytes", "Sum") },
        },
        {
            title: "Refused by the stream",
            unit: "calls in 5 minutes",
            lines: {
                writes: ofStream("WriteProvisionedThroughputExceeded", "Sum"),
                reads: ofStream("ReadProvisionedThroughputExceeded", "Sum"),
            },
        },
    ];
}
/** Graphs of the data's path into the lake. */
function batchGraphs({ delivery, validateRecords, mergeSmallFiles }) {
    const ofDelivery = (0, metric_1.deliveryMetrics)(delivery);
    const ofValidate = (0, metric_1.ownMetrics)(validateRecords);
    const ofMerge = (0, metric_1.ownMetrics)(mergeSmallFiles);
    return [
        {
            title: "Into the lake",
            unit: "records in 5 minutes",
            lines: {
                read: ofDelivery("DataReadFromKinesisStream.Records", "Sum"),
                delivered: ofDelivery("DeliveryToS3.Records", "Sum"),
            },
        },
        {
            title: "Age on the way to the lake",
            unit: "seconds",
            lines: { oldest: ofDelivery("DeliveryToS3.DataFreshness", "Maximum") },
        },
        {
            title: "Lines, batch layer",
            unit: "lines in 5 minutes",
            lines: {
                accepted: ofValidate("LinesAccepted", "Sum"),
                quarantined: ofValidate("LinesQuarantined", "Sum"),
            },
        },
        {
            title: "Age of what waits for its merge",
            unit: "seconds",
            lines: { oldest: ofMerge("StalenessSeconds", "Maximum") },
        },
        {
            title: "Merges",
            unit: "in 5 minutes",
            lines: {
                hours: ofMerge("MergedHours", "Sum"),
                "failed steps": ofMerge("FailedSteps", "Sum"),
                "left over": ofMerge("BacklogHours", "Maximum"),
            },
        },
        errors({ ValidateRecords: validateRecords, MergeSmallFiles: mergeSmallFiles }, "batch layer"),
    ];
}
/** Graphs of the data's path into the index. */
function speedGraphs({ upsertToEs, domain }, accountId) {
    const ofUpsert = (0, metric_1.ownMetrics)(upsertToEs);
    const ofDomain = (0, metric_1.searchMetrics)(domain, accountId);
    return [
        {
            title: "Age when indexed",
            unit: "milliseconds",
            lines: { oldest: (0, metric_1.functionMetrics)(upsertToEs)("IteratorAge", "Maximum") },
        },
        {
            title: "Lines, speed layer",
            unit: "lines in 5 minutes",
            lines: {
                indexed: ofUpsert("LinesIndexed", "Sum"),
                quarantined: ofUpsert("LinesQuarantined", "Sum"),
                retried: ofUpsert("LinesRetried", "Sum"),
            },
        },
        errors({ UpsertToES: upsertToEs }, "speed layer"),
        {
            title: "Documents",
            unit: "documents",
            lines: { documents: ofDomain("SearchableDocuments", "Maximum") },
        },
        {
            title: "Free storage of the fullest node",
            unit: "MiB",
            lines: { free: ofDomain("FreeStorageSpace", "Minimum") },
        },
        {
            title: "Load of the busiest node",
            unit: "percent",
            lines: {
                processor: ofDomain("CPUUtilization", "Maximum"),
                "Java heap": ofDomain("JVMMemoryPressure", "Maximum"),
            },
        },
        {
            title: "Latency of the domain",
            unit: "milliseconds",
            lines: { index: ofDomain("IndexingLatency", "Average"), search: ofDomain("SearchLatency", "Average") },
        },
    ];
}
function errors(functions, layer) {
    const lines = Object.entries(functions).map(([name, monitored]) => [name, (0, metric_1.functionMetrics)(monitored)("Errors", "Sum")]);
    return { title: `Failed invocations, ${layer}`, unit: "in 5 minutes", lines: Object.fromEntries(lines) };
}
