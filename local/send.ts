import { namesBadRows } from "../loadgen/bad-rows";
import { failedText } from "../loadgen/failed-text";
import { kinesisPut } from "../loadgen/kinesis";
import { closingFault, openLedger } from "../loadgen/ledger";
import type { History } from "../loadgen/past-times";
import { ProduceError, produce } from "../loadgen/produce";
import { type InputOptions, replay } from "../loadgen/replay";
import { presetFor } from "../loadgen/retail-preset";
import { type SendReport, withFault } from "../loadgen/send-report";
import { ledgerFile } from "./acknowledged";
import type { LocalRun } from "./local-run";
import { nextMerge } from "./next-merge";
import { Progress } from "./progress";
import { localKinesis } from "./services/clients";

/** Options for sending into the run's own stream. */
export interface SendOptions {
  /** File to replay. @default synthetic lines */
  readonly inputFile?: string;
  /** Options for reading that file. */
  readonly input?: InputOptions;
  /** Past of the synthetic lines. @default none */
  readonly history?: History;
  /** Most lines to send. @default all of the file, or no limit */
  readonly maxCount?: number;
  /** Lines a second, or a function that returns the current rate. @default no limit */
  readonly rate?: number | (() => number);
  /** Called with the current report after each call. */
  readonly onReport?: (report: SendReport) => void;
  /** Called when no more lines will be sent, for any reason. */
  readonly onEnd?: () => void;
  /** Lines in one stream record. */
  readonly pack: number;
  /** Seed of the synthetic lines and of the partition keys. */
  readonly seed: number;
  readonly signal: AbortSignal;
}

/**
 * Sends lines with the load generator, in this process.
 * @returns the report, also of a run that stopped early: its `error` has the reason.
 */
export async function send(run: LocalRun, options: SendOptions): Promise<SendReport> {
  const { inputFile, input, history, maxCount, rate, pack, seed, signal, onReport, onEnd } = options;
  const ledger = openLedger(ledgerFile(run.dataDir));
  const client = localKinesis(run.streamUrl, run.plane.region, 1);
  const progress = new Progress();
  const preset = presetFor(run.dataSources.contract);
  let sent: SendReport;
  let ledgerFault: string | undefined;
  try {
    sent = await produce({
      put: kinesisPut(client, run.dataSources.streamName),
      lines:
        inputFile === undefined
          ? preset.syntheticLines(seed, Date.now, history)
          : replay(inputFile, preset, input),
      pack,
      seed,
      signal,
      ledger: {
        append: (identities) => {
          ledger.append(identities);
          run.latency?.append(identities);
        },
      },
      ...(history && { unpacedLines: history.lines }),
      ...(maxCount !== undefined && { maxCount }),
      ...(rate !== undefined && { rate }),
      onProgress: (report) => {
        const next = nextMerge(run, Date.now());
        const waits = next === undefined ? "" : `; ${next}`;
        progress.show(`sent ${report.acknowledged.toLocaleString("en")}${waits}`);
        onReport?.(report);
      },
      onBadRow: namesBadRows((text) => run.say(`${inputFile}, ${text}`)),
      onFailed: (lines) => run.say(failedText(lines)),
    }).catch((error: unknown) => {
      if (error instanceof ProduceError) return error.report;
      throw error;
    });
  } finally {
    onEnd?.();
    progress.end();
    client.destroy();
    ledgerFault = closingFault(ledger);
  }
  const report = withFault(sent, ledgerFault);
  onReport?.(report);
  if (report.error !== undefined) run.say(`error: ${report.error}`);
  return report;
}
