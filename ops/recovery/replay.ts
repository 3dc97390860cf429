import { createHash } from "node:crypto";
import type { Contract } from "../../contract/define";
import { HOUR_MS, type Hour, hoursBetween } from "../../contract/hours";
import { isStored, RecordJudge, type StoredLine, type StreamRecord } from "../../contract/lines";
import {
  type PutObject,
  type QuarantineEntry,
  quarantineEntry,
  writeQuarantine,
} from "../../contract/quarantine";
import { UsageError } from "../../lib/exit";
import { ZONES } from "../../modules/batch/zones";
import { iso } from "../reconcile/arrival-times";
import type { Sql } from "../reconcile/sql";
import { arrivalCondition, partitionCondition, type Window } from "../reconcile/window";

/** Ports of {@link replay}. */
export interface ReplayPorts {
  readonly contract: Pick<Contract, "columns" | "tables">;
  /** The records of the stream that arrived in a window, each shard's in order. */
  readonly records: (window: Window) => AsyncIterable<StreamRecord>;
  readonly sql: Sql;
  /** Those of the given values for which the raw table has a partition. */
  readonly partitions: (values: readonly Hour["values"][]) => Promise<readonly (readonly string[])[]>;
  /** Writes into the lake. */
  readonly put: PutObject;
  /** Called with each hour before it is read. */
  readonly onHour: (hour: Hour, so: ReplayReport) => void;
}

/** Report of a replay. Counts of lines, except `objects`. */
export interface ReplayReport {
  /** Lines in the stream. */
  readonly lines: number;
  /** Lines that keep the contract and were missing in the raw zone. */
  readonly missing: number;
  /** Lines that break the contract and were missing in the quarantine. */
  readonly missingFromQuarantine: number;
  /** Objects that were written; 0 on a dry run. */
  readonly objects: number;
}

/**
 * The part of a range that a replay can read: within the stream's retention.
 * @throws UsageError when it is empty
 */
export function remembered(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  retentionHours: number,
  now: number,
): { readonly fromMs: number; readonly toMs: number } {
  const range = { fromMs: Math.max(fromMs, now - retentionHours * HOUR_MS), toMs };
  if (range.fromMs < range.toMs) return range;
  const asked = `${iso(fromMs)} to ${iso(toMs)}`;
  throw new UsageError(`the stream has no records of ${asked}: its retention is ${retentionHours} hours`);
}

/** Bytes of lines in one object: more than Firehose writes, fewer than Athena recommends. */
const OBJECT_BYTES = 16 * 1024 * 1024;
/** Lines in one quarantine object. */
const QUARANTINE_LINES = 1_000;

/**
 * Reads the stream again, by hour of arrival, and writes the lines that the raw zone is missing, as ValidateRecords
 * would have, under their hour of arrival. Lines that break the contract go to the quarantine. Lines that are there
 * already are not written again, so a second replay writes nothing. The next merge takes the new objects.
 *
 * A line that the delivery stream delivers meanwhile becomes a duplicate in the raw zone; the merge reduces it to one
 * row.
 * @throws QueryError, what the clients throw, and Error when the raw table has no partition of an hour, because its
 * lines would seem to be missing
 */
export async function replay(
  ports: ReplayPorts,
  range: { readonly fromMs: number; readonly toMs: number },
  { dryRun }: { readonly dryRun: boolean },
): Promise<ReplayReport> {
  const { columns, tables } = ports.contract;
  const judge = new RecordJudge(columns);
  await assertVisible(ports, hoursBetween(range.fromMs - HOUR_MS, range.toMs - 1));
  const whole: Window = { ...range, minutesPerHour: 60 };
  const quarantined = await identities(ports.sql, tables.quarantine, arrivalCondition(whole));
  const writer = new Writer(judge, dryRun ? undefined : ports.put);
  let lines = 0;
  for (const hour of hoursBetween(range.fromMs, range.toMs - 1)) {
    ports.onHour(hour, { lines, ...writer.counts });
    const window = within(whole, hour);
    const condition = `${partitionCondition(window)} AND ${arrivalCondition(window)}`;
    const raw = await identities(ports.sql, tables.raw, condition);
    for await (const record of ports.records(window)) {
      for (const line of judge.judgeRecord(record)) {
        lines++;
        if (isStored(line)) {
          if (!raw.has(line.recordId)) await writer.store(line, hour);
        } else if (!line.verdict.accepted && !quarantined.has(line.recordId)) {
          const { reason, detail } = line.verdict;
          await writer.quarantine(quarantineEntry(line, "batch", reason, detail));
        }
      }
    }
    await writer.finish(hour);
  }
  return { lines, ...writer.counts };
}

