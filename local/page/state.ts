import type { PanelColumn, Row } from "../../dashboards/rows";
import type { ScopeRequest } from "../../dashboards/scope";
import type { Control, DataPanel, Layer } from "../../dashboards/spec";
import type { Gap } from "./arrivals";

/** Messages between server and page. Types only: both sides compile them. */

/** Throughput at one end of a part since the run began. */
export interface Flow {
  readonly unit: "lines" | "records" | "rows" | "documents" | "objects";
  /** Absent while it is unknown. */
  readonly total?: number;
  /** Over the last seconds; absent while it is unknown. */
  readonly perSecond?: number;
}

/** A number about the state of a part. */
export interface Fact {
  readonly label: string;
  readonly value: number;
  readonly unit: "count" | "seconds" | "milliseconds";
  /** Whether any value above zero is a problem. */
  readonly isTrouble?: boolean;
}

/** Parts of the pipeline, in the order of the data. */
const PART_IDS = [
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

/** A part of the pipeline. */
export interface Part {
  readonly id: PartId;
  readonly title: string;
  /** Physical name in the account. */
  readonly name: string;
  readonly lane: "source" | Layer;
  readonly in?: Flow;
  readonly out?: Flow;
  readonly facts: readonly Fact[];
}

/** State of the load generator. */
export interface GeneratorState {
  /** `finished`: its input ended, or its limit was reached. */
  readonly state: "sending" | "paused" | "finished";
  /** Absent without a limit. */
  readonly linesPerSecond?: number;
  /** Largest rate that may be requested. */
  readonly most: number;
  readonly acknowledged: number;
  /** Start of this state, ms since 1970. */
  readonly sinceMs: number;
}

/** A layer that answers queries, at one time. */
export interface LayerState {
  readonly layer: Layer;
  /** Index pattern or table that is queried. */
  readonly source: string;
  /** Time of the reading, ms since 1970. */
  readonly asOfMs: number;
  readonly lines: number;
  /** Difference to the lines that arrived in the stream before that time; absent while it is unknown. */
  readonly gap?: Gap;
  /** Changes when a query of the layer may answer differently. */
  readonly version: string;
  /** Absent where the layer has no lines. */
  readonly eventTimes?: EventTimes;
}

/** The first and the last event time of a layer's lines, ms since 1970. */
export interface EventTimes {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** The quarantine at one time. */
interface QuarantineState {
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
  /** Lines that arrived within the stream's retention; absent while it is unknown. */
  readonly streamLines?: number;
  /** Records that the event source mapping has discarded. */
  readonly discarded: number;
  readonly generator: GeneratorState;
  readonly parts: readonly Part[];
  /** Layers that have been read. */
  readonly layers: readonly LayerState[];
  /** Absent before it was read. */
  readonly quarantine?: QuarantineState;
  /** Errors of services that cannot be read now. */
  readonly problems: readonly string[];
}

/** Event `dashboard`: once, before any rows. */
export interface DashboardState {
  readonly panels: readonly DashboardPanel[];
  /** What the dashboard's text panels say, as plain text. */
  readonly texts: readonly string[];
  /** Columns that the lines can be filtered by, in the order in which they are offered. */
  readonly filters: readonly Control[];
}

/** A panel with the columns of its rows. */
export interface DashboardPanel {
  readonly panel: DataPanel;
  readonly columns: readonly PanelColumn[];
}

/** A panel's rows. */
export interface PanelRows {
  readonly id: string;
  readonly rows: readonly Row[];
  /** Error instead of rows. */
  readonly error?: string;
}

/** Event `panels`: all panels of a layer, when one may have changed. All rows are of the layer's time. */
export interface PanelsState {
  readonly layer: LayerState;
  readonly panels: readonly PanelRows[];
}

/** Body of `POST /view`, whose answer is a {@link PanelsState}: the panels of a layer, only of the scope's lines. */
export interface ViewRequest extends ScopeRequest {
  readonly layer: Layer;
}

/** Body of `POST /lines`. */
export interface LinesRequest extends ScopeRequest {
  readonly panel: string;
  /** The cell of the panel's dimension. */
  readonly value: string;
}

/** The newest lines behind a bar. */
export interface LinesAnswer {
  readonly layer: LayerState;
  readonly columns: readonly PanelColumn[];
  readonly rows: readonly Row[];
  /** How many lines there are; the rows are the newest of them. */
  readonly total: number;
}

/** Body of `POST /values`. */
export interface ValuesRequest extends ScopeRequest {
  readonly field: string;
  /** @default none */
  readonly prefix?: string;
}

/** Values of a column, the most frequent first. */
export interface ValuesAnswer {
  readonly values: readonly { readonly value: string; readonly lines?: number }[];
}

/** A fault, with its identities. */
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
  /** Whether the hour has not ended, so that later arrivals were not compared. */
  readonly isOpen: boolean;
  /** 60: every line. Less: the first minutes of the hour. */
  readonly minutesPerHour: number;
  /** No fault: no layer is missing a line that is late. */
  readonly agree: boolean;
  /** Lines that are still on their way to some data source. */
  readonly waiting: number;
  readonly waitingFor: readonly WaitingState[];
  readonly stream: number;
  /** Absent where the stack has no batch layer. */
  readonly raw?: number;
  readonly parquet?: number;
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
  /** Hours that were not compared yet. */
  readonly notCompared: number;
  /** Older hours, which are not compared here. */
  readonly leftOut: number;
  /** Seconds after its arrival by which a line should be everywhere. */
  readonly settleSeconds: number;
  /** Error of the last comparison. */
  readonly error?: string;
}

/** Body of `POST /rate`: a rate, of which 0 pauses, or the one before the pause. */
export type RateRequest = { readonly linesPerSecond: number } | { readonly resume: true };

/** A query that is saved in the workgroup. */
interface SavedQuery {
  readonly name: string;
  readonly sql: string;
}

/** Event `queries`: once; never where there is no batch layer. */
export interface QueriesState {
  readonly database: string;
  readonly workgroup: string;
  readonly saved: readonly SavedQuery[];
  readonly mostRows: number;
  readonly mostSeconds: number;
}

/** Event `ended`: sent when the run stops. */
interface EndedState {
  readonly atMs: number;
}

/** The events by name. */
export interface PageEvents {
  readonly live: LiveState;
  readonly ended: EndedState;
  readonly dashboard: DashboardState;
  readonly panels: PanelsState;
  readonly reconciliation: ReconciliationState;
  readonly queries: QueriesState;
}
