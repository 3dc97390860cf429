/** A part of the tests on real engines that can be run by itself. */
export interface EngineLane {
  /** Name on the command line. */
  readonly name: string;
  /** Its purpose, as the output shows it. */
  readonly proves: string;
  /** Folder beside this file with its tests, `*.engine.ts`, which run one after another. */
  readonly folder: string;
  /**
   * Checks the machine's requirements and downloads the engine into the cache, so that the tests only start it.
   * @throws OperatorError naming what is missing, and how to install it.
   */
  readonly prepare: (say: (line: string) => void, signal: AbortSignal) => Promise<void>;
}
