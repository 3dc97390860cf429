import { CloudwatchLogResourcePolicy } from "@cdktf/provider-aws/lib/cloudwatch-log-resource-policy";
import { IamServiceLinkedRole } from "@cdktf/provider-aws/lib/iam-service-linked-role";
import {
  OpensearchDomain,
  type OpensearchDomainClusterConfig,
} from "@cdktf/provider-aws/lib/opensearch-domain";
import { OpensearchDomainSamlOptions } from "@cdktf/provider-aws/lib/opensearch-domain-saml-options";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { Fn, type ITerraformDependable, Token } from "cdktf";
import { Construct } from "constructs";
import { SEARCH_SERVICE, SEARCH_SERVICE_ROLE_DESCRIPTION } from "../account-wide";
import { product, sum } from "../arithmetic";
import { assertKnownLength, assertLiteral } from "../check";
import type { Location } from "../location";
import { type GroupNames, SECURITY_GROUP_NAMES } from "../naming";
import type { INetwork } from "../network/vpc";
import { LogGroup } from "../operations/log-group";
import type { IEncryptionKey } from "../security/encryption-key";
import type { ExecutionRole } from "../security/execution-role";
import { PolicyDocument } from "../security/policy";

/** Availability of the search domain after the loss of a node or a zone. */
export type SearchAvailability =
  /** One node without replicas: its loss loses the documents since the last snapshot. */
  | { readonly kind: "single-node" }
  /** Three zones, one of them on standby, three dedicated masters, two replicas of each shard. */
  | {
      readonly kind: "standby";
      /** Data nodes in each of the three zones, 1 or more. */
      readonly nodesPerZone: number;
      /** Such as `m6g.large.search`. */
      readonly masterInstanceType: string;
    };

/** The identity provider by which analysts sign in to Dashboards. */
export interface SamlDefinition {
  /** The provider's entity ID. */
  readonly entityId: string;
  /** The provider's metadata. */
  readonly metadataXml: string;
  /** Groups of the provider that may read. */
  readonly readerGroups: readonly string[];
  /** Group of the provider that administers the domain. @default none */
  readonly adminGroup?: string;
  /** Attribute of the assertion that holds the groups. */
  readonly rolesKey: string;
  /** Attribute of the assertion that holds the user's name. @default its NameID */
  readonly subjectKey?: string;
  /** Minutes until a session ends, 1 to 1440. */
  readonly sessionMinutes: number;
}

/** Size, availability and sign-in of the domain. */
export interface SearchDomainSettings {
  /** Instance type of the data nodes. */
  readonly instanceType: string;
  /** Volume of each data node, in GiB. */
  readonly volumeGiB: number;
  /** Nodes and zones. */
  readonly availability: SearchAvailability;
  /** Sign-in by an identity provider. @default none: requests are signed with AWS credentials */
  readonly saml?: SamlDefinition;
  /**
   * Whether to create the service-linked role, which exists once in an account. AWS refuses to create it a second time,
   * and a destroy of the system that created it fails while the account has another domain in a network.
   * @default exists
   */
  readonly serviceLinkedRole?: "create" | "exists";
}

export interface SearchDomainProps {
  /** Physical name, at most 28 lower-case letters, digits and hyphens. */
  readonly name: string;
  /** Physical name of the resource policy of its log groups. */
  readonly logPolicyName: string;
  /** Physical names of its security groups. @default the lab's, for a network of its own */
  readonly groupNames?: GroupNames;
  /** Account and region that names and ARNs are made of. */
  readonly location: Location;
  /** Network that the domain stands in. */
  readonly vpc: INetwork;
  /** Size, availability and sign-in. */
  readonly settings: SearchDomainSettings;
  /** The master role with all permissions; there is no master user and no password. */
  readonly master: ExecutionRole;
  /** Key that encrypts the volumes and the logs. */
  readonly key: IEncryptionKey;
  /** Days that its logs are kept, one of CloudWatch Logs' retention times. */
  readonly logRetentionDays: number;
  /** Refuses to be destroyed. */
  readonly protected: boolean;
}

