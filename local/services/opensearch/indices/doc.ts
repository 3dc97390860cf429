import type { FieldValues } from "./field-values";
import type { Mapping } from "./mapping";

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

const BLOCK_BYTES = 1 << 20;
/** Texts that are remembered to be shared; the next begin anew. */
const MOST_SHARED = 20_000;
/** Longer texts are rarely the same. */
const LONGEST_SHARED = 64;

/**
 * Keeps the sources of documents as UTF-8 in large blocks. As a text each would hold the request that it came in, and as
 * a Buffer an object of a hundred bytes.
 */
export class Sources {
  private block = Buffer.alloc(0);
  private end = 0;

  public withSource(head: Omit<Doc, "source">, source: string): Doc {
    const bytes = Buffer.byteLength(source);
    if (this.end + bytes > this.block.length) {
      this.block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, bytes));
      this.end = 0;
    }
    const start = this.end;
    this.end += this.block.write(source, start);
    return new KeptDoc(head, this.block, start, this.end);
  }
}

class KeptDoc implements Doc {
  public readonly id: string;
  public readonly version: number;
  public readonly seqNo: number;
  public readonly values: FieldValues;
  public readonly mapping: Mapping;

  public constructor(
    { id, version, seqNo, values, mapping }: Omit<Doc, "source">,
    private readonly block: Buffer,
    private readonly start: number,
    private readonly end: number,
  ) {
    this.id = id;
    this.version = version;
    this.seqNo = seqNo;
    this.values = values;
    this.mapping = mapping;
  }

  public get source(): string {
    return this.block.toString("utf8", this.start, this.end);
  }
}

/** Gives equal texts one place in memory: columns have few values, and an identity stands twice in its document. */
export class SharedTexts {
  private readonly known = new Map<string, string>();

  public shared(text: string): string {
    if (text.length > LONGEST_SHARED) return text;
    const known = this.known.get(text);
    if (known !== undefined) return known;
    if (this.known.size >= MOST_SHARED) this.known.clear();
    this.known.set(text, text);
    return text;
  }
}
