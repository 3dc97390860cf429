import { setTimeout as sleep } from "node:timers/promises";
import type { Invoke, ScheduleModel } from "../../../../local/plan/data-plane";
import {
  type Clock,
  type ScheduleOutcome,
  startSchedule,
} from "../../../../local/services/scheduler/service";

const FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:MergeSmallFiles";
const START = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;

function model(overrides: Partial<ScheduleModel> = {}): ScheduleModel {
  return {
    address: "aws_cloudwatch_event_rule.Merge",
    name: "merge",
    everySeconds: 300,
    functionArn: FUNCTION,
    enabled: true,
    maximumRetries: 2,
    maximumEventAgeSeconds: 21_600,
    ...overrides,
  };
}

/** A clock that stands still until it is moved. */
class FakeClock implements Clock {
  private time = START;
  private readonly alarms = new Set<{ readonly at: number; readonly action: () => void }>();

  now(): number {
    return this.time;
  }

  after(milliseconds: number, action: () => void): () => void {
    const alarm = { at: this.time + milliseconds, action };
    this.alarms.add(alarm);
    return () => this.alarms.delete(alarm);
  }

  get waiting(): number {
    return this.alarms.size;
  }

  /** Lets time pass, alarm by alarm, and lets what each starts run. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    for (;;) {
      const [next] = [...this.alarms].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.alarms.delete(next);
      this.time = Math.max(this.time, next.at);
      next.action();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.time = end;
  }

  /** Jumps, as a machine that was asleep. */
  jump(milliseconds: number): void {
    this.time += milliseconds;
  }
}

