"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Budget = void 0;
const budgets_budget_1 = require("@cdktf/provider-aws/lib/budgets-budget");
const cdktf_1 = require("cdktf");
const constructs_1 = require("constructs");
const check_1 = require("../check");
/** Shares of the budget at which subscribers are notified; a forecast leaves time to act. */
const NOTIFICATIONS = [
    { percent: 80, of: "ACTUAL" },
    { percent: 100, of: "ACTUAL" },
    { percent: 100, of: "FORECASTED" },
];
/** Notifies when a month costs more than it should. It stops nothing. */
class Budget extends constructs_1.Construct {
    resource;
    constructor(scope, id, props) {
        super(scope, id);
        (0, check_1.assertLiteral)(this, "costOf", props.costOf);
        this.resource = new budgets_budget_1.BudgetsBudget(this, "Budget", {
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
exports.Budget = Budget;
/**
 * A tag's value in the format of Budgets' filters. In Terraform, a `$` before a reference would turn the reference
 * into text.
 */
function tagValue(tag, value) {
    return cdktf_1.Token.isUnresolved(value) ? cdktf_1.Fn.join("$", [`user:${tag}`, value]) : `user:${tag}$${value}`;
}
