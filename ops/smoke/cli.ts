import { randomUUID } from "node:crypto";
import { Command, Option } from "commander";
import { httpUrl, numberBetween } from "../../lib/arguments";
import { addHelp, ending, programName, runCommand } from "../../lib/command";
import { EXIT, type ExitCode, UsageError } from "../../lib/exit";
import { createKinesisClient, kinesisPut } from "../../loadgen/kinesis";
import { dataSourcesOf } from "../reconcile/data-sources";
import { ownAlarms } from "../target/alarms";
import { addTargetOptions, type Place, placed, type TargetFlags, targetOf } from "../target/options";
import { clientsOf, type Target } from "../target/target";
import { withTunnel } from "../tunnel/with-tunnel";
import { alarmsIn } from "./alarms";
import { readDashboards } from "./dashboards";
import { partsText, verdictOf } from "./report";
import { shownBy } from "./shown";
import { type Part, smoke } from "./smoke";

interface Options extends TargetFlags {
  readonly searchUrl?: string;
  readonly tunnel: boolean;
  readonly wait: number;
  readonly json: boolean;
}

/** Longer than two merges of the default interval, 13 minutes, and a buffer of Firehose. */
const WAIT_MINUTES = 30;

const say = (message: string): void => void process.stderr.write(`${message}\n`);

async function run(place: Place, options: Options): Promise<ExitCode> {
  const target = await targetOf(place);
  if (target.index === undefined && (options.tunnel || options.searchUrl !== undefined)) {
    throw new UsageError(`${target.name} has no speed layer, so leave out --tunnel and --search-url`);
  }
  const isOwnAlarm = ownAlarms(place, target);
  if (!options.tunnel) return smokeIn(target, isOwnAlarm, options);
  return withTunnel(target, say, (searchUrl) => smokeIn(target, isOwnAlarm, { ...options, searchUrl }));
}

async function smokeIn(
  target: Target,
  isOwnAlarm: (name: string) => boolean,
  { searchUrl, wait, json }: Options,
): Promise<ExitCode> {
  const { region } = target.location;
  const shown = shownBy(target);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const sender = createKinesisClient({ region });
  const { index } = target;
  const unreached = "not reached: --tunnel, or --search-url";
  const isUnreached = index !== undefined && searchUrl === undefined;
  const onPart = ({ name, verdict, detail }: Part): void => say(`${name}: ${verdict}, ${detail}`);
  try {
    const parts = await smoke({
      contract: { ...target.contract, smoke: shown.contract.smoke ?? {} },
      put: kinesisPut(sender, target.stream.name),
      sources: dataSourcesOf(target, clientsOf(target), searchUrl),
      notReached: isUnreached ? { index: unreached, Dashboards: unreached } : {},
      alarms: () => alarmsIn(region, isOwnAlarm),
      ...(index !== undefined &&
        searchUrl !== undefined && { dashboards: () => readDashboards(shown, index, searchUrl) }),
      waitMs: wait * 60_000,
      onPart,
      run: randomUUID(),
      signal: stop.signal,
    });
    if (stop.signal.aborted) return EXIT.interrupted;
    const verdict = verdictOf(parts);
    const text = json
      ? JSON.stringify({ ...verdict, parts }, null, 2)
      : `${partsText(parts)}\n${verdict.text}`;
    process.stdout.write(`${text}\n`);
    return verdict.passed ? EXIT.ok : EXIT.failed;
  } finally {
    sender.destroy();
  }
}

const PROGRAM = programName(__filename, "npm run smoke --", "retail-bi smoke");

const program = addTargetOptions(new Command(PROGRAM))
  .description(
    "Sends 1,000 lines that no figure counts into a deployed system, and follows exactly these through every layer.",
  )
  .addOption(
    new Option("--tunnel", "open a tunnel to the search domain, as the command tunnel does")
      .default(false)
      .conflicts("searchUrl"),
  )
  .option("--search-url <url>", "URL of the search engine, such as an open tunnel", httpUrl)
  .option("--wait <minutes>", "longest time to wait for the layers", numberBetween(0, 24 * 60), WAIT_MINUTES)
  .option("--json", "print one JSON document on stdout", false)
  .action(ending(placed(run)));

const PLACE = programName(__filename, "dev", "--stack cdktf.out");
addHelp(program, {
  codes: {
    0: "every part is ok",
    1: "one failed or could not be looked at",
    130: "interrupted: its queries are stopped",
  },
  notes: `Of the lines, 5 break the contract, 50 share records, and 10 are user records of one aggregated record. Nothing is deleted: panels and saved queries leave out the lines that the contract's "smoke" marks.
With the endpoints of a local run (the command env), it tests that run.`,
  examples: [`${PLACE} --tunnel`, `${PLACE} --search-url "$OPENSEARCH_URL"`],
});

void runCommand(program);
