import type { StreamLine } from "../../ops/reconcile/compare";
import { readIndex } from "../../ops/reconcile/search-lines";
import { readStream } from "../../ops/reconcile/stream-lines";
import { readTable } from "../../ops/reconcile/tables";

/** Rows or documents of one identity in a layer. */
export interface LayerLine {
  /** One for each row or document with this identity, in no order. More than one: the layer has duplicates. */
  readonly checksums: readonly string[];
  /** `YYYY-MM-DD HH:MM:SS.fff` */
  readonly arrivedAt: string;
}

/** A layer's lines by identity. */
export type LayerLines = ReadonlyMap<string, LayerLine>;

/** What a reader of the reconciliation takes before and behind its callback. */
type Readers = {
  table: Parameters<typeof readTable>;
  index: Parameters<typeof readIndex>;
  stream: Parameters<typeof readStream>;
};

/** The lines of a table. */
export async function tableLines(
  sql: Readers["table"][0],
  table: string,
  contract: Readers["table"][2],
  window?: Readers["table"][4],
): Promise<LayerLines> {
  const lines = new Lines();
  await readTable(sql, table, contract, lines.add, window);
  return lines.byId;
}

/** The lines of an index. */
export async function indexLines(
  client: Readers["index"][0],
  pattern: string,
  contract: Readers["index"][2],
): Promise<LayerLines> {
  const lines = new Lines();
  await readIndex(client, pattern, contract, lines.add);
  return lines.byId;
}

/** The lines of a stream. */
export async function streamLines(
  kinesis: Readers["stream"][0],
  streamName: string,
  contract: Readers["stream"][2],
  window?: Readers["stream"][4],
  disorderMs?: number,
): Promise<Map<string, StreamLine>> {
  const lines = new Map<string, StreamLine>();
  const add = (id: string, line: StreamLine): void => void lines.set(id, line);
  await readStream(kinesis, streamName, contract, add, window, disorderMs);
  return lines;
}

class Lines {
  public readonly byId = new Map<string, { checksums: string[]; arrivedAt: string }>();

  public readonly add = (id: string, sum: string, arrivedAt: string): void => {
    const line = this.byId.get(id);
    if (line) line.checksums.push(sum);
    else this.byId.set(id, { checksums: [sum], arrivedAt });
  };
}
