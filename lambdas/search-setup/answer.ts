import { isJsonObject, type Json, type JsonObject } from "../../lib/json";
import type { SearchAnswer } from "../shared/search-client";

/**
 * An answer's body as JSON.
 * @throws Error with the status and the first characters when it is anything else: a proxy or a login page may answer
 * 200 with HTML
 */
export function parsed({ status, body }: SearchAnswer, from: string): JsonObject {
  // The client has parsed it already; a round trip turns `unknown` into JSON without an unchecked cast.
  const value: Json = typeof body === "object" ? JSON.parse(JSON.stringify(body)) : null;
  if (!isJsonObject(value)) throw new Error(`${from}: ${status} ${shown(body)} (a JSON object is wanted)`);
  return value;
}

/**
 * Checks the answer to a write.
 * @param failure beginning of the message, such as `index template retail cannot be written`
 * @throws Error when the write failed, or nothing says that it was done
 */
export function assertWritten(answer: SearchAnswer, failure: string): void {
  const { status, body } = answer;
  const isDone = (status === 200 || status === 201) && parsed(answer, failure)["acknowledged"] !== false;
  if (!isDone) throw new Error(`${failure}: ${status} ${shown(body)}`);
}

/** An answer's body as text that fits into one line of a message. */
export function shown(body: unknown): string {
  const text = typeof body === "string" ? body.trim().replace(/\s+/g, " ") : JSON.stringify(body);
  if (text === undefined || text === "") return "nothing";
  return text.length <= 500 ? text : `${text.slice(0, 500)}…`;
}
