/** Bytes of a block of texts. */
const BLOCK_BITS = 20;
const BLOCK_BYTES = 1 << BLOCK_BITS;
/** Places are numbers of 32 bits, and 0 is none. */
const MOST_BLOCKS = 2 ** (32 - BLOCK_BITS) - 1;
/** In the place of the length of a short ASCII text: four bytes with the length of a text in UTF-8 follow. */
const LONG = 255;
const FIRST_LINES = 1_024;

/**
 * Lines by identity with a few facts about each, in about 150 bytes a line: texts are bytes in large blocks, everything
 * else is in typed arrays. A million lines as JavaScript strings in a Map would take ten times as much.
 */
export class LineTable {
  private readonly blocks: Buffer[] = [];
  /** Next free byte of the last block. */
  private end = BLOCK_BYTES;
  private count = 0;
  /** Line number + 1 by hash; 0: free. Open addressing, at most half full. */
  private slots = new Uint32Array(2 * FIRST_LINES);
  private hashes = new Uint32Array(FIRST_LINES);
  /** Where the identity is; block and byte in one number. */
  private places = new Uint32Array(FIRST_LINES);
  private arrivals = new Uint32Array(FIRST_LINES);
  /** Where the reference is, + 1; 0: there is none. */
  private references = new Uint32Array(FIRST_LINES);
  /** Bits that the caller defines. */
  private flagsOf = new Uint32Array(FIRST_LINES);

  public get size(): number {
    return this.count;
  }

  /** The number of a line; -1 when there is none. */
  public find(id: string): number {
    return (this.slots[this.slotOf(id, hashOf(id))] ?? 0) - 1;
  }

  /** The number of a line, which is added with this arrival if there is none. Numbers count from 0. */
  public add(id: string, arrivedAt: string): number {
    const hash = hashOf(id);
    const slot = this.slotOf(id, hash);
    const known = this.slots[slot] ?? 0;
    if (known > 0) return known - 1;
    const line = this.count++;
    if (this.count > this.hashes.length) this.grow();
    this.hashes[line] = hash;
    this.places[line] = this.write(id);
    this.arrivals[line] = this.write(arrivedAt);
    const free = this.count * 2 > this.slots.length ? this.rehash(hash) : slot;
    this.slots[free] = line + 1;
    return line;
  }

  public id(line: number): string {
    return this.read(this.places[line] ?? 0);
  }

  /** The arrival that the line was added with. */
  public arrivedAt(line: number): string {
    return this.read(this.arrivals[line] ?? 0);
  }

  public flags(line: number): number {
    return this.flagsOf[line] ?? 0;
  }

  public setFlags(line: number, bits: number): void {
    this.flagsOf[line] = (this.flagsOf[line] ?? 0) | bits;
  }

  /** A text that was kept for the line. */
  public reference(line: number): string | undefined {
    const place = this.references[line] ?? 0;
    return place === 0 ? undefined : this.read(place - 1);
  }

  public setReference(line: number, text: string): void {
    this.references[line] = this.write(text) + 1;
  }

  private slotOf(id: string, hash: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const line = (slots[slot] ?? 0) - 1;
      if (line < 0 || (this.hashes[line] === hash && this.id(line) === id)) return slot;
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
    for (let line = 0; line < this.count - 1; line++) slots[free(this.hashes[line] ?? 0)] = line + 1;
    this.slots = slots;
    return free(hash);
  }

  private grow(): void {
    const longer = (array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
      const doubled = new Uint32Array(array.length * 2);
      doubled.set(array);
      return doubled;
    };
    this.hashes = longer(this.hashes);
    this.places = longer(this.places);
    this.arrivals = longer(this.arrivals);
    this.references = longer(this.references);
    this.flagsOf = longer(this.flagsOf);
  }

  /** @returns where the text is now */
  private write(text: string): number {
    const length = Buffer.byteLength(text);
    const isShort = length < LONG && length === text.length;
    const bytes = length + (isShort ? 1 : 5);
    if (this.end + bytes > (this.blocks.at(-1)?.length ?? 0)) {
      if (this.blocks.length === MOST_BLOCKS) throw new RangeError("too many lines to compare at once");
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

  private read(place: number): string {
    const block = this.blocks[Math.floor(place / BLOCK_BYTES)] ?? Buffer.alloc(0);
    const at = place & (BLOCK_BYTES - 1);
    const length = block.readUInt8(at);
    if (length < LONG) return block.toString("latin1", at + 1, at + 1 + length);
    return block.toString("utf8", at + 5, at + 5 + block.readUInt32LE(at + 1));
  }
}

/** 32 bits of FNV-1a, mixed as MurmurHash3 ends. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
