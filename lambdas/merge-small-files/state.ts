import { type Hour, hourNamed } from "../../contract/hours";
import { isJsonObject } from "../../lib/json";
import type { S3Location } from "../shared/env";
import { hourLocation } from "./locations";
import type { Ports } from "./ports";

/** The query that a task waits for. */
type Step = "merge" | "cover" | "identities" | "compare";

/** Planned work of a run on an hour, written before its query starts, so that the next holder of the lease can continue. */
export interface Intent {
  /** Such as `2026-11-24T03`. */
  readonly hour: string;
  /** Id of the attempt; it names a merge's folder, temporary table and merged keys. */
  readonly run: string;
  /** Digest of the listed raw objects, see `digestOf`. */
  readonly digest: string;
  /** Names of the tables' columns, separated by commas; absent in an intent that did not record them yet. */
  readonly columns?: string;
  readonly listedAtMs: number;
  readonly objects: number;
  /** Before compression. */
  readonly sourceBytes: number;
  /** Most files that a merge may write. */
  readonly buckets: number;
  /**
   * Locations of the live Parquet from which the result is disjoint, by hour; for a comparison, the location of the
   * hour.
   */
  readonly seen: Readonly<Record<string, string>>;
  /** Further locations that the query of identities in flight checks. */
  readonly checking: Readonly<Record<string, string>>;
  /** Output of a merge, once its query has ended. */
  readonly written: { readonly rows: number; readonly files: number; readonly bytes: number } | null;
  readonly step: Step;
  readonly stepAtMs: number;
  readonly sql: string;
  /** Token of the query: the same token starts the same query only once. */
  readonly token: string;
  /** Null until it has started. */
  readonly query: string | null;
}

/** An intent with the ETag of its object. */
export interface StoredIntent {
  readonly intent: Intent;
  readonly etag: string;
}

/** State of hours that is not on their partitions. Hours by name. */
export interface Ledger {
  /** All hours before this one are settled, except those in `unsettled`. */
  settledBefore: string;
  /** Hours that left the look-back before they were settled, and why. Runs work on them until they are settled. */
  readonly unsettled: Record<string, string>;
  /** Hours that an operator acknowledged as settled, with the digest of their raw objects. */
  readonly acknowledged: Record<string, string>;
  /** Hours with rows of one identity that differ, with the digest of the raw objects that have them. */
  readonly conflicts: Record<string, { readonly digest: string; readonly why: string }>;
  /** Hours whose last attempts failed: they are not tried again before `retryAtMs`. */
  readonly failing: Record<
    string,
    { readonly attempts: number; readonly retryAtMs: number; readonly error: string }
  >;
  /** Day, UTC, on which the partitions of expired hours were last dropped. */
  expiredOn: string;
}

const LEDGER_NAME = "ledger.json";
const INTENTS_FOLDER = "intents/";
/** Keys of the raw objects that each run merged, in the same subfolders as the Parquet that it wrote. */
const RUNS_FOLDER = "runs/";

/**
 * State that outlives a run, in its own zone: intents, merged keys and the ledger. Only the holder of the lease
 * writes it.
 */
export class MergeState {
  constructor(
    private readonly objects: Ports["objects"],
    private readonly location: S3Location,
  ) {}

  /** Folder of the merged keys. */
  get runs(): S3Location {
    return this.#folder(RUNS_FOLDER);
  }

