import { EXIT, type ExitCode } from "../../lib/exit";
import { type CallFailure, failureOf } from "./aws";

/** The outcome of a check. `unknown`: it could not be made, or AWS does not tell. */
export type Verdict = "ok" | "warning" | "will fail" | "unknown";

/** A row of the table. */
export interface Row {
  readonly check: string;
  readonly verdict: Verdict;
  readonly found: string;
  /** What to do; empty for `ok`. */
  readonly remedy: string;
}

export interface PreflightReport {
  readonly name: string;
  readonly rows: readonly Row[];
}

export const ok = (check: string, found: string): Row => ({ check, verdict: "ok", found, remedy: "" });

export function row(check: string, verdict: Exclude<Verdict, "ok">, found: string, remedy: string): Row {
  return { check, verdict, found, remedy };
}

/** Makes a check. A call that fails makes it unknown, with the missing permission; it is never `ok` then. */
export async function checked(
  check: string,
  make: () => Promise<Row | readonly Row[]>,
): Promise<readonly Row[]> {
  try {
    const made = await make();
    return "verdict" in made ? [made] : made;
  } catch (error) {
    return [unmade(check, failureOf(error))];
  }
}

/** The row of a check that could not be made. */
export function unmade(check: string, failure: CallFailure): Row {
  switch (failure.kind) {
    case "denied": {
      const policy = /with an explicit deny in (a|an) ([\w-]+ ?[\w-]* policy)/.exec(failure.reason)?.[2];
      const because = policy === undefined ? "" : ` (denied by a ${policy})`;
      return row(
        check,
        "unknown",
        `not allowed: ${failure.action}${because}`,
        `allow ${failure.action}, or ask somebody who has it`,
      );
    }
    case "inactive":
      return row(check, "will fail", failure.reason, "activate the account and the service, then try again");
    case "failed":
      return row(check, "unknown", `${failure.call} failed: ${failure.reason}`, "try again");
  }
}

/** 1 if a deploy will fail; what is unknown is printed, and does not count. */
export function preflightCode({ rows }: PreflightReport): ExitCode {
  return rows.some(({ verdict }) => verdict === "will fail") ? EXIT.failed : EXIT.ok;
}

const VERDICTS: readonly Verdict[] = ["will fail", "warning", "unknown", "ok"];

/** Indentation of what to do: below what was found. */
const VERDICT_WIDTH = 11;

/** The table, the worst first, and a line that counts. Nothing is cut or broken, so that a command can be copied. */
export function reportText({ name, rows }: PreflightReport): string {
  const width = Math.max(0, ...rows.map(({ check }) => check.length)) + 2;
  const lines = VERDICTS.flatMap((wanted) =>
    rows
      .filter(({ verdict }) => verdict === wanted)
      .flatMap(({ check, verdict, found, remedy }) => [
        `${verdict.padEnd(VERDICT_WIDTH)}${check.padEnd(width)}${found}`,
        ...(remedy === "" ? [] : [`${" ".repeat(VERDICT_WIDTH + width)}→ ${remedy}`]),
      ]),
  );
  const counts = VERDICTS.map(
    (verdict) => `${rows.filter((one) => one.verdict === verdict).length} ${verdict}`,
  );
  return [...lines, "", `${name}: ${counts.join(", ")}`].join("\n");
}
