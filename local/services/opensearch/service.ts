import type { Json } from "../../../lib/json";
import type { Store } from "../../store/store";
import { openShell, RESET, type Shell, type ShellAnswer } from "../protocol/shell";
import type { BulkAction } from "./bulk";
import { Engine } from "./engine";
import { type EngineError, engineErrorOf } from "./errors";
import { filterJson, filterRaw } from "./indices/raw-json";
import { type Answer, answer } from "./operations";

export { EngineError } from "./errors";
export { DASHBOARDS_PATH, DashboardsApi } from "./plugins/dashboards-api";
export { answerPolicy, LifecyclePolicies, POLICY_PATH } from "./plugins/lifecycle-policies";
export type { SearchHttpRequest } from "./request";

import { MAX_BODY_BYTES, readRequest, type SearchHttpRequest } from "./request";

const JSON_TYPE = "application/json";

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
  /** Keeps the indices. */
  readonly store: Store;
  /** @default a free one */
  readonly port?: number;
  /** For tests. @default no faults */
  readonly interceptor?: Interceptor;
}

/** A running search double. */
export type SearchDouble = Shell;

/**
 * Starts a search engine on loopback that supports the requests that this stack sends to OpenSearch, and answers any
 * other with an error that names it (501, `not_supported`). Its scope:
 *
 * - documents, mappings, templates and their errors as in OpenSearch 2.19; searchable after a refresh (1 s);
 * - queries and aggregations of the dashboards and of the reconciliation; no relevance, one shard;
 * - security roles and mappings are stored and returned, not enforced;
 * - saved objects of Dashboards are stored and returned, not displayed;
 * - a change is stored before its response is sent.
 * @throws StoreDamageError; Error naming the port when it is taken
 */
export async function startSearchDouble(options: SearchDoubleOptions): Promise<SearchDouble> {
  const { store, port = 0, interceptor = {} } = options;
  const engine = Engine.open(store);
  const refuseItem = interceptor.onItem ?? (() => undefined);
  try {
    const shell = await openShell({
      name: "search double",
      port,
      maxBodyBytes: MAX_BODY_BYTES,
      answer: async (received) => {
        const request = await readRequest(received);
        const fault = await interceptor.onRequest?.(request);
        if (fault === "break the connection") return RESET;
        if (fault) return toHttp(request, { status: fault.status, json: fault.body });
        return toHttp(request, await answer(request, { engine, refuseItem }));
      },
      errorAnswer: (error) => {
        const known = engineErrorOf(error);
        return toJson(known.status, JSON.stringify(known.toBody()));
      },
    });
    return {
      url: shell.url,
      close: async () => {
        await shell.close();
        engine.close();
      },
    };
  } catch (error) {
    engine.close();
    throw error;
  }
}

function toHttp({ query }: SearchHttpRequest, found: Answer): ShellAnswer {
  const { status, contentType } = found;
  const filterPath = query.get("filter_path");
  const isJson = contentType === undefined || contentType === JSON_TYPE;
  return toJson(status, bodyOf(found, isJson ? filterPath : null), contentType ?? JSON_TYPE);
}

function bodyOf({ text, json }: Answer, filterPath: string | null): string {
  if (text !== undefined) return filterPath === null ? text : filterRaw(text, filterPath);
  if (json === undefined) return filterPath === null ? "" : "{}";
  return filterPath === null ? JSON.stringify(json) : filterJson(json, filterPath);
}

function toJson(status: number, body: string, contentType = JSON_TYPE): ShellAnswer {
  return { status, headers: { "content-type": `${contentType}; charset=UTF-8` }, body };
}
