import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { TerraformOutput, Token } from "cdktf";
import { Construct } from "constructs";
import { assertLiteral } from "../check";
import type { Location } from "../location";
import { type Condition, PolicyDocument, type Principal } from "./policy";
import type { Grantee } from "./role";

/** A service that uses the key on behalf of its caller, as `kms:ViaService` names it. */
export type EncryptingService = "s3" | "kinesis" | "lambda" | "es" | "sns" | "ec2";

const ALL_SERVICES: readonly EncryptingService[] = ["s3", "kinesis", "lambda", "es", "sns", "ec2"];

export interface EncryptionKeyProps {
  /** With `alias/` in front. */
  readonly alias: string;
  /** What the key is for, as KMS's console shows it. */
  readonly description: string;
  /** Account and region in which the key is used. */
  readonly location: Location;
  /** The services through which the account may use the key. @default all that the constructs of this library use */
  readonly services?: readonly EncryptingService[];
  /** Deletion window in days, 7 to 30. */
  readonly deletionDays: number;
  /** Refuses to be destroyed. */
  readonly protected: boolean;
}

/** A key of this library or of another team: it encrypts, and grants others its use. */
export interface IEncryptionKey {
  /** ARN of the key. */
  readonly arn: string;
  /** Allows CloudWatch Logs to encrypt the log group of this name with the key. */
  allowLogGroup(name: string): void;
  /**
   * Allows an AWS service to publish to a topic that the key encrypts, on behalf of `sourceArn` of this account only. Not
   * for EventBridge, which passes neither account nor source to KMS.
   * @param sid of the statement, one for each service: topics that share the key share it
   */
  allowPublisher(sid: string, service: string, sourceArn: string): void;
  /**
   * Grants `use` of the key to `role`.
   * @param sid of the statement, unique in the role's policy
   * @throws Error when the key's own policy does not let the account use it through that service
   */
  grantUse(role: Grantee, sid: string, use: KeyUse): void;
}

/** An existing key. */
export interface AdoptedKeyProps {
  /** ARN of the key itself, not of an alias: in policies an alias has no effect. */
  readonly arn: string;
  /** Account and region in which the key is used. */
  readonly location: Location;
  /** The services through which the account uses the key. @default all that the constructs of this library use */
  readonly services?: readonly EncryptingService[];
}

/** A key whose owner controls its policy. */
export interface IAdoptedKey extends IEncryptionKey {
  /** JSON of a policy, also an output of the stack: its statements must be in the key's policy. */
  readonly policyForOwner: string;
}

/** A role's use of the key: the actions, the service, and the encryption context. */
export interface KeyUse {
  /** Service through which the role uses the key. */
  readonly via: EncryptingService;
  /** Whether it decrypts. */
  readonly decrypt: boolean;
  /** Whether it encrypts. */
  readonly encrypt: boolean;
  /** The service's encryption context: its key, and patterns of its value. */
  readonly context: { readonly key: string; readonly values: readonly string[] };
}

/** Administration of the key, without its use, for Terraform and the account's administrators. */
const ADMINISTRATION = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:DisableKeyRotation",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListKeyRotations",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:RevokeGrant",
  "kms:RotateKeyOnDemand",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
];

const REASON = "in the policy of a key, * is that key; its own ARN cannot be named before it exists";

abstract class EncryptionKeyBase extends Construct implements IEncryptionKey {
  public abstract readonly arn: string;
  protected readonly policy: PolicyDocument;
  protected readonly account: readonly Principal[];
  private readonly services: readonly EncryptingService[];
  private readonly location: Location;

  public constructor(
    scope: Construct,
    id: string,
    { location, services = ALL_SERVICES }: Pick<EncryptionKeyProps, "location" | "services">,
  ) {
    super(scope, id);
    assertLiteral(this, "services", services);
    this.location = location;
    this.services = services;
    this.account = [{ type: "AWS", identifiers: [`arn:aws:iam::${location.accountId}:root`] }];
    this.policy = new PolicyDocument(this, "Policy");
  }

  public allowLogGroup(name: string): void {
    const { region, accountId } = this.location;
    this.policy.mergeForAnyResource(
      {
        sid: "CloudWatchEncryptsLogGroups",
        principals: [{ type: "Service", identifiers: [`logs.${region}.amazonaws.com`] }],
        actions: [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ],
        conditions: [
          {
            test: "ArnEquals",
            variable: "kms:EncryptionContext:aws:logs:arn",
            values: [`arn:aws:logs:${region}:${accountId}:log-group:${name}`],
          },
        ],
      },
      REASON,
    );
  }

