import { isJsonObject } from "../../lib/json";
import type { Resource } from "./resource";
import { SECURITY_API } from "./security";

/**
 * The domain's own step for audit logs: Terraform lets the domain publish them, and nothing is published until
 * they are switched on inside. The bodies of requests stay out of them, for those are the customers' lines; what
 * else there is of settings stays as it is.
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
