import { dev } from "../../environments/dev";
import { prod } from "../../environments/prod";
import { addStacks } from "../../stacks/add-stacks";
import { annotationLines } from "../../stacks/annotations";
import { indexVolumeText } from "../../stacks/index-volume";
import { LOCATION } from "../support/environments";
import { testApp } from "../support/test-app";

function linesOf(...environments: readonly (typeof prod)[]): string[] {
  const app = testApp();
  addStacks(
    app,
    environments.map((environment, index) => ({
      ...environment,
      location: { ...LOCATION, accountId: `${index}23456789012` },
    })),
  );
  return annotationLines(app);
}

const subscriber = { protocol: "email", endpoint: "on-call@example.com" } as const;
const heard = (environment: typeof prod): typeof prod => ({
  ...environment,
  operations: { ...environment.operations, alarmSubscriptions: [subscriber] },
});

describe("a synth", () => {
  test("warns of a protected environment whose alarms nobody hears, and of no other", () => {
    const warnings = (...environments: readonly (typeof prod)[]) =>
      linesOf(...environments).filter((line) => line.startsWith("warning"));
    expect(warnings(dev, prod)).toEqual([
      "warning: prod: protected, and nobody hears its alarms: name a subscriber in operations.alarmSubscriptions",
    ]);
    expect(warnings(dev, heard(prod))).toEqual([]);
  });

  test("says how long the volumes of a search domain last, where there is one", () => {
    expect(linesOf(dev, heard(prod))).toEqual([
      `info: dev: ${indexVolumeText(dev.speed)}`,
      `info: prod: ${indexVolumeText(prod.speed)}`,
    ]);
    expect(linesOf({ ...dev, speed: { ...dev.speed, enabled: false } })).toEqual([]);
  });
});

describe("the volumes of a search domain", () => {
  const rateOf = (speed: Partial<typeof prod.speed>): number =>
    Number(/ of up to (\S+) lines a second/.exec(indexVolumeText({ ...dev.speed, ...speed }))?.[1]);
  const standby = (nodesPerZone: number) =>
    ({ kind: "standby", nodesPerZone, masterInstanceType: "m6g.large.search" }) as const;

  test("hold what Linux and the service leave: 75 % of a small one, 20 GiB and 5 % less of a large one", () => {
    const [, bytes = 0] = / \((\d+) bytes a document\)$/.exec(indexVolumeText(dev.speed))?.map(Number) ?? [];
    const rate = (gibibytes: number) =>
      Number(((gibibytes * 1024 ** 3) / bytes / (90 * 86_400)).toPrecision(2));
    expect(rateOf({ volumeGiB: 10, retentionDays: 90 })).toBe(rate(7.5));
    expect(rateOf({ volumeGiB: 1000, retentionDays: 90 })).toBe(rate(930));
    expect(rateOf({ volumeGiB: 10, retentionDays: 90, availability: standby(1) })).toBe(rate(7.5));
    expect(rateOf({ volumeGiB: 10, retentionDays: 90, availability: standby(4) })).toBe(rate(30));
  });

  test("are full the sooner, the higher the rate; a rate that fits is not named", () => {
    const named = (volumeGiB: number) =>
      [
        ...indexVolumeText({ ...dev.speed, volumeGiB, retentionDays: 100 }).matchAll(
          /at (\S+) it is full after (\S+) days/g,
        ),
      ].map(([, rate, days]) => [rate, Number(days)]);
    const small = named(10);
    expect(small.map(([rate]) => rate)).toEqual(["10", "100", "1,000"]);
    expect(small.map(([, days]) => days)).toEqual([
      Number(small[0]?.[1]),
      Number(small[0]?.[1]) / 10,
      Number(small[0]?.[1]) / 100,
    ]);
    expect(named(12_288)).toEqual([]);
  });
});
