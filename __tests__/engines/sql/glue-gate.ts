import { createServer } from "node:http";
import { closeServer, listenOnLoopback } from "../../../lib/loopback";
import type { Service } from "../../../local/plan/data-plane";

/**
 * A proxy between Trino and the AWS API stand-in's Glue. Trino requests all partitions with an empty expression; Glue
 * treats it as absent, but the stand-in refuses it. Everything else passes unchanged.
 */
export async function openGlueGate(target: string): Promise<Service & { readonly url: string }> {
  const server = createServer(async (request, response) => {
    try {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(Buffer.from(part));
      const { host: _, connection: __, "content-length": ___, ...headers } = request.headers;
      const answer = await fetch(target + (request.url ?? "/"), {
        method: request.method ?? "POST",
        headers: headers as Record<string, string>,
        body: withoutEmptyExpression(Buffer.concat(parts).toString("utf8")),
      });
      const type = answer.headers.get("content-type") ?? "application/x-amz-json-1.1";
      response
        .writeHead(answer.status, { "content-type": type })
        .end(Buffer.from(await answer.arrayBuffer()));
    } catch (error) {
      response.writeHead(502).end(String(error));
    }
  });
  const url = await listenOnLoopback(server, 0, "gate before the stand-in's Glue");
  return { url, close: () => closeServer(server) };
}

function withoutEmptyExpression(body: string): string {
  const { Expression, ...input } = JSON.parse(body);
  return Expression === "" ? JSON.stringify(input) : body;
}
