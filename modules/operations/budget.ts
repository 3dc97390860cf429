import { BudgetsBudget } from "@cdktf/provider-aws/lib/budgets-budget";
import { Fn, Token } from "cdktf";
import { Construct } from "constructs";
import { assertLiteral } from "../check";
import type { AlarmTopic } from "./alarm-topic";

/**
 * `account`: everything in the account. `environment`: what the tag `Environment` marks, once the payer's account has
 * activated that tag for cost allocation; until then such a budget counts no costs.
 */
export type BudgetScope = "account" | "environment";

export interface BudgetProps {
  /** Physical name, unique in the account. */
  readonly name: string;
  /** US dollars a month. */
  readonly usdPerMonth: number;
  readonly costOf: BudgetScope;
  /** Value of the tag `Environment`, for a budget of that environment alone. */
  readonly environmentName: string;
  readonly topic: AlarmTopic;
}

/** Shares of the budget at which subscribers are notified; a forecast leaves time to act. */
const NOTIFICATIONS = [
  { percent: 80, of: "ACTUAL" },
  { percent: 100, of: "ACTUAL" },
  { percent: 100, of: "FORECASTED" },
] as const;

/** Notifies when a month costs more than it should. It stops nothing. */
export class Budget extends Construct {
  public readonly resource: BudgetsBudget;

  public constructor(scope: Construct, id: string, props: BudgetProps) {
    super(scope, id);
    assertLiteral(this, "costOf", props.costOf);
    this.resource = new BudgetsBudget(this, "Budget", {
      name: props.name,
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: String(props.usdPerMonth),
      limitUnit: "USD",
      ...(props.costOf === "environment" && {
        costFilter: [{ name: "TagKeyValue", values: [tagValue("Environment", props.environmentName)] }],
      }),
      notification: NOTIFICATIONS.map(({ percent, of }) => ({
        comparisonOperator: "GREATER_THAN",
        threshold: percent,
        thresholdType: "PERCENTAGE",
        notificationType: of,
        subscriberSnsTopicArns: [props.topic.arn],
      })),
      // Budgets publishes a first message when the budget is created.
      dependsOn: [props.topic.policy],
    });
  }
}

/**
 * A tag's value in the format of Budgets' filters. In Terraform, a `$` before a reference would turn the reference
 * into text.
 */
function tagValue(tag: string, value: string): string {
  return Token.isUnresolved(value) ? Fn.join("$", [`user:${tag}`, value]) : `user:${tag}$${value}`;
}
