import { isJsonObject, type Json, type JsonObject } from "../../../../lib/json";
import type { PluginAnswer } from "../request";

/** Kinds of stored objects, with the lists that each may hold besides a description. */
const KINDS = {
  roles: { one: "role", lists: ["cluster_permissions", "index_permissions", "tenant_permissions"] },
  rolesmapping: { one: "rolesmapping", lists: ["hosts", "users", "backend_roles", "and_backend_roles"] },
} as const satisfies Readonly<Record<string, { readonly one: string; readonly lists: readonly string[] }>>;

/** Built-in roles, which cannot be changed; only those that this stack grants to people are here. */
const STATIC_ROLES: ReadonlyMap<string, JsonObject> = new Map([
  [
    "all_access",
    {
      reserved: true,
      hidden: false,
      description: "Allow full access to all indices and all cluster APIs",
      cluster_permissions: ["*"],
      index_permissions: [{ index_patterns: ["*"], fls: [], masked_fields: [], allowed_actions: ["*"] }],
      tenant_permissions: [{ tenant_patterns: ["*"], allowed_actions: ["kibana_all_write"] }],
      static: true,
    },
  ],
  [
    "kibana_user",
    {
      reserved: true,
      hidden: false,
      description: "Provide the minimum permissions for a kibana user",
      cluster_permissions: ["cluster_composite_ops"],
      index_permissions: [
        {
          index_patterns: [
            ".kibana",
            ".kibana-6",
            ".kibana_*",
            ".opensearch_dashboards",
            ".opensearch_dashboards-6",
            ".opensearch_dashboards_*",
          ],
          fls: [],
          masked_fields: [],
          allowed_actions: ["read", "delete", "manage", "index"],
        },
        {
          index_patterns: [".tasks", ".management-beats", "*:.tasks", "*:.management-beats"],
          fls: [],
          masked_fields: [],
          allowed_actions: ["indices_all"],
        },
      ],
      tenant_permissions: [],
      static: true,
    },
  ],
]);

export type SecurityKind = keyof typeof KINDS;

export function isSecurityKind(text: string): text is SecurityKind {
  return Object.hasOwn(KINDS, text);
}

/**
 * The security plugin's roles and role mappings: stored and returned as the plugin does, but not enforced. Tests on
 * a real engine prove the permissions.
 */
export class SecurityApi {
  private readonly kept: Readonly<Record<SecurityKind, Map<string, JsonObject>>> = {
    roles: new Map(),
    rolesmapping: new Map(),
  };

  public get(kind: SecurityKind, name: string): PluginAnswer {
    const found = this.kept[kind].get(name) ?? (kind === "roles" ? STATIC_ROLES.get(name) : undefined);
    return found ? { status: 200, body: { [name]: found } } : notFound(kind, name);
  }

  public put(kind: SecurityKind, name: string, body: Json): PluginAnswer {
    const fault = check(kind, body);
    if (fault) return fault;
    const isStatic = STATIC_ROLES.has(name);
    if (kind === "roles" && isStatic) return said(403, "FORBIDDEN", `Resource '${name}' is reserved.`);
    if (kind === "rolesmapping" && !isStatic && !this.kept.roles.has(name)) return notFound("roles", name);
    const existed = this.kept[kind].has(name);
    this.kept[kind].set(name, completed(kind, isJsonObject(body) ? body : {}));
    return existed ? said(200, "OK", `'${name}' updated.`) : said(201, "CREATED", `'${name}' created.`);
  }

  /** All stored objects, for the journal. */
  public *everything(): Generator<readonly [SecurityKind, string, JsonObject]> {
    for (const [name, body] of this.kept.roles) yield ["roles", name, body];
    for (const [name, body] of this.kept.rolesmapping) yield ["rolesmapping", name, body];
  }

  /** Restores an object from the journal. */
  public restore(kind: SecurityKind, name: string, body: JsonObject): void {
    this.kept[kind].set(name, body);
  }
}

function said(status: number, word: string, message: string): PluginAnswer {
  return { status, body: { status: word, message } };
}

function notFound(kind: SecurityKind, name: string): PluginAnswer {
  return said(404, "NOT_FOUND", `${KINDS[kind].one} '${name}' not found.`);
}

function check(kind: SecurityKind, body: Json): PluginAnswer | undefined {
  const error = (reason: string, more: JsonObject = {}): PluginAnswer => ({
    status: 400,
    body: { status: "error", reason, ...more },
  });
  if (!isJsonObject(body) || Object.keys(body).length === 0) {
    return error("Request body required for this action.");
  }
  const lists: readonly string[] = KINDS[kind].lists;
  const invalid = Object.keys(body).filter((key) => key !== "description" && !lists.includes(key));
  if (invalid.length > 0) {
    return error("Invalid configuration", { invalid_keys: { keys: invalid.sort().join(",") } });
  }
  const wrong = Object.entries(body).flatMap(([key, value]): [string, string][] => {
    if (key === "description") return typeof value === "string" ? [] : [[key, "String expected"]];
    return Array.isArray(value) ? [] : [[key, "Array expected"]];
  });
  return wrong.length > 0 ? error("Wrong datatype", Object.fromEntries(wrong)) : undefined;
}

/** Adds the members that the plugin adds. */
function completed(kind: SecurityKind, body: JsonObject): JsonObject {
  if (kind === "rolesmapping") {
    const empty = { hosts: [], users: [], reserved: false, hidden: false };
    return { ...empty, backend_roles: [], and_backend_roles: [], ...body };
  }
  const permissions = body["index_permissions"];
  return {
    reserved: false,
    hidden: false,
    ...body,
    cluster_permissions: body["cluster_permissions"] ?? [],
    index_permissions: Array.isArray(permissions) ? permissions.map(withFilters) : [],
    tenant_permissions: body["tenant_permissions"] ?? [],
    static: false,
  };
}

function withFilters(permission: Json): Json {
  return isJsonObject(permission) ? { fls: [], masked_fields: [], ...permission } : permission;
}
