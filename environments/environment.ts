import type { TerraformStack } from "cdktf";
import type { Location } from "./location";

/** How the stream gets its capacity. */
export type StreamCapacity =
  | { readonly mode: "on-demand" }
  | {
      readonly mode: "provisioned";
      /** A shard takes 1,000 records or 1 MB a second. */
      readonly shardCount: number;
    };

/** What an environment's file says; what it leaves out has the default given here. */
export interface EnvironmentSettings {
  /** Names the stack, and the resources of a prefixed environment. Lower-case letters and digits, 2 to 10. */
  readonly name: string;
  /**
   * `protected`: what holds data refuses to be destroyed, and no layer can be switched off. `disposable`:
   * destroy removes everything.
   */
  readonly protection: "protected" | "disposable";
  /** `bare`: the lab's own names. @default prefixed */
  readonly physicalNames?: "bare" | "prefixed";
  /** Days that logs are kept, one of {@link LOG_RETENTION_DAYS}. @default 30 */
  readonly logRetentionDays?: number;
  /** Days between the deletion of the key and its end, 7 to 30. @default 30 */
  readonly keyDeletionDays?: number;
  readonly stream?: {
    /** @default on-demand */
    readonly capacity?: StreamCapacity;
    /** Hours that a record can be read again, 24 to 8760. @default 24 */
    readonly retentionHours?: number;
  };
  readonly lake?: {
    /** Days that the raw JSON objects are kept; longer than a merge looks back. @default 90 */
    readonly rawRetentionDays?: number;
    /** Days that overwritten and deleted objects can be brought back, 1 or more. @default 30 */
    readonly noncurrentVersionDays?: number;
  };
  readonly athena?: {
    /** What one query of a person may scan, in GiB, 1 or more. @default 10 */
    readonly scanLimitGiB?: number;
  };
  /** Last changes to the finished stack. Only an environment that is not AWS needs them. */
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
  readonly lake: { readonly rawRetentionDays: number; readonly noncurrentVersionDays: number };
  readonly athena: { readonly scanLimitGiB: number };
  readonly overrides?: (stack: TerraformStack) => void;
}

/** An environment that can be synthesized: what it is and where it is. */
export interface Environment extends EnvironmentDefinition {
  readonly location: Location;
}

/** Settings are out of range; the message names the file and lists every value that is. */
export class EnvironmentSettingsError extends Error {
  override readonly name = "EnvironmentSettingsError";
}

/** The retention times that CloudWatch Logs knows, up to ten years. */
export const LOG_RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/**
 * Firehose tries for a day to write what it read, and it may have read the record just before the stream let
 * go of it. With these hours on top of the stream's retention a merge looks back far enough for both.
 */
const LOOK_BACK_MARGIN_HOURS = 2;

/** How many hours back a late object is still merged. */
export function lookBackHours(streamRetentionHours: number): number {
  return streamRetentionHours + LOOK_BACK_MARGIN_HOURS;
}

/**
 * Completes the settings and checks them.
 * @param file where they are written, for the message.
 * @throws EnvironmentSettingsError listing every value that is out of range, with what is allowed.
 */
export function defineEnvironment(file: string, settings: EnvironmentSettings): EnvironmentDefinition {
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
    },
    athena: { scanLimitGiB: settings.athena?.scanLimitGiB ?? 10 },
    ...(settings.overrides === undefined ? {} : { overrides: settings.overrides }),
  };
  const faults = faultsOf(definition);
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
  const { name, logRetentionDays, keyDeletionDays, stream, lake, athena } = definition;
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
  wholeNumber("athena.scanLimitGiB", athena.scanLimitGiB, 1, 1_000_000);
  return faults;
}
