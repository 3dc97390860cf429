import type { TerraformStack } from "cdktf";
import { retailTransaction } from "../../contract/retail-transaction";
import { contractVariable, parseContractVariable } from "../../contract/variable";
import { defineEnvironment } from "../../environments/environment";
import { ENVIRONMENT as SETUP } from "../../lambdas/search-setup/env";
import { readInput } from "../../lambdas/search-setup/input";
import { readEnvironment } from "../../lambdas/shared/env";
import { ENVIRONMENT as UPSERT } from "../../lambdas/upsert-to-es/env";
import { DataLake } from "../../modules/batch/data-lake";
import { functionRole } from "../../modules/functions/node-function";
import { EventStream } from "../../modules/ingest/event-stream";
import { Vpc, type VpcProps } from "../../modules/network/vpc";
import { EncryptionKey } from "../../modules/security/encryption-key";
import type { SamlDefinition } from "../../modules/speed/search-domain";
import { SearchDomain, type SearchDomainProps } from "../../modules/speed/search-domain";
import { SearchSetup, type SearchSetupProps } from "../../modules/speed/search-setup";
import { UpsertToEs, type UpsertToEsProps } from "../../modules/speed/upsert-to-es";
import { LOCATION } from "../support/environments";
import { meterReadings } from "../support/meter-readings";
import { type Json, object, propertiesThatMoveNothing, reference, Template } from "../support/template";

const OTHER_LOCATION = { accountId: "999999999999", region: "us-east-1" };

const SINGLE = defineEnvironment("test", { name: "test", protection: "disposable" }).speed;
const STANDBY = defineEnvironment("test", {
  name: "test",
  protection: "disposable",
  network: { zones: ["a", "b", "c"] },
  speed: {
    instanceType: "m6g.large.search",
    volumeGiB: 20,
    availability: { kind: "standby", nodesPerZone: 2, masterInstanceType: "m6g.medium.search" },
  },
}).speed;

const SAML: SamlDefinition = {
  entityId: "https://idp.example.com",
  metadataXml: "<md/>",
  readerGroups: ["analysts"],
  rolesKey: "roles",
  sessionMinutes: 60,
};

const key = (stack: TerraformStack, id = "Key"): EncryptionKey =>
  new EncryptionKey(stack, id, {
    alias: `alias/${id}`,
    description: "test",
    location: LOCATION,
    services: ["s3", "kinesis", "lambda", "es"],
    deletionDays: 7,
    protected: false,
  });

const vpcProps = (encryptionKey: EncryptionKey): VpcProps => ({
  name: "net",
  location: LOCATION,
  cidr: "10.20.0.0/16",
  zones: ["a", "b", "c"],
  nat: false,
  flowLogGroupName: "/flow",
  flowLogRoleName: "flow",
  logRetentionDays: 7,
  key: encryptionKey,
});

/** A speed layer up to the domain, by the prefix of its ids. */
function world(stack: TerraformStack, prefix = "") {
  const id = (name: string) => `${prefix}${name}`;
  const encryptionKey = key(stack, id("Key"));
  const vpc = new Vpc(stack, id("Vpc"), vpcProps(encryptionKey));
  const setupRole = functionRole(stack, id("SetupRole"), id("SearchSetup"));
  const upsertRole = functionRole(stack, id("UpsertRole"), id("UpsertToES"));
  const domain = new SearchDomain(stack, id("Domain"), domainProps(encryptionKey, vpc, setupRole));
  const stream = new EventStream(stack, id("Stream"), {
    name: id("stream"),
    capacity: { mode: "on-demand" },
    retentionHours: 24,
    key: encryptionKey,
    protected: false,
  });
  const lake = new DataLake(stack, id("Lake"), {
    contract: retailTransaction,
    bucketName: id("lake"),
    accessLogBucketName: id("logs"),
    key: encryptionKey,
    accountId: LOCATION.accountId,
    rawRetentionDays: 30,
    noncurrentVersionDays: 7,
    accessLogDays: 14,
    protected: false,
  });
  const functionDefaults = {
    contract: retailTransaction,
    location: LOCATION,
    key: encryptionKey,
    logRetentionDays: 7,
  };
  return { encryptionKey, vpc, domain, setupRole, upsertRole, stream, lake, functionDefaults };
}

function domainProps(
  encryptionKey: EncryptionKey,
  vpc: Vpc,
  master: SearchDomainProps["master"],
): SearchDomainProps {
  return {
    name: "salesv1",
    logPolicyName: "salesv1-logs",
    location: LOCATION,
    vpc,
    settings: SINGLE,
    master,
    key: encryptionKey,
    logRetentionDays: 7,
    protected: false,
  };
}

