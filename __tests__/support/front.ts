import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { closeServer, listenOnLoopback } from "../../lib/loopback";
import type { Service } from "../../local/plan/data-plane";

/** A proxy that answers some requests itself. */
export interface Front extends Service {
  readonly url: string;
}

/** The answer of a front in the place of the server behind it. */
export interface FrontAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/**
 * Starts a proxy in front of a server. It forwards what it does not answer itself, headers unchanged, so that signatures
 * stay valid.
 * @param answerOf called for each request with its method, path and query, and body
 */
export async function startFront(
  target: string,
  answerOf: (method: string, pathAndQuery: string, body: string) => FrontAnswer | undefined,
): Promise<Front> {
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const own = answerOf(incoming.method ?? "", incoming.url ?? "", body.toString());
    if (own !== undefined) {
      response.writeHead(own.status, { "content-type": own.type }).end(own.text);
      return;
    }
    const answer = await pass(target, incoming, body);
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    await pipeline(answer, response);
  };
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  const url = await listenOnLoopback(server, 0, "front");
  return { url, close: () => closeServer(server) };
}

function pass(
  target: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(new URL(url ?? "/", target), { method, headers, agent: false }, resolve)
      .once("error", reject)
      .end(body);
  });
}
