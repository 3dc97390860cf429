/** Bytes of a block of texts. */
const BLOCK_BITS = 20;
const BLOCK_BYTES = 1 << BLOCK_BITS;
/** Places are numbers of 32 bits. */
const MOST_BLOCKS = 2 ** (32 - BLOCK_BITS) - 1;
/** In the place of the length of a short ASCII text: four bytes with the length of a text in UTF-8 follow. */
const LONG = 255;
const FIRST_TEXTS = 1_024;

/** Texts as UTF-8 in large blocks. They are kept as long as the blocks are. A lone surrogate becomes U+FFFD. */
export class TextBlocks {
  private readonly blocks: Buffer[] = [];
  /** Next free byte of the last block. */
  private end = 0;

  /** @returns where the text is now, below 2^32 - 1. @throws RangeError beyond 4 GiB */
  public write(text: string): number {
    const length = Buffer.byteLength(text);
    const isShort = length < LONG && length === text.length;
    const bytes = length + (isShort ? 1 : 5);
    if (this.end + bytes > (this.blocks.at(-1)?.length ?? 0)) {
      if (this.blocks.length === MOST_BLOCKS) throw new RangeError("too many texts for one table");
      // Not one of Node's pool: it would keep other memory.
      this.blocks.push(Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, bytes)));
      this.end = 0;
    }
    const block = this.blocks.at(-1) ?? Buffer.alloc(0);
    const place = (this.blocks.length - 1) * BLOCK_BYTES + this.end;
    this.end = block.writeUInt8(isShort ? length : LONG, this.end);
    if (!isShort) this.end = block.writeUInt32LE(length, this.end);
    this.end += block.write(text, this.end);
    return place;
  }

  public read(place: number): string {
    const block = this.blocks[Math.floor(place / BLOCK_BYTES)] ?? Buffer.alloc(0);
    const at = place & (BLOCK_BYTES - 1);
    const length = block.readUInt8(at);
    if (length < LONG) return block.toString("latin1", at + 1, at + 1 + length);
    return block.toString("utf8", at + 5, at + 5 + block.readUInt32LE(at + 1));
  }
}

/**
 * Numbers different texts from 0 on. A text costs its bytes and about 20 more: the texts are in {@link TextBlocks}, and the
 * hash table is typed arrays. As JavaScript strings in a Map they would take several times as much.
 */
export class TextTable {
  private count = 0;
  /** Number + 1 by hash; 0: free. Open addressing, at most half full. */
  private slots = new Uint32Array(2 * FIRST_TEXTS);
  private hashes = new Uint32Array(FIRST_TEXTS);
  private places = new Uint32Array(FIRST_TEXTS);

  public constructor(private readonly blocks: TextBlocks = new TextBlocks()) {}

  public get size(): number {
    return this.count;
  }

  /** The number of a text; -1 when it was not added. */
  public find(text: string): number {
    const wanted = text.toWellFormed();
    return (this.slots[this.slotOf(wanted, hashOf(wanted))] ?? 0) - 1;
  }

  /** The number of a text, which is added if it is new: then it is the former {@link size}. */
  public add(given: string): number {
    const text = given.toWellFormed();
    const hash = hashOf(text);
    const slot = this.slotOf(text, hash);
    const known = this.slots[slot] ?? 0;
    if (known > 0) return known - 1;
    const place = this.blocks.write(text);
    const number = this.count++;
    if (this.count > this.hashes.length) {
      this.hashes = doubled(this.hashes);
      this.places = doubled(this.places);
    }
    this.hashes[number] = hash;
    this.places[number] = place;
    const free = this.count * 2 > this.slots.length ? this.rehash(hash) : slot;
    this.slots[free] = number + 1;
    return number;
  }

  public text(number: number): string {
    return this.blocks.read(this.places[number] ?? 0);
  }

  private slotOf(text: string, hash: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const number = (slots[slot] ?? 0) - 1;
      if (number < 0 || (this.hashes[number] === hash && this.text(number) === text)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  /** Doubles the slots. @returns the free slot of a hash */
  private rehash(hash: number): number {
    const slots = new Uint32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    const free = (from: number): number => {
      let slot = from & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      return slot;
    };
    for (let number = 0; number < this.count - 1; number++) {
      slots[free(this.hashes[number] ?? 0)] = number + 1;
    }
    this.slots = slots;
    return free(hash);
  }
}

/** The same numbers with room for as many again, which are 0. */
export function doubled(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(array.length * 2);
  longer.set(array);
  return longer;
}

/** 32 bits of FNV-1a, mixed as MurmurHash3 ends. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
