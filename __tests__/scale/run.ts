/**
 * One run with many lines and everything on that can go wrong, compared at the end by the product and by a script that uses
 * nothing of it: `npm run test:scale`. Not part of CI.
 */
import "../support/time-zone";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import Table from "cli-table3";
import { Command } from "commander";
import { HOUR_MS } from "../../contract/hours";
import { EXIT, type ExitCode } from "../../lib/exit";
import { acknowledged } from "../../local/acknowledged";
import { runDataPlane } from "../../local/local-run";
import { readDataPlane } from "../../local/plan/read-data-plane";
import { send } from "../../local/send";
import { localS3 } from "../../local/services/clients";
import { settle } from "../../local/settle";
import { synthesize } from "../../local/synthesize";
import { conclude, layersOf } from "../../ops/reconcile/conclusion";
import { FaultySearch } from "../support/faulty-search";
import { breakSearch, deliverTwice, killFunctions, Merges, Tally } from "./faults";
import { startFaultyStream } from "./faulty-stream";
import { POISON_EVERY, writeLines } from "./lines";

/** Divides the delivery stream's buffer interval: an object every second. */
const TIME_SCALE = 60;
/** Between two merges after the faults have ended. */
const MERGE_EVERY_MS = 5_000;
const PACK = 25;
/** Sending begins so long before the full hour. */
const BEFORE_THE_HOUR_MS = 90_000;
/** Largest answer of the check. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

interface Options {
  readonly lines: number;
  readonly rate: number;
  readonly now: boolean;
  readonly json?: string;
}

/** What the check found. */
interface Checked {
  readonly given: number;
  readonly stream: number;
  readonly raw: number;
  readonly copiesInRaw: number;
  readonly parquet: number;
  readonly indexed: number;
  readonly quarantined: number;
  readonly problems: readonly string[];
}

