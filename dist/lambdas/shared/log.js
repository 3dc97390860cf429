"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.METRIC_DIMENSION = exports.METRIC_NAMESPACE = void 0;
exports.count = count;
exports.createLogger = createLogger;
exports.errorFields = errorFields;
/** CloudWatch namespace of the metrics that the functions write. */
exports.METRIC_NAMESPACE = "RetailBI";
/** Dimension of those metrics: the function's physical name, which carries the environment. */
exports.METRIC_DIMENSION = "FunctionName";
/** A count, the commonest metric. */
function count(value) {
    return { value, unit: "Count" };
}
/** A logger that writes one JSON document a line. @param write defaults to standard output. */
function createLogger(functionName, write = (line) => process.stdout.write(`${line}\n`), now = Date.now) {
    const log = (level, message, fields = {}) => {
        write(JSON.stringify({ level, time: new Date(now()).toISOString(), message, functionName, ...fields }));
    };
    return {
        info: (message, fields) => log("INFO", message, fields),
        warn: (message, fields) => log("WARN", message, fields),
        error: (message, fields) => log("ERROR", message, fields),
        metrics: (metrics, fields = {}) => {
            const names = Object.entries(metrics).map(([Name, { unit }]) => ({ Name, Unit: unit }));
            const values = Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value]));
            write(JSON.stringify({
                _aws: {
                    Timestamp: now(),
                    CloudWatchMetrics: [
                        { Namespace: exports.METRIC_NAMESPACE, Dimensions: [[exports.METRIC_DIMENSION]], Metrics: names },
                    ],
                },
                [exports.METRIC_DIMENSION]: functionName,
                ...fields,
                ...values,
            }));
        },
    };
}
/** An error as log fields: its name, message and, where the SDK gave one, the HTTP status. */
function errorFields(error) {
    if (!(error instanceof Error))
        return { error: String(error) };
    const status = error.$metadata?.httpStatusCode;
    return { error: error.name, errorMessage: error.message, ...(status === undefined ? {} : { status }) };
}
