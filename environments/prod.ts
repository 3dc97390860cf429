import { defineEnvironment } from "./environment";

/** The production environment: no plan can destroy a resource that holds data. */
export const prod = defineEnvironment("environments/prod.ts", {
  name: "prod",
  protection: "protected",
  logRetentionDays: 365,
  // Longer than any weekend: what a layer did not read on Friday evening is still there on Tuesday.
  stream: { retentionHours: 168 },
  lake: { rawRetentionDays: 730 },
  athena: { scanLimitGiB: 100 },
  network: { cidr: "10.30.0.0/16", zones: ["a", "b", "c"] },
  speed: {
    instanceType: "m6g.large.search",
    volumeGiB: 100,
    availability: { kind: "standby", nodesPerZone: 1, masterInstanceType: "m6g.large.search" },
    retentionDays: 730,
    parallelizationFactor: 2,
  },
  // Most of it is for the domain's six nodes with standby.
  operations: { budget: { usdPerMonth: 1500 } },
});
