import type { Json } from "../../lib/json";
import {
  answerPolicy,
  DASHBOARDS_PATH,
  DashboardsApi,
  EngineError,
  LifecyclePolicies,
  POLICY_PATH,
  type SearchHttpRequest,
} from "../services/opensearch/service";

/** A response that replaces the engine's. */
interface Substitute {
  readonly status: number;
  readonly body: Json;
}

/**
 * Stubs of the APIs that an AWS domain has and the engine from Maven Central lacks. They store and return documents,
 * as the local double does, without any effect. docs/engines.md lists them.
 */
export class PluginStubs {
  private readonly policies = new LifecyclePolicies();
  private readonly dashboards = new DashboardsApi();

  /** Only the master role may use these APIs. @returns undefined for requests that the engine answers */
  public answer(request: SearchHttpRequest, isMaster: boolean): Substitute | undefined {
    const { method, path } = request;
    const [, policy] = POLICY_PATH.exec(path) ?? [];
    if (policy === undefined && !path.startsWith(`${DASHBOARDS_PATH}/`)) return undefined;
    try {
      if (!isMaster) throw new EngineError(403, "security_exception", `no permissions for ${method} ${path}`);
      return policy === undefined
        ? this.dashboards.answer(request)
        : answerPolicy(this.policies, policy, request);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return { status: error.status, body: error.toBody() };
    }
  }
}
