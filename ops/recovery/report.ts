import { counted } from "../../lib/counted";
import type { ObjectResult, RedriveReport } from "./redrive";
import type { ReplayReport } from "./replay";

/** Objects of each kind that are listed; the counts are of all. */
const LONGEST_LIST = 20;

/** Report of a redrive for a person. */
export function redriveText(report: RedriveReport): string {
  const { redriven, recordsRedriven, pending, recordsPending, failed, skipped, stoppedEarly } = report;
  const lines = [
    ...(pending > 0 ? [`would be redriven: ${amount(pending, recordsPending)}`] : []),
    ...(redriven > 0 ? [`redriven: ${amount(redriven, recordsRedriven)}; the objects are deleted`] : []),
    ...listed("failed, still in the lake: run it again", failed),
    ...listed("skipped", skipped),
    ...(stoppedEarly
      ? ["Stopped early: one object after the other made no progress. There may be more."]
      : []),
  ];
  return lines.length === 0 ? "There are no discarded records." : lines.join("\n");
}

/** Report of a replay for a person. */
export function replayText(report: ReplayReport, dryRun: boolean): string {
  const { lines, missing, missingFromQuarantine, objects } = report;
  const found = `${counted(lines, "line")} in the stream`;
  if (missing + missingFromQuarantine === 0) return `${found}: the lake lacks none of them.`;
  const shortfall = `the raw zone lacked ${counted(missing, "line")}, the quarantine ${counted(missingFromQuarantine, "line")}`;
  return `${found}: ${shortfall}; ${dryRun ? "nothing is written" : `${counted(objects, "object")} written`}.`;
}

/** Progress line of one object. */
export function resultText({ key, records, kind, reason }: ObjectResult): string {
  return `${key}, ${counted(records, "record")}: ${kind}${reason === undefined ? "" : `, ${reason}`}`;
}

function listed(what: string, results: readonly ObjectResult[]): string[] {
  if (results.length === 0) return [];
  const records = results.reduce((sum, result) => sum + result.records, 0);
  const shown = results.slice(0, LONGEST_LIST).map(({ key, reason }) => `  ${key}: ${reason}`);
  const rest = results.length - shown.length;
  return [
    `${what}: ${amount(results.length, records)}`,
    ...shown,
    ...(rest > 0 ? [`  and ${rest.toLocaleString("en")} more`] : []),
  ];
}

function amount(objects: number, records: number): string {
  return `${counted(objects, "object")} with ${counted(records, "record")}`;
}
