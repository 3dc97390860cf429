import type { Writable } from "node:stream";
import { CommanderError } from "commander";
import { retailTransaction } from "../contract/retail-transaction";
import { writeOneLine } from "../lib/command";
import { namesBadRows } from "./bad-rows";
import { consolePut } from "./console";
import { errorOf } from "./errors";
import { failedText } from "./failed-text";
import { historyOf, historyText } from "./history-options";
import { onInterrupt, type SignalSource } from "./interrupt";
import { createKinesisClient, kinesisPut } from "./kinesis";
import { closingFault, type FileLedger, openLedger } from "./ledger";
import { AWS_RATE, command, contradiction, EXIT, type Options } from "./options";
import type { History } from "./past-times";
import { ProduceError, produce } from "./produce";
import { Progress, type Terminal } from "./progress";
import { dryRun, type Put } from "./put";
import { checkInput, replay } from "./replay";
import { presetFor } from "./retail-preset";
import { type SendReport, sendReportText, shortfalls, withFault } from "./send-report";
import { InputError, type Source } from "./source";

/** The parts of the process that the command uses. */
export interface ProcessIo {
  readonly stdout: Writable;
  readonly stderr: Terminal;
  readonly signals: SignalSource;
  /** Ends the process at once. */
  readonly leave: (code: number) => void;
}

/** Runs the command. @param args without the program's name @returns the exit code, of every outcome. */
export async function run(args: readonly string[], io: ProcessIo): Promise<number> {
  const { stdout, stderr } = io;
  const parsed = parse(args, io);
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
    io.signals,
    () => progress.say("stopping: waiting for the calls in flight; press Ctrl-C again to end at once"),
    () => io.leave(EXIT.interrupted),
  );
  let ledgerFault: string | undefined;
  try {
    const sent = await send(parsed, io, progress, interruption.signal, ledger).finally(() => {
      ledgerFault = closingFault(ledger);
    });
    const report = withFault(sent, ledgerFault);
    progress.end();
    const interrupted = interruption.signal.aborted;
    if (parsed.json) {
      stdout.write(`${JSON.stringify({ ...report, interrupted })}\n`);
    } else {
      // On the console standard output belongs to the lines.
      const output = parsed.serviceName === "console" ? stderr : stdout;
      output.write(`${sendReportText(report)}\n`);
    }
    const faults = shortfalls(report, parsed.maxBadRows, interrupted);
    for (const fault of faults) progress.say(`error: ${fault}`);
    if (faults.length > 0) return EXIT.incomplete;
    return interrupted ? EXIT.interrupted : EXIT.acknowledged;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    progress.end();
    if (parsed.json) stdout.write(`${JSON.stringify({ error: error.message })}\n`);
    progress.say(`error: ${error.message}`);
    return EXIT.incomplete;
  } finally {
    interruption.close();
  }
}

/** The options, or the code to end with when there is nothing to run. */
function parse(args: readonly string[], { stdout, stderr }: ProcessIo): Options | number {
  const program = command().configureOutput({
    writeOut: (text) => void stdout.write(text),
    writeErr: (text) => void stderr.write(text),
    outputError: writeOneLine,
  });
  try {
    const options = program.parse(args, { from: "user" }).opts<Options>();
    const fault = contradiction(options, presetFor(options.contract ?? retailTransaction));
    if (fault === undefined) return options;
    stderr.write(`error: ${fault}\n`);
    return EXIT.usage;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.acknowledged : EXIT.usage;
  }
}

/** The report of a run, whether it reached its end or not. @throws InputError when nothing can be read of the file. */
async function send(
  options: Options,
  io: ProcessIo,
  progress: Progress,
  signal: AbortSignal,
  ledger: FileLedger | undefined,
): Promise<SendReport> {
  const { inputFile, maxBadRows, maxCount, duration, seed, pack } = options;
  if (inputFile !== undefined)
    await checkInput(inputFile, presetFor(options.contract ?? retailTransaction), options, maxBadRows);
  const destination = destinationOf(options, io);
  const rate = options.rate ?? (isAws(options) ? AWS_RATE : undefined);
  if (options.rate === undefined && rate !== undefined) {
    progress.say(`${rate} line a second by default; --rate max sends as fast as the stream accepts`);
  }
  const history = historyOf(options, false);
  if (history) progress.say(`history: ${historyText(history, maxCount)}, which do not wait for --rate`);
  try {
    return await produce({
      put: destination.put,
      lines: linesOf(options, history),
      seed,
      pack,
      signal,
      onProgress: (report) => progress.update(report),
      onBadRow: namesBadRows((text) => progress.say(text)),
      onFailed: (lines) => progress.say(failedText(lines)),
      ...(rate !== undefined && { rate }),
      ...(history && { unpacedLines: history.lines }),
      ...(maxCount !== undefined && { maxCount }),
      ...(duration !== undefined && { durationMs: duration * 1000 }),
      ...(ledger && { ledger }),
    });
  } catch (error) {
    if (error instanceof ProduceError) return error.report;
    throw error;
  } finally {
    destination.close();
  }
}

/** Whether lines go to AWS, where each costs money, and not to this machine. */
function isAws({ serviceName, dryRun, endpointUrl }: Options): boolean {
  const endpoint =
    endpointUrl ?? process.env["AWS_ENDPOINT_URL_KINESIS"] ?? process.env["AWS_ENDPOINT_URL"] ?? "";
  const isHere = URL.canParse(endpoint) && /^(localhost|127\..*|\[::1\])$/.test(new URL(endpoint).hostname);
  return serviceName === "kinesis" && !dryRun && !isHere;
}

function linesOf(options: Options, history: History | undefined): Source {
  const { inputFile, seed } = options;
  const preset = presetFor(options.contract ?? retailTransaction);
  return inputFile === undefined
    ? preset.syntheticLines(seed, Date.now, history)
    : replay(inputFile, preset, options);
}

interface Destination {
  readonly put: Put;
  close(): void;
}

function destinationOf(options: Options, { stdout }: ProcessIo): Destination {
  if (options.dryRun) return { put: dryRun, close: () => {} };
  if (options.serviceName === "console") return { put: consolePut(stdout), close: () => {} };
  const { regionName: region, endpointUrl, streamName } = options;
  const client = createKinesisClient({
    ...(region !== undefined && { region }),
    ...(endpointUrl !== undefined && { endpointUrl }),
  });
  return { put: kinesisPut(client, streamName), close: () => client.destroy() };
}
