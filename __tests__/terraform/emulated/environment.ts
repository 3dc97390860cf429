import { AthenaWorkgroup } from "@cdktf/provider-aws/lib/athena-workgroup";
import { BudgetsBudget } from "@cdktf/provider-aws/lib/budgets-budget";
import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { OpensearchDomain } from "@cdktf/provider-aws/lib/opensearch-domain";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformResource, type TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";
import { defineEnvironment, type EnvironmentDefinition } from "../../../environments/environment";
import { prod } from "../../../environments/prod";

/**
 * A difference between the emulated account and AWS, and its workaround. Each is a weakness of the
 * stand-in; no workaround may reach an environment in AWS.
 */
export interface Difference {
  /** The Terraform type concerned; `aws` for the provider itself. */
  readonly type: string;
  /** The property, as Terraform names it. */
  readonly property: string;
  /**
   * `added`: only the emulated environment has it. `left out`: it does not have it. `replaced`: it has another
   * value. `not compared`: it is sent as in AWS, but the response is ignored.
   */
  readonly effect: "added" | "left out" | "replaced" | "not compared";
  readonly reason: string;
  /** The proof that covers it instead. Written into docs/terraform.md, which a test compares. */
  readonly instead: string;
  /** @returns whether it applied to the construct. */
  readonly apply: (construct: IConstruct) => boolean;
}

/** A statement about this action alone has no effect. */
const ACTION_THAT_NOBODY_CALLS = "s3:PutBucketWebsite";

const AUDITED =
  "it is sent in the apply, and the audit (`__tests__/policy.test.ts`) requires it in every resource";

export const DIFFERENCES: readonly Difference[] = [
  {
    type: "aws",
    property: "max_retries",
    effect: "added",
    reason:
      "The stand-in answers 500 where it does not know a call; the provider's 25 retries would hide that for an hour.",
    instead: "nothing to show: AWS keeps the default of the provider",
    apply: (construct) => {
      if (!(construct instanceof AwsProvider)) return false;
      construct.maxRetries = 2;
      return true;
    },
  },
  {
    type: "aws_iam_policy_document",
    property: "statement",
    effect: "replaced",
    reason:
      "The stand-in ignores the condition of a Deny, and so refuses every object, the state included. " +
      "The statements stay, with an action that nobody calls.",
    instead:
      "the audit of the policies (`__tests__/policy.test.ts`); a test counts the denials in every bucket of `dev` and `prod`",
    apply: (construct) => {
      if (!(construct instanceof DataAwsIamPolicyDocument)) return false;
      const statements = construct.statementInput;
      if (!Array.isArray(statements)) return false;
      const isTlsRule = ({ effect, actions = [] }: (typeof statements)[number]) =>
        effect === "Deny" && actions.includes("s3:*");
      if (!statements.some(isTlsRule)) return false;
      construct.putStatement(
        statements.map((statement) =>
          isTlsRule(statement) ? { ...statement, actions: [ACTION_THAT_NOBODY_CALLS] } : statement,
        ),
      );
      return true;
    },
  },
  {
    type: "aws_lambda_function",
    property: "replace_security_groups_on_destroy",
    effect: "left out",
    reason: "The stand-in puts every function into a network and security groups that do not exist.",
    instead: "planned for `dev` and `prod`",
    apply: (construct) => {
      if (!(construct instanceof LambdaFunction)) return false;
      if (construct.replaceSecurityGroupsOnDestroyInput === undefined) return false;
      construct.resetReplaceSecurityGroupsOnDestroy();
      return true;
    },
  },
  {
    type: "aws_athena_workgroup",
    property: "force_destroy",
    effect: "replaced",
    reason: "The stand-in cannot update a workgroup, so that a protected one could never become disposable.",
    instead:
      "planned for `dev` (true) and `prod` (false); refusal and order of a destroy are shown with the buckets",
    apply: (construct) => {
      if (!(construct instanceof AthenaWorkgroup)) return false;
      construct.forceDestroy = true;
      return true;
    },
  },
  {
    type: "aws_budgets_budget",
    property: "all",
    effect: "left out",
    reason: "The stand-in creates a budget, but does not return its subscribers.",
    instead: "planned for `dev` and `prod`; its values by `__tests__/modules/operations.test.ts`",
    apply: (construct) => {
      if (!(construct instanceof BudgetsBudget)) return false;
      return construct.node.scope?.node.tryRemoveChild(construct.node.id) ?? false;
    },
  },
  notCompared(
    "aws_kinesis_stream",
    "tags",
    "The stand-in loses the tags of the call that creates a stream.",
    AUDITED,
  ),
  notCompared(
    "aws_lambda_function",
    "kms_key_arn",
    "The stand-in does not store the key of a function's environment variables.",
    AUDITED,
  ),
  notCompared(
    "aws_lambda_function",
    "logging_config",
    "The stand-in does not store a function's log group.",
    AUDITED,
  ),
  notCompared(
    "aws_s3_bucket_notification",
    "eventbridge",
    "The stand-in accepts it, but does not return it.",
    "it is sent in the apply; the rules that listen to it by `__tests__/modules/operations.test.ts`",
  ),
  notCompared(
    "aws_instance",
    "vpc_security_group_ids",
    "The stand-in does not return the groups of an instance with a public address.",
    "they are sent in the apply; which groups, by `__tests__/modules/bastion.test.ts`",
  ),
  ...["aws_vpc_security_group_egress_rule", "aws_vpc_security_group_ingress_rule"].map((type) =>
    notCompared(
      type,
      "description",
      "The stand-in loses it where a rule names a group or a prefix list.",
      "it is sent in the apply; nothing depends on it",
    ),
  ),
];

