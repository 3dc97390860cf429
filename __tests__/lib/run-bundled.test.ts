import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BuildCache } from "../../lib/build-cache.cjs";

const ROOT = join(__dirname, "../..");

/** A small project with the launcher, whose bundler is this one's. */
class Project {
  public readonly root = mkdtempSync(join(tmpdir(), "retail-bi-bundled-"));

  public constructor() {
    for (const file of ["run-bundled.cjs", "build-cache.cjs"]) {
      cpSync(join(ROOT, "lib", file), join(this.root, "lib", file));
    }
    mkdirSync(join(this.root, "node_modules"));
    symlinkSync(join(ROOT, "node_modules/esbuild"), join(this.root, "node_modules/esbuild"));
  }

  public write(path: string, ...lines: readonly string[]): this {
    mkdirSync(join(this.root, path, ".."), { recursive: true });
    writeFileSync(join(this.root, path), lines.join("\n"));
    return this;
  }

  public run(...args: readonly string[]) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(this.root, "lib/run-bundled.cjs"), "own/program.ts", ...args],
      { encoding: "utf8", cwd: tmpdir() },
    );
    return { status, stdout, stderr };
  }

  /** Number of bundles that were made. */
  public builds(): number {
    const folder = join(this.root, "node_modules/.cache/retail-bi/builds");
    return readdirSync(folder).filter((name) => /^[0-9a-f]{32}$/.test(name)).length;
  }

  public remove(): void {
    rmSync(this.root, { recursive: true });
  }
}

describe("a program that is run as a bundle", () => {
  const project = new Project();
  afterAll(() => project.remove());
  const output = (): string => {
    const { status, stdout, stderr } = project.run();
    return status === 0 ? stdout.trim() : stderr;
  };

  test("has its arguments, and each module its own path", () => {
    project
      .write(
        "own/program.ts",
        'import { text } from "./part/part";',
        "console.log(JSON.stringify([text as string, __dirname, process.argv.slice(2)]));",
      )
      .write("own/part/part.ts", "export const text: string = __filename;");
    const { stdout } = project.run("--one", "two words");
    expect(JSON.parse(stdout)).toEqual([
      join(project.root, "own/part/part.ts"),
      join(project.root, "own"),
      ["--one", "two words"],
    ]);
  });

  test("is bundled again whenever the outcome could be another, and only then", () => {
    project
      .write(
        "own/program.ts",
        'import { text } from "./part";',
        'console.log(text, require("other").version);',
      )
      .write("own/part/index.ts", 'export const text = "folder";')
      .write("node_modules/other/index.js", "exports.version = 1;");
    const before = project.builds();
    const made = (): number => project.builds() - before;

    expect([output(), made()]).toEqual(["folder 1", 1]);
    expect([output(), made()]).toEqual(["folder 1", 1]);
    project.write("own/part/index.ts", 'export const text = "edited";');
    expect([output(), made()]).toEqual(["edited 1", 2]);
    // A new file that the import means now.
    project.write("own/part.ts", 'export const text = "beside";');
    expect([output(), made()]).toEqual(["beside 1", 3]);
    rmSync(join(project.root, "own/part.ts"));
    expect([output(), made()]).toEqual(["edited 1", 3]);
    // Packages are not in the bundle, but the lockfile decides what esbuild finds.
    project.write("node_modules/other/index.js", "exports.version = 2;");
    expect([output(), made()]).toEqual(["edited 2", 3]);
    project.write("package-lock.json", "{}");
    expect([output(), made()]).toEqual(["edited 2", 4]);
    rmSync(join(project.root, "own/part"), { recursive: true });
    expect(output()).toContain('Could not resolve "./part"');
  });

  test("names its sources in stack traces, caught or not", () => {
    project
      .write(
        "own/program.ts",
        'import { fail } from "./fault";',
        "interface Removed { readonly by: string }",
        "try {",
        "  fail();",
        "} catch (error) {",
        "  console.log((error as Error).stack);",
        "}",
        "setTimeout(() => fail());",
      )
      .write(
        "own/fault.ts",
        "type T = number;",
        "export function fail(): T {",
        '  throw new TypeError("no");',
        "}",
      );
    const { status, stdout, stderr } = project.run();
    expect(status).toBe(1);
    for (const text of [stdout, stderr]) {
      expect(text).toContain("TypeError: no\n    at ");
      expect(text).toContain(`fail (${join(project.root, "own/fault.ts")}:3:9)`);
    }
    expect(stdout).toContain(`(${join(project.root, "own/program.ts")}:4:3)`);
  });
});

describe("kept builds", () => {
  const root = mkdtempSync(join(tmpdir(), "retail-bi-builds-"));
  afterAll(() => rmSync(root, { recursive: true }));

  test("are found by name, options and the content of every input", () => {
    writeFileSync(join(root, "a.ts"), "1");
    mkdirSync(join(root, "sub"));
    writeFileSync(join(root, "sub/b.ts"), "2");
    const cache = new BuildCache(root);
    expect(cache.find("out/x.js", { minify: false })).toBeUndefined();
    const path = cache.keep("out/x.js", { minify: false }, ["sub/b.ts", "a.ts"], "code");
    const found = () => new BuildCache(root).find("out/x.js", { minify: false });
    expect(found()).toBe(path);
    expect(cache.find("out/y.js", { minify: false })).toBeUndefined();
    expect(cache.find("out/x.js", { minify: true })).toBeUndefined();

    writeFileSync(join(root, "sub/b.ts"), "3");
    expect(found()).toBeUndefined();
    writeFileSync(join(root, "sub/b.ts"), "2");
    expect(found()).toBe(path);
    writeFileSync(join(root, "tsconfig.json"), "{}");
    expect(found()).toBeUndefined();
    rmSync(join(root, "tsconfig.json"));
    rmSync(path);
    expect(found()).toBeUndefined();
    cache.keep("out/x.js", { minify: false }, ["sub/b.ts", "a.ts"], "code");
    rmSync(join(root, "sub"), { recursive: true });
    expect(found()).toBeUndefined();
    expect(() => cache.keep("out/x.js", {}, ["sub/b.ts"], "code")).toThrow(
      "out/x.js: a source was removed while it was built",
    );
  });
});
