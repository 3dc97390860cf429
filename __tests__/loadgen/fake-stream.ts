import type { PackedRecord } from "../../loadgen/pack";
import { type Put, PutError, type PutFailure, type RecordOutcome } from "../../loadgen/put";
import type { SourceItem } from "../../loadgen/source";
import type { Timing } from "../../loadgen/timing";

/** What a call to the fake stream shall come to. */
export type CallPlan =
  /** By record: taken, throttled or failed. */
  | readonly RecordOutcome["status"][]
  /** Nothing is taken. */
  | PutFailure
  /** All is taken, but no answer comes. */
  | "answer lost";

/** A stream that takes what its plan says, and remembers it; without a plan it takes everything. */
export class FakeStream {
  readonly calls: (readonly PackedRecord[])[] = [];
  /** Lines that are in the stream, by identity's parts. */
  readonly taken: { readonly sequenceNumber: string; readonly record: PackedRecord }[] = [];
  private plans: CallPlan[];

  constructor(plans: readonly CallPlan[] = []) {
    this.plans = [...plans];
  }

  readonly put: Put = async (records) => {
    this.calls.push(records);
    const plan = this.plans.shift() ?? [];
    if (plan === "answer lost") for (const record of records) this.take(record);
    if (typeof plan === "string") {
      throw new PutError(plan === "answer lost" ? "unanswered" : plan, `planned: ${plan}`);
    }
    return records.map((record, index): RecordOutcome => {
      const status = plan[index % Math.max(1, plan.length)] ?? "acknowledged";
      if (status === "acknowledged") return { status, position: this.take(record) };
      return status === "skipped" ? { status } : { status, reason: `planned: ${status}` };
    });
  };

  private take(record: PackedRecord): { shardId: string; sequenceNumber: string } {
    const sequenceNumber = String(this.taken.length + 1);
    this.taken.push({ sequenceNumber, record });
    return { shardId: "shardId-000000000000", sequenceNumber };
  }
}

/** Time that passes only while somebody waits for it. */
export class FakeTime implements Timing {
  private current = 0;

  now(): number {
    return this.current;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (!signal?.aborted) this.current += milliseconds;
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Lets time pass. */
  pass(milliseconds: number): void {
    this.current += milliseconds;
  }
}

/** `count` lines of their own. */
export async function* lines(count = Number.POSITIVE_INFINITY): AsyncGenerator<SourceItem> {
  for (let number = 1; number <= count; number++) {
    yield { number, bytes: Buffer.from(JSON.stringify({ line: number })) };
  }
}
