import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { KinesisStream } from "@cdktf/provider-aws/lib/kinesis-stream";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { OpensearchDomain } from "@cdktf/provider-aws/lib/opensearch-domain";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import type { IAspect } from "cdktf";
import type { IConstruct } from "constructs";
import { type Exception, explanationsOf } from "../security/explanations";

/**
 * Rules that a construct may break only with an explanation, checked at every synth: no `*` in an Allow statement, no
 * unencrypted resource, no logs without a retention time, no ingress from everywhere. The stack's validation reports all
 * findings at once.
 */
export class Guardrails implements IAspect {
  /** Findings, each with the construct's path. */
  public readonly findings: string[] = [];

  public visit(node: IConstruct): void {
    if (node instanceof DataAwsIamPolicyDocument) this.visitPolicy(node);
    if (node instanceof CloudwatchLogGroup) {
      this.require(node, node.kmsKeyIdInput !== undefined, "is a log group without a key");
      this.require(node, (node.retentionInDaysInput ?? 0) > 0, "is a log group that keeps logs for ever");
    }
    if (node instanceof KinesisStream) {
      this.require(node, node.kmsKeyIdInput !== undefined, "is a stream without a key");
    }
    if (node instanceof SnsTopic) {
      this.require(node, node.kmsMasterKeyIdInput !== undefined, "is a topic without a key");
    }
    if (node instanceof Instance) {
      this.require(
        node,
        node.metadataOptions.httpTokensInput === "required",
        "is an instance without IMDSv2",
      );
      this.require(node, node.rootBlockDevice.kmsKeyIdInput !== undefined, "is an instance without a key");
      this.require(node, node.keyNameInput === undefined, "is an instance that takes a key pair");
    }
    if (node instanceof LambdaFunction) {
      this.require(node, node.kmsKeyArnInput !== undefined, "is a function whose environment has no key");
      this.require(
        node,
        node.loggingConfig.logGroupInput !== undefined,
        "is a function without a log group of its own",
      );
    }
    if (node instanceof OpensearchDomain) {
      this.require(node, node.encryptAtRest.kmsKeyIdInput !== undefined, "is a domain without a key");
      this.require(node, node.nodeToNodeEncryption.enabledInput === true, "is a domain with open nodes");
      this.require(node, node.domainEndpointOptions.enforceHttpsInput === true, "is a domain without TLS");
    }
    if (node instanceof SecurityGroup) {
      const inline = node.ingressInput !== undefined || node.egressInput !== undefined;
      this.require(node, !inline, "is a security group with rules of its own; they are resources here");
    }
    if (node instanceof VpcSecurityGroupIngressRule) {
      const open = [node.cidrIpv4Input, node.cidrIpv6Input].some((range) => range?.endsWith("/0"));
      this.require(node, !open, "lets everyone in");
    }
    if (node instanceof S3BucketServerSideEncryptionConfigurationA) {
      const rules = node.ruleInput;
      const withKey =
        Array.isArray(rules) &&
        rules.every(
          ({ applyServerSideEncryptionByDefault: rule }) =>
            rule !== undefined && "kmsMasterKeyId" in rule && rule.kmsMasterKeyId !== undefined,
        );
      this.require(
        node,
        withKey || explained(node, "own-encryption"),
        "encrypts a bucket without the environment's key",
      );
    }
  }

  private visitPolicy(node: DataAwsIamPolicyDocument): void {
    const statements = node.statementInput;
    if (!Array.isArray(statements)) {
      this.findings.push(`${node.node.path} is a policy whose statements cannot be read`);
      return;
    }
    for (const { sid = "", effect, actions = [], resources = [], principals } of statements) {
      if (effect === "Deny") continue;
      const where = `is a policy whose statement "${sid}"`;
      this.require(node, !actions.some((action) => action.includes("*")), `${where} allows an action by *`);
      this.require(
        node,
        !resources.includes("*") || explained(node, "any-resource", sid),
        `${where} allows any resource without a reason`,
      );
      const anyone =
        Array.isArray(principals) && principals.some(({ identifiers }) => identifiers.includes("*"));
      this.require(
        node,
        !anyone || explained(node, "any-principal", sid),
        `${where} allows anyone without a reason`,
      );
    }
  }

  private require(node: IConstruct, holds: boolean, otherwise: string): void {
    if (!holds) this.findings.push(`${node.node.path} ${otherwise}`);
  }
}

function explained(node: IConstruct, exception: Exception, subject?: string): boolean {
  return explanationsOf(node).some(
    (explanation) =>
      explanation.exception === exception && (subject === undefined || explanation.subject === subject),
  );
}
