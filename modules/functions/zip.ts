import { createHash } from "node:crypto";

/** The zip of a function, byte-identical on every machine. */
export interface Archive {
  /** Absolute path of the zip. */
  readonly path: string;
  /** SHA-256 of the zip in base64, as Lambda reports it. */
  readonly hashBase64: string;
  /** The same in hexadecimal. */
  readonly hashHex: string;
}

/** The archive at a path, from its bytes. */
export function archiveOf(path: string, zip: Uint8Array): Archive {
  const digest = createHash("sha256").update(zip).digest();
  return { path, hashHex: digest.toString("hex"), hashBase64: digest.toString("base64") };
}
