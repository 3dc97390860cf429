import { isTargetOf, readBucketEvents } from "./bucket-events";
import type { ScheduleModel } from "./data-plane";
import { readJson } from "./functions";
import type { KnownTargets } from "./known-targets";
import type { Properties } from "./properties";
import type { Stack } from "./stack";

/** Lambda's settings of asynchronous invocations. */
type AsynchronousSettings = Pick<ScheduleModel, "maximumRetries" | "maximumEventAgeSeconds">;

/** Lambda's defaults for a function without settings. */
const LAMBDA_DEFAULTS: AsynchronousSettings = { maximumRetries: 2, maximumEventAgeSeconds: 21_600 };

const SECONDS: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/**
 * `aws_cloudwatch_event_rule` with each `aws_cloudwatch_event_target`, and the settings of their asynchronous
 * invocations. {@link readBucketEvents} checks the rules that match events; the local run does not run those.
 */
export function readSchedules(stack: Stack, targets: KnownTargets): ScheduleModel[] {
  const allRules = stack.all("aws_cloudwatch_event_rule");
  const allTargets = stack.all("aws_cloudwatch_event_target");
  const eventRules = allRules.filter((rule) => rule.has("event_pattern"));
  readBucketEvents(
    stack,
    eventRules,
    allTargets.filter((target) => isTargetOf(eventRules, target)),
  );
  const rules = allRules.filter((rule) => !eventRules.includes(rule)).map(readRule);
  const links = allTargets
    .filter((target) => !isTargetOf(eventRules, target))
    .map((target) => readTarget(target, targets));
  const settings = readAsynchronousSettings(stack, targets, new Set(links.map((link) => link.functionArn)));
  const schedules = links.map(({ properties, rule: ruleName, ...link }): ScheduleModel => {
    const rule = rules.find(({ name }) => name === ruleName);
    if (rule === undefined) return properties.refuse("rule", "is not a rule of this stack", ruleName);
    return {
      address: rule.properties.address,
      name: rule.name,
      everySeconds: rule.everySeconds,
      enabled: rule.enabled,
      ...(settings.get(link.functionArn) ?? LAMBDA_DEFAULTS),
      ...link,
    };
  });
  for (const { properties, name } of rules) {
    if (!links.some(({ rule }) => rule === name)) properties.refuse("name", "has no target in this stack");
  }
  return schedules;
}

function readRule(properties: Properties) {
  properties.notHonoured("description", "documentation only");
  properties.notHonoured("role_arn", "permissions are not enforced here");
  properties.notHonoured("force_destroy", "nothing is destroyed here");
  properties.oneOf("event_bus_name", ["default"], "default");
  if (properties.has("is_enabled")) properties.refuse("is_enabled", "is deprecated; use state");
  return {
    properties,
    name: properties.string("name"),
    everySeconds: everySeconds(properties),
    enabled: properties.oneOf("state", ["ENABLED", "DISABLED"], "ENABLED") === "ENABLED",
  };
}

/** `rate(1 minute)`, `rate(5 minutes)`, …: EventBridge requires the singular for 1, and the plural otherwise. */
function everySeconds(rule: Properties): number {
  const [, count, unit, plural] =
    /^rate\(([1-9]\d*) (minute|hour|day)(s?)\)$/.exec(rule.string("schedule_expression")) ?? [];
  const seconds = SECONDS[unit ?? ""];
  if (seconds === undefined || (count === "1") !== (plural === "")) {
    return rule.refuse(
      "schedule_expression",
      "is not supported here; supported: rate(1 minute), rate(n minutes), the same with hours and days",
    );
  }
  return Number(count) * seconds;
}

function readTarget(properties: Properties, targets: KnownTargets) {
  properties.notHonoured("target_id", "only a name");
  properties.notHonoured("role_arn", "permissions are not enforced here");
  properties.notHonoured("force_destroy", "nothing is destroyed here");
  properties.notHonoured("retry_policy", "handing an event to a function cannot fail here");
  properties.notHonoured("dead_letter_config", "handing an event to a function cannot fail here");
  properties.oneOf("event_bus_name", ["default"], "default");
  for (const property of ["input_path", "input_transformer"]) {
    if (properties.has(property)) properties.refuse(property, "is not supported here; give a constant input");
  }
  return {
    properties,
    rule: properties.string("rule"),
    functionArn: targets.function(properties, "arn"),
    ...(properties.has("input") ? { input: readJson(properties, "input") } : {}),
  };
}

/** `aws_lambda_function_event_invoke_config`; only schedules invoke asynchronously here. */
function readAsynchronousSettings(
  stack: Stack,
  targets: KnownTargets,
  invoked: ReadonlySet<string>,
): Map<string, AsynchronousSettings> {
  const settings = new Map<string, AsynchronousSettings>();
  for (const config of stack.all("aws_lambda_function_event_invoke_config")) {
    config.oneOf("qualifier", ["$LATEST"], "$LATEST");
    config.notHonoured("destination_config", "outcomes are reported, not sent anywhere");
    const functionArn = targets.function(config, "function_name");
    if (invoked.has(functionArn)) {
      settings.set(functionArn, {
        maximumRetries: config.integer("maximum_retry_attempts", LAMBDA_DEFAULTS.maximumRetries, 0),
        maximumEventAgeSeconds: config.integer(
          "maximum_event_age_in_seconds",
          LAMBDA_DEFAULTS.maximumEventAgeSeconds,
          60,
        ),
      });
    } else {
      const reason = "nothing invokes this function asynchronously here";
      config.notHonoured("function_name", reason);
      config.notHonoured("maximum_retry_attempts", reason);
      config.notHonoured("maximum_event_age_in_seconds", reason);
    }
  }
  return settings;
}
