import { doubled, TextBlocks, TextTable } from "../../lib/text-table";

const FIRST_LINES = 1_024;

/** Lines by identity with a few facts about each, in about 150 bytes a line, see {@link TextTable}. */
export class LineTable {
  private readonly texts = new TextBlocks();
  private readonly ids = new TextTable(this.texts);
  /** Where the arrival is. */
  private arrivals = new Uint32Array(FIRST_LINES);
  /** Where the reference is, + 1; 0: there is none. */
  private references = new Uint32Array(FIRST_LINES);
  /** Bits that the caller defines. */
  private flagsOf = new Uint32Array(FIRST_LINES);

  public get size(): number {
    return this.ids.size;
  }

  /** The number of a line; -1 when there is none. */
  public find(id: string): number {
    return this.ids.find(id);
  }

  /** The number of a line, which is added with this arrival if there is none. Numbers count from 0. */
  public add(id: string, arrivedAt: string): number {
    const before = this.size;
    const line = this.ids.add(id);
    if (line < before) return line;
    if (line >= this.arrivals.length) {
      this.arrivals = doubled(this.arrivals);
      this.references = doubled(this.references);
      this.flagsOf = doubled(this.flagsOf);
    }
    this.arrivals[line] = this.texts.write(arrivedAt);
    return line;
  }

  public id(line: number): string {
    return this.ids.text(line);
  }

  /** The arrival that the line was added with. */
  public arrivedAt(line: number): string {
    return this.texts.read(this.arrivals[line] ?? 0);
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
    return place === 0 ? undefined : this.texts.read(place - 1);
  }

  public setReference(line: number, text: string): void {
    this.references[line] = this.texts.write(text) + 1;
  }
}
