import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { TLSSocket } from "node:tls";
import { type KnownKey, refusedBy } from "../../local/opensearch/sigv4-verifier";

/** A request with a valid signature. */
export interface DomainRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** TLS server name of the client's request. */
  readonly serverName?: string;
}

export interface DomainAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** Breaks the connection after the body. */
  readonly cut?: boolean;
}

export const REGION = "eu-west-1";
/** The access key that the domain accepts. */
export const KEY = { accessKeyId: "AKIDGOOD", secretAccessKey: "secret/+good", sessionToken: "token+/=" };

/** Serves a domain on loopback that accepts only correctly signed requests. Close it when done. */
export async function startDomain(
  answer: (request: DomainRequest) => DomainAnswer | Promise<DomainAnswer> = () => ({}),
  tls?: { readonly key: string; readonly cert: string },
) {
  const keys: Record<string, KnownKey> = {
    [KEY.accessKeyId]: { secret: KEY.secretAccessKey, sessionToken: KEY.sessionToken },
    AKIDOLD: { secret: "old", sessionToken: "old", expired: true },
  };
  const requests: DomainRequest[] = [];
  let connections = 0;
  const listener: RequestListener = async (incoming, response) => {
    const { method = "", url: target = "", headers, rawHeaders } = incoming;
    const body = await buffer(incoming);
    const options = { region: REGION, service: "es", keys, now: new Date() };
    const refused = refusedBy(options, { method, target, rawHeaders, body });
    if (refused !== undefined) {
      response
        .writeHead(403, { "content-type": "application/json" })
        .end(JSON.stringify({ message: refused }));
      return;
    }
    const { servername } = incoming.socket as Partial<TLSSocket> & { servername?: string };
    const request = { method, target, headers, body, ...(servername && { serverName: servername }) };
    requests.push(request);
    const { status = 200, headers: answered = {}, body: content = "{}", cut } = await answer(request);
    for (const [name, value] of Object.entries(answered)) response.setHeader(name, value);
    response.writeHead(status);
    if (cut) response.write(content, () => response.destroy());
    else response.end(content);
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on(tls ? "secureConnection" : "connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: new URL(`http://127.0.0.1:${port}`),
    requests,
    connections: () => connections,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
