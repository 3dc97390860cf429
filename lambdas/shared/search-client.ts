import { giveAwsV4Signer } from "@opensearch-project/opensearch/lib/aws/shared.js";
import { DeserializationError, ResponseError } from "@opensearch-project/opensearch/lib/errors.js";
import { ConnectionPool } from "@opensearch-project/opensearch/lib/pool/index.js";
import Serializer from "@opensearch-project/opensearch/lib/Serializer.js";

/** A call of the search domain. */
export interface SearchRequest {
  readonly method: "GET" | "PUT" | "POST" | "PATCH";
  /** Begins with a slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[];
  /** Sent as it is, as newline-delimited JSON. */
  readonly lines?: string;
  /** Sent as it is, with its content type. */
  readonly content?: { readonly type: string; readonly text: string };
  /** Added to those that the client sets, and signed like them. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For the whole call, its answer included. */
  readonly timeoutMs: number;
}

/** The domain's answer, whatever its status. */
export interface SearchAnswer {
  readonly status: number;
  /** Parsed where it is JSON, text otherwise. */
  readonly body: unknown;
}

/** Calls the domain; rejects when there is no answer: no connection, or timeout. */
export type Search = (request: SearchRequest) => Promise<SearchAnswer>;

/** Leaves an answer as text that claims to be JSON and is not, so that its status is not lost. */
class TolerantSerializer extends Serializer {
  public override deserialize(json: string): unknown {
    try {
      return super.deserialize(json);
    } catch (error) {
      if (error instanceof DeserializationError) return json;
      throw error;
    }
  }
}

/** An environment variable that the Lambda service sets in every function. */
function credential(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; Lambda sets it from the function's execution role`);
  return value;
}

/** In the place of the SDK's chain of credential providers, whose code would be more than half of the bundle. */
async function noDefaultCredentials(): Promise<never> {
  throw new Error("the signer is given its credentials");
}

/**
 * A client whose every request is signed (SigV4, service `es`) with the credentials that the environment holds at
 * that moment. Built from the official client's parts: its 400 API methods would be three quarters of the bundle, and
 * half of its start. It does not retry: the event source mapping and the set-up do.
 * @param node origin of the domain, such as `https://host`
 */
export function createSearch(node: string, region: string): Search {
  const signer = giveAwsV4Signer(noDefaultCredentials)({
    region,
    getCredentials: async () => ({
      accessKeyId: credential("AWS_ACCESS_KEY_ID"),
      secretAccessKey: credential("AWS_SECRET_ACCESS_KEY"),
      ...(process.env["AWS_SESSION_TOKEN"] && { sessionToken: process.env["AWS_SESSION_TOKEN"] }),
      // The signer keeps credentials without an expiration for ever; it reads expired ones again at every request.
      expiration: new Date(0),
    }),
  });
  const emit = (): boolean => false;
  const pool = new ConnectionPool({ Connection: signer.Connection, resurrectStrategy: "none", emit });
  pool.addConnection(node);
  const transport = new signer.Transport({
    connectionPool: pool,
    serializer: new TolerantSerializer({
      disablePrototypePoisoningProtection: false,
      enableLongNumeralSupport: false,
    }),
    maxRetries: 0,
    requestTimeout: 30_000,
    sniffEndpoint: "",
    emit,
  });

  return async ({ method, path, query, body, lines, content, headers, timeoutMs }) => {
    const call = transport.request(
      {
        method,
        path,
        ...(query && { querystring: query }),
        ...(body && { body }),
        ...(lines !== undefined && { bulkBody: lines }),
        ...(content && { body: content.text }),
      },
      {
        requestTimeout: timeoutMs,
        headers: { ...headers, ...(content && { "content-type": content.type }) },
      },
    );
    // The transport's own timeout covers only the wait for the first byte of the answer.
    let expired = false;
    const deadline = setTimeout(() => {
      expired = true;
      call.abort();
    }, timeoutMs);
    try {
      const answer = await call;
      return { status: answer.statusCode ?? 0, body: answer.body };
    } catch (error) {
      if (error instanceof ResponseError) return { status: error.statusCode, body: error.body };
      if (expired) throw new Error(`${method} ${path} had no whole answer within ${timeoutMs} ms`);
      throw error;
    } finally {
      clearTimeout(deadline);
    }
  };
}
