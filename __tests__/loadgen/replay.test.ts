import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import Papa from "papaparse";
import type { CsvOptions } from "../../loadgen/csv";
import { replay } from "../../loadgen/replay";
import { retailPreset } from "../../loadgen/retail-preset";
import { isBadRow, itemsOf, type SourceItem } from "../../loadgen/source";
import { BROKEN_LINES } from "../support/broken-lines";

const HEADER = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer_ID,Country";
const GOOD = "490397,21844,RETRO SPOT MUG,6,2009-12-06 10:30:00,2.95,12417,Belgium";
const NOW = Date.UTC(2026, 10, 24);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "replay-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(content: string | Uint8Array, extension = ".csv"): string {
  const path = join(folder, `${++files}${extension}`);
  writeFileSync(path, content);
  return path;
}

async function all(path: string, options: CsvOptions = {}): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for await (const item of itemsOf(replay(path, retailPreset, { now: () => NOW, ...options })))
    items.push(item);
  return items;
}

function parsed(items: readonly SourceItem[]): unknown[] {
  return items.map((item) => (isBadRow(item) ? item : JSON.parse(Buffer.from(item.bytes).toString())));
}

describe("a CSV file", () => {
  test("columns are found by name; kinds become JSON's", async () => {
    const path = file(
      `country,CUSTOMER id,Price,InvoiceDate,quantity,Description,Stock Code,"Invoice"\r\nBelgium,12417,2.95,2009-12-06 10:30:00,-6,"a ""b"", c",21844,490397\r\n`,
    );

    const items = await all(path);

    expect(items.map(({ number }) => number)).toEqual([2]);
    expect(parsed(items)).toEqual([
      {
        Invoice: "490397",
        StockCode: "21844",
        Description: 'a "b", c',
        Quantity: -6,
        InvoiceDate: "2009-12-06 10:30:00",
        Price: 2.95,
        Customer_ID: "12417",
        Country: "Belgium",
      },
    ]);
  });

  test("any text survives exactly, and every row knows its line", async () => {
    // Those are read otherwise on purpose: see input.test.ts.
    const special = /^\s*(nan|null|none|na|n\/a|#n\/a|<na>|nat|nil|\\n|\d+[.,]0+)\s*$/i;
    const text = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 12 }).filter((value) => !special.test(value)),
      fc.constantFrom(
        "  two  blanks ",
        'quote "',
        "a,b",
        "line\nbreak",
        "return\r\nbreak",
        "ÄÖ€ 😀",
        "\ufeffmark",
        "'",
      ),
    );
    const code = text.filter((value) => value !== "");
    const row = fc.record({
      Invoice: code,
      StockCode: code,
      Description: text,
      Quantity: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      InvoiceDate: fc.integer({ min: Date.UTC(2000, 0, 1) / 1000, max: NOW / 1000 }).map((seconds) => {
        return new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
      }),
      Price: fc
        .integer({ min: -999_999_999_999, max: 999_999_999_999 })
        .map((smallest) => smallest / 10_000 + 0),
      Customer_ID: text,
      Country: text,
    });

    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 20 }),
        fc.infiniteStream(fc.constantFrom("\n", "\r\n", "\r")),
        async (rows, ends) => {
          const lines = rows.map((cells) => Papa.unparse([Object.values(cells)], { header: false }));
          const ended = [HEADER, ...lines].map((line) => line + ends.next().value);
          const starts = lines.map(
            (_, index) =>
              ended
                .slice(0, index + 1)
                .join("")
                .split(/\r\n|\n|\r/).length,
          );

          const items = await all(file(ended.join("")));

          expect(parsed(items)).toEqual(rows);
          expect(items.map(({ number }) => number)).toEqual(starts);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("a file of many blocks: rows that lie across two, quoted newlines, blank lines", async () => {
    const rows = Array.from({ length: 9_000 }, (_, index) => {
      const description = index % 3 === 0 ? `"row ${index}\nsecond line, é"` : `row ${index}`;
      return `${index},21844,${description},1,2009-12-06 10:30:00,1.5,,France${index % 100 === 0 ? "\n" : ""}`;
    });

    const items = await all(file([HEADER, ...rows, ""].join("\n")));

    const values = parsed(items) as Record<string, unknown>[];
    expect(values.map((value) => value["Invoice"])).toEqual(rows.map((_, index) => String(index)));
    expect(values[3]).toMatchObject({ Description: "row 3\nsecond line, é", Customer_ID: "" });
    // The header, the quoted newlines of the 3,000 before the last, the blank lines of 90, and 8,999 rows.
    expect(items.at(-1)?.number).toBe(1 + 3_000 + 90 + 8_999 + 1);
  });

  test.each([
    ["Quantity is no number", GOOD.replace(",6,", ",six,"), 'Quantity is "six"; a number is wanted'],
    ["Quantity is empty", GOOD.replace(",6,", ",,"), 'Quantity is ""; a number is wanted'],
    ["Quantity is hexadecimal", GOOD.replace(",6,", ",0x6,"), 'Quantity is "0x6"; a number is wanted'],
    ["Quantity is a fraction", GOOD.replace(",6,", ",6.5,"), "Quantity is 6.5"],
    ["Price has a unit", GOOD.replace("2.95", "£2.95"), 'Price is "£2.95"; a number is wanted'],
    [
      "Price has a comma",
      GOOD.replace("2.95", '"2,95"'),
      'Price is "2,95"; a number with a decimal point is wanted',
    ],
    ["Price is endless", GOOD.replace("2.95", "1e999"), 'Price is "1e999"; a number is wanted'],
    [
      "the date has another form",
      GOOD.replace("06 10:30:00", "06T10:30:00"),
      'InvoiceDate is "2009-12-06T10:30:00"',
    ],
    ["there is no such day", GOOD.replace("12-06", "11-31"), 'InvoiceDate is "2009-11-31 10:30:00"'],
    ["the date is too early", GOOD.replace("2009", "1999"), 'InvoiceDate is "1999-12-06 10:30:00"'],
    ["Invoice is empty", GOOD.replace("490397", ""), "Invoice is empty"],
    ["a field is missing", GOOD.replace(",Belgium", ""), "7 fields; the header has 8"],
    ["a field is too many", `${GOOD},more`, "9 fields; the header has 8"],
    ["more than a line may have", GOOD.replace("RETRO", "x".repeat(300_000)), "at most 262144 are allowed"],
  ])("a bad row: %s", async (_, row, fault) => {
    const items = await all(file([HEADER, GOOD, row, GOOD].join("\n")));

    expect(items).toHaveLength(3);
    expect(items[1]).toMatchObject({ number: 3, fault: expect.stringContaining(fault) });
    expect(items.filter(isBadRow)).toHaveLength(1);
    expect(items[2]?.number).toBe(4);
  });

  test("a bad row: bytes that are no UTF-8", async () => {
    const row = Buffer.concat([
      Buffer.from("1,2,caf"),
      Buffer.from([0xe9]),
      Buffer.from(",1,2009-12-06 10:30:00,1,,"),
    ]);

    const items = await all(file(Buffer.concat([Buffer.from(`${HEADER}\n`), row, Buffer.from(`\n${GOOD}`)])));

    expect(items[0]).toMatchObject({
      number: 2,
      reason: "not_utf8",
      fault: "Description is not valid UTF-8",
      remedy: expect.stringContaining("--encoding windows-1252"),
    });
    expect(items[1]?.number).toBe(3);
  });

  test.each([
    ["malformed", `1,2,"a" b,1,2009-12-06 10:30:00,1,,"France"`, "text stands behind a closing quote", 2],
    ["not closed", `1,2,"open,1,2009-12-06 10:30:00,1,,France`, "a quote is not closed, so the line", 1],
  ])("a bad row: a quote is %s", async (_, row, fault, count) => {
    const items = await all(file(`${HEADER}\n${row}\n${GOOD}\n`));

    expect(items).toHaveLength(count);
    expect(items[0]).toMatchObject({
      number: 2,
      reason: "malformed_quotes",
      fault: expect.stringContaining(fault),
    });
  });

  test.each([
    ["", ""],
    ["\n", ""],
    [`\n${GOOD}`, ", so the line that follows belongs to this row"],
    [`\r\n${GOOD}\r\n`, ", so the line that follows belongs to this row"],
    [`\n${`${GOOD}\n`.repeat(1_200)}`, ", so the 1,200 lines that follow belong to this row"],
  ])("a quote that is not closed before %j names the lines that it takes", async (rest, taken) => {
    const items = await all(file(`${HEADER}\n1,2,"open${rest}`));

    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ number: 2, fault: `a quote is not closed${taken}` });
  });

  test("a quote that is never closed ends the reading before memory does", async () => {
    const path = file(`${HEADER}\n${GOOD}\n1,2,"open,${"x,\n".repeat(3_000_000)}`);

    await expect(all(path)).rejects.toThrow(
      "line 3: the row that begins here has no end within 4194304 bytes",
    );
  });

  test("a byte order mark is no part of the first name", async () => {
    const items = await all(file(`\ufeff"Invoice"${HEADER.slice("Invoice".length)}\n${GOOD}`));

    expect(parsed(items)).toEqual([expect.objectContaining({ Invoice: "490397" })]);
  });

  test.each([
    ["", "is empty; a header with column names is wanted"],
    ["a;b\n1;2\n", "no column Invoice, StockCode, Quantity, InvoiceDate, Price in the header: a, b"],
    [HEADER.replace("Price,", ""), "no column Price in the header"],
    [`${HEADER}\n`, "has a header and no row"],
  ])("a file that cannot be used: %j", async (content, message) => {
    await expect(all(file(content))).rejects.toThrow(message);
  });

  test("a file that is not there, and an unknown kind of file", async () => {
    await expect(all(join(folder, "none.csv"))).rejects.toThrow("none.csv cannot be read: ENOENT");
    expect(() => replay("rows.xlsx", retailPreset)).toThrow(
      "rows.xlsx ends in none of .csv, .tsv, .txt, .jsonl, .ndjson, .json",
    );
  });

  test("reading can stop early", async () => {
    const path = file([HEADER, ...new Array<string>(50_000).fill(GOOD)].join("\n"));
    let count = 0;

    for await (const _ of itemsOf(replay(path, retailPreset))) if (++count === 10) break;

    expect(count).toBe(10);
  });
});

