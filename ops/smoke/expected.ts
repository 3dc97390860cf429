import { checksum } from "../../contract/checksum";
import type { StreamRecord } from "../../contract/lines";
import { isStored, RecordJudge } from "../../contract/lines";
import { decodeRecordId, recordPrefix, recordPrefixOf } from "../../contract/record-id";
import type { RunTimeContract } from "../../contract/variable";
import type { SentRecord } from "./send";

/** A line of the aggregated record. */
interface UserRecord {
  readonly id: string;
  /** Place in the aggregated record, from 0. */
  readonly place: number;
}

/** What a layer has of the lines that a smoke test sent. */
export interface Found {
  readonly present: number;
  readonly missing: number;
  readonly altered: readonly string[];
  readonly twice: readonly string[];
}

/** The lines of a smoke test as the stream has them, and what each layer must make of them. */
export class ExpectedLines {
  private readonly prefixes: ReadonlyMap<string, SentRecord>;
  /** Checksums of the lines that a layer must store, by identity. */
  private readonly stored = new Map<string, string>();
  /** Of the aggregated record: its lines are told by their checksum, whatever identity a layer gives them. */
  private readonly userRecords = new Map<string, UserRecord>();
  /** Reasons of the lines that must be refused, by identity. */
  public readonly refused = new Map<string, string>();
  private readonly judge: RecordJudge;

  public constructor(
    private readonly contract: RunTimeContract,
    sent: readonly SentRecord[],
  ) {
    this.judge = new RecordJudge(contract.columns);
    this.prefixes = new Map(sent.map((record) => [record.prefix, record]));
  }

  /** Lines that a layer must store. */
  public get storedLines(): number {
    return this.stored.size;
  }

  /** Lines of the stream so far. */
  public get streamLines(): number {
    return this.stored.size + this.refused.size;
  }

  /** Whether a line is of this test. */
  public has(id: string): boolean {
    return this.prefixes.has(recordPrefixOf(id));
  }

  /** Takes a record of the stream; others than the test's are none of its lines. */
  public addRecord(record: StreamRecord): void {
    const { columns } = this.contract;
    const sent = this.prefixes.get(recordPrefix(record.shardId, record.sequenceNumber));
    if (sent === undefined) return;
    for (const line of this.judge.judgeRecord(record)) {
      if (!isStored(line)) {
        this.refused.set(line.recordId, line.verdict.accepted ? "" : line.verdict.reason);
        continue;
      }
      const sum = checksum(columns, line.verdict.values, line.arrivedAt, line.verdict.extra);
      this.stored.set(line.recordId, sum);
      if (sent.isAggregated) {
        const { subsequenceNumber: place } = decodeRecordId(line.recordId);
        this.userRecords.set(sum, { id: line.recordId, place });
      }
    }
  }

  /** A reader of one layer. */
  public layer(): LayerLines {
    return new LayerLines(this.stored, this.userRecords, (id) => this.prefixes.get(recordPrefixOf(id)));
  }
}

/** The rows of one layer. */
export class LayerLines {
  private readonly rows = new Map<string, number>();
  private readonly altered = new Set<string>();
  /** Identities that the layer gave to user records, by their place in the aggregated record. */
  private readonly named = new Map<number, string>();

  public constructor(
    private readonly stored: ReadonlyMap<string, string>,
    private readonly userRecords: ReadonlyMap<string, UserRecord>,
    private readonly recordOf: (id: string) => SentRecord | undefined,
  ) {}

  /** Takes a row; those of others are left out. */
  public add(id: string, sum: string): void {
    const record = this.recordOf(id);
    if (record === undefined) return;
    // A line is counted under the identity that the stream gives it.
    const userRecord = record.isAggregated ? this.userRecords.get(sum) : undefined;
    if (userRecord) this.named.set(userRecord.place, id);
    const known = userRecord?.id ?? id;
    this.rows.set(known, (this.rows.get(known) ?? 0) + 1);
    if (this.stored.get(known) !== sum) this.altered.add(known);
  }

  /** Whether the layer has a line. */
  public has(id: string): boolean {
    return this.rows.has(id);
  }

  /** What the layer has. @param mayRepeat whether it may have a line twice */
  public found(mayRepeat: boolean): Found {
    const missing = [...this.stored.keys()].filter((id) => !this.rows.has(id)).length;
    const twice = mayRepeat ? [] : [...this.rows].filter(([, count]) => count > 1).map(([id]) => id);
    return { present: this.stored.size - missing, missing, altered: [...this.altered], twice };
  }

  /** How the layer numbered the user records; undefined until it has all of them. */
  public numbering(): string | undefined {
    if (this.named.size < this.userRecords.size) return undefined;
    const positions = [...this.named].map(([place, id]) => ({ place, ...decodeRecordId(id) }));
    if (positions.some(({ firehoseName }) => firehoseName !== undefined)) {
      return "without an index: a user record has a name of Firehose's own, so reconcile reports such lines as missing and unknown";
    }
    if (positions.every(({ place, subsequenceNumber }) => place === subsequenceNumber)) {
      return `from 0 to ${positions.length - 1}, in the order of the aggregate, as UpsertToES does`;
    }
    const numbers = positions
      .sort((a, b) => a.place - b.place)
      .map(({ subsequenceNumber }) => subsequenceNumber);
    return `${numbers.join(", ")}, which is not the order of the aggregate, so reconcile reports such lines as altered`;
  }
}
