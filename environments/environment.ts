import type { TerraformStack } from "cdktf";
import { ROLE_ARN } from "../lib/role-arn";
import type { DeliverySettings } from "../modules/cicd/github-delivery";
import type { StreamCapacity } from "../modules/ingest/event-stream";
import type { Location } from "../modules/location";
import type { AlarmSubscription } from "../modules/operations/alarm-topic";
import type { BudgetScope } from "../modules/operations/budget";
import type { OperationsSettings } from "../modules/operations/operations";
import type { SearchAvailability, SearchDomainSettings } from "../modules/speed/search-domain";
import {
  defineQuickSight,
  type QuickSightDefinition,
  type QuickSightSettings,
  quickSightFaults,
} from "./quick-sight";
import { defineSaml, type SamlSettings, samlFaults } from "./saml";

/** How raw objects are compressed. */
export type RawCompression = "gzip" | "none";

/** Settings in an environment's file, with their defaults. */
export interface EnvironmentSettings {
  /** Names the stack, and the resources of a prefixed environment. Lower-case letters and digits, 2 to 10. */
  readonly name: string;
  /**
   * `protected`: resources that hold data refuse to be destroyed, and no layer can be disabled. `disposable`: destroy
   * removes everything.
   */
  readonly protection: "protected" | "disposable";
  /** `bare`: the lab's own names. @default prefixed */
  readonly physicalNames?: "bare" | "prefixed";
  /** Days that logs are kept, one of {@link LOG_RETENTION_DAYS}. @default 30 */
  readonly logRetentionDays?: number;
  /** Deletion window of the key in days, 7 to 30. @default 30 */
  readonly keyDeletionDays?: number;
  readonly stream?: {
    /** @default on-demand */
    readonly capacity?: StreamCapacity;
    /** Hours that a record can be read again, 24 to 8760. @default 24 */
    readonly retentionHours?: number;
  };
  readonly lake?: {
    /** Days that the raw JSON objects are kept; must exceed the hours that a merge looks back. @default 90 */
    readonly rawRetentionDays?: number;
    /** Days that overwritten and deleted objects can be restored, 1 or more. @default 30 */
    readonly noncurrentVersionDays?: number;
    /** Of the raw objects; queries read both, also side by side. @default gzip */
    readonly compression?: RawCompression;
    /**
     * Firehose writes an object after so many MiB before compression, 1 to 128, or after a minute. Fewer objects cost
     * less, and no line waits longer. @default 64
     */
    readonly bufferMiB?: number;
  };
  /** How the raw objects become Parquet; docs/measurements.md has what it costs. */
  readonly merge?: {
    /** Minutes from one merge to the next, 5 to 60: Parquet is so far behind, and the buffer's minute. @default 13 */
    readonly everyMinutes?: number;
    /** Queries in flight at a time, 1 to 20. @default 4 */
    readonly queriesInFlight?: number;
    /** What one query of a merge may scan, in GiB, 1 or more: an hour of raw objects as they are stored. @default 100 */
    readonly scanLimitGiB?: number;
  };
  readonly athena?: {
    /** Scan limit of an analyst's query, in GiB, 1 or more. @default 10 */
    readonly scanLimitGiB?: number;
  };
  /** The network of the speed layer. It needs no internet access; see `nat`. */
  readonly network?: {
    /** Private CIDR block of sixteen bits that no peered network uses. @default 10.20.0.0/16 */
    readonly cidr?: string;
    /** Letters of the region's availability zones, two or three of them. @default a and b */
    readonly zones?: readonly string[];
    /** Whether the private subnets have internet access. Nothing of ours needs it, and a NAT gateway costs money. @default false */
    readonly nat?: boolean;
  };
  readonly speed?: {
    /** Whether there is a speed layer, its network included. @default true */
    readonly enabled?: boolean;
    /** Instance type of the data nodes. @default t3.small.search */
    readonly instanceType?: string;
    /** Volume of each data node in GiB, 10 to 12288; the instance type may allow less. @default 10 */
    readonly volumeGiB?: number;
    /** @default single-node */
    readonly availability?: SearchAvailability;
    /** Primary shards of each monthly index, 1 to 100. @default 1 */
    readonly shards?: number;
    /**
     * Days that a monthly index is kept, counted from its first document, 32 to 36500. A change applies
     * to new indices only: see docs/engines.md. @default 365
     */
    readonly retentionDays?: number;
    /**
     * ARNs of the analysts' IAM roles, with read access to the index and Dashboards. The roles must exist, and their own
     * policies must not deny `es:ESHttp*`. @default none
     */
    readonly readerRoleArns?: readonly string[];
    /** Gives Dashboards a sign-in page of its own: see docs/operations.md. @default none: users sign requests by IAM */
    readonly saml?: SamlSettings;
    /** Batches of one shard that are indexed at the same time, 1 to 10. @default 1 */
    readonly parallelizationFactor?: number;
    /**
     * The service-linked role of OpenSearch, which exists once in an account. `exists`: something else created it, such
     * as the console. @default create
     */
    readonly serviceLinkedRole?: "create" | "exists";
  };
  /** The operators' access to the network: see docs/operations.md. */
  readonly bastion?: {
    /** Whether to create a bastion; it reaches the search domain only. @default false */
    readonly enabled?: boolean;
  };
  readonly serving?: {
    /** The dashboard of the batch layer in QuickSight: see docs/serving.md. @default not enabled */
    readonly quickSight?: QuickSightSettings;
  };
  readonly operations?: {
    /** Subscriptions to the alarms; without any, alarms are visible in the console only. @default none */
    readonly alarmSubscriptions?: readonly AlarmSubscription[];
    readonly budget?: {
      /** US dollars a month, 1 or more; README.md, Costs, has what an idle environment costs. @default 100 */
      readonly usdPerMonth?: number;
      /** @default account */
      readonly costOf?: BudgetScope;
    };
  };
  /** Allows the workflows of a GitHub repository to plan and apply: see docs/delivery.md. @default none */
  readonly delivery?: {
    /**
     * The repository in the subject of GitHub's tokens: `owner/name`, or `owner@123/name@456` where the repository
     * uses immutable subjects, as those made since July 2026 do.
     */
    readonly repository: string;
    /** GitHub's identity provider, which exists once in an account. `exists`: something else created it. @default create */
    readonly identityProvider?: "create" | "exists";
  };
  /** Final changes to the stack, for an environment that does not run on AWS. */
  readonly overrides?: (stack: TerraformStack) => void;
}

