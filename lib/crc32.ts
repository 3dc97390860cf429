import { crc32 as zlibCrc32 } from "node:zlib";

/** CRC-32 of bytes, or of all so far when `crc` is that of the bytes before. zlib's own answers 0 for no bytes, whatever came before. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  return bytes.length === 0 ? crc : zlibCrc32(bytes, crc);
}
