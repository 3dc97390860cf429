import { DataAwsPrefixList } from "@cdktf/provider-aws/lib/data-aws-prefix-list";
import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group";
import { FlowLog } from "@cdktf/provider-aws/lib/flow-log";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc as AwsVpc } from "@cdktf/provider-aws/lib/vpc";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import { Fn, type ITerraformDependable, TerraformOutput, Token } from "cdktf";
import { Construct } from "constructs";
import { assertLiteral } from "../check";
import type { Location } from "../location";
import { LogGroup } from "../operations/log-group";
import type { IEncryptionKey } from "../security/encryption-key";
import { ExecutionRole } from "../security/execution-role";
import { PolicyDocument, type Statement } from "../security/policy";
import { InternetAccess } from "./internet-access";

export interface VpcProps {
  /** `Name` tag of the network, and prefix of the `Name` tags of its parts. */
  readonly name: string;
  /** Account and region that names and ARNs are made of. */
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
  /** Days that the flow logs are kept, one of CloudWatch Logs' retention times. */
  readonly logRetentionDays: number;
  /** Key that encrypts the flow logs. */
  readonly key: IEncryptionKey;
}

/** A network of this library or of another team, with private subnets from which S3 is reached by its endpoint. */
export interface INetwork {
  /** ID of the VPC. */
  readonly vpcId: string;
  /** IDs of the private subnets, each in its own zone. */
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
  /** ID of the subnet. */
  readonly subnetId: string;
  /** Dependencies of a resource in the subnet that connects to the internet. */
  readonly ready: readonly ITerraformDependable[];
}

/** An existing network. */
export interface AdoptedNetworkProps {
  /** ID of the VPC. */
  readonly vpcId: string;
  /** One subnet for a single node, three for a domain with standby, each in its own zone. */
  readonly privateSubnetIds: readonly string[];
  /** A subnet that a bastion can be in. @default none: there can be no bastion */
  readonly publicSubnetId?: string;
  /** Prefix list of S3. @default AWS's own of the region, by a data source */
  readonly s3PrefixListId?: string;
  /** Account and region of the VPC. */
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

/** Aggregation interval of the flow logs, in seconds: the shorter of the two allowed values. */
const FLOW_LOG_SECONDS = 60;
/** Bits by which a subnet's prefix is longer than the network's. */
const SUBNET_BITS = 4;
/** Public subnets are counted from here, private ones from 0, so both kinds can grow. */
const FIRST_PUBLIC_SUBNET = 12;

/** An isolated network: a private subnet in each zone, and a route to S3 only. */
export class Vpc extends Construct implements INetwork {
  public readonly resource: AwsVpc;
  public readonly privateSubnets: readonly Subnet[];
  public readonly s3Endpoint: VpcEndpoint;
  private readonly s3Policy: PolicyDocument;
  private readonly props: VpcProps;
  private internet?: InternetAccess;

  public constructor(scope: Construct, id: string, props: VpcProps) {
    super(scope, id);
    assertLiteral(this, "zones", props.zones);
    assertLiteral(this, "nat", props.nat);
    this.props = props;
    this.resource = new AwsVpc(this, "Vpc", {
      cidrBlock: props.cidr,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: { Name: props.name },
    });
    // A resource without a security group gets this one, which allows nothing.
    new DefaultSecurityGroup(this, "ClosedDefault", {
      vpcId: this.resource.id,
      tags: { Name: `${props.name}-closed-default` },
    });

    const routes = new RouteTable(this, "PrivateRoutes", {
      vpcId: this.resource.id,
      tags: { Name: `${props.name}-private` },
    });
    this.privateSubnets = props.zones.map((zone, index) => {
      const subnet = new Subnet(this, `Private-${zone}`, {
        vpcId: this.resource.id,
        availabilityZone: `${props.location.region}${zone}`,
        cidrBlock: subnetRange(props.cidr, index),
        mapPublicIpOnLaunch: false,
        tags: { Name: `${props.name}-private-${zone}` },
      });
      new RouteTableAssociation(this, `PrivateRoutes-${zone}`, {
        subnetId: subnet.id,
        routeTableId: routes.id,
      });
      return subnet;
    });

    this.s3Policy = new PolicyDocument(this, "S3Policy");
    this.s3Endpoint = new VpcEndpoint(this, "S3", {
      vpcId: this.resource.id,
      serviceName: `com.amazonaws.${props.location.region}.s3`,
      vpcEndpointType: "Gateway",
      routeTableIds: [routes.id],
      policy: this.s3Policy.json,
      tags: { Name: `${props.name}-s3` },
    });

    if (props.nat) this.internetAccess.addNat(routes);
    this.logFlows(props);
  }

