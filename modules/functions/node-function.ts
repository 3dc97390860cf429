import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import type { EnvironmentOf, EnvironmentSpec } from "../../lambdas/shared/env";
import { assertLiteral, assertWholeNumber } from "../check";
import type { Location } from "../location";
import { executionRoleName, functionLogGroupName } from "../naming";
import { LogGroup } from "../operations/log-group";
import type { IEncryptionKey } from "../security/encryption-key";
import { ExecutionRole } from "../security/execution-role";
import { functionArchive } from "./archive";
import { assertEnvironmentFits } from "./environment-size";

/** Settings that all functions of an environment share. */
export interface FunctionDefaults {
  /** Account and region that names and ARNs are made of. */
  readonly location: Location;
  /** Key that encrypts the variables and the logs. */
  readonly key: IEncryptionKey;
  /** Days that its logs are kept, one of CloudWatch Logs' retention times. */
  readonly logRetentionDays: number;
}

export interface NodeFunctionProps<S extends EnvironmentSpec> extends FunctionDefaults {
  /** Physical name. */
  readonly name: string;
  readonly description: string;
  /** Folder below `lambdas/`, whose `handler.ts` exports `handler`. */
  readonly folder: string;
  /** Exactly the variables of the function's own `env.ts`: a missing or an extra one fails the type check. */
  readonly environment: EnvironmentOf<S>;
  /** Timeout, at most 900. */
  readonly timeoutSeconds: number;
  /** 128 to 10240. CPU share grows with it: one vCPU at 1769. */
  readonly memoryMiB: number;
  /** Execution role, if another resource needs it before the function exists. @default a new role */
  readonly role?: ExecutionRole;
  /** Network of its interfaces. @default none of ours */
  readonly network?: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] };
}

/** The role of a function, created before the function. */
export function functionRole(scope: Construct, id: string, functionName: string): ExecutionRole {
  return new ExecutionRole(scope, id, {
    name: executionRoleName(functionName),
    description: `Execution role of ${functionName}`,
    service: "lambda.amazonaws.com",
  });
}

/**
 * A Lambda function with its bundle, its own role and its own log group.
 *
 * X-Ray is off: each function is one hop from a stream, a schedule or a deploy, its metrics and structured logs have more
 * detail, and X-Ray's permissions cannot be limited to a resource.
 */
export class NodeFunction<S extends EnvironmentSpec> extends Construct {
  public readonly resource: LambdaFunction;
  public readonly role: ExecutionRole;
  /** Hexadecimal SHA-256 of the code. */
  public readonly codeHash: string;
  public readonly timeoutSeconds: number;

  /** @throws RangeError when the timeout, the memory or the environment is outside of Lambda's limits. */
  public constructor(scope: Construct, id: string, props: NodeFunctionProps<S>) {
    super(scope, id);
    assertLiteral(this, "folder", props.folder);
    assertWholeNumber(this, "timeoutSeconds", props.timeoutSeconds, 1, 900);
    assertWholeNumber(this, "memoryMiB", props.memoryMiB, 128, 10_240);
    assertEnvironmentFits(this, props.environment);

    this.timeoutSeconds = props.timeoutSeconds;
    this.role = props.role ?? functionRole(this, "ExecutionRole", props.name);
    const logGroup = new LogGroup(this, "Logs", {
      name: functionLogGroupName(props.name),
      retentionDays: props.logRetentionDays,
      key: props.key,
    });
    logGroup.grantWrite(this.role);

    const bundle = functionArchive(props.folder);
    this.codeHash = bundle.hashHex;
    const code = new TerraformAsset(this, "Code", {
      path: bundle.path,
      type: AssetType.FILE,
      assetHash: bundle.hashHex,
    });
    this.resource = new LambdaFunction(this, "Function", {
      functionName: props.name,
      description: props.description,
      role: this.role.arn,
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      handler: "index.handler",
      filename: code.path,
      sourceCodeHash: bundle.hashBase64,
      timeout: props.timeoutSeconds,
      memorySize: props.memoryMiB,
      environment: { variables: { ...props.environment } },
      kmsKeyArn: props.key.arn,
      // Lambda's own lines are JSON, too; the functions' standard output is unchanged.
      loggingConfig: { logFormat: "JSON", logGroup: logGroup.resource.name },
      ...(props.network && {
        vpcConfig: {
          subnetIds: [...props.network.subnetIds],
          securityGroupIds: [...props.network.securityGroupIds],
        },
        // Its interfaces outlive it by up to 40 minutes; this lets Terraform delete the security groups at once.
        replaceSecurityGroupsOnDestroy: true,
      }),
      // Lambda checks the role when it creates the function.
      dependsOn: [this.role.policy],
    });

    // Not the function's attribute, because the function depends on this policy.
    const { region, accountId } = props.location;
    const ownArn = `arn:aws:lambda:${region}:${accountId}:function:${props.name}`;
    props.key.grantUse(this.role, "DecryptOwnEnvironment", {
      via: "lambda",
      decrypt: true,
      encrypt: false,
      context: { key: "aws:lambda:FunctionArn", values: [ownArn] },
    });
    if (props.network) allowNetworkInterfaces(this.role, ownArn);
  }

  public get arn(): string {
    return this.resource.arn;
  }

  /**
   * Allows `role` to invoke the function and read its timeout, as Firehose does. A policy with the ARN alone denies
   * requests that name a version, and Firehose's managed policy names versions:
   * https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
   */
  public grantInvoke(role: ExecutionRole): void {
    role.allow({
      sid: `Invoke${this.node.id}`,
      actions: ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"],
      resources: [this.arn, `${this.arn}:*`],
    });
  }
}

const INTERFACE_ACTIONS = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];

/** Allows Lambda, but not the function's code, to manage interfaces in the network. */
function allowNetworkInterfaces(role: ExecutionRole, functionArn: string): void {
  role.allowAnyResource(
    { sid: "LambdaHasInterfaces", actions: INTERFACE_ACTIONS },
    "Lambda refuses a function in a network whose role may do this to named interfaces only; the function's own code is denied it",
  );
  role.allow({
    sid: "CodeHasNone",
    effect: "Deny",
    actions: INTERFACE_ACTIONS,
    resources: ["*"],
    conditions: [{ test: "ArnEquals", variable: "lambda:SourceFunctionArn", values: [functionArn] }],
  });
}
