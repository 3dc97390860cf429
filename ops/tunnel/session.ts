import { setTimeout as wait } from "node:timers/promises";
import { OperatorError } from "../../lib/operator-error";
import type { Variables } from "../../lib/variables";
import { LocalAnswer } from "./local-answer";
import { type SessionChild, type SessionTarget, startSession } from "./session-child";

/** A session to the domain that is reopened when it drops. */
interface Session {
  /** Local port that forwards to the domain. @throws LocalAnswer 503 while the session is down. */
  port(): number;
  /** Resolves to the reason when the session cannot be reopened, or to undefined when it was closed. */
  readonly over: Promise<OperatorError | undefined>;
  /** Ends the session and its programs. */
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly target: SessionTarget;
  /** Environment of the AWS CLI. */
  readonly variables: Variables;
  readonly say: (line: string) => void;
  /** Aborts the opening; `close` ends an open session. */
  readonly signal?: AbortSignal;
  /** Milliseconds before each attempt to reopen it; no further attempts follow. @default 1, 2, 4, 8 and 16 s */
  readonly backoffMs?: readonly number[];
  /** Timeout of an attempt. @default 30 s */
  readonly openingMs?: number;
}

const BACKOFF_MS = [1_000, 2_000, 4_000, 8_000, 16_000];

/**
 * Opens a session and keeps it open. Session Manager ends an idle session after 20 minutes, and a change of the network
 * ends any session; it is then reopened, with an exponential backoff.
 * @throws OperatorError naming what is missing when the first session cannot be opened.
 */
export async function openSession({
  target,
  variables,
  say,
  signal,
  backoffMs = BACKOFF_MS,
  openingMs,
}: SessionOptions): Promise<Session> {
  const closing = new AbortController();
  let child = startSession(target, variables, say, openingMs);
  const stopOpening = (): void => void child.stop();
  signal?.addEventListener("abort", stopOpening, { once: true });
  let port: number | undefined = await openedOrStopped(child).finally(() => {
    signal?.removeEventListener("abort", stopOpening);
  });

  /** Reopens the session. @returns the last error, or undefined when it is open or being closed. */
  async function reopen(): Promise<OperatorError | undefined> {
    let reason = new OperatorError("there was no attempt");
    for (const [attempt, pause] of backoffMs.entries()) {
      say(`reopening the session in ${pause / 1000} s (${attempt + 1} of ${backoffMs.length})`);
      await wait(pause, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) return undefined;
      child = startSession(target, variables, say, openingMs);
      try {
        port = await openedOrStopped(child);
        say("the session is open again");
        return undefined;
      } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
        reason = error;
        say(error.message);
      }
    }
    return reason;
  }

  async function keep(): Promise<OperatorError | undefined> {
    while (!closing.signal.aborted) {
      const output = await child.ended;
      port = undefined;
      if (closing.signal.aborted) break;
      say(`the session to the bastion has dropped: ${output}`);
      const failure = await reopen();
      if (failure) {
        return new OperatorError(`the session dropped and cannot be reopened: ${failure.message}`);
      }
    }
    return undefined;
  }

  const over = keep();
  return {
    port: () => {
      if (port !== undefined) return port;
      throw new LocalAnswer(
        503,
        "the session to the bastion has dropped and is being reopened: try again in a moment",
      );
    },
    over,
    close: async () => {
      closing.abort();
      await child.stop();
      await over;
    },
  };
}

async function openedOrStopped(child: SessionChild): Promise<number> {
  try {
    return await child.opened;
  } catch (error) {
    await child.stop();
    throw error;
  }
}
