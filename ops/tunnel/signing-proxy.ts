import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { messageOf } from "../../lib/message-of";
import { refusal } from "../../lib/origin-check";
import { requestHeaders, responseHeaders } from "./headers";
import { LocalAnswer } from "./local-answer";
import { explainRefusal, isRefusal } from "./refused";
import { parseTarget, type RequestTarget } from "./request-target";
import { type CredentialSource, type Credentials, type Sign, signer } from "./signer";
import { connectUpstream, type Send, type Upstream } from "./upstream";

export interface SigningProxyOptions {
  readonly upstream: Upstream;
  /** Of the domain. */
  readonly region: string;
  readonly credentials: CredentialSource;
  /** Hears what the operator should know, a line each; the same thing not twice in a row. */
  readonly say: (line: string) => void;
  /** The largest body that is signed. @default 100 MiB, the most that a domain takes */
  readonly maxBodyBytes?: number;
  /** The clock that dates the signatures. @default this machine's */
  readonly now?: () => Date;
}

const MAX_BODY_BYTES = 100 * 2 ** 20;

/** What is to be passed on, read whole. */
interface ReadRequest {
  readonly incoming: IncomingMessage;
  readonly target: RequestTarget;
  readonly body: Buffer;
  readonly signal: AbortSignal;
}

/** The domain's answer; a refusal's body has been read already, to be explained. */
interface Answer {
  readonly message: IncomingMessage;
  readonly body?: Buffer;
}

/**
 * The local end: an HTTP server that signs what it is asked (SigV4, service `es`) and passes it to the domain.
 * Let it listen on loopback only; see `refusal` for what it does not let in. Closing it ends its connections.
 */
export function createSigningProxy(options: SigningProxyOptions): Server {
  const { send, agent } = connectUpstream(options.upstream);
  const proxy = new SigningProxy(options, send, signer(options.region));
  const server = createServer((incoming, response) => void proxy.serve(incoming, response));
  server.once("close", () => agent.destroy());
  return server;
}

class SigningProxy {
  private lastSaid = "";

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
      // Who has left needs no answer.
      if (!gone.signal.aborted) this.answerHere(error, response);
    }
  }

  private async read(incoming: IncomingMessage, signal: AbortSignal): Promise<ReadRequest> {
    const refused = refusal(incoming.headers, incoming.socket.localPort ?? 0);
    if (refused !== undefined) throw new LocalAnswer(403, refused);
    const target = parseTarget(incoming.url ?? "");
    return { incoming, target, body: await this.readBody(incoming), signal };
  }

  private async readBody(incoming: IncomingMessage): Promise<Buffer> {
    const most = this.options.maxBodyBytes ?? MAX_BODY_BYTES;
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const part of incoming) {
      bytes += part.length;
      // The rest is read and forgotten: a client that still sends does not hear an answer.
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

  /** Asks the domain, and a second time with new credentials if it finds them expired. */
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
      this.lastSaid = "";
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
    // Two lines about one clock differ in the time that they give.
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
    // An answer that was cut half-way must not look whole.
    if (response.headersSent) response.destroy();
    else {
      response
        .writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" })
        .end(`tunnel: ${text}\n`);
    }
  }

  private say(line: string, about: string = line): void {
    if (about !== this.lastSaid) this.options.say(line);
    this.lastSaid = about;
  }
}

function textOf(body: Buffer, encoding: string | undefined): string {
  // The answer to a HEAD says how it would be packed, and is empty.
  if (body.length === 0) return "";
  if (encoding === "gzip") return gunzipSync(body).toString();
  if (encoding === "br") return brotliDecompressSync(body).toString();
  return body.toString();
}
