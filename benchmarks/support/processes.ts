/** Memory and CPU time of a process and all below it, from Linux's /proc. */
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** Clock ticks a second of /proc. */
const TICKS = 100;

/** A process at a moment. */
export interface ProcessSample {
  readonly pid: number;
  readonly parent: number;
  /** The function's name for its processes, else the program's: `cli.ts`. */
  readonly name: string;
  /** With the processes that it has waited for. */
  readonly cpuSeconds: number;
  readonly anonymousMiB: number;
  /** Resident, with the pages of files: programs and libraries, which processes share. */
  readonly residentMiB: number;
  /** Resident, with its share of a page that several processes have; 0 where it was not asked for. */
  readonly proportionalMiB: number;
}

/**
 * A process and all below it, itself first; none when it has ended.
 * @param isProportional whether to read the proportional memory, which takes milliseconds of a large process
 */
export function processesOf(root: number, isProportional = false): ProcessSample[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => sample(Number(name)) ?? []);
  const found = all.filter(({ pid }) => pid === root);
  for (const one of found) found.push(...all.filter(({ parent }) => parent === one.pid));
  return isProportional ? found.map((one) => ({ ...one, proportionalMiB: proportionalMiB(one.pid) })) : found;
}

function proportionalMiB(pid: number): number {
  try {
    return MiB(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"), "Pss");
  } catch {
    // It ended meanwhile, or is a zombie.
    return 0;
  }
}

function MiB(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0) / 1_024;
}

function sample(pid: number): ProcessSample | undefined {
  try {
    const [, after = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(/\) (?=[A-Z] )/);
    const fields = after.split(" ");
    const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return {
      pid,
      parent: Number(fields[1]),
      name: nameOf(readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")),
      cpuSeconds: ticks / TICKS,
      anonymousMiB: MiB(status, "RssAnon"),
      residentMiB: MiB(status, "VmRSS"),
      proportionalMiB: 0,
    };
  } catch {
    // It ended meanwhile: its parent has its time.
    return undefined;
  }
}

/** Of `node --option runner.cjs UpsertToES` the last word, of `node lib/run-bundled.cjs local/cli.ts --once` the program. */
function nameOf(commandLine: readonly string[]): string {
  const words = commandLine.slice(1).filter((word) => word !== "");
  const program = words.findIndex((word) => /\.[cm]?[jt]s$/.test(word));
  const next = words[program + 1];
  const isRunner = /^run(ner|-bundled)\.cjs$/.test(basename(words[program] ?? ""));
  return basename((isRunner ? next : undefined) ?? words[program] ?? commandLine[0] ?? "");
}
