import type { Fate, RedriveAccount } from "./redrive";
import type { ReplayAccount } from "./replay";

/** Objects that are named of each kind; the account says how many there are in all. */
const LONGEST_LIST = 20;

/** What a redrive did, for people. */
export function redriveText(account: RedriveAccount): string {
  const { redriven, recordsRedriven, waiting, recordsWaiting, left, foreign, stoppedEarly } = account;
  const lines = [
    ...(waiting > 0 ? [`would be redriven: ${amount(waiting, recordsWaiting)}`] : []),
    ...(redriven > 0 ? [`redriven: ${amount(redriven, recordsRedriven)}; the objects are deleted`] : []),
    ...listed("left where they are, try again", left),
    ...listed("not looked into", foreign),
    ...(stoppedEarly
      ? ["Stopped early, for one object after the other got nowhere; there may be more."]
      : []),
  ];
  return lines.length === 0 ? "Nothing was given up." : lines.join("\n");
}

/** What a replay did, for people. */
export function replayText(account: ReplayAccount, dryRun: boolean): string {
  const { lines, missing, missingFromQuarantine, objects } = account;
  const found = `${count(lines, "line")} in the stream`;
  if (missing + missingFromQuarantine === 0) return `${found}: the lake lacks none of them.`;
  const lacking = `the raw zone lacked ${count(missing, "line")}, the quarantine ${count(missingFromQuarantine, "line")}`;
  return `${found}: ${lacking}; ${dryRun ? "nothing is written" : `${count(objects, "object")} written`}.`;
}

/** One object, for the progress. */
export function fateText({ key, records, kind, reason }: Fate): string {
  return `${key}, ${count(records, "record")}: ${kind}${reason === undefined ? "" : `, ${reason}`}`;
}

function listed(what: string, fates: readonly Fate[]): string[] {
  if (fates.length === 0) return [];
  const records = fates.reduce((sum, fate) => sum + fate.records, 0);
  const shown = fates.slice(0, LONGEST_LIST).map(({ key, reason }) => `  ${key}: ${reason}`);
  const rest = fates.length - shown.length;
  return [
    `${what}: ${amount(fates.length, records)}`,
    ...shown,
    ...(rest > 0 ? [`  and ${rest.toLocaleString("en")} more`] : []),
  ];
}

function amount(objects: number, records: number): string {
  return `${count(objects, "object")} with ${count(records, "record")}`;
}

function count(number: number, what: string): string {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}
