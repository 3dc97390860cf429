import type { TerraformStack } from "cdktf";
import { defineEnvironment } from "../../environments/environment";
import { functionRole } from "../../modules/functions/node-function";
import { EventStream } from "../../modules/ingest/event-stream";
import { Bastion, type BastionProps } from "../../modules/network/bastion";
import { Vpc } from "../../modules/network/vpc";
import { EncryptionKey } from "../../modules/security/encryption-key";
import { allExplanations } from "../../modules/security/explanations";
import { SearchDomain } from "../../modules/speed/search-domain";
import { RetailBiStack } from "../../stacks/retail-bi-stack";
import { environment, LOCATION } from "../support/environments";
import { object, propertiesThatMoveNothing, reference, Template } from "../support/template";
import { testApp } from "../support/test-app";

/** A network with a domain and a stream, by the prefix of its ids. */
function world(stack: TerraformStack, prefix = "", nat = false) {
  const key = new EncryptionKey(stack, `${prefix}Key`, {
    alias: `alias/${prefix}`,
    description: "test",
    location: LOCATION,
    services: ["es", "ec2", "kinesis"],
    deletionDays: 7,
    protected: false,
  });
  const vpc = new Vpc(stack, `${prefix}Vpc`, {
    name: `${prefix}net`,
    location: LOCATION,
    cidr: "10.20.0.0/16",
    zones: ["a", "b"],
    nat,
    flowLogGroupName: "/flow",
    flowLogRoleName: "flow",
    logRetentionDays: 7,
    key,
  });
  const domain = new SearchDomain(stack, `${prefix}Domain`, {
    name: "salesv1",
    logPolicyName: "salesv1",
    location: LOCATION,
    vpc,
    settings: defineEnvironment("test", { name: "test", protection: "disposable" }).speed,
    master: functionRole(stack, `${prefix}Master`, "SearchSetup"),
    key,
    logRetentionDays: 7,
    protected: false,
  });
  const stream = new EventStream(stack, `${prefix}Stream`, {
    name: "retail-trans",
    capacity: { mode: "on-demand" },
    retentionHours: 24,
    key,
    protected: false,
  });
  return { key, vpc, domain, stream };
}

function build(stack: TerraformStack, { nat = false, puts = false } = {}): Bastion {
  const { stream, ...rest } = world(stack, "", nat);
  return new Bastion(stack, "Bastion", {
    ...{ name: "bastion", location: LOCATION, ...rest },
    ...(puts && { stream }),
  });
}

const TEMPLATE = Template.of((stack) => void build(stack));
const INSTANCE = TEMPLATE.only("aws_instance");
const GROUP = TEMPLATE.only("aws_security_group", "Bastion");

