import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { transformSync } from "esbuild";
import { retailTransaction } from "../contract/retail-transaction";
import { dev } from "../environments/dev";
import * as environments from "../environments/environment";
import { prod } from "../environments/prod";
import { ZONES } from "../modules/batch/zones";
import { scripts } from "../package.json";
import { costBlocks, settingsOf, withBlock } from "./support/cost-pages";
import { synthesized } from "./support/synthesized";
import { Template } from "./support/template";

const ROOT = join(__dirname, "..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const markdownBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => join(folder, path));

const README = read("README.md");
const PAGES = new Map(
  ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...markdownBelow("docs")].map((path) => [
    path,
    read(path),
  ]),
);

/** Every match of a pattern's first group, with the page that it stands on. */
function mentions(pattern: RegExp): { readonly page: string; readonly name: string }[] {
  return [...PAGES].flatMap(([page, text]) =>
    [...text.matchAll(pattern)].map(([, name = ""]) => ({ page, name })),
  );
}

/** The cells of the table of README that begins with this header, without header and rule. */
function table(header: string): string[][] {
  const [, after = ""] = README.split(`\n${header}\n`);
  const [rows = ""] = after.split("\n\n");
  return rows
    .split("\n")
    .slice(1)
    .map((row) =>
      row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** Pages that GitHub has of this repository: `repository.test.ts` checks them. */
const isInProject = ({ name }: { readonly name: string }): boolean => !name.startsWith("../../actions/");

/** The anchor that GitHub gives a heading. */
function anchor(heading: string): string {
  const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");
}

describe("names in the documentation", () => {
  test("npm scripts exist", () => {
    const named = mentions(/npm run (?:--silent )?([a-z][\w-]*(?::[\w-]+)*)/g);
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(({ name }) => !(name in scripts))).toEqual([]);
  });

  test("options exist in the source of the command they are given to", () => {
    const given = mentions(/(npm (?:start|run [\w:-]+)[^\n`]*? -- [^\n`|]*)/g).flatMap(
      ({ page, name: line }) => {
        const [, script = "start"] = /npm run (?:--silent )?([\w:-]+)/.exec(line) ?? [];
        const [command = ""] = line.split(/[#;)]| npm /);
        const [, options = ""] = command.split(" -- ");
        return [...options.matchAll(/(?<=^| )(--[a-z-]+)/g)].map(([, option = ""]) => ({
          page,
          script,
          option,
        }));
      },
    );
    const entry = (script: string) =>
      /--import tsx (\S+)/.exec(Object.entries(scripts).find(([name]) => name === script)?.[1] ?? "")?.[1];
    const ofOurs = given.flatMap(({ script, ...rest }) => {
      const path = entry(script);
      return path === undefined ? [] : [{ ...rest, path }];
    });
    expect(ofOurs.length).toBeGreaterThan(20);
    const isThere = ({ path, option }: { readonly path: string; readonly option: string }) => {
      const folder = dirname(path);
      const sources = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => read(join(folder, name)));
      return sources.some((source) => new RegExp(`["\`, ]${option}[" \`)]`).test(source));
    };
    expect(ofOurs.filter((one) => one.option !== "--help" && !isThere(one))).toEqual([]);
  });

  test("relative links lead to a file, and to a heading in it", () => {
    const links = mentions(/(?<!!)\]\((?!https?:)([^)\s]+)\)/g).filter(isInProject);
    expect(links.length).toBeGreaterThan(40);
    const broken = links.filter(({ page, name }) => {
      const [path = "", fragment] = name.split("#");
      const target = path === "" ? page : relative(ROOT, join(ROOT, dirname(page), path));
      if (!existsSync(join(ROOT, target))) return true;
      if (fragment === undefined) return false;
      const headings = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => anchor(heading));
      return !headings.includes(fragment);
    });
    expect(broken).toEqual([]);
  });

  test("images exist", () => {
    const images = mentions(/!\[[^\]]*\]\((?!https?:)([^)]+)\)/g).filter(isInProject);
    expect(images.length).toBeGreaterThan(0);
    expect(images.filter(({ page, name }) => !existsSync(join(ROOT, dirname(page), name)))).toEqual([]);
  });

  test("tables and saved queries exist", async () => {
    const tables = mentions(/\b((?:ctas_)?retail_trans_\w+)/g);
    const names: readonly string[] = Object.values(retailTransaction.tables);
    expect(new Set(tables.map(({ name }) => name))).toEqual(new Set(names));

    const queries = mentions(/saved query [*`]([^*`]+)[*`]/g);
    const template = await stack("dev");
    const saved = template
      .resources("aws_athena_named_query")
      .map(({ properties }) => properties["name"] as string);
    expect(queries.length).toBeGreaterThan(0);
    expect(queries.filter(({ name }) => !saved.includes(name))).toEqual([]);
  });

  test("source files and folders exist", () => {
    // Folders of a bucket and of the built project are written alike.
    const zones = [...Object.values(ZONES), retailTransaction.parquetFolder];
    const elsewhere = [...zones, "parquet-N/", "alias/", "plans/", "assets/", "cdktf.out/", "node_modules/"];
    const paths = mentions(/`((?:[\w.-]+\/)+(?:[\w.-]+\.(?:ts|js|sh|yml|md))?)`/g).filter(
      ({ name }) => !elsewhere.some((folder) => name.startsWith(folder)),
    );
    expect(paths.length).toBeGreaterThan(30);
    expect(paths.filter(({ name }) => !existsSync(join(ROOT, name)))).toEqual([]);
  });

  test("README lists each folder of the project, and no other", () => {
    const listed = table("| folder | what is there |").map(([name = ""]) => name.replaceAll("`", ""));
    const ignored = [...read(".gitignore").split("\n"), "node_modules/"];
    const there = readdirSync(ROOT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => `${name}/`)
      .filter((name) => !ignored.includes(name));
    expect([...new Set(listed.map((path) => path.replace(/\/.*/, "/")))].sort()).toEqual(there.sort());
  });
});

