/** CloudWatch namespace of the metrics that the functions write. */
export const METRIC_NAMESPACE = "RetailBI";

/** Dimension of those metrics: the function's physical name, which carries the environment. */
export const METRIC_DIMENSION = "FunctionName";

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
export function count(value: number): Metric {
  return { value, unit: "Count" };
}

/** A logger that writes one JSON document a line. @param write defaults to standard output. */
export function createLogger(
  functionName: string,
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
  now: () => number = Date.now,
): Logger {
  const log = (level: string, message: string, fields: Fields = {}): void => {
    write(JSON.stringify({ level, time: new Date(now()).toISOString(), message, functionName, ...fields }));
  };
  return {
    info: (message, fields) => log("INFO", message, fields),
    warn: (message, fields) => log("WARN", message, fields),
    error: (message, fields) => log("ERROR", message, fields),
    metrics: (metrics, fields = {}) => {
      const names = Object.entries(metrics).map(([Name, { unit }]) => ({ Name, Unit: unit }));
      const values = Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value]));
      write(
        JSON.stringify({
          _aws: {
            Timestamp: now(),
            CloudWatchMetrics: [
              { Namespace: METRIC_NAMESPACE, Dimensions: [[METRIC_DIMENSION]], Metrics: names },
            ],
          },
          [METRIC_DIMENSION]: functionName,
          ...fields,
          ...values,
        }),
      );
    },
  };
}

/** An error as log fields: its name, message and, where the SDK gave one, the HTTP status. */
export function errorFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: String(error) };
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return { error: error.name, errorMessage: error.message, ...(status === undefined ? {} : { status }) };
}
