import { Command, InvalidArgumentError, Option } from "commander";
import { openDataDir } from "./data-dir";
import { startLocalRun } from "./local-run";
import { runOnce } from "./once";
import { Generator } from "./page/generator";
import { type Page, startPage } from "./page/page";
import { runUntilStopped } from "./until-stopped";

/** Lines that `--once` sends when it is not told otherwise. */
const ONCE_LINES = 5_000;
/** Lines a second that a run sends until it is stopped. */
const STEADY_RATE = 20;
/** First port of a run that keeps running, so that its endpoints are the same each time. */
const FIRST_PORT = 4570;
/** The page's place among the ports. */
const PAGE_PORT_OFFSET = 5;

const EXIT = { agreed: 0, failed: 1, interrupted: 130 } as const;

interface Options {
  readonly once: boolean;
  readonly environment: string;
  readonly inputFile?: string;
  readonly maxCount?: number;
  readonly rate?: number;
  readonly pack: number;
  readonly seed: number;
  readonly timeScale: number;
  readonly dataDir?: string;
  readonly port?: number;
  readonly search: "embedded" | "opensearch";
  readonly searchUrl?: string;
  readonly page?: boolean;
  readonly json: boolean;
}

function number(min: number, max: number, whole = true): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
      throw new InvalidArgumentError(
        `${whole ? "A whole number" : "A number"} from ${min} to ${max} is wanted.`,
      );
    }
    return value;
  };
}

function program(): Command {
  return new Command("npm start --")
    .description(
      "Runs the data plane of an environment on this machine, as its synthesized Terraform describes it.\n" +
        "Without --once it keeps running, and prints the endpoints for any AWS SDK or CLI.",
    )
    .option("--once", "send lines, wait until every layer has them, print the reconciliation, end", false)
    .option("--environment <name>", "whose Terraform is run", "dev")
    .option("--input-file <file>", "replay a .csv, or the lines of a .jsonl as they are")
    .option("--max-count <lines>", `lines to send (--once: ${ONCE_LINES}, or the whole file)`, number(0, 1e9))
    .option(
      "--rate <lines/s>",
      `lines a second (--once: as fast as it goes; else ${STEADY_RATE})`,
      number(0.1, 1e6, false),
    )
    .option("--pack <lines>", "lines in one stream record", number(1, 10_000), 1)
    .option("--seed <number>", "of the synthetic lines", number(0, 2 ** 32 - 1), 1)
    .option(
      "--time-scale <factor>",
      "divides the buffer interval and the schedule",
      number(1, 3600, false),
      12,
    )
    .option("--data-dir <folder>", "keeps the data there (default: a fresh folder that goes with the run)")
    .option(
      "--port <number>",
      `first of the ports (default: ${FIRST_PORT}; --once: free ones)`,
      number(1024, 65_000),
    )
    .addOption(
      new Option("--search <engine>", "opensearch: a real one, from Maven Central; needs JDK 17 and Maven")
        .choices(["embedded", "opensearch"])
        .default("embedded"),
    )
    .addOption(new Option("--search-url <url>", "a running OpenSearch instead").conflicts("search"))
    .option("--page", "serve the page, also with --once: as long as that takes")
    .option("--no-page", "do not serve it")
    .option("--json", "one JSON document on stdout, everything else on stderr", false)
    .addHelpText(
      "after",
      `
Exit codes: 0 all layers agree (--once) or stopped by Ctrl-C; 1 they do not, or a fault; 130 --once interrupted.

Examples:
  npm start -- --once
  npm start -- --once --input-file online_retail.csv --json
  npm start -- --once --search opensearch
  npm start -- --data-dir ./data --rate 100`,
    );
}

async function main(): Promise<number> {
  const options = program().parse().opts<Options>();
  const say = (message: string): void => void process.stderr.write(`${message}\n`);
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    say("\nstopping; once more to leave at once");
    stop.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);

  const dataDir = openDataDir(options.dataDir);
  let keep = true;
  try {
    const run = await startLocalRun({
      environment: options.environment,
      dataDir: dataDir.path,
      timeScale: options.timeScale,
      firstPort: options.port ?? (options.once ? 0 : FIRST_PORT),
      say,
      search: options.search,
      signal: stop.signal,
      ...(options.searchUrl !== undefined && { searchUrl: options.searchUrl }),
    });
    const isPageWanted = options.page ?? !options.once;
    const rate = options.rate ?? (options.once ? undefined : STEADY_RATE);
    const generator = new Generator(rate ?? Number.POSITIVE_INFINITY);
    let page: Page | undefined;
    const source = {
      pack: options.pack,
      seed: options.seed,
      rate: generator.rate,
      onAccount: generator.onAccount,
      onEnd: generator.onEnd,
      ...(options.inputFile !== undefined && { inputFile: options.inputFile }),
    };
    try {
      if (isPageWanted) {
        const { port } = options;
        const first = port ?? (options.once ? 0 : FIRST_PORT);
        page = await startPage(run, {
          environment: options.environment,
          generator,
          port: first === 0 ? 0 : first + PAGE_PORT_OFFSET,
        });
      }
      if (options.once) {
        if (page) say(`the page, until all layers agree: ${page.url}`);
        const maxCount = options.maxCount ?? (options.inputFile === undefined ? ONCE_LINES : undefined);
        const agree = await runOnce(run, {
          ...source,
          json: options.json,
          signal: stop.signal,
          ...(maxCount !== undefined && { maxCount }),
        });
        if (stop.signal.aborted) return EXIT.interrupted;
        keep = !agree;
        if (!agree) say(`the data are kept in ${dataDir.path}`);
        return agree ? EXIT.agreed : EXIT.failed;
      }
      await runUntilStopped(run, {
        ...source,
        signal: stop.signal,
        ...(page && { pageUrl: page.url }),
        ...(options.maxCount !== undefined && { maxCount: options.maxCount }),
      });
      keep = false;
      return EXIT.agreed;
    } finally {
      await page?.close();
      await run.close();
    }
  } finally {
    dataDir.release({ keep });
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = EXIT.failed;
  },
);
