import { BudgetsBudget } from "@cdktf/provider-aws/lib/budgets-budget";
import { Construct } from "constructs";
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
/** Notifies when a month costs more than it should. It stops nothing. */
export declare class Budget extends Construct {
    readonly resource: BudgetsBudget;
    constructor(scope: Construct, id: string, props: BudgetProps);
}
