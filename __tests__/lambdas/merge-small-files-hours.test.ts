import { HOUR_MS, type Hour, hourOf, hoursBetween } from "../../contract/hours";
import { mergeSmallFiles } from "../../lambdas/merge-small-files/core";
import { MergeRunFailed, type Outcome } from "../../lambdas/merge-small-files/outcome";
import type { Ledger } from "../../lambdas/merge-small-files/state";
import type { Statement } from "../../lambdas/merge-small-files/statement";
import { CONFIG, FakeWarehouse, identityOf } from "../support/fake-warehouse";

/** Forty hours of simulated time, a run each thirteen minutes, an object each ten: which hours are merged when. */
const START_MS = Date.UTC(2026, 10, 24, 12);
const MINUTE_MS = 60_000;
const TIMEOUT_MS = 5 * MINUTE_MS;
const EVERY_MS = 13 * MINUTE_MS;
const HOURS = 40;

class World {
  readonly warehouse = new FakeWarehouse(START_MS);
  /** Start of the runs that merged an hour, in minutes after the hour's end, by the hour's name. */
  readonly mergedAt = new Map<string, number[]>();
  readonly errors: string[] = [];
  #delivered = 0;
  #nextObjectMs = START_MS;

  hour(number: number): Hour {
    return hourOf(START_MS + number * HOUR_MS);
  }

  /** Lets time pass until so many hours after the start. @param runs whether the function runs meanwhile */
  async until(hours: number, runs = true): Promise<void> {
    const { warehouse } = this;
    for (; warehouse.nowMs < START_MS + hours * HOUR_MS; ) {
      const nextRunMs = warehouse.nowMs - ((warehouse.nowMs - START_MS) % EVERY_MS) + EVERY_MS;
      warehouse.nowMs = nextRunMs;
      for (; this.#nextObjectMs <= nextRunMs; this.#nextObjectMs += 10 * MINUTE_MS) {
        warehouse.nowMs = this.#nextObjectMs;
        if (this.#nextObjectMs < START_MS + HOURS * HOUR_MS) {
          warehouse.deliver(warehouse.hour, [`line ${this.#delivered++}`]);
        }
      }
      warehouse.nowMs = nextRunMs;
      if (runs) await this.run();
    }
  }

  async run(): Promise<Outcome | undefined> {
    const startedMs = this.warehouse.nowMs;
    let outcome: Outcome;
    try {
      outcome = await mergeSmallFiles(CONFIG, this.warehouse.ports(), TIMEOUT_MS);
    } catch (error) {
      if (!(error instanceof MergeRunFailed)) throw error;
      this.errors.push(error.message);
      outcome = error.outcome;
    }
    expect(this.warehouse.nowMs - startedMs).toBeLessThan(TIMEOUT_MS);
    for (const { hour } of outcome.merged) {
      const endMs = Date.parse(`${hour}:00:00Z`) + HOUR_MS;
      this.mergedAt.set(hour, [
        ...(this.mergedAt.get(hour) ?? []),
        Math.round((startedMs - endMs) / MINUTE_MS),
      ]);
    }
    return outcome;
  }

  /** Minutes after its end in which each hour was merged last. */
  lastMerge(number: number): number {
    return this.mergedAt.get(this.hour(number).name)?.at(-1) ?? Number.POSITIVE_INFINITY;
  }

  ledger(): Ledger {
    return JSON.parse(this.warehouse.objects.get("merge-state/ledger.json")?.body ?? "{}") as Ledger;
  }

  /** Every line of the raw zone is in one live Parquet set, and nothing else is. */
  expectSound(): void {
    const hours = hoursBetween(START_MS - HOUR_MS, this.warehouse.nowMs);
    const raw = new Set(hours.flatMap((hour) => this.warehouse.rawRows(hour)).map(identityOf));
    const parquet = hours.flatMap((hour) => this.warehouse.read("parquet", hour)).map(identityOf);
    expect(parquet).toHaveLength(new Set(parquet).size);
    expect(new Set(parquet)).toEqual(raw);
  }

  expectSettled(): void {
    for (const hour of hoursBetween(START_MS, START_MS + (HOURS - 1) * HOUR_MS)) {
      const { digest, compared } = this.warehouse.parquetPartition(hour)?.parameters ?? {};
      expect([hour.name, compared]).toEqual([hour.name, digest]);
    }
    expect(this.ledger().unsettled).toEqual({});
    expect([...this.warehouse.objects.keys()].filter((key) => key.includes("intents/"))).toEqual([]);
  }
}

const isMerge = (statement: Statement, hour: Hour): boolean =>
  statement.kind === "merge" && statement.hour.name === hour.name;

