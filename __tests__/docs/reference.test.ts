import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Item, readReference, undocumented } from "../support/reference";
import { referencePage } from "../support/reference-page";

const items = readReference();
const named = (name: string): Item => {
  const found = items.find((item) => item.name === name);
  if (found === undefined) throw new Error(`index.ts does not export ${name}`);
  return found;
};

test("docs/reference.md is what `npm run docs:reference` writes", () => {
  const page = readFileSync(join(__dirname, "..", "..", "docs", "reference.md"), "utf8");
  expect(page).toBe(referencePage(items));
});

test("every export and every property of one has a docstring, every optional one its default", () => {
  expect(items.length).toBeGreaterThan(100);
  expect(undocumented(items)).toEqual([]);
});

test("the page has the facts of a construct and of an export of each other kind", () => {
  expect(named("RetailBi")).toMatchObject({ kind: "construct", file: "modules/retail-bi.ts" });
  expect(named("RetailBi").properties.find(({ name }) => name === "keyDeletionDays")).toMatchObject({
    type: "number",
    byDefault: "30",
    isRequired: false,
  });
  expect(named("EventStream").members.map(({ name }) => name)).toContain("fromArn");
  expect(named("EventStream").throws).toMatch(/^RangeError when /);
  expect(named("defineContract").signature).toMatch(
    /^function defineContract<const C extends ColumnTypes>\(/,
  );
  expect(named("StreamCapacity").signature).toMatch(/^type StreamCapacity =/);
});

test("what has no docstring is named with its owner", () => {
  const item = named("Location");
  const bare = (one: Item): Item => ({ ...one, text: "" });
  const without = { ...item, properties: item.properties.map(bare) };
  expect(undocumented([without])).toEqual(["Location.accountId", "Location.region"]);
  expect(undocumented([bare(item)])).toEqual(["Location"]);
  const [optional] = named("SystemProps").properties.filter(({ isRequired }) => !isRequired);
  const { byDefault: _, ...undefaulted } = optional ?? bare(item);
  expect(undocumented([{ ...item, properties: [undefaulted] }])).toEqual([`Location.${undefaulted.name}`]);
});
