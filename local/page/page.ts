import { setTimeout as sleep } from "node:timers/promises";
import { plainText } from "../../dashboards/markdown";
import { panelColumns } from "../../dashboards/rows";
import { filterFields } from "../../dashboards/scope";
import { type DataPanel, isDataPanel, type Layer } from "../../dashboards/spec";
import { messageOf } from "../../lib/message-of";
import { pause } from "../../lib/pause";
import { settleMs } from "../lateness";
import type { LocalRun } from "../local-run";
import { gapOf } from "./arrivals";
import { buildAssets } from "./assets";
import { MOST_ROWS, MOST_SECONDS } from "./console";
import { dashboardOf } from "./dashboard";
import { type Generator, RateError } from "./generator";
import { Hours } from "./hours";
import { Hub } from "./hub";
import { openInspection } from "./inspect";
import {
  BatchLayer,
  type LayerReader,
  type LayerReading,
  type QuarantineReading,
  readQuarantine,
  SpeedLayer,
} from "./layers";
import { readParts } from "./parts";
import { PublishedVersions } from "./published-versions";
import { Rates } from "./rates";
import { HttpError, startPageServer } from "./server";
import type { LayerState } from "./state";
import { StreamTail } from "./stream-tail";
import { View } from "./view";

/** Interval of reading the parts, also without an open page, so that a page that opens has rates. */
const LIVE_EVERY_MS = 1_000;
/** Interval of reading layers and quarantine while a page is open. */
const LAYERS_EVERY_MS = 2_000;
/** Interval of counting the stream's lines, also without an open page, so that a page that opens need not wait. */
const TAIL_EVERY_MS = 1_000;
const HOURS_EVERY_MS = 2_000;

/** The local stream stamps records in order, so a reading can end this soon after its window. */
const DISORDER_MS = 1_000;

