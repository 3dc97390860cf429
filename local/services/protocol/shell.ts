import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import {
  createServer as createHttp2Server,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { listenOnLoopback } from "../../../lib/loopback";
import { rejectionReason } from "../../../lib/origin-check";
import { endsWithin } from "../../../lib/pause";
import type { Service } from "../../plan/data-plane";
import { Exchange, RESET, type ShellAnswer, type ShellRequest } from "./exchange";
import { Refusal } from "./refusal";

export { RESET, type ShellAnswer, type ShellRequest } from "./exchange";
export { Refusal, type RefusalKind } from "./refusal";

/** A service behind its port. */
export interface ShellOptions {
  /** Name of the service, for messages. */
  readonly name: string;
  /** @default a free one */
  readonly port?: number;
  /** Limit of a request body, in bytes. */
  readonly maxBodyBytes: number;
  /** Answers a request. May throw: the error becomes an answer by {@link errorAnswer}. */
  answer(request: ShellRequest): Promise<ShellAnswer | typeof RESET> | ShellAnswer | typeof RESET;
  /**
   * The service's own form of an error that {@link answer} threw, or of a {@link Refusal}.
   * @param request undefined when it could not be read as HTTP
   */
  errorAnswer(error: unknown, request: ShellRequest | undefined): ShellAnswer;
  /** Whether the port serves pages, which may send requests to it. @default false */
  readonly hasPages?: boolean;
  /** Whether names below `localhost` are accepted as `Host`. @default false */
  readonly hasSubdomains?: boolean;
  /** Called with each unexpected error, which the client gets as status 500. @default writes it to stderr */
  readonly onFault?: (error: unknown) => void;
  /** Time for the headers of a request. @default 60,000 */
  readonly headersTimeoutMs?: number;
  /** Time for a whole request. @default 300,000, which is Node's */
  readonly requestTimeoutMs?: number;
}

/** An open port. */
export interface Shell extends Service {
  /** Such as `http://127.0.0.1:4570`. */
  readonly url: string;
}

/** Time that a closing port gives to requests in progress. All ports of a run together stay below 5 s. */
const CLOSE_GRACE_MS = 400;

/** Begins every HTTP/2 connection; three bytes tell it from the methods of HTTP/1.1. https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const PREFACE = Buffer.from("PRI");

/**
 * Opens a port of the local run. Every port of it is opened here, because each of them:
 *
 * - listens on the loopback address only, and speaks HTTP/1.1 and cleartext HTTP/2;
 * - refuses a foreign `Host`, and all requests of web pages but those of its own: see `rejectionReason`. No answer carries a
 *   CORS header;
 * - bounds bodies, headers and the time of a request;
 * - answers each error in the service's own form, and none of them ends the process;
 * - closes promptly: idle connections at once, requests in progress after a short grace.
 * @throws Error naming the port when it is taken
 */
export async function openShell(options: ShellOptions): Promise<Shell> {
  const shell = new OpenShell(options);
  const url = await listenOnLoopback(shell.server, options.port ?? 0, options.name);
  return { url, close: () => shell.close() };
}

class OpenShell {
  readonly server: Server;
  private readonly http2: Http2Server;
  private readonly sockets = new Set<Socket>();
  /** Connections that have not sent enough to tell their HTTP version. */
  private readonly undecided = new Set<Socket>();
  private readonly sessions = new Set<ServerHttp2Session>();
  private readonly exchanges = new Set<Exchange>();
  private readonly onIdle = new Set<() => void>();
  private closing: Promise<void> | undefined;

  constructor(private readonly options: ShellOptions) {
    const { headersTimeoutMs = 60_000, requestTimeoutMs = 300_000 } = options;
    const timeouts = {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(30_000, headersTimeoutMs),
    };
    // A request without Host is refused here, in the service's form.
    const server = createServer({ ...timeouts, requireHostHeader: false });
    const http2 = createHttp2Server();
    for (const each of [server, http2]) {
      const serve = (
        incoming: IncomingMessage | Http2ServerRequest,
        outgoing: ServerResponse | Http2ServerResponse,
      ): void => void this.serve(new Exchange(incoming, outgoing, options.maxBodyBytes));
      each.on("request", serve).on("checkContinue", serve).on("checkExpectation", serve);
    }
    server.on("clientError", (error, socket) => this.refuseRaw(socket, refusalOf(error)));
    server.on("connect", ({ method }: IncomingMessage, socket: Duplex) =>
      this.refuseRaw(socket, new Refusal("method not allowed", `${method} is not supported`)),
    );
    // Such as too many open files: the next connection may be accepted again.
    server.on("listening", () => server.on("error", (error) => this.fault(error)));
    http2.on("session", (session) => {
      this.sessions.add(session);
      session.once("close", () => this.sessions.delete(session));
    });
    http2.on("sessionError", () => {});
    http2.on("stream", (stream) => {
      stream.setTimeout(requestTimeoutMs, () => stream.close());
      stream.once("end", () => stream.setTimeout(0));
    });
    this.chooseVersions(server, http2, headersTimeoutMs);
    this.server = server;
    this.http2 = http2;
  }

  close(): Promise<void> {
    this.closing ??= this.shut();
    return this.closing;
  }

  /** Hands each connection to the server of its HTTP version, by its first bytes. */
  private chooseVersions(server: Server, http2: Http2Server, timeoutMs: number): void {
    const [accept] = server.listeners("connection");
    if (accept === undefined) throw new Error("Node's HTTP server has no connection listener");
    server.removeAllListeners("connection");
    server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      this.undecided.add(socket);
      // The server that gets the socket handles its errors; before, there is nobody to tell.
      socket.on("error", () => {});
      const timeout = setTimeout(() => socket.destroy(), timeoutMs);
      const decided = (): void => {
        clearTimeout(timeout);
        this.undecided.delete(socket);
      };
      socket.once("close", () => {
        decided();
        this.sockets.delete(socket);
      });
      socket.once("end", () => {
        if (this.undecided.has(socket)) socket.destroy();
      });
      let head = Buffer.alloc(0);
      const look = (): void => {
        const chunk: Buffer | null = socket.read();
        if (chunk === null) return;
        head = Buffer.concat([head, chunk]);
        const begin = head.subarray(0, PREFACE.length);
        if (begin.length < PREFACE.length && PREFACE.subarray(0, begin.length).equals(begin)) return;
        socket.off("readable", look);
        decided();
        socket.unshift(head);
        if (begin.equals(PREFACE)) http2.emit("connection", socket);
        else accept.call(server, socket);
      };
      socket.on("readable", look);
    });
  }

  private async serve(exchange: Exchange): Promise<void> {
    this.exchanges.add(exchange);
    try {
      const answer = await this.answer(exchange);
      if (answer === RESET) exchange.break();
      else await this.send(exchange, answer);
    } catch {
      // The client has disconnected, or the answer broke off: its service has seen the error where it made the answer.
      exchange.break();
    } finally {
      exchange.drain();
      this.exchanges.delete(exchange);
      // Its connection is idle once the answer is flushed.
      if (this.closing) setImmediate(() => this.server.closeIdleConnections());
      if (this.exchanges.size === 0) for (const tell of this.onIdle) tell();
    }
  }

  private async answer(exchange: Exchange): Promise<ShellAnswer | typeof RESET> {
    try {
      this.check(exchange);
      return await this.options.answer(exchange);
    } catch (error) {
      return this.errorAnswer(error, exchange);
    }
  }

  private async send(exchange: Exchange, answer: ShellAnswer): Promise<void> {
    const last = this.closing !== undefined;
    try {
      await exchange.send(answer, last);
    } catch (error) {
      if (exchange.headersSent) throw error;
      // Such as a header that HTTP cannot carry.
      await exchange.send(this.errorAnswer(error, exchange), last);
    }
  }

  /** @throws Refusal */
  private check(exchange: Exchange): void {
    const { method, target, headers, rawHeaders, incoming } = exchange;
    const { name, hasPages = false, hasSubdomains = false } = this.options;
    const hosts = rawHeaders.filter((text, index) => index % 2 === 0 && /^(host|:authority)$/i.test(text));
    if (hosts.length > 1) throw new Refusal("malformed", "the request has more than one Host");
    const host = headers[":authority"] ?? headers.host;
    const reason = rejectionReason(
      { ...headers, host: typeof host === "string" ? host : undefined },
      incoming.socket.localPort ?? 0,
      { what: `the ${name}`, hasPages, hasSubdomains },
    );
    if (reason !== undefined) throw new Refusal("forbidden", reason);
    if (this.closing) throw new Refusal("closing", "the local run is ending");
    if (method === "CONNECT") throw new Refusal("method not allowed", `${method} is not supported`);
    if (!target.startsWith("/") && target !== "*") {
      throw new Refusal("malformed", `${JSON.stringify(target)} is not a path`);
    }
    const { expect } = headers;
    if (expect === undefined) return;
    if (expect.toLowerCase() !== "100-continue") {
      throw new Refusal("expectation failed", `Expect: ${expect} is not supported`);
    }
    exchange.continue();
  }

  private errorAnswer(error: unknown, request: Exchange | undefined): ShellAnswer {
    const answer = this.options.errorAnswer(error, request);
    if (answer.status === 500) this.fault(error);
    return answer;
  }

  private fault(error: unknown): void {
    const { name, onFault } = this.options;
    if (onFault) onFault(error);
    else
      process.stderr.write(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  }

  /** Answers what could not be read as HTTP/1.1, and ends the connection. */
  private refuseRaw(socket: Duplex, refusal: Refusal): void {
    const isAnswered = [...this.exchanges].some(
      ({ incoming, headersSent }) => incoming.socket === socket && headersSent,
    );
    if (!socket.writable || isAnswered) {
      socket.destroy();
      return;
    }
    const { status, headers = {}, body } = this.errorAnswer(refusal, undefined);
    const text = typeof body === "string" ? body : "";
    const lines = Object.entries({
      ...headers,
      "content-length": Buffer.byteLength(text),
      connection: "close",
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${text}`, () =>
      socket.destroy(),
    );
  }

  private async shut(): Promise<void> {
    const { server } = this;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    for (const socket of this.undecided) socket.destroy();
    for (const session of this.sessions) session.close();
    const idle = this.idle();
    await endsWithin(idle, CLOSE_GRACE_MS);
    for (const session of this.sessions) session.destroy();
    for (const socket of this.sockets) socket.destroy();
    this.http2.close();
    await closed;
    // What a handler still does belongs to nobody's request any more; it must not outlive the state that it writes to.
    await endsWithin(idle, CLOSE_GRACE_MS);
  }

  private idle(): Promise<void> {
    if (this.exchanges.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.onIdle.add(resolve));
  }
}

/** The refusal of what Node's parser or its timer ended. */
function refusalOf({ code, message }: NodeJS.ErrnoException): Refusal {
  if (code === "HPE_HEADER_OVERFLOW") return new Refusal("headers too large", "the headers are too large");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT")
    return new Refusal("timeout", "the request did not arrive in time");
  return new Refusal("malformed", `the request is not HTTP/1.1: ${message}`);
}
