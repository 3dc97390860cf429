import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { Lazy } from "cdktf";
import { Construct } from "constructs";
import { assertLiteral } from "../check";
import type { Location } from "../location";
import type { Grantee } from "./execution-role";
import { type Condition, PolicyDocument, type Principal } from "./policy";

/** A service that uses the key on behalf of its caller, as `kms:ViaService` names it. */
export type EncryptingService = "s3" | "kinesis" | "lambda" | "es" | "sns" | "ec2";

export interface EncryptionKeyProps {
  /** With `alias/` in front. */
  readonly alias: string;
  readonly description: string;
  readonly location: Location;
  /** The services through which the account may use the key. */
  readonly services: readonly EncryptingService[];
  /** Deletion window in days, 7 to 30. */
  readonly deletionDays: number;
  /** Refuses to be destroyed. */
  readonly protected: boolean;
}

/** A role's use of the key: the actions, the service, and the encryption context. */
interface KeyUse {
  readonly via: EncryptingService;
  readonly decrypt: boolean;
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

/**
 * The environment's customer-managed key. Its policy lets the account use it through the named services
 * only, so that stolen credentials cannot decrypt by calling KMS; each role needs a grant as well.
 */
export class EncryptionKey extends Construct {
  public readonly resource: KmsKey;
  private readonly location: Location;
  private readonly policy: PolicyDocument;
  private readonly services: readonly EncryptingService[];
  private readonly logGroupArns: string[] = [];
  /** By the statements' ids: on whose behalf each service may publish. */
  private readonly publishers = new Map<string, string[]>();

  public constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    super(scope, id);
    assertLiteral(this, "services", props.services);
    assertLiteral(this, "protected", props.protected);
    this.location = props.location;
    this.services = props.services;
    this.policy = new PolicyDocument(this, "Policy");
    const account: readonly Principal[] = [
      { type: "AWS", identifiers: [`arn:aws:iam::${props.location.accountId}:root`] },
    ];
    this.policy.addForAnyResource(
      { sid: "AccountAdministersKey", principals: account, actions: ADMINISTRATION },
      REASON,
    );
    this.policy.addForAnyResource(
      {
        sid: "AccountUsesKeyThroughServices",
        principals: account,
        actions: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"],
        conditions: [this.viaService(props.services)],
      },
      REASON,
    );
    this.policy.addForAnyResource(
      {
        sid: "ServicesKeepUsingKey",
        principals: account,
        actions: ["kms:CreateGrant"],
        conditions: [
          this.viaService(props.services),
          { test: "Bool", variable: "kms:GrantIsForAWSResource", values: ["true"] },
        ],
      },
      REASON,
    );
    this.resource = new KmsKey(this, "Key", {
      description: props.description,
      enableKeyRotation: true,
      deletionWindowInDays: props.deletionDays,
      policy: this.policy.json,
      ...(props.protected && { lifecycle: { preventDestroy: true } }),
    });
    new KmsAlias(this, "Alias", { name: props.alias, targetKeyId: this.resource.keyId });
  }

  public get arn(): string {
    return this.resource.arn;
  }

  /** Allows CloudWatch Logs to encrypt the log group of this name with the key. */
  public allowLogGroup(name: string): void {
    const { region, accountId } = this.location;
    if (this.logGroupArns.length === 0) this.allowLogService();
    this.logGroupArns.push(`arn:aws:logs:${region}:${accountId}:log-group:${name}`);
  }

  /**
   * Allows an AWS service to publish to a topic that the key encrypts, on behalf of `sourceArn` of this account only. Not
   * for EventBridge, which passes neither account nor source to KMS.
   * @param sid of the statement, one for each service: topics that share the key share it.
   */
  public allowPublisher(sid: string, service: string, sourceArn: string): void {
    const sources = this.publishers.get(sid);
    if (sources) {
      if (!sources.includes(sourceArn)) sources.push(sourceArn);
      return;
    }
    const sourceArns = [sourceArn];
    this.publishers.set(sid, sourceArns);
    this.policy.addForAnyResource(
      {
        sid,
        principals: [{ type: "Service", identifiers: [service] }],
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        conditions: [
          { test: "StringEquals", variable: "aws:SourceAccount", values: [this.location.accountId] },
          {
            test: "ArnLike",
            variable: "aws:SourceArn",
            values: Lazy.listValue({ produce: () => sourceArns }),
          },
        ],
      },
      REASON,
    );
  }

  /**
   * Grants `use` of the key to `role`.
   * @param sid of the statement, unique in the role's policy.
   * @throws Error when the key's own policy does not let the account use it through that service.
   */
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

  private allowLogService(): void {
    this.policy.addForAnyResource(
      {
        sid: "CloudWatchEncryptsLogGroups",
        principals: [{ type: "Service", identifiers: [`logs.${this.location.region}.amazonaws.com`] }],
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
            values: Lazy.listValue({ produce: () => this.logGroupArns }),
          },
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
