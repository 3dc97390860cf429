import { type StoredLine, storedJson } from "../../contract/lines";
import { monthlyIndex } from "../shared/search";

/** Most bytes of a bulk request. Domains on small nodes take at most 10 MiB in a request. */
export const MAX_BULK_BYTES = 5 * 1024 * 1024;

/** Bulk requests as the function sends them: of each item only what its result needs. */
export const BULK_QUERY = {
  filter_path: "items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by",
} as const;

/**
 * The two lines of a bulk request that put a line into the index of its month, under its identity.
 *
 * `index`, not `create`: a line that is retried overwrites itself with the same content and is answered with
 * success, where `create` answers 409 and would have us trust that what is there is right and whole.
 * @param indexName first part of the index's name
 */
export function bulkEntry(line: StoredLine, indexName: string): string {
  const index = monthlyIndex(indexName, String(line.verdict.values["InvoiceDate"]));
  return `{"index":{"_index":"${index}","_id":"${line.recordId}"}}\n${storedJson(line)}\n`;
}

/** Something that goes into a bulk request as `entry`. */
interface BulkDocument {
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

/** Packs documents into bulk requests of at most `limit` bytes, as few as their order allows. */
export class BulkPacker<D extends BulkDocument> {
  private documents: D[] = [];
  private bytes = 0;

  constructor(private readonly limit = MAX_BULK_BYTES) {}

  /** @returns the request that is full, where the document does not fit into it any more */
  add(document: D): BulkRequest<D> | undefined {
    const size = Buffer.byteLength(document.entry);
    const full = this.bytes + size > this.limit ? this.take() : undefined;
    this.documents.push(document);
    this.bytes += size;
    return full;
  }

  /** The request begun; undefined where nothing is in it. */
  take(): BulkRequest<D> | undefined {
    const { documents } = this;
    this.documents = [];
    this.bytes = 0;
    return documents.length === 0
      ? undefined
      : { documents, body: documents.map(({ entry }) => entry).join("") };
  }
}
