import { CloudWatchClient, paginateDescribeAlarms } from "@aws-sdk/client-cloudwatch";
import { messageOf } from "../../lib/message-of";
import type { Alarms } from "./smoke";

/** What the local run answers for services that it does not have. */
const NOT_SERVED = "is not supported by the local run";

/** The names of all alarms of the region that are in ALARM. @param isOwn whether an alarm of this name is the system's */
export async function alarmsIn(region: string, isOwn: (name: string) => boolean): Promise<Alarms> {
  const client = new CloudWatchClient({ region });
  try {
    const names: string[] = [];
    for await (const { MetricAlarms, CompositeAlarms } of paginateDescribeAlarms(
      { client },
      { StateValue: "ALARM", AlarmTypes: ["MetricAlarm", "CompositeAlarm"] },
    )) {
      for (const { AlarmName } of [...(MetricAlarms ?? []), ...(CompositeAlarms ?? [])])
        names.push(AlarmName ?? "");
    }
    names.sort();
    return { names: names.filter(isOwn), others: names.filter((name) => !isOwn(name)) };
  } catch (error) {
    const message = messageOf(error);
    if (message.includes(NOT_SERVED))
      return { verdict: "not here", detail: "the local run has no CloudWatch" };
    return {
      verdict: "unknown",
      detail: `they cannot be read (${message}): cloudwatch:DescribeAlarms is needed`,
    };
  } finally {
    client.destroy();
  }
}
