import type { JsonObject } from "../../../../lib/json";
import { doubled, TextTable } from "../../../../lib/text-table";
import type { Doc, StoredDoc } from "./doc";
import { type FieldValues, readFields } from "./field-values";
import { Mapping } from "./mapping";
import { SEGMENT_DOCS, Segment } from "./segment";
import { refreshIntervalMs, type Settings } from "./settings";
import { parseDocument } from "./strict-json";
import { compareTexts } from "./text-order";

export type { Doc, StoredDoc } from "./doc";

/** The searchable documents in the order of a keyword of which each has exactly one value. */
export interface SortedDocs {
  readonly path: string;
  readonly length: number;
  at(position: number): Doc;
}

/** Definition of an index. */
export interface IndexDefinition {
  readonly name: string;
  readonly uuid: string;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  readonly settings: Settings;
  /** Its first mapping. */
  readonly mappings: JsonObject;
}

/** Result of a write. */
export interface Written {
  readonly result: "created" | "updated";
  readonly doc: StoredDoc;
}

const FIRST_IDS = 1_024;

/**
 * An index. As in the engine, written documents become searchable at a refresh: once in each `refresh_interval`, or on
 * request. (The engine also stops refreshing an index that nobody searched for 30 seconds, and then the next search
 * waits for a refresh; here the refreshes continue.)
 */
export class SearchIndex {
  /** Its mappings, the newest last. */
  private readonly versions: [Mapping, ...Mapping[]];
  /** The last one takes new documents; undefined where each document was replaced. */
  private readonly segments: (Segment | undefined)[] = [];
  /** Ids and values. */
  private readonly texts = new TextTable();
  /** By the number of an id: the {@link placeOf place} of the newest document, and of the searchable one, + 1; 0: none. */
  private newest = new Uint32Array(FIRST_IDS);
  private searchable = new Uint32Array(FIRST_IDS);
  private searchableCount = 0;
  /** Places of what was written since the last refresh. */
  private unrefreshed: number[] = [];
  private readonly timer: NodeJS.Timeout | undefined;
  private nextSeqNo = 0;
  /** The last order that a search asked for, null where there is none; undefined after a refresh with changes. */
  private sorted: { readonly path: string; readonly docs: SortedDocs | null } | undefined;

  public constructor(public readonly definition: IndexDefinition) {
    this.versions = [new Mapping(definition.mappings)];
    const interval = refreshIntervalMs(definition.settings);
    if (interval !== undefined) this.timer = setInterval(() => this.refresh(), interval).unref();
  }

  public get mapping(): Mapping {
    return this.versions.at(-1) ?? this.versions[0];
  }

  /** Every mapping that it has had, oldest first, each with the current documents that were indexed by it. */
  public *history(): Generator<readonly [Mapping, Iterable<Doc>]> {
    for (const mapping of this.versions) {
      yield [mapping, this.docsAt(this.newest, (segment) => segment.mapping === mapping)];
    }
  }

  /** Replaces the mapping by one that extends it, for the documents to come. */
  public extend(mapping: Mapping): void {
    this.versions.push(mapping);
  }

  public get name(): string {
    return this.definition.name;
  }

  /** Stores a document; it replaces one with the same id. @throws EngineError */
  public put(id: string, source: string): Written {
    const present = this.docAt(this.newest[this.texts.find(id)] ?? 0);
    const doc = { id, source, version: (present?.version ?? 0) + 1, seqNo: this.nextSeqNo };
    this.write(doc);
    return { result: present ? "updated" : "created", doc };
  }

  /** Stores a document of the journal. @throws EngineError */
  public write({ id, source, version, seqNo }: StoredDoc): void {
    const { mapping } = this;
    const values = readFields(parseDocument(source), source, mapping, id);
    this.nextSeqNo = seqNo + 1;
    const number = this.texts.add(id);
    while (this.texts.size >= this.newest.length) {
      this.newest = doubled(this.newest);
      this.searchable = doubled(this.searchable);
    }
    const place = this.append(number, values, { version, seqNo, source }, mapping);
    const before = this.newest[number] ?? 0;
    this.newest[number] = place + 1;
    // What a search still finds is replaced at the next refresh.
    if (before > 0 && before !== this.searchable[number]) this.discard(before - 1);
    this.unrefreshed.push(place);
  }