/** Avoids the slow creation of the domain; {@link DOMAIN_VARIABLE} switches it off. */
export const FOUND_DOMAIN: Difference = {
  type: "aws_opensearch_domain",
  property: "all",
  effect: "not compared",
  reason:
    "The provider waits 10 minutes before it checks whether a domain exists, and again whether it is deleted. " +
    "One call creates the domain beforehand; Terraform imports it.",
  instead: "created, re-planned and destroyed by `npm run test:terraform:search`, see above",
  apply: (construct) => {
    if (!(construct instanceof OpensearchDomain)) return false;
    if (construct.domainNameInput === undefined) return false;
    construct.importFrom(construct.domainNameInput);
    construct.lifecycle = { ...construct.lifecycle, ignoreChanges: "all" };
    return true;
  },
};

function notCompared(type: string, property: string, reason: string, instead: string): Difference {
  return {
    type,
    property,
    effect: "not compared",
    reason,
    instead,
    apply: (construct) => {
      if (!(construct instanceof TerraformResource) || construct.terraformResourceType !== type) return false;
      const { ignoreChanges, ...lifecycle } = construct.lifecycle ?? {};
      const ignored = Array.isArray(ignoreChanges) ? ignoreChanges : [];
      construct.lifecycle = { ...lifecycle, ignoreChanges: [...ignored, property] };
      return true;
    },
  };
}

/** `protected` or `disposable`: the emulated account shows what each refuses. @default protected */
export const PROTECTION_VARIABLE = "RETAIL_BI_EMULATED_PROTECTION";

/** `found` or `made`: whether {@link FOUND_DOMAIN} applies. @default found */
export const DOMAIN_VARIABLE = "RETAIL_BI_EMULATED_DOMAIN";

/** A variable of the emulated environment has an unknown value. */
export class EmulatedEnvironmentError extends Error {
  override readonly name = "EmulatedEnvironmentError";
}

/**
 * Switches on every optional part, so that it is applied too; except QuickSight and SAML, which the
 * stand-in does not support.
 * @param definition the definition to extend.
 */
export function withEveryOption(definition: EnvironmentDefinition): EnvironmentDefinition {
  const { network, speed, operations } = definition;
  return {
    ...definition,
    network: { ...network, nat: true },
    speed: {
      ...speed,
      readerRoleArns: ["arn:aws:iam::123456789012:role/analysts"],
      administratorRoleArns: ["arn:aws:iam::123456789012:role/operators"],
    },
    bastion: { enabled: true, putRecords: true },
    operations: {
      ...operations,
      alarmSubscriptions: [{ protocol: "email", endpoint: "on-call@example.com" }],
    },
    delivery: { repository: "shop/retail-bi" },
  };
}

/**
 * The account of an AWS API stand-in, for `npm run test:terraform`: `prod` under another name, with every optional
 * part, and with the differences above. `AWS_ENDPOINT_URL` names the stand-in's endpoint, as for every AWS client.
 * @throws EmulatedEnvironmentError naming the variable that has an unknown value.
 */
export function environment(variables: Readonly<Record<string, string | undefined>>): EnvironmentDefinition {
  const choice = <T extends string>(variable: string, standard: T, other: T): T => {
    const value = variables[variable] ?? standard;
    if (value === standard) return standard;
    if (value === other) return other;
    throw new EmulatedEnvironmentError(`${variable} is "${value}"; ${standard} or ${other} is allowed`);
  };
  const protection = choice(PROTECTION_VARIABLE, "protected", "disposable");
  const domain = choice(DOMAIN_VARIABLE, "found", "made");
  const { name } = defineEnvironment("environments/emulated.ts", { name: "emulated", protection });
  const differences = domain === "found" ? [...DIFFERENCES, FOUND_DOMAIN] : DIFFERENCES;
  return {
    ...withEveryOption(prod),
    name,
    protected: protection === "protected",
    overrides: (stack) => applyDifferences(stack, differences),
  };
}

/** Adapts a finished stack to the stand-in. */
export function applyDifferences(stack: TerraformStack, differences: readonly Difference[]): void {
  for (const construct of stack.node.findAll()) {
    for (const difference of differences) difference.apply(construct);
  }
}
