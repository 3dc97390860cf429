import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { decodeRecordId, shardPrefix } from "../contract/record-id";
import { readLedger } from "../loadgen/ledger";

/** Whether a run on this data directory has sent lines; false also where there can be no such directory. */
export function hasSent(dataDir: string): boolean {
  const file = ledgerFile(dataDir);
  return existsSync(file) && statSync(file).size > 0;
}

/** Identities of acknowledged lines, which can be read again and again; none of them is kept in memory. */
export interface Acknowledged extends AsyncIterable<string> {
  /** Number of lines. */
  readonly lines: number;
  /** Sequence number of the last acknowledged record of each shard, decimal digits by shard id. */
  readonly last: ReadonlyMap<string, string>;
}

/** File of the acknowledged identities of every run on a data directory, one a line. */
export function ledgerFile(dataDir: string): string {
  return join(dataDir, "ledger");
}

/** What was acknowledged to every run on this data directory so far. */
export async function acknowledged({ dataDir }: { readonly dataDir: string }): Promise<Acknowledged> {
  const file = ledgerFile(dataDir);
  let lines = 0;
  const lastIds = new Map<string, string>();
  for await (const id of readLedger(file)) {
    lines++;
    const shard = shardPrefix(id);
    if (id > (lastIds.get(shard) ?? "")) lastIds.set(shard, id);
  }
  const last = [...lastIds.values()].map((id) => {
    const { shardId, sequenceNumber } = decodeRecordId(id);
    return [shardId, sequenceNumber] as const;
  });
  return { lines, last: new Map(last), [Symbol.asyncIterator]: () => readLedger(file) };
}