describe("the bastion", () => {
  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<BastionProps>((stack, pick) => {
      const usual = { name: "bastion", location: LOCATION, ...world(stack) };
      const other = {
        name: "other",
        location: { accountId: "999999999999", region: "us-east-1" },
        ...world(stack, "Other"),
      };
      new Bastion(stack, "Bastion", pick(usual, other));
    });
    expect(unmoved).toEqual([]);
  });

  test("is entered by nobody, and reaches out by HTTPS only", () => {
    const rules = [
      ...TEMPLATE.resources("aws_vpc_security_group_ingress_rule"),
      ...TEMPLATE.resources("aws_vpc_security_group_egress_rule"),
    ].filter(({ properties }) => properties["security_group_id"] === reference(GROUP, "id"));

    expect(rules.map(({ type, properties }) => ({ type, ...properties }))).toEqual([
      {
        type: "aws_vpc_security_group_egress_rule",
        security_group_id: reference(GROUP, "id"),
        cidr_ipv4: "0.0.0.0/0",
        ip_protocol: "tcp",
        from_port: 443,
        to_port: 443,
        description: "Session Manager, packages, and the search domain",
      },
    ]);
    expect(GROUP.properties).toEqual({
      name: "bastion",
      description: "The bastion: nothing gets in, HTTPS gets out",
      vpc_id: reference(TEMPLATE.only("aws_vpc"), "id"),
      tags: { Name: "bastion" },
    });
    expect(INSTANCE.properties["vpc_security_group_ids"]).toEqual([reference(GROUP, "id")]);
    expect(INSTANCE.properties["key_name"]).toBeUndefined();
  });

  test("is let into the domain, which lets in its clients and nobody else", () => {
    const domain = TEMPLATE.only("aws_security_group", "Domain_Group");
    const clients = TEMPLATE.only("aws_security_group", "Domain_Clients");
    const allowed = TEMPLATE.resources("aws_vpc_security_group_ingress_rule").map(({ properties }) => [
      properties["security_group_id"],
      properties["referenced_security_group_id"],
      properties["from_port"],
      properties["to_port"],
    ]);
    expect(allowed).toEqual(
      expect.arrayContaining([
        [reference(domain, "id"), reference(GROUP, "id"), 443, 443],
        [reference(domain, "id"), reference(clients, "id"), 443, 443],
      ]),
    );
    expect(allowed).toHaveLength(2);
  });

  test("lies in the one public subnet, and waits for its way out and for its role", () => {
    const subnet = TEMPLATE.only("aws_subnet", "Public");
    expect(subnet.properties).toMatchObject({
      cidr_block: "10.20.192.0/20",
      map_public_ip_on_launch: false,
    });
    expect(INSTANCE.properties).toMatchObject({
      subnet_id: reference(subnet, "id"),
      associate_public_ip_address: true,
    });
    const awaited = [
      TEMPLATE.only("aws_iam_role_policy", "Bastion_AgentRole"),
      TEMPLATE.only("aws_vpc_security_group_egress_rule", "Bastion"),
      TEMPLATE.only("aws_route", "ToInternet"),
      TEMPLATE.only("aws_route_table_association", "Public"),
    ];
    expect(INSTANCE.properties["depends_on"]).toEqual(awaited.map(({ address }) => address));
    expect(TEMPLATE.resources("aws_nat_gateway")).toEqual([]);
  });

  test("shares the public subnet with a NAT, where there is one", () => {
    const template = Template.of((stack) => void build(stack, { nat: true }));
    const subnet = reference(template.only("aws_subnet", "Public"), "id");
    expect(template.only("aws_instance").properties["subnet_id"]).toBe(subnet);
    expect(template.only("aws_nat_gateway").properties["subnet_id"]).toBe(subnet);
    expect(template.resources("aws_internet_gateway")).toHaveLength(1);
  });

  test("leaves the private subnets as they were: no route out, and nothing more through S3's endpoint", () => {
    const without = Template.of((stack) => void world(stack));
    const privateRoutes = reference(TEMPLATE.only("aws_route_table", "PrivateRoutes"), "id");

    expect(TEMPLATE.resources("aws_route").map(({ properties }) => properties["route_table_id"])).toEqual([
      reference(TEMPLATE.only("aws_route_table", "PublicRoutes"), "id"),
    ]);
    expect(TEMPLATE.only("aws_vpc_endpoint").properties["route_table_ids"]).toEqual([privateRoutes]);
    expect(TEMPLATE.statements("Vpc_S3Policy")).toEqual(without.statements("Vpc_S3Policy"));
  });

  test("gives its credentials to IMDSv2 only, and its disk to the environment's key", () => {
    expect(INSTANCE.properties).toMatchObject({
      instance_type: "t4g.nano",
      metadata_options: { http_endpoint: "enabled", http_tokens: "required", http_put_response_hop_limit: 1 },
      root_block_device: { encrypted: true, kms_key_id: reference(TEMPLATE.only("aws_kms_key"), "arn") },
    });
  });

  test("takes the newest image when it is made, and ignores later ones", () => {
    const [image] = TEMPLATE.data("aws_ssm_parameter");
    expect(image?.properties["name"]).toBe(
      "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
    );
    expect(INSTANCE.properties["ami"]).toBe(`\${data.${image?.address}.insecure_value}`);
    expect(INSTANCE.properties["lifecycle"]).toEqual({ ignore_changes: ["ami"] });
  });

  test("may do what Session Manager's agent needs and nothing else", () => {
    const role = TEMPLATE.only("aws_iam_role", "Bastion");
    const profile = TEMPLATE.only("aws_iam_instance_profile");
    expect(INSTANCE.properties["iam_instance_profile"]).toBe(reference(profile, "name"));
    expect(profile.properties["role"]).toBe(reference(role, "name"));
    expect(TEMPLATE.statements("Bastion_AgentRole_Trust")).toEqual([
      { actions: ["sts:AssumeRole"], principals: [{ type: "Service", identifiers: ["ec2.amazonaws.com"] }] },
    ]);
    expect(TEMPLATE.grants("Bastion_AgentRole")).toEqual({
      Register: {
        actions: ["ssm:UpdateInstanceInformation"],
        resources: ["arn:aws:ec2:eu-west-1:123456789012:instance/*"],
      },
      CarrySessions: {
        actions: [
          "ssmmessages:CreateControlChannel",
          "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel",
        ],
        resources: ["*"],
      },
    });
  });

  test("puts records into the stream only where it is told to, and the key encrypts for that stream alone", () => {
    const template = Template.of((stack) => void build(stack, { puts: true }));
    const { Register, CarrySessions, ...more } = template.grants("Bastion_AgentRole");
    const stream = reference(template.only("aws_kinesis_stream"), "arn");
    expect({ Register, CarrySessions }).toEqual(TEMPLATE.grants("Bastion_AgentRole"));
    expect(more).toMatchObject({
      WriteStream: {
        actions: [
          "kinesis:DescribeStreamSummary",
          "kinesis:ListShards",
          "kinesis:PutRecord",
          "kinesis:PutRecords",
        ],
        resources: [stream],
      },
      EncryptStream: {
        actions: ["kms:GenerateDataKey"],
        resources: [reference(template.only("aws_kms_key"), "arn")],
      },
    });
    const encrypting = template
      .statements("Bastion_AgentRole_Permissions")
      .find(({ sid }) => sid === "EncryptStream");
    expect(encrypting?.condition?.map(({ variable, values }) => [variable, values])).toEqual([
      ["kms:ViaService", ["kinesis.eu-west-1.amazonaws.com"]],
      ["kms:EncryptionContext:aws:kinesis:arn", [stream]],
    ]);
  });
});

