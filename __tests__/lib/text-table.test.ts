import fc from "fast-check";
import { TextBlocks, TextTable } from "../../lib/text-table";

/** Texts of one byte and of more, short and longer than a length byte can tell, and halves of surrogate pairs. */
const text = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom("", "\ud800", "\udc00\ud800", "\ufffd", "é".repeat(200)),
  fc.integer({ min: 252, max: 258 }).map((length) => "x".repeat(length)),
);

test("law: a text keeps its number, and a number its text", () => {
  fc.assert(
    fc.property(fc.array(text), fc.array(text), (added, others) => {
      const table = new TextTable();
      const model = new Map<string, number>();
      for (const one of added) {
        const known = model.get(one.toWellFormed());
        expect(table.add(one)).toBe(known ?? model.size);
        if (known === undefined) model.set(one.toWellFormed(), model.size);
      }
      expect(table.size).toBe(model.size);
      for (const [one, number] of model) expect(table.text(number)).toBe(one);
      for (const one of [...added, ...others])
        expect(table.find(one)).toBe(model.get(one.toWellFormed()) ?? -1);
    }),
  );
});

test("grows to more texts than its first tables and blocks hold", () => {
  const blocks = new TextBlocks();
  const table = new TextTable(blocks);
  const places = new Map<number, string>();
  const long = "é".repeat(300_000);
  const texts = Array.from(
    { length: 5_000 },
    (_, number) => `the text of number ${number}, with some more bytes`,
  );
  const numbers = texts.map((one, number) => {
    if (number % 1_000 === 5) places.set(blocks.write(`${long}${number}`), `${long}${number}`);
    return table.add(one);
  });
  expect(numbers).toEqual(Array.from(texts.keys()));
  expect(texts.map((one) => table.find(one))).toEqual(numbers);
  expect(numbers.map((number) => table.text(number))).toEqual(texts);
  for (const [place, written] of places) expect(blocks.read(place) === written).toBe(true);
});

test("texts of the same hash are different texts", () => {
  const table = new TextTable();
  // Known to have the same FNV-1a hash of 32 bits.
  const texts = ["costarring", "liquid", "declinate", "macallums"];
  expect(texts.map((one) => table.add(one))).toEqual([0, 1, 2, 3]);
  expect(texts.map((one) => table.find(one))).toEqual([0, 1, 2, 3]);
});
