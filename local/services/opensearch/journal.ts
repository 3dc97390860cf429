import type { Store, Table } from "../../store/store";

/** Digits of a key, so that the order of the keys is that of the numbers. */
const KEY_DIGITS = 12;
/** Characters of entries that are put into one record when the journal is rewritten. */
const RECORD_CHARACTERS = 256 * 1024;

/** The changes of the search double, in the store: one entry a line, and in each record what one request appended. */
export class Journal {
  private readonly table: Table;
  private next = 0;

  public constructor(private readonly store: Store) {
    this.table = store.table("search/journal");
  }

  /** All entries, in the order in which they were appended. @throws StoreDamageError */
  public *read(): Generator<string> {
    for (const [key, value] of this.table.entries()) {
      this.next = Number(key) + 1;
      for (const entry of value.toString().split("\n")) if (entry !== "") yield entry;
    }
  }

  /** Replaces all entries, as a whole or not at all. @throws StoreFullError */
  public replace(entries: Iterable<string>): void {
    this.store.commit(() => {
      this.table.deleteRange({});
      let record = "";
      for (const entry of entries) {
        record += entry;
        if (record.length < RECORD_CHARACTERS) continue;
        this.put(record);
        record = "";
      }
      if (record !== "") this.put(record);
    });
  }

  /** Appends whole lines, all of them or none; they are stored when it returns. @throws StoreFullError */
  public append(lines: string): void {
    if (lines !== "") this.store.commit(() => this.put(lines));
  }

  private put(lines: string): void {
    this.table.set(String(this.next++).padStart(KEY_DIGITS, "0"), Buffer.from(lines));
  }
}
