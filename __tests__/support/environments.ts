import {
  defineEnvironment,
  type Environment,
  type EnvironmentSettings,
} from "../../environments/environment";
import type { Location } from "../../modules/location";
import { SAML } from "./saml";

export const LOCATION: Location = { accountId: "123456789012", region: "eu-west-1" };

/** An environment for tests: disposable, bare names, unless `settings` overrides it. */
export function environment(settings: Partial<EnvironmentSettings> = {}, location = LOCATION): Environment {
  const definition = defineEnvironment("test", {
    name: "test",
    protection: "disposable",
    physicalNames: "bare",
    ...settings,
  });
  return { ...definition, location };
}

/** All options are on, and no two settings have the same number. */
export const EVERY_OPTION = {
  name: "test",
  protection: "disposable",
  physicalNames: "bare",
  logRetentionDays: 60,
  keyDeletionDays: 11,
  stream: { capacity: { mode: "provisioned", shardCount: 3 }, retentionHours: 48 },
  lake: { rawRetentionDays: 41, noncurrentVersionDays: 12 },
  athena: { scanLimitGiB: 13 },
  network: { cidr: "10.40.0.0/16", zones: ["a", "b", "c"], nat: true },
  speed: {
    instanceType: "m6g.large.search",
    volumeGiB: 21,
    availability: { kind: "standby", nodesPerZone: 1, masterInstanceType: "m6g.xlarge.search" },
    shards: 4,
    retentionDays: 101,
    readerRoleArns: ["arn:aws:iam::123456789012:role/readers"],
    saml: { ...SAML, adminGroup: "admins", rolesKey: "groups", subjectKey: "mail", sessionMinutes: 61 },
    parallelizationFactor: 5,
    administratorRoleArns: ["arn:aws:iam::123456789012:role/operators"],
  },
  bastion: { enabled: true, putRecords: true },
  serving: {
    quickSight: {
      enabled: true,
      principals: [
        { kind: "user", name: "chief", access: "reader" },
        { kind: "user", name: "analyst", access: "author" },
      ],
      identityRegion: "us-east-1",
      serviceRoleName: "quicksight-reads",
    },
  },
  operations: {
    alarmSubscriptions: [{ protocol: "email", endpoint: "on-call@example.com" }],
    budget: { usdPerMonth: 71, costOf: "environment" },
  },
  delivery: { repository: "shop/retail-bi" },
} as const satisfies EnvironmentSettings;
