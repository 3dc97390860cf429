import type { SqlFailure } from "../inspect-state";

/** A response other than 200. */
export class RequestError extends Error {
  public constructor(
    message: string,
    readonly status: number,
    /** Of a query that failed. */
    readonly failure: Partial<SqlFailure>,
  ) {
    super(message);
  }
}

/**
 * Sends a request to the page's server. @returns the answer
 * @throws RequestError with the server's message
 */
export async function post<T>(path: string, body: object, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
  const answer = await response.json();
  if (!response.ok) throw new RequestError(answer.message, response.status, answer);
  return answer;
}
