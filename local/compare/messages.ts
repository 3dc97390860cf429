import type { Reconciliation } from "../../ops/reconcile/reconcile";

/** What the thread tells of a comparison; the last one is `found` or `failed`. */
export type Answer =
  | { readonly kind: "read"; readonly source: string; readonly lines: number }
  | { readonly kind: "found"; readonly found: Reconciliation }
  | { readonly kind: "failed"; readonly error: unknown };

/** What is asked of the thread: one comparison at a time. */
export interface Request {
  /** File of the acknowledged identities. */
  readonly ledger: string;
}
