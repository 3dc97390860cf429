import fc from "fast-check";
import { HOUR_MS, type Hour, hourOf, hoursBetween } from "../../contract/hours";
import { MergeRunFailed } from "../../lambdas/merge-small-files/outcome";
import { FakeWarehouse, identityOf, Killed } from "../support/fake-warehouse";
import { expectSound, MINUTE_MS, merge, NOON, TIMEOUT_MS, withTwoHours } from "../support/merge-runs";

describe("killed after any call", () => {
  /** A merged hour with late objects, duplicates and a new hour: every kind of step happens. */
  async function scenario(): Promise<{ warehouse: FakeWarehouse; hours: Hour[] }> {
    const { warehouse, now, before } = withTwoHours();
    await merge(warehouse);
    const next = hourOf(now.startMs + HOUR_MS);
    warehouse.nowMs = next.startMs + 30 * MINUTE_MS;
    warehouse.deliver(before, ["late", "a"]);
    warehouse.deliver(now, ["f", "late"]);
    warehouse.deliver(next, ["g", "f"]);
    return { warehouse, hours: [before, now, next] };
  }

  test.each([
    ["its queries end at once", 500],
    ["its queries run on for 25 minutes", 25 * MINUTE_MS],
  ])("the next run ends in the right state, when %s", async (_what, orphanMs) => {
    const clean = await scenario();
    const earlier = clean.warehouse.calls.length;
    await merge(clean.warehouse);
    const calls = clean.warehouse.calls.length - earlier;
    expect(calls).toBeGreaterThan(80);

    for (let lastCall = 0; lastCall <= calls; lastCall++) {
      const { warehouse, hours } = await scenario();
      const reader = new Reader(warehouse, hours);
      // After its last call nothing of it is left to be killed.
      if (lastCall < calls) await expect(merge(warehouse, lastCall)).rejects.toThrow("killed");
      else await merge(warehouse, lastCall);
      for (const job of warehouse.jobs) {
        if (job.state.state === "running") Object.assign(job, { doneAtMs: warehouse.nowMs + orphanMs });
      }

      warehouse.nowMs += TIMEOUT_MS + MINUTE_MS;
      await expect(merge(warehouse)).resolves.toMatchObject({ status: "done", failed: [], refused: [] });
      if (orphanMs < MINUTE_MS) expectSound(warehouse, hours);

      // Two hours on, nothing of the killed run is left.
      for (let hour = 0; hour < 4; hour++) {
        warehouse.nowMs += HOUR_MS;
        const { failed, merged, refused } = await merge(warehouse);
        expect([failed, refused]).toEqual([[], []]);
        if (hour > 0) expect(merged).toEqual([]);
      }
      expect([...warehouse.objects.keys()].filter((key) => key.includes("intents/"))).toEqual([]);
      expectSound(warehouse, hours);
      expect(hours.map((hour) => warehouse.runs(hour).length)).toEqual([1, 1, 1]);
      expect([...warehouse.temporary.keys()]).toEqual([]);
      expect(reader.complaints).toEqual([]);
    }
  });

  test("no reader ever sees an hour whose rows of one identity differ, and the next run refuses it", async () => {
    const scene = async () => {
      const { warehouse, now, before } = withTwoHours();
      await merge(warehouse);
      warehouse.nowMs += 5 * MINUTE_MS;
      warehouse.deliver(now, ["d=other"]);
      return { warehouse, now, hours: [before, now] };
    };
    const clean = await scene();
    const earlier = clean.warehouse.calls.length;
    await merge(clean.warehouse);
    const calls = clean.warehouse.calls.length - earlier;

    for (let lastCall = 0; lastCall < calls; lastCall++) {
      const { warehouse, now, hours } = await scene();
      const live = warehouse.parquetPartition(now);
      const reader = new Reader(warehouse, hours);
      await expect(merge(warehouse, lastCall)).rejects.toThrow("killed");
      warehouse.nowMs += TIMEOUT_MS + MINUTE_MS;
      const refused = [{ hour: now.name, why: "rows of identity d differ" }];
      await expect(merge(warehouse)).resolves.toMatchObject({ merged: [], failed: [], refused });
      expect(warehouse.parquetPartition(now)).toBe(live);

      for (let hour = 0; hour < 3; hour++) {
        warehouse.nowMs += HOUR_MS;
        await merge(warehouse);
      }
      expect([...warehouse.objects.keys()].filter((key) => key.includes("intents/"))).toEqual([]);
      expect(warehouse.runs(now)).toHaveLength(1);
      expect([...warehouse.temporary.keys()]).toEqual([]);
      expect(reader.complaints).toEqual([]);
    }
  });
});

/** Queries the Parquet table after every single call of a run, and notes what no reader may ever see. */
class Reader {
  readonly complaints: string[] = [];
  readonly #seen = new Map<string, string[]>();
  readonly #queries: { location: string; rows: string; untilMs: number }[] = [];

