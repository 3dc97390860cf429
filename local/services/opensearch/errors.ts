import type { Json, JsonObject } from "../../../lib/json";
import { messageOf } from "../../../lib/message-of";
import { isDiskFull } from "../../store/store";
import { Refusal, type RefusalKind } from "../protocol/shell";

/** An error response of the engine, in its own shape. */
export class EngineError extends Error {
  override readonly name = "EngineError";

  /** @param more further members of the error, such as `index` or `caused_by` */
  public constructor(
    public readonly status: number,
    public readonly type: string,
    public readonly reason: string,
    public readonly more: JsonObject = {},
  ) {
    super(`${type}: ${reason}`);
  }

  /** The error alone, as in an item of a bulk response. */
  public toItem(): JsonObject {
    return { type: this.type, reason: this.reason, ...this.more };
  }

  /** The whole body of a response. */
  public toBody(): Json {
    const { caused_by: _, ...root } = this.toItem();
    const ownRoot = this.more["root_cause"];
    return { error: { root_cause: ownRoot ?? [root], ...this.toItem() }, status: this.status };
  }
}

/** The engine's error types of the shell's refusals. */
const REFUSALS: Readonly<Record<RefusalKind, string>> = {
  forbidden: "security_exception",
  malformed: "illegal_argument_exception",
  incomplete: "parse_exception",
  "body too large": "content_too_long_exception",
  "headers too large": "too_long_http_header_exception",
  "method not allowed": "illegal_argument_exception",
  "expectation failed": "illegal_argument_exception",
  timeout: "timeout_exception",
  closing: "node_closed_exception",
};

/** An error in the engine's shape; an unexpected one is the double's own fault. */
export function engineErrorOf(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  if (error instanceof Refusal) return new EngineError(error.status, REFUSALS[error.kind], error.message);
  // The status of an index that its full disk made read-only: clients retry it.
  if (isDiskFull(error)) return new EngineError(429, "cluster_block_exception", messageOf(error));
  return new EngineError(500, "internal_error", messageOf(error));
}

/** A feature of the real engine that the double lacks. */
export function notSupported(what: string): EngineError {
  return new EngineError(501, "not_supported", `not supported by the local search double: ${what}`);
}

/** A request that the real engine would refuse. */
export function badRequest(reason: string, more?: JsonObject): EngineError {
  return new EngineError(400, "illegal_argument_exception", reason, more);
}

export function indexNotFound(name: string): EngineError {
  return new EngineError(404, "index_not_found_exception", `no such index [${name}]`, {
    index: name,
    "resource.id": name,
    "resource.type": "index_or_alias",
    index_uuid: "_na_",
  });
}

/** The response to a search that its shards cannot run. */
export function shardFailure(index: string, cause: EngineError): EngineError {
  return new EngineError(cause.status, "search_phase_execution_exception", "all shards failed", {
    root_cause: [cause.toItem()],
    phase: "query",
    grouped: true,
    failed_shards: [{ shard: 0, index, node: "local", reason: cause.toItem() }],
  });
}
