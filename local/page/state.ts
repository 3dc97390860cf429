import type { Row } from "../../dashboards/rows";
import type { Layer } from "../../dashboards/spec";
import type { Gap } from "./arrivals";

/** What server and page say to each other. No code: both sides compile it. */

/** What passes through one end of a part since the run began. */
export interface Flow {
  readonly unit: "lines" | "records" | "rows" | "documents" | "objects";
  /** Absent: it is not known at present. */
  readonly total?: number;
  /** Over the last seconds; absent: it is not known yet. */
  readonly perSecond?: number;
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
  /** Since when it is in this state, ms since 1970. */
  readonly sinceMs: number;
}

/** A layer that answers queries, at one moment. */
export interface LayerState {
  readonly layer: Layer;
  /** What is queried: index pattern or table. */
  readonly source: string;
  /** The moment, ms since 1970. */
  readonly asOfMs: number;
  readonly lines: number;
  /** Of the lines that the stream took before that moment; absent: it is not known. */
  readonly gap?: Gap;
  /** The same as long as each query answers the same. */
  readonly version: string;
}

/** The quarantine at one moment. */
export interface QuarantineState {
  readonly asOfMs: number;
  readonly lines: number;
}

/** Event `live`: each second. */
export interface LiveState {
  readonly nowMs: number;
  readonly environment: string;
  readonly timeScale: number;
  readonly startedAt: number;
  /** Seconds after its arrival by which a line should be everywhere. */
  readonly settleSeconds: number;
  /** Lines that the stream took, as far as it remembers; absent: it is not known. */
  readonly streamLines?: number;
  readonly generator: GeneratorState;
  readonly parts: readonly Part[];
  /** Those that were read. */
  readonly layers: readonly LayerState[];
  /** Absent before it was read. */
  readonly quarantine?: QuarantineState;
  /** What cannot be asked at present. */
  readonly problems: readonly string[];
}

/** A panel's rows. */
export interface PanelRows {
  readonly id: string;
  readonly rows: readonly Row[];
  /** Why there are no rows. */
  readonly error?: string;
}

/** Event `panels`: all panels that a layer answers, when one may be new. All rows are of the layer's one moment. */
export interface PanelsState {
  readonly layer: LayerState;
  readonly panels: readonly PanelRows[];
}

/** Identities that are not as they should be. */
export interface FaultState {
  readonly kind: "missing" | "altered" | "unknown" | "duplicates" | "discarded";
  readonly source: string;
  readonly lines: number;
  /** A few of the identities. */
  readonly first: readonly string[];
}

/** Lines that a data source does not have yet and that are not late. */
export interface WaitingState {
  readonly source: string;
  readonly lines: number;
}

/** One hour of arrivals, compared line by line over all layers. */
export interface HourState {
  readonly fromMs: number;
  /** Excluded. */
  readonly toMs: number;
  /** Whether the hour goes on: later arrivals were not compared. */
  readonly isOpen: boolean;
  /** 60: every line. Less: the lines of so many first minutes. */
  readonly minutesPerHour: number;
  /** No fault: each line is where it should be by then. */
  readonly agree: boolean;
  /** Lines that are still on their way to some data source. */
  readonly waiting: number;
  readonly waitingFor: readonly WaitingState[];
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
  /** Hours with lines that were not compared yet. */
  readonly notCompared: number;
  /** Older hours, which are not compared here. */
  readonly leftOut: number;
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

/** Event `ended`: the run stops, and says so while it can. */
export interface EndedState {
  readonly atMs: number;
}

/** The events by name. */
export interface PageEvents {
  readonly live: LiveState;
  readonly ended: EndedState;
  readonly panels: PanelsState;
  readonly reconciliation: ReconciliationState;
  readonly queries: QueriesState;
}
