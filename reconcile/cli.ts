import { Client } from "@opensearch-project/opensearch";
import { Command, InvalidArgumentError } from "commander";
import { type Deployed, deployed } from "../environments/deployed";
import { SEARCH_INDEX, TABLE_NAMES } from "../modules/naming";
import { arrivalRange, arrivalTime, iso } from "./arrival-times";
import { type Places, reconcile } from "./reconcile";
import { countriesText, reportDocument, reportText } from "./report";
import { athenaSql } from "./sql";
import type { Window } from "./window";

const EXIT = { agreed: 0, failed: 1, disagreed: 2 } as const;

interface Options {
  readonly from?: number;
  readonly to?: number;
  readonly minutesPerHour: number;
  readonly searchUrl?: string;
  readonly json: boolean;
}

function minutes(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 60) {
    throw new InvalidArgumentError("A whole number from 1 to 60 is wanted.");
  }
  return value;
}

const say = (message: string): void => void process.stderr.write(`${message}\n`);

function placesOf(
  { definition, names, kinesis, s3, athena }: Deployed,
  searchUrl: string | undefined,
): Places {
  return {
    kinesis,
    streamName: names.stream,
    retentionHours: definition.stream.retentionHours,
    sql: athenaSql(athena, s3, names.peopleWorkgroup, names.database),
    tables: { json: TABLE_NAMES.raw, parquet: TABLE_NAMES.parquet, quarantine: TABLE_NAMES.quarantine },
    ...(searchUrl !== undefined && {
      search: { client: new Client({ node: searchUrl }), indexPattern: `${SEARCH_INDEX}*` },
      failures: { s3, bucket: names.lakeBucket },
    }),
  };
}

async function run(environment: string, options: Options): Promise<void> {
  const place = deployed(environment);
  const { definition } = place;
  const window: Window = {
    ...arrivalRange(options, definition.stream.retentionHours),
    minutesPerHour: options.minutesPerHour,
  };
  if (definition.speed.enabled && options.searchUrl === undefined) {
    say("the search index is not compared: name where it is reached with --search-url");
  }
  const share =
    window.minutesPerHour === 60 ? "" : `, the first ${window.minutesPerHour} minutes of each hour`;
  say(`comparing what arrived from ${iso(window.fromMs)} to ${iso(window.toMs)}${share}`);
  const found = await reconcile(placesOf(place, options.searchUrl), undefined, window);
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ window: { from: iso(window.fromMs), to: iso(window.toMs), minutesPerHour: window.minutesPerHour }, ...reportDocument(found) }, null, 2)}\n`
      : `${countriesText(found.byCountry)}\n\n${reportText(found)}\n`,
  );
  process.exitCode = found.agree ? EXIT.agreed : EXIT.disagreed;
}

new Command("npm run reconcile --")
  .description("Compares stream, raw zone, Parquet, quarantine and index of an environment, line by line.")
  .argument("<environment>", "such as dev")
  .option("--from <time>", "first arrival, UTC (default: as far back as the stream remembers)", arrivalTime)
  .option("--to <time>", "end of the arrivals, UTC (default: a quarter of an hour ago)", arrivalTime)
  .option("--minutes-per-hour <number>", "a sample: the first minutes of each hour", minutes, 60)
  .option("--search-url <url>", "where the search engine is reached")
  .option("--json", "one JSON document on stdout", false)
  .showHelpAfterError()
  .addHelpText(
    "after",
    `
Exit codes: 0 all agree, 2 they do not, 1 it cannot be said.

A range that is older than the stream's retention is compared without the stream: tables and index with the raw zone.
With the endpoints that npm start prints, it looks at that run:
  npm run reconcile -- dev --to "$(date -u +%FT%TZ)" --search-url http://127.0.0.1:4573`,
  )
  .action(run)
  .parseAsync()
  .catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = EXIT.failed;
  });
