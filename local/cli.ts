import { Command, Option } from "commander";
import { retailTransaction } from "../contract/retail-transaction";
import { httpUrl, integerBetween, numberBetween } from "../lib/arguments";
import { addHelp, ending, programName, runCommand } from "../lib/command";
import { EXIT, type ExitCode, UsageError } from "../lib/exit";
import { messageOf } from "../lib/message-of";
import { unlessAborted } from "../lib/pause";
import {
  addHistoryOptions,
  type HistoryFlags,
  historyContradiction,
  historyOf,
  historyText,
} from "../loadgen/history-options";
import { addInputOptions, type InputFlags, inputContradiction } from "../loadgen/input-options";
import { onInterrupt } from "../loadgen/interrupt";
import type { Preset } from "../loadgen/preset";
import { checkInput } from "../loadgen/replay";
import { presetFor } from "../loadgen/retail-preset";
import { InputError } from "../loadgen/source";
import { hasSent } from "./acknowledged";
import { openDataDir } from "./data-dir";
import { type End, endOfOnce, endOfSteadyRun, FAILED } from "./ending";
import { openEnvFile } from "./env-file";
import { lineLimit, ONCE_LINES } from "./line-limit";
import type { LocalRunOptions } from "./local-run";
import type { OnceOptions } from "./once";
import { Generator } from "./page/generator";
import type { Page } from "./page/page";
import { Phases } from "./phases";
import { contractOfStack, findStack, stackName } from "./plan/stack-source";
import { countNotHonoured } from "./plan/summary";
import { NUMBERINGS, type Numbering } from "./plan/user-record-numbers";
import { planSource } from "./plan-source";
import { openRunFile } from "./run-file";
import { stackOf } from "./run-source";
import { hasEnvironments } from "./synthesize";

/** Lines a second that a run sends until it is stopped. */
const STEADY_RATE = 2;
/** Default time scale: a merge every 25 seconds, which a machine can go on with for hours. */
const STEADY_TIME_SCALE = 12;
/** Default time scale of `--once`: a merge every 5 seconds, because somebody waits for its end. */
const ONCE_TIME_SCALE = 60;
/** Default first port of a run without `--once`, so that its endpoints are the same each time. */
const FIRST_PORT = 4570;
/** Time from Ctrl-C after which the process ends whatever is left: 5 s are promised, and a busy machine is late. */
const STOP_WITHIN_MS = 3_500;
/** Time that sending and settling get to end by themselves after Ctrl-C. */
const STOP_GRACE_MS = 500;
/** Offset of the page's port. */
const PAGE_PORT_OFFSET = 5;

/** What the command line says; what an option means is said where it is used. */
interface Options
  extends InputFlags,
    HistoryFlags,
    Pick<OnceOptions, "json" | "maxCount" | "pack" | "seed">,
    Required<Pick<LocalRunOptions, "search">>,
    Pick<LocalRunOptions, "searchUrl"> {
  readonly once: boolean;
  readonly environment: string;
  readonly stack?: string;
  readonly var?: readonly string[];
  readonly varFile?: readonly string[];
  readonly plan?: string;
  readonly root?: string;
  readonly module?: string;
  readonly rate?: number;
  readonly timeScale?: number;
  readonly userRecordNumbers: Numbering;
  readonly dataDir?: string;
  readonly port?: number;
  readonly page?: boolean;
  readonly envFile?: string;
  readonly explain: boolean;
}

/** What people type. */
const PROGRAM = programName(__filename, "npm start --", "retail-bi up");
/** What prints the endpoints of the run. */
const ENV_COMMAND = programName(__filename, "npx retail-bi env", "retail-bi env");

