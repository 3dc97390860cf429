import { createHash } from "node:crypto";

/** The frame and the fields of the Kinesis Producer Library's format; contract/aggregate.ts reads it. */
const MAGIC = Uint8Array.of(0xf3, 0x89, 0x9a, 0xc2);
const PARTITION_KEYS = 1;
const RECORDS = 3;
const PARTITION_KEY_INDEX = 1;
const DATA = 3;

/** User records as the Kinesis Producer Library aggregates them, all of one partition key. */
export function aggregated(partitionKey: string, userRecords: readonly Uint8Array[]): Uint8Array {
  const message = Buffer.concat([
    bytesField(PARTITION_KEYS, Buffer.from(partitionKey)),
    ...userRecords.map((data) =>
      bytesField(
        RECORDS,
        Buffer.concat([varint(PARTITION_KEY_INDEX << 3), varint(0), bytesField(DATA, data)]),
      ),
    ),
  ]);
  return Buffer.concat([MAGIC, message, createHash("md5").update(message).digest()]);
}

/** A field of a protocol buffers message: wire type 2, bytes with their length. */
function bytesField(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    if (rest <= 0x7f) return Buffer.from(bytes);
  }
}
