import { isJsonObject, type Json, type JsonObject } from "../../../../lib/json";
import type { PluginAnswer } from "../request";

/** The plugin's initial settings. */
const INITIAL: JsonObject = {
  compliance: {
    enabled: true,
    write_log_diffs: false,
    read_watched_fields: {},
    read_ignore_users: ["kibanaserver"],
    write_watched_indices: [],
    write_ignore_users: ["kibanaserver"],
    read_metadata_only: false,
    write_metadata_only: false,
    external_config: false,
    internal_config: false,
  },
  enabled: false,
  audit: {
    ignore_users: ["kibanaserver"],
    ignore_requests: [],
    ignore_headers: [],
    ignore_url_params: [],
    disabled_rest_categories: ["AUTHENTICATED", "GRANTED_PRIVILEGES"],
    disabled_transport_categories: ["AUTHENTICATED", "GRANTED_PRIVILEGES"],
    log_request_body: true,
    resolve_indices: true,
    resolve_bulk_requests: false,
    exclude_sensitive_headers: true,
    enable_transport: true,
    enable_rest: true,
  },
};

/** The security plugin's audit log settings: stored and returned, but nothing is logged. */
export class AuditConfig {
  private config = INITIAL;

  public get(): PluginAnswer {
    return { status: 200, body: { _readonly: [], config: this.config } };
  }

  /** Replaces the settings; omitted members get their initial value. */
  public put(body: Json): PluginAnswer {
    if (!isJsonObject(body) || Object.keys(body).length === 0) {
      return { status: 400, body: { status: "error", reason: "Request body required for this action." } };
    }
    const invalid = Object.keys(body).filter((key) => !Object.hasOwn(INITIAL, key));
    if (invalid.length > 0) {
      const invalid_keys = { keys: invalid.sort().join(",") };
      return { status: 400, body: { status: "error", reason: "Invalid configuration", invalid_keys } };
    }
    this.config = { ...INITIAL, ...body, ...completed("audit", body), ...completed("compliance", body) };
    return { status: 200, body: { status: "OK", message: "'config' updated." } };
  }

  /** The stored settings, for the journal; undefined before the first write. */
  public entry(): JsonObject | undefined {
    return this.config === INITIAL ? undefined : this.config;
  }

  /** Restores the settings from the journal. */
  public restore(config: JsonObject): void {
    this.config = config;
  }
}

function completed(key: string, body: JsonObject): JsonObject {
  const [initial, given] = [INITIAL[key], body[key]];
  return isJsonObject(initial) && isJsonObject(given) ? { [key]: { ...initial, ...given } } : {};
}
