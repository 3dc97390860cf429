import type { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import type { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import type { Instance } from "@cdktf/provider-aws/lib/instance";
import type { KinesisStream } from "@cdktf/provider-aws/lib/kinesis-stream";
import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import type { OpensearchDomain } from "@cdktf/provider-aws/lib/opensearch-domain";
import type { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import type { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import type { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import type { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { type IAspect, Token } from "cdktf";
import type { IConstruct } from "constructs";
import { type Exception, explanationsOf } from "../security/explanations";
import { dataSourceTypeOf, resourceTypeOf } from "./terraform-type";

/** The types of resources with rules, by Terraform's names. */
interface Types {
  readonly aws_cloudwatch_log_group: CloudwatchLogGroup;
  readonly aws_instance: Instance;
  readonly aws_kinesis_stream: KinesisStream;
  readonly aws_lambda_function: LambdaFunction;
  readonly aws_opensearch_domain: OpensearchDomain;
  readonly aws_s3_bucket_server_side_encryption_configuration: S3BucketServerSideEncryptionConfigurationA;
  readonly aws_security_group: SecurityGroup;
  readonly aws_sns_topic: SnsTopic;
  readonly aws_vpc_security_group_ingress_rule: VpcSecurityGroupIngressRule;
}

/** A requirement: whether it holds, and what is wrong otherwise. */
type Requirement = readonly [holds: boolean, otherwise: string];

const RULES: { readonly [T in keyof Types]: (node: Types[T]) => readonly Requirement[] } = {
  aws_cloudwatch_log_group: ({ kmsKeyIdInput, retentionInDaysInput = 0 }) => [
    [kmsKeyIdInput !== undefined, "is a log group without a key"],
    [
      Token.isUnresolved(retentionInDaysInput) || retentionInDaysInput > 0,
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
    const withKey =
      Array.isArray(rules) &&
      rules.every(
        ({ applyServerSideEncryptionByDefault: rule }) =>
          rule !== undefined && "kmsMasterKeyId" in rule && rule.kmsMasterKeyId !== undefined,
      );
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
export class Guardrails implements IAspect {
  /** Findings, each with the construct's path. */
  public readonly findings: string[] = [];

  public visit(node: IConstruct): void {
    for (const [holds, otherwise] of requirementsOf(node)) {
      if (!holds) this.findings.push(`${node.node.path} ${otherwise}`);
    }
  }
}

/** The type determines the class, in any copy of the bindings. */
function requirementsOf(node: IConstruct): readonly Requirement[] {
  if (dataSourceTypeOf(node) === "aws_iam_policy_document") {
    return policyRequirements(node as DataAwsIamPolicyDocument);
  }
  const type = resourceTypeOf(node) ?? "";
  const rule = Object.hasOwn(RULES, type) ? RULES[type as keyof Types] : undefined;
  return (rule as ((node: IConstruct) => readonly Requirement[]) | undefined)?.(node) ?? [];
}

function policyRequirements(node: DataAwsIamPolicyDocument): readonly Requirement[] {
  const statements = node.statementInput;
  if (!Array.isArray(statements)) return [[false, "is a policy whose statements cannot be read"]];
  return statements
    .filter(({ effect }) => effect !== "Deny")
    .flatMap(({ sid = "", actions = [], resources = [], principals }): readonly Requirement[] => {
      const where = `is a policy whose statement "${sid}"`;
      const anyone =
        Array.isArray(principals) && principals.some(({ identifiers }) => identifiers.includes("*"));
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

function explained(node: IConstruct, exception: Exception, subject?: string): boolean {
  return explanationsOf(node).some(
    (explanation) =>
      explanation.exception === exception && (subject === undefined || explanation.subject === subject),
  );
}
