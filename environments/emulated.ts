import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformResource, type TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";
import { defineEnvironment, type EnvironmentDefinition } from "./environment";
import { prod } from "./prod";

/**
 * Something in which the emulated account is not AWS, and what is done about it. Each is a weakness of the
 * stand-in; nothing of it may reach an environment that lives in AWS.
 */
export interface Difference {
  /** Terraform's type of what it is about; `aws` for the provider itself. */
  readonly type: string;
  /** The property, as Terraform names it. */
  readonly property: string;
  /**
   * `added`: only the emulated environment has it. `replaced`: it has another value. `not compared`: it is
   * sent as everywhere, but what comes back does not count.
   */
  readonly effect: "added" | "replaced" | "not compared";
  readonly reason: string;
  /** @returns whether the construct was concerned. */
  readonly apply: (construct: IConstruct) => boolean;
}

/** A statement about this action alone concerns nobody. */
const ACTION_THAT_NOBODY_CALLS = "s3:PutBucketWebsite";

export const DIFFERENCES: readonly Difference[] = [
  {
    type: "aws",
    property: "max_retries",
    effect: "added",
    reason:
      "The stand-in answers 500 where it does not know a call; the provider's 25 retries would hide that for an hour.",
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
      "The stand-in takes a Deny whose condition does not hold for a denial, and refuses every object, the state included. " +
      "The statements stay, but speak of one action that nobody calls.",
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
  notCompared("aws_kinesis_stream", "tags", "The stand-in loses the tags that a stream is created with."),
  notCompared(
    "aws_lambda_function",
    "kms_key_arn",
    "The stand-in does not know the key of a function's environment.",
  ),
  notCompared(
    "aws_lambda_function",
    "logging_config",
    "The stand-in does not know where a function logs to.",
  ),
];

function notCompared(type: string, property: string, reason: string): Difference {
  return {
    type,
    property,
    effect: "not compared",
    reason,
    apply: (construct) => {
      if (!(construct instanceof TerraformResource) || construct.terraformResourceType !== type) return false;
      const { ignoreChanges, ...lifecycle } = construct.lifecycle ?? {};
      const ignored = Array.isArray(ignoreChanges) ? ignoreChanges : [];
      construct.lifecycle = { ...lifecycle, ignoreChanges: [...ignored, property] };
      return true;
    },
  };
}

/** Names the protection: the emulated account shows what each of them refuses. */
export const PROTECTION_VARIABLE = "RETAIL_BI_EMULATED_PROTECTION";

/**
 * An account of an AWS API stand-in, for `npm run test:terraform`: `prod` under another name, with the
 * differences above. Where the stand-in listens is said by `AWS_ENDPOINT_URL`, as for every AWS client.
 */
export function emulated(variables: Readonly<Record<string, string | undefined>>): EnvironmentDefinition {
  const protection = variables[PROTECTION_VARIABLE] ?? "protected";
  if (protection !== "protected" && protection !== "disposable") {
    throw new Error(`${PROTECTION_VARIABLE} is "${protection}"; protected or disposable is allowed`);
  }
  const { name } = defineEnvironment("environments/emulated.ts", { name: "emulated", protection });
  return { ...prod, name, protected: protection === "protected", overrides: applyDifferences };
}

function applyDifferences(stack: TerraformStack): void {
  for (const construct of stack.node.findAll()) {
    for (const difference of DIFFERENCES) difference.apply(construct);
  }
}
