import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { closeServer, listenOnLoopback } from "../../lib/loopback";

/** A call from a function to an engine. */
export interface EngineCall {
  /** Such as `UpdatePartition`, `PutObject lease.json` or `StartQueryExecution CREATE TABLE`. */
  readonly name: string;
  /** Whether it can change state. */
  readonly writes: boolean;
}

/** A test's callbacks at the gate. Each may wait as long as it likes; the caller waits too. */
export interface GateKeeper {
  /** The engine has not received the call yet. */
  before?(call: EngineCall): Promise<void>;
  /** The engine has answered, but the caller has not received the response yet. */
  after?(call: EngineCall): Promise<void>;
}

/** What a request is forwarded with. */
type Forwarded = Pick<IncomingMessage, "method" | "url" | "headers">;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * A proxy in front of engines, with which a test sees each call of a function and decides when it proceeds. It answers
 * GetQueryExecution only when the query has ended, so the calls of a run are the same each time and include no polling.
 */
export class EngineGate {
  keeper: GateKeeper = {};
  readonly #closing: (() => Promise<void>)[] = [];

  /** @returns the URL that reaches `engine` through the gate. */
  async open(engine: string): Promise<string> {
    const server = createServer((incoming, response) => {
      this.#pass(engine, incoming).then(
        ({ status, headers, body }) => response.writeHead(status, headers).end(body),
        (error: unknown) => response.destroy(error instanceof Error ? error : new Error(String(error))),
      );
    });
    this.#closing.push(() => closeServer(server));
    return listenOnLoopback(server, 0, "gate");
  }

  async close(): Promise<void> {
    await Promise.all(this.#closing.map((close) => close()));
  }

  async #pass(engine: string, incoming: IncomingMessage): Promise<Answer> {
    const body = await readAll(incoming);
    const call = callOf(incoming, body);
    await this.keeper.before?.(call);
    let answer = await forward(engine, incoming, body);
    while (call.name === "GetQueryExecution" && /"State":"(QUEUED|RUNNING)"/.test(answer.body.toString())) {
      await sleep(3);
      answer = await forward(engine, incoming, body);
    }
    await this.keeper.after?.(call);
    return answer;
  }
}

function callOf({ method = "", url = "", headers }: IncomingMessage, body: Buffer): EngineCall {
  const target = headers["x-amz-target"];
  if (typeof target === "string") {
    const operation = target.slice(target.indexOf(".") + 1);
    const sql = /"QueryString":"(CREATE TABLE|SELECT|WITH)/.exec(body.toString())?.[1];
    const name = sql === undefined ? operation : `${operation} ${sql}`;
    return { name, writes: !operation.startsWith("Get") && !operation.startsWith("BatchGet") };
  }
  const { pathname, searchParams } = new URL(url, "http://gate");
  if (searchParams.has("list-type")) return { name: "ListObjectsV2", writes: false };
  if (searchParams.has("delete")) return { name: "DeleteObjects", writes: true };
  const name = pathname.slice(pathname.lastIndexOf("/") + 1);
  return method === "GET"
    ? { name: `GetObject ${name}`, writes: false }
    : { name: `${method === "PUT" ? "PutObject" : method} ${name}`, writes: true };
}

/** Sends a request on to an engine, and reads its answer. */
export function forward(engine: string, { method, url, headers }: Forwarded, body: Buffer): Promise<Answer> {
  // The proxy answered the expectation itself when it read the body, and the engine has a name of its own.
  const { expect: _, host: __, ...others } = headers;
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(url ?? "/", engine), { method, headers: others }, (answer) => {
      readAll(answer).then(
        (content) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: content }),
        reject,
      );
    });
    outgoing.on("error", reject).end(body);
  });
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}