/** Variables of a function, with an answer in the place of each reference. */
function applied(template: Template, part: string, answer: string): Record<string, string> {
  const lambda = template.only("aws_lambda_function", part);
  const variables = object(object(lambda.properties["environment"] ?? {})["variables"] ?? {});
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, String(value).replace(/\$\{[^}]+\}/g, answer)]),
  );
}

describe("the network", () => {
  const build = (stack: TerraformStack, change: Partial<VpcProps> = {}): Vpc =>
    new Vpc(stack, "Tested", { ...vpcProps(key(stack)), ...change });

  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<VpcProps>((stack, pick) => {
      const other = {
        name: "other",
        location: OTHER_LOCATION,
        cidr: "172.16.0.0/16",
        zones: ["b", "c"],
        nat: true,
        flowLogGroupName: "/other",
        flowLogRoleName: "other",
        logRetentionDays: 90,
        key: key(stack, "OtherKey"),
      };
      new Vpc(stack, "Tested", pick(vpcProps(key(stack)), other));
    });
    expect(unmoved).toEqual([]);
  });

  test("is isolated: private subnets in each zone, no gateway, no route but S3's", () => {
    const template = Template.of((stack) => build(stack));
    const vpc = template.only("aws_vpc");

    expect(vpc.properties).toMatchObject({
      cidr_block: "10.20.0.0/16",
      enable_dns_support: true,
      enable_dns_hostnames: true,
    });
    expect(
      template
        .resources("aws_subnet")
        .map(({ properties }) => [
          properties["vpc_id"],
          properties["availability_zone"],
          properties["cidr_block"],
          properties["map_public_ip_on_launch"],
        ]),
    ).toEqual([
      [reference(vpc, "id"), "eu-west-1a", "10.20.0.0/20", false],
      [reference(vpc, "id"), "eu-west-1b", "10.20.16.0/20", false],
      [reference(vpc, "id"), "eu-west-1c", "10.20.32.0/20", false],
    ]);
    for (const type of ["aws_internet_gateway", "aws_nat_gateway", "aws_eip", "aws_route"]) {
      expect(template.resources(type)).toEqual([]);
    }
    const routes = template.only("aws_route_table");
    expect(
      template.resources("aws_route_table_association").map(({ properties }) => properties["route_table_id"]),
    ).toEqual(Array(3).fill(reference(routes, "id")));
    expect(template.only("aws_vpc_endpoint").properties).toMatchObject({
      vpc_id: reference(vpc, "id"),
      service_name: "com.amazonaws.eu-west-1.s3",
      vpc_endpoint_type: "Gateway",
      route_table_ids: [reference(routes, "id")],
    });
  });

  test("closes its default security group", () => {
    const template = Template.of((stack) => build(stack));
    expect(template.only("aws_default_security_group").properties).toEqual({
      vpc_id: reference(template.only("aws_vpc"), "id"),
      tags: { Name: "net-closed-default" },
    });
  });

  test("with a NAT, a public subnet and both routes, outside of the private ranges", () => {
    const template = Template.of((stack) => build(stack, { nat: true }));
    const subnet = template.only("aws_subnet", "Public");
    const nat = template.only("aws_nat_gateway");

    expect(subnet.properties).toMatchObject({
      availability_zone: "eu-west-1a",
      cidr_block: "10.20.192.0/20",
      map_public_ip_on_launch: false,
    });
    expect(nat.properties).toMatchObject({
      subnet_id: reference(subnet, "id"),
      allocation_id: reference(template.only("aws_eip"), "id"),
      depends_on: [template.only("aws_internet_gateway").address],
    });
    expect(template.resources("aws_route").map(({ properties }) => properties)).toEqual([
      {
        route_table_id: reference(template.only("aws_route_table", "PrivateRoutes"), "id"),
        destination_cidr_block: "0.0.0.0/0",
        nat_gateway_id: reference(nat, "id"),
      },
      {
        route_table_id: reference(template.only("aws_route_table", "PublicRoutes"), "id"),
        destination_cidr_block: "0.0.0.0/0",
        gateway_id: reference(template.only("aws_internet_gateway"), "id"),
      },
    ]);
  });

  test("all of it lies in the one network, under a name of its own", () => {
    const template = Template.of((stack) => build(stack, { nat: true }));
    const vpc = reference(template.only("aws_vpc"), "id");
    const parts = template
      .resources()
      .filter(({ properties }) => properties["vpc_id"] !== undefined || properties["tags"] !== undefined)
      .map(({ type, properties }) => [type, properties["vpc_id"], object(properties["tags"] ?? {})["Name"]]);

    expect(parts).toEqual([
      ["aws_default_security_group", vpc, "net-closed-default"],
      ["aws_eip", undefined, "net-nat"],
      ["aws_flow_log", vpc, "net"],
      ["aws_internet_gateway", vpc, "net"],
      ["aws_nat_gateway", undefined, "net"],
      ["aws_route_table", vpc, "net-public"],
      ["aws_route_table", vpc, "net-private"],
      ["aws_subnet", vpc, "net-public"],
      ["aws_subnet", vpc, "net-private-a"],
      ["aws_subnet", vpc, "net-private-b"],
      ["aws_subnet", vpc, "net-private-c"],
      ["aws_vpc", undefined, "net"],
      ["aws_vpc_endpoint", vpc, "net-s3"],
    ]);
  });

  test("lets through the S3 endpoint only what was allowed, and only the account", () => {
    const template = Template.of((stack) => {
      build(stack).allowThroughS3Endpoint({
        sid: "Put",
        actions: ["s3:PutObject"],
        resources: ["arn:bucket/*"],
      });
    });
    expect(template.statements("Tested_S3Policy")).toEqual([
      {
        sid: "Put",
        effect: "Allow",
        principals: [{ type: "AWS", identifiers: ["*"] }],
        actions: ["s3:PutObject"],
        resources: ["arn:bucket/*"],
        condition: [{ test: "StringEquals", variable: "aws:PrincipalAccount", values: ["123456789012"] }],
      },
    ]);
  });

  test("logs all flows, by a role that may write there only", () => {
    const template = Template.of((stack) => build(stack));
    const group = template.only("aws_cloudwatch_log_group");
    const arn = reference(group, "arn");

    expect(template.only("aws_flow_log").properties).toMatchObject({
      vpc_id: reference(template.only("aws_vpc"), "id"),
      traffic_type: "ALL",
      log_destination: arn,
      iam_role_arn: reference(template.only("aws_iam_role"), "arn"),
      max_aggregation_interval: 60,
    });
    expect(template.grants("Tested_FlowLogRole")).toEqual({
      WriteLogs: { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [`${arn}:*`] },
      FindLogs: { actions: ["logs:DescribeLogStreams"], resources: [arn, `${arn}:*`] },
      ListLogGroups: { actions: ["logs:DescribeLogGroups"], resources: ["*"] },
    });
  });
});

