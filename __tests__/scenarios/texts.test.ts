import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FAST, start } from "../../benchmarks/support/start";
import { GOOD_ROW } from "../support/good-row";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "retail-bi-texts-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Long enough that answers of megabytes are cut within a character again and again. */
const LONG = "手工制作的红色陶瓷门把手复古厨房储物罐😀é".repeat(12);

const ODD: readonly string[] = [
  ...[
    "\ufeff",
    "\ufeffmark",
    "\ufeff\ufeff",
    "\ufeff\ufefftwo marks of more than twelve bytes",
    "in\ufeffside",
  ],
  ...['"', '"quoted"', 'a "b", c', ",", "tab\t;|", " blanks  "],
  ...["line\nbreak", "return\r\nbreak", "\r", "\n", "\u2028\u2029\u0085"],
  ...["\u0001\u001e\u001f\u007f", "nul\0", "\\u0000", "\uffff", "\u{10ffff}"],
];

const LINES = 3_000;

test("texts of every kind are the same in every layer; halves of surrogate pairs are in quarantine", async () => {
  const text = (line: number): string => ODD[line] ?? `${LONG}${line}`;
  const good = Array.from({ length: LINES }, (_, line) => {
    const mark = line % 2 === 0 ? "\ufeff" : "";
    const texts = { Invoice: `${mark}${line}`, StockCode: `${mark}21844`, Customer_ID: text(line) };
    return JSON.stringify({
      ...GOOD_ROW,
      ...texts,
      Description: text(line),
      Country: text(line).slice(0, 60),
    });
  });
  const half = ["\\ud800", "\\udc00x", "\\ud83d\\ud83d"].map(
    (escaped) => `${JSON.stringify({ ...GOOD_ROW, Description: "HALF" }).replace("HALF", escaped)}`,
  );
  const file = join(folder, "texts.jsonl");
  writeFileSync(file, [...good, ...half].map((line) => `${line}\n`).join(""));

  const { code, stdout, stderr } = await start("--once", ...FAST, "--input-file", file, "--json");

  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({
    agree: true,
    acknowledged: LINES + half.length,
    raw: LINES,
    parquet: LINES,
    indexed: LINES,
    quarantined: half.length,
    altered: { raw: [], parquet: [], indexed: [] },
  });
  expect(report.quarantine.map(({ reason }: { reason: string }) => reason)).toEqual(
    half.map(() => "not_unicode"),
  );
  expect(Object.keys(report.summary.parquet).toSorted()).toEqual(
    Object.keys(report.summary.index).toSorted(),
  );
});
