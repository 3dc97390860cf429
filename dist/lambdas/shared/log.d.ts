/** CloudWatch namespace of the metrics that the functions write. */
export declare const METRIC_NAMESPACE = "RetailBI";
/** Dimension of those metrics: the function's physical name, which carries the environment. */
export declare const METRIC_DIMENSION = "FunctionName";
/** Units as CloudWatch names them. */
type MetricUnit = "Count" | "Milliseconds" | "Seconds" | "Bytes";
/** A metric's value with its unit. */
interface Metric {
    readonly value: number;
    readonly unit: MetricUnit;
}
/** Fields of a log line. Never put a line of a producer in here: it may be personal data. */
type Fields = Readonly<Record<string, unknown>>;
/** Log of a function: structured lines, and metrics in CloudWatch's embedded format. */
export interface Logger {
    info(message: string, fields?: Fields): void;
    warn(message: string, fields?: Fields): void;
    error(message: string, fields?: Fields): void;
    metrics(metrics: Readonly<Record<string, Metric>>, fields?: Fields): void;
}
/** A count, the commonest metric. */
export declare function count(value: number): Metric;
/** A logger that writes one JSON document a line. @param write defaults to standard output. */
export declare function createLogger(functionName: string, write?: (line: string) => void, now?: () => number): Logger;
/** An error as log fields: its name, message and, where the SDK gave one, the HTTP status. */
export declare function errorFields(error: unknown): Fields;
export {};
