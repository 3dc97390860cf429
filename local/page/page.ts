import { setTimeout as sleep } from "node:timers/promises";
import { pause } from "../../lib/pause";
import type { LocalRun } from "../local-run";
import { buildAssets } from "./assets";
import { MOST_ROWS, MOST_SECONDS, SqlConsole, SqlConsoleError } from "./console";
import { type Generator, RateError } from "./generator";
import { Hours } from "./hours";
import { Hub } from "./hub";
import { BatchLayer, type LayerContent, readSpeedLayer } from "./layers";
import { Panels } from "./panels";
import { readParts } from "./parts";
import { Rates } from "./rates";
import { HttpError, startPageServer } from "./server";
import type { LayerState } from "./state";

/** How often the parts are read; rates are taken although nobody looks, so that a page that opens has them. */
const LIVE_EVERY_MS = 1_000;
/** How often the layers are asked whether they have news, while somebody looks. */
const LAYERS_EVERY_MS = 2_000;
const HOURS_EVERY_MS = 2_000;
/** On top of buffers and schedule: a function's start, a query, a slow machine. */
const SETTLE_MARGIN_MS = 15_000;

/** How the page is served. */
export interface PageOptions {
  readonly environment: string;
  readonly generator: Generator;
  /** 0 for a free one. */
  readonly port: number;
}

/** The page of a run. */
export interface Page {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the page of a run that is going on: it asks the run's own services, as any client would.
 * @throws Error naming the port when it is taken
 */
export async function startPage(run: LocalRun, options: PageOptions): Promise<Page> {
  const { environment, generator } = options;
  const { places, workgroup, database, glue, athena, plane } = run;
  const hub = new Hub();
  const batch = new BatchLayer(glue, database, places);
  const panels = new Panels(places, (state) => hub.publish("panel", state, state.id));
  const hours = new Hours({
    places,
    settleMs: settleMs(run),
    startedAt: run.startedAt,
    onCompared: (state) => hub.publish("reconciliation", state),
  });
  const console = new SqlConsole({ athena, workgroup, database });
  const rates = new Rates();
  const problems = new Map<string, string>();
  let layers: readonly LayerContent[] = [];

  const publishLive = (): void => {
    const nowMs = Date.now();
    const { lastMs } = run.puts();
    const states = layers.map((content) => layerState(content, run));
    const parts = readParts({ run, generator, rates, layers: states }, nowMs);
    hub.publish("live", {
      nowMs,
      environment,
      timeScale: run.timeScale,
      startedAt: run.startedAt,
      ...(lastMs !== undefined && { streamNewestMs: lastMs }),
      generator: generator.state(),
      parts,
      layers: states,
      problems: [...problems.values()],
    });
  };

  const stop = new AbortController();
  /** Again and again, one at a time; a fault is shown on the page until the work succeeds. */
  const loop = async (what: string, everyMs: number, work: () => Promise<void> | void): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        await work();
        problems.delete(what);
      } catch (error) {
        problems.set(what, `${what}: ${error instanceof Error ? error.message : String(error)}`);
      }
      await pause(everyMs, stop.signal);
    }
  };

  hub.publish("queries", {
    database,
    workgroup,
    saved: plane.namedQueries
      .filter((query) => query.workgroup === workgroup)
      .map(({ name, sql }) => ({ name, sql }))
      .sort((a, b) => a.name.localeCompare(b.name)),
    mostRows: MOST_ROWS,
    mostSeconds: MOST_SECONDS,
  });
  const server = await startPageServer({
    assets: await buildAssets(),
    hub,
    port: options.port,
    actions: {
      "/sql": async ({ sql }, signal) => {
        if (typeof sql !== "string") throw new HttpError(400, "sql is to be a text");
        try {
          return await console.run(sql, signal);
        } catch (error) {
          if (!(error instanceof SqlConsoleError)) throw error;
          throw new HttpError(400, error.message, { state: error.state });
        }
      },
      "/rate": async ({ linesPerSecond }) => {
        try {
          generator.set(linesPerSecond);
        } catch (error) {
          throw error instanceof RateError ? new HttpError(400, error.message) : error;
        }
        return generator.state();
      },
      "/compare": async () => {
        hours.again();
      },
    },
  });
  const loops = [
    loop("pipeline", LIVE_EVERY_MS, publishLive),
    loop("layers", LAYERS_EVERY_MS, async () => {
      if (!hub.hasViewers) return;
      const speed = places.search && (await readSpeedLayer(places.search));
      layers = [...(speed ? [speed] : []), await batch.read()];
      await panels.refresh(layers);
    }),
    loop("reconciliation", HOURS_EVERY_MS, async () => {
      if (hub.hasViewers) await hours.step(batch.mergedHours, Date.now());
    }),
  ];
  return {
    url: server.url,
    close: async () => {
      stop.abort();
      await server.close();
      await Promise.race([Promise.all(loops), sleep(CLOSE_GRACE_MS)]);
    },
  };
}

/** How long a comparison that is under way is waited for at the end. */
const CLOSE_GRACE_MS = 3_000;

function layerState({ layer, source, lines, newestMs }: LayerContent, run: LocalRun): LayerState {
  const { lastMs } = run.puts();
  return {
    layer,
    source,
    lines,
    ...(newestMs !== undefined && { newestMs }),
    ...(lastMs !== undefined &&
      newestMs !== undefined && { behindSeconds: Math.max(0, lastMs - newestMs) / 1_000 }),
  };
}

/** Buffers once, and the schedule twice: a line may just have missed a merge. */
function settleMs({ plane, timeScale }: LocalRun): number {
  const buffers = plane.deliveryStreams.map(
    ({ bufferSeconds, transformation }) => bufferSeconds + (transformation?.bufferSeconds ?? 0),
  );
  const periods = plane.schedules.map(({ everySeconds }) => everySeconds);
  const seconds = Math.max(0, ...buffers) + 2 * Math.max(0, ...periods);
  return (seconds * 1_000) / timeScale + SETTLE_MARGIN_MS;
}
