import { GetPartitionsCommand, type GlueClient } from "@aws-sdk/client-glue";
import { formatTimestamp, parseTimestamp } from "../../contract/timestamp";
import { countSql, eventTimesSql } from "../../dashboards/athena";
import type { PanelContract } from "../../dashboards/fields";
import type { Row } from "../../dashboards/rows";
import type { LineCondition } from "../../dashboards/scope";
import { panelSearch, rowsFromSearch, searchQuery, smokeQuery } from "../../dashboards/search";
import type { DataPanel, Layer, LinesPanel } from "../../dashboards/spec";
import type { JsonObject } from "../../lib/json";
import { quarantineOf } from "../../ops/reconcile/quarantine";
import type { DataSources } from "../../ops/reconcile/reconcile";
import { searchAnswer } from "../../ops/reconcile/search-answer";
import type { Sql } from "../../ops/reconcile/sql";
import type { BatchSource } from "../../ops/reconcile/tables";
import { Arrivals, minuteStart, secondStart } from "./arrivals";
import { panelOfTable, panelsSearch, rowsOfSearch, rowsOfTable } from "./panels";
import type { EventTimes, PanelRows } from "./state";
import { SECONDS_KEPT_MS } from "./stream-tail";

/** A consistent reading of a layer at one time. */
export interface LayerReading {
  readonly layer: Layer;
  readonly source: string;
  /** Time of the reading, ms since 1970: lines that arrived at it or later are not counted. */
  readonly asOfMs: number;
  readonly lines: number;
  /** Arrivals of the layer's lines. */
  readonly arrivals: Arrivals;
  /** Changes whenever a query of the layer may answer differently. */
  readonly version: string;
  readonly panels: readonly PanelRows[];
  /** Absent where the layer has no lines. */
  readonly eventTimes?: EventTimes;
}

/** Answer to a question about some of a layer's lines. */
type Scoped<T> = T & {
  /** Version of the layer that answered; undefined where it cannot be told from the answer. */
  readonly version?: string;
};

/** A layer that answers questions about some of its lines: those that fulfil conditions. */
export interface ScopedReader {
  readonly layer: Layer;
  /** @param asOfMs lines that arrived at it or later are not counted */
  panelsIn(
    panels: readonly DataPanel[],
    conditions: readonly LineCondition[],
    asOfMs: number,
  ): Promise<Scoped<{ readonly panels: readonly PanelRows[] }>>;
  /** The lines of a panel, and how many there are without its limit. @param asOfMs as above */
  linesIn(
    panel: LinesPanel,
    conditions: readonly LineCondition[],
    asOfMs: number,
  ): Promise<Scoped<{ readonly rows: readonly Row[]; readonly total: number }>>;
}

/** A layer that answers queries. */
export interface LayerReader {
  readonly layer: Layer;
  /** Reads the layer. @param sinceMs older arrivals are not counted by arrival */
  read(nowMs: number, sinceMs: number): Promise<LayerReading>;
}

/** The index: a reading is one search. */
export class SpeedLayer implements LayerReader, ScopedReader {
  public readonly layer = "speed";

  public constructor(
    private readonly search: NonNullable<DataSources["search"]>,
    private readonly contract: PanelContract,
    private readonly panels: readonly DataPanel[],
  ) {}

  public async read(nowMs: number, sinceMs: number): Promise<LayerReading> {
    const asOfMs = secondStart(nowMs);
    const secondsFromMs = minuteStart(asOfMs - SECONDS_KEPT_MS);
    const search = panelsSearch(this.contract, this.panels);
    const body = {
      ...search,
      query: { range: { arrived_at: { lt: formatTimestamp(asOfMs) } } },
      aggs: {
        // The total of the hits is without those that a table filters out.
        lines: { filter: { match_all: {} } },
        newest: { max: { field: "arrived_at" } },
        events: eventTimes(this.contract),
        minutes: histogram(sinceMs, secondsFromMs, "1m"),
        seconds: histogram(secondsFromMs, asOfMs, "1s"),
        ...(search["aggs"] as JsonObject),
      },
    };
    // The page reads again by itself, and shows meanwhile what is wrong.
    const answer = await this.ask(body, { attempts: 1 });
    // A missing index answers without aggregations.
    const found = answer.aggregations;
    const lines = found?.lines?.doc_count ?? 0;
    const arrivals = new Arrivals(secondsFromMs);
    for (const { key, doc_count } of [...bucketsOf(found?.minutes), ...bucketsOf(found?.seconds)]) {
      arrivals.add(key, doc_count);
    }
    const panels =
      lines === 0
        ? this.panels.map(({ id }) => ({ id, rows: [] }))
        : rowsOfSearch(this.contract, this.panels, answer);
    return {
      layer: "speed",
      source: this.search.indexPattern,
      asOfMs,
      lines,
      arrivals,
      version: `${lines} ${found?.newest?.value ?? ""}`,
      panels,
      ...eventTimesOf(found?.events?.first?.value, found?.events?.last?.value),
    };
  }