function program(): Command {
  const up = addHistoryOptions(
    addInputOptions(new Command(PROGRAM)),
    "365d; none with --once, --max-count, --input-file, or a data folder that has lines",
  )
    .description(
      "Runs the data plane of an environment on this machine, as its synthesized Terraform describes it.\n" +
        "Without --once it keeps running, and prints the endpoints for any AWS SDK or CLI.",
    )
    .option("--once", "send lines, wait until every layer has them, print the reconciliation, end", false)
    .option("--environment <name>", "environment whose Terraform is run", "dev")
    .addOption(
      new Option(
        "--stack <folder>",
        "synthesized stack of another app, instead of an environment: its folder, or the app's cdktf.out",
      ).conflicts("environment"),
    )
    .addOption(
      new Option(
        "--plan <file>",
        "saved Terraform plan, instead of either: the file, or what terraform show -json prints of it",
      ).conflicts(["environment", "stack", "var", "varFile"]),
    )
    .option(
      "--root <folder>",
      "with --plan: the root module's folder, where the plan was made (default: this folder)",
    )
    .option("--module <address>", "with --plan: the module instance to run, where several have a data plane")
    .option("--var <name=value>", "value of a variable of that stack; repeatable", each)
    .option("--var-file <file>", "file of such values, .tfvars or .tfvars.json; repeatable", each)
    .option(
      "--max-count <lines>",
      `most lines to send (default with --once: ${ONCE_LINES}, or the whole history or file)`,
      integerBetween(0, 1e9),
    )
    .option(
      "--rate <lines/s>",
      `lines a second (default: ${STEADY_RATE}; with --once no limit)`,
      numberBetween(0.1, 1e6),
    )
    .option("--pack <lines>", "lines in one stream record", integerBetween(1, 10_000), 1)
    .option("--seed <number>", "seed of the synthetic lines", integerBetween(0, 2 ** 32 - 1), 1)
    .option(
      "--time-scale <factor>",
      `divisor of the buffer interval and the schedule's period (default: ${STEADY_TIME_SCALE}; with --once ${ONCE_TIME_SCALE})`,
      numberBetween(1, 3600),
    )
    .addOption(
      new Option(
        "--user-record-numbers <how>",
        "subsequence numbers of records that producers aggregated (KPL); AWS does not document Firehose's",
      )
        .choices(NUMBERINGS)
        .default("ordered"),
    )
    .option(
      "--data-dir <folder>",
      "folder of the data, which is kept (default: a new folder, removed at the end)",
    )
    .option(
      "--port <number>",
      `first of the ports (default: ${FIRST_PORT}; with --once free ports)`,
      integerBetween(1024, 65_000),
    )
    .addOption(
      new Option(
        "--search <engine>",
        "search engine; opensearch is a real one from Maven Central and needs JDK 17 and Maven",
      )
        .choices(["embedded", "opensearch"])
        .default("embedded"),
    )
    .addOption(
      new Option("--search-url <url>", "URL of a running OpenSearch, instead of --search")
        .argParser(httpUrl)
        .conflicts("search"),
    )
    .option("--page", "serve the page, also during --once")
    .option("--no-page", "do not serve the page")
    .addOption(
      new Option(
        "--env-file <file>",
        "file of export lines for an AWS SDK or CLI; exists while the run answers",
      ).conflicts("once"),
    )
    .option(
      "--explain",
      "list the settings that differ from AWS, and what the deploy's invocations answered",
      false,
    )
    .option("--json", "with --once: one JSON document on stdout, everything else on stderr", false)
    .action(ending(start));
  return addHelp(up, {
    codes: {
      0: "with --once all input is in every layer; without it Ctrl-C ended the run",
      1: "a layer is missing lines, a line was not acknowledged, more rows were refused than --max-bad-rows, or an error",
      130: "--once was interrupted, or not everything stopped in time",
    },
    notes:
      "The endpoints go to standard output where that is no terminal; the command env prints them at any time. status, query, trace and logs look at the run.",
    examples: [
      "--once",
      '--once --input-file data.csv --date-format "M/D/YYYY H:MM" --map Price=UnitPrice --json',
      "--once --search opensearch",
      "--once --stack ../their-app/cdktf.out --var team=meters",
      `--once --plan tfplan --root ../their-root --module 'module.batch["meters"]'`,
      "--data-dir ./data --rate 100 --env-file ./data/endpoints.sh",
    ],
  });
}

