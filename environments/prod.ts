import { defineEnvironment } from "./environment";

/** What people rely on: nothing that holds data can be destroyed by a plan. */
export const prod = defineEnvironment("environments/prod.ts", {
  name: "prod",
  protection: "protected",
  logRetentionDays: 365,
  lake: { rawRetentionDays: 730 },
  athena: { scanLimitGiB: 100 },
});
