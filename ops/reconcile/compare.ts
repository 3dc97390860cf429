import { isWithoutExtra, withoutExtra } from "../../contract/checksum";
import { LineTable } from "./line-table";

/** A line of the stream: with its checksum if it keeps the contract, else with the reason of its rejection. */
export type StreamLine = (
  | { readonly accepted: true; readonly checksum: string }
  | { readonly accepted: false; readonly reason: string }
) & {
  /** `YYYY-MM-DD HH:MM:SS.fff` */
  readonly arrivedAt: string;
};

/**
 * Takes a row or document of a layer.
 * @param sum its checksum
 * @param arrivedAt `YYYY-MM-DD HH:MM:SS.fff`
 */
export type OnRow = (id: string, sum: string, arrivedAt: string) => void;

/** A line in quarantine, counted once however many layers refused it. */
export interface QuarantinedLine {
  readonly reason: string;
  readonly detail: string;
  readonly arrivedAt: string;
  readonly layers: readonly string[];
}

/** A line of a record that an event source mapping discarded. */
export interface DiscardedLine {
  /** Lambda's condition: `RecordAgeExceeded`, `RetryAttemptsExhausted`. */
  readonly condition: string;
  /** The object that keeps the record, `s3://…`. */
  readonly location: string;
}

/** Names of the layers in reports. */
export type LayerName = "raw" | "parquet" | "indexed";

/** Data sources in which a fault can be. */
type SourceName = LayerName | "stream" | "quarantine";

/** Faulty identities by data source. */
export type Faults = Readonly<Partial<Record<SourceName, readonly string[]>>>;

/** Result of a comparison; identities are in stream order. */
export interface Comparison {
  /** No fault: nothing missing, altered, unknown or discarded, and duplicates only where the raw zone may have them. */
  readonly agree: boolean;
  /** Lines that every layer must account for: of the ledger if there is one, else of the stream. */
  readonly acknowledged: number;
  /** Distinct identities in each layer. */
  readonly counts: Readonly<Partial<Record<LayerName, number>>>;
  readonly quarantined: number;
  /** Lines that a data source should have and does not. */
  readonly missing: Faults;
  /** Arrival of each line that is {@link missing} somewhere and whose arrival is known, `YYYY-MM-DD HH:MM:SS.fff`. */
  readonly missingSince: ReadonlyMap<string, string>;
  /** Lines that a layer has more than once. A fault except in `raw`, which is at-least-once. */
  readonly duplicates: Faults;
  /** Lines that differ from the stream's, in a value or in a column that the contract does not know. */
  readonly altered: Faults;
  /**
   * Lines that every layer that holds them stored before there was a column `extra`: their unknown columns are not
   * compared. No fault.
   */
  readonly storedBefore: number;
  /** Lines that expired in the stream and have no raw zone to be compared with. */
  readonly notComparable: number;
  /** Lines of a layer that the stream never had, although they are within its retention. */
  readonly unknown: Faults;
  /**
   * Lines that the speed layer's mapping discarded, and that were neither indexed nor put into quarantine by that
   * layer, before or later. A fault, but no loss: the lake keeps the records.
   */
  readonly discarded: ReadonlyMap<string, DiscardedLine>;
  /** Lines in the stream that were never acknowledged: a put was retried because its answer was lost. No fault. */
  readonly extra: readonly string[];
}

class FaultLists {
  private readonly lists = new Map<SourceName, string[]>();

  public constructor(names: readonly SourceName[]) {
    for (const name of names) this.lists.set(name, []);
  }

  public add(name: SourceName, id: string): void {
    this.lists.get(name)?.push(id);
  }

  public sorted(): Faults {
    for (const list of this.lists.values()) list.sort();
    return Object.fromEntries(this.lists);
  }

  public count(except?: SourceName): number {
    return [...this.lists].reduce((sum, [name, list]) => sum + (name === except ? 0 : list.length), 0);
  }
}

/** Facts about a line, one bit each. */
const STREAM = 1;
const ACCEPTED = 2;
const LEDGER = 4;
const QUARANTINED = 8;
const BY_BATCH = 16;
const BY_SPEED = 32;
/** Facts about a line in one layer; each layer has eight bits of its own. */
const PRESENT = 1;
const TWICE = 2;
/** Its first row arrived after the horizon. */
const RECENT = 4;
/** Of its rows, some have the column `extra`, or some were stored before there was one. */
const WITH_EXTRA = 8;
const WITHOUT_EXTRA = 16;
/** Of either kind, some differ from the reference. */
const OTHER_WITH = 32;
const OTHER_WITHOUT = 64;
/** Some are the reference, which has the column. */
const SAME_WITH = 128;
const LAYERS = ["raw", "parquet", "indexed"] as const;
const SHIFT: Readonly<Record<LayerName, number>> = { raw: 8, parquet: 16, indexed: 24 };

/**
 * Compares identities and checksums over all data sources. They are given line by line, in this order, and are not kept:
 * the stream, the raw zone, the other layers, the ledger. A line costs some 150 bytes, see {@link LineTable}.
 */
