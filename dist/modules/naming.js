"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.TEMPORARY_TABLE_PREFIX = exports.SECURITY_GROUP_NAMES = void 0;
exports.namesOf = namesOf;
exports.prefixOf = prefixOf;
exports.systemNamesOf = systemNamesOf;
exports.executionRoleName = executionRoleName;
exports.functionLogGroupName = functionLogGroupName;
const cdktf_1 = require("cdktf");
/** The lab's names, for a network of its own. */
exports.SECURITY_GROUP_NAMES = {
    searchClients: "use-es-cluster-sg",
    searchDomainGroup: "es-cluster-sg",
};
/** Prefix of a merge's temporary tables. */
exports.TEMPORARY_TABLE_PREFIX = "tmp_";
/** Names that the lab chose for its own record. */
const LAB = {
    stream: "retail-trans",
    database: "mydatabase",
    searchDomain: "salesv1",
    quickSight: "retail-quicksight",
};
/** The same for any record. With a prefix of 20 characters, a domain's name has 27 of the 28 allowed. */
const NEUTRAL = {
    stream: "records",
    database: "records",
    searchDomain: "search",
    quickSight: "quicksight",
};
/** All physical names of an environment, joined by dashes, or by underscores where a service requires them. */
function namesOf(environment, chosen = LAB) {
    const own = (name, joint = "-") => environment.physicalNames === "bare" ? name : `${environment.name}${joint}${name}`;
    // Bucket names are globally unique, so they always contain the environment and the account.
    const bucket = (purpose) => `retail-bi-${environment.name}-${purpose}-${environment.location.accountId}`;
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
function prefixOf(construct, contract, prefix) {
    if (prefix !== undefined) {
        if (cdktf_1.Token.isUnresolved(prefix) || PREFIX.test(prefix))
            return prefix;
        throw new RangeError(`${construct.node.path}: prefix is "${prefix}"; ${ALLOWED_PREFIX}`);
    }
    const derived = contract.name.replaceAll("_", "");
    if (PREFIX.test(derived))
        return derived;
    throw new RangeError(`${construct.node.path}: prefix is not set, and the contract's name "${contract.name}" gives "${derived}"; ${ALLOWED_PREFIX}`);
}
/** All names of a system whose names begin with `prefix`. */
function systemNamesOf(prefix, location) {
    const own = (name) => `${prefix}-${name}`;
    return {
        ...namesOf({ name: prefix, physicalNames: "prefixed", location }, NEUTRAL),
        searchClients: own(exports.SECURITY_GROUP_NAMES.searchClients),
        searchDomainGroup: own(exports.SECURITY_GROUP_NAMES.searchDomainGroup),
    };
}
/** The role that a function runs as. */
function executionRoleName(functionName) {
    return `${functionName}-execution`;
}
/** The log group that a function writes to; Lambda's own choice, so that consoles find it. */
function functionLogGroupName(functionName) {
    return `/aws/lambda/${functionName}`;
}