describe("the search domain", () => {
  const build = (stack: TerraformStack, change: Partial<SearchDomainProps> = {}): SearchDomain => {
    const encryptionKey = key(stack);
    const vpc = new Vpc(stack, "Vpc", vpcProps(encryptionKey));
    const master = functionRole(stack, "Master", "SearchSetup");
    return new SearchDomain(stack, "Tested", { ...domainProps(encryptionKey, vpc, master), ...change });
  };
  const domain = (change: Partial<SearchDomainProps> = {}) =>
    Template.of((stack) => build(stack, change)).only("aws_opensearch_domain").properties;

  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<SearchDomainProps>((stack, pick) => {
      const usual = world(stack, "Usual");
      const others = world(stack, "Other");
      const other = {
        name: "other",
        logPolicyName: "other",
        groupNames: { searchClients: "other-clients", searchDomainGroup: "other-domain" },
        location: OTHER_LOCATION,
        vpc: others.vpc,
        settings: STANDBY,
        master: others.setupRole,
        key: others.encryptionKey,
        logRetentionDays: 90,
        protected: true,
      };
      new SearchDomain(
        stack,
        "Tested",
        pick(domainProps(usual.encryptionKey, usual.vpc, usual.setupRole), other),
      );
    });
    expect(unmoved).toEqual([]);
  });

  test.each<[string, object, (speed: typeof SINGLE) => typeof SINGLE]>([
    ["volume", { ebs_options: { volume_size: 11 } }, (speed) => ({ ...speed, volumeGiB: 11 })],
    [
      "instance type",
      { cluster_config: { instance_type: "t3.medium.search" } },
      (speed) => ({ ...speed, instanceType: "t3.medium.search" }),
    ],
  ])("its %s is the environment's", (_, expected, change) => {
    expect(domain({ settings: change(SINGLE) })).toMatchObject(expected);
  });

  test("is encrypted everywhere, has no password, updates itself off-peak", () => {
    const template = Template.of((stack) => build(stack));
    expect(template.only("aws_opensearch_domain").properties).toMatchObject({
      domain_name: "salesv1",
      engine_version: "OpenSearch_2.19",
      encrypt_at_rest: { enabled: true, kms_key_id: reference(template.only("aws_kms_key"), "arn") },
      node_to_node_encryption: { enabled: true },
      domain_endpoint_options: {
        enforce_https: true,
        tls_security_policy: "Policy-Min-TLS-1-2-PFS-2023-10",
      },
      advanced_security_options: {
        enabled: true,
        anonymous_auth_enabled: false,
        internal_user_database_enabled: false,
        master_user_options: { master_user_arn: reference(template.only("aws_iam_role", "Master"), "arn") },
      },
      software_update_options: { auto_software_update_enabled: true },
      off_peak_window_options: { enabled: true, off_peak_window: { window_start_time: { hours: 2 } } },
      ebs_options: { ebs_enabled: true, volume_type: "gp3", volume_size: 10 },
    });
  });

  test("a single node lies in one subnet; with standby, nodes and masters in three", () => {
    const subnets = (properties: { [key: string]: Json }) =>
      object(properties["vpc_options"] ?? {})["subnet_ids"];
    const single = domain();
    const standby = domain({ settings: STANDBY });

    expect(single["cluster_config"]).toEqual({
      instance_type: "t3.small.search",
      instance_count: 1,
      zone_awareness_enabled: false,
    });
    expect(subnets(single)).toHaveLength(1);
    expect(standby["cluster_config"]).toEqual({
      instance_type: "m6g.large.search",
      instance_count: 6,
      zone_awareness_enabled: true,
      zone_awareness_config: { availability_zone_count: 3 },
      multi_az_with_standby_enabled: true,
      dedicated_master_enabled: true,
      dedicated_master_type: "m6g.medium.search",
      dedicated_master_count: 3,
    });
    expect(subnets(standby)).toHaveLength(3);
    Template.of((stack) => expect(build(stack).replicas).toBe(0));
    Template.of((stack) => expect(build(stack, { settings: STANDBY }).replicas).toBe(2));
  });

  test("publishes four logs to groups that it may write, and nobody may write in its name", () => {
    const template = Template.of((stack) => build(stack));
    const groups = ["IndexSlowLogs", "SearchSlowLogs", "ApplicationLogs", "AuditLogs"].map((id) =>
      template.only("aws_cloudwatch_log_group", id),
    );
    const resource = template.only("aws_opensearch_domain");

    expect(resource.properties["log_publishing_options"]).toEqual(
      ["INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS", "ES_APPLICATION_LOGS", "AUDIT_LOGS"].map((type, index) => {
        const group = groups[index];
        return {
          enabled: true,
          log_type: type,
          cloudwatch_log_group_arn: group && reference(group, "arn"),
        };
      }),
    );
    expect(template.statements("Tested_LogDelivery")).toEqual([
      {
        sid: "SearchDomainWritesLogs",
        effect: "Allow",
        principals: [{ type: "Service", identifiers: ["es.amazonaws.com"] }],
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        // No reference, so that Terraform makes the policy before the log groups and their key.
        resources: groups.map(
          (group) => `arn:aws:logs:eu-west-1:123456789012:log-group:${group.properties["name"]}:*`,
        ),
        condition: [
          { test: "StringEquals", variable: "aws:SourceAccount", values: ["123456789012"] },
          {
            test: "ArnEquals",
            variable: "aws:SourceArn",
            values: ["arn:aws:es:eu-west-1:123456789012:domain/salesv1"],
          },
        ],
      },
    ]);
    expect(resource.properties["depends_on"]).toContain(
      template.only("aws_cloudwatch_log_resource_policy").address,
    );
  });

  test("clients reach the domain and S3 on 443; the domain lets in clients and nobody else", () => {
    const template = Template.of((stack) => build(stack));
    const clients = reference(template.only("aws_security_group", "Clients"), "id");
    const own = reference(template.only("aws_security_group", "Group"), "id");
    const https = { ip_protocol: "tcp", from_port: 443, to_port: 443, description: expect.any(String) };

    expect(template.resources("aws_security_group").map(({ properties }) => properties["name"])).toEqual([
      "use-es-cluster-sg",
      "es-cluster-sg",
    ]);
    expect(
      template.resources("aws_vpc_security_group_ingress_rule").map(({ properties }) => properties),
    ).toEqual([{ ...https, security_group_id: own, referenced_security_group_id: clients }]);
    expect(
      template.resources("aws_vpc_security_group_egress_rule").map(({ properties }) => properties),
    ).toEqual([
      { ...https, security_group_id: clients, referenced_security_group_id: own },
      {
        ...https,
        security_group_id: clients,
        prefix_list_id: reference(template.only("aws_vpc_endpoint"), "prefix_list_id"),
      },
    ]);
    expect(object(template.only("aws_opensearch_domain").properties["vpc_options"] ?? {})).toMatchObject({
      security_group_ids: [own],
    });
  });

  test("a role that may send requests is named in both policies, with the same actions", () => {
    const template = Template.of((stack) =>
      build(stack).grantRequests(functionRole(stack, "Writer", "Writer"), "Writer", ["Post", "Get"]),
    );
    const actions = ["es:ESHttpPost", "es:ESHttpGet"];
    expect(template.statements("Writer_Permissions")).toEqual([
      {
        sid: "RequestSearch",
        effect: "Allow",
        actions,
        resources: [`${reference(template.only("aws_opensearch_domain"), "arn")}/*`],
      },
    ]);
    expect(template.statements("Tested_Access")).toEqual([
      {
        sid: "Writer",
        effect: "Allow",
        principals: [
          {
            type: "AWS",
            identifiers: [reference(template.only("aws_iam_role", "aws_iam_role.Writer"), "arn")],
          },
        ],
        actions,
        resources: ["arn:aws:es:eu-west-1:123456789012:domain/salesv1/*"],
      },
    ]);
  });

  test("people are named in the domain's policy, by their own roles; nobody where there are none", () => {
    const people = ["arn:aws:iam::123456789012:role/analyst"];
    const admitted = Template.of((stack) => build(stack).admit("People", people, ["Get", "Head"]));
    const nobody = Template.of((stack) => build(stack).admit("People", [], ["Get", "Head"]));

    expect(admitted.statements("Tested_Access")).toEqual([
      {
        sid: "People",
        effect: "Allow",
        principals: [{ type: "AWS", identifiers: people }],
        actions: ["es:ESHttpGet", "es:ESHttpHead"],
        resources: ["arn:aws:es:eu-west-1:123456789012:domain/salesv1/*"],
      },
    ]);
    expect(nobody.statements("Tested_Access")).toEqual([]);
  });

  test("without SAML nobody comes unsigned", () => {
    const template = Template.of((stack) => build(stack));
    expect(template.resources("aws_opensearch_domain_saml_options")).toEqual([]);
    expect(template.statements("Tested_Access")).toEqual([]);
  });

  test("with SAML, browsers come unsigned, to Dashboards and nowhere else", () => {
    const template = Template.of((stack) => build(stack, { settings: { ...SINGLE, saml: SAML } }));
    expect(template.only("aws_opensearch_domain_saml_options").properties).toEqual({
      domain_name: reference(template.only("aws_opensearch_domain"), "domain_name"),
      saml_options: {
        enabled: true,
        idp: { entity_id: SAML.entityId, metadata_content: SAML.metadataXml },
        roles_key: "roles",
        session_timeout_minutes: 60,
      },
    });
    expect(template.statements("Tested_Access")).toEqual([
      {
        sid: "Browsers",
        effect: "Allow",
        principals: [{ type: "AWS", identifiers: ["*"] }],
        actions: ["Delete", "Get", "Head", "Post", "Put"].map((method) => `es:ESHttp${method}`),
        resources: ["arn:aws:es:eu-west-1:123456789012:domain/salesv1/_dashboards*"],
      },
    ]);
  });

  test.each<[keyof typeof SAML, Partial<typeof SAML>, object]>([
    ["entityId", { entityId: "https://other" }, { idp: { entity_id: "https://other" } }],
    ["metadataXml", { metadataXml: "<other/>" }, { idp: { metadata_content: "<other/>" } }],
    ["adminGroup", { adminGroup: "admins" }, { master_backend_role: "admins" }],
    ["rolesKey", { rolesKey: "groups" }, { roles_key: "groups" }],
    ["subjectKey", { subjectKey: "mail" }, { subject_key: "mail" }],
    ["sessionMinutes", { sessionMinutes: 480 }, { session_timeout_minutes: 480 }],
  ])("SAML's %s moves the output", (_, change, expected) => {
    const settings = { ...SINGLE, saml: { ...SAML, ...change } };
    const template = Template.of((stack) => build(stack, { settings }));
    expect(template.only("aws_opensearch_domain_saml_options").properties).toMatchObject({
      saml_options: expected,
    });
  });

  test("waits for the service-linked role where it is told to make it", () => {
    const made = Template.of((stack) =>
      build(stack, { settings: { ...SINGLE, serviceLinkedRole: "create" } }),
    );
    const exists = Template.of((stack) => build(stack));
    const role = made.only("aws_iam_service_linked_role");
    expect(role.properties["aws_service_name"]).toBe("opensearchservice.amazonaws.com");
    expect(made.only("aws_opensearch_domain").properties["depends_on"]).toContain(role.address);
    expect(exists.resources("aws_iam_service_linked_role")).toEqual([]);
  });

  test.each(["Sales", "1sales", "sa", "a".repeat(29)])("refuses the name %s", (name) => {
    Template.of((stack) => {
      expect(() => build(stack, { name })).toThrow(
        `test/Tested: name is "${name}"; 3 to 28 lower-case letters`,
      );
      stack.node.tryRemoveChild("Tested");
    });
  });
});

