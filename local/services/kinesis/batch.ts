/**
 * Records of one shard that were put by one request, as they are stored: one entry of the store instead of one for each
 * record. Layout, big-endian: format (1 byte), number of records (4); then of each record the length of its partition key
 * (2) and of its data (4), the key in UTF-8, the data.
 */
const FORMAT = 1;
const HEADER_BYTES = 5;
const RECORD_HEADER_BYTES = 6;

/** A record to be stored. */
export interface NewRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/** Records that arrived together. */
export interface Batch {
  /** Index of the first record in the shard, from 1. */
  readonly first: number;
  readonly last: number;
  /** Milliseconds since 1970. */
  readonly arrivedAtMs: number;
  readonly content: Buffer;
}

/** A record of a batch. Its data is a view of the batch's content. */
export interface BatchRecord {
  readonly index: number;
  readonly partitionKey: string;
  readonly data: Buffer;
}

/** Bytes that a record counts for limits and throughput: its data and its partition key. */
export function recordBytes({ partitionKey, data }: NewRecord): number {
  return data.length + Buffer.byteLength(partitionKey);
}

export function encodeRecords(records: readonly NewRecord[]): Buffer {
  let size = HEADER_BYTES;
  for (const record of records) size += RECORD_HEADER_BYTES + recordBytes(record);
  const content = Buffer.allocUnsafe(size);
  content.writeUInt8(FORMAT, 0);
  content.writeUInt32BE(records.length, 1);
  let at = HEADER_BYTES;
  for (const { partitionKey, data } of records) {
    const keyBytes = content.write(partitionKey, at + RECORD_HEADER_BYTES);
    content.writeUInt16BE(keyBytes, at);
    content.writeUInt32BE(data.length, at + 2);
    at += RECORD_HEADER_BYTES + keyBytes;
    content.set(data, at);
    at += data.length;
  }
  return content;
}

/** Number of records in a stored batch. @throws Error for a format of another version */
export function countRecords(content: Buffer): number {
  const format = content.readUInt8(0);
  if (format !== FORMAT) {
    throw new Error(`the stream's records have format ${format}, not ${FORMAT}: use another --data-dir`);
  }
  return content.readUInt32BE(1);
}

/** The records of a batch from an index on, in order. */
export function* recordsFrom({ first, last, content }: Batch, from: number): Generator<BatchRecord> {
  let at = HEADER_BYTES;
  for (let index = first; index <= last; index++) {
    const keyEnd = at + RECORD_HEADER_BYTES + content.readUInt16BE(at);
    const end = keyEnd + content.readUInt32BE(at + 2);
    if (index >= from) {
      const partitionKey = content.toString("utf8", at + RECORD_HEADER_BYTES, keyEnd);
      yield { index, partitionKey, data: content.subarray(keyEnd, end) };
    }
    at = end;
  }
}
