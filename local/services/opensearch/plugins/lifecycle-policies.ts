import { isJsonObject, type Json, type JsonObject } from "../../../../lib/json";
import { badRequest, EngineError, notSupported } from "../errors";
import { anyJsonBody, checkParameters, type PluginAnswer, type SearchHttpRequest } from "../request";

/** A policy with its sequence number, which a later write must name. */
export interface KeptPolicy {
  readonly seqNo: number;
  readonly version: number;
  readonly policy: JsonObject;
}

/** The primary shard is never replaced here. */
const PRIMARY_TERM = 1;
/** Schema version of the policies. */
const SCHEMA_VERSION = 21;

/**
 * Policies of index state management: stored and returned as the plugin does, but not executed. The engine on
 * Maven Central does not include this plugin, so the response format follows its documentation:
 * https://docs.opensearch.org/latest/im-plugin/ism/api/
 */
export class LifecyclePolicies {
  private readonly kept = new Map<string, KeptPolicy>();
  private writes = 0;

  public get(name: string): PluginAnswer {
    const found = this.kept.get(name);
    if (!found) throw new EngineError(404, "status_exception", "Policy not found");
    return { status: 200, body: { ...heading(name, found), policy: found.policy } };
  }

  /**
   * @param seen sequence number and primary term of the version to replace; undefined to create a policy
   * @throws EngineError when the current version is another
   */
  public put(
    name: string,
    body: Json,
    seen: { seqNo: number; primaryTerm: number } | undefined,
  ): PluginAnswer {
    const found = this.kept.get(name);
    const matches = found?.seqNo === seen?.seqNo && (seen === undefined || seen.primaryTerm === PRIMARY_TERM);
    if (!matches) throw conflict(name, found);
    const kept = {
      seqNo: this.writes++,
      version: (found?.version ?? 0) + 1,
      policy: completed(name, body),
    };
    this.kept.set(name, kept);
    return { status: found ? 200 : 201, body: { ...heading(name, kept), policy: { policy: kept.policy } } };
  }

  public delete(name: string): PluginAnswer {
    const found = this.kept.get(name);
    if (!found) throw new EngineError(404, "status_exception", "Policy not found");
    this.kept.delete(name);
    return { status: 200, body: { ...heading(name, found), result: "deleted" } };
  }

  /** The stored policy of this name, for the journal; null when there is none. */
  public entry(name: string): KeptPolicy | null {
    return this.kept.get(name) ?? null;
  }

  /** All stored policies. */
  public entries(): Iterable<readonly [string, KeptPolicy]> {
    return this.kept;
  }

  /** Restores a policy from the journal; null means deleted. */
  public restore(name: string, kept: KeptPolicy | null): void {
    if (kept === null) this.kept.delete(name);
    else this.kept.set(name, kept);
    this.writes = Math.max(this.writes, (kept?.seqNo ?? -1) + 1);
  }
}

/** Path of a policy; captures its name. */
export const POLICY_PATH = /^\/_plugins\/_ism\/policies\/([^/]+)$/;

/** Answers a request about one policy. @throws EngineError */
export function answerPolicy(
  policies: LifecyclePolicies,
  name: string,
  request: SearchHttpRequest,
): PluginAnswer {
  const { method, path, query, body } = request;
  checkParameters(request, method === "PUT" ? ["if_seq_no", "if_primary_term"] : []);
  if (method === "GET") return policies.get(name);
  if (method === "DELETE") return policies.delete(name);
  if (method !== "PUT") throw notSupported(`${method} ${path}`);
  const seen = query.has("if_seq_no")
    ? { seqNo: Number(query.get("if_seq_no")), primaryTerm: Number(query.get("if_primary_term")) }
    : undefined;
  return policies.put(name, anyJsonBody(body), seen);
}

function heading(name: string, { seqNo, version }: KeptPolicy): JsonObject {
  return { _id: name, _version: version, _primary_term: PRIMARY_TERM, _seq_no: seqNo };
}

function conflict(name: string, found: KeptPolicy | undefined): EngineError {
  const there = found ? `current version [${found.version}]` : "there is none";
  return new EngineError(
    409,
    "version_conflict_engine_exception",
    `[${name}]: version conflict, document already exists (${there})`,
  );
}

/** Adds the members that the plugin adds. */
function completed(name: string, body: Json): JsonObject {
  const policy = isJsonObject(body) ? body["policy"] : undefined;
  if (
    !isJsonObject(policy) ||
    !Array.isArray(policy["states"]) ||
    typeof policy["default_state"] !== "string"
  ) {
    throw badRequest("a policy needs states and a default_state");
  }
  const last_updated_time = Date.now();
  const templates = policy["ism_template"];
  return {
    policy_id: name,
    last_updated_time,
    schema_version: SCHEMA_VERSION,
    error_notification: null,
    ...policy,
    ism_template: Array.isArray(templates)
      ? templates.map((template) => (isJsonObject(template) ? { ...template, last_updated_time } : template))
      : null,
  };
}
