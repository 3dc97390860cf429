import type { KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from "aws-lambda";
import { decodeKinesisRecord } from "../../contract/kinesis-record";
import { countRecordLines, isStored, type Line } from "../../contract/lines";
import { type PutObject, writeQuarantine } from "../../contract/quarantine";
import { errorFields, type Logger } from "../shared/log";
import type { Search, SearchAnswer } from "../shared/search-client";
import { type Fault, readBulkAnswer } from "./answer";
import { Batch, type Tracked } from "./batch";
import { BULK_QUERY, BulkPacker, type BulkRequest, bulkEntry, type Indexing, isTooLarge } from "./bulk";
import { report } from "./report";

/** External dependencies of the function. */
export interface Ports {
  readonly search: Search;
  readonly put: PutObject;
  readonly log: Logger;
  /** Milliseconds until Lambda ends the invocation. */
  readonly timeLeftMs: () => number;
}

export interface Settings extends Indexing {
  /** Such as `quarantine/`. */
  readonly quarantinePrefix: string;
}

/** Most time for one bulk request; a healthy domain needs a second or two. */
const BULK_TIMEOUT_MS = 30_000;
/** Time kept back for the quarantine object and the answer. */
const RESERVE_MS = 10_000;
/** A bulk request is not started with less time than this. */
const LEAST_BULK_MS = 1_000;
/** With less time than this, each record is completed before the next is started. */
const HASTE_MS = RESERVE_MS + BULK_TIMEOUT_MS;

/** Bytes of refused lines after which they are written, so that a batch of only refused lines needs little memory. */
const PENDING_BYTES = 4 * 1024 * 1024;

/** A document on its way into the index, with its line. */
interface TrackedDocument extends Tracked {
  readonly entry: string;
  readonly bytes: number;
}

/**
 * Indexes the lines of a batch, each under its identity, and quarantines those that can never be indexed. Returns the
 * lowest sequence number to retry from, if any: Lambda retries that record and all after it, which is safe because
 * every write is idempotent.
 *
 * Never rejects, whatever a record holds and whatever the domain or the bucket answers. After a transient fault
 * nothing more is sent, and only lines before it are quarantined, because the rest is retried anyway.
 */
export async function upsertToEs(
  event: KinesisStreamEvent,
  { quarantinePrefix, ...indexing }: Settings,
  ports: Ports,
): Promise<KinesisStreamBatchResponse> {
  const batch = new Batch();
  const bulk = new BulkPacker<TrackedDocument>();
  const flush = async (): Promise<void> => {
    await sendBulk(bulk.take(), batch, ports);
    await quarantine(batch, quarantinePrefix, ports);
  };
  for (const record of event.Records) {
    const { sequenceNumber } = record.kinesis;
    if (!batch.isRetried(sequenceNumber) && ports.timeLeftMs() < RESERVE_MS) {
      batch.noteFault({ status: 0, type: "out_of_time", reason: "no time is left for the record" });
      batch.retryFrom(sequenceNumber);
    }
    if (batch.isRetried(sequenceNumber)) continue;
    for (const line of readRecord(record, indexing, batch, ports.log)) {
      const document = buildDocument({ sequenceNumber, line }, indexing, batch);
      const full = document && bulk.add(document);
      // Without a promise for each line.
      if (full) await sendBulk(full, batch, ports);
      if (batch.isRetried(sequenceNumber)) break;
    }
    if (batch.pendingBytes >= PENDING_BYTES || ports.timeLeftMs() < HASTE_MS) await flush();
  }
  await flush();
  report(batch, countRetried(event, batch), ports.log);
  const { lowestFailed } = batch;
  return { batchItemFailures: lowestFailed === undefined ? [] : [{ itemIdentifier: lowestFailed }] };
}

/** Lines of the records that are retried. */
function countRetried({ Records }: KinesisStreamEvent, batch: Batch): number {
  const retried = Records.filter(({ kinesis }) => batch.isRetried(kinesis.sequenceNumber));
  return retried.reduce((sum, { kinesis }) => sum + countRecordLines(Buffer.from(kinesis.data, "base64")), 0);
}

/** The lines of a record. A record whose position in the stream cannot be read has no identity: it is retried. */
function readRecord(record: KinesisStreamRecord, { judge }: Indexing, batch: Batch, log: Logger): Line[] {
  const { sequenceNumber } = record.kinesis;
  try {
    return judge.judgeRecord(decodeKinesisRecord(record));
  } catch (error) {
    log.error("A record has no identity and is retried", { sequenceNumber, ...errorFields(error) });
    batch.retryFrom(sequenceNumber);
    return [];
  }
}

/** The line as a document; undefined when it is refused, even for an error in this code. */
function buildDocument(
  tracked: Tracked & { readonly line: Line },
  indexing: Indexing,
  batch: Batch,
): TrackedDocument | undefined {
  const { line, sequenceNumber } = tracked;
  if (!isStored(line)) {
    if (!line.verdict.accepted) batch.refuse(tracked, line.verdict.reason, line.verdict.detail);
    return undefined;
  }
  batch.unknownColumns += line.verdict.unknownColumns;
  try {
    const { recordId, arrivedAt, original } = line;
    const entry = bulkEntry(line, indexing);
    const bytes = Buffer.byteLength(entry);
    const document = { sequenceNumber, line: { recordId, arrivedAt, original }, entry, bytes };
    if (!isTooLarge(document)) return document;
    batch.refuse(tracked, "document_too_large", `the document does not fit into a bulk request`);
  } catch (error) {
    // The line goes to quarantine and does not block its shard.
    batch.refuse(tracked, "internal_error", error instanceof Error ? error.message : String(error));
  }
  return undefined;
}

/** Sends one bulk request, unless all its records are retried anyway, and notes the result of each document. */
async function sendBulk(
  bulk: BulkRequest<TrackedDocument> | undefined,
  batch: Batch,
  ports: Ports,
): Promise<void> {
  if (bulk === undefined) return;
  const { documents } = bulk;
  const retryAll = (fault: Fault): void => {
    batch.noteFault(fault);
    for (const { sequenceNumber } of documents) batch.retryFrom(sequenceNumber);
  };
  if (documents.every(({ sequenceNumber }) => batch.isRetried(sequenceNumber))) return;
  const timeoutMs = Math.min(BULK_TIMEOUT_MS, ports.timeLeftMs() - RESERVE_MS);
  if (timeoutMs < LEAST_BULK_MS) {
    return retryAll({ status: 0, type: "out_of_time", reason: "no time is left for a bulk request" });
  }
  batch.bulkRequests++;
  let answer: SearchAnswer;
  try {
    answer = await ports.search({
      method: "POST",
      path: "/_bulk",
      query: BULK_QUERY,
      lines: bulk.body,
      timeoutMs,
    });
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return retryAll({ status: 0, type: "no_answer", reason });
  }
  const outcome = readBulkAnswer(answer, documents.length);
  if (!outcome.whole) return retryAll(outcome.fault);
  outcome.results.forEach((result, at) => {
    const document = documents[at];
    if (!document) return;
    if (result.kind === "indexed") batch.linesIndexed++;
    else if (result.kind === "refused") batch.refuse(document, result.reason, result.detail);
    else {
      batch.noteFault(result.fault);
      batch.retryFrom(document.sequenceNumber);
    }
  });
}

/** Writes the rejected lines so far; when that fails, their records are retried. */
async function quarantine(batch: Batch, prefix: string, { put, log }: Ports): Promise<void> {
  const rejected = batch.takeRejected();
  try {
    await writeQuarantine(
      rejected.map(({ entry }) => entry),
      prefix,
      put,
    );
    batch.noteQuarantined(rejected);
  } catch (error) {
    log.error("Quarantine cannot be written; the records concerned are retried", errorFields(error));
    for (const { sequenceNumber } of rejected) batch.retryFrom(sequenceNumber);
  }
}
