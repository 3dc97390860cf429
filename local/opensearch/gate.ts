import type { IncomingHttpHeaders } from "node:http";
import { messageOf } from "../../lib/message-of";
import type { SearchHttpRequest } from "../services/opensearch/service";
import {
  openShell,
  Refusal,
  type Shell,
  type ShellAnswer,
  type ShellRequest,
} from "../services/protocol/shell";
import { splitTarget } from "../services/protocol/target";
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
export type Gate = Shell;

/** The engine's own limit of a request body (`http.max_content_length`). */
const MAX_BODY_BYTES = 100 * 1024 * 1024;

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
export function startGate(options: GateOptions): Promise<Gate> {
  const gate = new OpenGate(options);
  return openShell({
    name: "search gate",
    port: options.port,
    maxBodyBytes: MAX_BODY_BYTES,
    answer: (request) => gate.answer(request),
    errorAnswer: (error) =>
      error instanceof Refusal
        ? say(error.status, error.message)
        : say(503, `the engine does not answer: ${messageOf(error)}`),
  });
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

  /** Answers a request. Rejects when the engine does not. */
  public async answer(request: ShellRequest): Promise<ShellAnswer> {
    const { method, target, rawHeaders, headers, signal } = request;
    const { region, engineUrl, masterRoleArn } = this.options;
    const body = await request.whole();
    const verifier = { region, service: "es", keys: this.keys, now: new Date() };
    const refused = refusedBy(verifier, { method, target, rawHeaders, body });
    if (refused !== undefined) return say(403, refused);
    const roleArn = this.roles.get(signerOf(headers));
    if (roleArn === undefined) throw new Error("the verified access key has no role");

    const substitute = this.pluginStubs.answer(asRead(request, body), roleArn === masterRoleArn);
    if (substitute) return json(substitute.status, JSON.stringify(substitute.body));
    const answer = await forward(engineUrl, {
      roleArn,
      method,
      target,
      headers: only(PASSED_ON, headers),
      body,
      signal,
    });
    return { status: answer.statusCode ?? 502, headers: only(PASSED_BACK, answer.headers), body: answer };
  }
}

/** The access key of a request whose signature is valid. */
function signerOf({ authorization = "" }: IncomingHttpHeaders): string {
  return /Credential=(\w+)\//.exec(authorization)?.[1] ?? "";
}

function asRead({ method, target, headers }: ShellRequest, body: Buffer): SearchHttpRequest {
  const { path, query } = splitTarget(target);
  return { method, path, query, headers, body: body.toString() };
}

function only(names: readonly string[], headers: IncomingHttpHeaders): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (typeof value === "string") found[name] = value;
  }
  return found;
}

/** Answers in the format of a domain's endpoint, which differs from the engine's. */
function say(status: number, message: string): ShellAnswer {
  return json(status, JSON.stringify({ message }));
}

function json(status: number, body: string): ShellAnswer {
  return { status, headers: { "content-type": "application/json" }, body };
}
