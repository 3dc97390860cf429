import { CPU_MICROS } from "./assumptions";
import type { CostSettings } from "./settings";

/**
 * The lab itself, by its own CDK program: https://github.com/aws-samples/aws-analytics-immersion-day at 7d25b4d
 * (2025-02-23), `data_analytics_system/`, and CDK's defaults (functions of 128 MB on x86). It puts a NAT gateway into
 * each of three zones, keeps everything for ever, and merges an hour once.
 */
export const LAB: CostSettings = {
  name: "the lab",
  region: "us-east-1",
  stream: { mode: "ON_DEMAND", shardCount: 4, retentionHours: 24, maxRecordKiB: 1024, encrypted: false },
  delivery: { bufferMiB: 1, bufferSeconds: 60, gzip: false },
  merge: { memoryMiB: 128, architecture: "x86_64", everyMinutes: 60, lookBackHours: 1, strategy: "once" },
  upsert: {
    memoryMiB: 128,
    architecture: "x86_64",
    batchSize: 1000,
    windowSeconds: 0,
    parallelizationFactor: 1,
    cpuMicrosPerLine: CPU_MICROS.labUpsert,
  },
  lake: { noncurrentDays: 0, objectEvents: false, encrypted: false },
  search: {
    dataNodes: { type: "r6g.large.search", count: 3 },
    masterNodes: { type: "r6g.large.search", count: 3 },
    volumeGiB: 10,
    volumeType: "gp3",
    copies: 2,
    primaryShards: 5,
  },
  // An address of each NAT gateway, and that of the bastion.
  network: { natGateways: 3, addresses: 4, endpointZones: 0, flowLogs: false },
  instances: [{ type: "t3.medium", volumeGiB: 8, volumeType: "gp2" }],
  logDays: Number.POSITIVE_INFINITY,
  alarmMetrics: 0,
  customMetrics: { always: 0, withData: 0 },
  dashboards: 0,
  keys: { count: 0, rotated: 0 },
  // The master user's password.
  secrets: 1,
  notPriced: [],
};
