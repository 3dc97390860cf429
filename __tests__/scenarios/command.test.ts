import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { eventually } from "../../benchmarks/support/eventually";
import { FAST, ROOT, StartCommand, start } from "../../benchmarks/support/start";
import { EXIT } from "../../lib/exit";
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
      duplicates: { raw: [], parquet: [], indexed: [] },
      extra: [],
      quarantine: [],
    });
    for (const place of ["json", "parquet", "index"]) expect(report.summary[place]).toEqual(realSums());
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
    /\nIt could not be determined whether all layers agree: there was no line to compare; the stream/,
  );
  expect(code).toBe(1);
  const [, kept = ""] = /^the data directory is kept: (.+)$/m.exec(stderr) ?? [];
  expect(existsSync(join(kept, "terraform"))).toBe(true);
  rmSync(kept, { recursive: true });
});

test("a history is in every layer, by the months of its event times; a run that goes on with it sends no other", async () => {
  const dataDir = ["--data-dir", join(folder, "history")];
  const past = ["--history", "90d", "--history-count", "500", "--max-count", "400", "--pack", "25"];
  const { code, stdout, stderr } = await start("--once", "--json", ...past, ...dataDir, ...FAST);

  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({ agree: true, acknowledged: 400, parquet: 400, indexed: 400 });
  expect(stderr).toContain("  sends 400 lines of the last 90 days first\n");

  const next = new StartCommand("--port", String(FIRST_PORT), ...dataDir, ...FAST);
  try {
    await eventually(() => expect(next.stderr).toContain("Ctrl-C stops it"), 300_000);
    const searchUrl = /^export OPENSEARCH_URL=(\S+)/m.exec(next.stdout)?.[1];
    const months = new Set<unknown>();
    const answer = await fetch(`${searchUrl}/retail-*/_search?size=400`);
    const { hits } = (await answer.json()) as { hits: { hits: { _index: string }[] } };
    for (const { _index } of hits.hits) months.add(_index);

    expect(next.stderr).not.toContain("lines of the last");
    // Four fifths of the 90 days; the run's first lines of now may be there.
    expect(months.size).toBeGreaterThanOrEqual(3);
    expect(months.size).toBeLessThanOrEqual(5);
  } finally {
    next.interrupt();
    await next.ended;
  }
});

describe("--once with a file", () => {
  const HEADER = "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice";
  const ROW = "1,2,3,2010-12-01 08:26:00,4.5";

  function file(name: string, ...rows: readonly string[]): string {
    const path = join(folder, name);
    writeFileSync(path, [HEADER, ...rows].join("\r\n"));
    return path;
  }

  test("what is wrong with the file is said before anything starts", async () => {
    const empty = await start("--once", "--input-file", file("empty.csv"), "--json");
    const dates = await start("--once", "--input-file", file("dates.csv", "1,2,3,13/1/2010 8:26,4.5"));

    expect(empty).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^\S+ has a header and no row\n$/),
    });
    expect(JSON.parse(empty.stdout)).toEqual({ agree: false, reasons: [empty.stderr.trim()] });
    expect(dates).toMatchObject({ code: 1, stdout: "" });
    expect(dates.stderr).toMatch(/^\S+, line 2: .* read by --date-format "D\/M\/YYYY H:MM"\n$/);
  });

  test("a run that did not take in every row does not say that all layers agree, unless it may", async () => {
    const path = file("some.csv", ROW, ROW.replace("3", "three"), ROW);
    const once = ["--once", ...FAST, "--input-file", path];

    const refused = await start(...once, "--json", "--data-dir", join(folder, "refused"));
    const allowed = await start(...once, "--max-bad-rows", "1");

    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      agree: false,
      reasons: ["1 of 3 rows was refused and not sent"],
      indexed: 2,
      sendReport: {
        read: 3,
        accepted: 2,
        refused: 1,
        refusedByReason: { not_a_number: 1 },
        columnsUnfilled: ["Description", "Customer_ID", "Country"],
      },
    });
    expect(allowed.code).toBe(0);
    expect(allowed.stdout).toContain("refused                 1 lines  not sent: not_a_number 1\n");
    expect(allowed.stdout).toContain(
      "\nAll layers agree on what was sent; 1 of 3 rows was refused and not sent.\n",
    );
  });
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
  try {
    await eventually(() => expect(running.stderr).toMatch(/sent \d/), 120_000);
    running.interrupt();
    expect(await running.ended).toMatchObject({ code: 130, stdout: "" });
  } finally {
    running.kill();
  }
});

describe("npm start", () => {
  test("twice on one data directory: nothing is lost or duplicated", async () => {
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
      duplicates: { raw: [], parquet: [], indexed: [] },
      extra: [],
    });
  });

  test("Ctrl-C ends it well, and leaves no process, port or folder", async () => {
    const kept = join(folder, "stopped");
    const envFile = join(folder, "endpoints.sh");
    const options = [
      "--port",
      String(FIRST_PORT),
      "--data-dir",
      kept,
      "--env-file",
      envFile,
      "--history",
      "0",
      ...FAST,
    ];
    const running = new StartCommand(...options);
    await eventually(() => {
      expect(running.stdout).toContain(`export AWS_ENDPOINT_URL_KINESIS=http://127.0.0.1:${FIRST_PORT}\n`);
      expect(running.stderr).toMatch(/sent \d/);
    }, 120_000);

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
    // A busy machine may be too slow to stop everything in the time that is promised.
    const wanted = stderr.includes("not everything stopped within") ? EXIT.interrupted : EXIT.ok;
    expect({ code, stderr: code === wanted ? "" : stderr }).toEqual({ code: wanted, stderr: "" });
    expect(existsSync(envFile)).toBe(false);
    await eventually(() => expect(running.isAnythingLeft()).toBe(false));
    for (let port = FIRST_PORT; port < FIRST_PORT + 5; port++) {
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow("fetch failed");
    }
  });

  test("a port that is taken is named, and nothing is left of what had started", async () => {
    const holder = createServer();
    const port = FIRST_PORT + 11;
    await new Promise<void>((listening) => holder.listen(port, "127.0.0.1", listening));
    try {
      // The object store's: the stream was up by then.
      const running = new StartCommand("--port", String(port - 1));
      const { code, stdout, stderr } = await running.ended;

      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain(`port ${port} of the object store is taken by another process`);
      await eventually(() => expect(running.isAnythingLeft()).toBe(false));
    } finally {
      holder.close();
    }
  });
});
