/** Defaults of the properties of {@link RetailBi} and of an environment's settings. */
export declare const DEFAULTS: {
    readonly logRetentionDays: 30;
    readonly keyDeletionDays: 30;
    readonly streamRetentionHours: 24;
    readonly rawRetentionDays: 90;
    readonly noncurrentVersionDays: 30;
    /** Fewer objects cost less, and no line waits longer than a minute. */
    readonly bufferMiB: 64;
    readonly mergeEveryMinutes: 13;
    readonly queriesInFlight: 4;
    readonly mergeScanLimitGiB: 100;
    readonly analystScanLimitGiB: 10;
    readonly cidr: "10.20.0.0/16";
    readonly zones: readonly ["a", "b"];
    readonly instanceType: "t3.small.search";
    readonly volumeGiB: 10;
    readonly shards: 1;
    readonly indexRetentionDays: 365;
    readonly parallelizationFactor: 1;
    readonly usdPerMonth: 100;
    readonly quickSightServiceRole: "aws-quicksight-service-role-v0";
};
