import { EXIT, type ExitCode } from "../lib/exit";
import { refusedText, type SendReport, shortfalls } from "../loadgen/send-report";
import type { Conclusion } from "../ops/reconcile/conclusion";

/** How a local run ends. */
export interface End {
  readonly code: ExitCode;
  /** Whether a data directory that was created for this run is kept, for debugging. */
  readonly keepsData: boolean;
}

/** The end of a run that failed. */
export const FAILED: End = { code: EXIT.failed, keepsData: true };

/**
 * Reasons of the sending against "all input is in every layer"; empty when there are none.
 * @param maxBadRows how many rows may be refused
 */
export function objectionsOf(report: SendReport, maxBadRows?: number): readonly string[] {
  return shortfalls(report, maxBadRows);
}

/** The conclusion with the number of refused rows that `--max-bad-rows` allows: "all layers agree" must name them. */
export function withRefused(conclusion: Conclusion, report: SendReport): Conclusion {
  if (!conclusion.agree || report.refused === 0) return conclusion;
  return { ...conclusion, text: `All layers agree on what was sent; ${refusedText(report)}.` };
}

/** The conclusion of a run whose deploy failed: the layers are as they are, and it is no success. */
export function withFailedInvocations(conclusion: Conclusion, failures: readonly string[]): Conclusion {
  if (failures.length === 0) return conclusion;
  return {
    agree: false,
    reasons: [...conclusion.reasons, ...failures],
    text: `${conclusion.text} The deploy failed: ${failures.join("; ")}.`,
    code: EXIT.failed,
  };
}

/** The end of `--once`; an interrupted one leaves nothing to debug. @param agree whether all input is in every layer */
export function endOfOnce(agree: boolean, interrupted: boolean): End {
  if (interrupted) return { code: EXIT.interrupted, keepsData: false };
  return agree ? { code: EXIT.ok, keepsData: false } : FAILED;
}

/**
 * The end of a run without `--once`, which Ctrl-C ends normally.
 * @param failedInvocations of the deploy, a sentence each
 */
export function endOfSteadyRun(
  report: SendReport,
  failedInvocations: readonly string[],
  maxBadRows?: number,
): End {
  const isComplete = failedInvocations.length === 0 && shortfalls(report, maxBadRows, true).length === 0;
  return { code: isComplete ? EXIT.ok : EXIT.failed, keepsData: false };
}
