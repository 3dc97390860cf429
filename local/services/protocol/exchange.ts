import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Refusal } from "./refusal";

/** A request, of either HTTP version, that passed the shell's checks. */
export interface ShellRequest {
  readonly method: string;
  /** Path and query, as sent; starts with a slash, or is `*`. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values alternate, as they were sent. */
  readonly rawHeaders: readonly string[];
  /** The body as it arrives; fails with a {@link Refusal} when it exceeds the service's limit. Read it once, or not at all. */
  readonly body: Readable;
  /** Aborted when the client disconnects before the answer is complete. */
  readonly signal: AbortSignal;
  /**
   * Reads the whole body, instead of {@link body}.
   * @param maxBytes a smaller limit than the service's
   * @throws Refusal when it exceeds the limit
   */
  whole(maxBytes?: number): Promise<Buffer>;
}

/** An answer. A body of known length gets a `content-length`; the body of a HEAD is left out. */
export interface ShellAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string | number | readonly string[]>>;
  readonly body?: string | Uint8Array | Readable;
}

/** An answer that breaks the connection, for tests of clients. */
export const RESET = "reset";

type Incoming = IncomingMessage | Http2ServerRequest;
type Outgoing = ServerResponse | Http2ServerResponse;

/** One request and its answer. */
export class Exchange implements ShellRequest {
  readonly method: string;
  readonly target: string;
  private gone: AbortController | undefined;

  constructor(
    readonly incoming: Incoming,
    private readonly outgoing: Outgoing,
    private readonly maxBodyBytes: number,
  ) {
    this.method = incoming.method ?? "GET";
    this.target = incoming.url ?? "";
    // The client's end is seen where the body is read and the answer is sent.
    incoming.on("error", () => {});
    outgoing.on("error", () => {});
    outgoing.once("close", () => this.gone?.abort());
  }

  get headers(): IncomingHttpHeaders {
    return this.incoming.headers;
  }

  get rawHeaders(): readonly string[] {
    return this.incoming.rawHeaders;
  }

  get headersSent(): boolean {
    return this.outgoing.headersSent;
  }

  get body(): Readable {
    const { incoming } = this;
    // A reader that stops early must not end the connection, which carries its answer, as it would end the request itself.
    const body = new Readable({ read: () => incoming.resume() });
    this.receive(
      this.maxBodyBytes,
      (chunk) => {
        if (!body.push(chunk)) incoming.pause();
      },
      () => body.push(null),
      (error) => body.destroy(error),
    );
    return body;
  }

  get signal(): AbortSignal {
    if (this.gone === undefined) {
      this.gone = new AbortController();
      if (this.outgoing.closed || this.outgoing.destroyed) this.gone.abort();
    }
    return this.gone.signal;
  }

  whole(maxBytes = this.maxBodyBytes): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      this.receive(
        maxBytes,
        (chunk) => void chunks.push(chunk),
        () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)),
        reject,
      );
    });
  }

  /** Tells the client that waits for it to send the body. */
  continue(): void {
    this.outgoing.writeContinue();
  }

  /** @param last whether the connection closes after the answer */
  async send(answer: ShellAnswer, last: boolean): Promise<void> {
    const { incoming, outgoing } = this;
    const { status, body } = answer;
    const headers: Record<string, string | number | readonly string[]> = { ...answer.headers };
    if (last && incoming.httpVersionMajor === 1) headers["connection"] = "close";
    const isStream = body instanceof Readable;
    const isEmpty = status === 204 || status === 304;
    if (!isStream && !isEmpty && !("content-length" in headers)) {
      headers["content-length"] = body === undefined ? 0 : Buffer.byteLength(body);
    }
    try {
      // Both classes take them, by overloads that have no common type.
      (outgoing as ServerResponse).writeHead(status, headers as Record<string, string>);
    } catch (error) {
      if (isStream) body.destroy();
      throw error;
    }
    if (isStream && this.method !== "HEAD" && !isEmpty) {
      await pipeline(body, outgoing as ServerResponse);
      return;
    }
    if (isStream) body.destroy();
    if (isStream || this.method === "HEAD" || isEmpty) outgoing.end();
    else outgoing.end(body ?? "");
  }

  /** Breaks the connection, or the stream of HTTP/2: an answer that is incomplete must not look complete. */
  break(): void {
    if ("stream" in this.outgoing) this.outgoing.stream?.destroy();
    else this.outgoing.destroy();
  }

  /** Reads and discards the rest of the body. */
  drain(): void {
    this.incoming.resume();
  }

  /**
   * Receives the body up to its limit. The rest of one that exceeds it is read and discarded, because a client that is still
   * sending does not read an answer.
   */
  private receive(
    maxBytes: number,
    onChunk: (chunk: Buffer) => void,
    onEnd: () => void,
    onError: (error: Error) => void,
  ): void {
    const { incoming } = this;
    const tooLarge = (): Error => new Refusal("body too large", `the body is longer than ${maxBytes} bytes`);
    if (Number(this.headers["content-length"] ?? 0) > maxBytes) {
      onError(tooLarge());
      return;
    }
    let bytes = 0;
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) onChunk(chunk);
      else onError(tooLarge());
    });
    incoming.once("end", onEnd);
    // Also emitted after an error of the connection.
    incoming.once("close", () => {
      if (!incoming.readableEnded)
        onError(new Refusal("incomplete", "the client disconnected before the end of its request"));
    });
  }
}
