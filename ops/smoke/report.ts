import Table from "cli-table3";
import type { Part } from "./smoke";

/** What a smoke test found, as a whole. */
export interface Verdict {
  readonly passed: boolean;
  readonly text: string;
}

/** A test with a part that could not be looked at has not passed; a part that the endpoint does not have does not count. */
export function verdictOf(parts: readonly Part[]): Verdict {
  const named = (verdict: Part["verdict"]): string[] =>
    parts.filter((part) => part.verdict === verdict).map(({ name }) => name);
  const failed = named("failed");
  const unknown = named("unknown");
  if (failed.length > 0) return { passed: false, text: `The smoke test failed: ${failed.join(", ")}.` };
  if (unknown.length > 0) {
    return {
      passed: false,
      text: `The smoke test is incomplete: ${unknown.join(", ")} could not be looked at.`,
    };
  }
  const absent = named("not here");
  const except = absent.length === 0 ? "" : ` Not here: ${absent.join(", ")}.`;
  return { passed: true, text: `The smoke test passed: every line is where it belongs.${except}` };
}

/** The verdicts as a table. */
export function partsText(parts: readonly Part[]): string {
  const table = new Table({
    head: ["part", "verdict", "after", "found"],
    colAligns: ["left", "left", "right", "left"],
    colWidths: [null, null, null, 70],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const { name, verdict, seconds, detail } of parts) {
    table.push([name, verdict, seconds === undefined ? "" : `${seconds.toFixed(1)} s`, detail]);
  }
  return table.toString();
}