  public async panelsIn(
    panels: readonly DataPanel[],
    conditions: readonly LineCondition[],
    asOfMs: number,
  ): Promise<{ readonly panels: readonly PanelRows[] }> {
    const answer = await this.ask({
      ...panelsSearch(this.contract, panels),
      query: this.query(conditions, asOfMs),
    });
    // A missing index answers without aggregations.
    if (answer._shards.total === 0) return { panels: panels.map(({ id }) => ({ id, rows: [] })) };
    return { panels: rowsOfSearch(this.contract, panels, answer) };
  }

  public async linesIn(
    panel: LinesPanel,
    conditions: readonly LineCondition[],
    asOfMs: number,
  ): Promise<{ readonly rows: readonly Row[]; readonly total: number }> {
    const answer = await this.ask({
      ...panelSearch(this.contract, panel),
      track_total_hits: true,
      query: this.query(conditions, asOfMs),
    });
    return { rows: rowsFromSearch(this.contract, panel, answer), total: answer.hits.total.value };
  }

  private query(conditions: readonly LineCondition[], asOfMs: number): JsonObject {
    const arrived = { range: { arrived_at: { lt: formatTimestamp(asOfMs) } } };
    return { bool: { filter: [arrived, ...conditions.map((one) => searchQuery(this.contract, one))] } };
  }

  /** @throws Error for a partial answer: a shard failed, or the search timed out */
  private async ask(body: JsonObject, options?: { readonly attempts: number }): Promise<SearchAnswer> {
    const { client, indexPattern: index } = this.search;
    const ask = () => client.search({ index, body });
    return (await searchAnswer(`search of ${index}`, ask, options)) as unknown as SearchAnswer;
  }
}

interface Bucket {
  readonly key: number;
  readonly doc_count: number;
}

interface Metric {
  readonly value: number | null;
}

interface Histogram {
  readonly counts?: { readonly buckets?: readonly Bucket[] };
}

/** The members of an answer that are read here. */
type SearchAnswer = JsonObject & {
  readonly _shards: JsonObject & { readonly total: number };
  readonly hits: JsonObject & { readonly total: JsonObject & { readonly value: number } };
  readonly aggregations?: JsonObject & {
    readonly lines?: { readonly doc_count: number };
    readonly newest?: Metric;
    readonly events?: { readonly first?: Metric; readonly last?: Metric };
    readonly minutes?: Histogram;
    readonly seconds?: Histogram;
  };
};

/** The lines of the smoke test are of now, wherever the others lie. */
function eventTimes(contract: PanelContract): JsonObject {
  const { eventTime: field } = contract;
  const smoke = smokeQuery(contract);
  return {
    filter: smoke ? { bool: { must_not: [smoke] } } : { match_all: {} },
    aggs: { first: { min: { field } }, last: { max: { field } } },
  };
}

function eventTimesOf(
  firstMs: number | null | undefined,
  lastMs: number | null | undefined,
): { readonly eventTimes?: EventTimes } {
  if (typeof firstMs !== "number" || typeof lastMs !== "number") return {};
  return { eventTimes: { firstMs, lastMs } };
}

function histogram(fromMs: number, toMs: number, interval: "1m" | "1s"): JsonObject {
  return {
    filter: { range: { arrived_at: { gte: formatTimestamp(fromMs), lt: formatTimestamp(toMs) } } },
    aggs: { counts: { date_histogram: { field: "arrived_at", fixed_interval: interval, min_doc_count: 1 } } },
  };
}

function bucketsOf(found: Histogram | undefined): readonly Bucket[] {
  return found?.counts?.buckets ?? [];
}

/** An hour that was merged. */
interface MergedHourContent {
  readonly startMs: number;
  readonly rows: number;
}

interface Partition extends MergedHourContent {
  readonly run: string;
}

/** Attempts to read a table that changes during the reading. */
const MOST_READINGS = 3;

