/**
 * The model of the data plane: the reader fills these types from the synthesized Terraform JSON, and the services run
 * from them alone.
 */

/** `aws_kinesis_stream` */
export interface StreamModel {
  readonly address: string;
  readonly name: string;
  readonly arn: string;
  readonly mode: "ON_DEMAND" | "PROVISIONED";
  /** An on-demand stream starts with four. */
  readonly shardCount: number;
  readonly retentionHours: number;
  /** Largest size of a record's data and partition key, KiB. */
  readonly maxRecordKiB: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** `aws_lambda_function` */
export interface FunctionModel {
  readonly address: string;
  readonly name: string;
  readonly arn: string;
  /** ARN of its execution role. */
  readonly roleArn: string;
  /** Absolute path of the zip that Terraform would upload. */
  readonly archivePath: string;
  /** Such as `index.handler`. */
  readonly handler: string;
  readonly runtime: string;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** `aws_kinesis_firehose_delivery_stream`, its S3 destination. */
export interface DeliveryStreamModel {
  readonly address: string;
  readonly name: string;
  readonly arn: string;
  readonly streamArn: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly errorPrefix: string;
  readonly bufferMiB: number;
  readonly bufferSeconds: number;
  readonly compression: "UNCOMPRESSED" | "GZIP";
  readonly transformation?: {
    readonly functionArn: string;
    readonly bufferMiB: number;
    readonly bufferSeconds: number;
    /** Retries of a failed invocation. */
    readonly retries: number;
  };
}

/** `aws_lambda_event_source_mapping` of a stream. */
export interface EventSourceMappingModel {
  readonly address: string;
  readonly streamArn: string;
  readonly functionArn: string;
  readonly enabled: boolean;
  readonly startingPosition: "TRIM_HORIZON" | "LATEST";
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly parallelizationFactor: number;
  readonly bisectOnError: boolean;
  /** -1: no limit. */
  readonly maximumRetries: number;
  /** -1: no limit. */
  readonly maximumRecordAgeSeconds: number;
  readonly reportsItemFailures: boolean;
  /** Addresses of the resources without which it is not created. */
  readonly dependsOn: readonly string[];
  /** Bucket of the on-failure records. */
  readonly onFailureBucket?: string;
}

/** `aws_cloudwatch_event_rule` with its target. */
export interface ScheduleModel {
  readonly address: string;
  readonly name: string;
  readonly everySeconds: number;
  readonly functionArn: string;
  readonly enabled: boolean;
  /** The target's constant input; without one the function gets EventBridge's scheduled event. */
  readonly input?: unknown;
  /** Retries of a failed asynchronous invocation. */
  readonly maximumRetries: number;
  /** Lambda discards an asynchronous event that is older than this. */
  readonly maximumEventAgeSeconds: number;
}

/** A column of a catalog table. */
export interface ColumnModel {
  readonly name: string;
  readonly type: string;
  readonly comment?: string;
}

/** `aws_glue_catalog_table` */
export interface TableModel {
  readonly address: string;
  readonly database: string;
  readonly name: string;
  readonly description?: string;
  readonly columns: readonly ColumnModel[];
  readonly partitionKeys: readonly ColumnModel[];
  /** `s3://bucket/prefix/` */
  readonly location: string;
  readonly format: "json" | "parquet";
}

/** `aws_athena_workgroup` */
export interface WorkgroupModel {
  readonly address: string;
  readonly name: string;
  readonly enforced: boolean;
  readonly outputLocation?: string;
  readonly bytesScannedCutoff?: number;
}

/** `aws_athena_named_query` */
export interface NamedQueryModel {
  readonly address: string;
  readonly name: string;
  readonly database: string;
  readonly workgroup: string;
  readonly sql: string;
}

/** `aws_opensearch_domain` */
export interface SearchDomainModel {
  readonly address: string;
  readonly name: string;
  /** ARN of the role with all permissions. */
  readonly masterRoleArn: string;
}

/** `aws_lambda_invocation`: a function that the deploy calls. */
export interface InvocationModel {
  readonly address: string;
  readonly functionArn: string;
  readonly input: unknown;
  /** Addresses of the resources without which it is not made. */
  readonly dependsOn: readonly string[];
}

/** The data plane of one synthesized stack. */
export interface DataPlane {
  readonly region: string;
  readonly accountId: string;
  readonly buckets: readonly string[];
  readonly streams: readonly StreamModel[];
  readonly deliveryStreams: readonly DeliveryStreamModel[];
  readonly functions: readonly FunctionModel[];
  readonly eventSourceMappings: readonly EventSourceMappingModel[];
  readonly schedules: readonly ScheduleModel[];
  readonly databases: readonly string[];
  readonly tables: readonly TableModel[];
  readonly workgroups: readonly WorkgroupModel[];
  readonly namedQueries: readonly NamedQueryModel[];
  readonly searchDomains: readonly SearchDomainModel[];
  readonly invocations: readonly InvocationModel[];
  /** `address.property: reason`, for each property of these resources that the local run does not honour. */
  readonly notHonoured: readonly string[];
}

/** Invokes a function by its ARN with AWS's semantics; rejects when it fails, times out or is killed. */
export type Invoke = (functionArn: string, event: unknown) => Promise<unknown>;

/** Something that runs until it is closed. */
export interface Service {
  close(): Promise<void>;
}
