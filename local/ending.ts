import { EXIT, type ExitCode } from "../lib/exit";
import type { Account } from "../loadgen/account";

/** How a local run ends. */
export interface End {
  readonly code: ExitCode;
  /** Whether a data directory that was made for this run alone stays, for a look into it. */
  readonly keepsData: boolean;
}

/** The end of a run that failed. */
export const FAILED: End = { code: EXIT.failed, keepsData: true };

/** What of a sending speaks against "all that was given is in every layer"; empty when nothing does. */
export function objectionsOf({ acknowledged, givenUp }: Account): readonly string[] {
  return [
    ...(acknowledged === 0 ? ["the stream acknowledged no line"] : []),
    ...(givenUp > 0 ? [`lines sent and not acknowledged: ${givenUp.toLocaleString("en")}`] : []),
  ];
}

/** The end of `--once`. @param agree whether all that was given is in every layer */
export function endOfOnce(agree: boolean, interrupted: boolean): End {
  if (interrupted) return { code: EXIT.interrupted, keepsData: true };
  return agree ? { code: EXIT.ok, keepsData: false } : FAILED;
}

/** The end of a run that was stopped: Ctrl-C is how it is meant to end. */
export function endOfSteadyRun({ givenUp }: Account): End {
  return { code: givenUp > 0 ? EXIT.failed : EXIT.ok, keepsData: false };
}
