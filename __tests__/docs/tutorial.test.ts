import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { synthesized } from "../support/synthesized";

const ROOT = join(__dirname, "..", "..");
const PAGE = readFileSync(join(ROOT, "docs", "tutorial.md"), "utf8");

/** The steps of the lab, in its order. */
const STEPS = ["0", "1a", "1b", "1c", "1d", "1e", "1f", "2a", "2b", "2c"];

const ROWS = (PAGE.split("| in the lab | where it is | difference and reason |\n")[1] ?? "")
  .split("\n")
  .slice(1)
  .filter((line) => line.startsWith("|"))
  .map((line) => {
    const [names = "", where = "", difference = ""] = line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim());
    return { names, where, difference };
  });
const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

test("each step of the lab has its section, with what the lab does and what is here", () => {
  const [, ...sections] = PAGE.split(/^## Step /m);
  expect(sections.map((section) => /^(\w+): /.exec(section)?.[1])).toEqual(STEPS);
  for (const section of sections) {
    expect(section).toContain("**In the lab**");
    expect(section).toContain("**Here**");
    expect(section).toContain("```sh\n");
  }
});

test("what the table calls the same is in the Terraform of dev under the lab's name", async () => {
  const terraform = readFileSync(join(await synthesized("dev"), "cdk.tf.json"), "utf8");
  const same = ROWS.filter(({ difference }) => /^same\b/.test(difference)).flatMap(({ names }) =>
    quoted(names),
  );
  expect(same.length).toBeGreaterThan(20);
  const escaped = (name: string) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const isThere = (name: string) => new RegExp(`(?<![\\w-])${escaped(name)}(?![\\w-])`).test(terraform);
  expect(same.filter((name) => !isThere(name))).toEqual([]);
});

test("where a row says it is, something is", () => {
  expect(ROWS.length).toBeGreaterThan(20);
  for (const { names, where } of ROWS) {
    const [path] = quoted(where);
    expect([names, path === undefined ? where : existsSync(join(ROOT, path))]).toEqual([
      names,
      path === undefined ? "–" : true,
    ]);
  }
});
