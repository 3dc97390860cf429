import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Aspects, S3Backend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { Environment } from "../environments/environment";
import { UNSET_ACCOUNT_ID, variableName } from "../environments/location";
import { Guardrails } from "../modules/aspects/guardrails";
import { Tags } from "../modules/aspects/tags";
import { type NamedEnvironment, namesOf } from "../modules/naming";

/** Native locking of the S3 backend came with it. */
const REQUIRED_TERRAFORM = ">= 1.11";

/** Object of a stack's state in the bucket. */
export function stateKeyOf(stack: string): string {
  return `${stack}.tfstate`;
}

/**
 * The bucket that the backend is told: where the account is not configured, a name that cannot exist and
 * says what to set, so that `init` fails on it.
 */
export function backendBucket(environment: NamedEnvironment): string {
  return environment.location.accountId === UNSET_ACCOUNT_ID
    ? `SET_${variableName(environment.name, "ACCOUNT_ID")}`
    : namesOf(environment).stateBucket;
}

/** A stack of an environment: its provider and its state, both refusing any other account; tags; guardrails. */
export class EnvironmentStack extends TerraformStack {
  public constructor(scope: Construct, id: string, environment: Environment) {
    super(scope, id);
    const { accountId, region } = environment.location;
    new AwsProvider(this, "Aws", { region, allowedAccountIds: [accountId] });
    // No `encrypt` here: it would ask for S3's own key, and the bucket's default is the key of the state.
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
}
