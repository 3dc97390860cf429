import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperatorError } from "../../../lib/operator-error";
import { openStore, StoreDamageError } from "../../../local/store/store";

const FILES = ["store.db", "store.db-journal", "committed"];
const TABLES = ["a", "b"];
const KEYS = Array.from({ length: 120 }, (_, index) => `key-${String(index).padStart(4, "0")}`);

/** A data directory as a run left it, and what its store had committed. */
interface Left {
  readonly folder: string;
  readonly content: Content;
}

type Content = Readonly<Record<string, readonly (readonly [string, string])[]>>;

let root: string;
let closed: Left;
/** Killed in the middle of a commit, which has written to the database. */
let killed: Left;
let earlier: Left;
let other: Left;
let copies = 0;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "store-damage-"));
  earlier = written("earlier", 1);
  closed = copyOf(earlier, "closed");
  write(closed.folder, 2);
  closed = { ...closed, content: contentOf(closed.folder) };
  other = written("other", 3);
  killed = copyOf(closed, "killed");
  const script = `
    const { openStore } = require("./local/store/store.ts");
    const store = openStore(${JSON.stringify(killed.folder)});
    store.commit(() => {
      store.table("b").deleteRange({ lt: "key-0090" });
      // More than SQLite's cache: it has to write before the commit ends.
      for (let n = 0; n < 1_200; n++) store.table("a").set("more-" + n, Buffer.alloc(8_000, String(n)));
      process.kill(process.pid, "SIGKILL");
    });`;
  const { signal } = spawnSync(process.execPath, ["--import", "tsx", "-e", script], { stdio: "inherit" });
  expect(signal).toBe("SIGKILL");
  expect(statSync(fileIn(killed.folder, "store.db-journal")).size).toBeGreaterThan(10_000);
}, 120_000);

afterAll(() => rmSync(root, { recursive: true, force: true }));

function written(name: string, seed: number): Left {
  const folder = join(root, name);
  write(folder, seed);
  return { folder, content: contentOf(folder) };
}

/** Three commits: sets, changes and deletions, so that there are free pages. */
function write(folder: string, seed: number): void {
  const store = openStore(folder);
  for (const round of [0, 1, 2]) {
    store.commit(() => {
      for (const [index, key] of KEYS.entries()) {
        if (index % 3 !== round) continue;
        for (const table of TABLES) {
          const text = `${table} ${key} ${seed} ${round} `.repeat(30 + ((index * seed) % 200));
          store.table(table).set(key, Buffer.from(text));
        }
      }
      if (round === 2) store.table("a").deleteRange({ gte: "key-0030", lt: "key-0050" });
    });
  }
  store.close();
}

/** Everything that is in the store, read in both ways. */
function contentOf(folder: string): Content {
  const store = openStore(folder);
  try {
    const content = TABLES.map((name) => {
      const table = store.table(name);
      const entries = Array.from(table.entries(), ([key, value]) => [key, value.toString()] as const);
      const keys = KEYS.map((key) => [key, table.get(key)?.toString()]);
      expect(keys.filter(([, value]) => value !== undefined)).toEqual(entries);
      return [name, entries] as const;
    });
    return Object.fromEntries(content);
  } finally {
    store.close();
  }
}

function copyOf({ folder, content }: Left, name = `copy ${copies++}`): Left {
  const copy = join(root, name);
  cpSync(folder, copy, { recursive: true });
  return { folder: copy, content };
}

function fileIn(folder: string, name: string): string {
  return join(folder, "store", name);
}

/** What a start and reading everything tell about a data directory. */
function verdictOf({ folder, content }: Left): "intact" | "named" {
  try {
    expect(contentOf(folder)).toEqual(content);
    return "intact";
  } catch (error) {
    if (!(error instanceof StoreDamageError || error instanceof OperatorError)) throw error;
    expect(
      FILES.map((name) => fileIn(folder, name)).filter((path) => error.message.includes(path)),
    ).not.toEqual([]);
    expect(error.message).not.toContain("\n");
    return "named";
  }
}

/** Damages a copy. A damage that was named is named again: the first start has not made it look right. */
function verdictAfter(left: Left, damage: (path: string) => void, name: string): "intact" | "named" {
  const copy = copyOf(left);
  damage(fileIn(copy.folder, name));
  const verdict = verdictOf(copy);
  expect(verdictOf(copy)).toBe(verdict);
  rmSync(copy.folder, { recursive: true });
  return verdict;
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 0x04;
  writeFileSync(path, bytes);
}

const remove = (path: string): void => rmSync(path);
const cutTo = (share: (size: number) => number) => (path: string) =>
  truncateSync(path, share(statSync(path).size));

test("the damaged folders hold these files, and nothing else", () => {
  expect(readdirSync(join(closed.folder, "store")).sort()).toEqual([...FILES].sort());
  expect(readdirSync(closed.folder)).toEqual(["store"]);
  expect(statSync(fileIn(closed.folder, "store.db-journal")).size).toBe(0);
});

test("without damage, both hold what was committed", () => {
  expect(verdictOf(copyOf(closed))).toBe("intact");
  expect(verdictOf(copyOf(killed))).toBe("intact");
  expect(closed.content).not.toEqual(earlier.content);
});

