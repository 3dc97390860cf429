/**
 * Sends lines at a steady rate through a local run of `dev` and measures how long each takes from its arrival in the
 * stream until a search finds it, and what memory the functions' processes hold meanwhile.
 *
 * npm run bench:latency -- --rate 1000 --seconds 60
 *
 * Its output goes into docs/measurements.md.
 */
import { availableParallelism, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import Table from "cli-table3";
import { Command } from "commander";
import { acknowledged } from "../local/acknowledged";
import { openDataDir } from "../local/data-dir";
import { type LocalRun, startLocalRun } from "../local/local-run";
import { send } from "../local/send";
import { settle } from "../local/settle";
import { conclude, layersOf } from "../ops/reconcile/conclusion";
import { reportText } from "../ops/reconcile/report";

/** Interval of the notes of memory and latency, in seconds. */
const NOTE_EVERY_SECONDS = 5;
const MIB = 1024 * 1024;

/** A note of memory and latency. */
interface Note {
  readonly second: number;
  /** One-minute load average of the machine: shows whether other programs were running. */
  readonly load: number;
  /** Resident memory of a function's processes in MiB, and how many they are, by function. */
  readonly memory: Readonly<Record<string, string>>;
  /** Resident memory of this process, which holds the engines and the load generator. */
  readonly enginesMiB: number;
  readonly samples: number;
  /** Absent before the first sample. */
  readonly p50_ms: number | undefined;
  readonly p99_ms: number | undefined;
}

function note(run: LocalRun, startedAt: number): Note {
  const memory = run.functions.stats().map(({ functionName, processes }) => {
    const mebibytes = processes.reduce((sum, { rssBytes }) => sum + rssBytes, 0) / MIB;
    return [functionName, `${mebibytes.toFixed(0)} (${processes.length})`];
  });
  const latency = run.latency?.latency();
  return {
    second: Math.round((Date.now() - startedAt) / 1_000),
    load: Math.round((loadavg()[0] ?? Number.NaN) * 10) / 10,
    memory: Object.fromEntries(memory),
    enginesMiB: Math.round(process.memoryUsage.rss() / MIB),
    samples: latency?.samples ?? 0,
    p50_ms: latency?.p50_ms,
    p99_ms: latency?.p99_ms,
  };
}

function table(notes: readonly Note[]): string {
  const names = Object.keys(notes[0]?.memory ?? {});
  const rows = new Table({
    head: ["second", "load", "samples", "p50 ms", "p99 ms", ...names, "engines"],
    style: { head: [], border: [], compact: true },
  });
  for (const { second, load, samples, p50_ms, p99_ms, memory, enginesMiB } of notes) {
    const cells = names.map((name) => memory[name] ?? "");
    rows.push([second, load, samples, p50_ms ?? "–", p99_ms ?? "–", ...cells, enginesMiB]);
  }
  return rows.toString();
}

/** What a run at a steady rate was like. */
export interface SteadyRun {
  readonly agree: boolean;
  /** Milliseconds from the arrival in the stream until a search finds a line. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** The least that the settings allow: the mapping's batching window, and the engine's refresh of a second. */
  readonly leastMs: number;
  /** For a person. */
  readonly text: string;
}

const REFRESH_MS = 1_000;

/** @param rate lines a second */
export async function measureLatency(
  rate: number,
  seconds: number,
  say: (message: string) => void,
): Promise<SteadyRun> {
  const dataDir = openDataDir(undefined);
  const run = await startLocalRun({
    source: { environment: "dev" },
    dataDir: dataDir.path,
    timeScale: 12,
    firstPort: 0,
    say,
  });
  try {
    const { signal } = new AbortController();
    const startedAt = Date.now();
    const ended = new AbortController();
    const notes: Note[] = [];
    const noting = (async () => {
      while (!ended.signal.aborted) {
        await sleep(NOTE_EVERY_SECONDS * 1_000, undefined, { signal: ended.signal }).catch(() => undefined);
        notes.push(note(run, startedAt));
      }
    })();
    const report = await send(run, { rate, maxCount: rate * seconds, pack: 1, seed: 1, signal });
    ended.abort();
    await noting;

    const found = await settle(run, await acknowledged(run), signal);
    const conclusion =
      found && conclude(found, layersOf({ batch: true, speed: run.plane.searchDomains.length > 0 }));
    const latency = run.latency?.latency();
    const [stats] = run.functions.stats().filter(({ functionName }) => functionName.endsWith("UpsertToES"));
    const text = [
      `${availableParallelism()} cores, Node ${process.versions.node}, ${report.acknowledged} lines in ${report.seconds} s`,
      "Latency of all lines so far; memory in MiB of each function's processes, and how many they are:",
      table(notes),
      `arrival to searchable: ${JSON.stringify(latency)}`,
      `UpsertToES: ${JSON.stringify(stats && { ...stats, processes: stats.processes.length })}`,
      found && conclusion ? reportText(found, conclusion) : "interrupted",
    ];
    const [mapping] = run.plane.eventSourceMappings;
    return {
      agree: conclusion?.agree ?? false,
      p50Ms: latency?.p50_ms,
      p99Ms: latency?.p99_ms,
      leastMs: (mapping?.windowSeconds ?? 0) * 1_000 + REFRESH_MS,
      text: text.join("\n\n"),
    };
  } finally {
    await run.close();
    dataDir.release({ keep: false });
  }
}

async function main(): Promise<void> {
  const { rate, seconds } = new Command("npm run bench:latency --")
    .option("--rate <lines/s>", "lines a second", Number, 1_000)
    .option("--seconds <number>", "how long", Number, 60)
    .parse()
    .opts<{ rate: number; seconds: number }>();
  const { agree, text } = await measureLatency(rate, seconds, (message) => {
    process.stderr.write(`${message}\n`);
  });
  process.stdout.write(`${text}\n`);
  process.exitCode = agree ? 0 : 1;
}

if (process.argv[1] === __filename) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  });
}
