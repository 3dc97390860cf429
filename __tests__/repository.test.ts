import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { license, scripts } from "../package.json";
import integrationTests from "./support/integration-tests.json";

const ROOT = join(__dirname, "..");
const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), "utf8");
const json = (...path: string[]) => JSON.parse(read(...path));

test("the development container has the versions that CI has", () => {
  const ci = read(".github", "workflows", "ci.yml");
  const [, node] = /node-version: (\S+)/.exec(ci) ?? [];
  const [, terraform] = /terraform_version: (\S+)/.exec(ci) ?? [];
  const { image, features } = json(".devcontainer", "devcontainer.json");
  expect(image).toMatch(new RegExp(`:${node}-`));
  const feature = (name: string) => features[`ghcr.io/devcontainers/features/${name}:1`];
  expect(feature("terraform")).toMatchObject({ version: terraform });
  const [, ...jdks] = /JDKs (\d+) and (\d+), Maven, Go and Python/.exec(ci) ?? [];
  const { version, additionalVersions, installMaven } = feature("java");
  expect([version, additionalVersions, installMaven]).toEqual([...jdks, true]);
  expect(feature("go")).toBeDefined();
  expect(feature("python")).toBeDefined();
});

test("the editor's tasks are scripts, and what it launches is there", () => {
  const { tasks } = json(".vscode", "tasks.json");
  expect(tasks.length).toBeGreaterThan(3);
  for (const { script } of tasks) expect(Object.keys(scripts)).toContain(script);
  const { configurations } = json(".vscode", "launch.json");
  expect(configurations.length).toBeGreaterThan(2);
  for (const { program, runtimeExecutable } of configurations) {
    for (const path of [program, runtimeExecutable]) {
      expect(existsSync(path.replace(/^\$\{workspaceFolder\}/, ROOT))).toBe(true);
    }
  }
});

test("each entry of the list of integration tests is a test file or a folder of them", () => {
  const found = (path: string): boolean =>
    path.endsWith("/")
      ? readdirSync(join(__dirname, path), { recursive: true }).some((name) => `${name}`.endsWith(".test.ts"))
      : path.endsWith(".test.ts") && existsSync(join(__dirname, path));
  expect(integrationTests.filter((path) => !existsSync(join(__dirname, path)) || !found(path))).toEqual([]);
  expect(integrationTests).toEqual([...new Set(integrationTests)].sort());
});

test("the forms for issues have what GitHub requires", () => {
  const folder = join(ROOT, ".github", "ISSUE_TEMPLATE");
  const forms = readdirSync(folder).filter((name) => name !== "config.yml");
  expect(forms.length).toBeGreaterThan(1);
  for (const name of forms) {
    const { body, ...head } = parse(readFileSync(join(folder, name), "utf8"));
    expect(head).toEqual({
      name: expect.any(String),
      description: expect.any(String),
      labels: expect.any(Array),
    });
    const ids = body.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { type, attributes } of body) {
      expect(["textarea", "dropdown", "input", "markdown", "checkboxes"]).toContain(type);
      expect(attributes.label).toEqual(expect.any(String));
      if (type === "dropdown") expect(new Set(attributes.options).size).toBeGreaterThan(1);
    }
  }
});

test("no package of the lock runs a script at its installation, and each that would is named", () => {
  const { packages } = json("package-lock.json");
  const would = Object.entries<{ readonly hasInstallScript?: boolean }>(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ""));
  const { allowScripts } = json("package.json");
  expect(allowScripts).toEqual(Object.fromEntries(would.map((name) => [name, false])));
});

test("README's badges are of workflows that are there, and of the licence", () => {
  const badges = [...read("README.md").matchAll(/\[!\[([^\]]*)\]\(([^)]*)\)\]\(([^)]*)\)/g)];
  const [lanes, terms] = [
    badges.filter(([, , image]) => image?.startsWith("../../actions/")),
    badges.slice(-1),
  ];
  expect(badges).toHaveLength(lanes.length + 1);
  for (const [, name, image, link] of lanes) {
    expect(image).toBe(`../../actions/workflows/${name}.yml/badge.svg?branch=main`);
    expect(link).toBe(`../../actions/workflows/${name}.yml`);
    expect(existsSync(join(ROOT, ".github", "workflows", `${name}.yml`))).toBe(true);
  }
  const label = encodeURIComponent(license.replaceAll("-", "--"));
  expect(terms.map(([, , image, link]) => [image, link])).toEqual([
    [`https://img.shields.io/badge/licence-${label}-blue`, "LICENSE"],
  ]);
});