/** Options of {@link startPage}. */
interface PageOptions {
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
 * Serves the page of a run. It reads the run's own services, as any client would.
 * @throws Error naming the port when it is taken
 */
export async function startPage(run: LocalRun, options: PageOptions): Promise<Page> {
  const { environment, generator } = options;
  const { dataSources, analysts, plane } = run;
  const settle = settleMs(run);
  const hub = new Hub();
  // A layer that is alone answers everything.
  const { contract, panels } = dashboardOf(plane);
  const all = panels.filter((panel) => isDataPanel(panel)).map(withRecordId);
  const isOnly = !dataSources.search || !dataSources.batch;
  const panelsOf = (layer: Layer) => all.filter((panel) => isOnly || panel.layer === layer);
  const batch =
    dataSources.batch &&
    analysts &&
    new BatchLayer(analysts.glue, analysts.database, dataSources.batch, contract, panelsOf("batch"));
  const speed = dataSources.search && new SpeedLayer(dataSources.search, contract, panelsOf("speed"));
  const tail = new StreamTail(
    run.streamSource,
    streamArnOf(run),
    dataSources.contract,
    dataSources.retentionHours,
  );
  const hours = new Hours({
    dataSources: { ...dataSources, disorderMs: DISORDER_MS },
    settleMs: settle,
    startedAt: run.startedAt,
    onCompared: (state) => hub.publish("reconciliation", state),
  });
  const inspection = openInspection(run);
  const rates = new Rates();
  const problems = new Map<string, string>();
  const layers = new Map<Layer, LayerState>();
  let quarantine: QuarantineReading | undefined;

  const publishLive = (): void => {
    const nowMs = Date.now();
    const states = [...layers.values()];
    const parts = readParts({ run, generator, rates, layers: states }, nowMs);
    hub.publish("live", {
      nowMs,
      environment,
      timeScale: run.timeScale,
      startedAt: run.startedAt,
      settleSeconds: Math.round(settle / 1_000),
      ...(tail.isCaughtUp && { streamLines: tail.lines }),
      discarded: run.eventSourceMappings.reduce((sum, one) => sum + one.progress().discarded.length, 0),
      ...(quarantine && { quarantine: { asOfMs: quarantine.asOfMs, lines: quarantine.lines } }),
      generator: generator.state(),
      parts,
      layers: states,
      problems: [...problems.values()],
    });
  };

  const layerState = (reading: LayerReading): LayerState => {
    const { arrivals: held, panels: _, ...state } = reading;
    const { layer, asOfMs } = state;
    if (!tail.isCaughtUp || quarantine === undefined) return state;
    const { accepted, refused } = tail;
    const evidence = { accepted, refused, quarantined: quarantine.byLayer[layer], held };
    return { ...state, gap: gapOf(evidence, tail.sinceMs, asOfMs) };
  };
  const published = new PublishedVersions();
  const readLayer = async (reader: LayerReader): Promise<void> => {
    if (!hub.hasViewers) return;
    const reading = await reader.read(Date.now(), tail.sinceMs);
    // Reads the stream after the layer: later records arrived after the reading's time. The stream's own loop reports
    // its errors; until then the gap is unknown.
    await tail.advance().catch(() => undefined);
    const state = layerState(reading);
    layers.set(reading.layer, state);
    if (published.isNew(reading))
      hub.publish("panels", { layer: state, panels: reading.panels }, reading.layer);
    const { oldestMissingMs } = state.gap ?? {};
    if (oldestMissingMs !== undefined && oldestMissingMs < state.asOfMs - settle)
      hours.doubt(oldestMissingMs);
  };

  const stop = new AbortController();
  /** Repeats work, one call at a time; the page shows its error until it succeeds. */
  const loop = async (what: string, everyMs: number, work: () => Promise<void> | void): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        await work();
        problems.delete(what);
      } catch (error) {
        problems.set(what, `${what}: ${messageOf(error)}`);
      }
      await pause(everyMs, stop.signal);
    }
  };

  hub.publish("dashboard", {
    panels: all.map((panel) => ({ panel, columns: panelColumns(contract, panel) })),
    texts: panels.flatMap((panel) => (panel.chart === "text" ? [plainText(panel.text)] : [])),
    filters: filterFields(contract, panels),
  });
  if (analysts) {
    const { database, workgroup } = analysts;
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
  }
  const view = new View({
    contract,
    panels: all,
    readers: [...(speed ? [speed] : []), ...(batch ? [batch] : [])],
    stateOf: (layer) => layers.get(layer),
  });
  const server = await startPageServer({
    assets: await buildAssets(),
    hub,
    port: options.port,
    actions: {
      ...inspection.actions,
      "/view": (body, signal) => view.panels(body, signal),
      "/lines": (body, signal) => view.lines(body, signal),
      "/values": (body, signal) => view.values(body, signal),
      "/rate": async ({ linesPerSecond, resume }) => {
        try {
          if (resume === true) generator.resume();
          else generator.set(linesPerSecond);
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
    loop("stream", TAIL_EVERY_MS, () => tail.advance()),
    loop("quarantine", LAYERS_EVERY_MS, async () => {
      if (!hub.hasViewers) return;
      quarantine = await readQuarantine(dataSources, Date.now(), tail.sinceMs);
    }),
    ...(speed ? [loop("speed layer", LAYERS_EVERY_MS, () => readLayer(speed))] : []),
    ...(batch ? [loop("batch layer", LAYERS_EVERY_MS, () => readLayer(batch))] : []),
    loop("reconciliation", HOURS_EVERY_MS, async () => {
      if (hub.hasViewers && tail.isCaughtUp) await hours.step(batch?.mergedHours ?? [], Date.now());
    }),
  ];
  return {
    url: server.url,
    close: async () => {
      stop.abort();
      await server.close();
      inspection.close();
      await Promise.race([Promise.all(loops), sleep(CLOSE_GRACE_MS)]);
    },
  };
}

/** A line that is listed has its identity, by which its journey is asked for. */
function withRecordId(panel: DataPanel): DataPanel {
  if (panel.chart !== "table" || panel.fields.includes("record_id")) return panel;
  return { ...panel, fields: [...panel.fields, "record_id"] };
}

/** Timeout of a running comparison at the end. */
const CLOSE_GRACE_MS = 500;

function streamArnOf({ plane }: LocalRun): string {
  const [stream] = plane.streams;
  if (stream === undefined) throw new Error("the Terraform has no stream");
  return stream.arn;
}
