import type { Json, JsonObject } from "../../lib/json";
import { strings } from "./canonical";
import type { Resource } from "./resource";

/** Path of the security plugin's configuration API. */
export const SECURITY_API = "/_plugins/_security/api";

/** Permissions of a security role, in the engine's terms. */
interface RoleDefinition {
  readonly clusterPermissions: readonly string[];
  readonly indexPatterns: readonly string[];
  readonly indexActions: readonly string[];
  /** Actions allowed in the global tenant, which holds the shared dashboards. @default none */
  readonly globalTenantActions?: readonly string[];
}

/**
 * Names of the built-in role for users of Dashboards: on a domain of AWS, and in the engine itself. The first that
 * exists is used.
 */
export const DASHBOARDS_USER_ROLES = ["opensearch_dashboards_user", "kibana_user"] as const;

/**
 * The built-in roles of a master user. Only a domain of AWS has the second, which administers the security settings; in
 * the engine itself the first may suffice, by its configuration.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html, "Additional master users"
 */
export const ADMINISTRATOR_ROLES = { everything: "all_access", security: "security_manager" } as const;

/**
 * The role of the function that writes documents: the lab's without `manage`, which the function does not need and
 * which would let it delete the indices. `crud` and `create_index` allow bulk writes and the creation of the month's
 * index; `_bulk` itself is one of the composite operations.
 */
export function writerRole(indexName: string): RoleDefinition {
  return {
    clusterPermissions: ["cluster_composite_ops", "cluster_monitor"],
    indexPatterns: [`${indexName}*`],
    indexActions: ["crud", "create_index"],
  };
}

/**
 * The role of analysts and of operators who answer an alarm. It allows searches, reading the shared dashboards and
 * monitoring the domain. They need the Dashboards user role too, which grants nothing on documents.
 */
export function readerRole(indexName: string): RoleDefinition {
  return {
    clusterPermissions: ["cluster_composite_ops_ro", "cluster_monitor"],
    indexPatterns: [`${indexName}*`],
    indexActions: ["read", "indices_monitor"],
    globalTenantActions: ["kibana_all_read"],
  };
}

/** A security role; it belongs to the project, so any other content is replaced. */
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
 * The mapping of a security role. Missing backend roles are added; nothing is removed, because an operator may have
 * mapped users by hand.
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

/** Keys that the engine returns but refuses in a write. */
const SERVER_KEYS = new Set(["reserved", "hidden", "static"]);

function withoutServerKeys(resource: JsonObject): { readonly [key: string]: Json } {
  return Object.fromEntries(Object.entries(resource).filter(([key]) => !SERVER_KEYS.has(key)));
}
