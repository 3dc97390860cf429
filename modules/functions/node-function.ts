import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import type { EnvironmentOf, EnvironmentSpec } from "../../lambdas/shared/env";
import { assertWholeNumber } from "../check";
import { executionRoleName, functionLogGroupName } from "../naming";
import { LogGroup } from "../operations/log-group";
import type { EncryptionKey } from "../security/encryption-key";
import { ExecutionRole } from "../security/execution-role";
import { bundleFunction } from "./bundle";

/** What every function of an environment has in common. */
export interface FunctionDefaults {
  readonly key: EncryptionKey;
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
  /** At most 900. */
  readonly timeoutSeconds: number;
  /** 128 to 10240; processor time grows with it, a whole processor at 1769. */
  readonly memoryMiB: number;
}

/**
 * A Lambda function with its bundle, its own role and its own log group.
 *
 * It is not traced: each function is one hop from a stream, a schedule or a deploy, its own metrics and
 * structured logs say more, and X-Ray's permissions cannot be limited to a resource.
 */
export class NodeFunction<S extends EnvironmentSpec> extends Construct {
  public readonly resource: LambdaFunction;
  public readonly role: ExecutionRole;
  /** Hexadecimal SHA-256 of the code. */
  public readonly codeHash: string;

  /** @throws RangeError when the timeout or the memory is outside of what Lambda takes. */
  public constructor(scope: Construct, id: string, props: NodeFunctionProps<S>) {
    super(scope, id);
    assertWholeNumber(this, "timeoutSeconds", props.timeoutSeconds, 1, 900);
    assertWholeNumber(this, "memoryMiB", props.memoryMiB, 128, 10_240);

    this.role = new ExecutionRole(this, "ExecutionRole", {
      name: executionRoleName(props.name),
      description: `What ${props.name} runs as`,
      service: "lambda.amazonaws.com",
    });
    const logGroup = new LogGroup(this, "Logs", {
      name: functionLogGroupName(props.name),
      retentionDays: props.logRetentionDays,
      key: props.key,
    });
    logGroup.grantWrite(this.role);

    const bundle = bundleFunction(props.folder);
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
      // Lambda's own lines in JSON too; what the functions write on standard output passes as it is.
      loggingConfig: { logFormat: "JSON", logGroup: logGroup.resource.name },
    });
    props.key.grantUse(this.role, "DecryptOwnEnvironment", {
      via: "lambda",
      decrypt: true,
      encrypt: false,
      context: { key: "aws:lambda:FunctionArn", values: [this.resource.arn] },
    });
  }

  public get arn(): string {
    return this.resource.arn;
  }

  /** Lets `role` invoke the function and read its timeout, as Firehose does. */
  public grantInvoke(role: ExecutionRole): void {
    role.allow({
      sid: `Invoke${this.node.id}`,
      actions: ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"],
      resources: [this.arn],
    });
  }
}
