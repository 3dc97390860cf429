import { LAMBDA_REQUEST_BYTES } from "../../../contract/limits";
import type { Failure, Outcome } from "./transformation";
import { requestBytes } from "./transformation";
import type { DeliveredRecord } from "./user-records";

/** Bytes of a request beside its records. */
const REQUEST_MARGIN = 4_096;

/** Records that wait to be transformed. */
export class TransformationBuffer {
  private records: DeliveredRecord[] = [];
  private bytes = 0;
  private requestBytes = REQUEST_MARGIN;
  private since: number | undefined;

  constructor(
    private readonly limitBytes: number,
    private readonly limitMs: number,
  ) {}

  /** Whether `record` would exceed the size of one invocation. */
  overflowsWith(record: DeliveredRecord): boolean {
    if (this.records.length === 0) return false;
    const tooMuch = this.bytes + record.data.length > this.limitBytes;
    return tooMuch || this.requestBytes + requestBytes(record) > LAMBDA_REQUEST_BYTES;
  }

  add(record: DeliveredRecord): void {
    this.records.push(record);
    this.bytes += record.data.length;
    this.requestBytes += requestBytes(record);
    this.since ??= Date.now();
  }

  isFull(): boolean {
    return this.bytes >= this.limitBytes;
  }

  /** Time when it must be flushed, ms since 1970. */
  get dueMs(): number {
    return this.since === undefined ? Number.POSITIVE_INFINITY : this.since + this.limitMs;
  }

  take(): DeliveredRecord[] {
    const { records } = this;
    this.records = [];
    this.bytes = 0;
    this.requestBytes = REQUEST_MARGIN;
    this.since = undefined;
    return records;
  }
}

/** One record that failed, as a line of Firehose's error object. */
function errorLine(record: DeliveredRecord, failure: Failure, lambdaArn: string): string {
  const { attemptsMade, errorCode, errorMessage, attemptEndingTimestamp } = failure;
  const line = {
    attemptsMade,
    arrivalTimestamp: Math.round(record.arrivedAtMs),
    errorCode,
    errorMessage,
    attemptEndingTimestamp,
    rawData: Buffer.from(record.data).toString("base64"),
    lambdaArn,
  };
  return `${JSON.stringify(line)}\n`;
}

/** The content of an object to write. */
export interface ObjectContent {
  readonly body: Buffer;
  readonly records: number;
  /** Arrival of its oldest record, ms since 1970. */
  readonly oldestMs: number;
}

class Content {
  private readonly parts: Buffer[] = [];
  private oldestMs = Number.POSITIVE_INFINITY;
  bytes = 0;

  add(part: Buffer, arrivedAtMs: number): void {
    this.parts.push(part);
    this.bytes += part.length;
    this.oldestMs = Math.min(this.oldestMs, arrivedAtMs);
  }

  build(): ObjectContent | undefined {
    if (this.parts.length === 0) return undefined;
    return { body: Buffer.concat(this.parts), records: this.parts.length, oldestMs: this.oldestMs };
  }
}

/** Records to be written: transformed records, and separately those whose transformation failed. */
export class ObjectBuffer {
  private data = new Content();
  private errors = new Content();
  private since: number | undefined;
  private dropped = 0;

  constructor(
    private readonly limitBytes: number,
    private readonly limitMs: number,
    private readonly lambdaArn: string,
  ) {}

  add(record: DeliveredRecord, outcome: Outcome): void {
    this.since ??= Date.now();
    if (outcome.result === "Ok") this.data.add(outcome.data, record.arrivedAtMs);
    else if (outcome.result === "Dropped") this.dropped++;
    else this.errors.add(Buffer.from(errorLine(record, outcome.failure, this.lambdaArn)), record.arrivedAtMs);
  }

  isFull(): boolean {
    return Math.max(this.data.bytes, this.errors.bytes) >= this.limitBytes;
  }

  /** Time when it must be flushed, ms since 1970. */
  get dueMs(): number {
    return this.since === undefined ? Number.POSITIVE_INFINITY : this.since + this.limitMs;
  }

  take(): {
    readonly data: ObjectContent | undefined;
    readonly errors: ObjectContent | undefined;
    readonly dropped: number;
  } {
    const taken = { data: this.data.build(), errors: this.errors.build(), dropped: this.dropped };
    this.data = new Content();
    this.errors = new Content();
    this.dropped = 0;
    this.since = undefined;
    return taken;
  }
}