  /** Keys of the intents' objects. */
  async intentKeys(): Promise<string[]> {
    return (await this.objects.list(this.#folder(INTENTS_FOLDER))).map(({ key }) => key);
  }

  /** @throws Error naming an object that is no intent. */
  async readIntent(key: string): Promise<StoredIntent | undefined> {
    const { bucket } = this.location;
    const found = await this.objects.read(bucket, key);
    if (!found) return undefined;
    const intent = parse(found.body, `s3://${bucket}/${key}`, isIntent, "intent");
    return { intent, etag: found.etag };
  }

  /** Writes an intent; `before` is the stored one. @throws Error when another one is stored. */
  async saveIntent(intent: Intent, before: StoredIntent | undefined): Promise<StoredIntent> {
    const key = this.#intentKey(intent.hour);
    const condition = before ? { etag: before.etag } : ("absent" as const);
    const { bucket } = this.location;
    const body = JSON.stringify(intent);
    const etag = await this.objects.writeIf(bucket, key, body, condition);
    if (etag !== undefined) return { intent, etag };
    // The write may have succeeded although its answer was lost: S3 then refuses the SDK's retry.
    const found = await this.objects.read(bucket, key);
    if (found?.body !== body) throw new Error(`s3://${bucket}/${key} changed while the lease was held`);
    return { intent, etag: found.etag };
  }

  async removeIntent({ hour }: Intent): Promise<void> {
    await this.objects.remove(this.location.bucket, [this.#intentKey(hour)]);
  }

  /** Writes the keys of the raw objects that a run merges, before its intent. */
  async writeMergedKeys(hour: Hour, run: string, keys: readonly string[]): Promise<void> {
    const { bucket } = this.location;
    await this.objects.writeIf(bucket, this.#runKey(hour, run), JSON.stringify(keys), "absent");
  }

  /** Keys of the raw objects that a run merged; undefined for a run that did not record them yet. */
  async mergedKeys(hour: Hour, run: string): Promise<string[] | undefined> {
    const { bucket } = this.location;
    const key = this.#runKey(hour, run);
    const found = await this.objects.read(bucket, key);
    return found && parse(found.body, `s3://${bucket}/${key}`, isTexts, "list of keys");
  }

  /** @throws Error naming the object when it is no ledger. */
  async readLedger(): Promise<{ readonly ledger: Ledger; readonly etag: string } | undefined> {
    const { bucket, prefix } = this.location;
    const found = await this.objects.read(bucket, prefix + LEDGER_NAME);
    if (!found) return undefined;
    return {
      ledger: parse(found.body, `s3://${bucket}/${prefix}${LEDGER_NAME}`, isLedger, "ledger"),
      etag: found.etag,
    };
  }

  async saveLedger(ledger: Ledger, etag: string | undefined): Promise<void> {
    const { bucket, prefix } = this.location;
    const body = JSON.stringify(ledger);
    const condition = etag === undefined ? ("absent" as const) : { etag };
    const saved = await this.objects.writeIf(bucket, prefix + LEDGER_NAME, body, condition);
    if (saved !== undefined) return;
    const found = await this.objects.read(bucket, prefix + LEDGER_NAME);
    if (found?.body !== body) {
      throw new Error(`s3://${bucket}/${prefix}${LEDGER_NAME} changed while the lease was held`);
    }
  }

  #folder(name: string): S3Location {
    return { ...this.location, prefix: this.location.prefix + name };
  }

  #intentKey(hourName: string): string {
    return `${this.location.prefix}${INTENTS_FOLDER}${hourName}.json`;
  }

  #runKey(hour: Hour, run: string): string {
    return `${hourLocation(this.runs, hour).prefix}run=${run}/keys.json`;
  }
}

/** A ledger of a lake whose history begins with `oldest`: earlier hours count as settled. */
export function newLedger(oldest: Hour): Ledger {
  return {
    settledBefore: oldest.name,
    unsettled: {},
    acknowledged: {},
    conflicts: {},
    failing: {},
    expiredOn: "",
  };
}

function parse<T>(body: string, place: string, is: (value: unknown) => value is T, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    value = undefined;
  }
  if (is(value)) return value;
  throw new Error(
    `${place} is no ${what}: ${body.slice(0, 200)}; restore its previous version while no run is at work`,
  );
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isHourName(value: unknown): value is string {
  if (typeof value !== "string") return false;
  try {
    return hourNamed(value).name === value;
  } catch {
    return false;
  }
}

function isIntent(value: unknown): value is Intent {
  if (!isJsonObject(value)) return false;
  const { hour, query, written, seen, checking } = value;
  return (
    isHourName(hour) &&
    ["run", "digest", "step", "sql", "token"].every((name) => typeof value[name] === "string") &&
    ["listedAtMs", "objects", "sourceBytes", "buckets", "stepAtMs"].every(
      (name) => typeof value[name] === "number",
    ) &&
    (query === null || typeof query === "string") &&
    (written === null || isJsonObject(written)) &&
    isJsonObject(seen) &&
    isJsonObject(checking)
  );
}

function isLedger(value: unknown): value is Ledger {
  if (!isJsonObject(value)) return false;
  const maps = ["unsettled", "acknowledged", "conflicts", "failing"].map((name) => value[name]);
  return (
    isHourName(value["settledBefore"]) &&
    typeof value["expiredOn"] === "string" &&
    maps.every((map) => isJsonObject(map) && Object.keys(map).every(isHourName))
  );
}