function prepare(overrides: Partial<ScheduleModel>, behave: Invoke = async () => "merged", timeScale = 1) {
  const clock = new FakeClock();
  const outcomes: ScheduleOutcome[] = [];
  const calls: { readonly at: number; readonly arn: string; readonly event: unknown }[] = [];
  const invoke: Invoke = (arn, event) => {
    calls.push({ at: clock.now() - START, arn, event });
    return behave(arn, event);
  };
  const schedule = startSchedule(model(overrides), invoke, {
    timeScale,
    clock,
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  return { clock, outcomes, calls, schedule, times: () => calls.map(({ at }) => at / MINUTE) };
}

const failing: Invoke = async () => {
  throw new Error("no lease");
};

describe("firing", () => {
  test("the first time after one period, then every period", async () => {
    const { clock, times } = prepare({});
    await clock.advance(16 * MINUTE);
    expect(times()).toEqual([5, 10, 15]);
  });

  test("the time scale divides the period", async () => {
    const { clock, times } = prepare({}, undefined, 10);
    await clock.advance(1.6 * MINUTE);
    expect(times()).toEqual([0.5, 1, 1.5]);
  });

  test("it does not wait for an invocation that is still running", async () => {
    const { clock, times, outcomes } = prepare({}, () => new Promise(() => {}));
    await clock.advance(11 * MINUTE);
    expect(times()).toEqual([5, 10]);
    expect(outcomes).toEqual([]);
  });

  test("periods that the machine slept through are missed, and then it goes on", async () => {
    const { clock, times } = prepare({});
    clock.jump(62 * MINUTE);
    await clock.advance(6 * MINUTE);
    expect(times()).toEqual([62, 67]);
  });

  test("a disabled rule never fires; the same rule enabled does", async () => {
    const disabled = prepare({ enabled: false });
    await disabled.clock.advance(60 * MINUTE);
    expect(disabled.calls).toEqual([]);
    const enabled = prepare({ enabled: true });
    await enabled.clock.advance(60 * MINUTE);
    expect(enabled.calls).toHaveLength(12);
  });
});

describe("the event", () => {
  test("is EventBridge's", async () => {
    const { clock, calls } = prepare({});
    await clock.advance(5 * MINUTE);
    expect(calls).toEqual([
      {
        at: 5 * MINUTE,
        arn: FUNCTION,
        event: {
          version: "0",
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          "detail-type": "Scheduled Event",
          source: "aws.events",
          account: "111122223333",
          time: "2026-11-24T12:05:00Z",
          region: "eu-west-1",
          resources: ["arn:aws:events:eu-west-1:111122223333:rule/merge"],
          detail: {},
        },
      },
    ]);
  });

  test.each([{ hours: 3 }, null, "text"])(
    "is the constant input %j where the target has one",
    async (input) => {
      const { clock, calls } = prepare({ input });
      await clock.advance(5 * MINUTE);
      expect(calls.map(({ event }) => event)).toEqual([input]);
    },
  );
});

describe("outcomes", () => {
  test("an answer is reported", async () => {
    const { clock, outcomes } = prepare({});
    await clock.advance(5 * MINUTE);
    expect(outcomes).toEqual([
      { schedule: "merge", firedAt: START + 5 * MINUTE, attempts: 1, ok: true, answer: "merged" },
    ]);
  });

  test("a failure is repeated after one and two minutes with the same event, then reported once", async () => {
    const { clock, times, calls, outcomes } = prepare({ everySeconds: 3600 }, failing);
    await clock.advance(119 * MINUTE);
    expect(times()).toEqual([60, 61, 63]);
    expect(new Set(calls.map(({ event }) => event)).size).toBe(1);
    expect(outcomes).toEqual([
      expect.objectContaining({ attempts: 3, ok: false, abandoned: false, error: new Error("no lease") }),
    ]);
  });

  test("a repetition that succeeds is a success", async () => {
    let failures = 1;
    const { clock, outcomes } = prepare({ everySeconds: 3600 }, async () => {
      if (failures-- > 0) throw new Error("once");
      return "second time";
    });
    await clock.advance(70 * MINUTE);
    expect(outcomes).toEqual([expect.objectContaining({ attempts: 2, ok: true, answer: "second time" })]);
  });

  test("without retries a failure is reported at once", async () => {
    const { clock, calls, outcomes } = prepare({ maximumRetries: 0 }, failing);
    await clock.advance(9 * MINUTE);
    expect(calls).toHaveLength(1);
    expect(outcomes).toEqual([expect.objectContaining({ attempts: 1, ok: false, abandoned: false })]);
  });

  test("an event that grew too old is discarded before its next attempt", async () => {
    const { clock, calls, outcomes } = prepare({ everySeconds: 3600, maximumEventAgeSeconds: 90 }, failing);
    await clock.advance(90 * MINUTE);
    expect(calls).toHaveLength(2);
    expect(outcomes).toEqual([expect.objectContaining({ attempts: 2, ok: false, abandoned: true })]);
  });

  test("waits and ages are scaled too", async () => {
    const { clock, times, outcomes } = prepare({ everySeconds: 3600 }, failing, 60);
    await clock.advance(1.9 * MINUTE);
    expect(times()).toEqual([1, 1 + 1 / 60, 1 + 3 / 60]);
    expect(outcomes).toHaveLength(1);
  });

  test("what is thrown need not be an error", async () => {
    const { clock, outcomes } = prepare({ maximumRetries: 0 }, () => Promise.reject("text"));
    await clock.advance(5 * MINUTE);
    expect(outcomes).toEqual([expect.objectContaining({ error: new Error("text") })]);
  });
});

describe("closing", () => {
  test("fires no more, reports what waits for an attempt, and leaves no timer", async () => {
    const { clock, calls, outcomes, schedule } = prepare({}, failing);
    await clock.advance(5 * MINUTE);
    await schedule.close();
    await clock.advance(60 * MINUTE);
    expect(calls).toHaveLength(1);
    expect(outcomes).toEqual([expect.objectContaining({ attempts: 1, ok: false, abandoned: true })]);
    expect(clock.waiting).toBe(0);
  });

  test("waits for what runs", async () => {
    let finish = (_: string): void => {};
    const { clock, outcomes, schedule } = prepare(
      {},
      () => new Promise<string>((resolve) => (finish = resolve)),
    );
    await clock.advance(5 * MINUTE);
    let closed = false;
    const closing = schedule.close().then(() => (closed = true));
    await sleep(20);
    expect(closed).toBe(false);
    finish("late");
    await closing;
    expect(outcomes).toEqual([expect.objectContaining({ ok: true, answer: "late" })]);
  });
});

test("runs on this machine's clock", async () => {
  const outcomes: ScheduleOutcome[] = [];
  const started = Date.now();
  const schedule = startSchedule(model({ everySeconds: 60 }), async () => "ok", {
    timeScale: 600,
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  await sleep(350);
  await schedule.close();
  const fired = outcomes.length;
  expect(fired).toBeGreaterThanOrEqual(2);
  expect(fired).toBeLessThanOrEqual(3);
  expect(outcomes[0]?.firedAt).toBeGreaterThanOrEqual(started + 99);
  await sleep(150);
  expect(outcomes).toHaveLength(fired);
});
