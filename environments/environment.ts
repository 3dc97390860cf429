import type { TerraformStack } from "cdktf";
import { z } from "zod";
import { ROLE_ARN } from "../lib/role-arn";
import { lookBackHours } from "../modules/batch/look-back";
import { DEFAULTS } from "../modules/defaults";
import type { Location } from "../modules/location";
import { QUICK_SIGHT } from "./quick-sight";
import { SAML } from "./saml";
import { allowed, oneOf, parse, rule, type Settings, text, wholeNumber } from "./schema";

/** CloudWatch Logs' retention times, up to ten years. */
export const LOG_RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const LOG_RETENTION_ALLOWED = allowed(`allowed are ${LOG_RETENTION_DAYS.join(", ")}`);

/**
 * Days that raw objects must be kept: a day more than a merge looks back, because lifecycle rules count from the next
 * midnight UTC.
 */
function fewestRawDays(streamRetentionHours: number): number {
  return Math.ceil(lookBackHours(streamRetentionHours) / 24) + 1;
}

const LEAST_RETENTION_HOURS = 24;
const LEAST_RAW_DAYS = fewestRawDays(LEAST_RETENTION_HOURS);
const MOST_DAYS = 36_500;
const MOST_GIB = 1_000_000;
/** Lambda's limit of the maximum record age. */
const LONGEST_RECORD_AGE_HOURS = 168;

const INSTANCE_TYPE = text(
  /^[a-z][a-z0-9]*\.[a-z0-9]+\.search$/,
  "a type such as m6g.large.search is allowed",
);

