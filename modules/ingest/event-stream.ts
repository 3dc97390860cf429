import { DataAwsKinesisStream } from "@cdktf/provider-aws/lib/data-aws-kinesis-stream";
import { KinesisStream } from "@cdktf/provider-aws/lib/kinesis-stream";
import { Fn, Token } from "cdktf";
import { Construct } from "constructs";
import { assertLiteral, assertWholeNumber } from "../check";
import type { IEncryptionKey, KeyUse } from "../security/encryption-key";
import type { Grantee } from "../security/role";

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
  /** On demand, or a number of shards. */
  readonly capacity: StreamCapacity;
  /** Hours that a record can be read again, 24 to 8760. */
  readonly retentionHours: number;
  /** Key that encrypts the records. */
  readonly key: IEncryptionKey;
  /** Whether it refuses to be destroyed; otherwise destroy removes its registered consumers, too. */
  readonly protected: boolean;
}

/** A stream of records, of this library or of another team: what both layers read and producers write. */
export interface IEventStream {
  /** ARN of the stream. */
  readonly arn: string;
  /** Physical name of the stream. */
  readonly streamName: string;
  /** Hours that a record can be read again. */
  readonly retentionHours: number;
  /** Allows `role` to read the stream: describe, list shards, iterate, get, decrypt. */
  grantRead(role: Grantee): void;
  /** Allows `role`, a producer's, to write to the stream: describe, list shards, put, encrypt. */
  grantWrite(role: Grantee): void;
}

/** An existing stream of the same account and region; Firehose reads no other. */
export interface AdoptedStreamProps {
  /** Its ARN. */
  readonly arn: string;
  /** The customer-managed key that encrypts it. @default none, or AWS's own key for Kinesis, which needs no grant */
  readonly key?: IEncryptionKey;
  /** Hours that a record can be read again. @default what the stream is set to, by a data source */
  readonly retentionHours?: number;
}

abstract class EventStreamBase extends Construct implements IEventStream {
  public abstract readonly arn: string;
  public abstract readonly streamName: string;
  public abstract readonly retentionHours: number;
  protected abstract readonly key: IEncryptionKey | undefined;

  public grantRead(role: Grantee): void {
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
    this.grantKey(role, "DecryptStream", { decrypt: true, encrypt: false });
  }

  /** https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html has what an encrypted stream needs. */
  public grantWrite(role: Grantee): void {
    role.allow({
      sid: "WriteStream",
      actions: [
        "kinesis:DescribeStreamSummary",
        "kinesis:ListShards",
        "kinesis:PutRecord",
        "kinesis:PutRecords",
      ],
      resources: [this.arn],
    });
    this.grantKey(role, "EncryptStream", { decrypt: false, encrypt: true });
  }

  private grantKey(role: Grantee, sid: string, use: Pick<KeyUse, "decrypt" | "encrypt">): void {
    const context = { key: "aws:kinesis:arn", values: [this.arn] };
    this.key?.grantUse(role, sid, { via: "kinesis", ...use, context });
  }
}

class AdoptedStream extends EventStreamBase {
  public readonly arn: string;
  public readonly streamName: string;
  public readonly retentionHours: number;
  protected readonly key: IEncryptionKey | undefined;

  public constructor(scope: Construct, id: string, { arn, key, retentionHours }: AdoptedStreamProps) {
    super(scope, id);
    this.arn = arn;
    this.streamName = Token.isUnresolved(arn) ? Fn.element(Fn.split("/", arn), 1) : nameIn(arn, this);
    this.key = key;
    this.retentionHours =
      retentionHours ?? new DataAwsKinesisStream(this, "Stream", { name: this.streamName }).retentionPeriod;
  }
}

/** @throws RangeError when it is not the ARN of a stream */
function nameIn(arn: string, { node }: Construct): string {
  const name = /^arn:[\w-]+:kinesis:[\w-]+:\d{12}:stream\/([\w.-]+)$/.exec(arn)?.[1];
  if (name !== undefined) return name;
  throw new RangeError(
    `${node.path}: arn is "${arn}"; arn:aws:kinesis:<region>:<account>:stream/<name> is allowed`,
  );
}

/** The stream that receives every record; the batch and the speed layer each read all of it. */
export class EventStream extends EventStreamBase {
  public readonly resource: KinesisStream;
  public readonly retentionHours: number;
  protected readonly key: IEncryptionKey;

  /** @throws RangeError when the retention or the shard count is outside of Kinesis's limits. */
  public constructor(scope: Construct, id: string, props: EventStreamProps) {
    super(scope, id);
    this.key = props.key;
    this.retentionHours = props.retentionHours;
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

  public get streamName(): string {
    return this.resource.name;
  }

  /** An existing stream of another owner. @throws RangeError when `arn` is not the ARN of a stream */
  public static fromArn(scope: Construct, id: string, props: AdoptedStreamProps): IEventStream {
    return new AdoptedStream(scope, id, props);
  }
}
