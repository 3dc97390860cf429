import { HeadObjectCommand, NotFound, type S3Client } from "@aws-sdk/client-s3";
import type { Client } from "@opensearch-project/opensearch";
import { HOUR_MS } from "../../contract/hours";
import { isStored, type Line, RecordJudge } from "../../contract/lines";
import { decodeRecordId } from "../../contract/record-id";
import { parseTimestamp } from "../../contract/timestamp";
import { isJsonObject, type JsonObject } from "../../lib/json";
import { readDiscardedLines } from "../reconcile/on-failure-records";
import { quarantineObjects } from "../reconcile/quarantine";
import type { SystemSources } from "../reconcile/reconcile";
import { searchAnswer } from "../reconcile/search-answer";
import { recordAt } from "../reconcile/stream-records";
import type { BatchSource } from "../reconcile/tables";
import { partitionCondition } from "../reconcile/window";

/** What is read, and how objects are looked at. */
export interface TraceSources extends SystemSources {
  readonly s3: S3Client;
}

/** An object of the lake that has the line. */
export interface LakeObject {
  /** `s3://bucket/key` */
  readonly location: string;
  /** Bytes; absent when the object is gone. */
  readonly bytes?: number;
  /** When it was written, ms since 1970: S3 keeps whole seconds. Absent when the object is gone. */
  readonly writtenAtMs?: number;
}

/** A refusal of the line. */
export interface Quarantined {
  readonly layer: string;
  readonly reason: string;
  readonly detail: string;
  /** The line's bytes, base64. */
  readonly original: string;
  readonly object: LakeObject;
}

/** What the stream says of the line. */
export type StreamStep =
  /** The stream does not have the record: it has expired, or never was there. */
  | { readonly state: "not held" }
  /** The record has no line of this identity. */
  | { readonly state: "no such line"; readonly lines: number }
  /** `original`: the line's bytes, base64. */
  | { readonly state: "accepted"; readonly original: string }
  | {
      readonly state: "refused";
      readonly original: string;
      readonly reason: string;
      readonly detail: string;
    };

/** Where a line is and was, from the stream to each layer. */
export interface Journey {
  readonly recordId: string;
  readonly position: {
    readonly shardId: string;
    readonly sequenceNumber: string;
    readonly subsequenceNumber: number;
    readonly line: number;
  };
  /** `YYYY-MM-DD HH:MM:SS.fff`, UTC; absent when no place has the line. */
  readonly arrivedAt?: string;
  readonly stream: StreamStep;
  /** Objects of the raw zone, by the table; absent without a batch layer. */
  readonly raw?: readonly LakeObject[];
  /** Parquet files of the merged table, with the run of the merge that wrote them; absent without a batch layer. */
  readonly parquet?: readonly (LakeObject & { readonly run?: string })[];
  /** Documents of the index; absent where it is not looked at. */
  readonly index?: readonly { readonly index: string; readonly document: JsonObject }[];
  readonly quarantine: readonly Quarantined[];
  /** The batch with which the speed layer discarded the line. */
  readonly discarded?: { readonly condition: string; readonly location: string };
}

/** Hours around its arrival in which a copy of a line may be: late deliveries, and the merge's neighbours. */
const NEAR_MS = 2 * HOUR_MS;

/**
 * Follows a line through the system.
 * @throws RangeError when `recordId` is not an identity; what the clients throw
 */
export async function traceLine(sources: TraceSources, recordId: string): Promise<Journey> {
  const { shardId, sequenceNumber, subsequenceNumber, line } = decodeRecordId(recordId);
  const { kinesis, streamName, contract, batch, search, failures } = sources;
  const record = await recordAt(kinesis, streamName, shardId, sequenceNumber);
  const judged = record && new RecordJudge(contract.columns).judgeRecord(record);
  const own = judged?.find((one) => one.recordId === recordId);
  const find = search && (() => findDocuments(search.client, search.indexPattern, recordId));
  let documents = await find?.();
  // A redrive deletes a batch when its lines are in the index or in quarantine, which are read after it.
  const batchOf =
    documents?.length === 0 && failures
      ? (await readDiscardedLines(failures, contract, windowOf(own?.arrivedAt))).get(recordId)
      : undefined;
  const refused = await findQuarantined(sources, recordId);
  if (documents?.length === 0) documents = await find?.();
  const isDealtWith = documents?.length !== 0 || refused.some(({ layer }) => layer === "speed");
  const discarded = isDealtWith ? undefined : batchOf;
  const known = own?.arrivedAt ?? textOf(documents?.[0]?.document["arrived_at"]);
  const condition = conditionOf(recordId, known);
  const raw = batch && (await findRows(batch, batch.tables.json, condition));
  const parquet = batch && (await findRows(batch, batch.tables.parquet, condition));
  const arrivedAt = known ?? [...(raw ?? []), ...(parquet ?? []), ...refused][0]?.arrivedAt;
  const look = (location: string): Promise<LakeObject> => objectAt(sources.s3, location);
  return {
    recordId,
    position: { shardId, sequenceNumber, subsequenceNumber, line },
    ...(arrivedAt !== undefined && { arrivedAt }),
    stream: streamStep(judged, own),
    ...(raw && { raw: await Promise.all(raw.map(({ location }) => look(location))) }),
    ...(parquet && {
      parquet: await Promise.all(
        parquet.map(async ({ location }) => ({ ...(await look(location)), ...runOf(location) })),
      ),
    }),
    ...(documents && { index: documents }),
    quarantine: await Promise.all(
      refused.map(async ({ layer, reason, detail, original, location }) => {
        return { layer, reason, detail, original, object: await look(location) };
      }),
    ),
    ...(discarded && { discarded: { condition: discarded.condition, location: discarded.location } }),
  };
}

