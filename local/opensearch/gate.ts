import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { closeServer, listenOnLoopback } from "../../lib/loopback";
import type { Service } from "../plan/data-plane";
import type { SearchHttpRequest } from "../services/opensearch/service";
import { forward } from "./forward";
import { PluginStubs } from "./plugin-stubs";
import { type KnownKey, refusedBy } from "./sigv4-verifier";

/** A caller that the gate accepts. */
interface Principal {
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The role that is passed to the engine. */
  readonly roleArn: string;
}

export interface GateOptions {
  readonly engineUrl: string;
  /** Region of accepted signatures. */
  readonly region: string;
  readonly principals: readonly Principal[];
  /** The role with all permissions; the role of one principal. */
  readonly masterRoleArn: string;
  /** 0 for a free port. */
  readonly port: number;
}

/** A running gate. */
export interface Gate extends Service {
  /** Such as `http://127.0.0.1:9200`. */
  readonly url: string;
}

/** Request headers that the gate forwards; none of them can set an identity. */
const PASSED_ON = [
  "accept",
  "accept-encoding",
  "content-encoding",
  "content-type",
  "user-agent",
  "x-opaque-id",
] as const;

/** Response headers that the gate forwards. */
const PASSED_BACK = ["content-encoding", "content-length", "content-type", "warning", "x-opaque-id"] as const;

/**
 * Starts a proxy in front of a real engine that does what a domain's endpoint does on AWS: it verifies each request's
 * signature (SigV4, service `es`) and passes the signer's role to the engine. It answers an invalid or missing
 * signature with 403.
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
      // A truncated response must not look complete.
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
    if (roleArn === undefined) throw new Error("the verified access key has no role");

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

/** The access key of a request whose signature is valid. */
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

/** Answers in the format of a domain's endpoint, which differs from the engine's. */
function say(response: ServerResponse, status: number, message: string): void {
  send(response, status, JSON.stringify({ message }));
}

function send(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, { "content-type": "application/json" }).end(json);
}
