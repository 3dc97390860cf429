import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter";
import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { Construct } from "constructs";
import type { Location } from "../location";
import { executionRoleName } from "../naming";
import type { EncryptionKey } from "../security/encryption-key";
import { ExecutionRole } from "../security/execution-role";
import type { SearchDomain } from "../speed/search-domain";
import type { Vpc } from "./vpc";

export interface BastionProps {
  /** `Name` of the instance, physical name of its group, and first part of that of its role. */
  readonly name: string;
  readonly location: Location;
  readonly vpc: Vpc;
  /** What sessions reach through it. */
  readonly domain: SearchDomain;
  readonly key: EncryptionKey;
}

/** The newest Amazon Linux 2023 for arm64; it brings the agent of Session Manager. */
const IMAGE_PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";
/** It only passes bytes on. */
const INSTANCE_TYPE = "t4g.nano";
/** What the image needs. */
const VOLUME_GIB = 8;
const HTTPS = 443;
const ANYWHERE = "0.0.0.0/0";

/**
 * The operators' way into the network: an instance that nobody can connect to. Its agent calls out, and
 * Session Manager forwards ports over that call to whom IAM allows it; every session is in CloudTrail.
 *
 * It lies in the public subnet, whose routes do not know the network's S3 endpoint: packages reach it through
 * the internet gateway, and the endpoint's policy stays as narrow as the functions need it.
 */
export class Bastion extends Construct {
  public readonly resource: Instance;

  public constructor(scope: Construct, id: string, props: BastionProps) {
    super(scope, id);
    const { name, vpc, key } = props;
    const group = new SecurityGroup(this, "Group", {
      name,
      description: "The bastion: nothing gets in, HTTPS gets out",
      vpcId: vpc.resource.id,
      tags: { Name: name },
    });
    const wayOut = new VpcSecurityGroupEgressRule(this, "ToHttps", {
      securityGroupId: group.id,
      cidrIpv4: ANYWHERE,
      ipProtocol: "tcp",
      fromPort: HTTPS,
      toPort: HTTPS,
      description: "Session Manager, packages, and the search domain",
    });
    props.domain.allowFrom("FromBastion", group, "Sessions through the bastion");

    const role = this.agentRole(props);
    const image = new DataAwsSsmParameter(this, "Image", { name: IMAGE_PARAMETER });
    const { subnet, ready } = vpc.internetAccess;
    this.resource = new Instance(this, "Instance", {
      // Public knowledge; the attribute `value` counts as a secret.
      ami: image.insecureValue,
      instanceType: INSTANCE_TYPE,
      creditSpecification: { cpuCredits: "standard" },
      subnetId: subnet.id,
      // The gateway translates public addresses only; without inbound rules nothing uses it to get in.
      associatePublicIpAddress: true,
      vpcSecurityGroupIds: [group.id],
      iamInstanceProfile: new IamInstanceProfile(this, "Profile", { name, role: role.resource.name }).name,
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: { encrypted: true, kmsKeyId: key.arn, volumeType: "gp3", volumeSize: VOLUME_GIB },
      tags: { Name: name },
      // A new image comes out every few weeks, and would replace it in the middle of a session. To renew it
      // is a step of the runbook.
      lifecycle: { ignoreChanges: ["ami"] },
      // An agent that cannot register at first tries again ever more rarely.
      dependsOn: [role.policy, wayOut, ...ready],
    });
  }

  /** https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html */
  private agentRole({ name, location }: BastionProps): ExecutionRole {
    const role = new ExecutionRole(this, "AgentRole", {
      name: executionRoleName(name),
      description: `What the agent of Session Manager on ${name} may do`,
      service: "ec2.amazonaws.com",
    });
    role.allow({
      sid: "Register",
      actions: ["ssm:UpdateInstanceInformation"],
      resources: [`arn:aws:ec2:${location.region}:${location.accountId}:instance/*`],
    });
    role.allowAnyResource(
      {
        sid: "CarrySessions",
        actions: [
          "ssmmessages:CreateControlChannel",
          "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel",
        ],
      },
      "these actions know no resources; a channel is bound to the instance that opens it",
    );
    return role;
  }
}
