"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.InternetAccess = void 0;
const eip_1 = require("@cdktf/provider-aws/lib/eip");
const internet_gateway_1 = require("@cdktf/provider-aws/lib/internet-gateway");
const nat_gateway_1 = require("@cdktf/provider-aws/lib/nat-gateway");
const route_1 = require("@cdktf/provider-aws/lib/route");
const route_table_1 = require("@cdktf/provider-aws/lib/route-table");
const route_table_association_1 = require("@cdktf/provider-aws/lib/route-table-association");
const subnet_1 = require("@cdktf/provider-aws/lib/subnet");
const constructs_1 = require("constructs");
const ANYWHERE = "0.0.0.0/0";
/** An internet gateway and one public subnet, created only for a NAT gateway or a bastion. */
class InternetAccess extends constructs_1.Construct {
    subnet;
    /** Dependencies of a resource in the subnet that connects to the internet. */
    ready;
    gateway;
    name;
    constructor(scope, id, props) {
        super(scope, id);
        this.name = props.name;
        this.gateway = new internet_gateway_1.InternetGateway(this, "Gateway", {
            vpcId: props.vpc.id,
            tags: { Name: props.name },
        });
        this.subnet = new subnet_1.Subnet(this, "Public", {
            vpcId: props.vpc.id,
            availabilityZone: props.zone,
            cidrBlock: props.cidr,
            mapPublicIpOnLaunch: false,
            tags: { Name: `${props.name}-public` },
        });
        const routes = new route_table_1.RouteTable(this, "PublicRoutes", {
            vpcId: props.vpc.id,
            tags: { Name: `${props.name}-public` },
        });
        const route = new route_1.Route(this, "ToInternet", {
            routeTableId: routes.id,
            destinationCidrBlock: ANYWHERE,
            gatewayId: this.gateway.id,
        });
        const association = new route_table_association_1.RouteTableAssociation(this, "PublicRoutesOfSubnet", {
            subnetId: this.subnet.id,
            routeTableId: routes.id,
        });
        this.ready = [route, association];
    }
    get subnetId() {
        return this.subnet.id;
    }
    /** Adds a NAT gateway to `privateRoutes`. One for all zones, because nothing of ours depends on it. */
    addNat(privateRoutes) {
        const address = new eip_1.Eip(this, "NatAddress", { domain: "vpc", tags: { Name: `${this.name}-nat` } });
        const nat = new nat_gateway_1.NatGateway(this, "Nat", {
            subnetId: this.subnet.id,
            allocationId: address.id,
            tags: { Name: this.name },
            dependsOn: [this.gateway],
        });
        new route_1.Route(this, "PrivateToNat", {
            routeTableId: privateRoutes.id,
            destinationCidrBlock: ANYWHERE,
            natGatewayId: nat.id,
        });
    }
}
exports.InternetAccess = InternetAccess;
