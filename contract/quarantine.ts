import { createHash } from "node:crypto";
import type { Line } from "./lines";

/** Which layer refused a line. */
type Layer = "batch" | "speed";

/** A row of the quarantine table, as the function writes it. */
export interface QuarantineEntry {
  readonly record_id: string;
  readonly arrived_at: string;
  readonly layer: Layer;
  readonly reason: string;
  readonly detail: string;
  /** The bytes of the line, base64. */
  readonly original: string;
}

/** The columns of the quarantine table, with their comments in the catalog. */
export const QUARANTINE_COLUMNS = [
  { name: "record_id", type: "string", comment: "Place of the line in the stream" },
  { name: "arrived_at", type: "timestamp", comment: "When the stream took the record, UTC" },
  { name: "layer", type: "string", comment: "Which layer refused the line: batch or speed" },
  { name: "reason", type: "string", comment: "Code of the reason" },
  { name: "detail", type: "string", comment: "Explanation of the reason" },
  { name: "original", type: "string", comment: "The line's bytes, base64" },
] as const satisfies readonly { name: keyof QuarantineEntry; type: string; comment: string }[];

/** Puts a quarantine object: the function's S3 client, or a fake. */
export type PutObject = (key: string, body: string) => Promise<void>;

/** The part of a line that the quarantine stores. */
export type IdentifiedLine = Pick<Line, "recordId" | "arrivedAt" | "original">;

/** The row for a line that `layer` refused. */
export function quarantineEntry(
  line: IdentifiedLine,
  layer: Layer,
  reason: string,
  detail: string,
): QuarantineEntry {
  return {
    record_id: line.recordId,
    arrived_at: line.arrivedAt,
    layer,
    reason,
    detail,
    original: Buffer.from(line.original).toString("base64"),
  };
}

/** Bytes of entries that are collected for one object. */
const OBJECT_BYTES = 4 * 1024 * 1024;

/**
 * Writes the entries of one invocation as JSON lines: one object, or several for many entries, so that memory stays
 * bounded. A key comes from the object's content, so a retried invocation writes the same objects again.
 */
export class QuarantineWriter {
  private rows: string[] = [];
  private bytes = 0;
  private first: QuarantineEntry | undefined;

  /** @param prefix such as `quarantine/` */
  constructor(
    private readonly prefix: string,
    private readonly put: PutObject,
  ) {}

  /** Rejects when an object cannot be written: the caller must then not acknowledge the lines. */
  async add(entry: QuarantineEntry): Promise<void> {
    const row = `${JSON.stringify(entry)}\n`;
    this.first ??= entry;
    this.rows.push(row);
    this.bytes += row.length;
    if (this.bytes >= OBJECT_BYTES) await this.flush();
  }

  /** Writes the remaining entries. Rejects like {@link add}. */
  async flush(): Promise<void> {
    const { first } = this;
    if (!first) return;
    const body = this.rows.join("");
    this.rows = [];
    this.bytes = 0;
    this.first = undefined;
    const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
    await this.put(`${this.prefix}${first.layer}/${first.record_id}-${hash}.json`, body);
  }
}

/** Writes entries through a {@link QuarantineWriter}. */
export async function writeQuarantine(
  entries: readonly QuarantineEntry[],
  prefix: string,
  put: PutObject,
): Promise<void> {
  const writer = new QuarantineWriter(prefix, put);
  for (const entry of entries) await writer.add(entry);
  await writer.flush();
}
