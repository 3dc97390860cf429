import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc as AwsVpc } from "@cdktf/provider-aws/lib/vpc";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import { type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Location } from "../location";
import type { IEncryptionKey } from "../security/encryption-key";
import { type Statement } from "../security/policy";
import { InternetAccess } from "./internet-access";
export interface VpcProps {
    /** `Name` tag of the network, and prefix of the `Name` tags of its parts. */
    readonly name: string;
    readonly location: Location;
    /** Sixteen bits, such as `10.20.0.0/16`. */
    readonly cidr: string;
    /** Letters of the availability zones. */
    readonly zones: readonly string[];
    /** Whether the private subnets reach the internet. */
    readonly nat: boolean;
    /** Physical name of the log group of the flow logs. */
    readonly flowLogGroupName: string;
    /** Physical name of the role that delivers the flow logs. */
    readonly flowLogRoleName: string;
    readonly logRetentionDays: number;
    readonly key: IEncryptionKey;
}
/** A network of this library or of another team, with private subnets from which S3 is reached by its endpoint. */
export interface INetwork {
    readonly vpcId: string;
    readonly privateSubnetIds: readonly string[];
    /** Prefix list of S3, to which security groups allow egress of clients. */
    readonly s3PrefixListId: string;
    /** Subnet of a bastion. @throws Error when an adopted network has no public subnet */
    readonly internetAccess: PublicSubnet;
    /** Allows principals of the account `statement` through the endpoint of S3. */
    allowThroughS3Endpoint(statement: Omit<Statement, "principals" | "conditions">): void;
}
/** A subnet with a route to an internet gateway. */
export interface PublicSubnet {
    readonly subnetId: string;
    /** Dependencies of a resource in the subnet that connects to the internet. */
    readonly ready: readonly ITerraformDependable[];
}
/** An existing network. */
export interface AdoptedNetworkProps {
    readonly vpcId: string;
    /** One subnet for a single node, three for a domain with standby, each in its own zone. */
    readonly privateSubnetIds: readonly string[];
    /** A subnet that a bastion can be in. @default none: there can be no bastion */
    readonly publicSubnetId?: string;
    /** Prefix list of S3. @default AWS's own of the region, by a data source */
    readonly s3PrefixListId?: string;
    readonly location: Location;
}
/** A network whose owner controls the endpoint policy. */
export interface IAdoptedNetwork extends INetwork {
    /**
     * JSON of a policy, also an output of the stack: its statements must be in the policy of the network's endpoint of S3, a
     * gateway endpoint that the private subnets' routes lead to.
     */
    readonly policyForOwner: string;
}
/** An isolated network: a private subnet in each zone, and a route to S3 only. */
export declare class Vpc extends Construct implements INetwork {
    readonly resource: AwsVpc;
    readonly privateSubnets: readonly Subnet[];
    readonly s3Endpoint: VpcEndpoint;
    private readonly s3Policy;
    private readonly props;
    private internet?;
    constructor(scope: Construct, id: string, props: VpcProps);
    /** The internet access, created at the first use. */
    get internetAccess(): InternetAccess;
    /** Allows principals of the account `statement` through the endpoint, which denies everything else. */
    allowThroughS3Endpoint(statement: Omit<Statement, "principals" | "conditions">): void;
    get vpcId(): string;
    get privateSubnetIds(): readonly string[];
    get s3PrefixListId(): string;
    /** A network of another owner. Nothing in it is changed: its owner adds {@link IAdoptedNetwork.policyForOwner}. */
    static fromIds(scope: Construct, id: string, props: AdoptedNetworkProps): IAdoptedNetwork;
    private logFlows;
}
