import { lineId, recordPrefix } from "../../../contract/record-id";
import { formatTimestamp } from "../../../contract/timestamp";
import { generate } from "../../../loadgen/generate";
import type { ShardRecord } from "../../../local/services/stream-consumer/shard-reader";
import { BROKEN_LINES } from "../../support/broken-lines";
import { hasRealRows, readRealRows, sumsOf } from "../../support/real-rows";
import { COLUMNS, checksum } from "../../support/retail";

type Row = Readonly<Record<string, string | number | null>>;

/** A stream as producers filled it, and the expected result, derived from the sent lines and not from the stored ones. */
export interface Input {
  /** Origin of the rows. */
  readonly origin: string;
  readonly records: readonly ShardRecord[];
  /** Checksum of each line that meets the contract, by identity. */
  readonly lines: ReadonlyMap<string, string>;
  /** Identities of the lines that break it. */
  readonly broken: ReadonlySet<string>;
  readonly sums: ReturnType<typeof sumsOf>;
}

const SHARDS = 4;
const LINES_PER_RECORD = 10;
const GENERATED = 5_000;

/**
 * The real rows (generated rows if those are not on this machine) with broken lines among them, ten lines in a
 * record, in order of arrival.
 */
export function inputStream(fromMs: number, toMs: number): Input {
  const { rows, origin } = rowsToSend(fromMs);
  const texts: (Row | Uint8Array)[] = [...rows];
  const every = Math.floor(rows.length / BROKEN_LINES.length);
  for (const [at, { bytes }] of BROKEN_LINES.entries()) texts.splice(at * every, 0, bytes);

  const lines = new Map<string, string>();
  const broken = new Set<string>();
  const records: ShardRecord[] = [];
  for (let at = 0; at < texts.length; at += LINES_PER_RECORD) {
    const number = records.length;
    const shardId = `shardId-${String(number % SHARDS).padStart(12, "0")}`;
    const sequenceNumber = `49${String(number).padStart(54, "0")}`;
    const arrivedAtMs = fromMs + Math.floor(((toMs - fromMs) * at) / texts.length);
    const arrivedAt = formatTimestamp(arrivedAtMs);
    const part = texts.slice(at, at + LINES_PER_RECORD);
    for (const [line, text] of part.entries()) {
      const id = lineId(recordPrefix(shardId, sequenceNumber), line);
      if (text instanceof Uint8Array) broken.add(id);
      else lines.set(id, checksum(text, arrivedAt, "{}"));
    }
    const bytes = part.map((text) => (text instanceof Uint8Array ? text : Buffer.from(JSON.stringify(text))));
    const data = Buffer.concat(bytes.flatMap((text) => [text, Buffer.from("\n")]));
    records.push({ shardId, sequenceNumber, partitionKey: String(number), arrivedAtMs, data });
  }
  return { origin, records, lines, broken, sums: sumsOf(rows) };
}

function rowsToSend(nowMs: number): { rows: Row[]; origin: string } {
  if (hasRealRows()) return { rows: readRealRows().map(toRow), origin: "real rows" };
  const source = generate(11, () => nowMs);
  const rows = Array.from({ length: GENERATED }, () => toRow(source.next().value ?? {}));
  return { rows, origin: "generated rows (the real ones are absent)" };
}

function toRow(values: Readonly<Record<string, unknown>>): Row {
  return Object.fromEntries(
    COLUMNS.map(({ field, kind }) => {
      const value = values[field];
      if (value === undefined || value === null) return [field, null];
      return [field, kind === "integer" || kind === "decimal" ? Number(value) : String(value)];
    }),
  );
}