test("nothing slow: each hour is merged to its end within two runs of it, and all are settled", async () => {
  const world = new World();
  await world.until(HOURS + 3);
  for (let hour = 0; hour < HOURS; hour++) expect(world.lastMerge(hour)).toBeLessThanOrEqual(2 * 13);
  world.expectSound();
  world.expectSettled();
  expect(world.errors).toEqual([]);
});

test("one slow hour delays no other, and is merged by the run after its query ended", async () => {
  const world = new World();
  const slow = world.hour(5);
  world.warehouse.queryMs = (statement) => (isMerge(statement, slow) ? 28 * MINUTE_MS : 5_000);
  await world.until(HOURS + 3);
  for (let hour = 0; hour < HOURS; hour++) {
    expect(world.lastMerge(hour)).toBeLessThanOrEqual(hour === 5 ? 6 * 13 : 2 * 13);
  }
  world.expectSound();
  world.expectSettled();
});

test("all hours slow: each gets its turn, none is begun twice at a time, and all are settled", async () => {
  const world = new World();
  world.warehouse.queryMs = () => 20 * MINUTE_MS;
  await world.until(HOURS + 8);
  for (let hour = 0; hour < HOURS; hour++) expect(world.lastMerge(hour)).toBeLessThan(4 * 60);
  const running = world.warehouse.jobs.filter(({ state }) => state.state === "running");
  expect(running.length).toBeLessThanOrEqual(CONFIG.QUERIES_IN_FLIGHT);
  world.warehouse.queryMs = () => 500;
  await world.until(HOURS + 11);
  world.expectSound();
  world.expectSettled();
});

test("a failing hour delays no other; it leaves the look-back unsettled, which is counted until it is settled", async () => {
  const world = new World();
  const { warehouse } = world;
  const failing = world.hour(5);
  warehouse.failure = (statement) => (isMerge(statement, failing) ? "HIVE_BAD_DATA" : undefined);
  await world.until(30);
  for (let hour = 0; hour < 30; hour++) {
    if (hour !== 5) expect(world.lastMerge(hour)).toBeLessThanOrEqual(2 * 13);
  }
  expect(world.ledger().unsettled).toEqual({});
  await world.until(34);
  expect(world.ledger().unsettled).toEqual({ [failing.name]: expect.stringContaining("HIVE_BAD_DATA") });
  expect(warehouse.metric("UnsettledHours")).toBe(1);
  // Seldom: an attempt an hour at most.
  const attempts = warehouse.jobs.filter(({ statement }) => isMerge(statement, failing)).length;
  expect(attempts).toBeLessThan(40);

  warehouse.failure = () => undefined;
  await world.until(HOURS + 3);
  expect(warehouse.metric("UnsettledHours")).toBe(0);
  world.expectSound();
  world.expectSettled();
});

test("an outage longer than the look-back: what left it meanwhile is recorded, merged and settled", async () => {
  const world = new World();
  await world.until(2);
  await world.until(34, false);
  world.warehouse.queryMs = () => 40_000;
  const first = await world.run();
  const left = first?.unsettled ?? [];
  expect(left.length).toBeGreaterThan(0);
  expect(world.warehouse.metric("UnsettledHours")).toBe(left.length);
  await world.until(HOURS + 3);
  expect(world.warehouse.metric("UnsettledHours")).toBe(0);
  world.expectSound();
  world.expectSettled();
});

test("an outage longer than raw partitions are registered ahead: they are registered, not read as empty", async () => {
  const world = new World();
  await world.until(1);
  await world.until(60, false);
  await world.until(66);
  world.expectSound();
  world.expectSettled();
});

test("history before the first run counts as settled", async () => {
  const world = new World();
  const { warehouse } = world;
  warehouse.deliver(hourOf(START_MS - 100 * HOUR_MS), ["of old"]);
  await world.until(2);
  expect(world.ledger()).toMatchObject({ unsettled: {}, settledBefore: "2026-11-23T12" });
  expect(warehouse.metric("UnsettledHours")).toBe(0);
});

