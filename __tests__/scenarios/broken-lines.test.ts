import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FAST, start } from "../../benchmarks/support/start";
import { BROKEN_LINES } from "../support/broken-lines";
import { describeRealRows, readRealRows, realSums } from "../support/real-rows";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "retail-bi-test-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

// A file with nothing but rows, at the pace of the README, is in command.test.ts.
describeRealRows("a run on the real rows", () => {
  test("twenty broken lines among them, packed: each in quarantine once though both layers refuse it, all else everywhere", async () => {
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
      indexed: 14_269,
      quarantined: 20,
      missing: { raw: [], parquet: [], indexed: [] },
      duplicates: { parquet: [], indexed: [] },
      extra: [],
    });
    expect(report.quarantine.map(({ reason }: { reason: string }) => reason).sort()).toEqual(
      BROKEN_LINES.map(({ reason }) => reason).sort(),
    );
    for (const { layers } of report.quarantine) expect([...layers].sort()).toEqual(["batch", "speed"]);
    expect(new Set(report.quarantine.map(({ record_id }: { record_id: string }) => record_id)).size).toBe(20);
    for (const place of ["json", "parquet", "index"]) expect(report.summary[place]).toEqual(realSums());
  });
});
