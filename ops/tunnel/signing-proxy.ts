import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { messageOf } from "../../lib/message-of";
import { rejectionReason } from "../../lib/origin-check";
import { requestHeaders, responseHeaders } from "./headers";
import { LocalAnswer } from "./local-answer";
import { explainRefusal, isRefusal } from "./refused";
import { parseTarget, type RequestTarget } from "./request-target";
import { type CredentialSource, type Credentials, type Sign, signer } from "./signer";
import { connectUpstream, type Send, type Upstream } from "./upstream";

export interface SigningProxyOptions {
  readonly upstream: Upstream;
  /** Region of the domain. */
  readonly region: string;
  readonly credentials: CredentialSource;
  /** Receives messages for the operator, one line each, without consecutive repetitions. */
  readonly say: (line: string) => void;
  /** Limit of a request body. @default 100 MiB, the limit of a domain */
  readonly maxBodyBytes?: number;
  /** Clock of the signatures. @default this machine's */
  readonly now?: () => Date;
}

const MAX_BODY_BYTES = 100 * 2 ** 20;

/** A completely read request. */
interface ReadRequest {
  readonly incoming: IncomingMessage;
  readonly target: RequestTarget;
  readonly body: Buffer;
  readonly signal: AbortSignal;
}

/** The domain's response. The body of a 401 or 403 has been read, for the explanation. */
interface Answer {
  readonly message: IncomingMessage;
  readonly body?: Buffer;
}

/**
 * The local end: an HTTP server that signs requests (SigV4, service `es`) and forwards them to the domain. Bind it
 * to loopback only; `rejectionReason` (lib/origin-check) rejects requests of web pages. Closing it ends its connections.
 */
export function createSigningProxy(options: SigningProxyOptions): Server {
  const { send, agent } = connectUpstream(options.upstream);
  const proxy = new SigningProxy(options, send, signer(options.region));
  const server = createServer((incoming, response) => void proxy.serve(incoming, response));
  server.once("close", () => agent.destroy());
  return server;
}

class SigningProxy {
  private lastMessage = "";

  public constructor(
    private readonly options: SigningProxyOptions,
    private readonly send: Send,
    private readonly sign: Sign,
  ) {}

  /** Answers a request; never rejects. */
  public async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    try {
      const request = await this.read(incoming, gone.signal);
      await this.relay(await this.ask(request), incoming, response);
    } catch (error) {
      // A client that has disconnected needs no response.
      if (!gone.signal.aborted) this.answerHere(error, response);
    }
  }

  private async read(incoming: IncomingMessage, signal: AbortSignal): Promise<ReadRequest> {
    const reason = rejectionReason(incoming.headers, incoming.socket.localPort ?? 0);
    if (reason !== undefined) throw new LocalAnswer(403, reason);
    const target = parseTarget(incoming.url ?? "");
    return { incoming, target, body: await this.readBody(incoming), signal };
  }

  private async readBody(incoming: IncomingMessage): Promise<Buffer> {
    const most = this.options.maxBodyBytes ?? MAX_BODY_BYTES;
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const part of incoming) {
      bytes += part.length;
      // The rest is read and discarded, because a client that is still sending does not read a response.
      if (bytes <= most) parts.push(part);
    }
    if (bytes > most) {
      throw new LocalAnswer(
        413,
        `the body has ${bytes} bytes; the tunnel signs at most ${most}: send it in parts`,
      );
    }
    return Buffer.concat(parts, bytes);
  }

  /** Forwards the request, and repeats it with new credentials if the domain reports them as expired. */
  private async ask(request: ReadRequest): Promise<Answer> {
    const credentials = await this.credentials();
    const first = await this.askWith(request, credentials);
    if (!first.expired) return first;
    const renewed = await this.credentials({ forceRefresh: true });
    return renewed.accessKeyId === credentials.accessKeyId ? first : this.askWith(request, renewed);
  }

  private async askWith(
    { incoming, target, body, signal }: ReadRequest,
    credentials: Credentials,
  ): Promise<Answer & { readonly expired: boolean }> {
    const signedAt = this.options.now?.() ?? new Date();
    const method = incoming.method ?? "GET";
    const { host } = this.options.upstream.origin;
    const signed = await this.sign(
      { method, host, target, contentType: incoming.headers["content-type"], body },
      credentials,
      signedAt,
    );
    const message = await this.send({
      method,
      path: target.sent,
      headers: {
        ...requestHeaders(incoming.headers),
        ...signed,
        ...((body.length > 0 || ["POST", "PUT", "PATCH"].includes(method)) && {
          "content-length": body.length,
        }),
      },
      body,
      signal,
    });
    if (!isRefusal(message.statusCode)) {
      this.lastMessage = "";
      return { message, expired: false };
    }
    const refused = await buffer(message);
    const { date } = message.headers;
    const { cause, text } = explainRefusal({
      status: message.statusCode ?? 0,
      body: textOf(refused, message.headers["content-encoding"]),
      domainTime: date === undefined || Number.isNaN(Date.parse(date)) ? undefined : new Date(date),
      signedAt,
      accessKeyId: credentials.accessKeyId,
    });
    // Two messages about the clock differ in their times; they count as one.
    this.say(text, cause === "clock" ? cause : text);
    return { message, body: refused, expired: cause === "expired-credentials" };
  }

  private async credentials(options?: { forceRefresh: boolean }): Promise<Credentials> {
    try {
      return await this.options.credentials(options);
    } catch (error) {
      throw new LocalAnswer(
        502,
        `there are no credentials to sign with (${messageOf(error)}): sign in, for example with \`aws sso login\`, and set AWS_PROFILE`,
        { cause: error },
      );
    }
  }

  private async relay(
    { message, body }: Answer,
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const local = `http://${incoming.headers.host}`;
    response.writeHead(
      message.statusCode ?? 502,
      responseHeaders(message.headers, this.options.upstream.origin, local),
    );
    if (body) response.end(body);
    else await pipeline(message, response);
  }

  private answerHere(error: unknown, response: ServerResponse): void {
    const text = messageOf(error);
    const status = error instanceof LocalAnswer ? error.status : 502;
    this.say(text);
    // A truncated response must not look complete.
    if (response.headersSent) response.destroy();
    else {
      response
        .writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" })
        .end(`tunnel: ${text}\n`);
    }
  }

  private say(line: string, about: string = line): void {
    if (about !== this.lastMessage) this.options.say(line);
    this.lastMessage = about;
  }
}

function textOf(body: Buffer, encoding: string | undefined): string {
  // The response to a HEAD names an encoding and is empty.
  if (body.length === 0) return "";
  if (encoding === "gzip") return gunzipSync(body).toString();
  if (encoding === "br") return brotliDecompressSync(body).toString();
  return body.toString();
}