export class LayerComparer {
  private readonly lines = new LineTable();
  private readonly counts: Partial<Record<LayerName, number>>;
  private readonly names: readonly LayerName[];
  private streamLines = 0;
  private ledgerLines: number | undefined;
  private horizon = "";

  /** @param layers that are compared */
  public constructor(layers: readonly LayerName[]) {
    this.names = LAYERS.filter((name) => layers.includes(name));
    this.counts = Object.fromEntries(this.names.map((name) => [name, 0]));
  }

  /** Takes a line of the stream, each once. */
  public addStream(id: string, line: StreamLine): void {
    const at = this.lines.add(id, line.arrivedAt);
    this.streamLines++;
    this.lines.setFlags(at, line.accepted ? STREAM | ACCEPTED : STREAM);
    if (line.accepted) this.lines.setReference(at, line.checksum);
  }

  /**
   * Takes the end of the stream, before the rows of layers.
   * @param horizon arrival before which a line may have expired before it was read, `YYYY-MM-DD HH:MM:SS.fff`
   */
  public endStream(horizon: string): void {
    this.horizon = horizon;
  }

  /** Distinct lines that were given: of the stream, or of a layer. */
  public countOf(source: "stream" | LayerName): number {
    return source === "stream" ? this.streamLines : (this.counts[source] ?? 0);
  }

  /** Takes a row or document of a layer. */
  public addRow(name: LayerName, id: string, sum: string, arrivedAt: string): void {
    const { lines } = this;
    const at = lines.add(id, arrivedAt);
    const flags = lines.flags(at);
    const known = flags >>> SHIFT[name];
    let found = this.rowFlags(at, sum, known, name === "raw" && (flags & STREAM) === 0);
    if ((known & PRESENT) === 0) {
      this.counts[name] = (this.counts[name] ?? 0) + 1;
      found |= arrivedAt >= this.horizon ? PRESENT | RECENT : PRESENT;
    } else found |= TWICE;
    lines.setFlags(at, found << SHIFT[name]);
  }

  /** Takes an identity that the producer saw acknowledged. */
  public addAcknowledged(id: string): void {
    this.ledgerLines ??= 0;
    const at = this.lines.add(id, "");
    if ((this.lines.flags(at) & LEDGER) !== 0) return;
    this.ledgerLines++;
    this.lines.setFlags(at, LEDGER);
  }

  /**
   * The result.
   * @param hasLedger whether there is one; without one, other producers sent
   * @param discarded lines that the speed layer's mapping discarded, by identity
   */
  public compare(
    quarantine: ReadonlyMap<string, QuarantinedLine>,
    hasLedger: boolean,
    discarded: ReadonlyMap<string, DiscardedLine> = new Map(),
  ): Comparison {
    const { lines, names, horizon } = this;
    const missing = new FaultLists([...names, "stream", "quarantine"]);
    const duplicates = new FaultLists(names);
    const altered = new FaultLists(names);
    const unknown = new FaultLists([...names, "quarantine"]);
    const extra: string[] = [];
    let storedBefore = 0;
    let notComparable = 0;

    for (const [id, { arrivedAt, layers }] of quarantine) {
      const at = lines.find(id);
      const isInStream = at >= 0 && (lines.flags(at) & STREAM) !== 0;
      if (!isInStream && arrivedAt >= horizon) unknown.add("quarantine", id);
      const bySpeed = layers.includes("speed") ? BY_SPEED : 0;
      if (at >= 0) lines.setFlags(at, QUARANTINED | bySpeed | (layers.includes("batch") ? BY_BATCH : 0));
    }
    for (let at = 0; at < lines.size; at++) {
      const line = new FoundLine(lines.flags(at), names);
      if (line.isIn(STREAM) && hasLedger && !line.isIn(LEDGER)) extra.push(lines.id(at));
      if (line.isIn(LEDGER) && line.isNowhere()) missing.add("stream", lines.id(at));
      if (line.isIn(STREAM) && !line.isIn(ACCEPTED) && !line.isIn(QUARANTINED)) {
        missing.add("quarantine", lines.id(at));
      }
      for (const name of line.missingIn()) missing.add(name, lines.id(at));
      for (const name of line.twiceIn()) duplicates.add(name, lines.id(at));
      for (const name of line.unknownIn()) unknown.add(name, lines.id(at));
      const comparable = line.comparableIn();
      if (comparable.length === 0) continue;
      const reference = lines.reference(at);
      if (comparable.some((name) => line.isBefore(name))) storedBefore++;
      if (reference === undefined && names.includes("raw")) missing.add("raw", lines.id(at));
      else if (reference === undefined) notComparable++;
      else {
        const isWhole = !isWithoutExtra(reference);
        for (const name of comparable) if (line.differs(name, isWhole)) altered.add(name, lines.id(at));
      }
    }

    const lost = new Map(
      [...discarded]
        .filter(([id]) => {
          const at = lines.find(id);
          const flags = at < 0 ? 0 : lines.flags(at);
          const isIndexed = ((flags >>> SHIFT.indexed) & PRESENT) !== 0;
          return !isIndexed && !quarantine.get(id)?.layers.includes("speed");
        })
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    const faults = missing.count() + duplicates.count("raw") + altered.count() + unknown.count() + lost.size;
    const allMissing = missing.sorted();
    return {
      agree: faults === 0,
      acknowledged: hasLedger ? (this.ledgerLines ?? 0) : this.streamLines,
      counts: this.counts,
      quarantined: quarantine.size,
      missing: allMissing,
      missingSince: this.arrivalsOf(Object.values(allMissing).flat()),
      duplicates: duplicates.sorted(),
      altered: altered.sorted(),
      storedBefore,
      notComparable,
      unknown: unknown.sorted(),
      discarded: lost,
      extra: extra.sort(),
    };
  }

  /**
   * Compares a row's checksum with the line's reference: the stream's checksum, or, of a line that the stream has
   * forgotten, the raw zone's. There a copy with the column `extra` says more than one without.
   * @param known of the line in this layer
   * @param isReference whether the row can be the reference
   */
  private rowFlags(at: number, sum: string, known: number, isReference: boolean): number {
    const { lines } = this;
    let reference = lines.reference(at);
    let found = 0;
    if (isReference && (reference === undefined || (isWithoutExtra(reference) && !isWithoutExtra(sum)))) {
      const isOther = (known & WITHOUT_EXTRA) !== 0 && reference !== withoutExtra(sum);
      if (isOther) found |= OTHER_WITHOUT;
      lines.setReference(at, sum);
      reference = sum;
    }
    if (isWithoutExtra(sum)) {
      const isSame = reference !== undefined && sum === withoutExtra(reference);
      return found | WITHOUT_EXTRA | (isSame ? 0 : OTHER_WITHOUT);
    }
    return found | WITH_EXTRA | (sum === reference ? SAME_WITH : OTHER_WITH);
  }

  private arrivalsOf(ids: readonly string[]): ReadonlyMap<string, string> {
    const { lines } = this;
    return new Map(
      ids.flatMap((id) => {
        const at = lines.find(id);
        const arrivedAt = at < 0 ? "" : lines.arrivedAt(at);
        return arrivedAt === "" ? [] : [[id, arrivedAt] as const];
      }),
    );
  }
}

/** What was found out about a line. */
class FoundLine {
  public constructor(
    private readonly flags: number,
    private readonly names: readonly LayerName[],
  ) {}

