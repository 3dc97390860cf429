import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import type { Environment } from "../environments/environment";
import { RELEASED } from "../modules/account-wide";
import { GithubDelivery } from "../modules/cicd/github-delivery";
import { PLANS_PREFIX, StateAccess } from "../modules/cicd/state-access";
import { namesOf } from "../modules/naming";
import { EncryptionKey } from "../modules/security/encryption-key";
import { PrivateBucket } from "../modules/security/private-bucket";
import { EnvironmentStack, stateKeyOf } from "./environment-stack";

/** Days that an older state can be restored: enough to notice a bad one. */
const OLD_STATE_DAYS = 90;

/** Days that a saved plan is kept for its approval; an older plan is outdated. */
const PLAN_DAYS = 14;

/**
 * The bucket of an environment's state, the state of this stack included; and the delivery roles, which must exist before
 * the environment and must not be able to change themselves.
 */
export class StateBackendStack extends EnvironmentStack {
  public constructor(scope: Construct, id: string, environment: Environment) {
    super(scope, id, environment);
    const names = namesOf(environment);
    const key = new EncryptionKey(this, "Key", {
      alias: names.stateKeyAlias,
      description: `Terraform state of the ${environment.name} environment of retail-bi`,
      location: environment.location,
      services: ["s3"],
      deletionDays: environment.keyDeletionDays,
      protected: environment.protected,
    });
    const bucket = new PrivateBucket(this, "State", {
      name: names.stateBucket,
      encryption: { key },
      accessLog: { noLogReason: "it is made before any bucket that could take its log" },
      protected: environment.protected,
      noncurrentVersionDays: OLD_STATE_DAYS,
      ...(environment.delivery && {
        expirations: [{ id: "plans", prefix: PLANS_PREFIX, days: PLAN_DAYS }],
      }),
    });
    this.release(RELEASED.state);
    this.output("state_bucket", "Bucket that keeps the state", bucket.resource.bucket);
    if (environment.delivery) {
      const delivery = new GithubDelivery(this, "Delivery", {
        environment,
        settings: environment.delivery,
        state: new StateAccess(bucket, key, stateKeyOf(environment.name)),
      });
      this.output("plan_role_arn", "Role of plans for pull requests", delivery.plan.arn);
      this.output("propose_role_arn", "Role of plans that wait for approval", delivery.propose.arn);
      this.output("apply_role_arn", "Role of approved plans", delivery.apply.arn);
    }
    environment.overrides?.(this);
  }

  private output(name: string, description: string, value: string): void {
    const output = new TerraformOutput(this, `Output-${name}`, { value, description });
    output.overrideLogicalId(name);
  }
}
