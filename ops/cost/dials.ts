import { counted } from "../../lib/counted";
import type { Load } from "./load";
import { flowOf, itemsOf, total } from "./model";
import type { Prices } from "./prices";
import type { CostSettings } from "./settings";

/** A system under a load: what the model prices. */
interface Case {
  readonly settings: CostSettings;
  readonly load: Load;
}

/** What another value of a setting would change. */
export interface Dial {
  /** Name of the setting, as an environment has it. */
  readonly setting: string;
  readonly from: string;
  readonly to: string;
  /** US dollars a month more; below 0: less. */
  readonly change: number;
}

interface Turn {
  readonly setting: string;
  readonly from: string;
  readonly to: string;
  readonly changed: Partial<Case>;
}

/** What each setting would change, alone, by the same model. */
export function dialsOf(settings: CostSettings, load: Load, prices: Prices): readonly Dial[] {
  const costs = (one: Case): number => total(itemsOf(one.settings, one.load, prices));
  const now = costs({ settings, load });
  return turns({ settings, load }, prices).map(({ setting, from, to, changed }) => ({
    setting,
    from,
    to,
    change: costs({ settings, load, ...changed }) - now,
  }));
}

function turns({ settings, load }: Case, prices: Prices): readonly Turn[] {
  const all: Turn[] = [];
  const turn = (
    setting: string,
    from: string | number,
    to: readonly (readonly [string | number, Partial<Case>])[],
  ): void => {
    for (const [value, changed] of to) {
      if (String(value) !== String(from))
        all.push({ setting, from: String(from), to: String(value), changed });
    }
  };
  const changing = (change: Partial<CostSettings>): Partial<Case> => ({
    settings: { ...settings, ...change },
  });
  const { stream, delivery, lake, merge, search, network } = settings;

  const largest = Math.floor(((stream?.maxRecordKiB ?? 1024) * 1024) / load.bytes);
  turn(
    "--pack of the sender",
    load.pack,
    [1, 25, 100].filter((pack) => pack <= largest).map((pack) => [pack, { load: { ...load, pack } }]),
  );
  if (stream) {
    const shardCount = Math.max(1, Math.ceil(flowOf(settings, load).neededShards * SPARE));
    const provisioned = { ...stream, mode: "PROVISIONED" as const, shardCount };
    const shards = (count: number): string => counted(count, "shard");
    const capacity = stream.mode === "ON_DEMAND" ? "on-demand" : shards(stream.shardCount);
    turn("stream.capacity", capacity, [
      ["on-demand", changing({ stream: { ...stream, mode: "ON_DEMAND" } })],
      [shards(shardCount), changing({ stream: provisioned })],
    ]);
    turn(
      "stream.retentionHours",
      stream.retentionHours,
      [24, 48, 168].map((retentionHours) => [
        retentionHours,
        changing({ stream: { ...stream, retentionHours } }),
      ]),
    );
  }
  if (delivery) {
    turn(
      "lake.compression",
      delivery.gzip ? "gzip" : "none",
      [true, false].map((gzip) => [gzip ? "gzip" : "none", changing({ delivery: { ...delivery, gzip } })]),
    );
    turn(
      "lake.bufferMiB",
      delivery.bufferMiB,
      [1, 64, 128].map((bufferMiB) => [bufferMiB, changing({ delivery: { ...delivery, bufferMiB } })]),
    );
  }
  if (lake) {
    turn(
      "lake.rawRetentionDays",
      lake.rawDays ?? "none",
      [30, 90, 730].map((rawDays) => [rawDays, changing({ lake: { ...lake, rawDays } })]),
    );
  }
  if (merge) {
    turn(
      "merge.everyMinutes",
      merge.everyMinutes,
      [5, 13, 30, 60].map((everyMinutes) => [everyMinutes, changing({ merge: { ...merge, everyMinutes } })]),
    );
  }
  if (search) {
    const { dataNodes, masterNodes } = search;
    turn(
      "speed.instanceType",
      dataNodes.type,
      prices
        .kinds("opensearch.hour.")
        // A domain with standby does not support burstable types.
        .filter((type) => masterNodes === undefined || !type.startsWith("t"))
        .map((type) => [type, changing({ search: { ...search, dataNodes: { ...dataNodes, type } } })]),
    );
    turn(
      "speed.volumeGiB",
      search.volumeGiB,
      [2, 10].map((times) => [
        search.volumeGiB * times,
        changing({ search: { ...search, volumeGiB: search.volumeGiB * times } }),
      ]),
    );
    const { search: _search, upsert: _upsert, ...without } = settings;
    turn("speed.enabled", "true", [["false", { settings: without }]]);
  }
  turn(
    "network.nat",
    String(network.natGateways > 0),
    [0, 1].map((natGateways) => {
      const addresses = network.addresses + natGateways - network.natGateways;
      return [String(natGateways > 0), changing({ network: { ...network, natGateways, addresses } })];
    }),
  );
  return all;
}

/** Provisioned shards for a load that is steady only on average. */
const SPARE = 1.25;
