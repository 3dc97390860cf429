import type { RecordJudge, StoredLine } from "../../contract/lines";
import { monthlyIndex } from "../shared/search";

/** Most bytes of a bulk request. Domains on small nodes take at most 10 MiB in a request. */
export const MAX_BULK_BYTES = 5 * 1024 * 1024;

/** Query parameters of bulk requests: the answer has only the fields of each item that its result needs. */
export const BULK_QUERY = {
  filter_path: "items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by",
} as const;

/** Where lines go, and by which contract. */
export interface Indexing {
  /** First part of the indices' names, such as `retail`. */
  readonly indexName: string;
  /** The column by whose month lines are spread over indices. */
  readonly eventTime: string;
  readonly judge: RecordJudge;
}

/**
 * The two lines of a bulk request that put a line into the index of its month, under its identity.
 *
 * `index`, not `create`: a retried line overwrites itself with the same content and succeeds. `create` would answer
 * 409, and the existing document would have to be trusted as correct and complete.
 */
export function bulkEntry(line: StoredLine, { indexName, eventTime, judge }: Indexing): string {
  const index = monthlyIndex(indexName, String(line.verdict.values[eventTime]));
  return `{"index":{"_index":"${index}","_id":"${line.recordId}"}}\n${judge.storedJson(line)}\n`;
}

/** A document with its entry in a bulk request. */
interface BulkDocument {
  readonly entry: string;
  /** Of the entry, in UTF-8. */
  readonly bytes: number;
}

/** A bulk request: its body, and its documents in that order. */
export interface BulkRequest<D extends BulkDocument> {
  readonly documents: readonly D[];
  readonly body: string;
}

/** Whether a document is too large for any bulk request. */
export function isTooLarge({ bytes }: BulkDocument, limit = MAX_BULK_BYTES): boolean {
  return bytes > limit;
}

/** Packs documents into bulk requests of at most `limit` bytes, as few as their order allows. */
export class BulkPacker<D extends BulkDocument> {
  private documents: D[] = [];
  private body = "";
  private bytes = 0;

  constructor(private readonly limit = MAX_BULK_BYTES) {}

  /** @returns the full request, if the document does not fit into it any more */
  add(document: D): BulkRequest<D> | undefined {
    const full = this.bytes + document.bytes > this.limit ? this.take() : undefined;
    this.documents.push(document);
    this.body += document.entry;
    this.bytes += document.bytes;
    return full;
  }

  /** The current request; undefined if it is empty. */
  take(): BulkRequest<D> | undefined {
    const { documents, body } = this;
    this.documents = [];
    this.body = "";
    this.bytes = 0;
    return documents.length === 0 ? undefined : { documents, body };
  }
}
