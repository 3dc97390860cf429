import { Token } from "cdktf";
import type { IConstruct } from "constructs";
import type { Contract } from "../contract/define";
import type { Location } from "./location";

/** Physical names of an environment. Two environments of one account must not share any of them. */
export interface Names {
  /** Alias of the key, with its prefix. */
  readonly keyAlias: string;
  /** Alias of the key of the Terraform state, with its prefix. */
  readonly stateKeyAlias: string;
  /** Bucket of the Terraform state. */
  readonly stateBucket: string;
  /** Kinesis data stream. */
  readonly stream: string;
  /** Firehose delivery stream. */
  readonly deliveryStream: string;
  /** Log group of the delivery stream. */
  readonly deliveryLogGroup: string;
  /** Role of the delivery stream. */
  readonly deliveryRole: string;
  /** Bucket of the lake. */
  readonly lakeBucket: string;
  /** Bucket of the lake's access logs. */
  readonly accessLogBucket: string;
  /** Glue database. */
  readonly database: string;
  /** Athena workgroup of analysts. */
  readonly analystsWorkgroup: string;
  /** Athena workgroup of the merge. */
  readonly mergeWorkgroup: string;
  /** Function ValidateRecords. */
  readonly validateRecords: string;
  /** Function MergeSmallFiles. */
  readonly mergeSmallFiles: string;
  /** EventBridge rule that invokes MergeSmallFiles. */
  readonly mergeSchedule: string;
  /** `Name` tag of the VPC, and prefix of those of its parts. */
  readonly network: string;
  /** Log group of the VPC's flow logs. */
  readonly flowLogGroup: string;
  /** Role that delivers the flow logs. */
  readonly flowLogRole: string;
  /** OpenSearch domain. */
  readonly searchDomain: string;
  /** CloudWatch Logs resource policy of the domain. */
  readonly searchLogPolicy: string;
  /** Function UpsertToES. */
  readonly upsertToEs: string;
  /** Function SearchSetup. */
  readonly searchSetup: string;
  /** Bastion, its role and its instance profile. */
  readonly bastion: string;
  /** SNS topic of alarms. */
  readonly alarmTopic: string;
  /** First part of the names of alarms. */
  readonly alarms: string;
  /** CloudWatch dashboard. */
  readonly dashboard: string;
  /** QuickSight data source; ids of data sets, analysis and dashboard begin with it. */
  readonly quickSight: string;
  /** Budget. */
  readonly budget: string;
  /** First part of the names of the rules that tell of failed records. */
  readonly failedRecordEvents: string;
  /** Log group of these rules. */
  readonly failedRecordLogGroup: string;
  /** Role by which GitHub plans. */
  readonly planRole: string;
  /** Role by which GitHub plans a pull request. */
  readonly proposeRole: string;
  /** Role by which GitHub applies. */
  readonly applyRole: string;
  /** First part of the names of these roles' policies that read. */
  readonly readPolicies: string;
  /** First part of the names of these roles' policies that change. */
  readonly changePolicies: string;
  /** Permissions boundary of every role. */
  readonly boundary: string;
}

/** Names of security groups: unique in a network, which systems with networks of their own do not share. */
export interface GroupNames {
  /** Security group of the search domain's clients. */
  readonly searchClients: string;
  /** Security group of the search domain. */
  readonly searchDomainGroup: string;
}

/** The lab's names, for a network of its own. */
export const SECURITY_GROUP_NAMES: GroupNames = {
  searchClients: "use-es-cluster-sg",
  searchDomainGroup: "es-cluster-sg",
};

/** Prefix of a merge's temporary tables. */
export const TEMPORARY_TABLE_PREFIX = "tmp_";

/** The settings that determine the names of an environment. */
export interface NamedEnvironment {
  readonly name: string;
  /** `bare`: the lab's own names. `prefixed`: they begin with the environment's name. */
  readonly physicalNames: "bare" | "prefixed";
  readonly location: Location;
}

/** Names that the lab chose for its own record. */
const LAB = {
  stream: "retail-trans",
  database: "mydatabase",
  searchDomain: "salesv1",
  quickSight: "retail-quicksight",
};

/** The same for any record. With a prefix of 20 characters, a domain's name has 27 of the 28 allowed. */
const NEUTRAL: typeof LAB = {
  stream: "records",
  database: "records",
  searchDomain: "search",
  quickSight: "quicksight",
};

