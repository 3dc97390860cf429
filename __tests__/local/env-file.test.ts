import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../lib/exit";
import { openEnvFile } from "../../local/env-file";

let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "retail-bi-env-file-"));
  path = join(folder, "endpoints.sh");
});

afterEach(() => rmSync(folder, { recursive: true }));

const LINES = ["export AWS_REGION=eu-west-1", "export AWS_ENDPOINT_URL_S3=http://127.0.0.1:4571"];

test("is not there before all is ready, then whole and for its owner alone, and not after the end", () => {
  const file = openEnvFile(path);
  expect(existsSync(path)).toBe(false);

  file.write(LINES);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["endpoints.sh"]);
  const sourced = spawnSync("sh", ["-c", `. "${path}" && env`], { encoding: "utf8", env: {} });
  expect(sourced.stdout.split("\n")).toEqual(
    expect.arrayContaining(LINES.map((line) => line.replace("export ", ""))),
  );

  file.remove();
  file.remove();
  expect(readdirSync(folder)).toEqual([]);
});

test("a run that never got ready leaves nothing", () => {
  openEnvFile(path).remove();
  expect(readdirSync(folder)).toEqual([]);
});

test("the file of a run that was killed is gone before the next one starts", () => {
  openEnvFile(path).write(LINES);
  const next = openEnvFile(path);
  expect(existsSync(path)).toBe(false);
  next.remove();
});

test("the file of a later run stays", () => {
  const [first, second] = [openEnvFile(path), openEnvFile(path)];
  first.write(["export A=1"]);
  second.write(["export A=2"]);
  first.remove();
  expect(readFileSync(path, "utf8")).toContain("export A=2");
  second.remove();
  expect(existsSync(path)).toBe(false);
});

test("a file of somebody's own is not touched", () => {
  writeFileSync(path, "alias ll='ls -l'\n");
  expect(() => openEnvFile(path)).toThrow(UsageError);
  expect(readFileSync(path, "utf8")).toBe("alias ll='ls -l'\n");
  expect(readdirSync(folder)).toEqual(["endpoints.sh"]);
});

test("a file that others may read is replaced by one that they may not", () => {
  openEnvFile(path).write(LINES);
  chmodSync(path, 0o644);
  openEnvFile(path).write(LINES);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("where no file can be is said at once", () => {
  expect(() => openEnvFile(join(folder, "none", "endpoints.sh"))).toThrow(
    /^--env-file .*no file can be written in .*none \(Error: ENOENT/,
  );
  mkdirSync(path);
  expect(() => openEnvFile(path)).toThrow(/^--env-file .*cannot be read: Error: EISDIR/);
  expect(() => openEnvFile(path)).toThrow(UsageError);
});
