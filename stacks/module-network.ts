import { DataAwsPrefixList } from "@cdktf/provider-aws/lib/data-aws-prefix-list";
import type { Subnet } from "@cdktf/provider-aws/lib/subnet";
import type { TerraformOutput } from "cdktf";
import { DEFAULTS } from "../modules/defaults";
import type { Location } from "../modules/location";
import type { Names } from "../modules/naming";
import { type IAdoptedNetwork, Vpc } from "../modules/network/vpc";
import type { IEncryptionKey } from "../modules/security/encryption-key";
import type { ModuleStack } from "./module-stack";
import { expressionOf, flag, ifGiven, local, variable } from "./module-variables";

/** A private block of sixteen bits: in 10/8, 172.16/12 or 192.168/16. */
const PRIVATE_CIDR = "^(10\\\\.[0-9]{1,3}|172\\\\.(1[6-9]|2[0-9]|3[01])|192\\\\.168)\\\\.0\\\\.0/16$";
/** The ids of the subnets' constructs, which are addresses; the variable `zones` has the zones. */
const SUBNETS = ["a", "b", "c"] as const;
/** A length decides whether Terraform makes the network: it knows a list's length, even if it does not know its elements. */
const OWN = "var.private_subnet_ids == null";

interface OwnNetwork {
  readonly location: Location;
  readonly names: Pick<Names, "flowLogGroup" | "flowLogRole" | "network">;
  readonly logRetentionDays: number;
  readonly key: IEncryptionKey;
}

/** A network, and the addresses on which an instance in its public subnet depends. */
interface OptionalNetwork {
  readonly network: IAdoptedNetwork;
  readonly ready: readonly string[];
}

/** Adds the variables of a network that the module makes or adopts, and the network. */
export function optionalNetwork(stack: ModuleStack, own: OwnNetwork): OptionalNetwork {
  const { location } = own;
  const cidr = addVariables(stack);
  const made = new Vpc(stack, "Network", {
    name: own.names.network,
    location,
    cidr,
    zones: SUBNETS,
    nat: true,
    flowLogGroupName: own.names.flowLogGroup,
    flowLogRoleName: own.names.flowLogRole,
    logRetentionDays: own.logRetentionDays,
    key: own.key,
  });
  const { internetAccess, privateSubnets } = made;
  stack.existsIf(OWN, made);
  stack.existsIf("var.nat || var.bastion", internetAccess);
  stack.existsIf(
    "var.nat",
    ...["NatAddress", "Nat", "PrivateToNat"].map((id) => internetAccess.node.findChild(id)),
  );
  const [, , third] = SUBNETS;
  stack.existsIf(
    "length(var.zones) > 2",
    made.node.findChild(`Private-${third}`),
    made.node.findChild(`PrivateRoutes-${third}`),
  );
  privateSubnets.forEach((subnet, at) => void placeIn(subnet, location, at, `${own.names.network}-private`));
  placeIn(internetAccess.subnet, location, 0);
  const used = usedNetwork(stack, made, location);
  // One policy of the endpoint, whose statements an adopted network's owner gets.
  made.node.tryRemoveChild("S3Policy");
  made.s3Endpoint.policy = used.policyForOwner;
  return { network: used, ready: internetAccess.ready.map(({ fqn }) => expressionOf(stack, fqn)) };
}

/** Puts a subnet into the zone of that place in the variable `zones`. */
function placeIn(subnet: Subnet, { region }: Location, at: number, name?: string): void {
  subnet.availabilityZone = `${region}\${var.zones[${at}]}`;
  if (name !== undefined) subnet.tags = { ...subnet.tagsInput, Name: `${name}-\${var.zones[${at}]}` };
}