/** The settings of an environment, complete and checked. */
export interface EnvironmentDefinition {
  readonly name: string;
  readonly protected: boolean;
  readonly physicalNames: "bare" | "prefixed";
  readonly logRetentionDays: number;
  readonly keyDeletionDays: number;
  readonly stream: { readonly capacity: StreamCapacity; readonly retentionHours: number };
  readonly lake: {
    readonly rawRetentionDays: number;
    readonly noncurrentVersionDays: number;
    readonly compression: RawCompression;
    readonly bufferMiB: number;
  };
  readonly merge: {
    readonly everyMinutes: number;
    readonly queriesInFlight: number;
    readonly scanLimitGiB: number;
  };
  readonly athena: { readonly scanLimitGiB: number };
  readonly network: { readonly cidr: string; readonly zones: readonly string[]; readonly nat: boolean };
  readonly speed: SearchDomainSettings & {
    readonly enabled: boolean;
    readonly shards: number;
    readonly retentionDays: number;
    readonly readerRoleArns: readonly string[];
    readonly parallelizationFactor: number;
  };
  readonly bastion: { readonly enabled: boolean };
  readonly serving: { readonly quickSight: QuickSightDefinition };
  readonly operations: OperationsSettings;
  /** Absent when no workflow deploys the environment. */
  readonly delivery?: DeliverySettings;
  readonly overrides?: (stack: TerraformStack) => void;
}

