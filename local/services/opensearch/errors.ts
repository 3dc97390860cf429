import type { Json, JsonObject } from "../../../lib/json";

/** An error that the engine answers with, in its own shape. */
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

  /** The error by itself, as an item of a bulk answer carries it. */
  public toItem(): JsonObject {
    return { type: this.type, reason: this.reason, ...this.more };
  }

  /** The whole body of an answer. */
  public toBody(): Json {
    const { caused_by: _, ...root } = this.toItem();
    const ownRoot = this.more["root_cause"];
    return { error: { root_cause: ownRoot ?? [root], ...this.toItem() }, status: this.status };
  }
}

/** Something that a real engine can do and the double cannot. */
export function notSupported(what: string): EngineError {
  return new EngineError(501, "not_supported", `not supported by the local search double: ${what}`);
}

/** A request that the engine itself would refuse. */
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

/** What a search answers when its shards cannot run it. */
export function shardFailure(index: string, cause: EngineError): EngineError {
  return new EngineError(cause.status, "search_phase_execution_exception", "all shards failed", {
    root_cause: [cause.toItem()],
    phase: "query",
    grouped: true,
    failed_shards: [{ shard: 0, index, node: "local", reason: cause.toItem() }],
  });
}
