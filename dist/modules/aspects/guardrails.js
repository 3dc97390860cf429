"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Guardrails = void 0;
const cdktf_1 = require("cdktf");
const explanations_1 = require("../security/explanations");
const terraform_type_1 = require("./terraform-type");
const RULES = {
    aws_cloudwatch_log_group: ({ kmsKeyIdInput, retentionInDaysInput = 0 }) => [
        [kmsKeyIdInput !== undefined, "is a log group without a key"],
        [
            cdktf_1.Token.isUnresolved(retentionInDaysInput) || retentionInDaysInput > 0,
            "is a log group that keeps logs for ever",
        ],
    ],
    aws_instance: ({ metadataOptions, rootBlockDevice, keyNameInput }) => [
        [metadataOptions.httpTokensInput === "required", "is an instance without IMDSv2"],
        [rootBlockDevice.kmsKeyIdInput !== undefined, "is an instance without a key"],
        [keyNameInput === undefined, "is an instance that takes a key pair"],
    ],
    aws_kinesis_stream: ({ kmsKeyIdInput }) => [[kmsKeyIdInput !== undefined, "is a stream without a key"]],
    aws_lambda_function: ({ kmsKeyArnInput, loggingConfig }) => [
        [kmsKeyArnInput !== undefined, "is a function whose environment has no key"],
        [loggingConfig.logGroupInput !== undefined, "is a function without a log group of its own"],
    ],
    aws_opensearch_domain: ({ encryptAtRest, nodeToNodeEncryption, domainEndpointOptions }) => [
        [encryptAtRest.kmsKeyIdInput !== undefined, "is a domain without a key"],
        [nodeToNodeEncryption.enabledInput === true, "is a domain with open nodes"],
        [domainEndpointOptions.enforceHttpsInput === true, "is a domain without TLS"],
    ],
    aws_s3_bucket_server_side_encryption_configuration: (node) => {
        const rules = node.ruleInput;
        const withKey = Array.isArray(rules) &&
            rules.every(({ applyServerSideEncryptionByDefault: rule }) => rule !== undefined && "kmsMasterKeyId" in rule && rule.kmsMasterKeyId !== undefined);
        return [
            [withKey || explained(node, "own-encryption"), "encrypts a bucket without the environment's key"],
        ];
    },
    aws_security_group: ({ ingressInput, egressInput }) => [
        [
            ingressInput === undefined && egressInput === undefined,
            "is a security group with rules of its own; they are resources here",
        ],
    ],
    aws_sns_topic: ({ kmsMasterKeyIdInput }) => [
        [kmsMasterKeyIdInput !== undefined, "is a topic without a key"],
    ],
    aws_vpc_security_group_ingress_rule: ({ cidrIpv4Input, cidrIpv6Input }) => [
        [![cidrIpv4Input, cidrIpv6Input].some((range) => range?.endsWith("/0")), "lets everyone in"],
    ],
};
/**
 * Rules that a construct may break only with an explanation, checked at every synth: no `*` in an Allow statement, no
 * unencrypted resource, no logs without a retention time, no ingress from everywhere. The stack's validation reports all
 * findings at once.
 */
class Guardrails {
    /** Findings, each with the construct's path. */
    findings = [];
    visit(node) {
        for (const [holds, otherwise] of requirementsOf(node)) {
            if (!holds)
                this.findings.push(`${node.node.path} ${otherwise}`);
        }
    }
}
exports.Guardrails = Guardrails;
/** The type determines the class, in any copy of the bindings. */
function requirementsOf(node) {
    if ((0, terraform_type_1.dataSourceTypeOf)(node) === "aws_iam_policy_document") {
        return policyRequirements(node);
    }
    const type = (0, terraform_type_1.resourceTypeOf)(node) ?? "";
    const rule = Object.hasOwn(RULES, type) ? RULES[type] : undefined;
    return rule?.(node) ?? [];
}
function policyRequirements(node) {
    const statements = node.statementInput;
    if (!Array.isArray(statements))
        return [[false, "is a policy whose statements cannot be read"]];
    return statements
        .filter(({ effect }) => effect !== "Deny")
        .flatMap(({ sid = "", actions = [], resources = [], principals }) => {
        const where = `is a policy whose statement "${sid}"`;
        const anyone = Array.isArray(principals) && principals.some(({ identifiers }) => identifiers.includes("*"));
        return [
            [!actions.some((action) => action.includes("*")), `${where} allows an action by *`],
            [
                !resources.includes("*") || explained(node, "any-resource", sid),
                `${where} allows any resource without a reason`,
            ],
            [!anyone || explained(node, "any-principal", sid), `${where} allows anyone without a reason`],
        ];
    });
}
function explained(node, exception, subject) {
    return (0, explanations_1.explanationsOf)(node).some((explanation) => explanation.exception === exception && (subject === undefined || explanation.subject === subject));
}
