"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.DEFAULTS = void 0;
/** Defaults of the properties of {@link RetailBi} and of an environment's settings. */
exports.DEFAULTS = {
    logRetentionDays: 30,
    keyDeletionDays: 30,
    streamRetentionHours: 24,
    rawRetentionDays: 90,
    noncurrentVersionDays: 30,
    /** Fewer objects cost less, and no line waits longer than a minute. */
    bufferMiB: 64,
    mergeEveryMinutes: 13,
    queriesInFlight: 4,
    mergeScanLimitGiB: 100,
    analystScanLimitGiB: 10,
    cidr: "10.20.0.0/16",
    zones: ["a", "b"],
    instanceType: "t3.small.search",
    volumeGiB: 10,
    shards: 1,
    indexRetentionDays: 365,
    parallelizationFactor: 1,
    usdPerMonth: 100,
    quickSightServiceRole: "aws-quicksight-service-role-v0",
};
