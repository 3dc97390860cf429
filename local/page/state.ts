import type { Row } from "../../dashboards/rows";
import type { Layer } from "../../dashboards/spec";

/** What server and page say to each other. No code: both sides compile it. */

/** What passes through one end of a part since the run began. */
export interface Flow {
  readonly unit: "lines" | "records" | "rows" | "documents" | "objects";
  readonly total: number;
  /** Over the last seconds. */
  readonly perSecond: number;
}

/** A number that says how a part does. */
export interface Fact {
  readonly label: string;
  readonly value: number;
  readonly unit: "count" | "seconds" | "milliseconds";
  /** Whether any value above zero wants to be looked at. */
  readonly isTrouble?: boolean;
}

/** Parts of the pipeline, in the order of the data. */
export const PART_IDS = [
  "generator",
  "stream",
  "delivery",
  "validate-records",
  "lake",
  "merge-small-files",
  "upsert-to-es",
  "index",
] as const;
export type PartId = (typeof PART_IDS)[number];

/** A part of the pipeline at work. */
export interface Part {
  readonly id: PartId;
  readonly title: string;
  /** What it is called in the account. */
  readonly name: string;
  readonly lane: "source" | Layer;
  readonly in?: Flow;
  readonly out?: Flow;
  readonly facts: readonly Fact[];
}

/** What sends the lines. */
export interface GeneratorState {
  /** `finished`: its input ended, or its limit was reached. */
  readonly state: "sending" | "paused" | "finished";
  /** Absent: as fast as it goes. */
  readonly linesPerSecond?: number;
  /** Lines a second that may be asked for. */
  readonly most: number;
  readonly acknowledged: number;
}

/** How far a layer that answers queries has come. */
export interface LayerState {
  readonly layer: Layer;
  /** What is queried: index pattern or table. */
  readonly source: string;
  readonly lines: number;
  /** Arrival of its newest line, ms since 1970; absent: it has none. */
  readonly newestMs?: number;
  /** By how much its newest line is older than the stream's, in seconds; absent before anything was sent. */
  readonly behindSeconds?: number;
}

/** Event `live`: each second. */
export interface LiveState {
  readonly nowMs: number;
  readonly environment: string;
  readonly timeScale: number;
  readonly startedAt: number;
  /** When the stream took its last line, ms since 1970; absent before anything was sent. */
  readonly streamNewestMs?: number;
  readonly generator: GeneratorState;
  readonly parts: readonly Part[];
  readonly layers: readonly LayerState[];
  /** What cannot be asked at present. */
  readonly problems: readonly string[];
}

/** Event `panel`: when a panel's rows are new. */
export interface PanelState {
  readonly id: string;
  readonly layer: Layer;
  readonly source: string;
  readonly rows: readonly Row[];
  /** Arrival of the newest line that counts in, ms since 1970. */
  readonly newestMs?: number;
  readonly queryMilliseconds: number;
  /** Why there are no rows. */
  readonly error?: string;
}

/** Identities that are not as they should be. */
export interface FaultState {
  readonly kind: "missing" | "altered" | "unknown" | "copies" | "given up";
  readonly place: string;
  readonly lines: number;
  /** A few of the identities. */
  readonly first: readonly string[];
}

/** One hour of arrivals, compared line by line over all layers. */
export interface HourState {
  readonly fromMs: number;
  /** Excluded. */
  readonly toMs: number;
  /** Whether lines that arrived in this hour are still on their way. */
  readonly isOpen: boolean;
  /** 60: every line. Less: the lines of so many first minutes. */
  readonly minutesPerHour: number;
  readonly agree: boolean;
  readonly stream: number;
  readonly raw: number;
  readonly parquet: number;
  /** Absent where the speed layer is switched off. */
  readonly indexed?: number;
  readonly quarantined: number;
  readonly faults: readonly FaultState[];
  readonly comparedAtMs: number;
  readonly milliseconds: number;
}

/** Event `reconciliation`: after each comparison. */
export interface ReconciliationState {
  /** Newest first. */
  readonly hours: readonly HourState[];
  /** Seconds after its arrival by which a line should be everywhere. */
  readonly settleSeconds: number;
  /** Why the last comparison could not be made. */
  readonly error?: string;
}

/** Body of `POST /rate`. */
export interface RateRequest {
  readonly linesPerSecond: number;
}

/** Body of `POST /sql`. */
export interface SqlRequest {
  readonly sql: string;
}

/** A query's answer. */
export interface SqlAnswer {
  readonly queryId: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Whether there are more rows than these. */
  readonly isCut: boolean;
  readonly scannedBytes: number;
  readonly milliseconds: number;
}

/** Why there is no answer, in Athena's words where they are Athena's. */
export interface SqlFailure {
  readonly state: "REFUSED" | "FAILED" | "CANCELLED";
  readonly message: string;
}

/** A query that is saved in the workgroup. */
export interface SavedQuery {
  readonly name: string;
  readonly sql: string;
}

/** Event `queries`: once. */
export interface QueriesState {
  readonly database: string;
  readonly workgroup: string;
  readonly saved: readonly SavedQuery[];
  readonly mostRows: number;
  readonly mostSeconds: number;
}

/** The events by name. */
export interface PageEvents {
  readonly live: LiveState;
  readonly panel: PanelState;
  readonly reconciliation: ReconciliationState;
  readonly queries: QueriesState;
}