/** All physical names of an environment, joined by dashes, or by underscores where a service requires them. */
export function namesOf(environment: NamedEnvironment, chosen = LAB): Names {
  const own = (name: string, joint: "-" | "_" = "-"): string =>
    environment.physicalNames === "bare" ? name : `${environment.name}${joint}${name}`;
  // Bucket names are globally unique, so they always contain the environment and the account.
  const bucket = (purpose: string): string =>
    `retail-bi-${environment.name}-${purpose}-${environment.location.accountId}`;
  return {
    keyAlias: `alias/${own("retail-bi")}`,
    stateKeyAlias: `alias/${own("retail-bi-state")}`,
    stateBucket: bucket("state"),
    stream: own(chosen.stream),
    deliveryStream: own(chosen.stream),
    deliveryLogGroup: `/aws/kinesisfirehose/${own(chosen.stream)}`,
    deliveryRole: own(`${chosen.stream}-delivery`),
    lakeBucket: bucket("lake"),
    accessLogBucket: bucket("access-logs"),
    database: own(chosen.database, "_"),
    analystsWorkgroup: own("retail-bi"),
    mergeWorkgroup: own("retail-bi-merge"),
    validateRecords: own("ValidateRecords"),
    mergeSmallFiles: own("MergeSmallFiles"),
    mergeSchedule: own("MergeSmallFiles"),
    network: own("retail-bi"),
    flowLogGroup: `/aws/vpc/flow-logs/${own("retail-bi")}`,
    flowLogRole: own("retail-bi-flow-logs"),
    searchDomain: own(chosen.searchDomain),
    searchLogPolicy: own(chosen.searchDomain),
    upsertToEs: own("UpsertToES"),
    searchSetup: own("SearchSetup"),
    bastion: own("retail-bi-bastion"),
    alarmTopic: own("retail-bi-alarms"),
    alarms: own("retail-bi"),
    dashboard: own("retail-bi"),
    quickSight: own(chosen.quickSight),
    budget: own("retail-bi"),
    failedRecordEvents: own("retail-bi-left-behind"),
    failedRecordLogGroup: `/aws/events/${own("retail-bi-left-behind")}`,
    planRole: own("retail-bi-github-plan"),
    proposeRole: own("retail-bi-github-propose"),
    applyRole: own("retail-bi-github-apply"),
    readPolicies: own("retail-bi-github-read"),
    changePolicies: own("retail-bi-github-change"),
    boundary: own("retail-bi-boundary"),
  };
}

const PREFIX = /^[a-z][a-z0-9]{1,19}$/;
const ALLOWED_PREFIX = "2 to 20 lower-case letters and digits are allowed, a letter first";

/**
 * First part of the names of a system: the given prefix, else the name of its contract without underscores.
 * @throws RangeError when the prefix has another form, or the contract's name gives none
 */
export function prefixOf(construct: IConstruct, contract: Contract, prefix?: string): string {
  if (prefix !== undefined) {
    if (Token.isUnresolved(prefix) || PREFIX.test(prefix)) return prefix;
    throw new RangeError(`${construct.node.path}: prefix is "${prefix}"; ${ALLOWED_PREFIX}`);
  }
  const derived = contract.name.replaceAll("_", "");
  if (PREFIX.test(derived)) return derived;
  throw new RangeError(
    `${construct.node.path}: prefix is not set, and the contract's name "${contract.name}" gives "${derived}"; ${ALLOWED_PREFIX}`,
  );
}

/** All names of a system whose names begin with `prefix`. */
export function systemNamesOf(prefix: string, location: Location): Names & GroupNames {
  const own = (name: string): string => `${prefix}-${name}`;
  return {
    ...namesOf({ name: prefix, physicalNames: "prefixed", location }, NEUTRAL),
    searchClients: own(SECURITY_GROUP_NAMES.searchClients),
    searchDomainGroup: own(SECURITY_GROUP_NAMES.searchDomainGroup),
  };
}

/** The role that a function runs as. */
export function executionRoleName(functionName: string): string {
  return `${functionName}-execution`;
}

/** The log group that a function writes to; Lambda's own choice, so that consoles find it. */
export function functionLogGroupName(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}
