/** Defaults of the properties of {@link RetailBi} and of an environment's settings. */
export const DEFAULTS = {
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
  /** An hour less than the shortest retention of a stream, in which Lambda can still read the record's payload. */
  maximumRecordAgeHours: 23,
  /** A quarter of the shortest retention of a stream. */
  consumerAlarmHours: 6,
  /** The lab's buffer holds a record for a minute, and its validation takes seconds. */
  deliveryAlarmMinutes: 15,
  /** Dashboards normally show sales within seconds. */
  indexingAlarmMinutes: 5,
  usdPerMonth: 100,
  quickSightServiceRole: "aws-quicksight-service-role-v0",
} as const;