describe("a file of JSON lines", () => {
  test("any bytes survive exactly; blank lines are skipped but counted", async () => {
    const line = fc
      .uint8Array({ minLength: 1, maxLength: 60 })
      .map((bytes) => bytes.map((byte) => (byte === 10 ? 11 : byte)));
    const blank = fc.constantFrom("", " ", "\t \r").map((text) => Buffer.from(text));

    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 3, arbitrary: line }, blank)),
        fc.boolean(),
        async (lines, ends) => {
          // The first line keeps the file from being taken for gzip, and the like.
          const whole = [Buffer.from("{}"), ...lines];
          const content = Buffer.concat(
            whole.flatMap((bytes, index) => (index === 0 ? [bytes] : [Buffer.from("\n"), bytes])),
          );

          const items = await all(
            file(ends ? Buffer.concat([content, Buffer.from("\n")]) : content, ".ndjson"),
          );

          const kept = [...whole.entries()].filter(
            ([, bytes]) =>
              Buffer.from(bytes)
                .toString("latin1")
                .search(/[^ \t\r]/) !== -1,
          );
          expect(items).toEqual(
            kept.map(([index, bytes]) => ({ number: index + 1, bytes: Buffer.from(bytes) })),
          );
        },
      ),
    );
  });

  test("broken lines are sent as they are, large ones too", async () => {
    const path = file(
      Buffer.concat(BROKEN_LINES.flatMap(({ bytes }) => [bytes, Buffer.from("\n")])),
      ".jsonl",
    );

    const items = await all(path);

    expect(items).toEqual(BROKEN_LINES.map(({ bytes }, index) => ({ number: index + 1, bytes })));
  });

  test("a line that no stream takes is a bad row, and the next line is read", async () => {
    const path = file(`{}\n${"x".repeat(11 * 1024 * 1024)}\n{}`, ".jsonl");

    const items = await all(path);

    expect(items.map((item) => (isBadRow(item) ? item.fault : item.number))).toEqual([
      1,
      "11534336 bytes; no stream takes that",
      3,
    ]);
  });

  test("a file that is not there", async () => {
    await expect(all(join(folder, "none.jsonl"))).rejects.toThrow("none.jsonl cannot be read: ENOENT");
  });
});
