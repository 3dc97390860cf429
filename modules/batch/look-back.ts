import { sum } from "../arithmetic";

/**
 * Firehose retries a delivery until the record expires in the stream, and the object may then lie in the lake for a while
 * before a merge sees it. These hours, added to the stream's retention, make a merge look back far enough for both:
 * https://docs.aws.amazon.com/firehose/latest/dev/retry.html
 */
const LOOK_BACK_MARGIN_HOURS = 2;

/** Hours that a merge looks back for late objects. */
export function lookBackHours(streamRetentionHours: number): number {
  return sum(streamRetentionHours, LOOK_BACK_MARGIN_HOURS);
}
