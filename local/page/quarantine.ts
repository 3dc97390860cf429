import { textLiteral } from "../../contract/glue-columns";
import type { QuarantineEntry } from "../../contract/quarantine";
import type { Layer } from "../../dashboards/spec";
import type { FailureBucket } from "../../ops/reconcile/on-failure-records";
import { quarantineObjects } from "../../ops/reconcile/quarantine";
import type { DataSources } from "../../ops/reconcile/reconcile";
import type { BatchSource } from "../../ops/reconcile/tables";
import type {
  EntriesPage,
  EntriesRequest,
  Original,
  QuarantineCounts,
  QuarantinedEntry,
  ReasonCount,
} from "./inspect-state";

/** Entries of a page. */
export const PAGE_ENTRIES = 20;
/** Bytes of a line that a list shows; a multiple of 3, so that their base64 is a part of the line's. */
const LISTED_BYTES = 768;

/** The quarantine, browsed: by the table over it, or in a stack without one by its objects. */
export interface QuarantineBrowser {
  /** @throws what the engine and the client throw */
  counts(): Promise<QuarantineCounts>;
  /** @throws what the engine and the client throw */
  entries(request: EntriesRequest): Promise<EntriesPage>;
}

/** @throws Error when there is neither a table nor a bucket */
export function quarantineBrowser({
  batch,
  failures,
}: Pick<DataSources, "batch" | "failures">): QuarantineBrowser {
  if (batch) return new QuarantineTable(batch);
  if (failures) return new QuarantineObjects(failures);
  throw new Error("the quarantine cannot be read: there is neither a table over it nor a bucket with it");
}

/** The first bytes of what is stored as base64. @param mostBytes a multiple of 3 */
export function firstBytes(base64: string, mostBytes: number): Original {
  return {
    base64: base64.slice(0, base64Length(mostBytes)),
    bytes: bytesOf(base64.replace(/=+$/, "").length),
  };
}

function base64Length(bytes: number): number {
  return (bytes / 3) * 4;
}

/** @param digits characters of base64 without padding */
function bytesOf(digits: number): number {
  return Math.floor((digits * 3) / 4);
}

class QuarantineTable implements QuarantineBrowser {
  public constructor(private readonly batch: BatchSource) {}

  public async counts(): Promise<QuarantineCounts> {
    const { sql, tables } = this.batch;
    const asOfMs = Date.now();
    const reasons: ReasonCount[] = [];
    let lines = 0;
    await sql.query(
      `SELECT layer, reason, count(DISTINCT record_id) AS line_count FROM "${tables.quarantine}" GROUP BY layer, reason
UNION ALL
SELECT '' AS layer, '' AS reason, count(DISTINCT record_id) AS line_count FROM "${tables.quarantine}"`,
      ({ layer = "", reason = "", line_count }) => {
        if (layer === "") lines = Number(line_count);
        else reasons.push({ layer: layerOf(layer), reason, lines: Number(line_count) });
      },
    );
    return { asOfMs, lines, reasons: reasons.sort(byCount) };
  }

  public async entries({ layer, reason, after }: EntriesRequest): Promise<EntriesPage> {
    const { sql, tables } = this.batch;
    const conditions = [`layer = ${textLiteral(layer)}`, `reason = ${textLiteral(reason)}`];
    if (after) {
      const time = `TIMESTAMP ${textLiteral(after.arrivedAt)}`;
      conditions.push(
        `(arrived_at < ${time} OR (arrived_at = ${time} AND record_id < ${textLiteral(after.recordId)}))`,
      );
    }
    const entries: QuarantinedEntry[] = [];
    await sql.query(
      `SELECT DISTINCT record_id, arrived_at, detail, substr(original, 1, ${base64Length(LISTED_BYTES)}) AS first_part, length(replace(original, '=', '')) AS digits FROM "${tables.quarantine}" WHERE ${conditions.join(" AND ")} ORDER BY arrived_at DESC, record_id DESC LIMIT ${PAGE_ENTRIES + 1}`,
      ({ record_id = "", arrived_at = "", detail = "", first_part = "", digits }) => {
        const original = { base64: first_part, bytes: bytesOf(Number(digits)) };
        entries.push({ recordId: record_id, arrivedAt: arrived_at, detail, original });
      },
    );
    return pageOf(entries);
  }
}

/** Reads every object for each answer: only stacks without a batch layer have no table. */
class QuarantineObjects implements QuarantineBrowser {
  public constructor(private readonly failures: FailureBucket) {}

  public async counts(): Promise<QuarantineCounts> {
    const asOfMs = Date.now();
    const all = new Set<string>();
    const byReason = new Map<string, ReasonCount>();
    const seen = new Set<string>();
    for await (const { record_id, layer, reason } of this.all()) {
      all.add(record_id);
      const key = JSON.stringify([layer, reason]);
      const line = `${key} ${record_id}`;
      if (seen.has(line)) continue;
      seen.add(line);
      byReason.set(key, { layer, reason, lines: (byReason.get(key)?.lines ?? 0) + 1 });
    }
    return { asOfMs, lines: all.size, reasons: [...byReason.values()].sort(byCount) };
  }

  public async entries({ layer, reason, after }: EntriesRequest): Promise<EntriesPage> {
    const found = new Map<string, QuarantinedEntry>();
    for await (const entry of this.all()) {
      if (entry.layer !== layer || entry.reason !== reason) continue;
      const { record_id: recordId, arrived_at: arrivedAt, detail } = entry;
      const original = firstBytes(entry.original, LISTED_BYTES);
      const one = { recordId, arrivedAt, detail, original };
      if (after === undefined || newestFirst(after, one) < 0) found.set(recordId, one);
    }
    return pageOf([...found.values()].sort(newestFirst));
  }

  private async *all(): AsyncGenerator<QuarantineEntry> {
    for await (const { entries } of quarantineObjects(this.failures)) yield* entries;
  }
}

function pageOf(entries: readonly QuarantinedEntry[]): EntriesPage {
  return { entries: entries.slice(0, PAGE_ENTRIES), hasMore: entries.length > PAGE_ENTRIES };
}

function byCount(one: ReasonCount, other: ReasonCount): number {
  return (
    other.lines - one.lines || compareTexts(one.reason, other.reason) || compareTexts(one.layer, other.layer)
  );
}

type Position = Pick<QuarantinedEntry, "arrivedAt" | "recordId">;

function newestFirst(one: Position, other: Position): number {
  return compareTexts(other.arrivedAt, one.arrivedAt) || compareTexts(other.recordId, one.recordId);
}

/** By code units, as record_ids are ordered by the engines. */
function compareTexts(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** @throws Error for a layer that no function writes */
function layerOf(layer: string): Layer {
  if (layer === "batch" || layer === "speed") return layer;
  throw new Error(`the quarantine has a line of the layer "${layer}"`);
}