async function main({ lines, rate, now, json }: Options): Promise<ExitCode> {
  const folder = mkdtempSync(join(tmpdir(), "retail-bi-scale-"));
  const closing: (() => Promise<unknown>)[] = [];
  const stop = new AbortController();
  const over = (): void => stop.abort(new Error("interrupted"));
  process.once("SIGINT", over).once("SIGTERM", over);
  try {
    const stackDir = await synthesize(join(folder, "out"), "dev", stop.signal);
    const sent = join(folder, "lines.jsonl");
    const broken = await writeLines(sent, lines);
    say(`${count(lines)} lines, ${count(broken)} of them broken`);
    const search = await FaultySearch.start(join(folder, "search"));
    closing.push(() => search.close());
    const plane = readDataPlane(stackDir, { searchEndpoint: search.url });
    const [schedule] = plane.schedules;
    const model = plane.functions.find(({ arn }) => arn === schedule?.functionArn);
    if (model === undefined) throw new Error("no schedule invokes a function");
    // Merges come from here, where they can be killed at any call.
    const run = await runDataPlane({ ...plane, schedules: [] }, search.url, {
      dataDir: join(folder, "data"),
      timeScale: TIME_SCALE,
      firstPort: 0,
      say: () => undefined,
    });
    closing.push(() => run.close());
    const endpoints = Object.fromEntries(
      run.exports.map((line) => line.replace("export ", "").split("=", 2) as [string, string]),
    );
    const s3 = localS3(endpoints["AWS_ENDPOINT_URL_S3"] ?? "", plane.region);
    closing.push(async () => s3.destroy());
    const stream = await startFaultyStream(run.streamUrl);
    closing.push(() => stream.close());
    const tally = new Tally();
    const merges = await Merges.start(model, endpoints, s3, tally);
    closing.push(() => merges.close());

    if (!now) await untilBeforeTheHour(stop.signal);
    const startedAt = Date.now();
    const faults = new AbortController();
    const injected = Promise.all([
      breakSearch(search, tally, faults.signal),
      killFunctions(run, tally, faults.signal),
      deliverTwice(s3, merges.config, tally, faults.signal),
      merges.withKills(faults.signal),
    ]);
    // The end of one of them, which can only be a failure before the faults end, ends the run.
    injected.catch((error: unknown) => stop.abort(error));
    const report = await send(
      { ...run, streamUrl: stream.url },
      { inputFile: sent, pack: PACK, seed: 1, rate, signal: stop.signal },
    );
    const sentAt = Date.now();
    say(`sent: ${JSON.stringify(report)}`);
    faults.abort();
    await injected;
    stop.signal.throwIfAborted();
    for (const [fault, times] of Object.entries(stream.counts)) tally.add(fault, times);
    const steady = merges.steadily(MERGE_EVERY_MS, AbortSignal.any([stop.signal, faultsAreOver(closing)]));
    steady.catch((error: unknown) => stop.abort(error));
    const found = await settle(run, await acknowledged(run), stop.signal);
    if (found === undefined) throw stop.signal.reason;
    const settledAt = Date.now();
    const conclusion = conclude(found, layersOf({ batch: true, speed: true }));

    const { bucket, prefix } = merges.config.OLD_TABLE_LOCATION_PREFIX;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        join(__dirname, "check.mjs"),
        JSON.stringify({
          sent,
          poisonEvery: POISON_EVERY,
          stream: run.dataSources.streamName,
          bucket,
          raw: prefix,
          quarantine: "quarantine/",
          database: merges.config.NEW_DATABASE,
          table: merges.config.NEW_TABLE_NAME,
          search: search.url,
          index: run.dataSources.search?.indexPattern,
        }),
      ],
      { env: { ...process.env, ...endpoints }, maxBuffer: MAX_ANSWER_BYTES },
    );
    const checked = JSON.parse(stdout) as Checked;
    const own = {
      stream: found.acknowledged + found.extra.length,
      raw: found.counts.raw,
      parquet: found.counts.parquet,
      indexed: found.counts.indexed,
      quarantined: found.quarantined,
    };
    const hours = new Set([startedAt, sentAt].map((ms) => Math.floor(ms / HOUR_MS))).size;
    const problems = [
      ...checked.problems,
      ...conclusion.reasons,
      ...(report.failed === 0 && report.acknowledged === lines ? [] : ["not every line was acknowledged"]),
      ...Object.entries(own).flatMap(([place, number]) => {
        const other = checked[place as keyof typeof own];
        return number === other ? [] : [`the product counts ${number} in ${place}, the check ${other}`];
      }),
      ...(now || hours > 1 ? [] : ["no hour's edge was passed"]),
    ];
    const seconds = (ms: number): number => Math.round(ms / 1_000);
    const document = {
      lines,
      broken,
      sendSeconds: seconds(sentAt - startedAt),
      settleSeconds: seconds(settledAt - sentAt),
      hours,
      cores: cpus().length,
      load: loadavg()[0],
      faults: Object.fromEntries([...tally.counts].sort()),
      own,
      checked,
      problems,
    };
    if (json !== undefined) writeFileSync(json, JSON.stringify(document, null, 2));
    const faultTable = new Table({
      head: ["fault", "times"],
      colAligns: ["left", "right"],
      style: { head: [], border: [], compact: true },
    });
    for (const row of [...tally.counts].sort()) faultTable.push([row[0], count(row[1])]);
    const layers = new Table({
      head: ["place", "the product's report", "the check"],
      colAligns: ["left", "right", "right"],
      style: { head: [], border: [], compact: true },
    });
    for (const [place, number] of Object.entries(own)) {
      layers.push([place, count(number ?? 0), count(checked[place as keyof typeof own])]);
    }
    process.stdout.write(
      `${faultTable}\n${layers}\n${count(lines)} lines, ${count(broken)} broken; ${count(report.acknowledged)} acknowledged ` +
        `in ${document.sendSeconds} s, in every layer ${document.settleSeconds} s later; over ${hours} hour(s); ` +
        `${merges.ended} merges ended\n${problems.length === 0 ? "Equal sets: nothing lost, nothing twice." : problems.join("\n")}\n`,
    );
    return problems.length === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    for (const close of closing.reverse()) await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A signal that is given when what was opened is closed. */
function faultsAreOver(closing: (() => Promise<unknown>)[]): AbortSignal {
  const controller = new AbortController();
  closing.push(async () => controller.abort());
  return controller.signal;
}

/** Waits until shortly before the next full hour. */
async function untilBeforeTheHour(signal: AbortSignal): Promise<void> {
  const ms = (HOUR_MS - (Date.now() % HOUR_MS) - BEFORE_THE_HOUR_MS + HOUR_MS) % HOUR_MS;
  say(`waiting ${Math.round(ms / 60_000)} minutes, so that the run passes a full hour; --now does not wait`);
  await sleep(ms, undefined, { signal });
}

function count(number: number): string {
  return number.toLocaleString("en");
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

const options = new Command("npm run test:scale --")
  .description("Many lines under every fault; the sets are equal at the end, or the exit code is 1.")
  .option("--lines <number>", "lines to send", Number, 1_000_000)
  .option("--rate <number>", "lines a second", Number, 4_000)
  .option("--now", "do not wait for the end of an hour, whose edge is then not passed", false)
  .option("--json <file>", "write the report as JSON, too")
  .parse()
  .opts<Options>();

main(options).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = EXIT.failed;
  },
);
