import { createHash, type Hash } from "node:crypto";
import { crc32 } from "../../../lib/crc32";
import { S3Error } from "./errors";

const PREFIX = "x-amz-checksum-";

/** A running checksum. */
interface Running {
  update(chunk: Buffer): void;
  base64(): string;
}

/**
 * The checksums that are verified for an upload. CRC32C and CRC64NVME are accepted but not verified: Node
 * implements neither.
 */
const ALGORITHMS: Readonly<Record<string, () => Running>> = {
  crc32: () => {
    let value = 0;
    return {
      update: (chunk) => {
        value = crc32(chunk, value);
      },
      base64: () => {
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32BE(value);
        return bytes.toString("base64");
      },
    };
  },
  sha1: () => hashing(createHash("sha1")),
  sha256: () => hashing(createHash("sha256")),
};

/** Computes an upload's ETag and the checksums in its headers or announced trailers. */
export class Checksums {
  private readonly md5 = createHash("md5");
  private readonly running = new Map<string, Running>();

  /** @param names of all headers, and of trailers that `x-amz-trailer` announces; in lower case. */
  constructor(names: readonly string[]) {
    for (const name of names) {
      const start = name.startsWith(PREFIX) ? ALGORITHMS[name.slice(PREFIX.length)] : undefined;
      if (start) this.running.set(name, start());
    }
  }

  update(chunk: Buffer): void {
    this.md5.update(chunk);
    for (const running of this.running.values()) running.update(chunk);
  }

  /**
   * Compares with the client's values.
   * @param claimed headers and trailers
   * @returns the ETag, and the checksum headers that match.
   * @throws S3Error when one does not match.
   */
  finish(claimed: Readonly<Record<string, string | undefined>>): {
    readonly etag: string;
    readonly verified: Readonly<Record<string, string>>;
  } {
    const md5 = this.md5.digest();
    const contentMd5 = claimed["content-md5"];
    if (contentMd5 !== undefined && contentMd5 !== md5.toString("base64"))
      throw differs("content-md5", contentMd5);
    const verified: Record<string, string> = {};
    for (const [name, running] of this.running) {
      const value = claimed[name];
      if (value === undefined) continue;
      const computed = running.base64();
      if (value !== computed) throw differs(name, value);
      verified[name] = computed;
    }
    return { etag: `"${md5.toString("hex")}"`, verified };
  }
}

/** Whether a header carries a checksum. */
export function isChecksumHeader(name: string): boolean {
  return name.startsWith(PREFIX);
}

function hashing(hash: Hash): Running {
  return { update: (chunk) => void hash.update(chunk), base64: () => hash.digest("base64") };
}

function differs(name: string, value: string): S3Error {
  return new S3Error("BadDigest", 400, `${name} is ${value}, which does not match the received content`);
}
