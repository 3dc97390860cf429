import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { Client } from "@opensearch-project/opensearch";
import { DAY_MS, formatTimestamp } from "../../contract/timestamp";
import { type Comparison, compare, type QuarantinedLine } from "./compare";
import { type FailureBucket, readDiscardedLines } from "./on-failure-records";
import { readIndex } from "./search-lines";
import type { Sql } from "./sql";
import { readStream } from "./stream-lines";
import { type CountrySums, readCountries, readQuarantine, readTable } from "./tables";
import type { Window } from "./window";

/** What a reconciliation reads. */
export interface DataSources {
  readonly kinesis: KinesisClient;
  readonly streamName: string;
  /** Retention of the stream. */
  readonly retentionHours: number;
  /** Milliseconds by which arrivals of a shard may be out of order. @default a minute */
  readonly disorderMs?: number;
  readonly sql: Sql;
  readonly tables: { readonly json: string; readonly parquet: string; readonly quarantine: string };
  /** Absent where the speed layer is switched off. */
  readonly search?: { readonly client: Client; readonly indexPattern: string };
  /** The on-failure destination of the speed layer's mapping; absent where it has none. */
  readonly failures?: FailureBucket;
}

/** Sums by country in each data source that answers queries. */
interface SumsByCountry {
  readonly json: Readonly<Record<string, CountrySums>>;
  readonly parquet: Readonly<Record<string, CountrySums>>;
  readonly index?: Readonly<Record<string, CountrySums>>;
}

/** Result of a comparison of all data sources. */
export interface LayerComparison extends Comparison {
  readonly quarantine: ReadonlyMap<string, QuarantinedLine>;
}

/** Result of a reconciliation. */
export interface Reconciliation extends LayerComparison {
  readonly byCountry: SumsByCountry;
}

/** Records of the last minutes before the stream's retention ends may or may not be there any more. */
const TRIM_MARGIN_MS = 10 * 60_000;

/**
 * Reads and compares every data source, and sums by country.
 * @see compareLayers
 */
export async function reconcile(
  dataSources: DataSources,
  ledger?: ReadonlySet<string>,
  window?: Window,
  now?: number,
  onRead?: (source: string, lines: number) => void,
): Promise<Reconciliation> {
  const { countries, ...found } = await readAndCompare(dataSources, ledger, window, now, onRead);
  const { sql, tables } = dataSources;
  return {
    ...found,
    byCountry: {
      json: await readCountries(sql, tables.json, window),
      parquet: await readCountries(sql, tables.parquet, window),
      ...(countries && { index: countries }),
    },
  };
}

/** Reads every data source and compares the lines that arrived in a window, without any sums. */
export async function compareLayers(dataSources: DataSources, window: Window): Promise<LayerComparison> {
  const { countries: _, ...found } = await readAndCompare(dataSources, undefined, window);
  return found;
}

/**
 * The layers are read after the stream, so they can only have more lines than it.
 * @param ledger identities that the producer saw acknowledged; omit it where other producers sent.
 * @param window the arrivals that are compared; not together with a ledger, which has no arrival times. @default all
 * @param onRead told of each data source that has been read, and its number of lines
 */
async function readAndCompare(
  { kinesis, streamName, retentionHours, disorderMs, sql, tables, search, failures }: DataSources,
  ledger?: ReadonlySet<string>,
  window?: Window,
  now: number = Date.now(),
  onRead: (source: string, lines: number) => void = () => undefined,
): Promise<LayerComparison & { readonly countries?: SumsByCountry["index"] }> {
  const stream = await readStream(kinesis, streamName, window, disorderMs);
  onRead("stream", stream.size);
  const raw = await readTable(sql, tables.json, window);
  onRead("raw zone", raw.size);
  const parquet = await readTable(sql, tables.parquet, window);
  onRead("Parquet", parquet.size);
  const quarantine = await readQuarantine(sql, tables.quarantine, window);
  onRead("quarantine", quarantine.size);
  const index = search && (await readIndex(search.client, search.indexPattern, window));
  if (index) onRead("search index", index.lines.size);
  const discarded = failures && (await readDiscardedLines(failures, window));
  const comparison = compare({
    stream,
    horizon: formatTimestamp(now - (retentionHours / 24) * DAY_MS + TRIM_MARGIN_MS),
    layers: { raw, parquet, ...(index && { indexed: index.lines }) },
    quarantine,
    ...(discarded && { discarded }),
    ...(ledger && { ledger }),
  });
  return { ...comparison, quarantine, ...(index && { countries: index.countries }) };
}
