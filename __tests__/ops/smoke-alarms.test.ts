import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { alarmsIn } from "../../ops/smoke/alarms";
import { alarmsPart } from "../../ops/smoke/smoke";
import { ownAlarms } from "../../ops/target/alarms";
import { targetOfEnvironment } from "../../ops/target/environment";
import { writeStack } from "../local/plan-fixture";
import { synthesized } from "../support/synthesized";

const OF_OTHERS = ["billing", "retail-billing", "meters-retail-bi-stream-throttled"];

afterEach(() => jest.restoreAllMocks());

describe.each(["dev", "prod"] as const)("the alarms of %s", (environment) => {
  const target = targetOfEnvironment(environment, {});

  async function names(): Promise<string[]> {
    const text = readFileSync(join(await synthesized(environment), "cdk.tf.json"), "utf8");
    const alarms: Record<string, { readonly alarm_name: string }> =
      JSON.parse(text).resource.aws_cloudwatch_metric_alarm;
    return Object.values(alarms).map(({ alarm_name }) => alarm_name);
  }

  test("are told from others by the environment, and by its stack", async () => {
    const own = await names();
    expect(own.length).toBeGreaterThan(5);
    const stack = { directory: await synthesized(environment), variables: {} };
    for (const isOwn of [ownAlarms({ environment }, target), ownAlarms({ stack }, target)]) {
      expect(own.filter((name) => !isOwn(name))).toEqual([]);
      expect(OF_OTHERS.filter(isOwn)).toEqual([]);
    }
    const other = ownAlarms(
      { environment: environment === "dev" ? "prod" : "dev" },
      {
        ...target,
        name: environment === "dev" ? "prod" : "dev",
      },
    );
    expect(own.filter(other)).toEqual([]);
  });
});

test("an alarm that an app adds to its stack is its own, also a composite one", () => {
  const folder = mkdtempSync(join(tmpdir(), "smoke-alarms-test-"));
  try {
    writeStack(folder, {
      provider: { aws: [{}] },
      resource: {
        aws_cloudwatch_metric_alarm: { One: { alarm_name: `till-\${data.aws_region.here.name}` } },
        aws_cloudwatch_composite_alarm: { All: { alarm_name: "till-all" } },
      },
    });
    const target = { name: "till", location: { region: "eu-north-1", accountId: "111122223333" } };
    const isOwn = ownAlarms({ stack: { directory: folder, variables: {} } }, target);
    expect(["till-eu-north-1", "till-all", "till-other"].map(isOwn)).toEqual([true, true, false]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe("the verdict about alarms", () => {
  /** What is in ALARM before and after the lines. */
  async function verdictAfter(before: readonly string[], after: readonly string[]) {
    const isOwn = ownAlarms({ environment: "dev" }, targetOfEnvironment("dev", {}));
    const answers = [before, after];
    jest.spyOn(CloudWatchClient.prototype, "send").mockImplementation((async () => ({
      MetricAlarms: answers.shift()?.map((AlarmName) => ({ AlarmName })),
    })) as never);
    const first = await alarmsIn("eu-west-1", isOwn);
    return alarmsPart(first, await alarmsIn("eu-west-1", isOwn));
  }

  test("is red by one of the system that went off, and names it", async () => {
    const old = "retail-bi-delivery-stopped";
    expect(await verdictAfter([old], ["retail-bi-stream-throttled", old])).toEqual({
      name: "alarms",
      verdict: "failed",
      detail: `went into ALARM: retail-bi-stream-throttled; in ALARM before, too: ${old}`,
    });
  });

  test("is ok when one of others went off, and names that, too", async () => {
    expect(await verdictAfter(["billing"], ["billing", "payments-errors"])).toEqual({
      name: "alarms",
      verdict: "ok",
      detail: "none went into ALARM; not of this system, went into ALARM: payments-errors",
    });
  });
});
