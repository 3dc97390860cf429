import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { closeServer, listenOnLoopback } from "../../lib/loopback";
import type { Service } from "../plan/data-plane";
import type { SearchHttpRequest } from "../services/opensearch/request";
import { forward } from "./forward";
import { PluginStubs } from "./plugin-stubs";
import { type KnownKey, refusedBy } from "./sigv4-verifier";

/** Somebody whom the gate knows. */
export interface Principal {
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What the engine is told. */
  readonly roleArn: string;
}

export interface GateOptions {
  readonly engineUrl: string;
  /** That signatures must name. */
  readonly region: string;
  readonly principals: readonly Principal[];
  /** Among them, the role that may do everything. */
  readonly masterRoleArn: string;
  /** 0 for a free one. */
  readonly port: number;
}

/** A gate that is open. */
export interface Gate extends Service {
  /** Such as `http://127.0.0.1:9200`. */
  readonly url: string;
}

/** What is passed on of a client's headers: nothing by which it could say who it is. */
const PASSED_ON = [
  "accept",
  "accept-encoding",
  "content-encoding",
  "content-type",
  "user-agent",
  "x-opaque-id",
] as const;

/** What is passed back. */
const PASSED_BACK = ["content-encoding", "content-length", "content-type", "warning", "x-opaque-id"] as const;

/**
 * Stands before a real engine as the front of a domain on AWS does: verifies each request's signature (SigV4,
 * service `es`), and tells the engine whose role it was signed by. Refuses what is not signed, or wrongly, with 403.
 */
export async function startGate(options: GateOptions): Promise<Gate> {
  const gate = new OpenGate(options);
  const server = createServer((incoming, response) => void gate.serve(incoming, response));
  const url = await listenOnLoopback(server, options.port, "search gate");
  return { url, close: () => closeServer(server) };
}

class OpenGate {
  private readonly keys: Readonly<Record<string, KnownKey>>;
  private readonly roles: ReadonlyMap<string, string>;
  private readonly pluginStubs = new PluginStubs();

  public constructor(private readonly options: GateOptions) {
    const { principals } = options;
    this.keys = Object.fromEntries(
      principals.map(({ credentials }) => [credentials.accessKeyId, { secret: credentials.secretAccessKey }]),
    );
    this.roles = new Map(principals.map(({ credentials, roleArn }) => [credentials.accessKeyId, roleArn]));
  }

  /** Answers a request; never rejects. */
  public async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const left = new AbortController();
    response.once("close", () => left.abort());
    try {
      await this.answer(incoming, response, left.signal);
    } catch (error) {
      if (left.signal.aborted) return;
      // An answer that was cut half-way must not look whole.
      if (response.headersSent) response.destroy();
      else
        say(response, 503, `the engine does not answer: ${error instanceof Error ? error.message : error}`);
    }
  }

  private async answer(
    incoming: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> {
    const { method = "GET", url: target = "/", rawHeaders, headers } = incoming;
    const { region, engineUrl, masterRoleArn } = this.options;
    const body = await buffer(incoming);
    const verifier = { region, service: "es", keys: this.keys, now: new Date() };
    const refused = refusedBy(verifier, { method, target, rawHeaders, body });
    if (refused !== undefined) return say(response, 403, refused);
    const roleArn = this.roles.get(signerOf(headers));
    if (roleArn === undefined) throw new Error("a key that verifies belongs to nobody");

    const substitute = this.pluginStubs.answer(asRead(incoming, body), roleArn === masterRoleArn);
    if (substitute) return send(response, substitute.status, JSON.stringify(substitute.body));
    const answer = await forward(engineUrl, {
      roleArn,
      method,
      target,
      headers: only(PASSED_ON, headers),
      body,
      signal,
    });
    response.writeHead(answer.statusCode ?? 502, only(PASSED_BACK, answer.headers));
    await pipeline(answer, response);
  }
}

/** The access key of a request whose signature is good. */
function signerOf({ authorization = "" }: IncomingHttpHeaders): string {
  return /Credential=(\w+)\//.exec(authorization)?.[1] ?? "";
}

function asRead({ method = "GET", url = "/", headers }: IncomingMessage, body: Buffer): SearchHttpRequest {
  const { pathname, searchParams } = new URL(url, "http://gate");
  return { method, path: pathname, query: searchParams, headers, body: body.toString() };
}

function only(names: readonly string[], headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
}

/** In the form of the front of a domain, which is not the engine's. */
function say(response: ServerResponse, status: number, message: string): void {
  send(response, status, JSON.stringify({ message }));
}

function send(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, { "content-type": "application/json" }).end(json);
}
