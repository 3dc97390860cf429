import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { RequestTarget } from "./request-target";

/** Credentials of a person or of a role. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Gives the credentials of the moment; asked with `forceRefresh`, it forgets those that it gave before. */
export type CredentialSource = (options?: { readonly forceRefresh?: boolean }) => Promise<Credentials>;

/** A request to sign, whole. */
export interface Signable {
  readonly method: string;
  /** Of the domain, with the port where it is not that of the scheme. */
  readonly host: string;
  readonly target: RequestTarget;
  /** Signed with the rest; the engine acts on it. */
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

/** Signs by `credentials` at the time `at`. @returns the headers that carry the signature, `host` included. */
export type Sign = (
  request: Signable,
  credentials: Credentials,
  at: Date,
) => Promise<Readonly<Record<string, string>>>;

type Sha256Constructor = ConstructorParameters<typeof SignatureV4>[0]["sha256"];

/** What the signer hashes with: plain, or keyed when it is given a secret. */
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

/** Signs requests to a search domain of `region`. Other headers may be added: only what is signed is checked. */
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
