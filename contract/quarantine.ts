import { createHash } from "node:crypto";
import type { Line } from "./lines";

/** Which layer refused a line. */
export type Layer = "batch" | "speed";

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

/** The columns of the quarantine table, with what the catalog says of each. */
export const QUARANTINE_COLUMNS = [
  { name: "record_id", type: "string", comment: "Place of the line in the stream" },
  { name: "arrived_at", type: "timestamp", comment: "When the stream took the record, UTC" },
  { name: "layer", type: "string", comment: "Which layer refused the line: batch or speed" },
  { name: "reason", type: "string", comment: "Why, as a code" },
  { name: "detail", type: "string", comment: "Why, for a person" },
  { name: "original", type: "string", comment: "The line's bytes, base64" },
] as const satisfies readonly { name: keyof QuarantineEntry; type: string; comment: string }[];

/** Where quarantine objects are put: the function's S3 client, or a fake. */
export type PutObject = (key: string, body: string) => Promise<void>;

/** The row for a line that `layer` refused. */
export function quarantineEntry(line: Line, layer: Layer, reason: string, detail: string): QuarantineEntry {
  return {
    record_id: line.recordId,
    arrived_at: line.arrivedAt,
    layer,
    reason,
    detail,
    original: Buffer.from(line.original).toString("base64"),
  };
}

/**
 * Writes what one invocation refused as one object of JSON lines. The key comes from the content, so a
 * repeated invocation writes the same object again. Rejects when the write fails: the caller must then not
 * acknowledge the lines.
 * @param prefix such as `quarantine/`
 */
export async function writeQuarantine(
  entries: readonly QuarantineEntry[],
  prefix: string,
  put: PutObject,
): Promise<void> {
  const first = entries[0];
  if (!first) return;
  const body = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
  await put(`${prefix}${first.layer}/${first.record_id}-${hash}.json`, body);
}
