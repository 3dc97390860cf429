import { HOUR_MS, type Hour, hourOf } from "../../contract/hours";
import { mergeSmallFiles } from "../../lambdas/merge-small-files/core";
import type { Outcome } from "../../lambdas/merge-small-files/outcome";
import { CONFIG, FakeWarehouse, identityOf } from "./fake-warehouse";

export const NOON = Date.UTC(2026, 10, 24, 12, 0, 0);
export const MINUTE_MS = 60_000;
export const TIMEOUT_MS = 5 * MINUTE_MS;

/** One invocation of the function; killed after `lastCall` calls of its ports. */
export function merge(warehouse: FakeWarehouse, lastCall?: number): Promise<Outcome> {
  return mergeSmallFiles(CONFIG, warehouse.ports(lastCall), TIMEOUT_MS);
}

/** A warehouse at ten past twelve with two hours of raw objects. */
export function withTwoHours(): { warehouse: FakeWarehouse; now: Hour; before: Hour } {
  const warehouse = new FakeWarehouse(NOON + 10 * MINUTE_MS);
  const now = warehouse.hour;
  const before = hourBefore(now);
  warehouse.deliver(before, ["a", "b"]);
  warehouse.deliver(before, ["c"]);
  warehouse.deliver(now, ["d", "e"]);
  return { warehouse, now, before };
}

/** The hour before. */
export function hourBefore({ startMs }: Hour): Hour {
  return hourOf(startMs - HOUR_MS);
}

/** Each line of the raw zone is in the live Parquet once, of an hour that has it; nothing else is there. */
export function expectSound(warehouse: FakeWarehouse, hours: readonly Hour[]): void {
  const faults: string[] = [];
  const found = new Map<string, string[]>();
  for (const hour of hours) {
    const raw = new Set(warehouse.rawRows(hour));
    for (const row of warehouse.read("parquet", hour)) {
      if (!raw.has(row)) faults.push(`${hour.name} has ${row}, which its raw objects have not`);
      found.set(identityOf(row), [...(found.get(identityOf(row)) ?? []), hour.name]);
    }
  }
  for (const identity of new Set(hours.flatMap((hour) => warehouse.rawRows(hour).map(identityOf)))) {
    const places = found.get(identity) ?? [];
    if (places.length !== 1) faults.push(`${identity} is in [${places}]`);
  }
  expect(faults).toEqual([]);
}