/** Whether any place has the line, or had it. */
export function isFound({ stream, raw, parquet, index, quarantine, discarded }: Journey): boolean {
  const held = stream.state === "accepted" || stream.state === "refused";
  const copies = [raw, parquet, index, quarantine].some((all) => (all?.length ?? 0) > 0);
  return held || copies || discarded !== undefined;
}

function streamStep(judged: readonly Line[] | undefined, own: Line | undefined): StreamStep {
  if (judged === undefined) return { state: "not held" };
  if (own === undefined) return { state: "no such line", lines: judged.length };
  const original = Buffer.from(own.original).toString("base64");
  if (isStored(own)) return { state: "accepted", original };
  const { verdict } = own;
  if (verdict.accepted) throw new Error("a line is accepted and not stored");
  return { state: "refused", original, reason: verdict.reason, detail: verdict.detail };
}

async function findDocuments(
  client: Client,
  index: string,
  recordId: string,
): Promise<{ readonly index: string; readonly document: JsonObject }[]> {
  const { hits } = await searchAnswer(`search of ${index}`, () =>
    client.search({ index, body: { query: { ids: { values: [recordId] } } } }),
  );
  return hits.hits.map(({ _index = "", _source }) => {
    const document: unknown = _source;
    return { index: _index, document: isJsonObject(document) ? document : {} };
  });
}

interface Row {
  readonly location: string;
  readonly arrivedAt: string;
}

async function findRows({ sql }: BatchSource, table: string, condition: string): Promise<Row[]> {
  const rows: Row[] = [];
  await sql.query(`SELECT "$path" AS object, arrived_at FROM "${table}" WHERE ${condition}`, (row) => {
    rows.push({ location: row["object"] ?? "", arrivedAt: row["arrived_at"] ?? "" });
  });
  return rows;
}

/** @param arrivedAt as far as it is known: only the hours around it are scanned */
function conditionOf(recordId: string, arrivedAt: string | undefined): string {
  const window = windowOf(arrivedAt);
  // An identity has no quotes.
  return `record_id = '${recordId}'${window ? ` AND ${partitionCondition(window)}` : ""}`;
}

function windowOf(arrivedAt: string | undefined) {
  if (arrivedAt === undefined) return undefined;
  const ms = parseTimestamp(arrivedAt);
  return { fromMs: ms - NEAR_MS, toMs: ms + NEAR_MS, minutesPerHour: 60 };
}

type Refusal = Omit<Quarantined, "object"> & Row;

async function findQuarantined({ batch, failures }: SystemSources, recordId: string): Promise<Refusal[]> {
  const found: Refusal[] = [];
  if (batch) {
    const { sql, tables } = batch;
    await sql.query(
      `SELECT "$path" AS object, arrived_at, layer, reason, detail, original FROM "${tables.quarantine}" WHERE record_id = '${recordId}'`,
      ({ object = "", arrived_at = "", layer = "", reason = "", detail = "", original = "" }) =>
        found.push({ location: object, arrivedAt: arrived_at, layer, reason, detail, original }),
    );
    return found;
  }
  if (!failures) return found;
  for await (const { location, entries } of quarantineObjects(failures)) {
    for (const { record_id, arrived_at, layer, reason, detail, original } of entries) {
      if (record_id === recordId)
        found.push({ location, arrivedAt: arrived_at, layer, reason, detail, original });
    }
  }
  return found;
}

async function objectAt(s3: S3Client, location: string): Promise<LakeObject> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  try {
    const { ContentLength, LastModified } = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    return {
      location,
      ...(ContentLength !== undefined && { bytes: ContentLength }),
      ...(LastModified !== undefined && { writtenAtMs: LastModified.getTime() }),
    };
  } catch (error) {
    // A merge has swapped the hour meanwhile.
    if (error instanceof NotFound) return { location };
    throw error;
  }
}

/** The run of MergeSmallFiles: the folder of a Parquet file is called by it. */
function runOf(location: string): { readonly run?: string } {
  const run = /\/run=([^/]+)\/[^/]+$/.exec(location)?.[1];
  return run === undefined ? {} : { run };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
