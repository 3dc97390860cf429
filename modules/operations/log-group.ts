import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { Construct } from "constructs";
import type { IEncryptionKey } from "../security/encryption-key";
import type { ExecutionRole } from "../security/execution-role";

export interface LogGroupProps {
  /** Physical name. */
  readonly name: string;
  /** One of CloudWatch Logs' retention times. */
  readonly retentionDays: number;
  readonly key: IEncryptionKey;
}

/** A log group with a retention time, encrypted with the environment's key. */
export class LogGroup extends Construct {
  public readonly resource: CloudwatchLogGroup;

  public constructor(scope: Construct, id: string, props: LogGroupProps) {
    super(scope, id);
    props.key.allowLogGroup(props.name);
    this.resource = new CloudwatchLogGroup(this, "LogGroup", {
      name: props.name,
      retentionInDays: props.retentionDays,
      kmsKeyId: props.key.arn,
    });
  }

  /**
   * Lets `role` write here. It may not create the group: after a destroy, a late invocation would otherwise
   * bring it back, without retention or key.
   */
  public grantWrite(role: ExecutionRole): void {
    role.allow({
      sid: "WriteLogs",
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [`${this.resource.arn}:*`],
    });
  }

  /** Lets `role` deliver flow logs here; the service looks the group up before it writes. */
  public grantDelivery(role: ExecutionRole): void {
    this.grantWrite(role);
    role.allow({
      sid: "FindLogs",
      actions: ["logs:DescribeLogStreams"],
      resources: [this.resource.arn, `${this.resource.arn}:*`],
    });
    role.allowAnyResource(
      { sid: "ListLogGroups", actions: ["logs:DescribeLogGroups"] },
      "the action takes no resource; it lists names of log groups",
    );
  }
}
