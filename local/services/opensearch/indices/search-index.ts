import type { JsonObject } from "../../../../lib/json";
import { type Doc, SharedTexts, Sources } from "./doc";
import { readFields } from "./field-values";
import { Mapping } from "./mapping";
import { refreshIntervalMs, type Settings } from "./settings";
import { parseDocument } from "./strict-json";
import { compareTexts } from "./text-order";

export type { Doc } from "./doc";

/** Documents in the order of a keyword. */
interface SortedDocs {
  readonly path: string;
  readonly docs: readonly Doc[];
  /** Whether each has exactly one value; if not, there is no order here. */
  readonly isComplete: boolean;
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
  readonly doc: Doc;
}

/**
 * An index. As in the engine, written documents become searchable at a refresh: once in each `refresh_interval`, or on
 * request. (The engine also stops refreshing an index that nobody searched for 30 seconds, and then the next search
 * waits for a refresh; here the refreshes continue.)
 */
export class SearchIndex {
  /** Its mappings, the newest last. */
  private readonly versions: [Mapping, ...Mapping[]];
  private readonly newest = new Map<string, Doc>();
  private readonly searchable = new Map<string, Doc>();
  /** Written since the last refresh. */
  private readonly unrefreshed = new Map<string, Doc>();
  private readonly timer: NodeJS.Timeout | undefined;
  private nextSeqNo = 0;
  private readonly sources = new Sources();
  private readonly texts = new SharedTexts();
  /** The last order that a search asked for; none after a refresh with changes. */
  private sorted: SortedDocs | undefined;

  public constructor(public readonly definition: IndexDefinition) {
    this.versions = [new Mapping(definition.mappings)];
    const interval = refreshIntervalMs(definition.settings);
    if (interval !== undefined) this.timer = setInterval(() => this.refresh(), interval).unref();
  }

  public get mapping(): Mapping {
    return this.versions.at(-1) ?? this.versions[0];
  }

  /** Every mapping that it has had, oldest first, each with the current documents that were indexed by it. */
  public *history(): Generator<readonly [Mapping, readonly Doc[]]> {
    const docs = [...this.newest.values()];
    for (const mapping of this.versions) yield [mapping, docs.filter((doc) => doc.mapping === mapping)];
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
    const present = this.newest.get(id);
    const doc = this.docOf(id, source, (present?.version ?? 0) + 1, this.nextSeqNo);
    this.place(doc);
    return { result: present ? "updated" : "created", doc };
  }

  /** Restores a document from the journal. */
  public restore(id: string, source: string, version: number, seqNo: number): void {
    this.nextSeqNo = seqNo;
    this.place(this.docOf(id, source, version, seqNo));
  }

  private docOf(id: string, source: string, version: number, seqNo: number): Doc {
    const { mapping } = this;
    const values = readFields(parseDocument(source), source, mapping, id);
    for (let slot = 0; slot < values.length; slot++) {
      const value = values[slot];
      if (typeof value === "string") values[slot] = this.texts.shared(value);
    }
    return this.sources.withSource({ id: this.texts.shared(id), version, seqNo, values, mapping }, source);
  }

  /** Makes all written documents searchable. */
  public refresh(): void {
    if (this.unrefreshed.size > 0) this.sorted = undefined;
    for (const [id, doc] of this.unrefreshed) {
      // Deleted first, so that a rewritten document moves to the end, as it does in the engine.
      this.searchable.delete(id);
      this.searchable.set(id, doc);
    }
    this.unrefreshed.clear();
  }

  /** The searchable documents. */
  public documents(): Iterable<Doc> {
    return this.searchable.values();
  }

  /** The searchable documents with these ids, in no order. */
  public *withIds(ids: Iterable<string>): Generator<Doc> {
    for (const id of new Set(ids)) {
      const doc = this.searchable.get(id);
      if (doc) yield doc;
    }
  }

  /** Whether every searchable document has exactly one value of a keyword. */
  public hasOneOf(path: string): boolean {
    return this.sortOf(path).isComplete;
  }

  /** The searchable documents in the order of a keyword of which each has one, see {@link hasOneOf}. */
  public sortedBy(path: string): readonly Doc[] {
    return this.sortOf(path).docs;
  }

  private sortOf(path: string): SortedDocs {
    if (this.sorted?.path === path) return this.sorted;
    const docs = [...this.searchable.values()];
    const textOf = (doc: Doc) => doc.values[doc.mapping.field(path)?.slot ?? -1];
    const isComplete = docs.every((doc) => typeof textOf(doc) === "string");
    // Stable: documents of equal values stay in the order of their writing, as in a sort of all matches.
    if (isComplete) docs.sort((a, b) => compareTexts(String(textOf(a)), String(textOf(b))));
    this.sorted = { path, docs: isComplete ? docs : [], isComplete };
    return this.sorted;
  }

  /** Number of searchable documents. */
  public get size(): number {
    return this.searchable.size;
  }

  /** Stops its refreshes. */
  public close(): void {
    clearInterval(this.timer);
  }

  private place(doc: Doc): void {
    this.nextSeqNo = doc.seqNo + 1;
    this.newest.set(doc.id, doc);
    this.unrefreshed.set(doc.id, doc);
  }
}
