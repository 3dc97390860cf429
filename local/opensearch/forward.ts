import { type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import { LOOPBACK } from "../../lib/loopback";
import { GATE_ADDRESS, PROXY_HEADERS } from "./configuration";

/** A request on behalf of a role. */
interface Forwarded {
  readonly roleArn: string;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Buffer;
  readonly signal?: AbortSignal;
}

/**
 * Sends a request to an engine from its trusted address, on behalf of a role, whose ARN is both user and
 * backend role, as on AWS. @returns the response with its body unread.
 */
export function forward(engineUrl: string, forwarded: Forwarded): Promise<IncomingMessage> {
  const { roleArn, method, target, headers, body, signal } = forwarded;
  const { hostname, port } = new URL(engineUrl);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname,
        port,
        localAddress: GATE_ADDRESS,
        method,
        path: target,
        agent: false,
        headers: {
          ...headers,
          [PROXY_HEADERS.from]: LOOPBACK,
          [PROXY_HEADERS.user]: roleArn,
          [PROXY_HEADERS.roles]: roleArn,
          "content-length": body?.length ?? 0,
        },
        ...(signal && { signal }),
      },
      resolve,
    );
    outgoing.once("error", reject).end(body);
  });
}

/** Sends a GET on behalf of a role. @returns the status of the response. */
export async function askAs(roleArn: string, engineUrl: string, target: string): Promise<number> {
  const answer = await forward(engineUrl, { roleArn, method: "GET", target });
  answer.resume();
  return answer.statusCode ?? 0;
}