describe.each([
  ["removed", remove],
  ["cut to nothing", cutTo(() => 0)],
  ["cut to half", cutTo((size) => Math.floor(size / 2))],
  ["short of one byte", cutTo((size) => size - 1)],
  ["short of its last page", cutTo((size) => Math.max(0, size - 8192))],
])("a file that is %s", (_, damage) => {
  test.each(["store.db", "committed"])("is named at the start: %s", (name) => {
    expect(verdictAfter(closed, damage, name)).toBe("named");
    // The end of the killed one's database belongs to the commit that was not.
    if (name === "committed") expect(verdictAfter(killed, damage, name)).toBe("named");
    else verdictAfter(killed, damage, name);
  });
});

test.each([
  ["removed", remove],
  ["cut to nothing", cutTo(() => 0)],
  ["cut to half", cutTo((size) => Math.floor(size / 2))],
])("the journal of a killed commit is named at the start when it is %s", (_, damage) => {
  expect(verdictAfter(killed, damage, "store.db-journal")).toBe("named");
});

test("a journal short of one byte loses nothing, or is named", () => {
  verdictAfter(
    killed,
    cutTo((size) => size - 1),
    "store.db-journal",
  );
});

describe("a file in the place of another", () => {
  const replacing = (by: () => Left, name: string) => (path: string) =>
    writeFileSync(path, readFileSync(fileIn(by().folder, name)));

  test.each([
    ["the database by that of another run", () => other, "store.db"],
    ["the number of the last commit by that of another run", () => other, "committed"],
    ["the database by an earlier one", () => earlier, "store.db"],
  ])("is named: %s", (_, by, name) => {
    expect(verdictAfter(closed, replacing(by, name), name)).toBe("named");
    expect(verdictAfter(killed, replacing(by, name), name)).toBe("named");
  });

  test("is named: the journal by that of another store", () => {
    expect(
      verdictAfter(
        other,
        replacing(() => killed, "store.db-journal"),
        "store.db-journal",
      ),
    ).toBe("named");
  });

  test("an earlier number of the last commit hides nothing", () => {
    expect(
      verdictAfter(
        closed,
        replacing(() => earlier, "committed"),
        "committed",
      ),
    ).toBe("intact");
  });
});

describe("one altered byte", () => {
  const offsets = (path: string): number[] => {
    const { size } = statSync(path);
    const spread = Array.from({ length: 60 }, (_, index) => Math.floor(((index + 0.37) * size) / 60));
    return [
      ...new Set([...Array.from({ length: 40 }, (_, index) => Math.floor(index * 2.5)), ...spread]),
    ].filter((at) => at < size);
  };

  test.each([
    ["closed", () => closed],
    ["killed in a commit", () => killed],
  ])(
    "is named, or changes nothing that is read: a store that was %s",
    (_, left) => {
      const counts = { intact: 0, named: 0 };
      for (const name of FILES) {
        for (const at of offsets(fileIn(left().folder, name))) {
          counts[verdictAfter(left(), (path) => flip(path, at), name)]++;
        }
      }
      expect(counts.named).toBeGreaterThan(60);
    },
    300_000,
  );

  test.each([
    ["a value", "b key-0077 2"],
    ["a key", "key-0077"],
  ])("is named at the start or the first read: in %s", (_, text) => {
    const path = fileIn(closed.folder, "store.db");
    const places = placesOf(readFileSync(path), text);
    expect(places.length).toBeGreaterThan(0);
    const verdicts = places
      .slice(0, 12)
      .map((at) => verdictAfter(closed, (copy) => flip(copy, at + 2), "store.db"));
    // Some are in pages that are free.
    expect(verdicts).toContain("named");
  });

  test("in a value is found by the read of that record alone", () => {
    const copy = copyOf(closed);
    const path = fileIn(copy.folder, "store.db");
    const bytes = readFileSync(path);
    for (const at of placesOf(bytes, "b key-0077 2")) bytes[at] = (bytes[at] ?? 0) ^ 0x04;
    writeFileSync(path, bytes);
    const store = openStore(copy.folder);
    expect(store.table("b").get("key-0076")).toBeDefined();
    expect(() => store.table("b").get("key-0077")).toThrow(
      `${path} is damaged: the record "key-0077" of "b" does not fit its checksum`,
    );
    expect(() => [...store.table("b").entries()]).toThrow(StoreDamageError);
    store.close();
  });
});

function placesOf(bytes: Buffer, text: string): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1)) places.push(at);
  return places;
}

describe("a data directory", () => {
  test.each(["stream", "objects", "catalog", "delivery", "mapping"])(
    "of a version without the store is refused: it has %s",
    (name) => {
      const { folder } = copyOf(closed);
      rmSync(join(folder, "store"), { recursive: true });
      cpSync(join(closed.folder, "store"), join(folder, name), { recursive: true });
      expect(() => openStore(folder)).toThrow(`${folder} has the folder ${name} and no store`);
      expect(() => openStore(folder)).toThrow(OperatorError);
    },
  );

  test("whose start was killed before its first commit is used", () => {
    const folder = join(root, "begun");
    openStore(folder).close();
    rmSync(fileIn(folder, "committed"));
    write(folder, 1);
    expect(contentOf(folder)).toEqual(earlier.content);
    expect(existsSync(fileIn(folder, "committed"))).toBe(true);
  });
});
