"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Bastion = void 0;
const data_aws_ssm_parameter_1 = require("@cdktf/provider-aws/lib/data-aws-ssm-parameter");
const iam_instance_profile_1 = require("@cdktf/provider-aws/lib/iam-instance-profile");
const instance_1 = require("@cdktf/provider-aws/lib/instance");
const security_group_1 = require("@cdktf/provider-aws/lib/security-group");
const vpc_security_group_egress_rule_1 = require("@cdktf/provider-aws/lib/vpc-security-group-egress-rule");
const constructs_1 = require("constructs");
const naming_1 = require("../naming");
const execution_role_1 = require("../security/execution-role");
/** The newest Amazon Linux 2023 for arm64, which includes the agent of Session Manager. */
const IMAGE_PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";
/** Small, because it only forwards bytes. */
const INSTANCE_TYPE = "t4g.nano";
/** Minimum volume size of the image, in GiB. */
const VOLUME_GIB = 8;
const HTTPS = 443;
const ANYWHERE = "0.0.0.0/0";
/**
 * The operators' access to the network: an instance without inbound connections. Its agent connects to Session Manager,
 * which forwards ports for those whom IAM allows; CloudTrail records every session.
 *
 * It is in the public subnet, which has no route to the network's S3 endpoint: it downloads packages through the internet
 * gateway, so the endpoint's policy only needs to allow the functions.
 */
class Bastion extends constructs_1.Construct {
    resource;
    constructor(scope, id, props) {
        super(scope, id);
        const { name, vpc, key } = props;
        const group = new security_group_1.SecurityGroup(this, "Group", {
            name,
            description: "The bastion: nothing gets in, HTTPS gets out",
            vpcId: vpc.vpcId,
            tags: { Name: name },
        });
        const wayOut = new vpc_security_group_egress_rule_1.VpcSecurityGroupEgressRule(this, "ToHttps", {
            securityGroupId: group.id,
            cidrIpv4: ANYWHERE,
            ipProtocol: "tcp",
            fromPort: HTTPS,
            toPort: HTTPS,
            description: "Session Manager, packages, and the search domain",
        });
        props.domain.allowFrom("FromBastion", group, "Sessions through the bastion");
        const role = this.agentRole(props);
        const image = new data_aws_ssm_parameter_1.DataAwsSsmParameter(this, "Image", { name: IMAGE_PARAMETER });
        const { subnetId, ready } = vpc.internetAccess;
        this.resource = new instance_1.Instance(this, "Instance", {
            // The image id is public; the attribute `value` would be marked as sensitive.
            ami: image.insecureValue,
            instanceType: INSTANCE_TYPE,
            creditSpecification: { cpuCredits: "standard" },
            subnetId,
            // The internet gateway requires a public address; without inbound rules nothing can connect to it.
            associatePublicIpAddress: true,
            vpcSecurityGroupIds: [group.id],
            iamInstanceProfile: new iam_instance_profile_1.IamInstanceProfile(this, "Profile", { name, role: role.resource.name }).name,
            metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
            rootBlockDevice: { encrypted: true, kmsKeyId: key.arn, volumeType: "gp3", volumeSize: VOLUME_GIB },
            tags: { Name: name },
            // A new image appears every few weeks and would replace the instance during a session. The runbook has the
            // step to renew it.
            lifecycle: { ignoreChanges: ["ami"] },
            // An agent that cannot register at first retries at growing intervals.
            dependsOn: [role.policy, wayOut, ...ready],
        });
    }
    /** https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html */
    agentRole({ name, location }) {
        const role = new execution_role_1.ExecutionRole(this, "AgentRole", {
            name: (0, naming_1.executionRoleName)(name),
            description: `Role of the Session Manager agent on ${name}`,
            service: "ec2.amazonaws.com",
        });
        role.allow({
            sid: "Register",
            actions: ["ssm:UpdateInstanceInformation"],
            resources: [`arn:aws:ec2:${location.region}:${location.accountId}:instance/*`],
        });
        role.allowAnyResource({
            sid: "CarrySessions",
            actions: [
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
            ],
        }, "these actions know no resources; a channel is bound to the instance that opens it");
        return role;
    }
}
exports.Bastion = Bastion;
