import { EngineError } from "../../local/search/errors";
import { answerPolicy, LifecyclePolicies, POLICY_PATH } from "../../local/search/lifecycle-policies";
import type { SearchHttpRequest } from "../../local/search/request";
import type { Json } from "../../local/terraform/json";

/** An answer in the engine's place. */
export interface Substitute {
  readonly status: number;
  readonly body: Json;
}

/**
 * What a domain of AWS has and the engine from Maven Central has not: answered by what keeps and returns it, as in
 * the local double, and does nothing else. docs/engines.md lists it.
 */
export class Lacking {
  private readonly policies = new LifecyclePolicies();

  /** @param isMaster whether the domain's master is asking. @returns undefined for what the engine answers itself */
  public answer(request: SearchHttpRequest, isMaster: boolean): Substitute | undefined {
    const [, name] = POLICY_PATH.exec(request.path) ?? [];
    if (name === undefined) return undefined;
    try {
      if (!isMaster)
        throw new EngineError(403, "security_exception", "no permissions for lifecycle policies");
      return answerPolicy(this.policies, name, request);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return { status: error.status, body: error.toBody() };
    }
  }
}
