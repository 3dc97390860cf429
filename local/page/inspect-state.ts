import type { Layer } from "../../dashboards/spec";
import type { Place } from "../../ops/query/error-position";
import type { JourneyStep } from "../../ops/trace/step";

/** Answers of the page's inspection. Types only: server and page compile them. */

/** Bytes of a producer. */
export interface Original {
  /** The first of them, base64. */
  readonly base64: string;
  /** Of all of them. */
  readonly bytes: number;
}

/** Body of `POST /journey`. */
export interface JourneyRequest {
  /** A record_id, or `COLUMN=VALUE`. */
  readonly wanted: string;
}

/** Answer of `POST /journey`: of a line, or the lines with a value in a column. */
export type JourneyAnswer = LineJourney | LinesFound;

/** Where a line is and was. */
export interface LineJourney {
  /** When it was looked for, ms since 1970. */
  readonly asOfMs: number;
  readonly recordId: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly subsequenceNumber: number;
  readonly line: number;
  /** Absent when a place has the line. */
  readonly notFound?: string;
  readonly steps: readonly JourneyStep[];
  /** The line as it was sent; absent where neither stream nor quarantine has it. */
  readonly original?: Original;
  /** Documents of the index, as JSON. */
  readonly documents: readonly { readonly index: string; readonly json: string }[];
}

/** Lines with a value in a column, the newest first. */
export interface LinesFound {
  readonly lines: readonly { readonly recordId: string; readonly arrivedAt: string }[];
  readonly hasMore: boolean;
}

/** Refused lines, counted by reason and layer. */
export interface QuarantineCounts {
  readonly asOfMs: number;
  /** Lines, each counted once however many layers refused it. */
  readonly lines: number;
  /** The most frequent first. */
  readonly reasons: readonly ReasonCount[];
}

export interface ReasonCount {
  readonly layer: Layer;
  readonly reason: string;
  readonly lines: number;
}

/** Body of `POST /quarantine/entries`. */
export interface EntriesRequest extends Pick<ReasonCount, "layer" | "reason"> {
  /** The last entry of the page before. @default the newest entries */
  readonly after?: Pick<QuarantinedEntry, "arrivedAt" | "recordId">;
}

/** Answer of `POST /quarantine/entries`: the newest first. */
export interface EntriesPage {
  readonly entries: readonly QuarantinedEntry[];
  readonly hasMore: boolean;
}

export interface QuarantinedEntry {
  readonly recordId: string;
  /** `YYYY-MM-DD HH:MM:SS.fff`, UTC */
  readonly arrivedAt: string;
  readonly detail: string;
  readonly original: Original;
}

/** Answer of `POST /quarantine`. */
export interface QuarantineState extends QuarantineCounts {
  /** Lines of batches that the event source mapping discarded; absent without a bucket for them. */
  readonly discarded?: DiscardedState;
}

interface DiscardedState {
  readonly lines: number;
  /** A few of them. */
  readonly first: readonly {
    readonly recordId: string;
    readonly condition: string;
    readonly location: string;
  }[];
}

/** Body of `POST /redrive`. */
export interface RedriveRequest {
  /** Whether only to say what would be redriven. */
  readonly dryRun: boolean;
}

/** Answer of `POST /redrive`, in the words of the command. */
export interface RedriveAnswer {
  /** Objects that would be redriven. */
  readonly pending: number;
  /** Whether all objects are redriven, or on a dry run were listed. */
  readonly isDone: boolean;
  readonly text: string;
}

/** Body of `POST /sql`. */
export interface SqlRequest {
  readonly sql: string;
}

/** A query's answer. */
export interface SqlAnswer {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Whether there are more rows than these. */
  readonly isCut: boolean;
  readonly scannedBytes: number;
  readonly milliseconds: number;
}

/** Error of a query, with Athena's message if it is Athena's. */
export interface SqlFailure {
  readonly state: "REFUSED" | "FAILED" | "CANCELLED";
  readonly message: string;
  /** The place in the SQL that is meant, if it is known. */
  readonly place?: Place;
}

/** Answer of `POST /schema`: the tables of the database. */
export interface SchemaState {
  readonly tables: readonly SchemaTable[];
}

export interface SchemaTable {
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly SchemaColumn[];
}

export interface SchemaColumn {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
  readonly isPartitionKey: boolean;
}
