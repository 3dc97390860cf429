import { GetPartitionsCommand, type GlueClient } from "@aws-sdk/client-glue";
import type { Layer } from "../../dashboards/spec";
import type { Places } from "../../ops/reconcile/reconcile";
import type { Sql } from "../../ops/reconcile/sql";

/** What a layer holds. */
export interface LayerContent {
  readonly layer: Layer;
  readonly source: string;
  readonly lines: number;
  /** Arrival of the newest line, ms since 1970. */
  readonly newestMs?: number;
  /** Changes whenever a query of the layer may answer differently. */
  readonly version: string;
}

/** The index by now: one cheap search. */
export async function readSpeedLayer({
  client,
  indexPattern,
}: NonNullable<Places["search"]>): Promise<LayerContent> {
  const { body } = await client.search({
    index: indexPattern,
    body: {
      size: 1,
      track_total_hits: true,
      _source: ["arrived_at"],
      sort: [{ arrived_at: { order: "desc" } }],
    },
  });
  const { total, hits } = body.hits;
  const lines = typeof total === "number" ? total : (total?.value ?? 0);
  const newest = hits[0]?._source as { readonly arrived_at: string } | undefined;
  const newestMs = newest && epochMs(newest.arrived_at);
  return {
    layer: "speed",
    source: indexPattern,
    lines,
    version: `${lines} ${newestMs}`,
    ...(newestMs !== undefined && { newestMs }),
  };
}

/** An hour of arrivals that the merge has seen. */
export interface MergedHourContent {
  readonly startMs: number;
  readonly rows: number;
}

/** The Parquet table by now, as its partitions say: how many rows the merge put into each hour. */
export class BatchLayer {
  private hours: readonly MergedHourContent[] = [];
  private content: LayerContent;

  public constructor(
    private readonly glue: GlueClient,
    private readonly database: string,
    private readonly places: Pick<Places, "sql" | "tables">,
  ) {
    this.content = { layer: "batch", source: places.tables.parquet, lines: 0, version: "" };
  }

  /** Hours with rows, in the order of time, as of the last reading. */
  public get mergedHours(): readonly MergedHourContent[] {
    return this.hours;
  }

  /** Asks the catalog; the table itself only when a partition was swapped. */
  public async read(): Promise<LayerContent> {
    const partitions = await this.partitions();
    const version = partitions.map(({ run }) => run).join(" ");
    if (version === this.content.version) return this.content;
    const newestMs = await newestArrival(this.places.sql, this.places.tables.parquet);
    this.hours = partitions.filter(({ rows }) => rows > 0).sort((a, b) => a.startMs - b.startMs);
    this.content = {
      ...this.content,
      lines: partitions.reduce((sum, { rows }) => sum + rows, 0),
      version,
      ...(newestMs !== undefined && { newestMs }),
    };
    return this.content;
  }

  private async partitions(): Promise<(MergedHourContent & { readonly run: string })[]> {
    const found: (MergedHourContent & { readonly run: string })[] = [];
    let token: string | undefined;
    do {
      const { Partitions = [], NextToken } = await this.glue.send(
        new GetPartitionsCommand({
          DatabaseName: this.database,
          TableName: this.places.tables.parquet,
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

/** When the newest line of a table arrived, ms since 1970; undefined while it has none. */
export async function newestArrival(sql: Sql, table: string): Promise<number | undefined> {
  let newest: number | undefined;
  await sql.query(`SELECT max(arrived_at) AS newest FROM "${table}"`, ({ newest: text = "" }) => {
    if (text !== "") newest = epochMs(text);
  });
  return newest;
}

/** @param text `YYYY-MM-DD HH:MM:SS.fff`, UTC */
function epochMs(text: string): number {
  return Date.parse(`${text.replace(" ", "T")}Z`);
}
