import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { LOOPBACK } from "../../lib/loopback";
import { LocalAnswer } from "./local-answer";

/** Address of the domain. */
export interface Upstream {
  /** The domain's origin, such as `https://vpc-….eu-west-1.es.amazonaws.com`: it determines `Host` and the TLS server name. */
  readonly origin: URL;
  /** Local port that a session forwards; absent when the origin is reached directly. @throws LocalAnswer 503 */
  readonly forwardedPort?: () => number;
}

/** An outgoing request. */
interface Outgoing {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
  readonly signal: AbortSignal;
}

/** Sends a request to the domain and returns the response with its body unread. */
export type Send = (outgoing: Outgoing) => Promise<IncomingMessage>;

/** Longer than the 5 minutes after which a domain's endpoint times out. */
const SILENCE_MS = 330_000;
/** Shorter than the domain's own idle timeout, so that it does not cut a connection that is being reused. */
const IDLE_MS = 15_000;

/** Explanations of error codes. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection was cut before the answer; try again",
  ENOTFOUND: "its name does not resolve",
  ETIMEDOUT: "it does not respond; it cannot be reached directly from outside its network",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
};

/** Sends requests to one domain, over keep-alive connections. Destroy the agent after use. */
export function connectUpstream({ origin, forwardedPort }: Upstream): { send: Send; agent: HttpAgent } {
  const encrypted = origin.protocol === "https:";
  const options = { keepAlive: true, timeout: IDLE_MS };
  const agent = encrypted ? new HttpsAgent(options) : new HttpAgent(options);
  const ownPort = origin.port === "" ? (encrypted ? 443 : 80) : Number(origin.port);
  const send: Send = ({ method, path, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const outgoing = (encrypted ? httpsRequest : httpRequest)({
        agent,
        host: forwardedPort ? LOOPBACK : origin.hostname,
        port: forwardedPort ? forwardedPort() : ownPort,
        // TLS server names must not be IP addresses.
        ...(encrypted && isIP(origin.hostname) === 0 && { servername: origin.hostname }),
        method,
        path,
        headers,
        signal,
        timeout: SILENCE_MS,
      });
      outgoing.once("response", resolve);
      outgoing.once("timeout", () => {
        outgoing.destroy(new LocalAnswer(504, `${origin.host} gave no answer within ${SILENCE_MS / 1000} s`));
      });
      outgoing.once("error", (error: NodeJS.ErrnoException) => {
        reject(
          error instanceof LocalAnswer
            ? error
            : new LocalAnswer(
                502,
                `${origin.host} cannot be reached: ${REASONS[error.code ?? ""] ?? error.message}`,
                { cause: error },
              ),
        );
      });
      outgoing.end(body);
    });
  return { send, agent };
}