/**
 * The Parquet table. The catalog has the files of each partition; a reading counts only if they are the same before
 * and after it, so that it is consistent.
 */
export class BatchLayer implements LayerReader, ScopedReader {
  public readonly layer = "batch";
  private last: LayerReading | undefined;
  private hours: readonly MergedHourContent[] = [];

  public constructor(
    private readonly glue: GlueClient,
    private readonly database: string,
    private readonly source: BatchSource,
    private readonly contract: PanelContract,
    private readonly panels: readonly DataPanel[],
  ) {}

  /** Hours with rows, in the order of time, as of the last reading. */
  public get mergedHours(): readonly MergedHourContent[] {
    return this.hours;
  }

  /**
   * Reads the catalog, and the table only when a partition was swapped. @throws Error when every attempt met a change
   */
  public async read(nowMs: number, sinceMs: number): Promise<LayerReading> {
    const found = await this.partitions();
    const { last } = this;
    if (versionOf(found) === last?.version && last.panels.every(({ error }) => error === undefined)) {
      this.last = { ...last, asOfMs: secondStart(nowMs) };
      return this.last;
    }
    this.last = await this.consistent(
      nowMs,
      async (asOfMs, partitions, version) => ({
        ...(await this.readTable(asOfMs, sinceMs, partitions)),
        version,
      }),
      found,
    );
    return this.last;
  }

  public panelsIn(
    panels: readonly DataPanel[],
    conditions: readonly LineCondition[],
    asOfMs: number,
  ): Promise<{ readonly panels: readonly PanelRows[]; readonly version: string }> {
    const { sql, tables } = this.source;
    return this.consistent(asOfMs, async (_, partitions, version) => {
      if (linesOf(partitions) === 0) return { version, panels: panels.map(({ id }) => ({ id, rows: [] })) };
      return { version, panels: await rowsOfTable(this.contract, panels, sql, tables.parquet, conditions) };
    });
  }

  public linesIn(
    panel: LinesPanel,
    conditions: readonly LineCondition[],
    asOfMs: number,
  ): Promise<{ readonly rows: readonly Row[]; readonly total: number; readonly version: string }> {
    const { sql, tables } = this.source;
    return this.consistent(asOfMs, async (_, partitions, version) => {
      if (linesOf(partitions) === 0) return { version, rows: [], total: 0 };
      let total = 0;
      await sql.query(countSql(this.contract, tables.parquet, conditions), ({ line_count }) => {
        total = Number(line_count);
      });
      const rows = await panelOfTable(this.contract, panel, sql, tables.parquet, conditions);
      return { version, rows, total };
    });
  }

  /** Reads again when a partition was swapped meanwhile. @throws Error when every attempt met a change */
  private async consistent<T>(
    nowMs: number,
    read: (asOfMs: number, partitions: readonly Partition[], version: string) => Promise<T>,
    found?: readonly Partition[],
  ): Promise<T> {
    let asOfMs = secondStart(nowMs);
    let partitions = found ?? (await this.partitions());
    for (let reading = 0; reading < MOST_READINGS; reading++) {
      const version = versionOf(partitions);
      const content = await read(asOfMs, partitions, version);
      const before = Date.now();
      partitions = await this.partitions();
      if (versionOf(partitions) === version) {
        this.hours = partitions.filter(({ rows }) => rows > 0).sort((a, b) => a.startMs - b.startMs);
        return content;
      }
      asOfMs = secondStart(before);
    }
    throw new Error(
      `${this.source.tables.parquet} was merged anew while it was read, ${MOST_READINGS} times`,
    );
  }

  private async readTable(
    asOfMs: number,
    sinceMs: number,
    partitions: readonly Partition[],
  ): Promise<Omit<LayerReading, "version">> {
    const { sql, tables } = this.source;
    const lines = linesOf(partitions);
    const source = tables.parquet;
    const secondsFromMs = minuteStart(asOfMs - SECONDS_KEPT_MS);
    const common = { layer: this.layer, source, asOfMs, lines } as const;
    if (lines === 0) {
      const panels = this.panels.map(({ id }) => ({ id, rows: [] }));
      return { ...common, arrivals: new Arrivals(secondsFromMs), panels };
    }
    const arrivals = await readArrivals(sql, source, sinceMs, secondsFromMs);
    let times = {};
    await sql.query(eventTimesSql(this.contract, source), ({ first_event = "", last_event = "" }) => {
      if (last_event !== "") times = eventTimesOf(parseTimestamp(first_event), parseTimestamp(last_event));
    });
    const panels = await rowsOfTable(this.contract, this.panels, sql, source, []);
    return { ...common, arrivals, panels, ...times };
  }

