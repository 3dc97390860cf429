import type { FieldValue } from "./field-values";
import type { Mapping } from "./mapping";

/** A document as it is stored: what the journal holds of it. */
export interface StoredDoc {
  readonly id: string;
  readonly version: number;
  readonly seqNo: number;
  /** The JSON text that the client sent. */
  readonly source: string;
}

/** Documents by row, as a segment holds them. */
interface Rows {
  readonly mapping: Mapping;
  id(row: number): string;
  version(row: number): number;
  seqNo(row: number): number;
  source(row: number): string;
  value(slot: number, row: number): FieldValue | FieldValue[] | undefined;
}

/** A document of an index: its place in a segment, which holds all of it. */
export class Doc implements StoredDoc {
  public constructor(
    private readonly segment: Rows,
    private readonly row: number,
  ) {}

  public get id(): string {
    return this.segment.id(this.row);
  }

  public get version(): number {
    return this.segment.version(this.row);
  }

  public get seqNo(): number {
    return this.segment.seqNo(this.row);
  }

  public get source(): string {
    return this.segment.source(this.row);
  }

  /** The mapping by which it was indexed: a later field has no value of it. */
  public get mapping(): Mapping {
    return this.segment.mapping;
  }

  /** The indexed values of a field; undefined when it has none. */
  public value(slot: number): FieldValue | FieldValue[] | undefined {
    return this.segment.value(slot, this.row);
  }
}
