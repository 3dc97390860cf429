/** How every command ends. */
export const EXIT = {
  /** All is well; whatever was to be looked at was looked at. */
  ok: 0,
  /** Something is not as it should be, an operation failed, or the answer could not be determined. */
  failed: 1,
  /** The command line is wrong. Nothing was done. */
  usage: 2,
  /**
   * `drift` alone: there is drift. A workflow must tell it from a failure, and a failure of Node or npm ends with 1 too.
   */
  drift: 3,
  /** Ctrl-C ended it before its end: 128 and the number of SIGINT, as shells have it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command line names something that does not exist, or options that exclude each other. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}