  /** Makes all written documents searchable. */
  public refresh(): void {
    if (this.unrefreshed.length > 0) this.sorted = undefined;
    for (const place of this.unrefreshed) {
      const number = this.segments[Math.floor(place / SEGMENT_DOCS)]?.idNumber(place % SEGMENT_DOCS);
      if (number === undefined || this.newest[number] !== place + 1) continue;
      const before = this.searchable[number] ?? 0;
      if (before > 0) this.discard(before - 1);
      else this.searchableCount++;
      this.searchable[number] = place + 1;
    }
    this.unrefreshed = [];
  }

  /** The searchable documents, in the order of their writing. */
  public documents(): Iterable<Doc> {
    return this.docsAt(this.searchable);
  }

  /** The searchable documents with these ids, in no order. */
  public *withIds(ids: Iterable<string>): Generator<Doc> {
    for (const id of new Set(ids)) {
      const doc = this.docAt(this.searchable[this.texts.find(id)] ?? 0);
      if (doc) yield doc;
    }
  }

  /** The searchable documents in the order of a keyword; undefined unless each has exactly one value of it. */
  public sortedBy(path: string): SortedDocs | undefined {
    if (this.sorted?.path !== path) this.sorted = { path, docs: this.sort(path) ?? null };
    return this.sorted.docs ?? undefined;
  }

  private sort(path: string): SortedDocs | undefined {
    const places: number[] = [];
    const keys: string[] = [];
    for (const place of this.placesAt(this.searchable)) {
      const doc = this.docAt(place + 1);
      const key = doc?.value(doc.mapping.field(path)?.slot ?? -1);
      if (typeof key !== "string") return undefined;
      places.push(place);
      keys.push(key);
    }
    // Stable: documents of equal values stay in the order of their writing, as in a sort of all matches.
    const order = Array.from(keys.keys()).sort((a, b) => compareTexts(keys[a] ?? "", keys[b] ?? ""));
    const sorted = Uint32Array.from(order, (position) => places[position] ?? 0);
    const at = (position: number): Doc => {
      const doc = this.docAt((sorted[position] ?? 0) + 1);
      if (doc === undefined) throw new RangeError(`there is no document at ${position}`);
      return doc;
    };
    return { path, length: sorted.length, at };
  }

  /** Number of searchable documents. */
  public get size(): number {
    return this.searchableCount;
  }

  /** Stops its refreshes. */
  public close(): void {
    clearInterval(this.timer);
  }

  /** @returns the place: segment and row in one number */
  private append(
    number: number,
    values: FieldValues,
    { version, seqNo, source }: Omit<StoredDoc, "id">,
    mapping: Mapping,
  ): number {
    let segment = this.segments.at(-1);
    if (segment === undefined || segment.isFull || segment.mapping !== mapping) {
      segment = new Segment(mapping, this.texts);
      this.segments.push(segment);
    }
    return (this.segments.length - 1) * SEGMENT_DOCS + segment.add(number, version, seqNo, source, values);
  }

  /** Frees the memory of a document that was replaced, when no other of its segment is left. */
  private discard(place: number): void {
    const at = Math.floor(place / SEGMENT_DOCS);
    const segment = this.segments[at];
    segment?.replaced();
    if (segment?.isObsolete && at < this.segments.length - 1) this.segments[at] = undefined;
  }

  /** The places of one of the two tables, in the order of writing. @param takes whether a segment is looked at */
  private *placesAt(
    table: Uint32Array,
    takes: (segment: Segment) => boolean = () => true,
  ): Generator<number> {
    for (const [at, segment] of this.segments.entries()) {
      if (segment === undefined || !takes(segment)) continue;
      for (let row = 0; row < segment.length; row++) {
        const place = at * SEGMENT_DOCS + row;
        if (table[segment.idNumber(row)] === place + 1) yield place;
      }
    }
  }

  private *docsAt(table: Uint32Array, takes?: (segment: Segment) => boolean): Generator<Doc> {
    for (const place of this.placesAt(table, takes)) {
      const doc = this.docAt(place + 1);
      if (doc) yield doc;
    }
  }

  /** @param reference a place + 1, or 0 */
  private docAt(reference: number): Doc | undefined {
    if (reference === 0) return undefined;
    const place = reference - 1;
    return this.segments[Math.floor(place / SEGMENT_DOCS)]?.doc(place % SEGMENT_DOCS);
  }
}
