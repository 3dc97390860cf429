import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { openStore, type Range, type Store } from "../../../local/store/store";

let dataDir: string;
let store: Store;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "store-"));
  store = openStore(dataDir);
});

afterEach(() => {
  store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function reopen(): void {
  store.close();
  store = openStore(dataDir);
}

function put(table: string, entries: Readonly<Record<string, string>>): void {
  store.commit(() => {
    for (const [key, value] of Object.entries(entries)) store.table(table).set(key, Buffer.from(value));
  });
}

function contentOf(table: string, range?: Parameters<ReturnType<Store["table"]>["entries"]>[0]) {
  return Array.from(store.table(table).entries(range), ([key, value]) => [key, value.toString()]);
}

describe("a store", () => {
  it("returns what was committed, also after it was opened again", () => {
    put("a", { x: "1", "": "empty key", "x\0y": "with a zero", "é😀": "" });
    put("b", { x: "other table" });
    for (const again of [() => {}, reopen]) {
      again();
      expect(contentOf("a")).toEqual([
        ["", "empty key"],
        ["x", "1"],
        ["x\0y", "with a zero"],
        ["é😀", ""],
      ]);
      expect(store.table("b").get("x")?.toString()).toBe("other table");
      expect(store.table("a").get("y")).toBeUndefined();
    }
  });

  it("stores all writes of a commit or none", () => {
    put("a", { x: "1" });
    const failing = (): never =>
      store.commit(() => {
        store.table("a").set("y", Buffer.from("2"));
        store.table("a").delete("x");
        throw new Error("no");
      });
    expect(failing).toThrow("no");
    expect(contentOf("a")).toEqual([["x", "1"]]);
    reopen();
    expect(contentOf("a")).toEqual([["x", "1"]]);
  });

  it("reads in a commit what the commit wrote, and returns its result", () => {
    const read = store.commit(() => {
      store.table("a").set("x", Buffer.from("1"));
      return store.table("a").get("x")?.toString();
    });
    expect(read).toBe("1");
  });

  it("refuses a write outside of a commit, one inside of another, an asynchronous one, and a broken key", () => {
    const table = store.table("a");
    expect(() => table.set("x", Buffer.from("1"))).toThrow("a write outside of a commit");
    expect(() => table.delete("x")).toThrow("a write outside of a commit");
    expect(() => table.deleteRange({})).toThrow("a write outside of a commit");
    expect(() => store.commit(() => store.commit(() => 1))).toThrow("a commit inside of a commit");
    expect(() =>
      store.commit(async () => {
        table.set("x", Buffer.from("1"));
      }),
    ).toThrow("a commit has to be synchronous");
    expect(() => store.commit(() => table.set("\ud800", Buffer.from("1")))).toThrow("no well-formed Unicode");
    expect(contentOf("a")).toEqual([]);
  });

  it("iterates over more than it reads ahead, in both directions, while the table changes", () => {
    const big = "v".repeat(3_000);
    const keys = Array.from({ length: 1_000 }, (_, index) => String(index).padStart(4, "0"));
    put("a", Object.fromEntries(keys.map((key) => [key, big])));
    expect(contentOf("a").map(([key]) => key)).toEqual(keys);
    expect(contentOf("a", { reverse: true, limit: 999 }).map(([key]) => key)).toEqual(
      keys.slice(1).reverse(),
    );
    const seen: string[] = [];
    for (const [key] of store.table("a").entries({ gte: "0500" })) {
      seen.push(key);
      if (key === "0500") store.commit(() => store.table("a").deleteRange({ gte: "0950", lt: "0990" }));
    }
    expect(seen).toEqual([...keys.slice(500, 950), ...keys.slice(990)]);
  });

  it("behaves as an ordered map does", () => {
    const key = fc.oneof(
      fc.constantFrom("", "a", "b", "ab", "é", "😀", "\uffff"),
      fc.string({ maxLength: 3 }),
    );
    const bounds = fc.record({ gte: key, gt: key, lt: key, lte: key }, { requiredKeys: [] });
    const step = fc.oneof(
      fc.record({ type: fc.constant("set" as const), key, value: fc.uint8Array({ maxLength: 20 }) }),
      fc.record({ type: fc.constant("delete" as const), key }),
      fc.record({ type: fc.constant("deleteRange" as const), range: bounds }),
    );
    let run = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.array(step)), { maxLength: 8 }),
        bounds,
        (commits, range) => {
          const name = `table ${run++}`;
          const table = store.table(name);
          let model = new Map<string, Buffer>();
          for (const [fails, steps] of commits) {
            const next = new Map(model);
            try {
              store.commit(() => {
                for (const change of steps) {
                  if (change.type === "set") {
                    next.set(change.key, Buffer.from(change.value));
                    table.set(change.key, change.value);
                  } else if (change.type === "delete") {
                    next.delete(change.key);
                    table.delete(change.key);
                  } else {
                    const gone = [...next.keys()].filter((candidate) => isIn(candidate, change.range));
                    for (const each of gone) next.delete(each);
                    expect(table.deleteRange(change.range)).toBe(gone.length);
                  }
                }
                if (fails) throw new Error("on purpose");
              });
              model = next;
            } catch (error) {
              if (!(error instanceof Error && error.message === "on purpose")) throw error;
            }
          }
          reopen();
          const expected = [...model].filter(([each]) => isIn(each, range)).sort(([a], [b]) => compare(a, b));
          expect([...store.table(name).entries(range)]).toEqual(expected);
          expect([...store.table(name).entries({ ...range, reverse: true, limit: 2 })]).toEqual(
            expected.reverse().slice(0, 2),
          );
          for (const [each, value] of model) expect(store.table(name).get(each)).toEqual(value);
        },
      ),
      { numRuns: 60 },
    );
  });
});

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function isIn(key: string, { gte, gt, lt, lte }: Range): boolean {
  return (
    (gte === undefined || compare(key, gte) >= 0) &&
    (gt === undefined || compare(key, gt) > 0) &&
    (lt === undefined || compare(key, lt) < 0) &&
    (lte === undefined || compare(key, lte) <= 0)
  );
}
