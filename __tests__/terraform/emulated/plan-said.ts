import { ENVIRONMENT } from "./lane";
import { check } from "./report";

/** The content of a plan summary for reviewers. */
export interface PlanSaid {
  /** Such as `3 to change`. */
  readonly counts: string;
  /** Resources that can be removed with their content after the plan. */
  readonly unprotected: readonly string[];
  readonly fingerprint: string;
}

/** Parses a summary of `npm run plan-summary`. @throws CheckFailed when a part is missing, or data would be lost. */
export function planSaid(summary: string): PlanSaid {
  // The summary writes characters with a meaning in Markdown as entities.
  const text = summary.replace(/&#(\d+);/g, (_whole, code: string) => String.fromCodePoint(Number(code)));
  const [, counts] = new RegExp(`^## Plan for <code>${ENVIRONMENT}</code>: (.*)$`, "m").exec(text) ?? [];
  const [, fingerprint] = /Fingerprint <code>(\w+)<\/code>/.exec(text) ?? [];
  check(
    counts !== undefined && fingerprint !== undefined,
    `it says no counts, or has no fingerprint:\n${text}`,
  );
  check(!text.includes("[!CAUTION]"), `it says that data would go:\n${text}`);
  const [, warning = ""] = text.split("> [!WARNING]\n");
  const [quoted = ""] = warning.split("\n\n");
  const unprotected = [...quoted.matchAll(/^> - <code>(.*)<\/code>$/gm)].map(([, what = ""]) => what);
  return { counts, unprotected, fingerprint };
}
