import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { BROKEN_LINES } from "../support/broken-lines";
import { describeRealRows, REAL_ROWS, readRealRows, realSums } from "../support/real-rows";

jest.setTimeout(180_000);

const ROOT = resolve(__dirname, "../..");
/** A buffer of a second and a merge every five: the same path, less waiting. */
const FAST = ["--time-scale", "60"];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "retail-bi-test-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm start -- …` without npm. */
function start(...options: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, ["--import", "tsx", "local/cli.ts", ...options], { cwd: ROOT });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((done) => child.on("close", (code) => done({ code, stdout, stderr })));
}

describeRealRows("a run on the real rows", () => {
  test("14,269 rows: acknowledged, raw and Parquet are the same set, and the sums are the CSV's", async () => {
    const { code, stdout, stderr } = await start("--once", ...FAST, "--input-file", REAL_ROWS, "--json");

    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      agree: true,
      acknowledged: 14_269,
      raw: 14_269,
      parquet: 14_269,
      quarantined: 0,
      missing: { raw: [], parquet: [] },
      extra: [],
    });
    expect(report.byCountry.json).toEqual(realSums());
    expect(report.byCountry.parquet).toEqual(realSums());
    expect(report.timings.total_s).toBeGreaterThan(0);
  });

  test("twenty broken lines among them, packed: each in quarantine once, all else everywhere", async () => {
    const good: Uint8Array[] = readRealRows().map((row) => {
      return Buffer.from(
        JSON.stringify({ ...row, Quantity: Number(row["Quantity"]), Price: Number(row["Price"]) }),
      );
    });
    const lines = [...good];
    BROKEN_LINES.forEach(({ bytes }, index) => {
      lines.splice((index + 1) * 650, 0, bytes);
    });
    const file = join(folder, "mixed.jsonl");
    writeFileSync(file, Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")])));

    const { code, stdout, stderr } = await start(
      "--once",
      ...FAST,
      "--input-file",
      file,
      "--pack",
      "7",
      "--json",
    );

    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      agree: true,
      acknowledged: 14_289,
      raw: 14_269,
      parquet: 14_269,
      quarantined: 20,
    });
    expect(report.quarantine.map(({ reason }: { reason: string }) => reason).sort()).toEqual(
      BROKEN_LINES.map(({ reason }) => reason).sort(),
    );
    expect(new Set(report.quarantine.map(({ record_id }: { record_id: string }) => record_id)).size).toBe(20);
    expect(report.byCountry.parquet).toEqual(realSums());
  });
});
