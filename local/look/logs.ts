import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "../../lib/error-code";
import { UsageError } from "../../lib/exit";
import { isJsonObject, type JsonObject } from "../../lib/json";
import { pause } from "../../lib/pause";
import { styled } from "../../lib/styled";
import type { RunState } from "../runs/run-state";

/** A line of a function's log. */
export interface LogLine {
  readonly functionName: string;
  readonly text: string;
  /** The line where it is JSON, as the functions write it. */
  readonly document?: JsonObject;
}

/** Which lines are wanted. */
export interface LogFilter {
  /** Also the metrics, which CloudWatch takes out of the log. */
  readonly metrics: boolean;
}

const POLL_MS = 300;
/** Bytes of a log that are read at first. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * The functions that a name means: one of its spellings, or a part of it; all without a name.
 * @throws UsageError when none has it
 */
export function functionsNamed(
  { functions }: Pick<RunState, "functions">,
  wanted: string | undefined,
): readonly string[] {
  if (wanted === undefined) return functions;
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const found = functions.filter((name) => name === wanted);
  if (found.length > 0) return found;
  const parts = functions.filter((name) => plain(name).includes(plain(wanted)));
  if (parts.length > 0) return parts;
  throw new UsageError(`there is no function ${wanted}; there are ${functions.join(", ")}`);
}

/** The log of one function. It may not exist yet. */
class FunctionLog {
  private offset = 0;
  private rest: Buffer = Buffer.alloc(0);
  private readonly path: string;

  public constructor(
    logDir: string,
    private readonly functionName: string,
    private readonly filter: LogFilter,
  ) {
    this.path = join(logDir, `${functionName}.log`);
    const size = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    // Of a very long log only the end is read.
    this.offset = Math.max(0, size - MOST_BYTES);
  }

  /** The lines since the last call. A line without an end is left for the next call. */
  public next(): LogLine[] {
    const bytes = Buffer.concat([this.rest, this.unread()]);
    const end = bytes.lastIndexOf(0x0a) + 1;
    this.rest = bytes.subarray(end);
    return bytes
      .subarray(0, end)
      .toString("utf8")
      .split("\n")
      .filter((text) => text !== "")
      .map((text) => ({ functionName: this.functionName, text, ...documentOf(text) }))
      .filter(({ document }) => this.filter.metrics || !(document && "_aws" in document));
  }

  private unread(): Buffer {
    let file: number;
    try {
      file = openSync(this.path, "r");
    } catch (error) {
      // The function was not invoked yet.
      if (hasCode(error, "ENOENT")) return Buffer.alloc(0);
      throw error;
    }
    try {
      const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - this.offset));
      const read = readSync(file, bytes, 0, bytes.length, this.offset);
      this.offset += read;
      return bytes.subarray(0, read);
    } finally {
      closeSync(file);
    }
  }
}

function documentOf(text: string): { readonly document?: JsonObject } {
  if (!text.startsWith("{")) return {};
  try {
    const document: unknown = JSON.parse(text);
    return isJsonObject(document) ? { document } : {};
  } catch {
    // A function may print any text.
    return {};
  }
}

/**
 * The last lines of some functions, by time where they have one.
 * @returns the lines, and a function that returns those that were written since
 */
export function openLogs(
  run: Pick<RunState, "dataDir">,
  functions: readonly string[],
  most: number,
  filter: LogFilter,
): { readonly last: readonly LogLine[]; readonly next: () => LogLine[] } {
  const logs = functions.map((name) => new FunctionLog(join(run.dataDir, "logs"), name, filter));
  const next = (): LogLine[] => {
    const lines = logs.flatMap((log) => timed(log.next()));
    return lines.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)).map(({ line }) => line);
  };
  const before = next();
  return { last: before.slice(Math.max(0, before.length - most)), next };
}

/** A line without a time has that of the line before it. */
function timed(lines: readonly LogLine[]): { readonly time: string; readonly line: LogLine }[] {
  let time = "";
  return lines.map((line) => {
    const own = line.document?.["time"];
    if (typeof own === "string") time = own;
    return { time, line };
  });
}

/** Prints new lines until the signal is aborted. */
export async function follow(
  next: () => readonly LogLine[],
  print: (line: LogLine) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await pause(POLL_MS, signal);
    for (const line of next()) print(line);
  }
}

/** Members that the text of a line shows at its beginning. */
const SHOWN_FIRST = ["level", "time", "message", "functionName"];

/** A line for a terminal: time, function, level, message, and the other members. */
export function logText({ functionName, text, document }: LogLine): string {
  const name = styled("cyan", functionName);
  if (document === undefined) return `${name} ${text}`;
  const { level, time, message } = document;
  const others = Object.entries(document).filter(([key]) => !SHOWN_FIRST.includes(key));
  const isBad = level === "ERROR" || level === "WARN";
  return [
    styled("dim", typeof time === "string" ? time.slice("YYYY-MM-DDT".length, -1) : ""),
    name,
    styled(isBad ? "red" : "dim", String(level ?? "")),
    String(message ?? ""),
    ...others.map(
      ([key, value]) =>
        `${styled("dim", `${key}=`)}${typeof value === "string" ? value : JSON.stringify(value)}`,
    ),
  ]
    .filter((part) => part !== "")
    .join(" ");
}
