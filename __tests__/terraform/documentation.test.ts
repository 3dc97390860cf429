import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MARKS, notApplied } from "./emulated/not-applied";

const PAGE = readFileSync(join(__dirname, "..", "..", "docs", "terraform.md"), "utf8");

describe("docs/terraform.md", () => {
  test("lists what was not applied, as the code has it", () => {
    const [, ...after] = PAGE.split(MARKS.begin);
    const [written = "", ...rest] = after.join("").split(MARKS.end);
    expect([after.length, rest.length]).toEqual([1, 1]);
    expect(written.trim()).toBe(notApplied());
  });
});