/** An environment that can be synthesized: its settings and its location. */
export interface Environment extends EnvironmentDefinition {
  readonly location: Location;
}

/** Settings are invalid; the message names the file and lists every invalid value. */
export class EnvironmentSettingsError extends Error {
  override readonly name = "EnvironmentSettingsError";
}

/** CloudWatch Logs' retention times, up to ten years. */
export const LOG_RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/**
 * Firehose retries a delivery for a day, and it may have read the record just before its expiry from the stream. These
 * hours, added to the stream's retention, make a merge look back far enough for both.
 */
const LOOK_BACK_MARGIN_HOURS = 2;

/** Hours that a merge looks back for late objects. */
export function lookBackHours(streamRetentionHours: number): number {
  return streamRetentionHours + LOOK_BACK_MARGIN_HOURS;
}

/**
 * Completes the settings and checks them.
 * @param file where they are written, for the message.
 * @throws EnvironmentSettingsError listing every value that is out of range, with what is allowed.
 */
export function defineEnvironment(file: string, settings: EnvironmentSettings): EnvironmentDefinition {
  const faults: string[] = [];
  const definition: EnvironmentDefinition = {
    name: settings.name,
    protected: settings.protection === "protected",
    physicalNames: settings.physicalNames ?? "prefixed",
    logRetentionDays: settings.logRetentionDays ?? 30,
    keyDeletionDays: settings.keyDeletionDays ?? 30,
    stream: {
      capacity: settings.stream?.capacity ?? { mode: "on-demand" },
      retentionHours: settings.stream?.retentionHours ?? 24,
    },
    lake: {
      rawRetentionDays: settings.lake?.rawRetentionDays ?? 90,
      noncurrentVersionDays: settings.lake?.noncurrentVersionDays ?? 30,
      compression: settings.lake?.compression ?? "gzip",
      bufferMiB: settings.lake?.bufferMiB ?? 64,
    },
    merge: {
      everyMinutes: settings.merge?.everyMinutes ?? 13,
      queriesInFlight: settings.merge?.queriesInFlight ?? 4,
      scanLimitGiB: settings.merge?.scanLimitGiB ?? 100,
    },
    athena: { scanLimitGiB: settings.athena?.scanLimitGiB ?? 10 },
    network: {
      cidr: settings.network?.cidr ?? "10.20.0.0/16",
      zones: settings.network?.zones ?? ["a", "b"],
      nat: settings.network?.nat ?? false,
    },
    speed: {
      enabled: settings.speed?.enabled ?? true,
      instanceType: settings.speed?.instanceType ?? "t3.small.search",
      volumeGiB: settings.speed?.volumeGiB ?? 10,
      availability: settings.speed?.availability ?? { kind: "single-node" },
      shards: settings.speed?.shards ?? 1,
      retentionDays: settings.speed?.retentionDays ?? 365,
      readerRoleArns: settings.speed?.readerRoleArns ?? [],
      ...(settings.speed?.saml && { saml: defineSaml(settings.speed.saml, faults) }),
      parallelizationFactor: settings.speed?.parallelizationFactor ?? 1,
      serviceLinkedRole: settings.speed?.serviceLinkedRole ?? "create",
    },
    bastion: { enabled: settings.bastion?.enabled ?? false },
    serving: { quickSight: defineQuickSight(settings.serving?.quickSight) },
    operations: {
      alarmSubscriptions: settings.operations?.alarmSubscriptions ?? [],
      budget: {
        usdPerMonth: settings.operations?.budget?.usdPerMonth ?? 100,
        costOf: settings.operations?.budget?.costOf ?? "account",
      },
    },
    ...(settings.delivery && {
      delivery: {
        repository: settings.delivery.repository,
        identityProvider: settings.delivery.identityProvider ?? "create",
      },
    }),
    ...(settings.overrides === undefined ? {} : { overrides: settings.overrides }),
  };
  faults.push(...faultsOf(definition));
  if (faults.length > 0) throw new EnvironmentSettingsError(`${file}: ${faults.join("; ")}`);
  return definition;
}

