import { recordPrefix } from "../../contract/record-id";
import { MAX_CALL_RECORDS, type PackedRecord } from "../../loadgen/pack";
import type { Put } from "../../loadgen/put";
import { putWithRetry } from "../../loadgen/put-with-retry";
import { Random } from "../../loadgen/random";
import { Tally } from "../../loadgen/send-report";
import { SYSTEM_TIMING } from "../../loadgen/timing";
import type { SmokeRecord } from "./lines";

/** A smoke test's puts are few: they are not interrupted. */
const NEVER = new AbortController().signal;

/** A record that the stream acknowledged. */
export interface SentRecord extends SmokeRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  /** What the identities of its lines begin with. */
  readonly prefix: string;
}

/**
 * Puts records as the load generator does, and those that were not taken again.
 * @throws PutError, or Error with the stream's reason, when a record is not taken
 */
export async function sendRecords(put: Put, records: readonly SmokeRecord[]): Promise<SentRecord[]> {
  const sent: SentRecord[] = [];
  const packed = new Map(
    records.map((record): [PackedRecord, SmokeRecord] => {
      const { partitionKey, data, lines } = record;
      return [{ partitionKey, data, numbers: Array.from({ length: lines }, () => 0) }, record];
    }),
  );
  const reasons: string[] = [];
  const ports = {
    put: async (batch: readonly PackedRecord[]) => {
      const outcomes = await put(batch);
      for (const [index, one] of batch.entries()) {
        const outcome = outcomes[index];
        const record = packed.get(one);
        if (record === undefined || outcome?.status !== "acknowledged" || !outcome.position) continue;
        const { shardId, sequenceNumber } = outcome.position;
        const prefix = recordPrefix(shardId, sequenceNumber);
        sent.push({ ...record, shardId, sequenceNumber, prefix });
      }
      return outcomes;
    },
    tally: new Tally(() => SYSTEM_TIMING.now()),
    timing: SYSTEM_TIMING,
    random: new Random(1, 2),
    onFailed: ({ reason }: { readonly reason: string }) => reasons.push(reason),
    onCall: () => undefined,
  };
  const all = [...packed.keys()];
  for (let at = 0; at < all.length; at += MAX_CALL_RECORDS) {
    const fault = await putWithRetry(all.slice(at, at + MAX_CALL_RECORDS), ports, NEVER);
    if (fault) throw fault;
  }
  if (sent.length < records.length) {
    throw new Error(`${records.length - sent.length} records were not taken: ${reasons[0] ?? "no position"}`);
  }
  return sent;
}
