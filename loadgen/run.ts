import type { Writable } from "node:stream";
import { CommanderError } from "commander";
import { writeOneLine } from "../lib/command";
import { type Account, accountText } from "./account";
import { consolePut } from "./console";
import type { GivenUp } from "./delivery";
import { errorOf } from "./errors";
import { syntheticLines } from "./generate";
import { onInterrupt, type SignalSource } from "./interrupt";
import { createKinesisClient, kinesisPut } from "./kinesis";
import { type FileLedger, openLedger } from "./ledger";
import { command, contradiction, EXIT, type Options } from "./options";
import { ProduceError, produce } from "./produce";
import { Progress, type Terminal } from "./progress";
import { dryRun, type Put } from "./put";
import { replay } from "./replay";
import type { SourceItem } from "./source";

/** What the command touches of its process. */
export interface Surroundings {
  readonly stdout: Writable;
  readonly stderr: Terminal;
  readonly signals: SignalSource;
  /** Ends the process at once. */
  readonly leave: (code: number) => void;
}

/** Runs the command. @param args without the program's name @returns the exit code, whatever is sent or not. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr } = surroundings;
  const parsed = parse(args, surroundings);
  if (typeof parsed === "number") return parsed;
  const progress = new Progress(stderr, () => performance.now());
  let ledger: FileLedger | undefined;
  try {
    if (parsed.ledger !== undefined) ledger = openLedger(parsed.ledger);
  } catch (error) {
    progress.say(`error: ${errorOf(error).message}`);
    return EXIT.usage;
  }
  const interruption = onInterrupt(
    surroundings.signals,
    () => progress.say("stopping: what is in flight is finished first; Ctrl-C once more leaves at once"),
    () => surroundings.leave(EXIT.interrupted),
  );
  try {
    const { account, fault } = await send(parsed, surroundings, progress, interruption.signal, ledger);
    progress.end();
    const interrupted = interruption.signal.aborted;
    if (parsed.json) {
      const document = { ...account, interrupted, ...(fault !== undefined && { error: fault }) };
      stdout.write(`${JSON.stringify(document)}\n`);
    } else {
      // On the console standard output belongs to the lines.
      const report = parsed.serviceName === "console" ? stderr : stdout;
      report.write(`${accountText(account)}\n`);
    }
    if (fault !== undefined) progress.say(`error: ${fault}`);
    if (fault !== undefined || account.givenUp > 0 || account.badRows > 0) return EXIT.incomplete;
    return interrupted ? EXIT.interrupted : EXIT.acknowledged;
  } finally {
    ledger?.close();
    interruption.close();
  }
}

/** The options, or the code to end with when there is nothing to run. */
function parse(args: readonly string[], { stdout, stderr }: Surroundings): Options | number {
  const program = command().configureOutput({
    writeOut: (text) => void stdout.write(text),
    writeErr: (text) => void stderr.write(text),
    outputError: writeOneLine,
  });
  try {
    const options = program.parse(args, { from: "user" }).opts<Options>();
    const fault = contradiction(options);
    if (fault === undefined) return options;
    stderr.write(`error: ${fault}\n`);
    return EXIT.usage;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.acknowledged : EXIT.usage;
  }
}

/** What a run came to, whether it reached its end or not. */
interface Result {
  readonly account: Account;
  readonly fault?: string;
}

async function send(
  options: Options,
  surroundings: Surroundings,
  progress: Progress,
  signal: AbortSignal,
  ledger: FileLedger | undefined,
): Promise<Result> {
  const { rate, maxCount, duration, seed, pack } = options;
  const destination = destinationOf(options, surroundings);
  try {
    const account = await produce({
      put: destination.put,
      lines: linesOf(options, progress),
      seed,
      pack,
      signal,
      onProgress: (account) => progress.update(account),
      onBadRow: ({ number, fault }) => progress.say(`line ${number}: not sent: ${fault}`),
      onGivenUp: (lines) => progress.say(givenUpText(lines)),
      ...(rate !== undefined && { rate }),
      ...(maxCount !== undefined && { maxCount }),
      ...(duration !== undefined && { durationMs: duration * 1000 }),
      ...(ledger && { ledger }),
    });
    return { account };
  } catch (error) {
    if (error instanceof ProduceError) return { account: error.account, fault: error.message };
    throw error;
  } finally {
    destination.close();
  }
}

function linesOf({ inputFile, seed }: Options, progress: Progress): AsyncIterable<SourceItem> {
  if (inputFile === undefined) return syntheticLines(seed);
  return replay(inputFile, { onNotice: (text) => progress.say(text) });
}

interface Destination {
  readonly put: Put;
  close(): void;
}

function destinationOf(options: Options, { stdout }: Surroundings): Destination {
  if (options.dryRun) return { put: dryRun, close: () => {} };
  if (options.serviceName === "console") return { put: consolePut(stdout), close: () => {} };
  const { regionName: region, endpointUrl, streamName } = options;
  const client = createKinesisClient({
    ...(region !== undefined && { region }),
    ...(endpointUrl !== undefined && { endpointUrl }),
  });
  return { put: kinesisPut(client, streamName), close: () => client.destroy() };
}

/** Such as `lines 7-12, 15: given up: …`. */
function givenUpText({ numbers, reason }: GivenUp): string {
  const ranges: { from: number; to: number }[] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.to === number - 1) last.to = number;
    else ranges.push({ from: number, to: number });
  }
  const shown = ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
  return `${numbers.length === 1 ? "line" : "lines"} ${shown}: given up: ${reason}`;
}