describe("in the stack", () => {
  const synthesize = (enabled: boolean) => {
    const stack = new RetailBiStack(testApp(), "test", environment({ bastion: { enabled } }));
    return { template: Template.ofStack(stack), explanations: allExplanations(stack) };
  };
  const on = synthesize(true);
  const off = synthesize(false);
  const addresses = ({ template }: typeof on) => template.resources().map(({ address }) => address);

  test("there is none unless it is asked for", () => {
    for (const type of ["aws_instance", "aws_internet_gateway", "aws_iam_instance_profile"]) {
      expect(off.template.resources(type)).toEqual([]);
      expect(on.template.resources(type)).toHaveLength(1);
    }
    expect(on.template.json["output"]).toHaveProperty("bastion_instance_id");
    expect(off.template.json["output"]).not.toHaveProperty("bastion_instance_id");
  });

  test("to switch it on or off changes the address of nothing else", () => {
    const added = addresses(on).filter((address) => !addresses(off).includes(address));
    expect(addresses(off).filter((address) => !addresses(on).includes(address))).toEqual([]);
    expect(added.length).toBeGreaterThan(8);
    for (const address of added) expect(address).toMatch(/Bastion|Network_InternetAccess/);
  });

  test("the account may use the key for its disk only where there is one", () => {
    const services = ({ template }: typeof on) =>
      template.statements("Key_Policy").find(({ sid }) => sid === "ServicesKeepUsingKey")?.condition?.[0]
        ?.values;
    expect(services(off)).not.toContain("ec2.eu-west-1.amazonaws.com");
    expect(services(on)).toEqual([...(services(off) ?? []), "ec2.eu-west-1.amazonaws.com"]);
  });

  test("its one * has a reason, and its resources are tagged", () => {
    const more = on.explanations.filter(
      ({ path, subject }) => !off.explanations.some((one) => one.path === path && one.subject === subject),
    );
    expect(more).toEqual([
      {
        path: "test/Default/SpeedLayer/Bastion/AgentRole/Permissions/Document",
        exception: "any-resource",
        subject: "CarrySessions",
        reason: "these actions know no resources; a channel is bound to the instance that opens it",
      },
    ]);
    expect(object(on.template.only("aws_instance").properties["tags"] ?? null)).toMatchObject({
      Name: "retail-bi-bastion",
      Project: "retail-bi",
    });
  });
});
