import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { eventually } from "../../benchmarks/support/eventually";
import { FAST, ROOT, StartCommand, start } from "../../benchmarks/support/start";
import { describeRealRows, realRowsFile, realSums } from "../support/real-rows";

/** Below the ports that a system gives to clients, and not the product's own. */
const FIRST_PORT = 14_570;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "retail-bi-command-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeRealRows("the real rows, at the usual pace", () => {
  test("acknowledged, raw, Parquet and indexed are the same set, and the sums are the CSV's", async () => {
    const { code, stdout, stderr } = await start("--once", "--input-file", realRowsFile(), "--json");

    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      agree: true,
      acknowledged: 14_269,
      raw: 14_269,
      parquet: 14_269,
      indexed: 14_269,
      quarantined: 0,
      missing: { raw: [], parquet: [], indexed: [] },
      doubled: { raw: [], parquet: [], indexed: [] },
      extra: [],
      quarantine: [],
    });
    for (const place of ["json", "parquet", "index"]) expect(report.byCountry[place]).toEqual(realSums());
    expect(report.latency.p99_ms).toBeGreaterThanOrEqual(report.latency.p50_ms);
    expect(report.timings.total_s).toBeGreaterThan(0);
  });
});

test("with --silent, what npm prints on stdout is one JSON document; agreed data are gone", async () => {
  const TMPDIR = mkdtempSync(join(folder, "agreed-"));
  const args = ["start", "--silent", "--", "--once", "--json", "--max-count", "50", ...FAST];
  const { stdout } = await promisify(execFile)("npm", args, { cwd: ROOT, env: { ...process.env, TMPDIR } });
  expect(JSON.parse(stdout)).toMatchObject({ agree: true, reasons: [], acknowledged: 50, indexed: 50 });
  expect(readdirSync(TMPDIR).filter((name) => name.startsWith("retail-bi-"))).toEqual([]);
});

test("--once without a line is not well, and the data are kept", async () => {
  const { code, stdout, stderr } = await start("--once", "--max-count", "0", ...FAST);
  expect(stdout).toMatch(
    /\nIt cannot be said that all layers agree: there was no line to compare; the stream/,
  );
  expect(code).toBe(1);
  const [, kept = ""] = /^the data are kept in (.+)$/m.exec(stderr) ?? [];
  expect(existsSync(join(kept, "terraform"))).toBe(true);
  rmSync(kept, { recursive: true });
});

test("--once that is interrupted says nothing of the layers", async () => {
  const running = new StartCommand(
    "--once",
    "--rate",
    "10",
    ...FAST,
    "--data-dir",
    join(folder, "interrupted"),
  );
  await eventually(() => expect(running.stderr).toMatch(/sent \d/), 60_000);
  running.interrupt();
  expect(await running.ended).toMatchObject({ code: 130, stdout: "" });
});

describe("npm start", () => {
  test("twice on one data directory: nothing is lost or doubled", async () => {
    const twice = ["--once", ...FAST, "--max-count", "300", "--data-dir", join(folder, "twice"), "--json"];

    const first = await start(...twice);
    const second = await start(...twice);

    expect({ code: first.code, stderr: first.code === 0 ? "" : first.stderr }).toEqual({
      code: 0,
      stderr: "",
    });
    expect(JSON.parse(first.stdout)).toMatchObject({ agree: true, acknowledged: 300, indexed: 300 });
    expect({ code: second.code, stderr: second.code === 0 ? "" : second.stderr }).toEqual({
      code: 0,
      stderr: "",
    });
    expect(JSON.parse(second.stdout)).toMatchObject({
      agree: true,
      acknowledged: 600,
      raw: 600,
      parquet: 600,
      indexed: 600,
      doubled: { raw: [], parquet: [], indexed: [] },
      extra: [],
    });
  });

  test("Ctrl-C ends it well, and leaves no process, port or folder", async () => {
    const kept = join(folder, "stopped");
    const envFile = join(folder, "endpoints.sh");
    const options = ["--port", String(FIRST_PORT), "--data-dir", kept, "--env-file", envFile, ...FAST];
    const running = new StartCommand(...options);
    await eventually(() => {
      expect(running.stdout).toContain(`export AWS_ENDPOINT_URL_KINESIS=http://127.0.0.1:${FIRST_PORT}\n`);
      expect(running.stderr).toMatch(/sent \d/);
    }, 60_000);

    const exported = readFileSync(envFile, "utf8")
      .split("\n")
      .filter((line) => line.startsWith("export "));
    expect(exported).toEqual(running.stdout.trimEnd().split("\n"));

    // The folder is one run's alone.
    const other = await start("--once", "--data-dir", kept);
    expect(other).toMatchObject({ code: 1, stdout: "" });
    expect(other.stderr).toContain(`${kept} is in use by process `);

    running.interrupt();
    const { code, stderr } = await running.ended;
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(existsSync(envFile)).toBe(false);
    await eventually(() => expect(running.isAnythingLeft()).toBe(false), 5_000);
    for (let port = FIRST_PORT; port < FIRST_PORT + 5; port++) {
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow("fetch failed");
    }
  });

  test("a port that is taken is named, and nothing is left of what had started", async () => {
    const holder = createServer();
    await new Promise<void>((listening) => holder.listen(0, "127.0.0.1", listening));
    const { port } = holder.address() as AddressInfo;
    try {
      // The object store's: the stream was up by then.
      const running = new StartCommand("--port", String(port - 1));
      const { code, stdout, stderr } = await running.ended;

      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain(`port ${port} of the object store is taken by another process`);
      await eventually(() => expect(running.isAnythingLeft()).toBe(false), 5_000);
    } finally {
      holder.close();
    }
  });
});
