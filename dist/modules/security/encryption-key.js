"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.EncryptionKey = void 0;
const kms_alias_1 = require("@cdktf/provider-aws/lib/kms-alias");
const kms_key_1 = require("@cdktf/provider-aws/lib/kms-key");
const cdktf_1 = require("cdktf");
const constructs_1 = require("constructs");
const check_1 = require("../check");
const policy_1 = require("./policy");
const ALL_SERVICES = ["s3", "kinesis", "lambda", "es", "sns", "ec2"];
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
class EncryptionKeyBase extends constructs_1.Construct {
    policy;
    account;
    services;
    location;
    constructor(scope, id, { location, services = ALL_SERVICES }) {
        super(scope, id);
        (0, check_1.assertLiteral)(this, "services", services);
        this.location = location;
        this.services = services;
        this.account = [{ type: "AWS", identifiers: [`arn:aws:iam::${location.accountId}:root`] }];
        this.policy = new policy_1.PolicyDocument(this, "Policy");
    }
    allowLogGroup(name) {
        const { region, accountId } = this.location;
        this.policy.mergeForAnyResource({
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
        }, REASON);
    }
    allowPublisher(sid, service, sourceArn) {
        this.policy.mergeForAnyResource({
            sid,
            principals: [{ type: "Service", identifiers: [service] }],
            actions: ["kms:Decrypt", "kms:GenerateDataKey"],
            conditions: [
                { test: "StringEquals", variable: "aws:SourceAccount", values: [this.location.accountId] },
                { test: "ArnLike", variable: "aws:SourceArn", values: [sourceArn] },
            ],
        }, REASON);
    }
    grantUse(role, sid, use) {
        if (!this.services.includes(use.via)) {
            throw new Error(`${this.node.path}: cannot be used via "${use.via}"; only via ${this.services.join(", ")}`);
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
    allowAccount() {
        this.policy.addForAnyResource({
            sid: "AccountUsesKeyThroughServices",
            principals: this.account,
            actions: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"],
            conditions: [this.viaService(this.services)],
        }, REASON);
        this.policy.addForAnyResource({
            sid: "ServicesKeepUsingKey",
            principals: this.account,
            actions: ["kms:CreateGrant"],
            conditions: [
                this.viaService(this.services),
                { test: "Bool", variable: "kms:GrantIsForAWSResource", values: ["true"] },
            ],
        }, REASON);
    }
    viaService(services) {
        return {
            test: "StringEquals",
            variable: "kms:ViaService",
            values: services.map((service) => `${service}.${this.location.region}.amazonaws.com`),
        };
    }
}
class AdoptedKey extends EncryptionKeyBase {
    arn;
    constructor(scope, id, { arn, location, services }) {
        super(scope, id, { location, ...(services && { services }) });
        if (!cdktf_1.Token.isUnresolved(arn) && !/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/.test(arn)) {
            throw new RangeError(`${this.node.path}: arn is "${arn}"; arn:aws:kms:<region>:<account>:key/<id> is allowed`);
        }
        this.arn = arn;
        this.allowAccount();
        new cdktf_1.TerraformOutput(this, "PolicyForOwner", {
            value: this.policyForOwner,
            description: "Statements that the policy of the adopted key must have",
        });
    }
    get policyForOwner() {
        return this.policy.json;
    }
}
/**
 * The environment's customer-managed key. Its policy lets the account use it through the named services
 * only, so that stolen credentials cannot decrypt by calling KMS; each role needs a grant as well.
 */
class EncryptionKey extends EncryptionKeyBase {
    resource;
    constructor(scope, id, props) {
        super(scope, id, props);
        (0, check_1.assertLiteral)(this, "protected", props.protected);
        this.policy.addForAnyResource({ sid: "AccountAdministersKey", principals: this.account, actions: ADMINISTRATION }, REASON);
        this.allowAccount();
        this.resource = new kms_key_1.KmsKey(this, "Key", {
            description: props.description,
            enableKeyRotation: true,
            deletionWindowInDays: props.deletionDays,
            policy: this.policy.json,
            ...(props.protected && { lifecycle: { preventDestroy: true } }),
        });
        new kms_alias_1.KmsAlias(this, "Alias", { name: props.alias, targetKeyId: this.resource.keyId });
    }
    /**
     * A key of another owner. Nothing in it is changed: its owner adds {@link IAdoptedKey.policyForOwner} to its
     * policy.
     * @throws RangeError when `arn` is not the ARN of a key
     */
    static fromArn(scope, id, props) {
        return new AdoptedKey(scope, id, props);
    }
    get arn() {
        return this.resource.arn;
    }
}
exports.EncryptionKey = EncryptionKey;
