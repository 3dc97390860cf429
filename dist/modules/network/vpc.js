"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Vpc = void 0;
const data_aws_prefix_list_1 = require("@cdktf/provider-aws/lib/data-aws-prefix-list");
const default_security_group_1 = require("@cdktf/provider-aws/lib/default-security-group");
const flow_log_1 = require("@cdktf/provider-aws/lib/flow-log");
const route_table_1 = require("@cdktf/provider-aws/lib/route-table");
const route_table_association_1 = require("@cdktf/provider-aws/lib/route-table-association");
const subnet_1 = require("@cdktf/provider-aws/lib/subnet");
const vpc_1 = require("@cdktf/provider-aws/lib/vpc");
const vpc_endpoint_1 = require("@cdktf/provider-aws/lib/vpc-endpoint");
const cdktf_1 = require("cdktf");
const constructs_1 = require("constructs");
const check_1 = require("../check");
const log_group_1 = require("../operations/log-group");
const execution_role_1 = require("../security/execution-role");
const policy_1 = require("../security/policy");
const internet_access_1 = require("./internet-access");
/** Aggregation interval of the flow logs, in seconds: the shorter of the two allowed values. */
const FLOW_LOG_SECONDS = 60;
/** Bits by which a subnet's prefix is longer than the network's. */
const SUBNET_BITS = 4;
/** Public subnets are counted from here, private ones from 0, so both kinds can grow. */
const FIRST_PUBLIC_SUBNET = 12;
/** An isolated network: a private subnet in each zone, and a route to S3 only. */
class Vpc extends constructs_1.Construct {
    resource;
    privateSubnets;
    s3Endpoint;
    s3Policy;
    props;
    internet;
    constructor(scope, id, props) {
        super(scope, id);
        (0, check_1.assertLiteral)(this, "zones", props.zones);
        (0, check_1.assertLiteral)(this, "nat", props.nat);
        this.props = props;
        this.resource = new vpc_1.Vpc(this, "Vpc", {
            cidrBlock: props.cidr,
            enableDnsSupport: true,
            enableDnsHostnames: true,
            tags: { Name: props.name },
        });
        // A resource without a security group gets this one, which allows nothing.
        new default_security_group_1.DefaultSecurityGroup(this, "ClosedDefault", {
            vpcId: this.resource.id,
            tags: { Name: `${props.name}-closed-default` },
        });
        const routes = new route_table_1.RouteTable(this, "PrivateRoutes", {
            vpcId: this.resource.id,
            tags: { Name: `${props.name}-private` },
        });
        this.privateSubnets = props.zones.map((zone, index) => {
            const subnet = new subnet_1.Subnet(this, `Private-${zone}`, {
                vpcId: this.resource.id,
                availabilityZone: `${props.location.region}${zone}`,
                cidrBlock: subnetRange(props.cidr, index),
                mapPublicIpOnLaunch: false,
                tags: { Name: `${props.name}-private-${zone}` },
            });
            new route_table_association_1.RouteTableAssociation(this, `PrivateRoutes-${zone}`, {
                subnetId: subnet.id,
                routeTableId: routes.id,
            });
            return subnet;
        });
        this.s3Policy = new policy_1.PolicyDocument(this, "S3Policy");
        this.s3Endpoint = new vpc_endpoint_1.VpcEndpoint(this, "S3", {
            vpcId: this.resource.id,
            serviceName: `com.amazonaws.${props.location.region}.s3`,
            vpcEndpointType: "Gateway",
            routeTableIds: [routes.id],
            policy: this.s3Policy.json,
            tags: { Name: `${props.name}-s3` },
        });
        if (props.nat)
            this.internetAccess.addNat(routes);
        this.logFlows(props);
    }
    /** The internet access, created at the first use. */
    get internetAccess() {
        const { name, location, zones, cidr } = this.props;
        const [zone = "a"] = zones;
        this.internet ??= new internet_access_1.InternetAccess(this, "InternetAccess", {
            name,
            vpc: this.resource,
            zone: `${location.region}${zone}`,
            cidr: subnetRange(cidr, FIRST_PUBLIC_SUBNET),
        });
        return this.internet;
    }
    /** Allows principals of the account `statement` through the endpoint, which denies everything else. */
    allowThroughS3Endpoint(statement) {
        allowAccount(this.s3Policy, statement, this.props.location);
    }
    get vpcId() {
        return this.resource.id;
    }
    get privateSubnetIds() {
        return this.privateSubnets.map(({ id }) => id);
    }
    get s3PrefixListId() {
        return this.s3Endpoint.prefixListId;
    }
    /** A network of another owner. Nothing in it is changed: its owner adds {@link IAdoptedNetwork.policyForOwner}. */
    static fromIds(scope, id, props) {
        return new AdoptedNetwork(scope, id, props);
    }
    logFlows(props) {
        const logGroup = new log_group_1.LogGroup(this, "FlowLogs", {
            name: props.flowLogGroupName,
            retentionDays: props.logRetentionDays,
            key: props.key,
        });
        const role = new execution_role_1.ExecutionRole(this, "FlowLogRole", {
            name: props.flowLogRoleName,
            description: `Delivers the flow logs of ${props.name}`,
            service: "vpc-flow-logs.amazonaws.com",
            sourceAccount: props.location.accountId,
        });
        logGroup.grantDelivery(role);
        new flow_log_1.FlowLog(this, "FlowLog", {
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
exports.Vpc = Vpc;
class AdoptedNetwork extends constructs_1.Construct {
    vpcId;
    privateSubnetIds;
    s3PrefixListId;
    s3Policy;
    props;
    constructor(scope, id, props) {
        super(scope, id);
        this.props = props;
        this.vpcId = props.vpcId;
        this.privateSubnetIds = props.privateSubnetIds;
        this.s3PrefixListId =
            props.s3PrefixListId ??
                new data_aws_prefix_list_1.DataAwsPrefixList(this, "S3", { name: `com.amazonaws.${props.location.region}.s3` }).id;
        this.s3Policy = new policy_1.PolicyDocument(this, "S3Policy");
        new cdktf_1.TerraformOutput(this, "PolicyForOwner", {
            value: this.policyForOwner,
            description: "Statements that the policy of the adopted network's endpoint of S3 must have",
        });
    }
    get policyForOwner() {
        return this.s3Policy.json;
    }
    get internetAccess() {
        const { publicSubnetId } = this.props;
        if (publicSubnetId !== undefined)
            return { subnetId: publicSubnetId, ready: [] };
        throw new Error(`${this.node.path}: publicSubnetId is not given; a bastion needs one`);
    }
    allowThroughS3Endpoint(statement) {
        allowAccount(this.s3Policy, statement, this.props.location);
    }
}
function allowAccount(policy, statement, { accountId }) {
    policy.mergeForAnyone({
        ...statement,
        conditions: [{ test: "StringEquals", variable: "aws:PrincipalAccount", values: [accountId] }],
    }, "the policy of a gateway endpoint can name no principal; the condition limits it to the account");
}
/** The /20 range with this index, 0 to 15, of a /16 range. */
function subnetRange(cidr, index) {
    if (cdktf_1.Token.isUnresolved(cidr))
        return cdktf_1.Fn.cidrsubnet(cidr, SUBNET_BITS, index);
    const [first, second] = cidr.split(".");
    return `${first}.${second}.${index * 16}.0/20`;
}
