import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import type { Vpc as AwsVpc } from "@cdktf/provider-aws/lib/vpc";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
export interface InternetAccessProps {
    /** Prefix of the `Name` tags. */
    readonly name: string;
    readonly vpc: AwsVpc;
    /** Availability zone of the public subnet. */
    readonly zone: string;
    /** Range of the public subnet. */
    readonly cidr: string;
}
/** An internet gateway and one public subnet, created only for a NAT gateway or a bastion. */
export declare class InternetAccess extends Construct {
    readonly subnet: Subnet;
    /** Dependencies of a resource in the subnet that connects to the internet. */
    readonly ready: readonly ITerraformDependable[];
    private readonly gateway;
    private readonly name;
    constructor(scope: Construct, id: string, props: InternetAccessProps);
    get subnetId(): string;
    /** Adds a NAT gateway to `privateRoutes`. One for all zones, because nothing of ours depends on it. */
    addNat(privateRoutes: RouteTable): void;
}
