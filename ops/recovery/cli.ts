import { setTimeout as sleep } from "node:timers/promises";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { Command } from "commander";
import { addHelp, ending, programName, runCommand } from "../../lib/command";
import { EXIT, type ExitCode } from "../../lib/exit";
import { given } from "../../lib/given";
import { partitionsOf } from "../../lib/glue-partitions";
import { ZONES } from "../../modules/batch/zones";
import { arrivalRange, arrivalTime, assertOrder, iso, SETTLING_MS } from "../reconcile/arrival-times";
import { onFailureRecords } from "../reconcile/on-failure-records";
import { athenaSql, ofCommand } from "../reconcile/sql";
import { streamRecords } from "../reconcile/stream-records";
import { addTargetOptions, type Place, placed, type TargetFlags, targetOf } from "../target/options";
import { clientsOf, retentionOf } from "../target/target";
import { invokeLambda } from "./invoke-lambda";
import { redrive, redriveCode } from "./redrive";
import { remembered, replay } from "./replay";
import { redriveText, replayText, resultText } from "./report";

interface Options extends TargetFlags {
  readonly dryRun: boolean;
  readonly json: boolean;
}

interface ReplayOptions extends Options {
  readonly from?: number;
  readonly to?: number;
}

const say = (message: string): void => void process.stderr.write(`${message}\n`);

function print(document: Readonly<object>, text: string, { json }: Options): void {
  process.stdout.write(`${json ? JSON.stringify(document, null, 2) : text}\n`);
}

async function runRedrive(place: Place, options: Options): Promise<ExitCode> {
  const target = await targetOf(place);
  const { name, location, speed, lakeBucket: bucket } = target;
  if (!speed) throw new Error(`${name} has no speed layer, so no mapping can have discarded records`);
  const { s3 } = clientsOf(target);
  const lambda = new LambdaClient({ region: location.region });
  say(`looking into s3://${bucket}/${ZONES.onFailure}`);
  const report = await redrive(
    {
      objects: onFailureRecords({ s3, bucket }),
      remove: async (Key) => void (await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }))),
      functionName: speed.functionName,
      invoke: invokeLambda(lambda, speed.functionName),
      sleep: async (ms) => void (await sleep(ms)),
      onObject: (result) => say(`  ${resultText(result)}`),
    },
    options,
  );
  print({ dryRun: options.dryRun, ...report }, redriveText(report), options);
  return redriveCode(report);
}

async function runReplay(place: Place, options: ReplayOptions): Promise<ExitCode> {
  const target = await targetOf(place);
  const { name, contract, tables, analysts, stream, lakeBucket } = target;
  if (!tables || !analysts)
    throw new Error(`${name} has no batch layer, so there is no raw zone to write to`);
  const { database, workgroup } = analysts;
  const clients = clientsOf(target);
  const { kinesis, s3, athena, glue } = clients;
  const now = Date.now();
  assertOrder(options, now);
  const retentionHours = await retentionOf(target, clients, say);
  const asked = arrivalRange(options, retentionHours, now);
  const range = remembered(asked, retentionHours, now);
  if (range.fromMs > asked.fromMs) {
    say(
      `the stream keeps ${retentionHours} hours: records that arrived before ${iso(range.fromMs)} are excluded`,
    );
  }
  if (range.toMs > now - SETTLING_MS) {
    say(
      "the range includes the last quarter of an hour: lines in delivery may become duplicates in the raw zone",
    );
  }
  say(`replaying arrivals from ${iso(range.fromMs)} to ${iso(range.toMs)}`);
  const report = await replay(
    {
      contract: { columns: contract.columns, tables },
      records: (window) => streamRecords(kinesis, stream.name, window),
      sql: ofCommand(athenaSql(athena, s3, workgroup, database)),
      partitions: async (values) => {
        const table = { database, name: tables.raw };
        return (await partitionsOf(glue, table, values)).map(({ Values }) => given(Values, "Values"));
      },
      put: async (Key, Body) => {
        await s3.send(new PutObjectCommand({ Bucket: lakeBucket, Key, Body }));
        say(`written: s3://${lakeBucket}/${Key}`);
      },
      onHour: ({ name }, { lines, missing }) => {
        say(
          `hour ${name}; so far ${lines.toLocaleString("en")} lines, missing ${missing.toLocaleString("en")}`,
        );
      },
    },
    range,
    options,
  );
  const { fromMs, toMs } = range;
  const document = { dryRun: options.dryRun, from: iso(fromMs), to: iso(toMs), ...report };
  print(document, replayText(report, options.dryRun), options);
  return EXIT.ok;
}

const program = new Command(programName(__filename, "npm run", "retail-bi")).description(
  "Brings back records that did not reach a layer.",
);
const PLACE = programName(__filename, "dev", "--stack cdktf.out");

const redriveCommand = addTargetOptions(program.command("redrive"))
  .description(
    "Reprocesses records that the event source mapping discarded, from the lake through UpsertToES.",
  )
  .option("--dry-run", "report what would be redriven, and change nothing", false)
  .option("--json", "print one JSON document on stdout", false)
  .action(ending(placed(runRedrive)));
addHelp(redriveCommand, {
  codes: {
    0: "all objects are redriven, or there are none (--dry-run: they were listed)",
    1: "an object failed and is still in the lake, or an error",
  },
  notes: "An object is deleted when its whole batch was acknowledged. The command may be repeated.",
  examples: [`${PLACE} --dry-run`],
});

const replayCommand = addTargetOptions(program.command("replay"))
  .description("Reads the stream again and writes the lines that the raw zone is missing.")
  .option("--from <time>", "first arrival, UTC (default: the oldest record of the stream)", arrivalTime)
  .option(
    "--to <time>",
    "end of the arrivals, UTC, now at the latest (default: a quarter of an hour ago)",
    arrivalTime,
  )
  .option("--dry-run", "report missing lines, and write nothing", false)
  .option("--json", "print one JSON document on stdout", false)
  .action(ending(placed(runReplay)));
addHelp(replayCommand, {
  codes: {
    0: "the lake has every line of the range (--dry-run: missing lines were counted)",
    1: "an error",
    130: "interrupted: its queries are stopped",
  },
  notes:
    "By default the last quarter of an hour is excluded, because its lines may still be on their way. A line that Firehose delivers later becomes a duplicate in the raw zone, which is at-least-once; the merge reduces it to one row.",
  examples: [`${PLACE} --dry-run`, `${PLACE} --from 2026-11-25T13:00 --to 2026-11-25T14:00`],
});

void runCommand(program);
