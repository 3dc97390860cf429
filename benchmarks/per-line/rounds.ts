/** What is repeated and measured. */
export interface Rounds {
  /** Parts of a round, such as batches. */
  readonly parts: number;
  /** Not measured, before each part. */
  readonly prepare?: (part: number) => void;
  /** @returns the number of lines */
  readonly run: (part: number) => Promise<number>;
}

/** Makes a workload ready for its rounds. */
export type Workload = (settings: never) => Promise<Rounds>;
