/** A copy of a line in a place, or why the place has none: texts for a person. */
export interface JourneyEntry {
  /** When it came there, UTC, with the time since the steps before; absent where no time is known. */
  readonly time?: string;
  /** May have several lines. */
  readonly text: string;
}

/** What a place of the system has of a line. */
export interface JourneyStep {
  readonly place: "stream" | "raw zone" | "Parquet" | "index" | "quarantine" | "discarded";
  /** At least one. */
  readonly entries: readonly JourneyEntry[];
}
