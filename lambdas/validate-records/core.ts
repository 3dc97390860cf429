import type {
  FirehoseTransformationEvent,
  FirehoseTransformationResult,
  FirehoseTransformationResultRecord,
} from "aws-lambda";
import { answerBytes, MAX_ANSWER_BYTES } from "../../contract/limits";
import { isStored, type Line, type RecordJudge, refuseRecord } from "../../contract/lines";
import { type PutObject, QuarantineWriter, quarantineEntry } from "../../contract/quarantine";
import type { Refusal } from "../../contract/reasons";
import { count, type Logger } from "../shared/log";
import { decodeFirehoseRecords } from "./decode";
import { METRICS } from "./metrics";

export interface Settings {
  /** Such as `quarantine/`. */
  readonly quarantinePrefix: string;
  readonly judge: RecordJudge;
}

/** External dependencies of the function. */
interface Ports {
  readonly put: PutObject;
  readonly log: Logger;
}

/**
 * Firehose's transformation: lines that keep the contract are returned with their identity, the others go to
 * quarantine. Records are returned in their order.
 *
 * Rejects, so that Firehose retries the invocation, when the quarantine cannot be written or a record has no
 * identity. It never returns `ProcessingFailed`, which Firehose would not retry, and omits no record, which Firehose
 * would treat as failed. An answer above Lambda's limit would fail again with each retry, so a record that does not
 * fit any more goes to quarantine as a whole. The delivery stream's buffer is small enough that none occurs (see
 * limits.ts), but Firehose takes it as a hint only.
 */
export async function validateRecords(
  event: FirehoseTransformationEvent,
  { quarantinePrefix, judge }: Settings,
  { put, log }: Ports,
): Promise<FirehoseTransformationResult> {
  const quarantine = new QuarantineWriter(quarantinePrefix, put);
  const reasons: Record<string, number> = {};
  const records: FirehoseTransformationResultRecord[] = [];
  const userRecords = decodeFirehoseRecords(event.records);
  let bytes = event.records.reduce(
    (sum, { recordId }) => sum + answerBytes(recordId, 0),
    '{"records":[]}'.length,
  );
  let accepted = 0;
  let quarantined = 0;
  let unknownColumns = 0;

  for (const [at, { recordId }] of event.records.entries()) {
    const record = userRecords[at];
    if (record === undefined) continue;
    let lines = judge.judgeUserRecord(record);
    let data = storedLines(lines, judge);
    if (bytes + data.length > MAX_ANSWER_BYTES) {
      lines = [refuseRecord(record, ANSWER_TOO_LARGE)];
      data = "";
    }
    bytes += data.length;
    records.push(data === "" ? { recordId, result: "Dropped" } : { recordId, result: "Ok", data });
    for (const line of lines) {
      const { verdict } = line;
      if (verdict.accepted) {
        accepted++;
        unknownColumns += verdict.unknownColumns;
        continue;
      }
      quarantined++;
      reasons[verdict.reason] = (reasons[verdict.reason] ?? 0) + 1;
      await quarantine.add(quarantineEntry(line, "batch", verdict.reason, verdict.detail));
    }
  }

  await quarantine.flush();
  log.metrics({
    [METRICS.accepted]: count(accepted),
    [METRICS.quarantined]: count(quarantined),
    [METRICS.unknownColumns]: count(unknownColumns),
  });
  if (quarantined > 0) log.warn("Lines were quarantined", { reasons });
  return { records };
}

const ANSWER_TOO_LARGE: Refusal = {
  reason: "answer_too_large",
  detail: `with this record the answer to Firehose would be larger than ${MAX_ANSWER_BYTES} bytes; npm run replay adds its lines`,
};

/** The stored lines of a record, in base64; empty if there are none. */
function storedLines(lines: readonly Line[], judge: RecordJudge): string {
  let text = "";
  for (const line of lines) if (isStored(line)) text += `${judge.storedJson(line)}\n`;
  return Buffer.from(text).toString("base64");
}