async function assertVisible({ contract, partitions }: ReplayPorts, hours: readonly Hour[]): Promise<void> {
  const found = await partitions(hours.map(({ values }) => values));
  const known = new Set(found.map((values) => values.join("/")));
  const absent = hours.filter(({ values }) => !known.has(values.join("/"))).map(({ name }) => name);
  if (absent.length === 0) return;
  throw new Error(
    `${contract.tables.raw} has no partition for ${absent.join(", ")}, so its lines there cannot be queried: ` +
      "MergeSmallFiles registers partitions at each run; check that it runs, then replay",
  );
}

async function identities(sql: Sql, table: string, condition: string): Promise<Set<string>> {
  const found = new Set<string>();
  await sql.query(`SELECT DISTINCT record_id FROM "${table}" WHERE ${condition}`, (row) => {
    found.add(row["record_id"] ?? "");
  });
  return found;
}

function within(whole: Window, { startMs }: Hour): Window {
  const { fromMs, toMs } = whole;
  return { ...whole, fromMs: Math.max(fromMs, startMs), toMs: Math.min(toMs, startMs + HOUR_MS) };
}

/** Gathers the lines of one hour into objects. */
class Writer {
  private readonly totals = { missing: 0, missingFromQuarantine: 0, objects: 0 };
  private stored: string[] = [];
  private storedBytes = 0;
  private firstId = "";
  private refused: QuarantineEntry[] = [];

  /** @param put undefined on a dry run: lines are counted only */
  public constructor(
    private readonly judge: RecordJudge,
    private readonly put: PutObject | undefined,
  ) {}

  public get counts(): Omit<ReplayReport, "lines"> {
    return { ...this.totals };
  }

  public async store(line: StoredLine, hour: Hour): Promise<void> {
    this.totals.missing++;
    if (this.stored.length === 0) this.firstId = line.recordId;
    const json = `${this.judge.storedJson(line)}\n`;
    this.stored.push(json);
    this.storedBytes += Buffer.byteLength(json);
    if (this.storedBytes >= OBJECT_BYTES) await this.finishStored(hour);
  }

  public async quarantine(entry: QuarantineEntry): Promise<void> {
    this.totals.missingFromQuarantine++;
    this.refused.push(entry);
    if (this.refused.length >= QUARANTINE_LINES) await this.finishRefused();
  }

  /** Writes the gathered lines. */
  public async finish(hour: Hour): Promise<void> {
    await this.finishRefused();
    await this.finishStored(hour);
  }

  /** The name shows the origin of the object; the same lines make the same object. */
  private async finishStored(hour: Hour): Promise<void> {
    const body = this.stored.join("");
    this.stored = [];
    this.storedBytes = 0;
    if (body === "") return;
    const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
    await this.write((put) => put(`${ZONES.raw}${hour.folder}replay-${this.firstId}-${hash}`, body));
  }

  private async finishRefused(): Promise<void> {
    const entries = this.refused;
    this.refused = [];
    if (entries.length > 0) await this.write((put) => writeQuarantine(entries, ZONES.quarantine, put));
  }

  private async write(writing: (put: PutObject) => Promise<void>): Promise<void> {
    if (this.put === undefined) return;
    await writing(this.put);
    this.totals.objects++;
  }
}
