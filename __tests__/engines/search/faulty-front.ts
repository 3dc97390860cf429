import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { closeServer, listenOnLoopback } from "../../../lib/loopback";
import type { Service } from "../../../local/plan/data-plane";

/** A proxy that answers some bulk requests itself. */
export interface FaultyFront extends Service {
  readonly url: string;
}

/**
 * Starts a proxy in front of a gate. It forwards what it does not answer itself, headers unchanged, so that signatures stay valid.
 * @param onBulk called with the number of each bulk request; a returned value becomes the status of the response
 */
export async function startFaultyFront(
  target: string,
  onBulk: (number: number) => number | undefined,
): Promise<FaultyFront> {
  let bulks = 0;
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const status = incoming.url?.startsWith("/_bulk") ? onBulk(++bulks) : undefined;
    if (status !== undefined) {
      const error = { type: "rejected_execution_exception", reason: "too much at once" };
      response
        .writeHead(status, { "content-type": "application/json" })
        .end(JSON.stringify({ error, status }));
      return;
    }
    const answer = await pass(target, incoming, body);
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    await pipeline(answer, response);
  };
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  const url = await listenOnLoopback(server, 0, "faulty front");
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
