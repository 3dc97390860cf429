import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import type { Environment } from "../environments/environment";
import { EnvironmentStack } from "./environment-stack";
import { namesOf } from "./naming";
import { EncryptionKey } from "./security/encryption-key";
import { PrivateBucket } from "./security/private-bucket";

/** Days that an older state can be brought back: longer than anyone needs to notice a bad one. */
const OLD_STATE_DAYS = 90;

/** The bucket that keeps the state of an environment, the state of this stack included. */
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
    });
    const output = new TerraformOutput(this, "Output-state_bucket", {
      value: bucket.resource.bucket,
      description: "Bucket that keeps the state",
    });
    output.overrideLogicalId("state_bucket");

    environment.overrides?.(this);
  }
}
