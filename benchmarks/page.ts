/**
 * Opens the page of a run in a real browser: how soon it is painted, and whether its memory grows while it is
 * updated. The garbage is collected before each measurement, so that what is left is what is held.
 *
 * npm run bench:page -- --minutes 10
 *
 * Its output goes into docs/measurements.md.
 */

import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import Table from "cli-table3";
import { Command } from "commander";
import type { Browser, CDPSession } from "playwright-core";
import { messageOf } from "../lib/message-of";
import { startBrowser } from "./support/browser";
import { startPageRun } from "./support/page-run";

const KIB = 1024;
/** Time before memory is noted, for compiling code and drawing every panel. */
const WARM_UP_SECONDS = 30;
/** Growth from the first third of the notes to the last that is noise, in KiB. */
const NOISE_KIB = 512;
const PAINTED_WITHIN_MS = 1_000;
const LOADS = 5;

interface Note {
  readonly second: number;
  /** One-minute load average of the machine: shows whether other programs were running. */
  readonly load: number;
  readonly heapKiB: number;
  readonly nodes: number;
  readonly listeners: number;
}

interface Options {
  readonly minutes: number;
  readonly rate: number;
  readonly port: number;
}

/** Milliseconds from the request to the first paint of each of some loads, with nothing in the browser's cache. */
async function firstPaints(browser: Browser, url: string): Promise<number[]> {
  const paints: number[] = [];
  for (let load = 0; load < LOADS; load++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(url);
    await page.locator("#part-index").waitFor();
    paints.push(
      await page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0].startTime"),
    );
    await context.close();
  }
  return paints.sort((a, b) => a - b);
}

async function note(session: CDPSession, second: number): Promise<Note> {
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const metric = (wanted: string): number => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
  return {
    second,
    load: Math.round((loadavg()[0] ?? Number.NaN) * 10) / 10,
    heapKiB: Math.round(metric("JSHeapUsedSize") / KIB),
    nodes: metric("Nodes"),
    listeners: metric("JSEventListeners"),
  };
}

async function watch(browser: Browser, url: string, minutes: number): Promise<Note[]> {
  const page = await (await browser.newContext({ viewport: { width: 1360, height: 900 } })).newPage();
  await page.goto(url);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  await sleep(WARM_UP_SECONDS * 1_000);
  const startedAt = Date.now();
  const every = Math.max(5_000, (minutes * 60_000) / 20);
  const notes: Note[] = [];
  for (;;) {
    const elapsed = Date.now() - startedAt;
    notes.push(await note(session, Math.round(elapsed / 1_000)));
    if (elapsed >= minutes * 60_000) return notes;
    await sleep(every);
  }
}

function mean(notes: readonly Note[]): number {
  return notes.reduce((sum, { heapKiB }) => sum + heapKiB, 0) / notes.length;
}

async function main({ minutes, rate, port }: Options): Promise<boolean> {
  const browser = await startBrowser();
  const run = await startPageRun("--port", String(port), "--rate", String(rate), "--history", "0");
  try {
    const paints = await firstPaints(browser, run.url);
    const notes = await watch(browser, run.url, minutes);
    const table = new Table({
      head: ["second", "load", "heap KiB", "nodes", "listeners"],
      colAligns: ["right", "right", "right", "right", "right"],
      style: { head: [], border: [], compact: true },
    });
    for (const one of notes) table.push([one.second, one.load, one.heapKiB, one.nodes, one.listeners]);
    const third = Math.max(1, Math.floor(notes.length / 3));
    const growth = mean(notes.slice(-third)) - mean(notes.slice(0, third));
    const [fastest = Number.NaN, slowest = Number.NaN] = [paints.at(0), paints.at(-1)];
    const median = paints[Math.floor(paints.length / 2)] ?? Number.NaN;
    const isFlat = growth < NOISE_KIB;
    process.stdout.write(
      `${table.toString()}\n\n` +
        `first paint of ${LOADS} loads: ${fastest.toFixed(0)} to ${slowest.toFixed(0)} ms, median ${median.toFixed(0)} ms\n` +
        `heap, last third of the notes against the first: ${growth.toFixed(0)} KiB; ${isFlat ? "it does not grow" : "IT GROWS"}\n`,
    );
    return isFlat && median < PAINTED_WITHIN_MS;
  } finally {
    await browser.close();
    await run.stop();
  }
}

const options = new Command("npm run bench:page --")
  .description("First paint and memory of the local page.")
  .option("--minutes <number>", "how long the page is watched", Number, 2)
  .option("--rate <lines/s>", "lines a second that flow meanwhile", Number, 20)
  .option("--port <number>", "first of the ports", Number, 16_400)
  .parse()
  .opts<Options>();

main(options).then(
  (good) => {
    process.exitCode = good ? 0 : 1;
  },
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  },
);