  constructor(
    private readonly warehouse: FakeWarehouse,
    private readonly hours: readonly Hour[],
  ) {
    warehouse.afterCall = () => this.look();
  }

  /** Begins a query that takes 59 minutes: it has asked the catalog, and still reads the files. */
  beginQuery(hour: Hour): void {
    const location = this.warehouse.parquetPartition(hour)?.location;
    if (location === undefined) return;
    const rows = String(this.warehouse.readLocation(location));
    this.#queries.push({ location, rows, untilMs: this.warehouse.nowMs + 59 * MINUTE_MS });
  }

  look(): void {
    const { warehouse } = this;
    for (const hour of this.hours) {
      // Most hours have nothing yet.
      if (!warehouse.parquetPartition(hour) && !this.#seen.has(hour.name)) continue;
      const rows = warehouse.read("parquet", hour);
      const identities = new Set(rows.map(identityOf));
      if (identities.size !== rows.length) this.complaints.push(`${hour.name} is duplicated: ${rows}`);
      const gone = (this.#seen.get(hour.name) ?? []).filter((identity) => !identities.has(identity));
      if (gone.length > 0) this.complaints.push(`${hour.name} lost ${gone}`);
      this.#seen.set(hour.name, rows);
    }
    for (const { location, rows, untilMs } of this.#queries) {
      if (warehouse.nowMs > untilMs) continue;
      if (String(warehouse.readLocation(location)) !== rows) this.complaints.push(`${location} changed`);
    }
  }
}

describe("over any history of deliveries, merges and kills", () => {
  const HOURS = hoursBetween(NOON - 3 * HOUR_MS, NOON + 24 * HOUR_MS);
  const delivery = fc.record({
    kind: fc.constant("deliver" as const),
    hoursAgo: fc.integer({ min: 0, max: 3 }),
    fresh: fc.integer({ min: 0, max: 3 }),
    duplicates: fc.array(fc.nat(), { maxLength: 3 }),
  });
  const pass = fc.record({
    kind: fc.constant("merge" as const),
    lastCall: fc.option(fc.nat(120), { nil: undefined }),
    queryMs: fc.constantFrom(500, 10_000, 4 * MINUTE_MS, 25 * MINUTE_MS),
  });
  const wait = fc.record({ kind: fc.constant("wait" as const), minutes: fc.constantFrom(1, 5, 7, 30, 61) });
  const read = fc.record({ kind: fc.constant("read" as const), hoursAgo: fc.nat(3) });
  const history = fc.array(fc.oneof(delivery, pass, wait, read), { minLength: 10, maxLength: 40 });

  test("no reader sees an hour duplicated or empty, a query of 59 minutes keeps its files, and the end is right", async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const warehouse = new FakeWarehouse(NOON);
        const delivered: { identity: string; hour: Hour }[] = [];
        const reader = new Reader(warehouse, HOURS);
        for (const step of steps) {
          if (step.kind === "wait") {
            warehouse.nowMs += step.minutes * MINUTE_MS;
          } else if (step.kind === "deliver") {
            const hour = hourOf(warehouse.nowMs - step.hoursAgo * HOUR_MS);
            // A line may arrive a second time in the same hour and in any two before and after it.
            const near = delivered.filter(
              ({ hour: other }) => Math.abs(hour.startMs - other.startMs) <= HOUR_MS,
            );
            const duplicates = step.duplicates.flatMap(
              (at) => near[at % Math.max(1, near.length)]?.identity ?? [],
            );
            const fresh = Array.from({ length: step.fresh }, (_, index) => `${delivered.length + index}`);
            warehouse.deliver(hour, [...fresh, ...duplicates]);
            delivered.push(...fresh.map((identity) => ({ identity, hour })));
          } else if (step.kind === "merge") {
            warehouse.queryMs = () => step.queryMs;
            await merge(warehouse, step.lastCall).catch((error: unknown) => {
              const died = error instanceof Killed || error instanceof MergeRunFailed;
              if (step.lastCall === undefined || !died) throw error;
            });
          } else {
            reader.beginQuery(hourOf(warehouse.nowMs - step.hoursAgo * HOUR_MS));
          }
        }
        warehouse.queryMs = () => 500;
        for (let quiet = 0; quiet < 4; quiet++) {
          warehouse.nowMs += HOUR_MS;
          await merge(warehouse).catch((error: unknown) => {
            if (quiet > 1 || !(error instanceof MergeRunFailed)) throw error;
          });
        }
        expect(reader.complaints).toEqual([]);
        const all = hoursBetween(NOON - 3 * HOUR_MS, warehouse.nowMs);
        expectSound(warehouse, all);
        const everywhere = all.flatMap((hour) => warehouse.read("parquet", hour)).sort();
        expect(everywhere).toEqual(delivered.map(({ identity }) => identity).sort());
      }),
      { numRuns: 300 },
    );
  });
});
