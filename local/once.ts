import { setTimeout as sleep } from "node:timers/promises";
import { reconcile } from "../reconcile/reconcile";
import { countriesText, reportDocument, reportText } from "../reconcile/report";
import { countIndex } from "../reconcile/search-lines";
import { countLines } from "../reconcile/tables";
import type { LocalRun } from "./local-run";
import { Progress } from "./progress";
import { firstTen } from "./saved-query";
import { acknowledged, type SendOptions, send } from "./send";

/** How `--once` runs. */
export interface OnceOptions extends SendOptions {
  /** One JSON document on stdout instead of tables. */
  readonly json: boolean;
}

/** How often the layers are counted while they are waited for. */
const COUNT_EVERY_MS = 1_000;
/** Without any count changing for as long as two schedules and this, waiting ends. */
const PATIENCE_MS = 45_000;

/** Lines in each layer. */
interface Counts {
  readonly raw: number;
  readonly parquet: number;
  readonly quarantined: number;
  readonly indexed: number;
}

/**
 * Sends, waits until every layer has what was acknowledged, reconciles and prints.
 * @returns whether all layers agree and nothing was given up.
 */
export async function runOnce(run: LocalRun, options: OnceOptions): Promise<boolean> {
  const startedAt = Date.now();
  const account = await send(run, options);
  const sentAt = Date.now();
  const ledger = await acknowledged(run);
  await waitForLayers(run, ledger.size, options.signal);
  const settledAt = Date.now();
  if (options.signal.aborted) return false;

  const found = await reconcile(run.places, ledger);
  const timings = {
    start_s: seconds(startedAt - run.startedAt),
    send_s: seconds(sentAt - startedAt),
    wait_s: seconds(settledAt - sentAt),
    reconcile_s: seconds(Date.now() - settledAt),
    total_s: seconds(Date.now() - run.startedAt),
  };
  const agree = found.agree && account.givenUp === 0;
  if (options.json) {
    const document = { ...reportDocument(found), agree, account, timings, ...run.statistics() };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    const latency = run.latency?.latency();
    const text = [
      await firstTen(run),
      countriesText(found.byCountry),
      reportText(found),
      ...(latency
        ? [`arrival to searchable: median ${latency.p50_ms} ms, 99th percentile ${latency.p99_ms} ms`]
        : []),
      `${timings.total_s} s: start ${timings.start_s}, send ${timings.send_s}, wait ${timings.wait_s}, reconcile ${timings.reconcile_s}`,
    ];
    process.stdout.write(`${text.join("\n\n")}\n`);
  }
  return agree;
}

async function waitForLayers(run: LocalRun, expected: number, signal: AbortSignal): Promise<void> {
  const progress = new Progress();
  const longestPeriod = Math.max(0, ...run.plane.schedules.map(({ everySeconds }) => everySeconds * 1_000));
  const patience = (2 * longestPeriod) / run.timeScale + PATIENCE_MS;
  let last = "";
  let changedAt = Date.now();
  while (!signal.aborted && Date.now() - changedAt < patience) {
    const counts = await count(run);
    const text = Object.entries(counts).map(([layer, lines]) => `${layer} ${lines.toLocaleString("en")}`);
    progress.show(`of ${expected.toLocaleString("en")} lines: ${text.join(", ")}`);
    if (isComplete(counts, expected, run.places.search !== undefined)) break;
    if (text.join() !== last) changedAt = Date.now();
    last = text.join();
    await sleep(COUNT_EVERY_MS);
  }
  progress.end();
}

/** Every line is raw, and then in Parquet and in the index, or it is in quarantine. */
function isComplete(
  { raw, parquet, quarantined, indexed }: Counts,
  expected: number,
  search: boolean,
): boolean {
  return raw + quarantined >= expected && parquet >= raw && (!search || indexed + quarantined >= expected);
}

async function count({ places }: LocalRun): Promise<Counts> {
  const { sql, tables, search } = places;
  return {
    raw: await countLines(sql, tables.json),
    parquet: await countLines(sql, tables.parquet),
    quarantined: await countLines(sql, tables.quarantine),
    indexed: search === undefined ? 0 : await countIndex(search.client, search.indexPattern),
  };
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}
