import { type Command, InvalidArgumentError } from "commander";
import { HOUR_MS } from "../contract/hours";
import { integerBetween } from "../lib/arguments";
import { counted } from "../lib/counted";
import type { History } from "./past-times";

/** Milliseconds by unit of a span. */
const UNITS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS };
/** Ten years. */
const LONGEST_MS = 3_650 * 24 * HOUR_MS;

/** Default span of a run that shows a history: every season once. */
const YEAR_MS = 365 * 24 * HOUR_MS;
/**
 * Default number of its lines: some 80 for each day of business, so that each day shows in a panel of the year; a local
 * run on two cores has them in the index in less than half a minute, and merged in the first one (docs/measurements.md).
 */
const DEFAULT_LINES = 20_000;

/** Options of the command line for a history. */
export interface HistoryFlags {
  /** Milliseconds; 0: none. */
  readonly history?: number;
  readonly historyCount?: number;
}

/** Adds the options of a history. @param defaults the help's words on when there is one without `--history` */
export function addHistoryOptions(command: Command, defaults: string): Command {
  return command
    .option(
      "--history <span>",
      `begin with synthetic lines of the past, such as 365d, 52w or 12h, in the order of their time; 0: none (default: ${defaults})`,
      span,
    )
    .option(
      "--history-count <lines>",
      `lines of the history; they do not wait for --rate (default: ${DEFAULT_LINES})`,
      integerBetween(1, 1e9),
    );
}

/** Message about history options that do not apply; undefined if all do. @param isDefault whether there is a history without `--history` */
export function historyContradiction(
  { history, historyCount, inputFile }: HistoryFlags & { readonly inputFile?: string },
  isDefault: boolean,
): string | undefined {
  if (inputFile !== undefined && history)
    return "--history does not go with --input-file: a file has its own times";
  if (historyCount !== undefined && !(history ?? isDefault)) return "--history-count goes with --history";
  return undefined;
}

/** The history that the options ask for; undefined for none. @param isDefault whether there is one without `--history` */
export function historyOf({ history, historyCount }: HistoryFlags, isDefault: boolean): History | undefined {
  const spanMs = history ?? (isDefault ? YEAR_MS : 0);
  return spanMs === 0 ? undefined : { spanMs, lines: historyCount ?? DEFAULT_LINES };
}

/** Such as `20,000 lines of the last 365 days`. @param most lines that are sent at all */
export function historyText({ spanMs, lines }: History, most = Number.POSITIVE_INFINITY): string {
  const hours = spanMs / HOUR_MS;
  const time = hours % 24 === 0 ? counted(hours / 24, "day") : counted(hours, "hour");
  return `${counted(Math.min(lines, most), "line")} of the last ${time}`;
}

function span(given: string): number {
  if (given === "0") return 0;
  const [, count = "", unit = ""] = /^(\d{1,6})([hdw])$/.exec(given) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (!(ms > 0 && ms <= LONGEST_MS)) {
    throw new InvalidArgumentError(
      "A span from 1h to 3650d in hours, days or weeks is wanted, such as 365d, or 0.",
    );
  }
  return ms;
}
