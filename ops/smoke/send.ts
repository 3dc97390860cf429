import { setTimeout as pause } from "node:timers/promises";
import { recordPrefix } from "../../contract/record-id";
import { type Put, PutError } from "../../loadgen/put";
import type { SmokeRecord } from "./lines";

/** Records in one call; PutRecords takes 500. */
const RECORDS_PER_CALL = 500;
const ATTEMPTS = 8;
const FIRST_WAIT_MS = 200;

/** A record that the stream acknowledged. */
export interface SentRecord extends SmokeRecord {
  /** What the identities of its lines begin with. */
  readonly prefix: string;
}

/**
 * Puts records, and those that were not taken again, with growing pauses.
 * @throws PutError, or Error with the stream's reason, when a record is not taken
 */
export async function sendRecords(put: Put, records: readonly SmokeRecord[]): Promise<SentRecord[]> {
  const sent: SentRecord[] = [];
  for (let at = 0; at < records.length; at += RECORDS_PER_CALL) {
    sent.push(...(await sendCall(put, records.slice(at, at + RECORDS_PER_CALL))));
  }
  return sent;
}

async function sendCall(put: Put, records: readonly SmokeRecord[]): Promise<SentRecord[]> {
  const sent: SentRecord[] = [];
  let pending = records;
  for (let attempt = 1; ; attempt++) {
    let reason = "";
    try {
      const outcomes = await put(
        pending.map(({ partitionKey, data, lines }) => ({
          partitionKey,
          data,
          numbers: Array(lines).fill(0),
        })),
      );
      const refused: SmokeRecord[] = [];
      for (const [index, record] of pending.entries()) {
        const outcome = outcomes[index];
        if (outcome?.status === "acknowledged" && outcome.position) {
          const { shardId, sequenceNumber } = outcome.position;
          sent.push({ ...record, prefix: recordPrefix(shardId, sequenceNumber) });
        } else {
          reason = outcome && "reason" in outcome ? outcome.reason : "no position for a record";
          refused.push(record);
        }
      }
      if (refused.length === 0) return sent;
      pending = refused;
    } catch (error) {
      if (!(error instanceof PutError) || error.failure === "refused" || attempt === ATTEMPTS) throw error;
      reason = error.message;
    }
    if (attempt === ATTEMPTS) throw new Error(`${pending.length} records were not taken: ${reason}`);
    await pause(FIRST_WAIT_MS * 2 ** (attempt - 1));
  }
}
