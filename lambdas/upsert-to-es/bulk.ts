import { type StoredLine, storedJson } from "../../contract/lines";
import { monthlyIndex } from "../shared/search";

/** Most bytes of a bulk request. Domains on small nodes take at most 10 MiB in a request. */
export const MAX_BULK_BYTES = 5 * 1024 * 1024;

/** Bulk requests as the function sends them: of each item only what tells its fate comes back. */
export const BULK_QUERY = {
  filter_path: "items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by",
} as const;

/**
 * The two lines of a bulk request that put a line into the index of its month, under its identity.
 *
 * `index`, not `create`: a line that comes again overwrites itself with the same content and is answered with
 * success, where `create` answers 409 and would have us trust that what is there is right and whole.
 * @param indexName first part of the index's name
 */
export function bulkEntry(line: StoredLine, indexName: string): string {
  const index = monthlyIndex(indexName, String(line.verdict.values["InvoiceDate"]));
  return `{"index":{"_index":"${index}","_id":"${line.recordId}"}}\n${storedJson(line)}\n`;
}

/** Something that goes into a bulk request as `entry`. */
export interface BulkDocument {
  readonly entry: string;
}

/** A bulk request: its body, and what is in it in that order. */
export interface BulkRequest<D extends BulkDocument> {
  readonly documents: readonly D[];
  readonly body: string;
}

/** Whether a document fits into no bulk request at all. */
export function isTooLarge({ entry }: BulkDocument, limit = MAX_BULK_BYTES): boolean {
  return Buffer.byteLength(entry) > limit;
}

/** Packs documents into as few requests of at most `limit` bytes as their order allows. */
export function packBulks<D extends BulkDocument>(
  documents: readonly D[],
  limit = MAX_BULK_BYTES,
): BulkRequest<D>[] {
  const groups: D[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const document of documents) {
    const size = Buffer.byteLength(document.entry);
    if (bytes + size > limit) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(document);
    bytes += size;
  }
  return groups.map((group) => ({ documents: group, body: group.map(({ entry }) => entry).join("") }));
}
