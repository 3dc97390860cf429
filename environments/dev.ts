import { defineEnvironment } from "./environment";

/** For experiments: the lab's own names, buffer and pace, cheap, and completely removed by `destroy`. */
export const dev = defineEnvironment("environments/dev.ts", {
  name: "dev",
  protection: "disposable",
  physicalNames: "bare",
  logRetentionDays: 14,
  keyDeletionDays: 7,
  lake: { rawRetentionDays: 30, noncurrentVersionDays: 7, bufferMiB: 1 },
  merge: { everyMinutes: 5 },
  speed: { retentionDays: 90 },
  // Until the payer activates the tag, it counts nothing: docs/operations.md, The budget.
  operations: { budget: { costOf: "environment" } },
});
