import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Aspects, S3Backend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { Environment } from "../environments/environment";
import { UNSET_ACCOUNT_ID, variableName } from "../environments/location";
import { Guardrails } from "../modules/aspects/guardrails";
import { Tags } from "../modules/aspects/tags";
import { type NamedEnvironment, namesOf } from "../modules/naming";

/** The first version with native locking of the S3 backend. */
const REQUIRED_TERRAFORM = ">= 1.11";

/** Key of a stack's state object in the bucket. */
export function stateKeyOf(stack: string): string {
  return `${stack}.tfstate`;
}

/**
 * The backend's bucket. Without a configured account it is an invalid name that contains the variable to set, so that
 * `init` fails with it.
 */
export function backendBucket(environment: NamedEnvironment): string {
  return environment.location.accountId === UNSET_ACCOUNT_ID
    ? `SET_${variableName(environment.name, "ACCOUNT_ID")}`
    : namesOf(environment).stateBucket;
}

/** A stack of an environment: provider and backend, both restricted to its account; tags; guardrails. */
export class EnvironmentStack extends TerraformStack {
  public constructor(scope: Construct, id: string, environment: Environment) {
    super(scope, id);
    const { accountId, region } = environment.location;
    new AwsProvider(this, "Aws", { region, allowedAccountIds: [accountId] });
    // `encrypt` would select S3's own encryption; the bucket's default is the state's KMS key.
    new S3Backend(this, {
      bucket: backendBucket(environment),
      key: stateKeyOf(id),
      region,
      allowedAccountIds: [accountId],
    });
    this.addOverride("terraform.backend.s3.use_lockfile", true);
    this.addOverride("terraform.required_version", REQUIRED_TERRAFORM);

    Aspects.of(this).add(
      new Tags({ Project: "retail-bi", Environment: environment.name, Stack: id, ManagedBy: "terraform" }),
    );
    const guardrails = new Guardrails();
    Aspects.of(this).add(guardrails);
    this.node.addValidation({ validate: () => guardrails.findings });
  }

  /** Lets the state forget a resource that an earlier version of this stack made. The resource stays in the account. */
  protected release(address: string): void {
    this.addOverride("removed", [{ from: address, lifecycle: { destroy: false } }]);
  }
}
