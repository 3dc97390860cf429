import { setTimeout as sleep } from "node:timers/promises";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { isRecordId } from "../../contract/record-id";
import { parseTimestamp } from "../../contract/timestamp";
import { EXIT, UsageError } from "../../lib/exit";
import { isJsonObject } from "../../lib/json";
import {
  type FailureBucket,
  onFailureRecords,
  readDiscardedLines,
} from "../../ops/reconcile/on-failure-records";
import type { DataSources } from "../../ops/reconcile/reconcile";
import { invokeLambda } from "../../ops/recovery/invoke-lambda";
import { redrive, redriveCode } from "../../ops/recovery/redrive";
import { redriveText } from "../../ops/recovery/report";
import { checkForm, findLines, parseColumnValue } from "../../ops/trace/find";
import { isFound, type Journey, type TraceSources, traceLine } from "../../ops/trace/journey";
import { journeySteps, NOT_FOUND } from "../../ops/trace/report";
import type { LocalRun } from "../local-run";
import { localLambda, localS3 } from "../services/clients";
import { SqlConsole, SqlConsoleError } from "./console";
import type {
  EntriesRequest,
  JourneyAnswer,
  LineJourney,
  QuarantineState,
  RedriveAnswer,
} from "./inspect-state";
import { firstBytes, quarantineBrowser } from "./quarantine";
import { Queue } from "./queue";
import { readSchema } from "./schema";
import { type Action, HttpError } from "./server";

/** Lines that a column's value lists, and discarded lines that are listed. */
const LISTED_LINES = 20;
/** Bytes of a line that its journey shows; a multiple of 3. */
const SHOWN_BYTES = 63 * 1024;

/** The actions of the page's inspection: a line's journey, the quarantine, SQL. */
export interface Inspection {
  readonly actions: Readonly<Record<string, Action>>;
  close(): void;
}

/** Opens clients of a run's own services, as any client would. */
export function openInspection({ dataSources, analysts, endpoints, plane }: LocalRun): Inspection {
  const s3 = localS3(endpoints["AWS_ENDPOINT_URL_S3"] ?? "", plane.region);
  const lambda = localLambda(endpoints["AWS_ENDPOINT_URL_LAMBDA"] ?? "", plane.region);
  const { failures } = dataSources;
  const mapping = plane.eventSourceMappings.find(({ onFailureBucket }) => onFailureBucket !== undefined);
  // One after the other, because panels and merges need the engine too.
  const queue = new Queue();
  const turn =
    (action: Action): Action =>
    (body, signal) =>
      queue.run(signal, () => action(body, signal));
  return {
    actions: {
      "/journey": turn(({ wanted }) => journeyAnswer({ ...dataSources, s3 }, textOf(wanted, "wanted"))),
      "/quarantine": turn(() => readCounts(dataSources)),
      "/quarantine/entries": turn((body) => quarantineBrowser(dataSources).entries(entriesRequest(body))),
      ...(failures && mapping && { "/redrive": redriveAction(failures, lambda, mapping.functionArn) }),
      ...(analysts && {
        "/schema": () => readSchema(analysts.glue, analysts.database),
        "/sql": sqlAction(new SqlConsole(analysts)),
      }),
    },
    close: () => {
      s3.destroy();
      lambda.destroy();
    },
  };
}

/** The journey of a line, or the lines with a value. @throws HttpError for a text that is neither */
export async function journeyAnswer(sources: TraceSources, wanted: string): Promise<JourneyAnswer> {
  const recordId = wanted.trim();
  const asOfMs = Date.now();
  if (isRecordId(recordId)) return lineJourney(await traceLine(sources, recordId), asOfMs);
  const value = refused(() => {
    checkForm(wanted);
    return parseColumnValue(wanted, sources.contract.columns);
  });
  const lines = await findLines(sources, value, LISTED_LINES + 1);
  return { lines: lines.slice(0, LISTED_LINES), hasMore: lines.length > LISTED_LINES };
}

