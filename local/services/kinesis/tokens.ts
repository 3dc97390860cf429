import { createHash } from "node:crypto";

/** Lifetime of a shard iterator and of a NextToken. */
export const TOKEN_LIFETIME_MS = 300_000;

const VERSION = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]);
const CHECKSUM_BYTES = 16;

/** Kinds of tokens; none is valid in the place of another. */
type TokenKind = "shard-iterator" | "list-shards" | "list-streams";

/** A token that was decoded. */
interface Token {
  readonly createdAtMs: number;
  readonly parts: readonly string[];
}

/** An opaque token. @param parts texts without "/" */
export function encodeToken(kind: TokenKind, nowMs: number, parts: readonly (string | number)[]): string {
  const content = Buffer.from([nowMs, ...parts].join("/"));
  return Buffer.concat([VERSION, checksum(kind, content), content]).toString("base64");
}

/** The content of a token; undefined when it is not exactly one that {@link encodeToken} made. */
export function decodeToken(kind: TokenKind, text: string): Token | undefined {
  const bytes = Buffer.from(text, "base64");
  const content = bytes.subarray(VERSION.length + CHECKSUM_BYTES);
  if (!Buffer.concat([VERSION, checksum(kind, content), content]).equals(bytes)) return undefined;
  if (bytes.toString("base64") !== text) return undefined;
  const [createdAtMs, ...parts] = content.toString().split("/");
  return { createdAtMs: Number(createdAtMs), parts };
}

/** Detects damage; a token gives no rights, so it is not signed. */
function checksum(kind: TokenKind, content: Buffer): Buffer {
  return createHash("sha256").update(kind).update(content).digest().subarray(0, CHECKSUM_BYTES);
}
