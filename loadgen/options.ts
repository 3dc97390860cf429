import { Command, InvalidArgumentError, Option } from "commander";
import { parseContractVariable, type RunTimeContract } from "../contract/variable";
import { httpUrl, integerBetween, numberBetween, textLike } from "../lib/arguments";
import { addHelp, type HelpSections, programName } from "../lib/command";
import { EXIT as CODES } from "../lib/exit";
import { errorOf } from "./errors";
import { addHistoryOptions, type HistoryFlags, historyContradiction } from "./history-options";
import { addInputOptions, type InputFlags, inputContradiction } from "./input-options";
import type { Preset } from "./preset";

/** What people type. */
const PROGRAM = programName(__filename, "npm run loadgen --", "retail-bi loadgen");

/** How the process ends. */
export const EXIT = {
  acknowledged: CODES.ok,
  incomplete: CODES.failed,
  usage: CODES.usage,
  interrupted: CODES.interrupted,
} as const;

/** Options of the command line. */
export interface Options extends InputFlags, HistoryFlags {
  /** @default sales */
  readonly contract?: RunTimeContract;
  readonly serviceName: "kinesis" | "console";
  readonly streamName: string;
  readonly regionName?: string;
  readonly endpointUrl?: string;
  /** Lines a second; Infinity: no limit. */
  readonly rate?: number;
  readonly maxCount?: number;
  /** Seconds. */
  readonly duration?: number;
  readonly seed: number;
  readonly pack: number;
  readonly ledger?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** Default lines a second to AWS, as in the lab, because sending costs money there. */
export const AWS_RATE = 1;

const HELP: HelpSections = {
  codes: {
    0: "at least one row was read, and every row was acknowledged (console: written; --dry-run: read)",
    1: "more rows were refused than --max-bad-rows, a line failed, or the file cannot be used",
    130: "interrupted by Ctrl-C; every accepted line was acknowledged",
  },
  notes: `Without --input-file the lines are synthetic and endless: limit them by --max-count or --duration, or stop with Ctrl-C.
Columns of the file are found by name, in any case and punctuation ("Customer ID", Customer.ID, CustomerID; of sales also InvoiceNo, UnitPrice); other columns are not sent. NaN, NULL, NA and the like count as empty in optional columns. A boolean is true, false, 1 or 0. A number is sent as exactly as it is written, except a double. A row that breaks the contract is reported with its line number, counted and not sent. JSON lines are sent unchanged.
Progress, refused rows and failed lines go to standard error. The report goes to standard output; with --service-name console to standard error, because the lines are on standard output.
The run slows down when the stream throttles it. Ctrl-C waits for the calls in flight; a second Ctrl-C does not.
The ledger has one record_id on each line; runs append to it. It does not contain a line whose call was never answered, although the stream may have that line ("uncertain" in the report).`,
  examples: [
    "--region-name eu-west-1 --rate 100",
    "--region-name eu-west-1 --rate max --input-file online_retail.csv --pack 25 --ledger sent.txt",
    "--endpoint-url http://127.0.0.1:4570 --region-name us-east-1 --max-count 1000 --json",
    "--service-name console --max-count 3",
    "--region-name eu-west-1 --history 365d --history-count 50000 --max-count 50000",
    '--input-file data.csv --date-format "M/D/YYYY H:MM" --dry-run',
  ],
};

/** The command; it throws a CommanderError instead of ending the process. */
export function command(): Command {
  const loadgen = addHistoryOptions(addInputOptions(new Command(PROGRAM)), "none")
    .description("Sends records of a contract, one JSON object a line, to a Kinesis data stream.")
    .option(
      "--contract <text>",
      "contract of the lines, as the variable CONTRACT of the stack's functions has it (default: the lab's sales)",
      contract,
    )
    .addOption(
      new Option("--service-name <name>", "destination: a stream, or standard output")
        .choices(["kinesis", "console"])
        .default("kinesis"),
    )
    .option(
      "--stream-name <name>",
      "name of the stream",
      textLike(/^[\w.-]{1,128}$/, "1 to 128 letters, digits, . _ -"),
      "retail-trans",
    )
    .option(
      "--region-name <region>",
      "region of the stream (default: AWS_REGION, or the profile's)",
      textLike(/^[a-z]{2,}(-[a-z]+)+-\d+$/, "A region such as eu-west-1"),
    )
    .option(
      "--endpoint-url <url>",
      "endpoint of Kinesis, such as a local run's (default: AWS_ENDPOINT_URL_KINESIS, or AWS's own)",
      httpUrl,
    )
    .option(
      "--rate <lines/s>",
      `lines a second, on average; max: no limit (default: ${AWS_RATE} to AWS, else max)`,
      rate,
    )
    .option("--max-count <lines>", "most lines to send", integerBetween(1, 1e12))
    .option("--duration <seconds>", "longest time to send lines", numberBetween(0.001, 1e7))
    .option(
      "--seed <number>",
      "seed of the synthetic lines and the partition keys",
      integerBetween(0, 2 ** 32 - 1),
      1,
    )
    .option("--pack <lines>", "most lines in one stream record", integerBetween(1, 10_000), 1)
    .addOption(
      new Option("--ledger <file>", "append the identities of acknowledged lines to this file").conflicts(
        "dryRun",
      ),
    )
    .option("--dry-run", "read, check and pack, but send nothing", false)
    .option("--json", "print the report as one JSON document on standard output", false)
    .exitOverride();
  return addHelp(loadgen, HELP);
}

/** Options that contradict each other; undefined if none do. */
export function contradiction(options: Options, preset: Preset): string | undefined {
  const { serviceName, json, ledger, dryRun, endpointUrl } = options;
  const ofInput = inputContradiction(options, preset) ?? historyContradiction(options, false);
  if (ofInput !== undefined) return ofInput;
  if (serviceName === "kinesis") return undefined;
  if (json) return "--json does not go with --service-name console: both would write to standard output";
  if (ledger !== undefined)
    return "--ledger does not go with --service-name console: there are no identities";
  if (endpointUrl !== undefined) return "--endpoint-url does not go with --service-name console";
  if (dryRun) return "--dry-run does not go with --service-name console, which sends nothing anyway";
  return undefined;
}

function contract(given: string): RunTimeContract {
  try {
    return parseContractVariable(given);
  } catch (error) {
    throw new InvalidArgumentError(`It ${errorOf(error).message}.`);
  }
}

function rate(given: string): number {
  return given === "max" ? Number.POSITIVE_INFINITY : numberBetween(0.001, 1e7)(given);
}
