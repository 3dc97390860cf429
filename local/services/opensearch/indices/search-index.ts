import type { JsonObject } from "../../../../lib/json";
import { type FieldValues, readFields } from "./field-values";
import { Mapping } from "./mapping";
import { refreshIntervalMs, type Settings } from "./settings";
import { parseDocument } from "./strict-json";

/** A document of an index. */
export interface Doc {
  readonly id: string;
  readonly version: number;
  readonly seqNo: number;
  /** The JSON text that the client sent. */
  readonly source: string;
  readonly values: FieldValues;
  /** The mapping by which it was indexed: a later field has no value of it. */
  readonly mapping: Mapping;
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
    const { mapping } = this;
    const values = readFields(parseDocument(source), source, mapping, id);
    const doc = { id, version: (present?.version ?? 0) + 1, seqNo: this.nextSeqNo, source, values, mapping };
    this.place(doc);
    return { result: present ? "updated" : "created", doc };
  }

  /** Restores a document from the journal. */
  public restore(id: string, source: string, version: number, seqNo: number): void {
    const { mapping } = this;
    const values = readFields(parseDocument(source), source, mapping, id);
    this.nextSeqNo = seqNo;
    this.place({ id, version, seqNo, source, values, mapping });
  }

  /** Makes all written documents searchable. */
  public refresh(): void {
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
