import { join } from "node:path";
import { AthenaClient } from "@aws-sdk/client-athena";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { S3Client } from "@aws-sdk/client-s3";
import { Client } from "@opensearch-project/opensearch";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { Command, InvalidArgumentError } from "commander";
import { chooseEnvironments } from "../environments/choose";
import type { EnvironmentDefinition } from "../environments/environment";
import { locate, locationFilePath, readLocationFile } from "../environments/location";
import { namesOf, SEARCH_INDEX, TABLE_NAMES } from "../modules/naming";
import { type Places, reconcile } from "./reconcile";
import { countriesText, reportDocument, reportText } from "./report";
import { athenaSql } from "./sql";
import type { Window } from "./window";

const EXIT = { agreed: 0, failed: 1, disagreed: 2 } as const;

const HOUR_MS = 3_600_000;
/** What arrived later may still be in a buffer, or wait for the next merge. */
const SETTLING_MS = 15 * 60_000;

interface Options {
  readonly from?: number;
  readonly to?: number;
  readonly minutesPerHour: number;
  readonly searchUrl?: string;
  readonly json: boolean;
}

function time(text: string): number {
  const ms = Date.parse(/Z$/.test(text) ? text : `${text}Z`);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) || Number.isNaN(ms)) {
    throw new InvalidArgumentError("Such as 2026-11-24T03:00, UTC.");
  }
  return ms;
}

function minutes(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 60) {
    throw new InvalidArgumentError("A whole number from 1 to 60 is wanted.");
  }
  return value;
}

const say = (message: string): void => void process.stderr.write(`${message}\n`);

function definitionOf(name: string): EnvironmentDefinition {
  const definitions = chooseEnvironments(process.env);
  const found = definitions.find((definition) => definition.name === name);
  if (found) return found;
  const names = definitions.map((definition) => definition.name).join(", ");
  throw new Error(`there is no environment "${name}"; there are ${names}`);
}

function placesOf(definition: EnvironmentDefinition, searchUrl: string | undefined): Places {
  const location = locate(
    definition.name,
    process.env,
    readLocationFile(locationFilePath(join(__dirname, ".."), process.env)),
  );
  const names = namesOf({ ...definition, location });
  const { region } = location;
  const s3 = new S3Client({ region });
  return {
    // The SDK's own handler speaks HTTP/2, which an endpoint without TLS does not.
    kinesis: new KinesisClient({ region, requestHandler: new NodeHttpHandler() }),
    streamName: names.stream,
    retentionHours: definition.stream.retentionHours,
    sql: athenaSql(new AthenaClient({ region }), s3, names.peopleWorkgroup, names.database),
    tables: { json: TABLE_NAMES.raw, parquet: TABLE_NAMES.parquet, quarantine: TABLE_NAMES.quarantine },
    ...(searchUrl !== undefined && {
      search: { client: new Client({ node: searchUrl }), indexPattern: `${SEARCH_INDEX}*` },
      failures: { s3, bucket: names.lakeBucket },
    }),
  };
}

async function run(environment: string, options: Options): Promise<void> {
  const definition = definitionOf(environment);
  const toMs = options.to ?? Date.now() - SETTLING_MS;
  const window: Window = {
    fromMs: options.from ?? toMs - (definition.stream.retentionHours - 1) * HOUR_MS,
    toMs,
    minutesPerHour: options.minutesPerHour,
  };
  if (window.fromMs >= window.toMs) throw new Error("--from must lie before --to");
  if (definition.speed.enabled && options.searchUrl === undefined) {
    say("the search index is not compared: name where it is reached with --search-url");
  }
  const share =
    window.minutesPerHour === 60 ? "" : `, the first ${window.minutesPerHour} minutes of each hour`;
  say(`comparing what arrived from ${iso(window.fromMs)} to ${iso(window.toMs)}${share}`);
  const found = await reconcile(placesOf(definition, options.searchUrl), undefined, window);
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ window: { from: iso(window.fromMs), to: iso(window.toMs), minutesPerHour: window.minutesPerHour }, ...reportDocument(found) }, null, 2)}\n`
      : `${countriesText(found.byCountry)}\n\n${reportText(found)}\n`,
  );
  process.exitCode = found.agree ? EXIT.agreed : EXIT.disagreed;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

new Command("npm run reconcile --")
  .description("Compares stream, raw zone, Parquet, quarantine and index of an environment, line by line.")
  .argument("<environment>", "such as dev")
  .option("--from <time>", "first arrival, UTC (default: as far back as the stream remembers)", time)
  .option("--to <time>", "end of the arrivals, UTC (default: a quarter of an hour ago)", time)
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
