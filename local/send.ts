import { join } from "node:path";
import { namesBadRows } from "../loadgen/bad-rows";
import { syntheticLines } from "../loadgen/generate";
import { kinesisPut } from "../loadgen/kinesis";
import { openLedger, readLedger } from "../loadgen/ledger";
import { ProduceError, produce } from "../loadgen/produce";
import { type InputOptions, replay } from "../loadgen/replay";
import type { SendReport } from "../loadgen/send-report";
import type { LocalRun } from "./local-run";
import { Progress } from "./progress";
import { localKinesis } from "./services/clients";

/** What a local run sends into its own stream. */
export interface SendOptions {
  /** Replayed; absent: synthetic lines. */
  readonly inputFile?: string;
  /** How that file is read. */
  readonly input?: InputOptions;
  /** Lines; absent: no end, or that of the file. */
  readonly maxCount?: number;
  /** Lines a second, or who says how many now; absent: as fast as it goes. */
  readonly rate?: number | (() => number);
  /** Told where the run stands, after each call. */
  readonly onReport?: (report: SendReport) => void;
  /** Told that no more lines are sent, however that came. */
  readonly onEnd?: () => void;
  /** Lines in one stream record. */
  readonly pack: number;
  /** Of the synthetic lines and of the partition keys. */
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Identities that this data directory's runs saw acknowledged, one a line. */
function ledgerFile(run: LocalRun): string {
  return join(run.dataDir, "ledger");
}

/**
 * Sends lines with the load generator, in this process.
 * @returns the report, also of a run that could not go on: its `error` says why.
 */
export async function send(run: LocalRun, options: SendOptions): Promise<SendReport> {
  const { inputFile, input, maxCount, rate, pack, seed, signal, onReport, onEnd } = options;
  const ledger = openLedger(ledgerFile(run));
  const client = localKinesis(run.streamUrl, run.plane.region, 1);
  const progress = new Progress();
  try {
    const report = await produce({
      put: kinesisPut(client, run.dataSources.streamName),
      lines: inputFile === undefined ? syntheticLines(seed) : replay(inputFile, input),
      pack,
      seed,
      signal,
      ledger: {
        append: (identities) => {
          ledger.append(identities);
          run.latency?.append(identities);
        },
      },
      ...(maxCount !== undefined && { maxCount }),
      ...(rate !== undefined && { rate }),
      onProgress: (report) => {
        progress.show(`sent ${report.acknowledged.toLocaleString("en")}`);
        onReport?.(report);
      },
      onBadRow: namesBadRows((text) => run.say(`${inputFile}, ${text}`)),
      onFailed: ({ reason, numbers }) =>
        run.say(`${numbers.length} lines from line ${numbers[0]} on failed: ${reason}`),
    }).catch((error: unknown) => {
      if (error instanceof ProduceError) return error.report;
      throw error;
    });
    progress.end();
    onReport?.(report);
    if (report.error !== undefined) run.say(`error: ${report.error}`);
    return report;
  } finally {
    onEnd?.();
    progress.end();
    ledger.close();
    client.destroy();
  }
}

/** The identities that were acknowledged, of every run on this data directory. */
export async function acknowledged(run: LocalRun): Promise<Set<string>> {
  const identities = new Set<string>();
  for await (const identity of readLedger(ledgerFile(run))) identities.add(identity);
  return identities;
}
