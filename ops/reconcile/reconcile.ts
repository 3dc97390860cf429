import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { Client } from "@opensearch-project/opensearch";
import type { LineValues } from "../../contract/checksum";
import { DAY_MS, formatTimestamp } from "../../contract/timestamp";
import type { RunTimeContract } from "../../contract/variable";
import {
  type Comparison,
  LayerComparer,
  type LayerName,
  type OnRow,
  type QuarantinedLine,
  type StreamLine,
} from "./compare";
import { type FailureBucket, readDiscardedLines } from "./on-failure-records";
import { quarantineOf } from "./quarantine";
import { readIndex } from "./search-lines";
import { readStream } from "./stream-lines";
import { Summariser, type Summary, type Sums, totals } from "./summary";
import { type BatchSource, readSums, readTable } from "./tables";
import type { Window } from "./window";

/** What can be read of a system. */
export interface SystemSources {
  readonly kinesis: KinesisClient;
  readonly streamName: string;
  /** Milliseconds by which arrivals of a shard may be out of order. @default a minute */
  readonly disorderMs?: number;
  readonly contract: RunTimeContract;
  /** @default the number of lines, and the sum of each column of numbers */
  readonly summary?: Summary;
  /** Absent where the stack has no batch layer. */
  readonly batch?: BatchSource;
  /** Absent where the speed layer is switched off. */
  readonly search?: { readonly client: Client; readonly indexPattern: string };
  /**
   * The on-failure destination of the speed layer's mapping; absent where it has none. Without a batch layer the refused
   * lines are read there, too.
   */
  readonly failures?: FailureBucket;
}

/** What a reconciliation reads. */
export interface DataSources extends SystemSources {
  /** The last hours of which the stream has every record. */
  readonly retentionHours: number;
}

/** A summary of each data source that answers queries. */
export interface LayerSums {
  /** What was summed up. */
  readonly definition: Summary;
  readonly json?: Sums;
  readonly parquet?: Sums;
  readonly index?: Sums;
}

/** Identities that a producer saw acknowledged. */
export type Ledger = Iterable<string> | AsyncIterable<string>;

/** Result of a comparison of all data sources. */
export interface LayerComparison extends Comparison {
  readonly quarantine: ReadonlyMap<string, QuarantinedLine>;
}

/** Result of a reconciliation. */
export interface Reconciliation extends LayerComparison {
  readonly summary: LayerSums;
}

/** Records of the last minutes before the stream's retention ends may or may not be there any more. */
const TRIM_MARGIN_MS = 10 * 60_000;

/**
 * Reads and compares every data source, and sums up what a person wants to see.
 * @see compareLayers
 */
export async function reconcile(
  dataSources: DataSources,
  ledger?: Ledger,
  window?: Window,
  onRead?: (source: string, lines: number) => void,
): Promise<Reconciliation> {
  const { batch, contract, summary = totals(contract) } = dataSources;
  const summariser = new Summariser(contract, summary);
  const indexSums = dataSources.search && summariser.accumulate();
  const found = await readAndCompare(dataSources, ledger, window, onRead, indexSums?.add);
  return {
    ...found,
    summary: {
      definition: summary,
      ...(batch && {
        json: await readSums(batch.sql, batch.tables.json, summariser, window),
        parquet: await readSums(batch.sql, batch.tables.parquet, summariser, window),
      }),
      ...(indexSums && { index: indexSums.sums() }),
    },
  };
}

/** Reads every data source and compares the lines that arrived in a window, without any sums. */
export async function compareLayers(dataSources: DataSources, window: Window): Promise<LayerComparison> {
  return readAndCompare(dataSources, undefined, window);
}

/**
 * The layers are read after the stream, so they can only have more lines than it.
 * @param ledger identities that the producer saw acknowledged; omit it where other producers sent.
 * @param window the arrivals that are compared; not together with a ledger, which has no arrival times. @default all
 * @param onRead told of each data source that has been read, and its number of lines
 * @param onDocument called with the values of each document of the index
 */
async function readAndCompare(
  { kinesis, streamName, retentionHours, disorderMs, contract, batch, search, failures }: DataSources,
  ledger?: Ledger,
  window?: Window,
  onRead: (source: string, lines: number) => void = () => undefined,
  onDocument?: (values: LineValues) => void,
): Promise<LayerComparison> {
  const layers = [...(batch ? (["raw", "parquet"] as const) : []), ...(search ? (["indexed"] as const) : [])];
  const comparer = new LayerComparer(layers);
  const rowsOf = (name: LayerName): OnRow => {
    return (id, sum, arrivedAt) => comparer.addRow(name, id, sum, arrivedAt);
  };
  const onLine = (id: string, line: StreamLine): void => comparer.addStream(id, line);
  await readStream(kinesis, streamName, contract, onLine, window, disorderMs);
  // By now, because records expire while a large stream is read.
  comparer.endStream(formatTimestamp(Date.now() - (retentionHours / 24) * DAY_MS + TRIM_MARGIN_MS));
  onRead("stream", comparer.countOf("stream"));
  if (batch) {
    await readTable(batch.sql, batch.tables.json, contract, rowsOf("raw"), window);
    onRead("raw zone", comparer.countOf("raw"));
    await readTable(batch.sql, batch.tables.parquet, contract, rowsOf("parquet"), window);
    onRead("Parquet", comparer.countOf("parquet"));
  }
  // A redrive deletes a batch when its lines are in the index or in quarantine, which are read after it.
  const discarded = search && failures && (await readDiscardedLines(failures, contract, window));
  const quarantine = await quarantineOf({ batch, failures }, window);
  onRead("quarantine", quarantine.size);
  if (search) {
    const { client, indexPattern } = search;
    await readIndex(client, indexPattern, contract, rowsOf("indexed"), { window, onDocument });
    onRead("search index", comparer.countOf("indexed"));
  }
  for await (const id of ledger ?? []) comparer.addAcknowledged(id);
  return { ...comparer.compare(quarantine, ledger !== undefined, discarded), quarantine };
}
