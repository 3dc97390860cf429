import type {
  FirehoseTransformationEvent,
  FirehoseTransformationResult,
  FirehoseTransformationResultRecord,
} from "aws-lambda";
import { isStored, judgeRecord, type Line, storedJson } from "../../contract/lines";
import {
  type PutObject,
  type QuarantineEntry,
  quarantineEntry,
  writeQuarantine,
} from "../../contract/quarantine";
import { count, type Logger } from "../shared/log";
import { decodeFirehoseRecord } from "./decode";
import { METRICS } from "./metrics";

/** What the function needs of the world. */
export interface Ports {
  readonly put: PutObject;
  readonly log: Logger;
}

/**
 * Firehose's transformation: lines that keep the contract pass on with their identity, the others go to
 * quarantine. Records are answered in the order they came.
 *
 * Rejects, so that Firehose repeats the invocation, when the quarantine cannot be written or a record has no
 * identity; it never answers `ProcessingFailed`, which Firehose would not repeat.
 * @param quarantinePrefix such as `quarantine/`
 */
export async function validateRecords(
  event: FirehoseTransformationEvent,
  quarantinePrefix: string,
  { put, log }: Ports,
): Promise<FirehoseTransformationResult> {
  const refused: QuarantineEntry[] = [];
  let accepted = 0;
  let unknownColumns = 0;

  const records = event.records.map((record): FirehoseTransformationResultRecord => {
    const lines = judgeRecord(decodeFirehoseRecord(record));
    refused.push(...lines.flatMap(quarantined));
    const stored = lines.filter(isStored);
    accepted += stored.length;
    for (const { verdict } of stored) unknownColumns += verdict.unknown.length;
    if (stored.length === 0) return { recordId: record.recordId, result: "Dropped" };
    const data = stored.map((line) => `${storedJson(line)}\n`).join("");
    return { recordId: record.recordId, result: "Ok", data: Buffer.from(data).toString("base64") };
  });

  await writeQuarantine(refused, quarantinePrefix, put);
  log.metrics({
    [METRICS.accepted]: count(accepted),
    [METRICS.quarantined]: count(refused.length),
    [METRICS.unknownColumns]: count(unknownColumns),
  });
  if (refused.length > 0) log.warn("Lines were quarantined", { reasons: tally(refused) });
  return { records };
}

function quarantined(line: Line): QuarantineEntry[] {
  const { verdict } = line;
  return verdict.accepted ? [] : [quarantineEntry(line, "batch", verdict.reason, verdict.detail)];
}

function tally(entries: readonly QuarantineEntry[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of entries) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