  public allowPublisher(sid: string, service: string, sourceArn: string): void {
    this.policy.mergeForAnyResource(
      {
        sid,
        principals: [{ type: "Service", identifiers: [service] }],
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        conditions: [
          { test: "StringEquals", variable: "aws:SourceAccount", values: [this.location.accountId] },
          { test: "ArnLike", variable: "aws:SourceArn", values: [sourceArn] },
        ],
      },
      REASON,
    );
  }

  public grantUse(role: Grantee, sid: string, use: KeyUse): void {
    if (!this.services.includes(use.via)) {
      throw new Error(
        `${this.node.path}: cannot be used via "${use.via}"; only via ${this.services.join(", ")}`,
      );
    }
    role.allow({
      sid,
      actions: [...(use.decrypt ? ["kms:Decrypt"] : []), ...(use.encrypt ? ["kms:GenerateDataKey"] : [])],
      resources: [this.arn],
      conditions: [
        this.viaService([use.via]),
        {
          test: "StringLike",
          variable: `kms:EncryptionContext:${use.context.key}`,
          values: use.context.values,
        },
      ],
    });
  }

  /** Lets the account use the key through the services; each role needs a grant as well. */
  protected allowAccount(): void {
    this.policy.addForAnyResource(
      {
        sid: "AccountUsesKeyThroughServices",
        principals: this.account,
        actions: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"],
        conditions: [this.viaService(this.services)],
      },
      REASON,
    );
    this.policy.addForAnyResource(
      {
        sid: "ServicesKeepUsingKey",
        principals: this.account,
        actions: ["kms:CreateGrant"],
        conditions: [
          this.viaService(this.services),
          { test: "Bool", variable: "kms:GrantIsForAWSResource", values: ["true"] },
        ],
      },
      REASON,
    );
  }

  private viaService(services: readonly EncryptingService[]): Condition {
    return {
      test: "StringEquals",
      variable: "kms:ViaService",
      values: services.map((service) => `${service}.${this.location.region}.amazonaws.com`),
    };
  }
}

class AdoptedKey extends EncryptionKeyBase implements IAdoptedKey {
  public readonly arn: string;

  public constructor(scope: Construct, id: string, { arn, location, services }: AdoptedKeyProps) {
    super(scope, id, { location, ...(services && { services }) });
    if (!Token.isUnresolved(arn) && !/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/.test(arn)) {
      throw new RangeError(
        `${this.node.path}: arn is "${arn}"; arn:aws:kms:<region>:<account>:key/<id> is allowed`,
      );
    }
    this.arn = arn;
    this.allowAccount();
    new TerraformOutput(this, "PolicyForOwner", {
      value: this.policyForOwner,
      description: "Statements that the policy of the adopted key must have",
    });
  }

  public get policyForOwner(): string {
    return this.policy.json;
  }
}

/**
 * The environment's customer-managed key. Its policy lets the account use it through the named services
 * only, so that stolen credentials cannot decrypt by calling KMS; each role needs a grant as well.
 */
export class EncryptionKey extends EncryptionKeyBase {
  public readonly resource: KmsKey;

  public constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    super(scope, id, props);
    assertLiteral(this, "protected", props.protected);
    this.policy.addForAnyResource(
      { sid: "AccountAdministersKey", principals: this.account, actions: ADMINISTRATION },
      REASON,
    );
    this.allowAccount();
    this.resource = new KmsKey(this, "Key", {
      description: props.description,
      enableKeyRotation: true,
      deletionWindowInDays: props.deletionDays,
      policy: this.policy.json,
      ...(props.protected && { lifecycle: { preventDestroy: true } }),
    });
    new KmsAlias(this, "Alias", { name: props.alias, targetKeyId: this.resource.keyId });
  }

  /**
   * A key of another owner. Nothing in it is changed: its owner adds {@link IAdoptedKey.policyForOwner} to its
   * policy.
   * @throws RangeError when `arn` is not the ARN of a key
   */
  public static fromArn(scope: Construct, id: string, props: AdoptedKeyProps): IAdoptedKey {
    return new AdoptedKey(scope, id, props);
  }

  public get arn(): string {
    return this.resource.arn;
  }
}