  public isIn(bit: number): boolean {
    return (this.flags & bit) !== 0;
  }

  public isNowhere(): boolean {
    return (
      !this.isIn(STREAM) && !this.isIn(QUARANTINED) && !this.names.some((name) => this.has(name, PRESENT))
    );
  }

  /** Layers that should have the line: those that read the stream, or those that read what the stream has forgotten. */
  public missingIn(): LayerName[] {
    if (this.isIn(STREAM)) {
      if (!this.isIn(ACCEPTED)) return [];
      return this.names.filter((name) => !this.has(name, PRESENT) && !this.isExcused(name));
    }
    // The raw zone keeps lines longest.
    if (!this.has("raw", PRESENT) || this.has("raw", RECENT)) return [];
    return this.names.filter((name) => !this.has(name, PRESENT));
  }

  public twiceIn(): LayerName[] {
    return this.names.filter((name) => this.has(name, TWICE));
  }

  public unknownIn(): LayerName[] {
    return this.names.filter((name) => this.has(name, PRESENT) && this.isUnknown(name));
  }

  /** Layers whose rows are compared with the reference. */
  public comparableIn(): LayerName[] {
    return this.names.filter((name) => this.has(name, PRESENT) && !this.isUnknown(name));
  }

  /** Whether every layer stored the line before there was a column `extra`. */
  public isBefore(name: LayerName): boolean {
    return this.has(name, WITHOUT_EXTRA) && !this.names.some((one) => this.has(one, WITH_EXTRA));
  }

  /**
   * The raw zone is at-least-once: beside a copy that is right, it may have one that was stored before there was `extra`.
   * @param isWhole whether the reference has the column
   */
  public differs(name: LayerName, isWhole: boolean): boolean {
    const isOther = this.has(name, OTHER_WITHOUT);
    if (this.isBefore(name)) return isOther;
    if (!isWhole) return this.has(name, WITH_EXTRA) || isOther;
    const isBeside = name === "raw" && this.has(name, SAME_WITH) && !isOther;
    return this.has(name, OTHER_WITH) || (this.has(name, WITHOUT_EXTRA) && !isBeside);
  }

  private has(name: LayerName, bit: number): boolean {
    return ((this.flags >>> SHIFT[name]) & bit) !== 0;
  }

  private isUnknown(name: LayerName): boolean {
    return this.isIn(STREAM) ? !this.isIn(ACCEPTED) : this.has(name, RECENT);
  }

  /**
   * Whether a layer is missing the line because its function quarantined it: the engine rejected it, or the function
   * failed on it.
   */
  private isExcused(name: LayerName): boolean {
    return this.isIn(name === "indexed" ? BY_SPEED : BY_BATCH);
  }
}
