import type { Properties } from "./properties";
import type { Stack } from "./stack";

const NOT_SENT = "events of buckets are not sent here, so no alarm counts them";

/**
 * Checks the consumers of bucket events. The local run starts none of them, which is correct only for consumers that move
 * no data: they may count and log, but not invoke a function or fill a queue.
 * @param targets every `aws_cloudwatch_event_target` of a rule that matches events
 * @throws TerraformError when a consumer could move data
 */
export function readBucketEvents(
  stack: Stack,
  rules: readonly Properties[],
  targets: readonly Properties[],
): void {
  for (const notification of stack.all("aws_s3_bucket_notification")) {
    for (const block of ["lambda_function", "queue", "topic"]) {
      if (notification.has(block)) notification.refuse(block, "is not supported here; only eventbridge");
    }
    for (const name of ["bucket", "eventbridge"]) notification.notHonoured(name, NOT_SENT);
  }
  for (const rule of rules) {
    if (rule.has("schedule_expression")) {
      rule.refuse("event_pattern", "is not supported here beside a schedule");
    }
    for (const name of ["name", "description", "event_pattern", "state"]) rule.notHonoured(name, NOT_SENT);
  }
  for (const target of targets) {
    if (!/^\$\{aws_cloudwatch_log_group\.[\w-]+\.arn\}$/.test(target.text("arn") ?? "")) {
      target.refuse("arn", "is not supported here for events; supported: a log group of this stack");
    }
    for (const name of ["rule", "arn", "target_id"]) target.notHonoured(name, NOT_SENT);
  }
}

/** Whether `target` belongs to one of `rules`, by reference. */
export function isTargetOf(rules: readonly Properties[], target: Properties): boolean {
  return rules.some(({ address }) => target.text("rule") === `\${${address}.name}`);
}
