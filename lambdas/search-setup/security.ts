import type { Json, JsonObject } from "../../lib/json";
import { strings } from "./canonical";
import type { Resource } from "./resource";

/** Where the security plugin is configured. */
export const SECURITY_API = "/_plugins/_security/api";

/** What a security role may do, in the engine's terms. */
interface RoleDefinition {
  readonly clusterPermissions: readonly string[];
  readonly indexPatterns: readonly string[];
  readonly indexActions: readonly string[];
  /** What is allowed in the tenant that everyone's dashboards are in. @default nothing of its own */
  readonly globalTenantActions?: readonly string[];
}

/**
 * Built-in roles by which people use Dashboards: its name on a domain of AWS, and in the engine itself. The first
 * that is there counts.
 */
export const DASHBOARDS_USER_ROLES = ["opensearch_dashboards_user", "kibana_user"] as const;

/**
 * The role of the function that writes documents, as in the lab but for `manage`, which the lab grants too:
 * with it the function could delete the indices, and it needs nothing of it. Bulk writes and the creation of
 * the month's index are `crud` and `create_index`; `_bulk` itself is one of the composite operations.
 */
export function writerRole(indexName: string): RoleDefinition {
  return {
    clusterPermissions: ["cluster_composite_ops", "cluster_monitor"],
    indexPatterns: [`${indexName}*`],
    indexActions: ["crud", "create_index"],
  };
}

/**
 * The role of analysts and of whoever answers an alarm. It allows searches, reading the shared dashboards and monitoring
 * the domain. They need the Dashboards user role too, which grants nothing on documents.
 */
export function readerRole(indexName: string): RoleDefinition {
  return {
    clusterPermissions: ["cluster_composite_ops_ro", "cluster_monitor"],
    indexPatterns: [`${indexName}*`],
    indexActions: ["read", "indices_monitor"],
    globalTenantActions: ["kibana_all_read"],
  };
}

/** A security role; it is the project's own, so what else stands in it is replaced. */
export function securityRole(name: string, definition: RoleDefinition): Resource {
  const wanted: JsonObject = {
    cluster_permissions: definition.clusterPermissions,
    index_permissions: [
      { index_patterns: definition.indexPatterns, allowed_actions: definition.indexActions },
    ],
    ...(definition.globalTenantActions && {
      tenant_permissions: [
        { tenant_patterns: ["global_tenant"], allowed_actions: definition.globalTenantActions },
      ],
    }),
  };
  return {
    what: `security role ${name}`,
    path: `${SECURITY_API}/roles/${name}`,
    find: (body) => body[name],
    wanted: () => wanted,
    significant: withoutServerKeys,
  };
}

/**
 * Who has a security role. Roles that are not there yet are added; nothing is taken away, for an operator may
 * have mapped users by hand.
 */
export function roleMapping(role: string, backendRoles: readonly string[]): Resource {
  return {
    what: `role mapping ${role}`,
    path: `${SECURITY_API}/rolesmapping/${role}`,
    find: (body) => body[role],
    wanted: (existing) => ({
      ...withoutServerKeys(existing ?? {}),
      backend_roles: [...new Set([...strings(existing?.["backend_roles"]), ...backendRoles])],
    }),
    significant: withoutServerKeys,
  };
}

/** Keys that the engine returns and refuses to be given. */
const SERVER_KEYS = new Set(["reserved", "hidden", "static"]);

function withoutServerKeys(resource: JsonObject): { readonly [key: string]: Json } {
  return Object.fromEntries(Object.entries(resource).filter(([key]) => !SERVER_KEYS.has(key)));
}
