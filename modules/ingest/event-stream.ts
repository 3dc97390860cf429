import { KinesisStream } from "@cdktf/provider-aws/lib/kinesis-stream";
import { Construct } from "constructs";
import { assertLiteral, assertWholeNumber } from "../check";
import type { EncryptionKey } from "../security/encryption-key";
import type { ExecutionRole } from "../security/execution-role";

/** Capacity mode of the stream. */
export type StreamCapacity =
  | { readonly mode: "on-demand" }
  | {
      readonly mode: "provisioned";
      /** A shard takes 1,000 records or 1 MB a second. */
      readonly shardCount: number;
    };

export interface EventStreamProps {
  /** Physical name. */
  readonly name: string;
  readonly capacity: StreamCapacity;
  /** Hours that a record can be read again, 24 to 8760. */
  readonly retentionHours: number;
  readonly key: EncryptionKey;
  /** Whether it refuses to be destroyed; otherwise destroy removes its registered consumers, too. */
  readonly protected: boolean;
}

/** The stream that every transaction enters by; the batch and the speed layer each read all of it. */
export class EventStream extends Construct {
  public readonly resource: KinesisStream;
  private readonly key: EncryptionKey;

  /** @throws RangeError when the retention or the shard count is outside of Kinesis's limits. */
  public constructor(scope: Construct, id: string, props: EventStreamProps) {
    super(scope, id);
    this.key = props.key;
    assertLiteral(this, "capacity.mode", props.capacity.mode);
    assertLiteral(this, "protected", props.protected);
    assertWholeNumber(this, "retentionHours", props.retentionHours, 24, 8760);
    if (props.capacity.mode === "provisioned")
      assertWholeNumber(this, "shardCount", props.capacity.shardCount, 1, 500);
    this.resource = new KinesisStream(this, "Stream", {
      name: props.name,
      retentionPeriod: props.retentionHours,
      encryptionType: "KMS",
      kmsKeyId: props.key.arn,
      ...(props.capacity.mode === "on-demand"
        ? { streamModeDetails: { streamMode: "ON_DEMAND" } }
        : { streamModeDetails: { streamMode: "PROVISIONED" }, shardCount: props.capacity.shardCount }),
      ...(props.protected ? { lifecycle: { preventDestroy: true } } : { enforceConsumerDeletion: true }),
    });
  }

  public get arn(): string {
    return this.resource.arn;
  }

  /** Allows `role` to read the stream: describe, list shards, iterate, get, decrypt. */
  public grantRead(role: ExecutionRole): void {
    role.allow({
      sid: "ReadStream",
      actions: [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
      ],
      resources: [this.arn],
    });
    this.key.grantUse(role, "DecryptStream", {
      via: "kinesis",
      decrypt: true,
      encrypt: false,
      context: { key: "aws:kinesis:arn", values: [this.arn] },
    });
  }
}
