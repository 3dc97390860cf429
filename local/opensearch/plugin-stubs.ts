import type { Json } from "../../lib/json";
import { DASHBOARDS_PATH, DashboardsApi } from "../services/opensearch/dashboards-api";
import { EngineError } from "../services/opensearch/errors";
import { answerPolicy, LifecyclePolicies, POLICY_PATH } from "../services/opensearch/lifecycle-policies";
import type { SearchHttpRequest } from "../services/opensearch/request";

/** An answer in the engine's place. */
interface Substitute {
  readonly status: number;
  readonly body: Json;
}

/**
 * What a domain of AWS has and the engine from Maven Central has not: answered by what keeps and returns it, as in
 * the local double, and does nothing else. docs/engines.md lists it.
 */
export class PluginStubs {
  private readonly policies = new LifecyclePolicies();
  private readonly dashboards = new DashboardsApi();

  /** What lies here is the master's alone. @returns undefined for what the engine answers itself */
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
