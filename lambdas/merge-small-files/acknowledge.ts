import type { Hour } from "../../contract/hours";
import { hourNamed } from "../../contract/hours";
import { digestOf } from "./plan";
import type { Ports } from "./ports";
import type { Ledger } from "./state";
import { listRaw, type MergeConfig } from "./warehouse";

/** Event of a manual invocation: hours to treat as settled, such as `2026-11-24T03`. */
export interface Acknowledgement {
  readonly acknowledge: readonly string[];
}

/** The acknowledgement of an event, if it has one. @throws RangeError when it is malformed. */
export function readAcknowledgement(event: unknown): Acknowledgement | undefined {
  if (typeof event !== "object" || event === null || !("acknowledge" in event)) return undefined;
  const { acknowledge } = event;
  if (!Array.isArray(acknowledge) || acknowledge.length === 0) {
    throw new RangeError('acknowledge must be a list of hours, such as {"acknowledge":["2026-11-24T03"]}');
  }
  return { acknowledge: acknowledge.map((name) => hourNamed(String(name)).name) };
}

/**
 * Treats hours as settled with their current raw objects: new objects make them unsettled again.
 * @param newest the current hour @throws RangeError for an hour that has not begun, or is settled already.
 */
export async function acknowledge(
  { acknowledge: names }: Acknowledgement,
  newest: Hour,
  ledger: Ledger,
  config: MergeConfig,
  ports: Ports,
): Promise<void> {
  for (const hour of names.map(hourNamed)) {
    const isOpen = hour.name >= ledger.settledBefore && hour.startMs <= newest.startMs;
    if (!isOpen && ledger.unsettled[hour.name] === undefined) {
      throw new RangeError(`${hour.name} is not unsettled: there is nothing to acknowledge`);
    }
    const { objects } = await listRaw(ports, config.OLD_TABLE_LOCATION_PREFIX, hour);
    ports.log.warn("An hour was acknowledged", { hour: hour.name, why: ledger.unsettled[hour.name] });
    if (isOpen) ledger.acknowledged[hour.name] = digestOf(objects);
    delete ledger.unsettled[hour.name];
    delete ledger.failing[hour.name];
    delete ledger.conflicts[hour.name];
  }
}
