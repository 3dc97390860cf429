import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..");

interface Package {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function read(folder: string): Package {
  return JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
}

test("the root's package has no dependency", () => {
  const { dependencies, optionalDependencies } = read(".");
  expect({ dependencies, optionalDependencies }).toEqual({});
});

test("both packages have the same exact version of what both need", () => {
  const { devDependencies: root = {} } = read(".");
  const { dependencies: cli = {}, optionalDependencies: node = {} } = read("cli");
  const all = [...Object.entries(root), ...Object.entries(cli), ...Object.entries(node)];
  expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+[\w.-]*$/.test(version))).toEqual([]);
  const both = Object.keys(cli).filter((name) => Object.hasOwn(root, name));
  expect(both.length).toBeGreaterThan(3);
  expect(both.filter((name) => root[name] !== cli[name])).toEqual([]);
});
