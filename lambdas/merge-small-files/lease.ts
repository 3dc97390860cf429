import type { S3Location } from "../shared/env";
import { errorFields } from "../shared/log";
import type { Ports, WriteCondition } from "./ports";

/** The lease's object, under the staging folder. */
export const LEASE_NAME = "merge-small-files/lease.json";

/** The lease's state, which outlives a run. */
export interface LeaseState {
  /** The run that holds the lease; null when none does. */
  readonly holder: string | null;
  /** Time (ms since 1970) by which the holder has certainly ended. */
  readonly expiresAtMs: number;
  /** Name of the hour of the last hourly pass, which checks all hours; null before the first. */
  readonly lastHourlyPass: string | null;
}

/** A lease that this run holds. */
export interface Lease extends LeaseState {
  readonly holder: string;
  readonly etag: string;
}

type LeasePorts = Pick<Ports, "objects" | "clock" | "log">;

/**
 * Acquires the lease, so that one run works at a time. Only an expired lease can be taken over, and a lease expires
 * after its holder's function has timed out, so two runs never overlap.
 * @param staging folder that holds the lease
 * @returns undefined when another run holds it.
 */
export async function acquireLease(
  { objects, clock, log }: LeasePorts,
  staging: S3Location,
  holder: string,
  expiresAtMs: number,
): Promise<Lease | undefined> {
  const { bucket } = staging;
  const key = staging.prefix + LEASE_NAME;
  const found = await objects.read(bucket, key);
  const current = found && parseLease(found.body, `s3://${bucket}/${key}`);
  if (current && current.holder !== null) {
    if (current.expiresAtMs > clock.now()) return undefined;
    log.warn("Took over the lease of a run that did not end", { holder: current.holder });
  }
  const state = { holder, expiresAtMs, lastHourlyPass: current?.lastHourlyPass ?? null };
  const condition: WriteCondition = found ? { etag: found.etag } : "absent";
  const etag = await objects.writeIf(bucket, key, JSON.stringify(state), condition);
  if (etag !== undefined) return { ...state, etag };

  // The write may have succeeded although its answer was lost: S3 then refuses the SDK's retry.
  const winner = await objects.read(bucket, key);
  const won = winner !== undefined && parseLease(winner.body, key).holder === holder;
  return won ? { ...state, etag: winner.etag } : undefined;
}

/** Releases the lease. A failure is only logged: the lease expires by itself. */
export async function releaseLease(
  { objects, log }: LeasePorts,
  staging: S3Location,
  lease: Lease,
  lastHourlyPass: string | null,
): Promise<void> {
  const state: LeaseState = { holder: null, expiresAtMs: 0, lastHourlyPass };
  try {
    const condition = { etag: lease.etag };
    const key = staging.prefix + LEASE_NAME;
    const etag = await objects.writeIf(staging.bucket, key, JSON.stringify(state), condition);
    if (etag === undefined) log.warn("The lease changed while it was held", { holder: lease.holder });
  } catch (error) {
    log.warn("The lease could not be released; it expires", errorFields(error));
  }
}

function parseLease(body: string, place: string): LeaseState {
  const state: unknown = JSON.parse(body);
  if (!isLeaseState(state)) {
    throw new Error(`${place} is not a lease: ${body.slice(0, 200)}; delete it while no run is at work`);
  }
  return state;
}

function isLeaseState(value: unknown): value is LeaseState {
  if (typeof value !== "object" || value === null) return false;
  const { holder, expiresAtMs, lastHourlyPass } = value as Partial<Record<keyof LeaseState, unknown>>;
  return (
    (holder === null || typeof holder === "string") &&
    typeof expiresAtMs === "number" &&
    (lastHourlyPass === null || typeof lastHourlyPass === "string")
  );
}