function faultsOf(definition: EnvironmentDefinition): string[] {
  const faults: string[] = [];
  const wholeNumber = (path: string, value: number, min: number, max: number): void => {
    if (!Number.isInteger(value) || value < min || value > max) {
      faults.push(`${path} is ${value}; a whole number from ${min} to ${max} is allowed`);
    }
  };
  const { name, logRetentionDays, keyDeletionDays, stream, lake, merge, athena } = definition;
  if (!/^[a-z][a-z0-9]{1,9}$/.test(name)) {
    faults.push(`name is "${name}"; 2 to 10 lower-case letters and digits are allowed, a letter first`);
  }
  if (!LOG_RETENTION_DAYS.includes(logRetentionDays)) {
    faults.push(`logRetentionDays is ${logRetentionDays}; allowed are ${LOG_RETENTION_DAYS.join(", ")}`);
  }
  wholeNumber("keyDeletionDays", keyDeletionDays, 7, 30);
  wholeNumber("stream.retentionHours", stream.retentionHours, 24, 8760);
  if (stream.capacity.mode === "provisioned") {
    wholeNumber("stream.capacity.shardCount", stream.capacity.shardCount, 1, 500);
  }
  // A day more than a merge looks back, because lifecycle rules count from the next midnight UTC.
  const fewestRawDays = Math.ceil(lookBackHours(stream.retentionHours) / 24) + 1;
  wholeNumber("lake.rawRetentionDays", lake.rawRetentionDays, fewestRawDays, 36_500);
  wholeNumber("lake.noncurrentVersionDays", lake.noncurrentVersionDays, 1, 36_500);
  wholeNumber("lake.bufferMiB", lake.bufferMiB, 1, 128);
  wholeNumber("merge.everyMinutes", merge.everyMinutes, 5, 60);
  wholeNumber("merge.queriesInFlight", merge.queriesInFlight, 1, 20);
  wholeNumber("merge.scanLimitGiB", merge.scanLimitGiB, 1, 1_000_000);
  wholeNumber("athena.scanLimitGiB", athena.scanLimitGiB, 1, 1_000_000);
  faults.push(...networkFaults(definition.network));
  faults.push(...speedFaults(definition, wholeNumber));
  if (definition.bastion.enabled && !definition.speed.enabled) {
    faults.push("bastion.enabled is true without a speed layer; there is nothing to reach through it");
  }
  faults.push(...quickSightFaults(definition.serving.quickSight));
  wholeNumber("operations.budget.usdPerMonth", definition.operations.budget.usdPerMonth, 1, 1_000_000);
  faults.push(...subscriptionFaults(definition.operations.alarmSubscriptions));
  if (definition.delivery && !REPOSITORY.test(definition.delivery.repository)) {
    faults.push(
      `delivery.repository is "${definition.delivery.repository}"; owner/name or owner@id/name@id is allowed`,
    );
  }
  return faults;
}

/** A repository without characters that a policy interprets as a pattern, and with both ids or none. */
const REPOSITORY =
  /^(?:[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9._-]+|[A-Za-z0-9][A-Za-z0-9-]*@\d+\/[A-Za-z0-9._-]+@\d+)$/;

/** SNS's endpoint format of each protocol. */
const ENDPOINTS = {
  email: { format: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, example: "an address such as sales-data@example.com" },
  https: { format: /^https:\/\/[^\s/]+\S*$/, example: "a URL such as https://example.com/alarms" },
} as const;

