import { isWithoutExtra, withoutExtra } from "../../contract/checksum";
import type {
  Comparison,
  DiscardedLine,
  Faults,
  LayerName,
  QuarantinedLine,
  StreamLine,
} from "../../ops/reconcile/compare";
import { LayerComparer } from "../../ops/reconcile/compare";
import type { LayerLine, LayerLines } from "./lines-by-id";

/** Input of a comparison. */
export interface Evidence {
  /** Identities that the producer saw acknowledged; absent where other producers sent. */
  readonly ledger?: ReadonlySet<string>;
  /** Every line of the stream, by identity. */
  readonly stream: ReadonlyMap<string, StreamLine>;
  /** Arrival before which a line may have expired in the stream, `YYYY-MM-DD HH:MM:SS.fff`. */
  readonly horizon: string;
  readonly layers: Readonly<Partial<Record<LayerName, LayerLines>>>;
  readonly quarantine: ReadonlyMap<string, QuarantinedLine>;
  /** Lines that the speed layer's mapping discarded, by identity. @default nothing */
  readonly discarded?: ReadonlyMap<string, DiscardedLine>;
}

type SourceName = LayerName | "stream" | "quarantine";

class FaultLists {
  private readonly lists = new Map<SourceName, string[]>();

  public constructor(names: readonly SourceName[]) {
    for (const name of names) this.lists.set(name, []);
  }

  public add(name: SourceName, id: string): void {
    const list = this.lists.get(name);
    if (!list?.includes(id)) list?.push(id);
  }

  public sorted(): Faults {
    for (const list of this.lists.values()) list.sort();
    return Object.fromEntries(this.lists);
  }

  public count(except?: SourceName): number {
    return [...this.lists].reduce((sum, [name, list]) => sum + (name === except ? 0 : list.length), 0);
  }
}

/** What {@link LayerComparer} answers, by sets of all identities: to compare both. */
export function compareSets(evidence: Evidence): Comparison {
  const { ledger, stream, horizon, layers, quarantine } = evidence;
  const names = (["raw", "parquet", "indexed"] as const).filter((name) => layers[name] !== undefined);
  const missing = new FaultLists([...names, "stream", "quarantine"]);
  const duplicates = new FaultLists(names);
  const altered = new FaultLists(names);
  const unknown = new FaultLists([...names, "quarantine"]);
  const storedBefore = new Set<string>();
  const expired = new Set<string>();

  for (const [id, line] of stream) {
    if (!line.accepted && !quarantine.has(id)) missing.add("quarantine", id);
    if (!line.accepted) continue;
    for (const name of names) {
      if (!layers[name]?.has(id) && !excused(name, quarantine.get(id))) missing.add(name, id);
    }
  }

  for (const name of names) {
    for (const [id, { checksums, arrivedAt }] of layers[name] ?? []) {
      if (checksums.length > 1) duplicates.add(name, id);
      const line = stream.get(id);
      if (line === undefined && arrivedAt >= horizon) unknown.add(name, id);
      else if (line?.accepted === false) unknown.add(name, id);
      else {
        const whole = line?.accepted ? line.checksum : referenceOf(layers.raw?.get(id));
        const isBefore =
          checksums.some(isWithoutExtra) && names.every((one) => isStoredBefore(layers[one]?.get(id)));
        if (isBefore) storedBefore.add(id);
        if (whole === undefined && layers.raw === undefined) expired.add(id);
        else if (whole === undefined) missing.add("raw", id);
        else if (differs(checksums, isBefore ? withoutExtra(whole) : whole, name)) altered.add(name, id);
      }
    }
  }
  for (const [id, { arrivedAt }] of quarantine) {
    if (!stream.has(id) && arrivedAt >= horizon) unknown.add("quarantine", id);
  }
  // Lines that expired in the stream are compared with the raw zone, which keeps them longest.
  for (const [id, { arrivedAt }] of layers.raw ?? []) {
    if (stream.has(id) || arrivedAt >= horizon) continue;
    for (const name of names) if (name !== "raw" && !layers[name]?.has(id)) missing.add(name, id);
  }
  for (const id of ledger ?? []) {
    const kept = stream.has(id) || quarantine.has(id) || names.some((name) => layers[name]?.has(id));
    if (!kept) missing.add("stream", id);
  }

  const discarded = new Map(
    [...(evidence.discarded ?? [])]
      .filter(([id]) => !layers.indexed?.has(id) && !excused("indexed", quarantine.get(id)))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

  const extra = ledger ? [...stream.keys()].filter((id) => !ledger.has(id)).sort() : [];
  const faults =
    missing.count() + duplicates.count("raw") + altered.count() + unknown.count() + discarded.size;
  const arrivalOf = (id: string): string | undefined =>
    stream.get(id)?.arrivedAt ?? names.map((name) => layers[name]?.get(id)?.arrivedAt).find((at) => at);
  return {
    agree: faults === 0,
    acknowledged: ledger?.size ?? stream.size,
    counts: Object.fromEntries(names.map((name) => [name, layers[name]?.size ?? 0])),
    quarantined: quarantine.size,
    missing: missing.sorted(),
    missingSince: arrivalsOf(Object.values(missing.sorted()).flat(), arrivalOf),
    duplicates: duplicates.sorted(),
    altered: altered.sorted(),
    storedBefore: storedBefore.size,
    notComparable: expired.size,
    unknown: unknown.sorted(),
    discarded,
    extra,
  };
}

/** What a line of the raw zone is that the stream has forgotten: a copy with `extra` says more than one without. */
function referenceOf(raw: LayerLine | undefined): string | undefined {
  return raw?.checksums.find((sum) => !isWithoutExtra(sum)) ?? raw?.checksums[0];
}

function isStoredBefore(line: LayerLine | undefined): boolean {
  return line?.checksums.every(isWithoutExtra) ?? true;
}

/** The raw zone is at-least-once: beside a copy that is right, it may have one that was stored before there was `extra`. */
function differs(checksums: readonly string[], reference: string, layer: LayerName): boolean {
  const isBeside = layer === "raw" && checksums.includes(reference);
  return checksums.some((sum) => sum !== reference && !(isBeside && sum === withoutExtra(reference)));
}

function arrivalsOf(
  ids: readonly string[],
  arrivalOf: (id: string) => string | undefined,
): ReadonlyMap<string, string> {
  return new Map(
    ids.flatMap((id) => {
      const arrivedAt = arrivalOf(id);
      return arrivedAt === undefined ? [] : [[id, arrivedAt] as const];
    }),
  );
}

/**
 * Whether a layer is missing a line because its function quarantined it: the engine rejected it, or the function
 * failed on it.
 */
function excused(name: LayerName, line: QuarantinedLine | undefined): boolean {
  return line?.layers.includes(name === "indexed" ? "speed" : "batch") ?? false;
}

/** Gives the evidence to a {@link LayerComparer}, line by line. */
export function compare(evidence: Evidence): Comparison {
  const { ledger, stream, horizon, layers, quarantine, discarded } = evidence;
  const comparer = new LayerComparer(Object.keys(layers) as LayerName[]);
  for (const [id, line] of stream) comparer.addStream(id, line);
  comparer.endStream(horizon);
  for (const name of ["raw", "parquet", "indexed"] as const) {
    for (const [id, { checksums, arrivedAt }] of layers[name] ?? []) {
      for (const sum of checksums) comparer.addRow(name, id, sum, arrivedAt);
    }
  }
  for (const id of ledger ?? []) comparer.addAcknowledged(id);
  return comparer.compare(quarantine, ledger !== undefined, discarded);
}
