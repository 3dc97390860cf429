/** Exit codes of all commands. */
export const EXIT = {
  /** Success; every check was made. From `preflight`: nothing is known to fail; what is unknown is printed. */
  ok: 0,
  /** A check or an operation failed, or the result could not be determined. */
  failed: 1,
  /** The command line is invalid. Nothing was done. */
  usage: 2,
  /**
   * Only from `drift`: drift was found. A workflow must distinguish it from a failure, for which Node and npm exit
   * with 1.
   */
  drift: 3,
  /** Ctrl-C interrupted it: 128 plus the number of SIGINT, as in shells. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command line names something that does not exist, or options that exclude each other. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}
