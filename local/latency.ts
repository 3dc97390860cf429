import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@opensearch-project/opensearch";
import type { Service } from "./plan/data-plane";

/** Most identities that are followed at a time, because each poll asks for all of them. */
const LARGEST_SAMPLE = 1_000;
/** One of so many acknowledged identities is followed. */
const ONE_OF = 25;
/** Poll interval of the index. The measured latency is too long by half of it on average. */
const POLL_MS = 50;

/** Milliseconds from arrival in the stream until a search finds the line. */
export interface Latency {
  readonly samples: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  /**
   * Lines that were not followed because {@link LARGEST_SAMPLE} was reached. If there are any, the latency is
   * underestimated.
   */
  readonly passedOver: number;
  /** Followed lines that were not found yet, and are in no percentile. Refused lines are never found. */
  readonly awaited: number;
}

/** The latency for a person, with the lines that are in no percentile: without them it looks better than it is. */
export function latencyText({ p50_ms, p99_ms, awaited, passedOver }: Omit<Latency, "samples">): string {
  return [
    `arrival to searchable: median ${p50_ms} ms, 99th percentile ${p99_ms} ms`,
    ...(awaited > 0 ? [`${awaited.toLocaleString("en")} of the sample not found`] : []),
    ...(passedOver > 0 ? [`${passedOver.toLocaleString("en")} not sampled`] : []),
  ].join(", ");
}

/** Follows some of the acknowledged lines until a search finds them. */
export class LatencySampler implements Service {
  private readonly awaited = new Set<string>();
  /** Number of lines by latency in milliseconds. */
  private readonly counts = new Map<number, number>();
  private readonly stop = new AbortController();
  private readonly polling: Promise<void>;
  private offered = 0;
  private passedOver = 0;
  /** Whether an error of the engine was said. */
  private hasTold = false;

  public constructor(
    private readonly client: Client,
    private readonly indexPattern: string,
    private readonly onNotice: (message: string) => void,
  ) {
    this.polling = this.poll();
  }

  /** Takes identities as the load generator's ledger does. Refused lines are never found and not counted. */
  public append(recordIds: readonly string[]): void {
    for (const id of recordIds) {
      if (this.offered++ % ONE_OF !== 0) continue;
      if (this.awaited.size < LARGEST_SAMPLE) this.awaited.add(id);
      else this.passedOver++;
    }
  }

  /**
   * Latency so far; undefined before the first line was found.
   * @param refused identities that are not awaited, because they are in quarantine. @default not known
   */
  public latency(refused: ReadonlyMap<string, unknown> = new Map()): Latency | undefined {
    const sorted = [...this.counts].sort(([a], [b]) => a - b);
    const samples = sorted.reduce((sum, [, count]) => sum + count, 0);
    const [slowest] = sorted.at(-1) ?? [];
    if (slowest === undefined) return undefined;
    const at = (share: number): number => {
      let below = 0;
      const found = sorted.find(([, count]) => {
        below += count;
        return below >= share * samples;
      });
      return found?.[0] ?? slowest;
    };
    return {
      samples,
      p50_ms: at(0.5),
      p99_ms: at(0.99),
      passedOver: this.passedOver,
      awaited: [...this.awaited].filter((id) => !refused.has(id)).length,
    };
  }

  public async close(): Promise<void> {
    this.stop.abort();
    await this.polling;
  }

  /** Looks for the awaited lines now, so that what a comparison has found just before is not missing here. */
  public async look(): Promise<void> {
    try {
      if (this.awaited.size > 0) await this.find();
    } catch (error) {
      // An outage of the engine is part of the latency: the lines stay awaited.
      if (!this.hasTold) this.onNotice(`the latency cannot be measured at present: ${String(error)}`);
      this.hasTold = true;
    }
  }

  private async poll(): Promise<void> {
    while (!this.stop.signal.aborted) {
      await this.look();
      await sleep(POLL_MS);
    }
  }

  private async find(): Promise<void> {
    const { body } = await this.client.search({
      index: this.indexPattern,
      body: {
        size: LARGEST_SAMPLE,
        query: { ids: { values: [...this.awaited] } },
        _source: ["arrived_at"],
      },
    });
    const now = Date.now();
    for (const { _id, _source } of body.hits.hits) {
      if (_id === undefined || !this.awaited.delete(_id)) continue;
      const { arrived_at } = _source as { readonly arrived_at: string };
      const ms = now - Date.parse(`${arrived_at.replace(" ", "T")}Z`);
      this.counts.set(ms, (this.counts.get(ms) ?? 0) + 1);
    }
  }
}
