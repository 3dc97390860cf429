/** A part of the proof on real engines that can be run by itself. */
export interface EngineLane {
  /** By which it is chosen on the command line. */
  readonly name: string;
  /** Its purpose, as the output shows it. */
  readonly proves: string;
  /** Folder beside this file whose `*.engine.ts` are its tests, run one after another. */
  readonly folder: string;
  /**
   * Finds what the machine must have and brings the engine into the cache, so that the tests only start it.
   * @throws OperatorError naming what is missing, and how to have it.
   */
  readonly prepare: (say: (line: string) => void, signal: AbortSignal) => Promise<void>;
}