  private async partitions(): Promise<Partition[]> {
    const found: Partition[] = [];
    let token: string | undefined;
    do {
      const { Partitions = [], NextToken } = await this.glue.send(
        new GetPartitionsCommand({
          DatabaseName: this.database,
          TableName: this.source.tables.parquet,
          ...(token !== undefined && { NextToken: token }),
        }),
      );
      for (const { Values = [], Parameters = {} } of Partitions) {
        const [year, month, day, hour] = Values.map(Number);
        const startMs = Date.UTC(year ?? Number.NaN, (month ?? Number.NaN) - 1, day, hour);
        found.push({ startMs, rows: Number(Parameters["rows"] ?? 0), run: Parameters["run"] ?? "" });
      }
      token = NextToken;
    } while (token !== undefined);
    return found;
  }
}

function linesOf(partitions: readonly Partition[]): number {
  return partitions.reduce((sum, { rows }) => sum + rows, 0);
}

function versionOf(partitions: readonly Partition[]): string {
  return `${partitions.length} ${partitions.map(({ run }) => run).join(" ")}`;
}

/** Content of the quarantine. */
export interface QuarantineReading {
  readonly asOfMs: number;
  /** Lines, each counted once however many layers refused it. */
  readonly lines: number;
  readonly byLayer: Readonly<Record<Layer, Arrivals>>;
}

/** Reads the quarantine by layer and arrival. */
export async function readQuarantine(
  sources: Pick<DataSources, "batch" | "failures">,
  nowMs: number,
  sinceMs: number,
): Promise<QuarantineReading> {
  const asOfMs = secondStart(nowMs);
  const secondsFromMs = minuteStart(asOfMs - SECONDS_KEPT_MS);
  if (!sources.batch) {
    const all = [...(await quarantineOf(sources)).values()].map((line) => ({
      ...line,
      arrivedAtMs: parseTimestamp(line.arrivedAt),
    }));
    const of = (layer: Layer): Arrivals => {
      const arrivals = new Arrivals(secondsFromMs);
      for (const { layers, arrivedAtMs } of all) {
        if (!layers.includes(layer) || arrivedAtMs < sinceMs) continue;
        arrivals.add(arrivedAtMs < secondsFromMs ? minuteStart(arrivedAtMs) : secondStart(arrivedAtMs), 1);
      }
      return arrivals;
    };
    return { asOfMs, lines: all.length, byLayer: { batch: of("batch"), speed: of("speed") } };
  }
  const { sql, tables } = sources.batch;
  let lines = 0;
  await sql.query(`SELECT count(DISTINCT record_id) AS line_count FROM "${tables.quarantine}"`, (row) => {
    lines = Number(row["line_count"]);
  });
  const of = (layer: Layer): Promise<Arrivals> =>
    lines === 0
      ? Promise.resolve(new Arrivals(secondsFromMs))
      : readArrivals(sql, tables.quarantine, sinceMs, secondsFromMs, `layer = '${layer}' AND `);
  return { asOfMs, lines, byLayer: { batch: await of("batch"), speed: await of("speed") } };
}

/** Lines of a table by the second of their arrival, and by the minute before `secondsFromMs`, each line once. */
export async function readArrivals(
  sql: Sql,
  table: string,
  sinceMs: number,
  secondsFromMs: number,
  condition = "",
): Promise<Arrivals> {
  const counted = (unit: "minute" | "second", range: string): string =>
    `SELECT date_trunc('${unit}', arrived_at) AS bucket, count(DISTINCT record_id) AS line_count FROM "${table}"
WHERE ${condition}${range} GROUP BY 1`;
  const time = (ms: number): string => `TIMESTAMP '${formatTimestamp(ms)}'`;
  const arrivals = new Arrivals(secondsFromMs);
  await sql.query(
    `${counted("minute", `arrived_at >= ${time(sinceMs)} AND arrived_at < ${time(secondsFromMs)}`)}
UNION ALL
${counted("second", `arrived_at >= ${time(secondsFromMs)}`)}`,
    ({ bucket = "", line_count }) => arrivals.add(parseTimestamp(bucket), Number(line_count)),
  );
  return arrivals;
}