/** Collects the values of an option that may be repeated. */
function each(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** What is run, and what its records are. @throws UsageError for a folder without a stack */
async function sourceOf(options: Options) {
  const { environment, stack, var: variables, varFile: variableFiles, plan, root, module } = options;
  if (plan !== undefined) {
    const source = await planSource(plan, root ?? ".", module, process.env);
    return { source, name: module ?? stackName(source), contract: contractOfStack(source) };
  }
  if (root !== undefined || module !== undefined) {
    throw new UsageError("--root and --module go with --plan only");
  }
  if (stack !== undefined) {
    const source = findStack(stack, {
      ...(variables && { variables }),
      ...(variableFiles && { variableFiles }),
    });
    return { source, name: stackName(source), contract: contractOfStack(source) };
  }
  if (variables || variableFiles) throw new UsageError("--var and --var-file go with --stack only");
  if (!hasEnvironments())
    throw new UsageError("--stack or --plan is required: there are no environments here");
  // Only here, because the package of the commands has neither environments nor constructs.
  const { definitionOf }: typeof import("../environments/choose") = require("../environments/choose");
  definitionOf(environment, process.env);
  return { source: { environment }, name: environment, contract: retailTransaction };
}

async function start(options: Options): Promise<ExitCode> {
  const { source: runs, name, contract } = await sourceOf(options);
  const preset = presetFor(contract);
  if (options.json && !options.once) throw new UsageError("--json goes with --once only");
  const contradiction = inputContradiction(options, preset);
  if (contradiction !== undefined) throw new UsageError(contradiction);
  const isLimited = options.once || options.maxCount !== undefined || options.inputFile !== undefined;
  // A data folder that has lines has a past already.
  const beginsWithHistory = !isLimited && (options.dataDir === undefined || !hasSent(options.dataDir));
  const historyFault = historyContradiction(options, beginsWithHistory);
  if (historyFault !== undefined) throw new UsageError(historyFault);
  await checkFile(options, preset);
  const phases = new Phases();
  const { say } = phases;
  const stop = onInterrupt(
    process,
    () => {
      say("\nstopping; press Ctrl-C again to end at once");
      // Whatever holds it up: what was acknowledged survives an end at any moment.
      setTimeout(() => {
        say(`not everything stopped within ${STOP_WITHIN_MS / 1000} s`);
        process.exit(EXIT.interrupted);
      }, STOP_WITHIN_MS).unref();
    },
    () => process.exit(EXIT.interrupted),
  );
  endWithNpm();

  const dataDir = openDataDir(options.dataDir);
  let end: End = { code: EXIT.failed, keepsData: false };
  let isReleased = false;
  const release = (): void => {
    if (isReleased) return;
    isReleased = true;
    dataDir.release({ keep: end.keepsData });
    if (end.keepsData) say(`the data directory is kept: ${dataDir.path}`);
  };
  process.once("exit", () => {
    if (stop.signal.aborted) end = { ...end, keepsData: false };
    release();
  });
  try {
    const envFile = options.envFile === undefined ? undefined : openEnvFile(options.envFile);
    // Covers a second Ctrl-C, which ends the process at once.
    process.once("exit", () => envFile?.remove());
    const runFile = openRunFile(say);
    process.once("exit", () => runFile.remove());
    end = FAILED;
    const isEnvironment = "environment" in runs;
    const read = phases.begin(
      isEnvironment ? `synthesizing the Terraform of ${name}` : `reading ${runs.directory}`,
    );
    const stack = stackOf(runs, dataDir.path, stop.signal).then((found) => {
      read(isEnvironment ? `Terraform of ${name} synthesized` : `${found.directory} read`);
      return found;
    });
    // It is awaited by the run, which may fail before that.
    stack.catch(() => undefined);
    /** Tells other commands how the run is. */
    let tell = (): void => undefined;
    // Loaded while another process synthesizes the Terraform.
    const { startLocalRun }: typeof import("./local-run") = require("./local-run");
    const run = await startLocalRun({
      source: stack,
      dataDir: dataDir.path,
      timeScale: options.timeScale ?? (options.once ? ONCE_TIME_SCALE : STEADY_TIME_SCALE),
      numbering: options.userRecordNumbers,
      firstPort: options.port ?? (options.once ? 0 : FIRST_PORT),
      say,
      phase: phases.begin,
      explain: options.explain,
      onSchedules: () => tell(),
      search: options.search,
      signal: stop.signal,
      ...(options.searchUrl !== undefined && { searchUrl: options.searchUrl }),
    });
    const notes = [
      ...(options.explain
        ? []
        : [`${countNotHonoured(run.plane.notHonoured)} settings differ from AWS: --explain`]),
      ...(options.once ? [] : [`for AWS tools: ${ENV_COMMAND}`]),
    ];
    if (notes.length > 0) say(`  ${notes.join("; ")}`);
    const isPageWanted = options.page ?? !options.once;
    const rate = options.rate ?? (options.once ? undefined : STEADY_RATE);
    const generator = new Generator(rate ?? Number.POSITIVE_INFINITY);
    let page: Page | undefined;
    let endWatching = (): void => undefined;
    const history = historyOf(options, beginsWithHistory);
    const maxCount = lineLimit(options, history);
    if (history) say(`  sends ${historyText(history, maxCount)} first`);
    const lines = {
      ...(history && { history }),
      ...(maxCount !== undefined && { maxCount }),
      pack: options.pack,
      seed: options.seed,
      rate: generator.rate,
      onReport: generator.onReport,
      onEnd: generator.onEnd,
      ...(options.inputFile !== undefined && {
        inputFile: options.inputFile,
        input: options,
      }),
    };
    try {
      if (isPageWanted) {
        const { port } = options;
        const first = port ?? (options.once ? 0 : FIRST_PORT);
        const { startPage }: typeof import("./page/page") = require("./page/page");
        page = await startPage(run, {
          environment: name,
          generator,
          port: first === 0 ? 0 : first + PAGE_PORT_OFFSET,
        });
      }
      tell = () => runFile.write(run, { name, ...(page && { pageUrl: page.url }) });
      tell();
      if (options.once) {
        if (page) say(`the page, until all layers agree: ${page.url}`);
        const { runOnce }: typeof import("./once") = require("./once");
        const running = runOnce(run, {
          ...lines,
          json: options.json,
          ...(options.maxBadRows !== undefined && { maxBadRows: options.maxBadRows }),
          signal: stop.signal,
        });
        const agree = await unlessAborted(running, stop.signal, STOP_GRACE_MS);
        end = endOfOnce(agree, stop.signal.aborted);
        return end.code;
      }
      if (isEnvironment) {
        // Only here, because the package of the commands has no sources, and other stacks have functions of their own.
        const { watchRun }: typeof import("./watch-functions") = require("./watch-functions");
        endWatching = watchRun(run);
      }
      envFile?.write(run.exports);
      const { runUntilStopped }: typeof import("./until-stopped") = require("./until-stopped");
      const running = runUntilStopped(run, {
        ...lines,
        signal: stop.signal,
        ...(page && { pageUrl: page.url }),
      });
      const report = await unlessAborted(running, stop.signal, STOP_GRACE_MS);
      end = endOfSteadyRun(report, run.failedInvocations, options.maxBadRows);
      return end.code;
    } finally {
      endWatching();
      envFile?.remove();
      tell = () => undefined;
      runFile.remove();
      await page?.close();
      await run.close();
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    if (error !== stop.signal.reason) say(messageOf(error));
    end = { code: options.once ? EXIT.interrupted : EXIT.ok, keepsData: false };
    return end.code;
  } finally {
    phases.stop();
    release();
  }
}

/** Interval between two looks at whether npm lives. */
const LOOK_FOR_NPM_MS = 500;

/** Ends the run when the npm that started it was killed: the shell between them dies of the signal, and does not pass it on. */
function endWithNpm(): void {
  if (process.env["npm_lifecycle_event"] === undefined) return;
  const { ppid } = process;
  const looking = setInterval(() => {
    if (process.ppid === ppid) return;
    clearInterval(looking);
    process.kill(process.pid, "SIGTERM");
  }, LOOK_FOR_NPM_MS).unref();
}

/** Checks the input file before anything is started. */
async function checkFile(options: Options, preset: Preset): Promise<void> {
  if (options.inputFile === undefined) return;
  try {
    await checkInput(options.inputFile, preset, options, options.maxBadRows);
  } catch (error) {
    if (options.json && error instanceof InputError) {
      process.stdout.write(`${JSON.stringify({ agree: false, reasons: [error.message] }, null, 2)}\n`);
    }
    throw error;
  }
}

void runCommand(program());
