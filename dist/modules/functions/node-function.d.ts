import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { Construct } from "constructs";
import type { EnvironmentOf, EnvironmentSpec } from "../../lambdas/shared/env";
import type { Location } from "../location";
import type { IEncryptionKey } from "../security/encryption-key";
import { ExecutionRole } from "../security/execution-role";
/** Settings that all functions of an environment share. */
export interface FunctionDefaults {
    readonly location: Location;
    readonly key: IEncryptionKey;
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
    readonly network?: {
        readonly subnetIds: readonly string[];
        readonly securityGroupIds: readonly string[];
    };
}
/** The role of a function, created before the function. */
export declare function functionRole(scope: Construct, id: string, functionName: string): ExecutionRole;
/**
 * A Lambda function with its bundle, its own role and its own log group.
 *
 * X-Ray is off: each function is one hop from a stream, a schedule or a deploy, its metrics and structured logs have more
 * detail, and X-Ray's permissions cannot be limited to a resource.
 */
export declare class NodeFunction<S extends EnvironmentSpec> extends Construct {
    readonly resource: LambdaFunction;
    readonly role: ExecutionRole;
    /** Hexadecimal SHA-256 of the code. */
    readonly codeHash: string;
    readonly timeoutSeconds: number;
    /** @throws RangeError when the timeout, the memory or the environment is outside of Lambda's limits. */
    constructor(scope: Construct, id: string, props: NodeFunctionProps<S>);
    get arn(): string;
    /** Allows `role` to invoke the function and read its timeout, as Firehose does. */
    grantInvoke(role: ExecutionRole): void;
}
