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
    const [, bytes = 0] = /\((\d+) bytes a document\)$/.exec(indexVolumeText(dev.speed))?.map(Number) ?? [];
    const rate = (gibibytes: number) => (gibibytes * 1024 ** 3) / bytes / (90 * 86_400);
    const near = (speed: Partial<typeof prod.speed>, gibibytes: number) =>
      expect(rateOf({ ...speed, retentionDays: 90 }) / rate(gibibytes)).toBeCloseTo(1, 1);
    near({ volumeGiB: 10 }, 7.5);
    near({ volumeGiB: 1000 }, 930);
    near({ volumeGiB: 10, availability: standby(1) }, 7.5);
    near({ volumeGiB: 10, availability: standby(4) }, 30);
  });

  test("are full the sooner, the higher the rate; a rate that fits is not named", () => {
    const named = (volumeGiB: number) => {
      const text = indexVolumeText({ ...dev.speed, volumeGiB, retentionDays: 100 });
      return [...text.matchAll(/at (\S+) it is full after (\S+) days/g)].map(([, ...found]) => found);
    };
    expect(named(10)).toEqual([
      ["10", "46"],
      ["100", "4.7"],
      ["1,000", "0.47"],
    ]);
    expect(named(12_288)).toEqual([]);
  });
});
