import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { TerraformIterator } from "cdktf";
import type { Alarm } from "../modules/operations/alarm";
import type { Budget } from "../modules/operations/budget";
import type { Operations, OperationsSettings } from "../modules/operations/operations";
import type { SearchDomain } from "../modules/speed/search-domain";
import type { ModuleStack } from "./module-stack";
import { addRule, expressionOf, local, numberVariable, textOf, variable } from "./module-variables";

/** Adds the variables of alarms and budget. */
export function operationsSettings(stack: ModuleStack): OperationsSettings {
  variable(
    stack,
    "budget_scope",
    "string",
    "Costs that the budget counts: account, or environment, what the tag Environment with the value of prefix marks, once the tag is activated for cost allocation",
    [['contains(["account", "environment"], var.budget_scope)', "account or environment is allowed"]],
    { default: "account" },
  );
  const alarmAges = {
    consumerHours: numberVariable(stack, "consumer_alarm_hours"),
    deliveryMinutes: numberVariable(stack, "delivery_alarm_minutes"),
    indexingMinutes: numberVariable(stack, "indexing_alarm_minutes"),
  };
  addRule(stack, "consumer_alarm_hours", [
    "var.consumer_alarm_hours < local.stream_hours",
    "fewer hours than the stream keeps a record are allowed",
  ]);
  return {
    alarmAges,
    budget: { usdPerMonth: numberVariable(stack, "usd_per_month"), costOf: "environment" },
  };
}

/** Leaves out what the variables do not ask for, and adds the subscribers. */
export function adaptOperations(stack: ModuleStack, operations: Operations, domain: SearchDomain): void {
  const budget = operations.node.findChild("Budget") as Budget;
  const { internalValue } = budget.resource.costFilter;
  const [filter] = Array.isArray(internalValue) ? internalValue : [];
  if (filter === undefined) throw new Error(`${budget.node.path} has no filter`);
  budget.resource.resetCostFilter();
  budget.resource.addOverride("dynamic.cost_filter", {
    for_each: '${var.budget_scope == "environment" ? [1] : []}',
    content: filter,
  });
  addSubscribers(stack, operations);
  adaptSearchAlarms(stack, operations, domain);
}

function addSubscribers(stack: ModuleStack, { topic }: Operations): void {
  const subscribers = variable(
    stack,
    "alarm_subscriptions",
    "map(object({ protocol = string, endpoint = string }))",
    "Subscribers to alarms and budget, by a key that stays: an e-mail address, which confirms first, or an https endpoint",
    [
      [
        'alltrue([for s in values(var.alarm_subscriptions) : contains(["email", "https"], s.protocol)])',
        "each protocol is email or https",
      ],
      [
        'alltrue([for s in values(var.alarm_subscriptions) : s.protocol == "https" ? can(regex("^https://[^[:space:]/]+[^[:space:]]*$", s.endpoint)) : can(regex("^[^[:space:]@]+@[^[:space:]@]+[.][^[:space:]@]+$", s.endpoint))])',
        "each endpoint is an address such as sales-data@example.com, or a URL such as https://example.com/alarms",
      ],
      [
        "length(distinct(values(var.alarm_subscriptions)[*].endpoint)) == length(var.alarm_subscriptions)",
        "each endpoint occurs once",
      ],
    ],
    { default: {} },
  );
  const each = TerraformIterator.fromMap(subscribers.value);
  new SnsTopicSubscription(stack, "AlarmSubscription", {
    forEach: each,
    topicArn: topic.arn,
    protocol: each.getString("protocol"),
    endpoint: each.getString("endpoint"),
  });
}

/** The alarms about the nodes of the domain: their number, and one about replicas where there are any. */
function adaptSearchAlarms(
  stack: ModuleStack,
  { alarms, dashboard }: Operations,
  domain: SearchDomain,
): void {
  const alarm = (id: string): Alarm => {
    const found = alarms.find(({ node }) => node.id === id);
    if (found === undefined) throw new Error(`there is no alarm ${id}`);
    return found;
  };
  const { resource: nodes } = alarm("SearchNodes");
  const wanted = local(
    stack,
    "search_nodes",
    `var.standby == null ? 1 : ${expressionOf(stack, domain.nodes)}`,
  );
  nodes.threshold = wanted.asNumber;
  nodes.alarmDescription = replaced(nodes.alarmDescriptionInput, String(domain.nodes), wanted.asString);
  const yellow = alarm("SearchYellow");
  stack.existsIf("var.standby != null", yellow);
  const address = `aws_cloudwatch_metric_alarm.${yellow.resource.friendlyUniqueId}`;
  dashboard.resource.dashboardBody = replaced(
    textOf(stack, dashboard.resource.dashboardBodyInput),
    `,"\${${address}.arn}"`,
    `\${join("", [for arn in ${address}[*].arn : ",\\"\${arn}\\""])}`,
  );
}

function replaced(text: string | undefined, part: string, by: string): string {
  if (!text?.includes(part)) throw new Error(`${part} is not in the text`);
  return text.replace(part, () => by);
}