/** The engine version that the functions are tested with. */
const ENGINE_VERSION = "OpenSearch_2.19";
const TLS_POLICY = "Policy-Min-TLS-1-2-PFS-2023-10";
const HTTPS = 443;
/** Off-peak window in UTC, when there is little traffic, for software updates. */
const OFF_PEAK_START_HOUR = 2;
const ZONES_WITH_STANDBY = 3;
const DEDICATED_MASTERS = 3;

/** The domain's log types, each with its own log group. */
const LOGS = [
  { id: "IndexSlowLogs", type: "INDEX_SLOW_LOGS", suffix: "index-slow" },
  { id: "SearchSlowLogs", type: "SEARCH_SLOW_LOGS", suffix: "search-slow" },
  { id: "ApplicationLogs", type: "ES_APPLICATION_LOGS", suffix: "application" },
  { id: "AuditLogs", type: "AUDIT_LOGS", suffix: "audit" },
] as const;

/** An HTTP action of the domain, as IAM distinguishes them. */
type HttpMethod = "Delete" | "Get" | "Head" | "Patch" | "Post" | "Put";

/** The search domain, inside the network, with its two security groups: its own, and that of its clients. */
export class SearchDomain extends Construct {
  public readonly resource: OpensearchDomain;
  /** Security group of the clients: it reaches the domain and S3 only. */
  public readonly clients: SecurityGroup;
  /** Replicas of each shard, by the number of zones. */
  public readonly replicas: number;
  /** Number of nodes, dedicated masters included. */
  public readonly nodes: number;
  public readonly dedicatedMasters: boolean;
  /** Volume of each data node. */
  public readonly volumeGiB: number;
  /** Dependencies of a client of the domain. */
  public readonly reachable: readonly ITerraformDependable[];
  private readonly access: PolicyDocument;
  private readonly group: SecurityGroup;
  /** Built from the name, not the attribute, because the domain's own policy contains it. */
  private readonly ownArn: string;

