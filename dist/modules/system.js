"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.systemOf = systemOf;
exports.keyOf = keyOf;
exports.streamOf = streamOf;
exports.lakeOf = lakeOf;
const data_lake_1 = require("./batch/data-lake");
const defaults_1 = require("./defaults");
const event_stream_1 = require("./ingest/event-stream");
const location_1 = require("./location");
const naming_1 = require("./naming");
const encryption_key_1 = require("./security/encryption-key");
/**
 * Applies the defaults of {@link SystemProps}.
 * @throws RangeError when `prefix` has another form, or none follows from the contract
 */
function systemOf(scope, props) {
    const { contract, protected: isProtected = true, keyDeletionDays = defaults_1.DEFAULTS.keyDeletionDays, logRetentionDays = defaults_1.DEFAULTS.logRetentionDays, } = props;
    const prefix = (0, naming_1.prefixOf)(scope, contract, props.prefix);
    const location = props.location ?? (0, location_1.locationOf)(scope);
    const names = { ...(0, naming_1.systemNamesOf)(prefix, location), ...props.names };
    return { contract, prefix, names, location, keyDeletionDays, protected: isProtected, logRetentionDays };
}
/** The given key, else a new one. */
function keyOf(scope, system, given, settings = {}) {
    if (given)
        return given;
    const { prefix, names, location, keyDeletionDays, protected: isProtected } = system;
    return new encryption_key_1.EncryptionKey(scope, "Key", {
        alias: names.keyAlias,
        description: `Everything of the ${prefix} environment of retail-bi`,
        location,
        deletionDays: keyDeletionDays,
        protected: isProtected,
        ...settings,
    });
}
/** The given stream, else a new one. */
function streamOf(scope, { names, protected: isProtected }, key, given = {}) {
    if ("grantRead" in given)
        return given;
    return new event_stream_1.EventStream(scope, "EventStream", {
        name: names.stream,
        capacity: given.capacity ?? { mode: "on-demand" },
        retentionHours: given.retentionHours ?? defaults_1.DEFAULTS.streamRetentionHours,
        key,
        protected: isProtected,
    });
}
/** The given lake, else a new one. */
function lakeOf(scope, system, key, given = {}, rawRetentionDays) {
    if ("grant" in given)
        return given;
    const { contract, names, location, protected: isProtected, logRetentionDays } = system;
    return new data_lake_1.DataLake(scope, "DataLake", {
        contract,
        bucketName: names.lakeBucket,
        accessLogBucketName: names.accessLogBucket,
        key,
        accountId: location.accountId,
        rawRetentionDays: rawRetentionDays ?? defaults_1.DEFAULTS.rawRetentionDays,
        noncurrentVersionDays: given.noncurrentVersionDays ?? defaults_1.DEFAULTS.noncurrentVersionDays,
        accessLogDays: logRetentionDays,
        protected: isProtected,
    });
}
