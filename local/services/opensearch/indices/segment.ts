import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { TextTable } from "../../../../lib/text-table";
import { Doc } from "./doc";
import type { FieldValue, FieldValues } from "./field-values";
import type { Mapping } from "./mapping";

/** Documents of a segment. */
export const SEGMENT_DOCS = 1_024;
/** A segment with so many bytes of sources takes no more documents. */
const SEGMENT_BYTES = 4 * 1_024 * 1_024;
const FIRST_BYTES = 8 * 1_024;
/** The least that zlib takes. */
const LEAST_CHUNK = 64;
/** Fast, and still a sixth of the size of contracts' lines. */
const COMPRESSION = { level: 1 } as const;

/**
 * Some documents of an index in the order of their writing. Values are in typed arrays, and texts are numbers of the index's
 * {@link TextTable}; the sources are packed once the segment is full. So a line of the retail contract costs some 250 bytes;
 * as an object with an array of values and its source it would take a kilobyte.
 */
export class Segment {
  private count = 0;
  private current = 0;
  private readonly ids = new Uint32Array(SEGMENT_DOCS);
  private readonly versions = new Uint32Array(SEGMENT_DOCS);
  private readonly seqNos = new Float64Array(SEGMENT_DOCS);
  private readonly columns: Column[];
  private readonly sources = new Sources();

  /** @param mapping by which its documents are indexed */
  public constructor(
    public readonly mapping: Mapping,
    private readonly texts: TextTable,
  ) {
    this.columns = Array.from({ length: mapping.slots }, () => new Column(texts));
  }

  /** Number of documents, also of those that were replaced. */
  public get length(): number {
    return this.count;
  }

  public get isFull(): boolean {
    return this.count === SEGMENT_DOCS || this.sources.bytes >= SEGMENT_BYTES;
  }

  /** Whether each of its documents was replaced. */
  public get isObsolete(): boolean {
    return this.current === 0;
  }

  /** Adds a document. @param id number of its id in the text table. @returns its row */
  public add(id: number, version: number, seqNo: number, source: string, values: FieldValues): number {
    const row = this.count++;
    this.current++;
    this.ids[row] = id;
    this.versions[row] = version;
    this.seqNos[row] = seqNo;
    for (const [slot, column] of this.columns.entries()) column.set(row, values[slot]);
    this.sources.add(source);
    if (this.isFull) this.sources.pack();
    return row;
  }

  /** Notes that one of its documents was replaced by a later one. */
  public replaced(): void {
    this.current--;
  }

  public doc(row: number): Doc {
    return new Doc(this, row);
  }

  /** Number of the id in the text table. */
  public idNumber(row: number): number {
    return this.ids[row] ?? 0;
  }

  public id(row: number): string {
    return this.texts.text(this.idNumber(row));
  }

  public version(row: number): number {
    return this.versions[row] ?? 0;
  }

  public seqNo(row: number): number {
    return this.seqNos[row] ?? 0;
  }

  public source(row: number): string {
    return this.sources.get(row);
  }

  public value(slot: number, row: number): FieldValue | FieldValue[] | undefined {
    return this.columns[slot]?.get(row);
  }
}

/** The values of one field. */
class Column {
  /** NaN: none, because no field holds it. */
  private numbers: Float64Array | undefined;
  /** Number of the text + 1; 0: none. */
  private texts: Uint32Array | undefined;
  /** Several values, and numbers that a double would round, by row. */
  private others: Map<number, bigint | FieldValue[]> | undefined;

  public constructor(private readonly table: TextTable) {}

  public set(row: number, value: FieldValue | FieldValue[] | undefined): void {
    if (value === undefined) return;
    if (typeof value === "string") {
      this.texts ??= new Uint32Array(SEGMENT_DOCS);
      this.texts[row] = this.table.add(value) + 1;
    } else if (typeof value === "number") {
      this.numbers ??= new Float64Array(SEGMENT_DOCS).fill(Number.NaN);
      this.numbers[row] = value;
    } else {
      this.others ??= new Map();
      this.others.set(row, value);
    }
  }

  public get(row: number): FieldValue | FieldValue[] | undefined {
    const text = this.texts?.[row] ?? 0;
    if (text > 0) return this.table.text(text - 1);
    const number = this.numbers?.[row] ?? Number.NaN;
    return Number.isNaN(number) ? this.others?.get(row) : number;
  }
}

/** The sources of a segment's documents as UTF-8, one behind the other. */
class Sources {
  private readonly ends = new Float64Array(SEGMENT_DOCS);
  private count = 0;
  /** While it grows. */
  private open: Buffer | undefined = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private packed = Buffer.alloc(0);
  /** Unpacked for the last reader, until the memory is needed. */
  private unpacked: WeakRef<Buffer> | undefined;

  public get bytes(): number {
    return this.count === 0 ? 0 : (this.ends[this.count - 1] ?? 0);
  }

  public add(source: string): void {
    const start = this.bytes;
    const end = start + Buffer.byteLength(source);
    const open = this.withRoom(end);
    open.write(source, start);
    this.ends[this.count++] = end;
  }

  /** No more is added. */
  public pack(): void {
    if (this.open === undefined) return;
    this.packed = deflateRawSync(this.open.subarray(0, this.bytes), COMPRESSION);
    this.open = undefined;
  }

  public get(row: number): string {
    const start = row === 0 ? 0 : (this.ends[row - 1] ?? 0);
    return this.all().toString("utf8", start, this.ends[row] ?? start);
  }

  private all(): Buffer {
    const kept = this.open ?? this.unpacked?.deref();
    if (kept) return kept;
    // In one piece: zlib's default is pieces of 16 KiB, which takes twice as long.
    const unpacked = inflateRawSync(this.packed, { chunkSize: Math.max(LEAST_CHUNK, this.bytes + 1) });
    this.unpacked = new WeakRef(unpacked);
    return unpacked;
  }

  private withRoom(bytes: number): Buffer {
    const present = this.open;
    if (present && bytes <= present.length) return present;
    const longer = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * (present?.length ?? 0)));
    present?.copy(longer, 0, 0, this.bytes);
    this.open = longer;
    return longer;
  }
}