function usedNetwork(stack: ModuleStack, made: Vpc, location: Location): IAdoptedNetwork {
  const idOf = (type: string, { friendlyUniqueId }: { readonly friendlyUniqueId: string }) =>
    `aws_${type}.${friendlyUniqueId}[*].id`;
  const either = (name: string, made: string, given: string) =>
    local(stack, name, `${OWN} ? ${made} : ${given}`);
  const subnets = made.privateSubnets.map((subnet) => idOf("subnet", subnet)).join(", ");
  const prefixList = new DataAwsPrefixList(stack, "S3PrefixList", {
    name: `com.amazonaws.${location.region}.s3`,
  });
  const used = Vpc.fromIds(stack, "UsedNetwork", {
    vpcId: either("vpc_id", `one(${idOf("vpc", made.resource)})`, "var.vpc_id").asString,
    privateSubnetIds: either("private_subnet_ids", `concat(${subnets})`, "var.private_subnet_ids").asList,
    publicSubnetId: either(
      "public_subnet_id",
      `one(${idOf("subnet", made.internetAccess.subnet)})`,
      "var.public_subnet_id",
    ).asString,
    s3PrefixListId: local(
      stack,
      "s3_prefix_list_id",
      `coalesce(var.s3_prefix_list_id, data.aws_prefix_list.${prefixList.friendlyUniqueId}.id)`,
    ).asString,
    location,
  });
  const output = stack.node.findChild("UsedNetwork").node.findChild("PolicyForOwner") as TerraformOutput;
  output.overrideLogicalId("network_policy_for_owner");
  return used;
}

/** @returns the block of the module's own network */
function addVariables(stack: ModuleStack): string {
  const optional = { default: null };
  variable(
    stack,
    "vpc_id",
    "string",
    "An existing network of the search domain; private_subnet_ids are given, too. Without both, the module makes a network",
    [
      [
        ifGiven("var.vpc_id", 'can(regex("^vpc-[0-9a-f]+$", var.vpc_id))'),
        "the id of a network is allowed, such as vpc-0123456789abcdef0",
      ],
      [
        "(var.vpc_id == null) == (var.private_subnet_ids == null)",
        "it is given together with private_subnet_ids, or neither is",
      ],
    ],
    optional,
  );
  variable(
    stack,
    "private_subnet_ids",
    "list(string)",
    "Private subnets of vpc_id from which S3 is reached by its gateway endpoint; the domain is in the first, with standby in the first three",
    [
      [
        ifGiven(
          "var.private_subnet_ids",
          'length(var.private_subnet_ids) > 0 && alltrue([for s in var.private_subnet_ids : can(regex("^subnet-[0-9a-f]+$", s))])',
        ),
        "at least one id of a subnet is needed, such as subnet-0123456789abcdef0",
      ],
      [
        ifGiven(
          "var.private_subnet_ids",
          "length(distinct(var.private_subnet_ids)) == length(var.private_subnet_ids)",
        ),
        "each subnet occurs once",
      ],
    ],
    optional,
  );
  variable(
    stack,
    "public_subnet_id",
    "string",
    "Subnet of vpc_id with a route to an internet gateway, for the bastion",
    [
      [
        ifGiven("var.public_subnet_id", 'can(regex("^subnet-[0-9a-f]+$", var.public_subnet_id))'),
        "the id of a subnet is allowed, such as subnet-0123456789abcdef0",
      ],
      [
        ifGiven("var.public_subnet_id", "var.private_subnet_ids != null"),
        "only with vpc_id and private_subnet_ids; the module's own network gets a public subnet where it needs one",
      ],
    ],
    optional,
  );
  variable(
    stack,
    "s3_prefix_list_id",
    "string",
    "Prefix list of S3 to which clients of the domain may connect. Without it, AWS's own of the region",
    [
      [
        ifGiven("var.s3_prefix_list_id", 'can(regex("^pl-[0-9a-f]+$", var.s3_prefix_list_id))'),
        "the id of a prefix list is allowed, such as pl-0123456789abcdef0",
      ],
    ],
    optional,
  );
  variable(
    stack,
    "zones",
    "list(string)",
    "Letters of the availability zones of the module's own network, two or three of them",
    [
      [
        'contains([2, 3], length(var.zones)) && length(distinct(var.zones)) == length(var.zones) && alltrue([for z in var.zones : can(regex("^[a-f]$", z))])',
        "two or three different letters a to f are allowed",
      ],
    ],
    { default: DEFAULTS.zones },
  );
  flag(
    stack,
    "nat",
    "Whether the private subnets of the module's own network have internet access, which nothing here needs",
    false,
    [
      [
        "!var.nat || var.private_subnet_ids == null",
        "only without private_subnet_ids; an existing network has what it has",
      ],
    ],
  );
  return variable(
    stack,
    "cidr",
    "string",
    "Private CIDR block of sixteen bits of the module's own network, which no peered network uses",
    [
      [
        `can(cidrhost(var.cidr, 0)) && can(regex("${PRIVATE_CIDR}", var.cidr))`,
        "a private block of sixteen bits is allowed, such as 10.20.0.0/16",
      ],
    ],
    { default: DEFAULTS.cidr },
  ).stringValue;
}
