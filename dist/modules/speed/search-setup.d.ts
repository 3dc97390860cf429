import { LambdaInvocation } from "@cdktf/provider-aws/lib/lambda-invocation";
import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import type { Panel } from "../../dashboards/spec";
import type { ENVIRONMENT } from "../../lambdas/search-setup/env";
import { type FunctionDefaults, NodeFunction } from "../functions/node-function";
import type { INetwork } from "../network/vpc";
import type { ExecutionRole } from "../security/execution-role";
import type { SearchDomain } from "./search-domain";
export interface SearchSetupProps extends FunctionDefaults {
    /** What a record is. */
    readonly contract: Contract;
    /** Physical name. */
    readonly name: string;
    readonly vpc: INetwork;
    readonly domain: SearchDomain;
    /** The domain's master role. */
    readonly role: ExecutionRole;
    /** Primary shards of each monthly index. */
    readonly shards: number;
    /** Days after which a monthly index is deleted. */
    readonly retentionDays: number;
    /** The role that writes documents. */
    readonly writers: readonly ExecutionRole[];
    /** ARNs of the IAM roles of analysts, who have read access. */
    readonly readerRoleArns: readonly string[];
    /** Groups of analysts in the identity provider. */
    readonly readerGroups: readonly string[];
    /** What people look at in OpenSearch Dashboards. @default the contract's default panels */
    readonly panels?: readonly Panel[];
    /** Title of the dashboard. @default the contract's name */
    readonly title?: string;
}
/** Configures the domain's content, which Terraform cannot: index template and lifecycle, audit log, roles, dashboards. */
export declare class SearchSetup extends Construct {
    readonly function: NodeFunction<typeof ENVIRONMENT>;
    /** Dependency of resources that need the finished set-up. */
    readonly invocation: LambdaInvocation;
    /** @throws RangeError naming each panel and field that is wrong */
    constructor(scope: Construct, id: string, props: SearchSetupProps);
}