describe("an acknowledgement", () => {
  const acknowledge = ({ warehouse }: World, ...hours: string[]) =>
    mergeSmallFiles(CONFIG, warehouse.ports(), TIMEOUT_MS, { acknowledge: hours });

  test("settles an hour of the look-back whose raw objects are gone, as long as none comes", async () => {
    const world = new World();
    const { warehouse } = world;
    await world.until(4);
    const damaged = world.hour(1);
    const [key = ""] = [...warehouse.objects.keys()].filter((name) =>
      name.startsWith(`json-data/${damaged.folder}`),
    );
    warehouse.objects.delete(key);
    // An hourly pass looks at it.
    await world.until(7.3);
    const refused = warehouse.logged.filter(({ message }) => message === "An hour is refused");
    expect(refused.length).toBeGreaterThan(1);
    await expect(acknowledge(world, damaged.name)).resolves.toMatchObject({ status: "acknowledged" });
    await world.until(HOURS);
    expect(warehouse.logged.filter(({ message }) => message === "An hour is refused")).toHaveLength(
      refused.length,
    );
    expect(world.ledger().unsettled).toEqual({});
    expect(warehouse.read("parquet", damaged)).toHaveLength(6);
  });

  test("settles one that left the look-back, and nothing else", async () => {
    const world = new World();
    const { warehouse } = world;
    const failing = world.hour(1);
    warehouse.failure = (statement) => (isMerge(statement, failing) ? "HIVE_BAD_DATA" : undefined);
    await world.until(30);
    expect(Object.keys(world.ledger().unsettled)).toEqual([failing.name]);
    await expect(acknowledge(world, world.hour(2).name)).rejects.toThrow("is not unsettled");
    await expect(acknowledge(world, world.hour(99).name)).rejects.toThrow("is not unsettled");
    expect(Object.keys(world.ledger().unsettled)).toEqual([failing.name]);
    await acknowledge(world, failing.name);
    expect(world.ledger().unsettled).toEqual({});
    await world.until(33);
    expect(warehouse.metric("UnsettledHours")).toBe(0);
  });
});

test("a raw object that was merged and is gone is noticed by its key, though a newer one came", async () => {
  const world = new World();
  const { warehouse } = world;
  await world.until(0.5);
  const hour = world.hour(0);
  const [key = ""] = [...warehouse.objects.keys()].filter((name) =>
    name.startsWith(`json-data/${hour.folder}`),
  );
  warehouse.objects.delete(key);
  warehouse.deliver(hour, ["newer"]);
  const held = warehouse.read("parquet", hour);
  await expect(world.run()).resolves.toMatchObject({
    merged: [],
    refused: [{ hour: hour.name, why: `1 raw objects were merged and are gone, such as ${key}` }],
  });
  expect(warehouse.read("parquet", hour)).toEqual(held);
});

test("expired hours: their raw partitions are dropped once a day, those that have objects never", async () => {
  const world = new World();
  const { warehouse } = world;
  await world.until(1);
  const old = hourOf(START_MS - 40 * 24 * HOUR_MS);
  const kept = hourOf(START_MS - 41 * 24 * HOUR_MS);
  for (const { values } of [old, kept]) {
    const key = [CONFIG.OLD_TABLE_NAME, ...values].join("/");
    warehouse.partitions.set(key, { values, location: "s3://lake/json-data/x/", parameters: {} });
  }
  warehouse.deliver(kept, ["not deleted yet"]);
  await world.until(13);
  expect(warehouse.rawPartition(old)).toBeUndefined();
  expect(warehouse.rawPartition(kept)).toBeDefined();
  expect(world.ledger().expiredOn).toBe("2026-11-25");
  expect(warehouse.calls.filter((call) => call === "catalog.partitionValues")).toHaveLength(2);
});

test("a neighbour that was swapped while a query ran is checked; what it took is left to it", async () => {
  const world = new World();
  const { warehouse } = world;
  const [before, hour] = [world.hour(-1), world.hour(0)];
  warehouse.nowMs = START_MS + 5 * MINUTE_MS;
  warehouse.deliver(before, ["a"]);
  warehouse.deliver(hour, ["b", "c"]);
  // The query of the later hour reads before its neighbour has anything; the duplicate comes to both.
  warehouse.deliver(before, ["b"]);
  warehouse.queryMs = (statement) => (isMerge(statement, hour) ? 20 * MINUTE_MS : 3 * MINUTE_MS);
  for (let run = 0; run < 10; run++) {
    warehouse.nowMs += 6 * MINUTE_MS;
    await world.run();
  }
  world.expectSound();
  expect(warehouse.logged).toContainEqual(
    expect.objectContaining({
      message: "An hour is started again",
      why: "neighbours took 1 of its identities meanwhile",
    }),
  );
});

test("a damaged intent or ledger is said by name, and its hour is not begun", async () => {
  const world = new World();
  const { warehouse } = world;
  await world.until(1);
  const broken = { body: "{", etag: "x", modifiedMs: 0 };
  warehouse.objects.set(`merge-state/intents/${world.hour(0).name}.json`, broken);
  warehouse.deliver(world.hour(0), ["late"]);
  const started = warehouse.jobs.length;
  await world.run();
  expect(world.errors).toEqual([
    expect.stringContaining(`intents/${world.hour(0).name}.json is no intent: {`),
  ]);
  expect(warehouse.jobs.slice(started).some(({ statement }) => isMerge(statement, world.hour(0)))).toBe(
    false,
  );
  warehouse.objects.set("merge-state/ledger.json", broken);
  await expect(world.run()).rejects.toThrow("merge-state/ledger.json is no ledger: {");
});
