import { Command, Option } from "commander";
import { isRecordId } from "../../contract/record-id";
import { httpUrl, integerBetween } from "../../lib/arguments";
import { addHelp, ending, programName, runCommand } from "../../lib/command";
import { EXIT, type ExitCode } from "../../lib/exit";
import { searchOf } from "../../local/runs/search-client";
import { dataSourcesOf } from "../reconcile/data-sources";
import { addRunOrTargetOptions, type RunOrTargetFlags, runOrTargetOf } from "../target/run";
import { clientsOf, type Target } from "../target/target";
import { withTunnel } from "../tunnel/with-tunnel";
import { checkForm, findLines, parseColumnValue } from "./find";
import { isFound, traceLine } from "./journey";
import { journeyText, NOT_FOUND } from "./report";

interface Options extends RunOrTargetFlags {
  readonly searchUrl?: string;
  readonly tunnel: boolean;
  readonly most: number;
  readonly json: boolean;
}

const say = (message: string): void => void process.stderr.write(`${message}\n`);

async function run(what: string, options: Options): Promise<ExitCode> {
  checkForm(what);
  const { target, run: local } = await runOrTargetOf(options, say);
  if (local) {
    const search = searchOf(local);
    try {
      return await traceIn(what, target, options, search);
    } finally {
      await search?.close();
    }
  }
  if (!options.tunnel) return traceIn(what, target, options, options.searchUrl);
  return withTunnel(target, say, (url) => traceIn(what, target, options, url));
}

async function traceIn(
  what: string,
  target: Target,
  { most, json }: Options,
  search: Parameters<typeof dataSourcesOf>[2],
): Promise<ExitCode> {
  const clients = clientsOf(target);
  const sources = dataSourcesOf(target, clients, search);
  if (!isRecordId(what)) {
    const wanted = parseColumnValue(what, target.contract.columns);
    const found = await findLines(sources, wanted, most + 1);
    const shown = found.slice(0, most);
    if (json) print(JSON.stringify(shown, null, 2));
    else for (const { recordId, arrivedAt } of shown) print(`${recordId}  ${arrivedAt}`);
    if (found.length > most) say(`there are more than ${most}: --most`);
    if (found.length === 0) say(`no line has ${what}`);
    return found.length > 0 ? EXIT.ok : EXIT.failed;
  }
  const journey = await traceLine({ ...sources, s3: clients.s3 }, what);
  print(json ? JSON.stringify(journey, null, 2) : journeyText(journey));
  if (target.index !== undefined && journey.index === undefined)
    say("the index was not looked at: --tunnel, or --search-url");
  if (isFound(journey)) return EXIT.ok;
  say(NOT_FOUND);
  return EXIT.failed;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

const PROGRAM = programName(__filename, "npm run trace --", "retail-bi trace");

const program = addRunOrTargetOptions(
  new Command(PROGRAM)
    .argument("<record_id>", "the line's identity; or COLUMN=VALUE, which lists the identities of lines")
    .description("Shows where a line is and was: stream, raw object, Parquet file, index, quarantine."),
)
  .addOption(
    new Option(
      "--tunnel",
      "open a tunnel to the search domain of a deployed system, as the command tunnel does",
    )
      .default(false)
      .conflicts("searchUrl"),
  )
  .option("--search-url <url>", "URL of a deployed system's search engine, such as an open tunnel", httpUrl)
  .option(
    "--most <lines>",
    "with COLUMN=VALUE: most lines to list, the newest first",
    integerBetween(1, 10_000),
    20,
  )
  .option("--json", "print one JSON document on stdout", false)
  .action(ending(run));

addHelp(program, {
  codes: {
    0: "a place has the line, or had it",
    1: "none has, or an error",
    130: "interrupted: its queries are stopped",
  },
  notes: "S3 keeps whole seconds, so the times of objects are no more exact; the index keeps none.",
  examples: [
    "Invoice=493512",
    '"$(head -1 data/ledger)"',
    "--json 0000000010dc5rmao0000000000001003b1etiq000000200000",
  ],
});

void runCommand(program);
