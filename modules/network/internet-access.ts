import { Eip } from "@cdktf/provider-aws/lib/eip";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
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

const ANYWHERE = "0.0.0.0/0";

/** An internet gateway and one public subnet, created only for a NAT gateway or a bastion. */
export class InternetAccess extends Construct {
  public readonly subnet: Subnet;
  /** Dependencies of a resource in the subnet that connects to the internet. */
  public readonly ready: readonly ITerraformDependable[];
  private readonly gateway: InternetGateway;
  private readonly name: string;

  public constructor(scope: Construct, id: string, props: InternetAccessProps) {
    super(scope, id);
    this.name = props.name;
    this.gateway = new InternetGateway(this, "Gateway", {
      vpcId: props.vpc.id,
      tags: { Name: props.name },
    });
    this.subnet = new Subnet(this, "Public", {
      vpcId: props.vpc.id,
      availabilityZone: props.zone,
      cidrBlock: props.cidr,
      mapPublicIpOnLaunch: false,
      tags: { Name: `${props.name}-public` },
    });
    const routes = new RouteTable(this, "PublicRoutes", {
      vpcId: props.vpc.id,
      tags: { Name: `${props.name}-public` },
    });
    const route = new Route(this, "ToInternet", {
      routeTableId: routes.id,
      destinationCidrBlock: ANYWHERE,
      gatewayId: this.gateway.id,
    });
    const association = new RouteTableAssociation(this, "PublicRoutesOfSubnet", {
      subnetId: this.subnet.id,
      routeTableId: routes.id,
    });
    this.ready = [route, association];
  }

  public get subnetId(): string {
    return this.subnet.id;
  }

  /** Adds a NAT gateway to `privateRoutes`. One for all zones, because nothing of ours depends on it. */
  public addNat(privateRoutes: RouteTable): void {
    const address = new Eip(this, "NatAddress", { domain: "vpc", tags: { Name: `${this.name}-nat` } });
    const nat = new NatGateway(this, "Nat", {
      subnetId: this.subnet.id,
      allocationId: address.id,
      tags: { Name: this.name },
      dependsOn: [this.gateway],
    });
    new Route(this, "PrivateToNat", {
      routeTableId: privateRoutes.id,
      destinationCidrBlock: ANYWHERE,
      natGatewayId: nat.id,
    });
  }
}
