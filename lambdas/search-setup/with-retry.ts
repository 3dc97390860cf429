import { isJsonObject, member } from "../../lib/json";
import type { Search, SearchAnswer, SearchRequest } from "../shared/search-client";
import { shown } from "./answer";

/** Time, as the function sees it. */
export interface Clock {
  /** Milliseconds until Lambda ends the invocation. */
  readonly timeLeftMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** A request without the time that it may take. */
export type RetriedRequest = Omit<SearchRequest, "timeoutMs">;

/** Like {@link Search}, but retries transient faults, and rejects at the end of its time. */
export type RetryingSearch = (request: RetriedRequest) => Promise<SearchAnswer>;

/** Pause between two attempts. A new domain takes minutes to answer. */
const PAUSE_MS = 3_000;
/** Most time for one attempt; a security group that is still being attached drops packets silently. */
const ATTEMPT_MS = 10_000;
/** Time reserved for reporting the failure. */
const RESERVE_MS = 5_000;

/**
 * Repeats calls while the domain cannot be reached, is not ready (429, 5xx), or does not know its master user yet
 * (401, 403: seen while a new domain's security starts). Only for calls that may be repeated.
 * @throws Error at the end of the time, with the last answer and what to look at.
 */
export function withRetry(search: Search, { timeLeftMs, sleep }: Clock): RetryingSearch {
  return async (request) => {
    for (;;) {
      const answer = await attempt(search, request);
      if (answer.done) return answer.value;
      if (timeLeftMs() - PAUSE_MS < ATTEMPT_MS + RESERVE_MS) {
        throw new Error(`${request.method} ${request.path}: ${answer.why}`);
      }
      await sleep(PAUSE_MS);
    }
  };
}

type Attempt = { readonly done: true; readonly value: SearchAnswer } | { readonly done: false; why: string };

async function attempt(search: Search, request: RetriedRequest): Promise<Attempt> {
  let value: SearchAnswer;
  try {
    value = await search({ ...request, timeoutMs: ATTEMPT_MS });
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return {
      done: false,
      why: `no answer (${reason}); is the domain active, and does its network let us in?`,
    };
  }
  const said = `${value.status} ${shown(value.body)}`;
  if (value.status === 401 || (value.status === 403 && !isIndexBlock(value.body))) {
    return { done: false, why: `${said}; this function's execution role must be the domain's master user` };
  }
  if (value.status === 429 || value.status >= 500) return { done: false, why: said };
  return { done: true, value };
}

/** Whether an index refuses a change because somebody made it read-only: it would refuse it again. */
function isIndexBlock(body: unknown): boolean {
  const error = isJsonObject(body) ? member(body, "error") : undefined;
  return isJsonObject(error) && member(error, "type") === "cluster_block_exception";
}
