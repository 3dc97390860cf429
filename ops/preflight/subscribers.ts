import { ListSubscriptionsByTopicCommand } from "@aws-sdk/client-sns";
import { isList, type Json, member } from "../../lib/json";
import { protectedInCode } from "../terraform/protection";
import { type Aws, allPages } from "./aws";
import type { Inventory } from "./inventory";
import type { DeployPlan } from "./plan";
import { checked, ok, type Row, row } from "./report";

/** `SubscriptionArn` of a subscription that nobody has confirmed, or that was deleted. */
const UNCONFIRMED: readonly string[] = ["PendingConfirmation", "Deleted"];
const TOPIC_ARN = /^arn:aws[\w-]*:sns:/;

/** A topic that alarms notify. */
interface AlarmTopic {
  readonly arn: string;
  /** Whether the deploy creates it, so that nobody can have confirmed yet. */
  readonly isNew: boolean;
}

/** Whether somebody hears the alarms. A protected environment needs a confirmed subscriber. */
export async function checkSubscribers(
  plan: DeployPlan,
  { aws, topics }: Inventory,
): Promise<readonly Row[]> {
  const check = "alarm subscribers";
  const isProtected = plan.stacks.some(({ document }) => protectsData(document));
  const nobody = (found: string): Row =>
    isProtected
      ? row(
          check,
          "will fail",
          `${found}; a protected environment needs one who hears its alarms`,
          "name one in operations.alarmSubscriptions, deploy, and confirm the message",
        )
      : row(check, "warning", found, "name one in operations.alarmSubscriptions");
  const alarms = plan.all("aws_cloudwatch_metric_alarm");
  if (alarms.length === 0) return [nobody("the stack has no alarms")];
  const found = topicsOf(plan);
  if (found.length === 0) return [nobody("no alarm notifies a topic known before the deploy")];
  return checked(check, async () => {
    const existing = found.some(({ isNew }) => !isNew) || !plan.isKnown ? await topics() : [];
    const named = plan.all("aws_sns_topic_subscription").length;
    const rows: Row[] = [];
    for (const { arn, isNew } of found) {
      const name = arn.replace(/^.*:/, "");
      if (isNew && !existing.includes(name)) {
        rows.push(
          named === 0
            ? nobody(`${name} will have none`)
            : row(
                check,
                "warning",
                `${name} does not exist yet; ${named} to subscribe`,
                "after the deploy confirm the message, and run this again",
              ),
        );
        continue;
      }
      const states = await subscriptions(aws, arn);
      const confirmed = states.filter((state) => !UNCONFIRMED.includes(state)).length;
      const pending = states.filter((state) => state === "PendingConfirmation").length;
      const has = `${name}: ${confirmed} confirmed, ${pending} not`;
      rows.push(confirmed > 0 ? ok(check, has) : nobody(has));
    }
    return rows;
  });
}

function protectsData(document: Parameters<typeof protectedInCode>[0]): boolean {
  // The stack of the state, which has nothing else, may be protected by itself.
  return protectedInCode(document).some((address) => !/^aws_(s3_bucket|kms_key)\./.test(address));
}

function topicsOf(plan: DeployPlan): readonly AlarmTopic[] {
  const created = new Set(plan.created("aws_sns_topic").map(({ resource }) => resource));
  const found = new Map<string, AlarmTopic>();
  for (const { resource, stack } of plan.all("aws_cloudwatch_metric_alarm")) {
    const actions: Json | undefined = member(resource.body, "alarm_actions");
    for (const action of isList(actions) ? actions : []) {
      const topic = stack.referred(action);
      const arn =
        topic?.type === "aws_sns_topic"
          ? stack.arnsOf(topic)?.arns[0]
          : stack.resolved(action, `${resource.address}.alarm_actions`);
      if (arn !== undefined && TOPIC_ARN.test(arn) && !arn.endsWith("*")) {
        found.set(arn, { arn, isNew: topic !== undefined && created.has(topic) });
      }
    }
  }
  return [...found.values()];
}

/** ARN or state of each subscription. */
function subscriptions(aws: Aws, TopicArn: string): Promise<readonly string[]> {
  return allPages(async (NextToken) => {
    const page = await aws.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken }));
    return [
      (page.Subscriptions ?? []).flatMap(({ SubscriptionArn }) => SubscriptionArn ?? []),
      page.NextToken,
    ];
  });
}