const PANEL = {
  id: "lines",
  title: "Lines",
  layer: "speed",
  chart: "bars",
  measures: [{ id: "lines", title: "Count", factors: [] }],
  dimension: { kind: "time", field: "InvoiceDate", interval: "day" },
} as const;

describe("search-setup", () => {
  const props = (stack: TerraformStack, prefix: string): SearchSetupProps => {
    const { functionDefaults, vpc, domain, setupRole, upsertRole } = world(stack, prefix);
    return {
      ...functionDefaults,
      name: "SearchSetup",
      vpc,
      domain,
      role: setupRole,
      shards: 1,
      retentionDays: 90,
      writers: [upsertRole],
      readerRoleArns: [],
      readerGroups: [],
    };
  };

  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<SearchSetupProps>((stack, pick) => {
      const other: Required<SearchSetupProps> = {
        ...props(stack, "Other"),
        location: OTHER_LOCATION,
        logRetentionDays: 90,
        name: "Other",
        contract: meterReadings,
        shards: 2,
        retentionDays: 91,
        readerRoleArns: ["arn:aws:iam::123456789012:role/analyst"],
        readerGroups: ["analysts"],
        administratorRoleArns: ["arn:aws:iam::123456789012:role/operator"],
        panels: [PANEL],
        title: "Other",
      };
      new SearchSetup(stack, "Tested", pick(props(stack, "Usual"), other));
    });
    expect(unmoved).toEqual([]);
  });

  const invocation = (template: Template, part: "Invocation" | "DashboardsInvocation") =>
    template.only("aws_lambda_invocation", `Tested_${part}_`);

  test("is invoked for what indexing needs once the domain can be reached, and then for what people look at", () => {
    const template = Template.of((stack) => new SearchSetup(stack, "Tested", props(stack, "")));
    const [indexing, dashboards] = [
      invocation(template, "Invocation"),
      invocation(template, "DashboardsInvocation"),
    ];
    const lambda = template.only("aws_lambda_function", "Tested");
    const [, hash] = /\/([0-9a-f]{64})\//.exec(String(lambda.properties["filename"])) ?? [];
    const properties = (input: unknown) => ({
      function_name: reference(lambda, "function_name"),
      input,
      lifecycle_scope: "CREATE_ONLY",
      triggers: {
        input,
        code: hash,
        contract: contractVariable(retailTransaction),
        endpoint: reference(template.only("aws_opensearch_domain"), "endpoint"),
      },
    });
    const inputs = [indexing, dashboards].map((block) => String(block.properties["input"]));

    expect(indexing.properties).toEqual({
      ...properties(inputs[0]),
      depends_on: [
        ...template.resources("aws_vpc_security_group_ingress_rule"),
        ...template.resources("aws_vpc_security_group_egress_rule"),
      ].map(({ address }) => address),
    });
    expect(dashboards.properties).toEqual({ ...properties(inputs[1]), depends_on: [indexing.address] });
    const writer = reference(template.only("aws_iam_role", "UpsertRole"), "arn");
    const parts = [
      { part: "indexing", replicas: 0, retentionDays: 90, shards: 1, writerRoleArns: [writer] },
      {
        part: "dashboards",
        readerGroups: [],
        readerRole: "retail_reader",
        readerRoleArns: [],
        smoke: { Price: 0, Quantity: 0, StockCode: "SMOKE" },
        title: "retail_trans",
      },
    ];
    expect(inputs.map((input) => JSON.parse(input))).toEqual(parts);
    const arn = "arn:aws:iam::123456789012:role/UpsertToES-execution";
    expect(
      inputs.map((input) => readInput(retailTransaction, JSON.parse(input.replaceAll(writer, arn)))),
    ).toMatchObject([{ writerRoleArns: [arn] }, { title: "retail_trans" }]);
  });

  test.each<[string, (stack: TerraformStack) => Partial<SearchSetupProps>, readonly string[]]>([
    ["panel", () => ({ panels: [{ ...PANEL, title: "Other" }] }), ["DashboardsInvocation"]],
    ["title", () => ({ title: "Other" }), ["DashboardsInvocation"]],
    ["reader", () => ({ readerRoleArns: ["arn:aws:iam::123456789012:role/a"] }), ["DashboardsInvocation"]],
    ["group of readers", () => ({ readerGroups: ["analysts"] }), ["DashboardsInvocation"]],
    ["writer", (stack) => ({ writers: [functionRole(stack, "Other", "Other")] }), ["Invocation"]],
    ["retention", () => ({ retentionDays: 91 }), ["Invocation"]],
    ["number of shards", () => ({ shards: 2 }), ["Invocation"]],
  ])("another %s invokes only the part that it concerns", (_, change, parts) => {
    const triggersOf = (changes: typeof change) => {
      const template = Template.of(
        (stack) =>
          new SearchSetup(stack, "Tested", { ...props(stack, ""), panels: [PANEL], ...changes(stack) }),
      );
      return (["Invocation", "DashboardsInvocation"] as const).map(
        (part) => [part, invocation(template, part).properties["triggers"]] as const,
      );
    };
    const usual = new Map(triggersOf(() => ({})));

    expect(
      triggersOf(change)
        .filter(([part, triggers]) => JSON.stringify(triggers) !== JSON.stringify(usual.get(part)))
        .map(([part]) => part),
    ).toEqual(parts);
  });

  test("both parts are invoked again when a column is another", () => {
    const triggersOf = (change: Partial<SearchSetupProps>) => {
      const template = Template.of(
        (stack) => new SearchSetup(stack, "Tested", { ...props(stack, ""), ...change }),
      );
      return (["Invocation", "DashboardsInvocation"] as const).map(
        (part) => invocation(template, part).properties["triggers"] as { readonly contract: string },
      );
    };
    const { name, eventTime, columns } = retailTransaction;
    const column = { field: "Discount", kind: "double", required: false, comment: "" } as const;
    const contract = { ...retailTransaction, name, eventTime, columns: [...columns, column] };

    expect(triggersOf({ contract })).toEqual(
      triggersOf({}).map((usual) => ({ ...usual, contract: `${usual.contract},Discount:f` })),
    );
  });

  test("tells the set-up of the contract's reader and of its smoke test", () => {
    const template = Template.of(
      (stack) =>
        new SearchSetup(stack, "Tested", {
          ...props(stack, ""),
          contract: { ...meterReadings, smoke: { meter_id: "SMOKE", reading_kwh: 0n } },
        }),
    );
    const { input } = invocation(template, "DashboardsInvocation").properties;
    expect(JSON.parse(String(input))).toMatchObject({
      readerRole: "meter_readings_reader",
      smoke: { meter_id: "SMOKE", reading_kwh: "0" },
      title: "meter_readings",
    });
  });

  test("a reader's role that is the writers' is refused", () => {
    const withRole = (readerRole: string) => () =>
      Template.of(
        (stack) =>
          new SearchSetup(stack, "Tested", {
            ...props(stack, ""),
            contract: { ...meterReadings, readerRole },
          }),
      );
    expect(withRole("firehose_role")).toThrow(
      /Tested: the contract's readerRole is "firehose_role", the role of the writers$/,
    );
    expect(withRole("firehose_roles")).not.toThrow();
  });

  test("a panel that the contract cannot have is refused", () => {
    const panels = [{ ...PANEL, dimension: { ...PANEL.dimension, field: "Country" } }] as const;
    expect(() =>
      Template.of((stack) => new SearchSetup(stack, "Tested", { ...props(stack, ""), panels })),
    ).toThrow(
      'test/Tested: the panels are wrong: panel "lines": dimension names "Country", a text; timestamp is wanted',
    );
  });

  test("runs as the domain's master, in the network, with what its environment asks", () => {
    const template = Template.of((stack) => new SearchSetup(stack, "Tested", props(stack, "")));
    expect(template.only("aws_lambda_function", "Tested").properties).toMatchObject({
      role: reference(template.only("aws_iam_role", "SetupRole"), "arn"),
      vpc_config: {
        subnet_ids: template.resources("aws_subnet").map((subnet) => reference(subnet, "id")),
        security_group_ids: [reference(template.only("aws_security_group", "Clients"), "id")],
      },
    });
    expect(readEnvironment(SETUP, applied(template, "Tested", "vpc-salesv1.example.com"))).toEqual({
      ES_HOST: "https://vpc-salesv1.example.com",
      ES_INDEX: "retail",
      REGION_NAME: "eu-west-1",
      CONTRACT: parseContractVariable(contractVariable(retailTransaction)),
    });
    expect(template.grants("SetupRole")["RequestSearch"]?.actions).toEqual([
      "es:ESHttpGet",
      "es:ESHttpPost",
      "es:ESHttpPut",
    ]);
  });
});

