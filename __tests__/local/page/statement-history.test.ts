import { StatementHistory } from "../../../local/page/client/statement-history";

/** A storage of a browser that has this content. */
function storageWith(content: Record<string, string> = {}): Storage {
  const items = new Map(Object.entries(content));
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
    key: (at) => [...items.keys()][at] ?? null,
    get length() {
      return items.size;
    },
  };
}

test("keeps the newest first, each once, at most fifty, for the next page", () => {
  const storage = storageWith();
  const history = new StatementHistory(storage);
  for (let number = 0; number < 60; number++) history.add(`SELECT ${number}`);
  history.add("SELECT 30");
  expect(history.all).toHaveLength(50);
  expect(history.all.slice(0, 3)).toEqual(["SELECT 30", "SELECT 59", "SELECT 58"]);
  expect(history.all.filter((one) => one === "SELECT 30")).toHaveLength(1);
  expect(new StatementHistory(storage).all).toEqual(history.all);
});

test("is cleared, and leaves nothing", () => {
  const storage = storageWith();
  const history = new StatementHistory(storage);
  history.add("SELECT 1");
  history.clear();
  expect([history.all, storage.length]).toEqual([[], 0]);
});

test.each(["no JSON", "{}", "[1]", "null"])("what another program wrote is no history: %s", (text) => {
  expect(new StatementHistory(storageWith({ "retail-bi.statements": text })).all).toEqual([]);
});

test("without a storage it lasts as long as the page", () => {
  const history = new StatementHistory(undefined);
  history.add("SELECT 1");
  expect([history.isKept, history.all]).toEqual([false, ["SELECT 1"]]);
});
