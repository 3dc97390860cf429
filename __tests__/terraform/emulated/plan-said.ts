import { ENVIRONMENT } from "./lane";
import { check } from "./report";

/** What a summary of a plan says to reviewers. */
export interface PlanSaid {
  /** Such as `3 to change`. */
  readonly counts: string;
  /** What can be removed with its content from then on. */
  readonly unprotected: readonly string[];
  readonly fingerprint: string;
}

/** Reads a summary as `npm run plan-summary` writes it. @throws CheckFailed when it lacks something, or says that data would go. */
export function planSaid(summary: string): PlanSaid {
  // It writes characters that Markdown would take for its own as entities.
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
