import { isJsonObject } from "../../lib/json";
import type { Resource } from "./resource";
import { SECURITY_API } from "./security";

/**
 * Enables audit logs inside the domain: Terraform lets the domain publish them, but nothing is published until they
 * are enabled there. They exclude request bodies, because those are the customers' lines. All other settings stay
 * unchanged.
 */
export function auditLog(): Resource {
  return {
    what: "audit log",
    path: `${SECURITY_API}/audit`,
    writePath: `${SECURITY_API}/audit/config`,
    find: ({ config }) => config,
    wanted: (existing) => {
      const audit = existing?.["audit"];
      return {
        ...existing,
        enabled: true,
        audit: { ...(isJsonObject(audit) && audit), log_request_body: false },
      };
    },
    significant: (config) => config,
  };
}
