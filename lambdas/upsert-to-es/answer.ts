import type { SearchAnswer } from "../shared/search-client";

/** Result of one document. */
export type ItemResult =
  | { readonly kind: "indexed" }
  /** It can never succeed. */
  | { readonly kind: "refused"; readonly reason: string; readonly detail: string }
  /** It may succeed later. */
  | { readonly kind: "retry"; readonly fault: Fault };

/** Why a document or a whole request is retried. Safe to log: it never quotes a document. */
export interface Fault {
  readonly status: number;
  /** The engine's name for it, such as `security_exception`. */
  readonly type: string;
  readonly reason?: string;
}

/** Result of a bulk request: a result for each document in order, or a fault of the whole request. */
type BulkOutcome =
  | { readonly whole: true; readonly results: readonly ItemResult[] }
  | { readonly whole: false; readonly fault: Fault };

/** Error types that refuse a document for its content; a retry would get the same answer. */
const PERMANENT_TYPES = new Set(["mapper_parsing_exception", "strict_dynamic_mapping_exception"]);

/**
 * The engine also reports faults of its set-up (a missing pipeline or write index) as `illegal_argument_exception`,
 * so only the two messages that blame the document's own values are permanent.
 */
const PERMANENT_ARGUMENT = /immense term|cannot be changed from type/;

/** Longest detail that goes into quarantine; the engine quotes the values that it refuses. */
const DETAIL_CHARACTERS = 1000;

/**
 * Reads a bulk answer.
 * @param count number of documents sent; an answer without one item for each is a fault of the whole request
 */
export function readBulkAnswer({ status, body }: SearchAnswer, count: number): BulkOutcome {
  if (status !== 200) return { whole: false, fault: faultOf(status, member(body, "error")) };
  const items = member(body, "items");
  if (!Array.isArray(items) || items.length !== count) {
    const found = Array.isArray(items) ? `${items.length} items` : "no items";
    const reason = `the bulk answer holds ${found} for ${count} documents`;
    return { whole: false, fault: { status, type: "malformed_answer", reason } };
  }
  return { whole: true, results: items.map((item) => itemResultOf(member(item, "index"))) };
}

const INDEXED: ItemResult = { kind: "indexed" };

function itemResultOf(item: unknown): ItemResult {
  const status = Number(member(item, "status"));
  const error = member(item, "error");
  if ((status === 200 || status === 201) && error === undefined) return INDEXED;
  const type = text(member(error, "type"));
  const reason = text(member(error, "reason"));
  const permanent =
    PERMANENT_TYPES.has(type) || (type === "illegal_argument_exception" && PERMANENT_ARGUMENT.test(reason));
  if (status !== 400 || !permanent) return { kind: "retry", fault: faultOf(status, error) };
  const cause = text(member(member(error, "caused_by"), "reason"));
  const detail = cause === "" ? reason : `${reason}: ${cause}`;
  return { kind: "refused", reason: type, detail: detail.slice(0, DETAIL_CHARACTERS) };
}

/** The engine's reason is kept unless it may quote a document: a 400 may, except where the cluster is full. */
function faultOf(status: number, error: unknown): Fault {
  const type = text(member(error, "type")) || "no_type";
  const reason = text(member(error, "reason"));
  const quotesNothing = status !== 400 || type === "validation_exception";
  return { status, type, ...(quotesNothing && reason !== "" && { reason }) };
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
