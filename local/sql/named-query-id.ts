import { createHash } from "node:crypto";
import type { NamedQueryModel } from "../data-plane";

/** The id of a saved query: made from its address in the Terraform, so the same at every start. */
export function namedQueryId({ address }: NamedQueryModel): string {
  const hex = createHash("sha256").update(address).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}
