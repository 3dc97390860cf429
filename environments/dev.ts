import { defineEnvironment } from "./environment";

/** For experiments: the lab's own names, cheap, and completely removed by `destroy`. */
export const dev = defineEnvironment("environments/dev.ts", {
  name: "dev",
  protection: "disposable",
  physicalNames: "bare",
  logRetentionDays: 14,
  keyDeletionDays: 7,
  lake: { rawRetentionDays: 30, noncurrentVersionDays: 7 },
  speed: { retentionDays: 90 },
});
