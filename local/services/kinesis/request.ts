import { isJsonObject } from "../../../lib/json";
import { serializationError, validationError } from "./errors";
import type { Wire } from "./wire";

/** Constraints of a string in the service's model. */
interface TextConstraints {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly values?: readonly string[];
}

export const SHARD_ID: TextConstraints = { min: 1, max: 128, pattern: "[a-zA-Z0-9_.-]+" };
export const STREAM_NAME: TextConstraints = { min: 1, max: 128, pattern: "[a-zA-Z0-9_.-]+" };
export const STREAM_ARN: TextConstraints = {
  min: 1,
  max: 2048,
  pattern: "arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+",
};
export const SEQUENCE_NUMBER: TextConstraints = { pattern: "0|([1-9]\\d{0,128})" };
const HASH_KEY: TextConstraints = { pattern: "0|([1-9]\\d{0,38})" };
const PARTITION_KEY: TextConstraints = { min: 1, max: 256 };
/** Largest record of any stream; a stream's own maximum is lower by default. */
const MAX_DATA_BYTES = 10 * 1024 * 1024;
/** Kinesis lists no more. */
const MOST_VIOLATIONS = 10;

const PATTERNS = new Map<string, RegExp>();

/** A record of a put request. */
export interface RecordEntry {
  readonly partitionKey: string;
  readonly explicitHashKey?: string;
  readonly data: Buffer;
}

/**
 * The members of a request. Wrong types throw at once, as Kinesis answers them; violated constraints are collected until
 * {@link assertValid}.
 */
export class RequestMembers {
  private readonly members: Readonly<Record<string, unknown>>;
  private readonly violations: string[];

  constructor(
    value: unknown,
    private readonly wire: Wire,
    private readonly path = "",
    violations: string[] = [],
  ) {
    if (!isJsonObject(value)) throw serializationError("Expected a structure");
    this.members = value;
    this.violations = violations;
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  text(name: string, constraints: TextConstraints): string | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (typeof value !== "string") throw this.wrongType(name, "String");
    const { min = 0, max = Number.POSITIVE_INFINITY, pattern, values } = constraints;
    if (value.length < min) {
      this.violate(name, value, `Member must have length greater than or equal to ${min}`);
    }
    if (value.length > max) this.violate(name, value, `Member must have length less than or equal to ${max}`);
    if (pattern !== undefined && !patternOf(pattern).test(value)) {
      this.violate(name, value, `Member must satisfy regular expression pattern: ${pattern}`);
    }
    if (values !== undefined && !values.includes(value)) {
      this.violate(name, value, `Member must satisfy enum value set: [${values.join(", ")}]`);
    }
    return value;
  }

  requiredText(name: string, constraints: TextConstraints): string {
    const value = this.text(name, constraints);
    if (value === undefined) this.violate(name, undefined, "Member must not be null");
    return value ?? "";
  }

  integer(name: string, min: number, max: number): number | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (typeof value !== "number") throw this.wrongType(name, "Integer");
    const whole = Math.floor(value);
    if (whole < min) this.violate(name, whole, `Member must have value greater than or equal to ${min}`);
    if (whole > max) this.violate(name, whole, `Member must have value less than or equal to ${max}`);
    return whole;
  }

  flag(name: string): boolean {
    const value = this.raw(name) ?? false;
    if (typeof value !== "boolean") throw this.wrongType(name, "Boolean");
    return value;
  }

  /** Milliseconds since 1970. */
  timeMs(name: string): number | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const ms = this.wire.timeMs(value);
    if (ms === undefined) throw this.wrongType(name, "Timestamp");
    return ms;
  }

  structure(name: string): RequestMembers | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    return new RequestMembers(value, this.wire, `${this.path}${lowerFirst(name)}.`, this.violations);
  }

  /** The record that the members of a PutRecord, or of an entry of PutRecords, describe. */
  record(): RecordEntry {
    const raw = this.raw("Data");
    const data = raw === undefined ? undefined : this.wire.blob(raw);
    if (raw !== undefined && data === undefined) throw this.wrongType("Data", "Blob");
    const partitionKey = this.requiredText("PartitionKey", PARTITION_KEY);
    const explicitHashKey = this.text("ExplicitHashKey", HASH_KEY);
    if (data === undefined) this.violate("Data", undefined, "Member must not be null");
    else if (data.length > MAX_DATA_BYTES) {
      const value = `java.nio.HeapByteBuffer[pos=0 lim=${data.length} cap=${data.length}]`;
      this.violate("Data", value, `Member must have length less than or equal to ${MAX_DATA_BYTES}`);
    }
    return {
      partitionKey,
      data: data ?? Buffer.alloc(0),
      ...(explicitHashKey !== undefined && { explicitHashKey }),
    };
  }

  /** The entries of a PutRecords. @param most records of a request */
  records(most: number): RecordEntry[] {
    const value = this.raw("Records");
    if (value === undefined) this.violate("Records", undefined, "Member must not be null");
    const entries = value ?? [];
    if (!Array.isArray(entries)) throw this.wrongType("Records", "List");
    if (value !== undefined && entries.length === 0) {
      this.violate("Records", "[]", "Member must have length greater than or equal to 1");
    }
    if (entries.length > most) {
      const size = `[${entries.length} records]`;
      this.violate("Records", size, `Member must have length less than or equal to ${most}`);
      this.assertValid();
    }
    return entries.map((entry, index) =>
      new RequestMembers(
        entry,
        this.wire,
        `${this.path}records.${index + 1}.member.`,
        this.violations,
      ).record(),
    );
  }

  /** @throws AwsError naming every constraint that was violated */
  assertValid(): void {
    if (this.violations.length > 0) throw validationError(this.violations);
  }

  private raw(name: string): unknown {
    return Object.hasOwn(this.members, name) ? (this.members[name] ?? undefined) : undefined;
  }

  private violate(name: string, value: string | number | undefined, constraint: string): void {
    if (this.violations.length === MOST_VIOLATIONS) return;
    const shown = value === undefined ? "null" : `'${value}'`;
    const place = this.path + lowerFirst(name);
    this.violations.push(`Value ${shown} at '${place}' failed to satisfy constraint: ${constraint}`);
  }

  private wrongType(name: string, type: string): Error {
    return serializationError(
      `the value at '${this.path}${lowerFirst(name)}' can not be converted to a ${type}`,
    );
  }
}

function patternOf(pattern: string): RegExp {
  let compiled = PATTERNS.get(pattern);
  if (compiled === undefined) {
    compiled = new RegExp(`^(?:${pattern})$`);
    PATTERNS.set(pattern, compiled);
  }
  return compiled;
}

/** `StreamARN` becomes `streamARN`, as in Kinesis's messages. */
function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
