import type { IEncryptionKey } from "../security/encryption-key";
import type { PrivateBucket } from "../security/private-bucket";
import type { Grantee } from "../security/role";

/** Prefix of saved plans that wait for approval, in the state's bucket, because a plan contains as much as the state. */
export const PLANS_PREFIX = "plans/";

/** Grants on the state of one stack in the bucket that keeps it. */
export class StateAccess {
  public constructor(
    private readonly bucket: PrivateBucket,
    private readonly key: IEncryptionKey,
    /** Object of the state. */
    private readonly stateKey: string,
  ) {}

  /** Lets `role` read the state and hold its lock; nothing else in the bucket is written. */
  public grantRead(role: Grantee): void {
    role.allow({ sid: "FindState", actions: ["s3:ListBucket"], resources: [this.bucket.arn] });
    role.allow({
      sid: "ReadState",
      actions: ["s3:GetObject"],
      resources: [this.arnOf(this.stateKey), this.arnOf(this.lockKey)],
    });
    role.allow({
      sid: "HoldLock",
      actions: ["s3:DeleteObject", "s3:PutObject"],
      resources: [this.arnOf(this.lockKey)],
    });
    this.key.grantUse(role, "UseStateKey", {
      via: "s3",
      decrypt: true,
      encrypt: true,
      context: { key: "aws:s3:arn", values: [this.bucket.arn, `${this.bucket.arn}/*`] },
    });
  }

  /** Lets `role` write the state. */
  public grantWrite(role: Grantee): void {
    role.allow({ sid: "WriteState", actions: ["s3:PutObject"], resources: [this.arnOf(this.stateKey)] });
  }

  /** Lets `role` put a plan, but not over an existing one, so that nobody can exchange a plan that awaits approval. */
  public grantKeepPlan(role: Grantee): void {
    role.allow({
      sid: "KeepPlan",
      actions: ["s3:PutObject"],
      resources: [this.arnOf(`${PLANS_PREFIX}*`)],
      conditions: [{ test: "Null", variable: "s3:if-none-match", values: ["false"] }],
    });
  }

  /** Lets `role` fetch a plan. */
  public grantFetchPlan(role: Grantee): void {
    role.allow({ sid: "FetchPlan", actions: ["s3:GetObject"], resources: [this.arnOf(`${PLANS_PREFIX}*`)] });
  }

  private get lockKey(): string {
    return `${this.stateKey}.tflock`;
  }

  private arnOf(key: string): string {
    return `${this.bucket.arn}/${key}`;
  }
}
