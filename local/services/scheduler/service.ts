import { randomUUID } from "node:crypto";
import { endsWithin } from "../../../lib/pause";
import type { Invoke, ScheduleModel, Service } from "../../plan/data-plane";

/** Outcome of an event after all its attempts. */
export type ScheduleOutcome = {
  readonly schedule: string;
  /** Time of the event, epoch milliseconds. */
  readonly firedAt: number;
  readonly attempts: number;
} & (
  | { readonly ok: true; readonly answer: unknown }
  /** `abandoned`: the schedule was closed, or the event exceeded its maximum age, before the next attempt. */
  | { readonly ok: false; readonly error: Error; readonly abandoned: boolean }
);

/** Time that running invocations get at the end; they are then killed with their functions, and run again at the next start. */
const CLOSE_GRACE_MS = 1_000;

/** Time and timers; tests pass their own. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls `action` after that time; the returned function cancels it. */
  after(milliseconds: number, action: () => void): () => void;
}

/** This machine's own time. */
const SYSTEM_CLOCK: Clock = {
  now: Date.now,
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Options of a schedule. */
interface ScheduleOptions {
  /** Divides the period and the waits between attempts. */
  readonly timeScale: number;
  /** Receives the outcome of every event, once. */
  readonly onOutcome: (outcome: ScheduleOutcome) => void;
  /** @default this machine's */
  readonly clock?: Clock;
}

/** A running schedule. */
export interface Schedule extends Service {
  readonly model: ScheduleModel;
  /** Time of the next event, epoch milliseconds; undefined for a disabled schedule. */
  nextAt(): number | undefined;
  /** Whether an invocation is in progress. */
  isRunning(): boolean;
}

/** Lambda waits a minute before it repeats a failed asynchronous invocation, and two before the third attempt. */
const RETRY_WAIT_MILLISECONDS = 60_000;

/** The event that EventBridge creates for a target without an input of its own. */
function scheduledEvent(model: ScheduleModel, time: number): Readonly<Record<string, unknown>> {
  const [, , , region, account] = model.functionArn.split(":");
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account,
    time: new Date(time).toISOString().replace(/\.\d+Z$/, "Z"),
    region,
    resources: [`arn:aws:events:${region}:${account}:rule/${model.name}`],
    detail: {},
  };
}

/**
 * Fires a schedule as EventBridge does: the first time one period after the start, then every period whether
 * or not the last event is still in progress. A failed invocation is retried as Lambda retries it.
 * `close` stops the schedule, cancels waiting retries, and waits a second for the running invocations.
 */
export function startSchedule(model: ScheduleModel, invoke: Invoke, options: ScheduleOptions): Schedule {
  const { clock = SYSTEM_CLOCK, timeScale, onOutcome } = options;
  const period = (model.everySeconds * 1000) / timeScale;
  const running = new Set<Promise<void>>();
  const waiting = new Set<() => void>();
  let closed = false;

  /** Resolves after the wait, or as soon as the schedule is closed. */
  const wait = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        waiting.delete(wake);
        resolve();
      };
      const cancel = clock.after(milliseconds, wake);
      waiting.add(wake);
    });

  const deliver = async (firedAt: number): Promise<void> => {
    const event = model.input === undefined ? scheduledEvent(model, firedAt) : model.input;
    for (let attempts = 1; ; attempts++) {
      try {
        const answer = await invoke(model.functionArn, event);
        return onOutcome({ schedule: model.name, firedAt, attempts, ok: true, answer });
      } catch (cause) {
        const error = cause instanceof Error ? cause : new Error(String(cause));
        const failed = { schedule: model.name, firedAt, attempts, ok: false, error } as const;
        if (attempts > model.maximumRetries) return onOutcome({ ...failed, abandoned: false });
        await wait((RETRY_WAIT_MILLISECONDS * attempts) / timeScale);
        const age = ((clock.now() - firedAt) / 1000) * timeScale;
        if (closed || age > model.maximumEventAgeSeconds) {
          return onOutcome({ ...failed, abandoned: true });
        }
      }
    }
  };

  let cancelNext = (): void => {};
  let nextAt: number | undefined;
  const fireAt = (due: number): void => {
    nextAt = due;
    cancelNext = clock.after(Math.max(0, due - clock.now()), () => {
      const now = clock.now();
      // Periods missed while the machine slept are skipped, as with a rule of EventBridge.
      fireAt(due + period > now ? due + period : now + period);
      const delivery = deliver(now).finally(() => running.delete(delivery));
      running.add(delivery);
    });
  };
  if (model.enabled) fireAt(clock.now() + period);

  return {
    model,
    nextAt: () => nextAt,
    isRunning: () => running.size > 0,
    close: async () => {
      closed = true;
      cancelNext();
      for (const wake of waiting) wake();
      await endsWithin(
        Promise.all(running).then(() => undefined),
        CLOSE_GRACE_MS,
      );
    },
  };
}
