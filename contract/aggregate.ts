import { createHash } from "node:crypto";

/**
 * Aggregated records of the Kinesis Producer Library, in its published format (aggregation-format.md in
 * awslabs/amazon-kinesis-producer): four bytes, a protocol buffers message, and the message's MD5.
 *
 *     message AggregatedRecord { repeated string partition_key_table = 1; repeated string explicit_hash_key_table = 2;
 *                                repeated Record records = 3; }
 *     message Record { required uint64 partition_key_index = 1; optional uint64 explicit_hash_key_index = 2;
 *                      required bytes data = 3; repeated Tag tags = 4; }
 */
const MAGIC = [0xf3, 0x89, 0x9a, 0xc2] as const;
const MD5_BYTES = 16;

const PARTITION_KEYS = 1;
const HASH_KEYS = 2;
const RECORDS = 3;
const PARTITION_KEY_INDEX = 1;
const HASH_KEY_INDEX = 2;
const DATA = 3;

/** Wire types of protocol buffers. The format has no groups (proto2). */
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
/** Longest varint of 64 bits, in bytes. */
const VARINT_BYTES = 10;

/** The record begins like an aggregated one but is malformed. */
class MalformedError extends Error {}

/** Result of unpacking a record. */
type Unpacked =
  | NotAggregated
  /** Data of its user records, in their order: views of the record, without a copy. */
  | { readonly kind: "aggregated"; readonly userRecords: readonly Uint8Array[] };

/** A record that has no user records in it. */
export type NotAggregated =
  | { readonly kind: "plain" }
  /** It begins like an aggregated record but is incomplete: it is treated like any other record. */
  | { readonly kind: "broken"; readonly fault: string };

const PLAIN: NotAggregated = { kind: "plain" };

/** Unpacks a record of the stream. Time and memory are linear in its length; a user record in it is not unpacked again. */
export function unpackAggregate(data: Uint8Array): Unpacked {
  if (data[0] !== MAGIC[0] || !MAGIC.every((byte, at) => data[at] === byte)) return PLAIN;
  if (data.length <= MAGIC.length + MD5_BYTES) return { kind: "broken", fault: "it is cut off" };
  const message = data.subarray(MAGIC.length, -MD5_BYTES);
  if (!createHash("md5").update(message).digest().equals(data.subarray(-MD5_BYTES))) {
    return { kind: "broken", fault: "its checksum does not match" };
  }
  try {
    return { kind: "aggregated", userRecords: readMessage(message) };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return { kind: "broken", fault: error.message };
  }
}

function readMessage(message: Uint8Array): Uint8Array[] {
  const userRecords: Uint8Array[] = [];
  let partitionKeys = 0;
  let hashKeys = 0;
  let largestPartitionKey = -1;
  let largestHashKey = -1;
  const reader = new Reader(message);
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === PARTITION_KEYS || field.number === HASH_KEYS) {
      bytesOf(field);
      if (field.number === PARTITION_KEYS) partitionKeys++;
      else hashKeys++;
    } else if (field.number === RECORDS) {
      const record = readRecord(bytesOf(field));
      largestPartitionKey = Math.max(largestPartitionKey, record.partitionKey);
      largestHashKey = Math.max(largestHashKey, record.hashKey);
      userRecords.push(record.data);
    }
  }
  // The tables may follow the records that refer to them.
  if (largestPartitionKey >= partitionKeys || largestHashKey >= hashKeys) {
    throw new MalformedError("a user record refers to a key that is in no table");
  }
  return userRecords;
}

interface UserRecord {
  readonly data: Uint8Array;
  /** Index in the table of partition keys. */
  readonly partitionKey: number;
  /** Index in the table of explicit hash keys; -1: none. */
  readonly hashKey: number;
}

function readRecord(bytes: Uint8Array): UserRecord {
  let data: Uint8Array | undefined;
  let partitionKey: number | undefined;
  let hashKey = -1;
  const reader = new Reader(bytes);
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === PARTITION_KEY_INDEX) partitionKey = numberOf(field);
    else if (field.number === HASH_KEY_INDEX) hashKey = numberOf(field);
    else if (field.number === DATA) data = bytesOf(field);
  }
  if (data === undefined || partitionKey === undefined) {
    throw new MalformedError("a user record has no data, or no partition key");
  }
  return { data, partitionKey, hashKey };
}

/** A field of a message. */
interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

function numberOf({ number, value }: Field): number {
  if (typeof value === "number") return value;
  throw new MalformedError(`field ${number} is not a number`);
}

function bytesOf({ number, value }: Field): Uint8Array {
  if (typeof value !== "number") return value;
  throw new MalformedError(`field ${number} is a number`);
}

/** Reads the fields of a message in order. */
class Reader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** The next field; undefined at the end of the message. @throws MalformedError */
  next(): Field | undefined {
    if (this.at === this.bytes.length) return undefined;
    const tag = this.varint();
    const number = Math.floor(tag / 8);
    if (number === 0) throw new MalformedError("a field has the number 0");
    switch (tag % 8) {
      case WIRE.varint:
        return { number, value: this.varint() };
      case WIRE.fixed64:
        return { number, value: this.take(8) };
      case WIRE.bytes:
        return { number, value: this.take(this.varint()) };
      case WIRE.fixed32:
        return { number, value: this.take(4) };
      default:
        throw new MalformedError(`field ${number} is of an unknown kind`);
    }
  }

  /** Values above 2^53 are rounded; every index and length here is far smaller. */
  private varint(): number {
    let value = 0;
    for (let count = 0; count < VARINT_BYTES; count++) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new MalformedError("it ends inside of a number");
      value += (byte & 0x7f) * 2 ** (7 * count);
      if (byte < 0x80) return value;
    }
    throw new MalformedError("a number is too long");
  }

  private take(length: number): Uint8Array {
    const end = this.at + length;
    if (end > this.bytes.length) throw new MalformedError("it ends inside of a field");
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }
}