  public constructor(scope: Construct, id: string, props: SearchDomainProps) {
    super(scope, id);
    const { settings, vpc, groupNames = SECURITY_GROUP_NAMES } = props;
    const { region, accountId } = props.location;
    assertLiteral(this, "settings.availability.kind", settings.availability.kind);
    const { serviceLinkedRole = "exists" } = settings;
    assertLiteral(this, "settings.serviceLinkedRole", serviceLinkedRole);
    assertLiteral(this, "protected", props.protected);
    if (!Token.isUnresolved(props.name) && !/^[a-z][a-z0-9-]{2,27}$/.test(props.name)) {
      throw new RangeError(
        `${this.node.path}: name is "${props.name}"; 3 to 28 lower-case letters, digits and hyphens are allowed, a letter first`,
      );
    }
    this.ownArn = `arn:aws:es:${region}:${accountId}:domain/${props.name}`;
    this.access = new PolicyDocument(this, "Access");
    const { availability } = settings;
    this.replicas = availability.kind === "standby" ? ZONES_WITH_STANDBY - 1 : 0;
    this.dedicatedMasters = availability.kind === "standby";
    this.nodes =
      availability.kind === "standby"
        ? sum(product(availability.nodesPerZone, ZONES_WITH_STANDBY), DEDICATED_MASTERS)
        : 1;
    this.volumeGiB = settings.volumeGiB;

    this.clients = new SecurityGroup(this, "Clients", {
      name: groupNames.searchClients,
      description: "May reach the search domain and S3",
      vpcId: vpc.vpcId,
      tags: { Name: groupNames.searchClients },
    });
    this.group = new SecurityGroup(this, "Group", {
      name: groupNames.searchDomainGroup,
      description: "The search domain",
      vpcId: vpc.vpcId,
      tags: { Name: groupNames.searchDomainGroup },
    });
    this.reachable = this.addRules(vpc);

    const logs = this.publishLogs(props);
    const single = settings.availability.kind === "single-node";
    this.resource = new OpensearchDomain(this, "Domain", {
      domainName: props.name,
      engineVersion: ENGINE_VERSION,
      clusterConfig: clusterConfig(settings),
      ebsOptions: { ebsEnabled: true, volumeType: "gp3", volumeSize: settings.volumeGiB },
      vpcOptions: {
        subnetIds: this.firstSubnets(vpc, single ? 1 : ZONES_WITH_STANDBY),
        securityGroupIds: [this.group.id],
      },
      encryptAtRest: { enabled: true, kmsKeyId: props.key.arn },
      nodeToNodeEncryption: { enabled: true },
      domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: TLS_POLICY },
      advancedSecurityOptions: {
        enabled: true,
        anonymousAuthEnabled: false,
        internalUserDatabaseEnabled: false,
        masterUserOptions: { masterUserArn: props.master.arn },
      },
      accessPolicies: this.access.json,
      softwareUpdateOptions: { autoSoftwareUpdateEnabled: true },
      offPeakWindowOptions: {
        enabled: true,
        offPeakWindow: { windowStartTime: { hours: OFF_PEAK_START_HOUR, minutes: 0 } },
      },
      logPublishingOptions: logs.options,
      // The service checks the log policy and the service-linked role when it creates the domain.
      dependsOn: [logs.permission, ...(serviceLinkedRole === "create" ? [this.serviceLinkedRole()] : [])],
    });
    if (props.protected) this.resource.lifecycle = { preventDestroy: true };
    if (settings.saml) this.signInBy(settings.saml);
  }

  /** Host name, without scheme. */
  public get endpoint(): string {
    return this.resource.endpoint;
  }

  /**
   * Allows `role` requests with these actions. The security roles inside the domain, which search-setup maps, determine
   * their permissions on indices.
   * @param sid of the statement in the domain's policy.
   */
  public grantRequests(role: ExecutionRole, sid: string, methods: readonly HttpMethod[]): void {
    const actions = methods.map((method) => `es:ESHttp${method}`);
    role.allow({ sid: "RequestSearch", actions, resources: [`${this.resource.arn}/*`] });
    this.access.add({
      sid,
      principals: [{ type: "AWS", identifiers: [role.arn] }],
      actions,
      resources: [`${this.ownArn}/*`],
    });
  }

  /**
   * Allows people requests with these actions, by their own IAM roles; their permissions on indices are determined as
   * for {@link grantRequests}. AWS rejects a policy with a role that does not exist.
   * @param sid of the statement in the domain's policy.
   */
  public admit(sid: string, roleArns: readonly string[], methods: readonly HttpMethod[]): void {
    assertKnownLength(this, "roleArns", roleArns);
    if (roleArns.length === 0) return;
    this.access.add({
      sid,
      principals: [{ type: "AWS", identifiers: roleArns }],
      actions: methods.map((method) => `es:ESHttp${method}`),
      resources: [`${this.ownArn}/*`],
    });
  }

  /** Allows `group` to connect to the domain. @param id permanent construct id of the rule */
  public allowFrom(id: string, group: SecurityGroup, description: string): ITerraformDependable {
    return new VpcSecurityGroupIngressRule(this, id, {
      securityGroupId: this.group.id,
      referencedSecurityGroupId: group.id,
      ipProtocol: "tcp",
      fromPort: HTTPS,
      toPort: HTTPS,
      description,
    });
  }

  /**
   * A browser that signs in by SAML does not sign its requests, so the domain's policy must allow unsigned requests to
   * Dashboards, and only there: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html
   */
  private signInBy(saml: SamlDefinition): void {
    new OpensearchDomainSamlOptions(this, "Saml", {
      domainName: this.resource.domainName,
      samlOptions: {
        enabled: true,
        idp: { entityId: saml.entityId, metadataContent: saml.metadataXml },
        rolesKey: saml.rolesKey,
        sessionTimeoutMinutes: saml.sessionMinutes,
        ...(saml.subjectKey !== undefined && { subjectKey: saml.subjectKey }),
        ...(saml.adminGroup !== undefined && { masterBackendRole: saml.adminGroup }),
      },
    });
    const methods: readonly HttpMethod[] = ["Delete", "Get", "Head", "Post", "Put"];
    this.access.addForAnyone(
      {
        sid: "Browsers",
        actions: methods.map((method) => `es:ESHttp${method}`),
        resources: [`${this.ownArn}/_dashboards*`],
      },
      "who signs in by SAML signs no requests; the network decides who reaches Dashboards, and its security roles who enters",
    );
  }

  private addRules(vpc: INetwork): ITerraformDependable[] {
    return [
      this.allowFrom("FromClients", this.clients, "Requests of clients"),
      new VpcSecurityGroupEgressRule(this, "ClientsToDomain", {
        securityGroupId: this.clients.id,
        referencedSecurityGroupId: this.group.id,
        ipProtocol: "tcp",
        fromPort: HTTPS,
        toPort: HTTPS,
        description: "Requests to the search domain",
      }),
      new VpcSecurityGroupEgressRule(this, "ClientsToS3", {
        securityGroupId: this.clients.id,
        prefixListId: vpc.s3PrefixListId,
        ipProtocol: "tcp",
        fromPort: HTTPS,
        toPort: HTTPS,
        description: "S3, through the endpoint of the network",
      }),
    ];
  }

  private firstSubnets({ privateSubnetIds: ids }: INetwork, count: number): string[] {
    if (Token.isUnresolved(ids)) return Fn.slice([...ids], 0, count);
    if (ids.length < count) {
      throw new RangeError(`${this.node.path}: vpc has ${ids.length} private subnets; ${count} are needed`);
    }
    return ids.slice(0, count);
  }

  private serviceLinkedRole(): ITerraformDependable {
    return new IamServiceLinkedRole(this, "ServiceLinkedRole", {
      awsServiceName: SEARCH_SERVICE,
      description: SEARCH_SERVICE_ROLE_DESCRIPTION,
    });
  }

  private publishLogs(props: SearchDomainProps) {
    const { region, accountId } = props.location;
    const groups = LOGS.map(({ id, type, suffix }) => {
      const name = `/aws/OpenSearchService/domains/${props.name}/${suffix}`;
      return {
        type,
        group: new LogGroup(this, id, { name, retentionDays: props.logRetentionDays, key: props.key }),
        arn: `arn:aws:logs:${region}:${accountId}:log-group:${name}`,
      };
    });
    const delivery = new PolicyDocument(this, "LogDelivery");
    delivery.add({
      sid: "SearchDomainWritesLogs",
      principals: [{ type: "Service", identifiers: ["es.amazonaws.com"] }],
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      // By name: Terraform then makes the policy while it waits for the key, and CreateDomain, which checks the policy and
      // which provider 5 does not retry, comes the later.
      resources: groups.map(({ arn }) => `${arn}:*`),
      conditions: [
        { test: "StringEquals", variable: "aws:SourceAccount", values: [accountId] },
        { test: "ArnEquals", variable: "aws:SourceArn", values: [this.ownArn] },
      ],
    });
    const permission = new CloudwatchLogResourcePolicy(this, "LogPolicy", {
      policyName: props.logPolicyName,
      policyDocument: delivery.json,
    });
    const options = groups.map(({ type, group }) => ({
      logType: type,
      cloudwatchLogGroupArn: group.resource.arn,
      enabled: true,
    }));
    return { options, permission };
  }
}

function clusterConfig(settings: SearchDomainSettings): OpensearchDomainClusterConfig {
  const { availability, instanceType } = settings;
  if (availability.kind === "single-node") {
    return { instanceType, instanceCount: 1, zoneAwarenessEnabled: false };
  }
  return {
    instanceType,
    instanceCount: product(availability.nodesPerZone, ZONES_WITH_STANDBY),
    zoneAwarenessEnabled: true,
    zoneAwarenessConfig: { availabilityZoneCount: ZONES_WITH_STANDBY },
    multiAzWithStandbyEnabled: true,
    dedicatedMasterEnabled: true,
    dedicatedMasterType: availability.masterInstanceType,
    dedicatedMasterCount: DEDICATED_MASTERS,
  };
}