/** A block of sixteen bits in 10/8, 172.16/12 or 192.168/16. */
const PRIVATE_CIDR =
  /^(?:10\.(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.0\.0\/16$/;

/** A repository without characters that a policy interprets as a pattern, and with both ids or none. */
const REPOSITORY =
  /^(?:[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9._-]+|[A-Za-z0-9][A-Za-z0-9-]*@\d+\/[A-Za-z0-9._-]+@\d+)$/;

/** SNS's endpoint format of each protocol. */
const ENDPOINTS = {
  email: text(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "an address such as sales-data@example.com is allowed"),
  https: text(/^https:\/\/[^\s/]+\S*$/, "a URL such as https://example.com/alarms is allowed"),
} as const;

/** Every setting: its type, default, check and documentation. A group that a file leaves out has its defaults. */
export const SETTINGS = z
  .strictObject({
    /** Names the stack, and the resources of a prefixed environment. Lower-case letters and digits, 2 to 10. */
    name: text(/^[a-z][a-z0-9]{1,9}$/, "2 to 10 lower-case letters and digits are allowed, a letter first"),
    /**
     * `protected`: resources that hold data refuse to be destroyed, and no layer can be disabled. `disposable`: destroy
     * removes everything.
     */
    protection: oneOf("protected", "disposable"),
    /** `bare`: the lab's own names. @default prefixed */
    physicalNames: oneOf("bare", "prefixed").default("prefixed"),
    /** Days that logs are kept, one of CloudWatch Logs' retention times. @default 30 */
    logRetentionDays: z
      .number(LOG_RETENTION_ALLOWED)
      .refine((days) => LOG_RETENTION_DAYS.includes(days), LOG_RETENTION_ALLOWED)
      .default(DEFAULTS.logRetentionDays),
    /** Deletion window of the key in days, 7 to 30. @default 30 */
    keyDeletionDays: wholeNumber(7, 30).default(DEFAULTS.keyDeletionDays),
    stream: z
      .strictObject({
        /** @default on-demand */
        capacity: z
          .discriminatedUnion("mode", [
            z.strictObject({ mode: z.literal("on-demand") }),
            z.strictObject({
              mode: z.literal("provisioned"),
              /** A shard takes 1,000 records or 1 MB a second. */
              shardCount: wholeNumber(1, 500),
            }),
          ])
          .default({ mode: "on-demand" }),
        /** Hours that a record can be read again, 24 to 8760. @default 24 */
        retentionHours: wholeNumber(LEAST_RETENTION_HOURS, 8760).default(DEFAULTS.streamRetentionHours),
      })
      .prefault({}),
    lake: z
      .strictObject({
        /** Days that the raw JSON objects are kept; must exceed the hours that a merge looks back. @default 90 */
        rawRetentionDays: wholeNumber(LEAST_RAW_DAYS, MOST_DAYS).default(DEFAULTS.rawRetentionDays),
        /** Days that overwritten and deleted objects can be restored, 1 or more. @default 30 */
        noncurrentVersionDays: wholeNumber(1, MOST_DAYS).default(DEFAULTS.noncurrentVersionDays),
        /** Compression of the raw objects; queries read both kinds, even mixed. @default gzip */
        compression: oneOf("gzip", "none").default("gzip"),
        /**
         * MiB before compression after which Firehose writes an object, 1 to 128; it writes after a minute at the
         * latest. Fewer objects cost less. @default 64
         */
        bufferMiB: wholeNumber(1, 128).default(DEFAULTS.bufferMiB),
      })
      .prefault({}),
    /** The merge of raw objects into Parquet; docs/measurements.md has its cost. */
    merge: z
      .strictObject({
        /** Minutes from one merge to the next, 5 to 60; Parquet lags by this and the buffer's minute. @default 13 */
        everyMinutes: wholeNumber(5, 60).default(DEFAULTS.mergeEveryMinutes),
        /** Queries in flight at a time, 1 to 20. @default 4 */
        queriesInFlight: wholeNumber(1, 20).default(DEFAULTS.queriesInFlight),
        /** Scan limit of a merge's query, in GiB, 1 or more; it scans an hour of raw objects as stored. @default 100 */
        scanLimitGiB: wholeNumber(1, MOST_GIB).default(DEFAULTS.mergeScanLimitGiB),
      })
      .prefault({}),
    athena: z
      .strictObject({
        /** Scan limit of an analyst's query, in GiB, 1 or more. @default 10 */
        scanLimitGiB: wholeNumber(1, MOST_GIB).default(DEFAULTS.analystScanLimitGiB),
      })
      .prefault({}),
    /** The network of the speed layer. It needs no internet access; see `nat`. */
    network: z
      .strictObject({
        /** Private CIDR block of sixteen bits that no peered network uses. @default 10.20.0.0/16 */
        cidr: text(PRIVATE_CIDR, "a private range of sixteen bits is allowed, such as 10.20.0.0/16").default(
          DEFAULTS.cidr,
        ),
        /** Letters of the region's availability zones, two or three of them. @default a and b */
        zones: z
          .array(z.string())
          .refine(
            (zones) =>
              [2, 3].includes(zones.length) &&
              new Set(zones).size === zones.length &&
              zones.every((zone) => /^[a-f]$/.test(zone)),
            allowed("two or three different letters a to f are allowed"),
          )
          .default([...DEFAULTS.zones]),
        /**
         * Whether the private subnets have internet access. The system does not need it, and a NAT gateway costs
         * money.
         * @default false
         */
        nat: z.boolean().default(false),
      })
      .prefault({}),
    speed: z
      .strictObject({
        /** Whether to create the speed layer and its network. @default true */
        enabled: z.boolean().default(true),
        /** Instance type of the data nodes. @default t3.small.search */
        instanceType: INSTANCE_TYPE.default(DEFAULTS.instanceType),
        /** Volume of each data node in GiB, 10 to 12288; the instance type may allow less. @default 10 */
        volumeGiB: wholeNumber(10, 12_288).default(DEFAULTS.volumeGiB),
        /** @default single-node */
        availability: z
          .discriminatedUnion("kind", [
            /** One node without replicas: its loss loses the documents since the last snapshot. */
            z.strictObject({ kind: z.literal("single-node") }),
            /** Three zones, one of them on standby, three dedicated masters, two replicas of each shard. */
            z.strictObject({
              kind: z.literal("standby"),
              /** Data nodes in each of the three zones, 1 to 100. */
              nodesPerZone: wholeNumber(1, 100),
              /** Such as `m6g.large.search`. */
              masterInstanceType: INSTANCE_TYPE,
            }),
          ])
          .default({ kind: "single-node" }),
        /** Primary shards of each monthly index, 1 to 100. @default 1 */
        shards: wholeNumber(1, 100).default(DEFAULTS.shards),
        /**
         * Days that a monthly index is kept, counted from its first document, 32 to 36500. A change applies
         * to new indices only: see docs/engines.md. @default 365
         */
        retentionDays: wholeNumber(32, MOST_DAYS).default(DEFAULTS.indexRetentionDays),
        /**
         * ARNs of the analysts' IAM roles, with read access to the index and Dashboards. The roles must exist, and their
         * own policies must not deny `es:ESHttp*`. @default none
         */
        readerRoleArns: z
          .array(text(ROLE_ARN, "arn:aws:iam::<account>:role/<name> is allowed, and no user"))
          .default([]),
        /** Gives Dashboards a sign-in page of its own: see docs/operations.md. @default none: users sign requests by IAM */
        saml: SAML.exactOptional(),
        /** Batches of one shard that are indexed at the same time, 1 to 10. @default 1 */
        parallelizationFactor: wholeNumber(1, 10).default(DEFAULTS.parallelizationFactor),
        /**
         * ARNs of the IAM roles with all permissions in the domain and Dashboards, as the domain's master role. The roles
         * must exist. `npm run bootstrap -- <env> --administrator` adds the role of whoever deploys. @default none
         */
        administratorRoleArns: z
          .array(text(ROLE_ARN, "arn:aws:iam::<account>:role/<name> is allowed, and no user"))
          .default([]),
        /**
         * Hours after which a record that cannot be indexed is discarded into the lake, with its payload and for a
         * redrive; 1 to 168, and fewer than the stream keeps it. Until then its shard waits with it. @default 23
         */
        maximumRecordAgeHours: wholeNumber(1, LONGEST_RECORD_AGE_HOURS).default(
          DEFAULTS.maximumRecordAgeHours,
        ),
      })
      .prefault({}),
    /** The operators' access to the network: see docs/operations.md. */
    bastion: z
      .strictObject({
        /** Whether to create a bastion; it reaches the search domain only. @default false */
        enabled: z.boolean().default(false),
        /** Whether a session on the bastion may put records into the stream. @default false */
        putRecords: z.boolean().default(false),
      })
      .prefault({}),
    serving: z
      .strictObject({
        /** The dashboard of the batch layer in QuickSight: see docs/serving.md. @default not enabled */
        quickSight: QUICK_SIGHT.prefault({}),
      })
      .prefault({}),
    operations: z
      .strictObject({
        /** Subscriptions to the alarms; without any, alarms are visible in the console only. @default none */
        alarmSubscriptions: z
          .array(
            /** An e-mail address confirms first; an https endpoint answers SNS's confirmation itself. */
            z.discriminatedUnion("protocol", [
              z.strictObject({ protocol: z.literal("email"), endpoint: ENDPOINTS.email }),
              z.strictObject({ protocol: z.literal("https"), endpoint: ENDPOINTS.https }),
            ]),
          )
          .default([]),
        budget: z
          .strictObject({
            /** US dollars a month, 1 or more; README.md, Costs, has what an idle environment costs. @default 100 */
            usdPerMonth: wholeNumber(1, 1_000_000).default(DEFAULTS.usdPerMonth),
            /** @default account */
            costOf: oneOf("account", "environment").default("account"),
          })
          .prefault({}),
        /** Ages of data at which alarms go off; they do not follow `stream.retentionHours`. */
        alarmAges: z
          .strictObject({
            /** Hours that a consumer of the stream lags, fewer than the stream keeps a record. @default 6 */
            consumerHours: wholeNumber(1, 8759).default(DEFAULTS.consumerAlarmHours),
            /** Minutes that Firehose holds a record, or reads behind the stream; 5 to 1440. @default 15 */
            deliveryMinutes: wholeNumber(5, 1440).default(DEFAULTS.deliveryAlarmMinutes),
            /** Minutes from a record's arrival to its indexing, 1 to 1440. @default 5 */
            indexingMinutes: wholeNumber(1, 1440).default(DEFAULTS.indexingAlarmMinutes),
          })
          .prefault({}),
      })
      .prefault({}),
    /** Allows the workflows of a GitHub repository to plan and apply: see docs/delivery.md. @default none */
    delivery: z
      .strictObject({
        /**
         * The repository in the subject of GitHub's tokens: `owner/name`, or `owner@123/name@456` where the
         * repository uses immutable subjects, as repositories created since July 2026 do.
         */
        repository: text(REPOSITORY, "owner/name or owner@id/name@id is allowed"),
      })
      .exactOptional(),
    /** Final changes to the stack, for an environment that does not run on AWS. */
    overrides: z
      .custom<(stack: TerraformStack) => void>((value) => typeof value === "function", {
        error: "is not a function; a function of the stack is allowed",
      })
      .exactOptional(),
  })
  .check(
    rule(({ protection, stream, lake, network, speed, bastion, operations }, add) => {
      const rawDays = fewestRawDays(stream.retentionHours);
      if (lake.rawRetentionDays >= LEAST_RAW_DAYS && lake.rawRetentionDays < rawDays) {
        add(
          ["lake", "rawRetentionDays"],
          `is ${lake.rawRetentionDays}; a whole number from ${rawDays} to ${MOST_DAYS} is allowed`,
        );
      }
      const kept = `a whole number below stream.retentionHours, ${stream.retentionHours}, is allowed`;
      if (speed.maximumRecordAgeHours >= stream.retentionHours) {
        add(["speed", "maximumRecordAgeHours"], `is ${speed.maximumRecordAgeHours}; ${kept}`);
      }
      const { consumerHours } = operations.alarmAges;
      if (consumerHours >= stream.retentionHours) {
        add(["operations", "alarmAges", "consumerHours"], `is ${consumerHours}; ${kept}`);
      }
      if (protection === "protected" && !speed.enabled) {
        add(
          ["speed", "enabled"],
          "is false in a protected environment; removing a layer removes its protection with it, so " +
            'set protection to "disposable" and deploy that first',
        );
      }
      if (speed.saml && !speed.enabled) {
        add(["speed", "saml"], "is given without a speed layer; there is no Dashboards");
      }
      if (bastion.enabled && !speed.enabled) {
        add(["bastion", "enabled"], "is true without a speed layer; there is nothing to reach through it");
      }
      if (bastion.putRecords && !bastion.enabled) {
        add(["bastion", "putRecords"], "is true without a bastion; set bastion.enabled too");
      }
      if (speed.availability.kind === "standby") {
        if (network.zones.length !== 3) {
          add(["network", "zones"], `is ${JSON.stringify(network.zones)}; a domain with standby needs three`);
        }
        if (/^t\d/.test(speed.instanceType)) {
          add(
            ["speed", "instanceType"],
            `is "${speed.instanceType}"; a domain with standby does not support burstable types`,
          );
        }
      }
      operations.alarmSubscriptions.forEach(({ endpoint }, index, all) => {
        const first = all.findIndex((other) => other.endpoint === endpoint);
        if (first === index) return;
        add(
          ["operations", "alarmSubscriptions", index, "endpoint"],
          `is "${endpoint}", which operations.alarmSubscriptions[${first}].endpoint is already`,
        );
      });
    }),
  )
  .transform(({ protection, ...settings }) => ({ ...settings, protected: protection === "protected" }));

/** Settings in an environment's file. */
export type EnvironmentSettings = Settings<z.input<typeof SETTINGS>>;

/** The settings of an environment, complete and checked. */
export type EnvironmentDefinition = Settings<z.output<typeof SETTINGS>>;

/** An environment that can be synthesized: its settings and its location. */
export interface Environment extends EnvironmentDefinition {
  readonly location: Location;
}

/** Settings are invalid; the message names the file and lists every invalid value. */
export class EnvironmentSettingsError extends Error {
  override readonly name = "EnvironmentSettingsError";
}

/**
 * Completes the settings and checks them.
 * @param file path of their file, for the message.
 * @throws EnvironmentSettingsError listing every invalid value, with what is allowed, and every unknown setting.
 */
export function defineEnvironment(file: string, settings: EnvironmentSettings): EnvironmentDefinition {
  const parsed = parse(SETTINGS, settings);
  if ("faults" in parsed) throw new EnvironmentSettingsError(`${file}: ${parsed.faults.join("; ")}`);
  return parsed.value;
}
