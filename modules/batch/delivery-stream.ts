import { CloudwatchLogStream } from "@cdktf/provider-aws/lib/cloudwatch-log-stream";
import { KinesisFirehoseDeliveryStream } from "@cdktf/provider-aws/lib/kinesis-firehose-delivery-stream";
import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import { transformationBufferMiB } from "../../contract/limits";
import type { EnvironmentSpec } from "../../lambdas/shared/env";
import { assertLiteral } from "../check";
import type { NodeFunction } from "../functions/node-function";
import type { IEventStream } from "../ingest/event-stream";
import { LogGroup } from "../operations/log-group";
import type { IEncryptionKey } from "../security/encryption-key";
import { ExecutionRole } from "../security/execution-role";
import type { ILake } from "./data-lake";
import { ZONES } from "./zones";

export interface DeliveryStreamProps {
  /** What a record is. */
  readonly contract: Contract;
  /** Physical name. */
  readonly name: string;
  /** Physical name of its role. */
  readonly roleName: string;
  /** Physical name of the log group of its delivery errors. */
  readonly logGroupName: string;
  /** Stream that it reads. */
  readonly source: IEventStream;
  /** Lake that it delivers into. */
  readonly lake: ILake;
  /** The transformation, which judges the lines before the delivery. */
  readonly transformation: Pick<NodeFunction<EnvironmentSpec>, "arn" | "grantInvoke">;
  /** Key that encrypts its log group. */
  readonly key: IEncryptionKey;
  /** Account of the delivery stream: Firehose assumes its role on behalf of this one alone. */
  readonly accountId: string;
  /** Days that its logs are kept, one of CloudWatch Logs' retention times. */
  readonly logRetentionDays: number;
  /** MiB before compression after which an object is written, 1 to 128; after a minute at the latest. */
  readonly bufferMiB: number;
  /** Whether the objects are gzip; their names then end in `.gz`, by which Athena recognises them. */
  readonly gzip: boolean;
  /** Whether it refuses to be destroyed. A new one starts at LATEST and would miss earlier records. */
  readonly protected: boolean;
}

/** Prefix by hour of arrival in UTC, in two digits; the hours are the tables' partitions. */
const BY_HOUR = "year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/";

/** The lab's buffer interval: no line waits longer for its object, whatever the size of the buffer. */
const BUFFER_SECONDS = 60;

/**
 * Retries of a failed transformation, Firehose's maximum. A record that still fails is stored under the error prefix
 * without its sequence number, and only a replay restores it; so the retries must last through an outage of hours.
 */
const VALIDATION_RETRIES = 300;

/** Firehose's default of the most data of one transformation request. */
const DEFAULT_VALIDATION_BUFFER_MIB = 1;

/** Delivers the stream to the lake, with each line validated. */
export class DeliveryStream extends Construct {
  public readonly resource: KinesisFirehoseDeliveryStream;

  public constructor(scope: Construct, id: string, props: DeliveryStreamProps) {
    super(scope, id);
    assertLiteral(this, "gzip", props.gzip);
    assertLiteral(this, "protected", props.protected);
    const validationBufferMiB = transformationBufferMiB(props.contract.columns);
    const role = new ExecutionRole(this, "ExecutionRole", {
      name: props.roleName,
      description: `Execution role of the delivery stream ${props.name}`,
      service: "firehose.amazonaws.com",
      sourceAccount: props.accountId,
    });
    props.source.grantRead(role);
    props.lake.grant(role, { list: ["raw", "errors"], write: ["raw", "errors"] });
    props.transformation.grantInvoke(role);

    const logGroup = new LogGroup(this, "Logs", {
      name: props.logGroupName,
      retentionDays: props.logRetentionDays,
      key: props.key,
    });
    const logStream = new CloudwatchLogStream(this, "LogStream", {
      name: "S3Delivery",
      logGroupName: logGroup.resource.name,
    });
    logGroup.grantWrite(role);

    this.resource = new KinesisFirehoseDeliveryStream(this, "DeliveryStream", {
      name: props.name,
      destination: "extended_s3",
      kinesisSourceConfiguration: { kinesisStreamArn: props.source.arn, roleArn: role.arn },
      extendedS3Configuration: {
        bucketArn: props.lake.bucketArn,
        roleArn: role.arn,
        prefix: `${ZONES.raw}${BY_HOUR}`,
        errorOutputPrefix: `${ZONES.errors}${BY_HOUR}!{firehose:error-output-type}/`,
        bufferingSize: props.bufferMiB,
        bufferingInterval: BUFFER_SECONDS,
        compressionFormat: props.gzip ? "GZIP" : "UNCOMPRESSED",
        kmsKeyArn: props.lake.key.arn,
        processingConfiguration: {
          enabled: true,
          processors: [
            {
              type: "Lambda",
              // The buffering hints of the transformation, 1 MB and 60 s, are the provider's defaults. Setting them
              // would show a change in every plan, because the provider omits defaults when it reads.
              parameters: [
                { parameterName: "LambdaArn", parameterValue: props.transformation.arn },
                { parameterName: "NumberOfRetries", parameterValue: String(VALIDATION_RETRIES) },
                // Less than the default, where an answer would exceed Lambda's limit.
                ...(validationBufferMiB < DEFAULT_VALIDATION_BUFFER_MIB
                  ? [{ parameterName: "BufferSizeInMBs", parameterValue: String(validationBufferMiB) }]
                  : []),
              ],
            },
          ],
        },
        cloudwatchLoggingOptions: {
          enabled: true,
          logGroupName: logGroup.resource.name,
          logStreamName: logStream.name,
        },
      },
      ...(props.protected && { lifecycle: { preventDestroy: true } }),
      dependsOn: [role.policy],
    });
  }
}