function subscriptionFaults(subscriptions: readonly AlarmSubscription[]): string[] {
  const path = (index: number) => `operations.alarmSubscriptions[${index}].endpoint`;
  return subscriptions.flatMap(({ protocol, endpoint }, index) => {
    const { format, example } = ENDPOINTS[protocol];
    if (!format.test(endpoint)) return [`${path(index)} is "${endpoint}"; ${example} is allowed`];
    const first = subscriptions.findIndex((other) => other.endpoint === endpoint);
    return first < index ? [`${path(index)} is "${endpoint}", which stands at ${path(first)} already`] : [];
  });
}

function networkFaults({ cidr, zones }: EnvironmentDefinition["network"]): string[] {
  const faults: string[] = [];
  const octets = /^(10|172|192)\.(\d{1,3})\.0\.0\/16$/.exec(cidr);
  const second = Number(octets?.[2]);
  const isPrivate =
    (octets?.[1] === "10" && second <= 255) ||
    (octets?.[1] === "172" && second >= 16 && second <= 31) ||
    (octets?.[1] === "192" && second === 168);
  if (!isPrivate) {
    faults.push(
      `network.cidr is "${cidr}"; a private range of sixteen bits is allowed, such as 10.20.0.0/16`,
    );
  }
  const distinct = new Set(zones).size === zones.length && zones.every((zone) => /^[a-f]$/.test(zone));
  if (zones.length < 2 || zones.length > 3 || !distinct) {
    faults.push(
      `network.zones is ${JSON.stringify(zones)}; two or three different letters a to f are allowed`,
    );
  }
  return faults;
}

function speedFaults(
  { protected: isProtected, network, speed }: EnvironmentDefinition,
  wholeNumber: (path: string, value: number, min: number, max: number) => void,
): string[] {
  const faults: string[] = [];
  if (isProtected && !speed.enabled) {
    faults.push(
      "speed.enabled is false in a protected environment; removing a layer removes its protection with it, so " +
        'set protection to "disposable" and deploy that first',
    );
  }
  const instanceTypes: [string, string][] = [["speed.instanceType", speed.instanceType]];
  wholeNumber("speed.volumeGiB", speed.volumeGiB, 10, 12_288);
  wholeNumber("speed.shards", speed.shards, 1, 100);
  wholeNumber("speed.retentionDays", speed.retentionDays, 32, 36_500);
  speed.readerRoleArns.forEach((arn, index) => {
    if (ROLE_ARN.test(arn)) return;
    faults.push(
      `speed.readerRoleArns[${index}] is "${arn}"; arn:aws:iam::<account>:role/<name> is allowed, and no user`,
    );
  });
  if (speed.saml) {
    wholeNumber("speed.saml.sessionMinutes", speed.saml.sessionMinutes, 1, 1440);
    faults.push(...samlFaults(speed.saml));
    if (!speed.enabled) faults.push("speed.saml is given without a speed layer; there is no Dashboards");
  }
  wholeNumber("speed.parallelizationFactor", speed.parallelizationFactor, 1, 10);
  if (speed.availability.kind === "standby") {
    wholeNumber("speed.availability.nodesPerZone", speed.availability.nodesPerZone, 1, 100);
    instanceTypes.push(["speed.availability.masterInstanceType", speed.availability.masterInstanceType]);
    if (network.zones.length !== 3) {
      faults.push(`network.zones is ${JSON.stringify(network.zones)}; a domain with standby needs three`);
    }
    if (/^t\d/.test(speed.instanceType)) {
      faults.push(
        `speed.instanceType is "${speed.instanceType}"; a domain with standby takes no burstable one`,
      );
    }
  }
  for (const [path, type] of instanceTypes) {
    if (!/^[a-z][a-z0-9]*\.[a-z0-9]+\.search$/.test(type)) {
      faults.push(`${path} is "${type}"; a type such as m6g.large.search is allowed`);
    }
  }
  return faults;
}
