import { METRIC_DIMENSION, METRIC_NAMESPACE } from "../../lambdas/shared/log";
import type { DeliveryStream } from "../batch/delivery-stream";
import type { IEventStream } from "../ingest/event-stream";
import type { SearchDomain } from "../speed/search-domain";
import type { MonitoredFunction } from "./monitored";

export type Statistic = "Average" | "Maximum" | "Minimum" | "SampleCount" | "Sum";

/** A metric of one resource, as CloudWatch addresses it. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  /** References to the resource, so that an alarm cannot outlive or miss it. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: Statistic;
  readonly periodSeconds: number;
}

/** An expression of CloudWatch's metric math over metrics of one period. */
export interface MetricMath {
  readonly expression: string;
  readonly label: string;
  /** Metrics by their ids in the expression. */
  readonly metrics: Readonly<Record<string, Metric>>;
}

/** The metrics of one resource; a name that it does not have fails the type check. */
type Metrics<Name extends string> = (name: Name, statistic: Statistic, periodSeconds?: number) => Metric;

export const MINUTE = 60;
export const FIVE_MINUTES = 5 * MINUTE;
export const HOUR = 60 * MINUTE;

function metricsOf<Name extends string>(
  namespace: string,
  dimensions: Readonly<Record<string, string>>,
): Metrics<Name> {
  return (name, statistic, periodSeconds = FIVE_MINUTES) => ({
    namespace,
    name,
    dimensions,
    statistic,
    periodSeconds,
  });
}

/** https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
export function streamMetrics(
  stream: Pick<IEventStream, "streamName">,
): Metrics<
  | "GetRecords.IteratorAgeMilliseconds"
  | "IncomingBytes"
  | "IncomingRecords"
  | "ReadProvisionedThroughputExceeded"
  | "WriteProvisionedThroughputExceeded"
> {
  return metricsOf("AWS/Kinesis", { StreamName: stream.streamName });
}

/** https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html */
export function deliveryMetrics(
  delivery: Pick<DeliveryStream, "resource">,
): Metrics<
  | "DataReadFromKinesisStream.Records"
  | "DeliveryToS3.DataFreshness"
  | "DeliveryToS3.Records"
  | "KinesisMillisBehindLatest"
> {
  return metricsOf("AWS/Firehose", { DeliveryStreamName: delivery.resource.name });
}

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export function functionMetrics(
  monitored: Pick<MonitoredFunction, "resource">,
): Metrics<
  "DestinationDeliveryFailures" | "Duration" | "Errors" | "Invocations" | "IteratorAge" | "Throttles"
> {
  return metricsOf("AWS/Lambda", { FunctionName: monitored.resource.functionName });
}

/** Metrics that a function reports itself; `Names` is the type of the `METRICS` in its folder. */
export function ownMetrics<Names extends Readonly<Record<string, string>>>(
  monitored: Pick<MonitoredFunction, "resource">,
): Metrics<Names[keyof Names]> {
  return metricsOf(METRIC_NAMESPACE, { [METRIC_DIMENSION]: monitored.resource.functionName });
}

/** https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-cloudwatchmetrics.html */
export function searchMetrics(
  domain: Pick<SearchDomain, "resource">,
  accountId: string,
): Metrics<
  | "AutomatedSnapshotFailure"
  | "CPUUtilization"
  | "ClusterIndexWritesBlocked"
  | "ClusterStatus.red"
  | "ClusterStatus.yellow"
  | "FreeStorageSpace"
  | "IndexingLatency"
  | "JVMMemoryPressure"
  | "KMSKeyError"
  | "KMSKeyInaccessible"
  | "MasterReachableFromNode"
  | "Nodes"
  | "SearchLatency"
  | "SearchableDocuments"
  | "ThreadpoolWriteQueue"
  | "ThreadpoolWriteRejected"
> {
  return metricsOf("AWS/ES", { DomainName: domain.resource.domainName, ClientId: accountId });
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
export function ruleMetrics(ruleName: string): Metrics<"MatchedEvents"> {
  return metricsOf("AWS/Events", { RuleName: ruleName });
}

/** 1 while records enter the stream and a reader's count of records stays 0. */
export function readerStopped(source: Pick<IEventStream, "streamName">, read: Metric): MetricMath {
  return {
    expression: "IF(FILL(sent, 0) > 0 AND FILL(read, 0) < 1, 1, 0)",
    label: "Sent and not read",
    metrics: { sent: streamMetrics(source)("IncomingRecords", "Sum", read.periodSeconds), read },
  };
}
