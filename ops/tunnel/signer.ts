import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { RequestTarget } from "./request-target";

/** Credentials of a person or of a role. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Returns the current credentials; `forceRefresh` bypasses its cache. */
export type CredentialSource = (options?: { readonly forceRefresh?: boolean }) => Promise<Credentials>;

/** A complete request to sign. */
interface Signable {
  readonly method: string;
  /** Host of the domain, with the port if it is not the scheme's default. */
  readonly host: string;
  readonly target: RequestTarget;
  /** Signed too, because the engine uses it to interpret the body. */
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

/** Signs with `credentials` at the time `at`. @returns the headers of the signature, `host` included. */
export type Sign = (
  request: Signable,
  credentials: Credentials,
  at: Date,
) => Promise<Readonly<Record<string, string>>>;

type Sha256Constructor = ConstructorParameters<typeof SignatureV4>[0]["sha256"];

/** The signer's hash: SHA-256, or HMAC-SHA-256 when it has a secret. */
const Sha256: Sha256Constructor = class {
  private readonly hash;

  public constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytes(secret));
  }

  public update(chunk: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(bytes(chunk));
  }

  public async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
};

/** Signs requests to a search domain of `region`. Headers may be added after signing: only signed ones are verified. */
export function signer(region: string): Sign {
  return async ({ method, host, target, contentType, body }, credentials, at) => {
    const signature = new SignatureV4({ service: "es", region, credentials, sha256: Sha256 });
    const { headers } = await signature.sign(
      {
        method,
        protocol: "https:",
        hostname: host,
        path: target.path,
        query: { ...target.query },
        headers: { host, ...(contentType !== undefined && { "content-type": contentType }) },
        body,
      },
      { signingDate: at },
    );
    return headers;
  };
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
}
