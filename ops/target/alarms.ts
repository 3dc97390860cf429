import { Stack } from "../../local/plan/stack";
import type { Place } from "./options";
import type { Target } from "./target";

const TYPES = ["aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"];

/**
 * Tells the alarms of a place's system from others by their names: those of a stack are in it, those of an environment begin
 * with its prefix.
 * @throws TerraformError naming the address when a stack does not tell an alarm's name
 */
export function ownAlarms(
  place: Place,
  target: Pick<Target, "name" | "location">,
): (name: string) => boolean {
  if ("stack" in place) {
    const { directory, variables } = place.stack;
    const stack = new Stack(directory, target.location, variables);
    const names = TYPES.flatMap((type) => stack.all(type)).map((alarm) => alarm.string("alarm_name"));
    return (name) => names.includes(name);
  }
  const { alarmPrefixOf }: typeof import("./environment") = require("../target/environment");
  const prefix = alarmPrefixOf(target, process.env);
  return (name) => name.startsWith(prefix);
}