describe("README's configuration table", () => {
  const rows = table("| setting | dev | prod |").map(([setting = "", ...values]) => ({
    setting: setting.replaceAll("`", ""),
    values,
  }));

  test("has each setting", () => {
    const { name, protected: _, overrides, serving, ...settings } = prod;
    const isGroup = (value: object) => !Array.isArray(value) && !("kind" in value) && !("mode" in value);
    const paths = (value: object, prefix: string): string[] =>
      Object.entries(value).flatMap(([key, inner]) =>
        typeof inner === "object" && isGroup(inner) ? paths(inner, `${prefix}${key}.`) : [`${prefix}${key}`],
      );
    const unset = ["delivery", "speed.saml", "serving.quickSight.enabled"];
    expect(rows.map(({ setting }) => setting).sort()).toEqual(
      ["protection", ...unset, ...paths(settings, "")].sort(),
    );
  });

  test.each(rows)("says what $setting is in dev and prod", ({ setting, values }) => {
    const said = [dev, prod].map((definition) => {
      if (setting === "protection") return definition.protected ? "protected" : "disposable";
      const value = setting
        .split(".")
        .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], definition);
      return inWords(value);
    });
    expect(values).toEqual(said);
  });
});

/** A value of a setting as the table writes it. */
function inWords(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return "–";
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "object" && value !== null) {
    return String(Object.entries(value).find(([key]) => key === "kind" || key === "mode")?.[1]);
  }
  return String(value);
}

describe("costs in the documentation", () => {
  test("are those of the model: npm run docs:costs writes them", async () => {
    const dev = settingsOf("dev", await synthesized("dev"));
    const prod = settingsOf("prod", await synthesized("prod"));
    const blocks = costBlocks(dev, prod);
    expect(blocks.map(({ page }) => page)).toEqual(expect.arrayContaining(["README.md", "docs/costs.md"]));
    for (const block of blocks) {
      const page = read(block.page);
      expect([block.name, page]).toEqual([block.name, withBlock(page, block)]);
    }
  });

  test("stand in README alone, but for prices that a decision compares, and a default", () => {
    const amounts = mentions(/(\d[\d,.]* (?:US )?dollars?)\b/g);
    const elsewhere = ["README.md", join("docs", "adr"), join("docs", "reference.md")];
    expect(amounts.filter(({ page }) => !elsewhere.some((path) => page.startsWith(path)))).toEqual([]);
  });
});

test("README's environment for another team is a valid one", () => {
  const [, source = ""] = /^```ts\n(\/\/ environments[\s\S]+?)\n```$/m.exec(README) ?? [];
  const { code } = transformSync(source, { loader: "ts", format: "cjs" });
  const module: { exports: { staging?: environments.EnvironmentDefinition } } = { exports: {} };
  const require = (name: string) => {
    if (name === "./environment") return environments;
    throw new Error(`README imports ${name}`);
  };
  new Function("module", "exports", "require", code)(module, module.exports, require);
  expect(module.exports.staging).toMatchObject({
    name: "staging",
    protected: false,
    stream: { capacity: { mode: "provisioned", shardCount: 2 }, retentionHours: 48 },
    speed: { enabled: false },
  });
});

async function stack(environment: "dev" | "prod"): Promise<Template> {
  return new Template(JSON.parse(readFileSync(join(await synthesized(environment), "cdk.tf.json"), "utf8")));
}
