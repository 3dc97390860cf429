import { Command, Option } from "commander";
import { httpUrl, integerBetween } from "../../lib/arguments";
import { addHelp, ending, programName, runCommand } from "../../lib/command";
import { counted } from "../../lib/counted";
import type { ExitCode } from "../../lib/exit";
import { addTargetOptions, type Place, placed, type TargetFlags, targetOf } from "../target/options";
import { clientsOf, completeHours, retentionOf, type Target } from "../target/target";
import { withTunnel } from "../tunnel/with-tunnel";
import { arrivalRange, arrivalTime, assertOrder, iso } from "./arrival-times";
import { conclude, layersOf, notCompared } from "./conclusion";
import { dataSourcesOf } from "./data-sources";
import { reconcile } from "./reconcile";
import { reportDocument, reportText, summaryText } from "./report";
import type { Window } from "./window";

interface Options extends TargetFlags {
  readonly from?: number;
  readonly to?: number;
  readonly minutesPerHour: number;
  readonly searchUrl?: string;
  readonly tunnel: boolean;
  readonly json: boolean;
}

const say = (message: string): void => void process.stderr.write(`${message}\n`);

async function run(place: Place, options: Options): Promise<ExitCode> {
  const target = await targetOf(place);
  if (!options.tunnel) return compareIn(target, options);
  return withTunnel(target, say, (searchUrl) => compareIn(target, { ...options, searchUrl }));
}

async function compareIn(target: Target, options: Options): Promise<ExitCode> {
  const now = Date.now();
  assertOrder(options, now);
  const clients = clientsOf(target);
  const retentionHours = await retentionOf(target, clients, say);
  const { minutesPerHour } = options;
  const window: Window = { ...arrivalRange(options, retentionHours, now), minutesPerHour };
  const { fromMs, toMs } = window;
  const share = minutesPerHour === 60 ? "" : `, the first ${minutesPerHour} minutes of each hour`;
  say(`comparing arrivals from ${iso(fromMs)} to ${iso(toMs)}${share}`);
  const dataSources = {
    ...dataSourcesOf(target, clients, options.searchUrl),
    retentionHours: completeHours(target, retentionHours),
  };
  const found = await reconcile(dataSources, undefined, window, (name, lines) => {
    say(`  ${name}: ${counted(lines, "line")}`);
  });
  const layers = layersOf({ batch: target.tables !== undefined, speed: target.speed !== undefined });
  const leftOut = notCompared(found, layers);
  const conclusion = conclude(found, layers);
  if (options.json) {
    const asked = { from: iso(fromMs), to: iso(toMs), minutesPerHour };
    const document = { window: asked, notCompared: leftOut, ...reportDocument(found, conclusion) };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    process.stdout.write(`${summaryText(found.summary)}\n\n${reportText(found, conclusion)}\n`);
    if (leftOut.includes("indexed")) process.stdout.write("To compare it: --tunnel, or --search-url.\n");
  }
  return conclusion.code;
}

const PROGRAM = programName(__filename, "npm run reconcile --", "retail-bi reconcile");

const program = addTargetOptions(new Command(PROGRAM))
  .description("Compares stream, raw zone, Parquet, quarantine and index of a deployed system, line by line.")
  .option("--from <time>", "first arrival, UTC (default: the oldest record of the stream)", arrivalTime)
  .option(
    "--to <time>",
    "end of the arrivals, UTC, now at the latest (default: a quarter of an hour ago)",
    arrivalTime,
  )
  .option(
    "--minutes-per-hour <number>",
    "compare a sample: the first minutes of each hour",
    integerBetween(1, 60),
    60,
  )
  .addOption(
    new Option("--tunnel", "open a tunnel to the search domain, as the command tunnel does")
      .default(false)
      .conflicts("searchUrl"),
  )
  .option("--search-url <url>", "URL of the search engine, such as an open tunnel", httpUrl)
  .option("--json", "print one JSON document on stdout", false)
  .action(ending(placed(run)));

const PLACE = programName(__filename, "dev", "--stack cdktf.out");
addHelp(program, {
  codes: {
    0: "all layers agree",
    1: "they disagree, or it could not be determined (a layer was not compared, no line is in the range, or an error, which leaves stdout empty)",
    130: "interrupted: its queries are stopped",
  },
  notes: `Lines older than the stream's retention are compared with the raw zone instead of the stream.
With the endpoints of a local run (the command env), it compares that run; lines of the last minute may be on their way.`,
  examples: [`${PLACE} --tunnel`, `${PLACE} --to 2026-11-25T14:49 --search-url "$OPENSEARCH_URL"`],
});

void runCommand(program);
