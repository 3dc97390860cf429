import { setTimeout as sleep } from "node:timers/promises";
import { errors } from "@opensearch-project/opensearch";
import { cutText } from "../../lib/cut-text";
import { isJsonObject, objectOf } from "../../lib/json";
import { backoffMs } from "../../lib/pause";

/** Statuses of an engine that is busy, or that starts. */
const REPEATED: readonly number[] = [429, 502, 503, 504];
/** With the pauses between them, 15 s: a node of one shard is back from a restart. */
const MOST_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
/** Characters of the engine's answer that an error shows. */
const SHOWN_ANSWER = 500;

/** A request was refused, or only a part of the index answered it. */
class SearchError extends Error {
  override readonly name = "SearchError";
}

/** An answer as the client gives it; its body is a text where that is no JSON, or was not read as such. */
interface SearchAnswer<Body> {
  readonly statusCode: number | null;
  readonly body: Body;
}

/** Options of {@link whenReady}. */
interface RepeatOptions {
  /** Requests at most. @default 6, in 15 s */
  readonly attempts?: number;
  /** Duration of the first pause, in milliseconds; each is twice the one before. @default 500 */
  readonly firstPauseMs?: number;
}

/**
 * Requests something of an engine until the whole index has answered.
 * @param what names the request in an error, such as `search of retail-*`
 * @param request sends it. It may return the engine's error, which the client throws otherwise
 * @returns the body
 * @throws SearchError with the status and the engine's reason, and what the client throws without an answer
 */
export async function searchAnswer<Body>(
  what: string,
  request: () => Promise<SearchAnswer<Body | string>>,
  options?: RepeatOptions,
): Promise<Body> {
  const isWaited = ({ statusCode, body }: SearchAnswer<unknown>): boolean =>
    statusCode === 200 ? partOf(body) !== undefined : isBusy(statusCode ?? 0);
  const { statusCode, body } = await whenReady(() => answered(request), isWaited, options);
  const problem = statusCode === 200 ? partOf(body) : `${statusCode}: ${reasonOf(body)}`;
  if (problem === undefined) return body as Body;
  throw new SearchError(`${what}: ${problem}`);
}

/** Whether an engine answers with this status because it is busy, or starts. */
export function isBusy(status: number): boolean {
  return REPEATED.includes(status);
}

/** Asks again while an answer is one to wait after. @returns the last answer */
export async function whenReady<Answer>(
  ask: () => Promise<Answer>,
  isWaited: (answer: Answer) => boolean,
  { attempts = MOST_ATTEMPTS, firstPauseMs = FIRST_PAUSE_MS }: RepeatOptions = {},
): Promise<Answer> {
  for (let repetition = 0; ; repetition++) {
    const answer = await ask();
    if (!isWaited(answer) || repetition + 1 >= attempts) return answer;
    await sleep(backoffMs(repetition, firstPauseMs, LONGEST_PAUSE_MS));
  }
}

async function answered(request: () => Promise<SearchAnswer<unknown>>): Promise<SearchAnswer<unknown>> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof errors.ResponseError) return error;
    throw error;
  }
}

/** What says that shards failed or a search timed out, whose answer looks whole otherwise. */
function partOf(body: unknown): string | undefined {
  const { timed_out = false, _shards = null } = isJsonObject(body) ? body : {};
  if (timed_out === false && isJsonObject(_shards) && _shards["failed"] === 0) return undefined;
  return `the index returned a partial result: ${cutText(JSON.stringify({ timed_out, _shards }), SHOWN_ANSWER)}`;
}

function reasonOf(body: unknown): string {
  const answer = typeof body === "string" ? parsed(body) : body;
  const error = isJsonObject(answer) ? objectOf(answer, "error") : {};
  // "all shards failed" has its reason here.
  const [first] = Array.isArray(error["root_cause"]) ? error["root_cause"] : [];
  const { type, reason } = isJsonObject(first) ? first : error;
  if (typeof type === "string" && typeof reason === "string") return `${type}: ${reason}`;
  return cutText(typeof body === "string" ? body : (JSON.stringify(body) ?? "no answer"), SHOWN_ANSWER);
}

/** What a text of JSON says, and undefined of another. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