describe("UpsertToES", () => {
  const props = (stack: TerraformStack, prefix: string): UpsertToEsProps => {
    const { functionDefaults, vpc, domain, setupRole, upsertRole, stream, lake } = world(stack, prefix);
    const setup = new SearchSetup(stack, `${prefix}Setup`, {
      ...functionDefaults,
      name: `${prefix}SearchSetup`,
      vpc,
      domain,
      role: setupRole,
      shards: 1,
      retentionDays: 90,
      readerRoleArns: [],
      readerGroups: [],
      writers: [upsertRole],
    });
    return {
      ...functionDefaults,
      name: "UpsertToES",
      source: stream,
      lake,
      vpc,
      domain,
      role: upsertRole,
      setup,
      parallelizationFactor: 1,
      maximumRecordAgeHours: 23,
    };
  };

  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<UpsertToEsProps>((stack, pick) => {
      const other = {
        ...props(stack, "Other"),
        location: OTHER_LOCATION,
        logRetentionDays: 90,
        name: "Other",
        contract: meterReadings,
        parallelizationFactor: 2,
        maximumRecordAgeHours: 22,
      };
      new UpsertToEs(stack, "Tested", pick(props(stack, "Usual"), other));
    });
    expect(unmoved).toEqual([]);
  });

  test("reads the stream from its start and discards by age only, into the lake", () => {
    const template = Template.of((stack) => new UpsertToEs(stack, "Tested", props(stack, "")));
    expect(template.only("aws_lambda_event_source_mapping").properties).toEqual({
      event_source_arn: reference(template.only("aws_kinesis_stream"), "arn"),
      function_name: reference(template.only("aws_lambda_function", "Tested"), "arn"),
      starting_position: "TRIM_HORIZON",
      batch_size: 1000,
      maximum_batching_window_in_seconds: 1,
      parallelization_factor: 1,
      bisect_batch_on_function_error: true,
      maximum_retry_attempts: -1,
      maximum_record_age_in_seconds: 23 * 3600,
      function_response_types: ["ReportBatchItemFailures"],
      destination_config: {
        on_failure: { destination_arn: reference(template.only("aws_s3_bucket", "Lake_Bucket"), "arn") },
      },
      // Not on what people look at: a failure there keeps no data out.
      depends_on: [template.only("aws_lambda_invocation", "Setup_Invocation_").address],
    });
  });

  test.each([
    [24, 24, /maximumRecordAgeHours is 24; a whole number from 1 to 23 is allowed/],
    [24, 0, /maximumRecordAgeHours is 0; a whole number from 1 to 23 is allowed/],
    [8760, 169, /maximumRecordAgeHours is 169; a whole number from 1 to 168 is allowed/],
  ])("of a stream that keeps %i hours, a record's age of %i is refused", (retentionHours, hours, message) => {
    const build = () =>
      Template.of((stack) => {
        const usual = props(stack, "");
        const source = EventStream.fromArn(stack, "Adopted", {
          arn: "arn:aws:kinesis:eu-west-1:123456789012:stream/theirs",
          retentionHours,
        });
        new UpsertToEs(stack, "Tested", { ...usual, source, maximumRecordAgeHours: hours });
      });
    expect(build).toThrow(message);
  });

  test("may post to the domain, read the stream, and put what it refuses or discards", () => {
    const template = Template.of((stack) => new UpsertToEs(stack, "Tested", props(stack, "")));
    const grants = template.grants("UpsertRole");
    const bucket = reference(template.only("aws_s3_bucket", "Lake_Bucket"), "arn");

    expect(Object.keys(grants)).toEqual([
      "WriteLogs",
      "DecryptOwnEnvironment",
      "LambdaHasInterfaces",
      "deny CodeHasNone",
      "RequestSearch",
      "ReadStream",
      "DecryptStream",
      "WriteLake",
      "UseLakeKey",
      "FindLake",
    ]);
    expect(grants["RequestSearch"]?.actions).toEqual(["es:ESHttpPost"]);
    expect(grants["WriteLake"]?.resources).toEqual([`${bucket}/aws/lambda/*`, `${bucket}/quarantine/*`]);
    expect(grants["FindLake"]).toEqual({ actions: ["s3:ListBucket"], resources: [bucket] });
    expect(template.statements("Vpc_S3Policy")).toMatchObject([
      { sid: "Quarantine", actions: ["s3:PutObject"], resources: [`${bucket}/quarantine/*`] },
    ]);
  });

  test("its environment is accepted by the function", () => {
    const template = Template.of((stack) => new UpsertToEs(stack, "Tested", props(stack, "")));
    expect(readEnvironment(UPSERT, applied(template, "Tested", "answer"))).toEqual({
      ES_HOST: "https://answer",
      ES_INDEX: "retail",
      REGION_NAME: "eu-west-1",
      CONTRACT: parseContractVariable(contractVariable(retailTransaction)),
      QUARANTINE_LOCATION: { bucket: "answer", prefix: "quarantine/" },
    });
  });

  test.each([0, 11])("refuses a parallelization factor of %d", (parallelizationFactor) => {
    Template.of((stack) => {
      const usual = props(stack, "");
      expect(() => new UpsertToEs(stack, "Tested", { ...usual, parallelizationFactor })).toThrow(
        `test/Tested: parallelizationFactor is ${parallelizationFactor}; a whole number from 1 to 10`,
      );
    });
  });
});
