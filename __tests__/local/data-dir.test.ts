import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../benchmarks/support/eventually";
import { UsageError } from "../../lib/exit";
import { hasSent, ledgerFile } from "../../local/acknowledged";
import { openDataDir } from "../../local/data-dir";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "data-dir-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a data directory that is given", () => {
  test("has lines once some were acknowledged", () => {
    expect(hasSent(folder)).toBe(false);
    writeFileSync(ledgerFile(folder), "");
    expect(hasSent(folder)).toBe(false);
    writeFileSync(ledgerFile(folder), "id\n");
    expect(hasSent(folder)).toBe(true);
    // That a file is no folder is said where it is opened.
    expect(hasSent(ledgerFile(folder))).toBe(false);
  });

  test("that has lines gets no history, so --history-count alone is refused before anything starts", () => {
    writeFileSync(ledgerFile(folder), "id\n");

    const { status, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", "--", "local/cli.ts", "--data-dir", folder, "--history-count", "5"],
      { cwd: join(__dirname, "../.."), encoding: "utf8", timeout: 60_000 },
    );

    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/^[^\n]*--history-count goes with --history\n$/),
    });
    expect(readdirSync(folder)).toEqual(["ledger"]);
  });

  test("is created with its parents, and is kept", () => {
    const path = join(folder, "a", "b");

    const dataDir = openDataDir(path);
    dataDir.release({ keep: false });

    expect(dataDir.path).toBe(path);
    expect(existsSync(path)).toBe(true);
  });

  test.each([
    ["a file", () => join(folder, "file"), /EEXIST/],
    ["below a file", () => join(folder, "file", "below"), /ENOTDIR/],
    ["where nobody may create one", () => "/proc/retail-bi/data", /ENOENT|EACCES/],
    ["read-only", () => "/proc/sys", /EACCES|EROFS/],
  ])("is refused in one sentence when it is %s", (_, pathOf, reason) => {
    writeFileSync(join(folder, "file"), "");
    const path = pathOf();

    const refusal = refusalOf(() => openDataDir(path));

    expect(refusal).toBeInstanceOf(UsageError);
    expect(refusal.message).toMatch(reason);
    expect(refusal.message.startsWith(`--data-dir ${path} cannot be used: `)).toBe(true);
    expect(refusal.message).not.toContain("\n");
  });
});

describe("a data directory of one run", () => {
  test("is readable by nobody else, and is removed at the end", () => {
    const { path, release } = openDataDir(undefined);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    writeFileSync(join(path, "file"), "");

    release({ keep: false });

    expect(existsSync(path)).toBe(false);
  });

  test("is kept on request, also after the process", async () => {
    const { path, release } = openDataDir(undefined);
    writeFileSync(join(path, "file"), "");

    release({ keep: true });

    expect(readdirSync(path)).toEqual(["file"]);
    rmSync(path, { recursive: true });
  });

  test.each(["SIGKILL", "SIGTERM", "SIGHUP"] as const)("does not stay after %s", async (signal) => {
    const script = `
      const { openDataDir } = require("./local/data-dir.ts");
      const { path } = openDataDir(undefined);
      require("node:fs").writeFileSync(path + "/file", "");
      console.log(path);
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--import", "tsx", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [output] = (await once(child.stdout, "data")) as [Buffer];
    const path = output.toString().trim();
    expect(readdirSync(path)).toEqual(["file"]);

    child.kill(signal);
    await once(child, "exit");

    await eventually(() => expect(existsSync(path)).toBe(false));
  });
});

function refusalOf(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("it was not refused");
}
