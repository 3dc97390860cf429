import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { csvLine, readCsvPage } from "../../local/services/athena/result-file";
import { type ResultRow, readResultCsv } from "../../ops/reconcile/result-csv";

type Cell = string | null;

/** Chunks that end after each of these bytes, and at the end. */
async function* cut(bytes: Buffer, places: readonly number[]): AsyncGenerator<Buffer> {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let start = 0;
  for (const end of ends) {
    yield bytes.subarray(start, end);
    start = end;
  }
}

async function read(bytes: Buffer, places: readonly number[] = []): Promise<ResultRow[]> {
  const rows: ResultRow[] = [];
  await readResultCsv(cut(bytes, places), (row) => rows.push(row));
  return rows;
}

const every = (size: number, length: number): number[] =>
  Array.from({ length: Math.floor(length / size) }, (_, at) => (at + 1) * size);

/** A result of Athena, as the local one writes it. */
function file(header: readonly string[], rows: readonly (readonly Cell[])[]): Buffer {
  return Buffer.from([header, ...rows].map(csvLine).join(""));
}

const TEXT = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc
    .array(
      fc.constantFrom(
        ...[
          "\ufeff",
          '"',
          ",",
          "\n",
          "\r",
          "\r\n",
          "\t",
          ";",
          "|",
          "\0",
          "\u001e",
          "\u2028",
          "é",
          "陶",
          "😀",
        ],
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join("")),
);

describe("a result file", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "retail-bi-result-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const table = fc.integer({ min: 1, max: 3 }).chain((columns) =>
    fc.record({
      header: fc.uniqueArray(TEXT, { minLength: columns, maxLength: columns }),
      rows: fc.array(fc.array(fc.option(TEXT), { minLength: columns, maxLength: columns }), {
        maxLength: 8,
      }),
      places: fc.array(fc.nat(), { maxLength: 12 }),
    }),
  );

  test("law: any cells, cut into chunks anywhere, are what was written", async () => {
    await fc.assert(
      fc.asyncProperty(table, async ({ header, rows, places }) => {
        expect(await read(file(header, rows), places)).toEqual(
          rows.map((cells) => Object.fromEntries(header.map((name, at) => [name, cells[at] ?? ""]))),
        );
      }),
      { numRuns: 500 },
    );
  });

  test("law: so they are in pages, with the NULLs", async () => {
    const path = join(folder, "result.csv");
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 4 }), async ({ header, rows }, limit) => {
        writeFileSync(path, file(header, rows));
        const found: (readonly Cell[])[] = [];
        for (let next: number | undefined = 0; next !== undefined; ) {
          const page = await readCsvPage(path, next, limit);
          found.push(...page.rows);
          next = page.next;
        }
        expect(found).toEqual([header, ...rows]);
      }),
      { numRuns: 200 },
    );
  });

  test("20,000 Chinese texts in chunks of 64 KiB, which end within characters", async () => {
    const texts = Array.from({ length: 20_000 }, (_, at) => `手工制作的红色陶瓷门把手${at}`);
    const bytes = file(
      ["description"],
      texts.map((text) => [text]),
    );
    const places = every(65_536, bytes.length);
    const isInside = (place: number): boolean => ((bytes[place] ?? 0) & 0xc0) === 0x80;
    expect(places.filter(isInside).length).toBeGreaterThan(3);

    const rows = await read(bytes, places);

    expect(rows.map((row) => row["description"])).toEqual(texts);
  });

  test.each([
    ["a row that has too few cells", '"a","b"\n"1","2"\n"3"\n', /not CSV: a row of 1 cells below 2 names/],
    ["a row that has too many", '"a"\n"1","2"\n', /not CSV: a row of 2 cells below 1 names/],
    ["the end of a value cut off", '"a"\n"1', /not CSV: Quoted field unterminated/],
    ["half a character", Buffer.from('"a"\n"é').subarray(0, -1), /not UTF-8/],
    ["bytes that are no text", Buffer.from([0x22, 0xff, 0x22, 0x0a]), /not UTF-8/],
    ["nothing", "", /empty/],
  ])("%s is an error, not fewer rows", async (_what, content, message) => {
    await expect(read(Buffer.from(content as string))).rejects.toThrow(message);
  });

  test("what the stream or the caller throws is thrown", async () => {
    const broken = async function* (): AsyncGenerator<Buffer> {
      yield file(["a"], [["1"]]);
      throw new Error("the connection is lost");
    };
    await expect(readResultCsv(broken(), () => undefined)).rejects.toThrow("the connection is lost");
    const thrower = (): never => {
      throw new Error("the caller's");
    };
    await expect(readResultCsv(cut(file(["a"], [["1"]]), []), thrower)).rejects.toThrow("the caller's");
  });
});
