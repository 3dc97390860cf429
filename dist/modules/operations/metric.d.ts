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
export declare const MINUTE = 60;
export declare const FIVE_MINUTES: number;
export declare const HOUR: number;
/** https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
export declare function streamMetrics(stream: Pick<IEventStream, "streamName">): Metrics<"GetRecords.IteratorAgeMilliseconds" | "IncomingBytes" | "IncomingRecords" | "ReadProvisionedThroughputExceeded" | "WriteProvisionedThroughputExceeded">;
/** https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html */
export declare function deliveryMetrics(delivery: Pick<DeliveryStream, "resource">): Metrics<"DataReadFromKinesisStream.Records" | "DeliveryToS3.DataFreshness" | "DeliveryToS3.Records" | "KinesisMillisBehindLatest">;
/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export declare function functionMetrics(monitored: Pick<MonitoredFunction, "resource">): Metrics<"DestinationDeliveryFailures" | "Duration" | "Errors" | "Invocations" | "IteratorAge" | "Throttles">;
/** Metrics that a function reports itself; `Names` is the type of the `METRICS` in its folder. */
export declare function ownMetrics<Names extends Readonly<Record<string, string>>>(monitored: Pick<MonitoredFunction, "resource">): Metrics<Names[keyof Names]>;
/** https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-cloudwatchmetrics.html */
export declare function searchMetrics(domain: Pick<SearchDomain, "resource">, accountId: string): Metrics<"AutomatedSnapshotFailure" | "CPUUtilization" | "ClusterIndexWritesBlocked" | "ClusterStatus.red" | "ClusterStatus.yellow" | "FreeStorageSpace" | "IndexingLatency" | "JVMMemoryPressure" | "KMSKeyError" | "KMSKeyInaccessible" | "MasterReachableFromNode" | "Nodes" | "SearchLatency" | "SearchableDocuments" | "ThreadpoolWriteQueue" | "ThreadpoolWriteRejected">;
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
export declare function ruleMetrics(ruleName: string): Metrics<"MatchedEvents">;
/** 1 while records enter the stream and a reader's count of records stays 0. */
export declare function readerStopped(source: Pick<IEventStream, "streamName">, read: Metric): MetricMath;
export {};
