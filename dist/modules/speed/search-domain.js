"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.SearchDomain = void 0;
const cloudwatch_log_resource_policy_1 = require("@cdktf/provider-aws/lib/cloudwatch-log-resource-policy");
const iam_service_linked_role_1 = require("@cdktf/provider-aws/lib/iam-service-linked-role");
const opensearch_domain_1 = require("@cdktf/provider-aws/lib/opensearch-domain");
const opensearch_domain_saml_options_1 = require("@cdktf/provider-aws/lib/opensearch-domain-saml-options");
const security_group_1 = require("@cdktf/provider-aws/lib/security-group");
const vpc_security_group_egress_rule_1 = require("@cdktf/provider-aws/lib/vpc-security-group-egress-rule");
const vpc_security_group_ingress_rule_1 = require("@cdktf/provider-aws/lib/vpc-security-group-ingress-rule");
const cdktf_1 = require("cdktf");
const constructs_1 = require("constructs");
const arithmetic_1 = require("../arithmetic");
const check_1 = require("../check");
const naming_1 = require("../naming");
const log_group_1 = require("../operations/log-group");
const policy_1 = require("../security/policy");
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
];
/** The search domain, inside the network, with its two security groups: its own, and that of its clients. */
class SearchDomain extends constructs_1.Construct {
    resource;
    /** Security group of the clients: it reaches the domain and S3 only. */
    clients;
    /** Replicas of each shard, by the number of zones. */
    replicas;
    /** Number of nodes, dedicated masters included. */
    nodes;
    dedicatedMasters;
    /** Volume of each data node. */
    volumeGiB;
    /** Dependencies of a client of the domain. */
    reachable;
    access;
    group;
    /** Built from the name, not the attribute, because the domain's own policy contains it. */
    ownArn;
    constructor(scope, id, props) {
        super(scope, id);
        const { settings, vpc, groupNames = naming_1.SECURITY_GROUP_NAMES } = props;
        const { region, accountId } = props.location;
        (0, check_1.assertLiteral)(this, "settings.availability.kind", settings.availability.kind);
        (0, check_1.assertLiteral)(this, "settings.serviceLinkedRole", settings.serviceLinkedRole);
        (0, check_1.assertLiteral)(this, "protected", props.protected);
        if (!cdktf_1.Token.isUnresolved(props.name) && !/^[a-z][a-z0-9-]{2,27}$/.test(props.name)) {
            throw new RangeError(`${this.node.path}: name is "${props.name}"; 3 to 28 lower-case letters, digits and hyphens are allowed, a letter first`);
        }
        this.ownArn = `arn:aws:es:${region}:${accountId}:domain/${props.name}`;
        this.access = new policy_1.PolicyDocument(this, "Access");
        const { availability } = settings;
        this.replicas = availability.kind === "standby" ? ZONES_WITH_STANDBY - 1 : 0;
        this.dedicatedMasters = availability.kind === "standby";
        this.nodes =
            availability.kind === "standby"
                ? (0, arithmetic_1.sum)((0, arithmetic_1.product)(availability.nodesPerZone, ZONES_WITH_STANDBY), DEDICATED_MASTERS)
                : 1;
        this.volumeGiB = settings.volumeGiB;
        this.clients = new security_group_1.SecurityGroup(this, "Clients", {
            name: groupNames.searchClients,
            description: "May reach the search domain and S3",
            vpcId: vpc.vpcId,
            tags: { Name: groupNames.searchClients },
        });
        this.group = new security_group_1.SecurityGroup(this, "Group", {
            name: groupNames.searchDomainGroup,
            description: "The search domain",
            vpcId: vpc.vpcId,
            tags: { Name: groupNames.searchDomainGroup },
        });
        this.reachable = this.addRules(vpc);
        const logs = this.publishLogs(props);
        const single = settings.availability.kind === "single-node";
        this.resource = new opensearch_domain_1.OpensearchDomain(this, "Domain", {
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
            dependsOn: [logs.permission, ...this.serviceLinkedRole(settings)],
        });
        if (props.protected)
            this.resource.lifecycle = { preventDestroy: true };
        if (settings.saml)
            this.signInBy(settings.saml);
    }
    /** Host name, without scheme. */
    get endpoint() {
        return this.resource.endpoint;
    }
    /**
     * Allows `role` requests with these actions. The security roles inside the domain, which search-setup maps, determine
     * their permissions on indices.
     * @param sid of the statement in the domain's policy.
     */
    grantRequests(role, sid, methods) {
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
     * Allows analysts requests with these actions, by their own IAM roles; their permissions on indices are determined as
     * for {@link grantRequests}. AWS rejects a policy with a role that does not exist.
     */
    admitAnalysts(roleArns, methods) {
        (0, check_1.assertKnownLength)(this, "roleArns", roleArns);
        if (roleArns.length === 0)
            return;
        this.access.add({
            sid: "People",
            principals: [{ type: "AWS", identifiers: roleArns }],
            actions: methods.map((method) => `es:ESHttp${method}`),
            resources: [`${this.ownArn}/*`],
        });
    }
    /** Allows `group` to connect to the domain. @param id permanent construct id of the rule */
    allowFrom(id, group, description) {
        return new vpc_security_group_ingress_rule_1.VpcSecurityGroupIngressRule(this, id, {
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
    signInBy(saml) {
        new opensearch_domain_saml_options_1.OpensearchDomainSamlOptions(this, "Saml", {
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
        const methods = ["Delete", "Get", "Head", "Post", "Put"];
        this.access.addForAnyone({
            sid: "Browsers",
            actions: methods.map((method) => `es:ESHttp${method}`),
            resources: [`${this.ownArn}/_dashboards*`],
        }, "who signs in by SAML signs no requests; the network decides who reaches Dashboards, and its security roles who enters");
    }
    addRules(vpc) {
        return [
            this.allowFrom("FromClients", this.clients, "Requests of clients"),
            new vpc_security_group_egress_rule_1.VpcSecurityGroupEgressRule(this, "ClientsToDomain", {
                securityGroupId: this.clients.id,
                referencedSecurityGroupId: this.group.id,
                ipProtocol: "tcp",
                fromPort: HTTPS,
                toPort: HTTPS,
                description: "Requests to the search domain",
            }),
            new vpc_security_group_egress_rule_1.VpcSecurityGroupEgressRule(this, "ClientsToS3", {
                securityGroupId: this.clients.id,
                prefixListId: vpc.s3PrefixListId,
                ipProtocol: "tcp",
                fromPort: HTTPS,
                toPort: HTTPS,
                description: "S3, through the endpoint of the network",
            }),
        ];
    }
    firstSubnets({ privateSubnetIds: ids }, count) {
        if (cdktf_1.Token.isUnresolved(ids))
            return cdktf_1.Fn.slice([...ids], 0, count);
        if (ids.length < count) {
            throw new RangeError(`${this.node.path}: vpc has ${ids.length} private subnets; ${count} are needed`);
        }
        return ids.slice(0, count);
    }
    serviceLinkedRole({ serviceLinkedRole }) {
        if (serviceLinkedRole === "exists")
            return [];
        return [
            new iam_service_linked_role_1.IamServiceLinkedRole(this, "ServiceLinkedRole", {
                awsServiceName: "opensearchservice.amazonaws.com",
                description: "Lets OpenSearch Service have interfaces in networks of this account",
            }),
        ];
    }
    publishLogs(props) {
        const groups = LOGS.map(({ id, type, suffix }) => ({
            type,
            group: new log_group_1.LogGroup(this, id, {
                name: `/aws/OpenSearchService/domains/${props.name}/${suffix}`,
                retentionDays: props.logRetentionDays,
                key: props.key,
            }),
        }));
        const delivery = new policy_1.PolicyDocument(this, "LogDelivery");
        delivery.add({
            sid: "SearchDomainWritesLogs",
            principals: [{ type: "Service", identifiers: ["es.amazonaws.com"] }],
            actions: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:PutLogEventsBatch"],
            resources: groups.map(({ group }) => `${group.resource.arn}:*`),
            conditions: [
                { test: "StringEquals", variable: "aws:SourceAccount", values: [props.location.accountId] },
                { test: "ArnEquals", variable: "aws:SourceArn", values: [this.ownArn] },
            ],
        });
        const permission = new cloudwatch_log_resource_policy_1.CloudwatchLogResourcePolicy(this, "LogPolicy", {
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
exports.SearchDomain = SearchDomain;
function clusterConfig(settings) {
    const { availability, instanceType } = settings;
    if (availability.kind === "single-node") {
        return { instanceType, instanceCount: 1, zoneAwarenessEnabled: false };
    }
    return {
        instanceType,
        instanceCount: (0, arithmetic_1.product)(availability.nodesPerZone, ZONES_WITH_STANDBY),
        zoneAwarenessEnabled: true,
        zoneAwarenessConfig: { availabilityZoneCount: ZONES_WITH_STANDBY },
        multiAzWithStandbyEnabled: true,
        dedicatedMasterEnabled: true,
        dedicatedMasterType: availability.masterInstanceType,
        dedicatedMasterCount: DEDICATED_MASTERS,
    };
}
