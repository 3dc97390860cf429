import { createServer, type ServerResponse } from "node:http";
import type { Json } from "../../../lib/json";
import { closeServer, listenOnLoopback } from "../../../lib/loopback";
import type { Service } from "../../plan/data-plane";
import type { BulkAction } from "./bulk";
import { Engine } from "./engine";
import { EngineError } from "./errors";
import { filterJson, filterRaw } from "./indices/raw-json";
import { type Answer, answer } from "./operations";

export { EngineError } from "./errors";
export { DASHBOARDS_PATH, DashboardsApi } from "./plugins/dashboards-api";
export { answerPolicy, LifecyclePolicies, POLICY_PATH } from "./plugins/lifecycle-policies";
export type { SearchHttpRequest } from "./request";

import { readRequest, type SearchHttpRequest } from "./request";

/** An injected fault that replaces a response: a status with a body, or a broken connection. */
export type Fault = { readonly status: number; readonly body: Json } | "break the connection";

/** Lets tests inject faults. */
export interface Interceptor {
  /** Called before each request; a returned fault replaces the response. */
  readonly onRequest?: (request: SearchHttpRequest) => Promise<Fault | undefined> | Fault | undefined;
  /** Called for each action of a bulk request; a returned error becomes that item's error. */
  readonly onItem?: (action: BulkAction) => EngineError | undefined;
}

interface SearchDoubleOptions {
  /** Stores the indices; created if it does not exist. */
  readonly dataDir: string;
  /** @default a free one */
  readonly port?: number;
  /** For tests. @default no faults */
  readonly interceptor?: Interceptor;
}

/** A running search double. */
export interface SearchDouble extends Service {
  /** Such as `http://127.0.0.1:9200`. */
  readonly url: string;
}

/**
 * Starts a search engine on loopback that supports the requests that this stack sends to OpenSearch, and answers any
 * other with an error that names it (501, `not_supported`). Its scope:
 *
 * - documents, mappings, templates and their errors as in OpenSearch 2.19; searchable after a refresh (1 s);
 * - queries and aggregations of the dashboards and of the reconciliation; no relevance, one shard;
 * - security roles and mappings are stored and returned, not enforced;
 * - saved objects of Dashboards are stored and returned, not displayed;
 * - a change is on disk before its response is sent.
 * @throws Error naming the port when it is taken
 */
export async function startSearchDouble(options: SearchDoubleOptions): Promise<SearchDouble> {
  const { dataDir, port = 0, interceptor = {} } = options;
  const engine = await Engine.open(dataDir);
  const refuseItem = interceptor.onItem ?? (() => undefined);
  const server = createServer((message, response) => {
    const serve = async (): Promise<void> => {
      const request = await readRequest(message);
      const fault = await interceptor.onRequest?.(request);
      if (fault === "break the connection") {
        message.socket.destroy();
      } else if (fault) {
        send(response, request, { status: fault.status, json: fault.body });
      } else {
        send(response, request, await answer(request, { engine, refuseItem }));
      }
    };
    serve().catch((error: unknown) => sendError(response, error));
  });
  try {
    const url = await listenOnLoopback(server, port, "search double");
    return {
      url,
      close: async () => {
        await closeServer(server);
        await engine.close();
      },
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

function send(response: ServerResponse, { method, query }: SearchHttpRequest, found: Answer): void {
  const { status, contentType = "application/json" } = found;
  const filterPath = query.get("filter_path");
  const text = bodyOf(found, contentType === "application/json" ? filterPath : null);
  response.writeHead(status, {
    "content-type": `${contentType}; charset=UTF-8`,
    "content-length": Buffer.byteLength(text),
  });
  response.end(method === "HEAD" ? undefined : text);
}

function bodyOf({ text, json }: Answer, filterPath: string | null): string {
  if (text !== undefined) return filterPath === null ? text : filterRaw(text, filterPath);
  if (json === undefined) return filterPath === null ? "" : "{}";
  return filterPath === null ? JSON.stringify(json) : filterJson(json, filterPath);
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const known =
    error instanceof EngineError
      ? error
      : new EngineError(
          500,
          "internal_error",
          error instanceof Error ? (error.stack ?? error.message) : String(error),
        );
  const text = JSON.stringify(known.toBody());
  response.writeHead(known.status, {
    "content-type": "application/json; charset=UTF-8",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