/** A journey for a page: what is large is cut. */
export function lineJourney(journey: Journey, asOfMs: number): LineJourney {
  const { recordId, position, index = [] } = journey;
  const original = originalOf(journey);
  return {
    asOfMs,
    recordId,
    ...position,
    steps: journeySteps(journey),
    ...(!isFound(journey) && { notFound: NOT_FOUND }),
    ...(original !== undefined && { original: firstBytes(original, SHOWN_BYTES) }),
    documents: index.map((one) => ({ index: one.index, json: JSON.stringify(one.document, null, 2) })),
  };
}

/** Counts of the quarantine, and the lines of discarded batches where there is a bucket for them. */
async function readCounts(sources: DataSources): Promise<QuarantineState> {
  const { failures, contract } = sources;
  // A redrive deletes a batch when its refused lines are in quarantine, which is read after it.
  const lines = failures && [...(await readDiscardedLines(failures, contract))];
  const counts = await quarantineBrowser(sources).counts();
  if (lines === undefined) return counts;
  return {
    ...counts,
    discarded: {
      lines: lines.length,
      first: lines.slice(0, LISTED_LINES).map(([recordId, { condition, location }]) => {
        return { recordId, condition, location };
      }),
    },
  };
}

/** Redrives discarded batches, or says what it would do; one redrive at a time. */
export function redriveAction(failures: FailureBucket, lambda: LambdaClient, functionArn: string): Action {
  const { s3, bucket } = failures;
  // arn:aws:lambda:<region>:<account>:function:<name>
  const functionName = functionArn.split(":")[6] ?? "";
  let isRunning = false;
  return async ({ dryRun }): Promise<RedriveAnswer> => {
    if (typeof dryRun !== "boolean") throw new HttpError(400, "dryRun must be true or false");
    if (isRunning && !dryRun) throw new HttpError(409, "a redrive is running: wait until it has ended");
    isRunning ||= !dryRun;
    try {
      const report = await redrive(
        {
          objects: onFailureRecords(failures),
          remove: async (Key) => void (await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }))),
          functionName,
          invoke: invokeLambda(lambda, functionName),
          sleep: async (ms) => void (await sleep(ms)),
          // The report names each object that was not redriven.
          onObject: () => undefined,
        },
        { dryRun },
      );
      return { pending: report.pending, isDone: redriveCode(report) === EXIT.ok, text: redriveText(report) };
    } finally {
      if (!dryRun) isRunning = false;
    }
  };
}

function sqlAction(console: SqlConsole): Action {
  return async ({ sql }, signal) => {
    try {
      return await console.run(textOf(sql, "sql"), signal);
    } catch (error) {
      if (!(error instanceof SqlConsoleError)) throw error;
      const { state, message, place } = error;
      throw new HttpError(400, message, { state, ...(place && { place }) });
    }
  };
}

/** @throws HttpError naming the member that is wrong */
export function entriesRequest(body: Readonly<Record<string, unknown>>): EntriesRequest {
  const { layer, reason, after } = body;
  if (layer !== "batch" && layer !== "speed") throw new HttpError(400, "layer must be batch or speed");
  const request = { layer, reason: textOf(reason, "reason") } as const;
  if (after === undefined) return request;
  if (!isJsonObject(after)) throw new HttpError(400, "after must be an entry");
  const arrivedAt = textOf(after["arrivedAt"], "after.arrivedAt");
  const recordId = textOf(after["recordId"], "after.recordId");
  if (Number.isNaN(parseTimestamp(arrivedAt))) throw new HttpError(400, "after.arrivedAt must be a time");
  return { ...request, after: { arrivedAt, recordId } };
}

/** The line's own bytes, base64: of the stream, or of the quarantine where the stream has expired. */
function originalOf({ stream, quarantine }: Journey): string | undefined {
  return stream.state === "accepted" || stream.state === "refused"
    ? stream.original
    : quarantine[0]?.original;
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== "string") throw new HttpError(400, `${name} must be a string`);
  return value;
}

/** @throws HttpError instead of a UsageError */
function refused<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof UsageError ? new HttpError(400, error.message) : error;
  }
}
