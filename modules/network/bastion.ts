import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter";
import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { Construct } from "constructs";
import type { IEventStream } from "../ingest/event-stream";
import type { Location } from "../location";
import { executionRoleName } from "../naming";
import type { IEncryptionKey } from "../security/encryption-key";
import { ExecutionRole } from "../security/execution-role";
import type { SearchDomain } from "../speed/search-domain";
import type { INetwork } from "./vpc";

export interface BastionProps {
  /** `Name` of the instance, physical name of its group, and first part of that of its role. */
  readonly name: string;
  /** Account and region that names and ARNs are made of. */
  readonly location: Location;
  /** Network that it stands in. */
  readonly vpc: INetwork;
  /** The search domain that sessions reach. */
  readonly domain: SearchDomain;
  /** Key that encrypts its volume. */
  readonly key: IEncryptionKey;
  /** The stream that a session on the bastion may put records into. @default none */
  readonly stream?: IEventStream;
}

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
export class Bastion extends Construct {
  public readonly resource: Instance;

  public constructor(scope: Construct, id: string, props: BastionProps) {
    super(scope, id);
    const { name, vpc, key } = props;
    const group = new SecurityGroup(this, "Group", {
      name,
      description: "The bastion: nothing gets in, HTTPS gets out",
      vpcId: vpc.vpcId,
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
    // The instance reaches Kinesis as it reaches Session Manager: by HTTPS, through the internet gateway.
    props.stream?.grantWrite(role);
    const image = new DataAwsSsmParameter(this, "Image", { name: IMAGE_PARAMETER });
    const { subnetId, ready } = vpc.internetAccess;
    this.resource = new Instance(this, "Instance", {
      // The image id is public; the attribute `value` would be marked as sensitive.
      ami: image.insecureValue,
      instanceType: INSTANCE_TYPE,
      creditSpecification: { cpuCredits: "standard" },
      subnetId,
      // The internet gateway requires a public address; without inbound rules nothing can connect to it.
      associatePublicIpAddress: true,
      vpcSecurityGroupIds: [group.id],
      iamInstanceProfile: new IamInstanceProfile(this, "Profile", { name, role: role.resource.name }).name,
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
  private agentRole({ name, location }: BastionProps): ExecutionRole {
    const role = new ExecutionRole(this, "AgentRole", {
      name: executionRoleName(name),
      description: `Role of the Session Manager agent on ${name}`,
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
