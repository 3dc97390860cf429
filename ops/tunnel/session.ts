import { setTimeout as wait } from "node:timers/promises";
import { OperatorError } from "../../lib/operator-error";
import type { Variables } from "../../lib/variables";
import { LocalAnswer } from "./local-answer";
import { type SessionChild, type SessionTarget, startSession } from "./session-child";

/** A way to the domain that is opened again when it drops. */
interface Session {
  /** The port of this machine that leads to the domain. @throws LocalAnswer 503 while it is down. */
  port(): number;
  /** Settles when the session is given up, with the reason, or when it was closed, with undefined. */
  readonly over: Promise<OperatorError | undefined>;
  /** Ends the session and the programs that carry it. */
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly target: SessionTarget;
  /** Environment of the AWS CLI. */
  readonly variables: Variables;
  readonly say: (line: string) => void;
  /** Ends the opening; an open session is ended by `close`. */
  readonly signal?: AbortSignal;
  /** Before each attempt to open it again, in milliseconds; then it is given up. @default 1, 2, 4, 8 and 16 s */
  readonly backoffMs?: readonly number[];
  /** How long an attempt may take. @default 30 s */
  readonly openingMs?: number;
}

const BACKOFF_MS = [1_000, 2_000, 4_000, 8_000, 16_000];

/**
 * Opens a session and keeps it open. Session Manager ends an idle one after 20 minutes, and any one when the
 * network changes: it is opened again, with growing pauses.
 * @throws OperatorError when the first one cannot be opened, saying what is missing.
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
  const giveUp = (): void => void child.stop();
  signal?.addEventListener("abort", giveUp, { once: true });
  let port: number | undefined = await openedOrStopped(child).finally(() => {
    signal?.removeEventListener("abort", giveUp);
  });

  /** Opens it again. @returns why it cannot be, or undefined when it is open or to be closed. */
  async function reopen(): Promise<OperatorError | undefined> {
    let reason = new OperatorError("there was no attempt");
    for (const [attempt, pause] of backoffMs.entries()) {
      say(`opening the session again in ${pause / 1000} s (${attempt + 1} of ${backoffMs.length})`);
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
      const words = await child.ended;
      port = undefined;
      if (closing.signal.aborted) break;
      say(`the session to the bastion has dropped: ${words}`);
      const failure = await reopen();
      if (failure) {
        return new OperatorError(`the session dropped and cannot be opened again: ${failure.message}`);
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
        "the session to the bastion has dropped and is being opened again: try again in a moment",
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
