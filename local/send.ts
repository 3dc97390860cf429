import { join } from "node:path";
import { type Account, accountText } from "../loadgen/account";
import { syntheticLines } from "../loadgen/generate";
import { kinesisPut } from "../loadgen/kinesis";
import { openLedger, readLedger } from "../loadgen/ledger";
import { produce } from "../loadgen/produce";
import { replay } from "../loadgen/replay";
import type { LocalRun } from "./local-run";
import { Progress } from "./progress";
import { localKinesis } from "./services/clients";

/** What a local run sends into its own stream. */
export interface SendOptions {
  /** Replayed; absent: synthetic lines. */
  readonly inputFile?: string;
  /** Lines; absent: no end, or that of the file. */
  readonly maxCount?: number;
  /** Lines a second, or who says how many now; absent: as fast as it goes. */
  readonly rate?: number | (() => number);
  /** Told where the run stands, after each call. */
  readonly onAccount?: (account: Account) => void;
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
 * @throws InputError, ProduceError as the load generator does.
 */
export async function send(run: LocalRun, options: SendOptions): Promise<Account> {
  const { inputFile, maxCount, rate, pack, seed, signal, onAccount, onEnd } = options;
  const ledger = openLedger(ledgerFile(run));
  const client = localKinesis(run.streamUrl, run.plane.region, 1);
  const progress = new Progress();
  try {
    const account = await produce({
      put: kinesisPut(client, run.places.streamName),
      lines: inputFile === undefined ? syntheticLines(seed) : replay(inputFile),
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
      onProgress: (account) => {
        progress.show(`sent ${account.acknowledged.toLocaleString("en")}`);
        onAccount?.(account);
      },
      onBadRow: ({ number, fault }) => run.say(`${inputFile}, line ${number}: ${fault}; not sent`),
      onGivenUp: ({ reason, numbers }) =>
        run.say(`given up, ${numbers.length} lines from line ${numbers[0]} on: ${reason}`),
    });
    progress.end();
    onAccount?.(account);
    run.say(accountText(account));
    return account;
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