  /** The internet access, created at the first use. */
  public get internetAccess(): InternetAccess {
    const { name, location, zones, cidr } = this.props;
    const [zone = "a"] = zones;
    this.internet ??= new InternetAccess(this, "InternetAccess", {
      name,
      vpc: this.resource,
      zone: `${location.region}${zone}`,
      cidr: subnetRange(cidr, FIRST_PUBLIC_SUBNET),
    });
    return this.internet;
  }

  /** Allows principals of the account `statement` through the endpoint, which denies everything else. */
  public allowThroughS3Endpoint(statement: Omit<Statement, "principals" | "conditions">): void {
    allowAccount(this.s3Policy, statement, this.props.location);
  }

  public get vpcId(): string {
    return this.resource.id;
  }

  public get privateSubnetIds(): readonly string[] {
    return this.privateSubnets.map(({ id }) => id);
  }

  public get s3PrefixListId(): string {
    return this.s3Endpoint.prefixListId;
  }

  /** A network of another owner. Nothing in it is changed: its owner adds {@link IAdoptedNetwork.policyForOwner}. */
  public static fromIds(scope: Construct, id: string, props: AdoptedNetworkProps): IAdoptedNetwork {
    return new AdoptedNetwork(scope, id, props);
  }

  private logFlows(props: VpcProps): void {
    const logGroup = new LogGroup(this, "FlowLogs", {
      name: props.flowLogGroupName,
      retentionDays: props.logRetentionDays,
      key: props.key,
    });
    const role = new ExecutionRole(this, "FlowLogRole", {
      name: props.flowLogRoleName,
      description: `Delivers the flow logs of ${props.name}`,
      service: "vpc-flow-logs.amazonaws.com",
      sourceAccount: props.location.accountId,
    });
    logGroup.grantDelivery(role);
    new FlowLog(this, "FlowLog", {
      vpcId: this.resource.id,
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
      logDestination: logGroup.resource.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: FLOW_LOG_SECONDS,
      tags: { Name: props.name },
    });
  }
}

class AdoptedNetwork extends Construct implements IAdoptedNetwork {
  public readonly vpcId: string;
  public readonly privateSubnetIds: readonly string[];
  public readonly s3PrefixListId: string;
  private readonly s3Policy: PolicyDocument;
  private readonly props: AdoptedNetworkProps;

  public constructor(scope: Construct, id: string, props: AdoptedNetworkProps) {
    super(scope, id);
    this.props = props;
    this.vpcId = props.vpcId;
    this.privateSubnetIds = props.privateSubnetIds;
    this.s3PrefixListId =
      props.s3PrefixListId ??
      new DataAwsPrefixList(this, "S3", { name: `com.amazonaws.${props.location.region}.s3` }).id;
    this.s3Policy = new PolicyDocument(this, "S3Policy");
    new TerraformOutput(this, "PolicyForOwner", {
      value: this.policyForOwner,
      description: "Statements that the policy of the adopted network's endpoint of S3 must have",
    });
  }

  public get policyForOwner(): string {
    return this.s3Policy.json;
  }

  public get internetAccess(): PublicSubnet {
    const { publicSubnetId } = this.props;
    if (publicSubnetId !== undefined) return { subnetId: publicSubnetId, ready: [] };
    throw new Error(`${this.node.path}: publicSubnetId is not given; a bastion needs one`);
  }

  public allowThroughS3Endpoint(statement: Omit<Statement, "principals" | "conditions">): void {
    allowAccount(this.s3Policy, statement, this.props.location);
  }
}

function allowAccount(
  policy: PolicyDocument,
  statement: Omit<Statement, "principals" | "conditions">,
  { accountId }: Location,
): void {
  policy.mergeForAnyone(
    {
      ...statement,
      conditions: [{ test: "StringEquals", variable: "aws:PrincipalAccount", values: [accountId] }],
    },
    "the policy of a gateway endpoint can name no principal; the condition limits it to the account",
  );
}

/** The /20 range with this index, 0 to 15, of a /16 range. */
function subnetRange(cidr: string, index: number): string {
  if (Token.isUnresolved(cidr)) return Fn.cidrsubnet(cidr, SUBNET_BITS, index);
  const [first, second] = cidr.split(".");
  return `${first}.${second}.${index * 16}.0/20`;
}
