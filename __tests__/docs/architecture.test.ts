import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

interface Rule {
  readonly name: string;
  readonly to: { readonly pathNot: readonly string[] };
}

/** The rules of the linter: for each room, the other rooms that it may import. */
function rules(): Record<string, string[]> {
  const { forbidden }: { forbidden: readonly Rule[] } = require(join(ROOT, ".dependency-cruiser.cjs"));
  return Object.fromEntries(
    forbidden
      .filter(({ name }) => name.startsWith("from-"))
      .map(({ name, to }) => {
        const room = name.slice("from-".length);
        const rooms = to.pathNot.flatMap((pattern) => /^\^([a-z/]+)\/$/.exec(pattern)?.[1] ?? []);
        return [room, rooms.filter((other) => other !== room)];
      }),
  );
}

test("the table of rooms in docs/architecture.md says what the linter holds", () => {
  const page = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z/]+)\/` \| [^|]+ \| ([^|]+) \|$/gm)];
  const documented = Object.fromEntries(
    rows.map(([, room = "", imports = ""]) => [
      room,
      imports.trim() === "–" ? [] : imports.trim().split(", "),
    ]),
  );
  expect(documented).toEqual(rules());
});
