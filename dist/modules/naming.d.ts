import type { IConstruct } from "constructs";
import type { Contract } from "../contract/define";
import type { Location } from "./location";
/** Physical names of an environment. Two environments of one account must not share any of them. */
export interface Names {
    readonly keyAlias: string;
    readonly stateKeyAlias: string;
    readonly stateBucket: string;
    readonly stream: string;
    readonly deliveryStream: string;
    readonly deliveryLogGroup: string;
    readonly deliveryRole: string;
    readonly lakeBucket: string;
    readonly accessLogBucket: string;
    readonly database: string;
    readonly analystsWorkgroup: string;
    readonly mergeWorkgroup: string;
    readonly validateRecords: string;
    readonly mergeSmallFiles: string;
    readonly mergeSchedule: string;
    readonly network: string;
    readonly flowLogGroup: string;
    readonly flowLogRole: string;
    readonly searchDomain: string;
    readonly searchLogPolicy: string;
    readonly upsertToEs: string;
    readonly searchSetup: string;
    readonly bastion: string;
    readonly alarmTopic: string;
    readonly alarms: string;
    readonly dashboard: string;
    readonly quickSight: string;
    readonly budget: string;
    readonly failedRecordEvents: string;
    readonly failedRecordLogGroup: string;
    readonly planRole: string;
    readonly proposeRole: string;
    readonly applyRole: string;
    readonly readPolicies: string;
    readonly changePolicies: string;
    readonly boundary: string;
}
/** Names of security groups: unique in a network, which systems with networks of their own do not share. */
export interface GroupNames {
    readonly searchClients: string;
    readonly searchDomainGroup: string;
}
/** The lab's names, for a network of its own. */
export declare const SECURITY_GROUP_NAMES: GroupNames;
/** Prefix of a merge's temporary tables. */
export declare const TEMPORARY_TABLE_PREFIX = "tmp_";
/** The settings that determine the names of an environment. */
export interface NamedEnvironment {
    readonly name: string;
    /** `bare`: the lab's own names. `prefixed`: they begin with the environment's name. */
    readonly physicalNames: "bare" | "prefixed";
    readonly location: Location;
}
/** All physical names of an environment, joined by dashes, or by underscores where a service requires them. */
export declare function namesOf(environment: NamedEnvironment, chosen?: {
    stream: string;
    database: string;
    searchDomain: string;
    quickSight: string;
}): Names;
/**
 * First part of the names of a system: the given prefix, else the name of its contract without underscores.
 * @throws RangeError when the prefix has another form, or the contract's name gives none
 */
export declare function prefixOf(construct: IConstruct, contract: Contract, prefix?: string): string;
/** All names of a system whose names begin with `prefix`. */
export declare function systemNamesOf(prefix: string, location: Location): Names & GroupNames;
/** The role that a function runs as. */
export declare function executionRoleName(functionName: string): string;
/** The log group that a function writes to; Lambda's own choice, so that consoles find it. */
export declare function functionLogGroupName(functionName: string): string;
