import { createHash } from "node:crypto";
import aggregates from "./aggregates.json";
import given from "./given.json";

/** The aggregator's output for user records. */
export interface Aggregate {
  /** The library and its version. */
  readonly library: string;
  readonly what: string;
  readonly data: Buffer;
  /** Data of the user records, in order. */
  readonly userRecords: readonly string[];
}

const GIVEN: Readonly<Record<string, readonly { readonly data: string }[]>> = given;

/** Aggregated records of real aggregators; write-aggregates.sh writes them again. */
export const AGGREGATES: readonly Aggregate[] = Object.entries(aggregates).flatMap(([library, made]) =>
  Object.entries(made).map(([what, base64]) => ({
    library,
    what,
    data: Buffer.from(base64, "base64"),
    userRecords: (GIVEN[what] ?? []).map(({ data }) => data),
  })),
);

const MAGIC = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);

/** A message in the frame of an aggregated record, which no aggregator produces. */
export function framed(message: Uint8Array): Buffer {
  return Buffer.concat([MAGIC, message, createHash("md5").update(message).digest()]);
}

/** A field of a protocol buffers message. */
export function field(number: number, value: number | string | Uint8Array): Buffer {
  if (typeof value === "number") return Buffer.concat([varint(number * 8), varint(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** An aggregated record with these user records, under one partition key. */
export function aggregate(userRecords: readonly (string | Uint8Array)[]): Buffer {
  const records = userRecords.map((data) => field(3, Buffer.concat([field(1, 0), field(3, data)])));
  return framed(Buffer.concat([field(1, "key"), ...records]));
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) + (rest < 128 ? 0 : 128));
    if (rest < 128) return Buffer.from(bytes);
  }
}
