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
export declare class LogGroup extends Construct {
    readonly resource: CloudwatchLogGroup;
    constructor(scope: Construct, id: string, props: LogGroupProps);
    /**
     * Lets `role` write here. It may not create the group: after a destroy, a late invocation would otherwise
     * bring it back, without retention or key.
     */
    grantWrite(role: ExecutionRole): void;
    /** Lets `role` deliver flow logs here; the service looks the group up before it writes. */
    grantDelivery(role: ExecutionRole): void;
}
