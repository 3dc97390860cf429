import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { formatTimestamp } from "../../contract/timestamp";
import { type Row, RowSplitter } from "../../loadgen/csv-rows";
import { dateReader, formatsOf } from "../../loadgen/dates";
import { checkInput, type InputOptions, replay } from "../../loadgen/replay";
import { retailPreset } from "../../loadgen/retail-preset";
import { isBadRow, itemsOf, type SourceItem } from "../../loadgen/source";

const HEADER = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country";
const CELLS = ["489434", "85048", "MUG", "12", "2009-12-01 07:45:00", "6.95", "13085", "France"] as const;
const ROW = CELLS.join(",");
const LINE = {
  Invoice: "489434",
  StockCode: "85048",
  Description: "MUG",
  Quantity: 12,
  InvoiceDate: "2009-12-01 07:45:00",
  Price: 6.95,
  Customer_ID: "13085",
  Country: "France",
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "input-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(content: string | Uint8Array, extension = ".csv"): string {
  const path = join(folder, `${++files}${extension}`);
  writeFileSync(path, content);
  return path;
}

/** A row of the header above, with other cells. */
function rowWith(changes: Partial<Record<keyof typeof LINE, string>>): string {
  return Object.keys(LINE)
    .map((field, index) => changes[field as keyof typeof LINE] ?? CELLS[index])
    .join(",");
}

async function all(path: string, options: InputOptions = {}): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for await (const item of itemsOf(replay(path, retailPreset, options))) items.push(item);
  return items;
}

function parsed(items: readonly SourceItem[]): unknown[] {
  return items.map((item) => (isBadRow(item) ? item.fault : JSON.parse(Buffer.from(item.bytes).toString())));
}

/** A date that a format reads, to the second. */
function secondsOf(format: string, text: string): string {
  return formatTimestamp(dateReader(format)(text) ?? Number.NaN).slice(0, -4);
}

/** The lines of a file that is as it should be. */
async function linesOf(path: string, options: InputOptions = {}): Promise<unknown[]> {
  await checkInput(path, retailPreset, options);
  return parsed(await all(path, options));
}

function utf16(text: string, { bigEndian = false, mark = true } = {}): Buffer {
  const bytes = Buffer.from((mark ? "\ufeff" : "") + text, "utf16le");
  return bigEndian ? bytes.swap16() : bytes;
}

describe("rows", () => {
  const cell = fc.stringMatching(/^[a,"\n\r;é ]{0,6}$/);
  const written = fc.record({
    cells: fc.array(cell, { minLength: 2, maxLength: 4 }),
    end: fc.constantFrom("\n", "\r\n", "\r"),
  });

  /** As RFC 4180 has it; quoted where it must be. */
  function write(cells: readonly string[]): string {
    return cells.map((text) => (/[,"\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(",");
  }

  function split(text: string, cuts: readonly number[]): Row[] {
    const splitter = new RowSplitter(",");
    const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
    return places.flatMap((place, index) => [
      ...splitter.push(text.slice(place, places[index + 1]), index === places.length - 1),
    ]);
  }

  test("any mix of line ends and any cut into blocks gives the same rows, each with its line", () => {
    fc.assert(
      fc.property(
        fc.array(written, { minLength: 1, maxLength: 12 }),
        fc.array(fc.nat(500), { maxLength: 12 }),
        (rows, cuts) => {
          const texts = rows.map(({ cells, end }) => write(cells) + end);

          const found = split(texts.join(""), cuts);

          expect(found.map(({ cells }) => cells)).toEqual(rows.map(({ cells }) => cells));
          expect(found.map(({ number }) => number)).toEqual(
            texts.map(
              (_, index) =>
                texts
                  .slice(0, index)
                  .join("")
                  .split(/\r\n|\n|\r/).length,
            ),
          );
          expect(found.filter(({ fault }) => fault !== undefined)).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("whatever the text, the rows do not depend on the blocks, and every line is in one of them", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a,"\n\r]{0,40}$/),
        fc.array(fc.nat(50), { maxLength: 8 }),
        (text, cuts) => {
          const whole = split(text, []);

          expect(split(text, cuts)).toEqual(whole);
          // Each row begins where the one before it ends, and the last ends with the text.
          const ends = whole.map(({ number }) => number);
          expect(ends).toEqual([...ends].sort((a, b) => a - b));
          expect(new Set(ends).size).toBe(ends.length);
          expect(whole.length === 0).toBe(text === "");
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test.each([
    [
      "the last without an end",
      "a,b\r\nc,d",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    [
      "CR alone",
      "a,b\rc,d\r",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ["LF CR is an empty row between", "a,b\n\rc,d", [["a", "b"], [""], ["c", "d"]]],
    [
      "line ends in quotes stay",
      '"a\r\nb","c\rd"\n"e\nf",g\r\n',
      [
        ["a\r\nb", "c\rd"],
        ["e\nf", "g"],
      ],
    ],
    [
      "a quote within a cell is a character",
      'a 5" pipe,b\nc"",d\n',
      [
        ['a 5" pipe', "b"],
        ['c""', "d"],
      ],
    ],
    [
      "an empty cell at the end of a quoted row",
      '"a",\n"b",c',
      [
        ["a", ""],
        ["b", "c"],
      ],
    ],
    ["doubled quotes", '"""a""",""\n', [['"a"', ""]]],
  ])("%s", (_, text, cells) => {
    expect(split(text, []).map((row) => row.cells)).toEqual(cells);
  });
});

describe("every row is accounted for once", () => {
  const row = fc.oneof(
    { weight: 3, arbitrary: fc.constant({ text: ROW, kind: "accepted" }) },
    fc.constantFrom(
      { text: rowWith({ Quantity: "many" }), kind: "not_a_number" },
      { text: `${ROW},x`, kind: "field_count" },
      { text: rowWith({ Invoice: "" }), kind: "empty_field" },
      { text: rowWith({ InvoiceDate: "2009-02-30 00:00:00" }), kind: "invalid_date" },
      { text: rowWith({ Description: '"a"b' }), kind: "malformed_quotes" },
      { text: "", kind: "blank" },
      { text: ",,,,,,,", kind: "blank" },
    ),
  );

  test("read = accepted + refused, in order, by reason", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
        fc.pre(rows.some(({ kind }) => kind !== "blank"));

        const items = await all(file([HEADER, ...rows.map(({ text }) => text)].join("\r\n")));

        const expected = rows.flatMap(({ kind }, index) => (kind === "blank" ? [] : [[index + 2, kind]]));
        expect(items.map((item) => [item.number, isBadRow(item) ? item.reason : "accepted"])).toEqual(
          expected,
        );
      }),
    );
  });
});

describe("encodings", () => {
  const text = `${HEADER}\n${rowWith({ Description: "café €, 茶".replace(",", ""), Country: "España" })}\n`;
  const line = { ...LINE, Description: "café € 茶", Country: "España" };

  test.each<[string, Uint8Array, string, InputOptions]>([
    ["UTF-8", Buffer.from(text), ".csv", {}],
    ["UTF-8 with its mark", Buffer.from(`\ufeff${text}`), ".csv", {}],
    ["UTF-16LE with its mark", utf16(text), ".csv", {}],
    ["UTF-16BE with its mark", utf16(text, { bigEndian: true }), ".csv", {}],
    ["UTF-16LE, said", utf16(text, { mark: false }), ".csv", { encoding: "utf-16le" }],
    ["tabs in UTF-16, as Excel's Unicode text", utf16(text.replaceAll(",", "\t")), ".txt", {}],
    ["gzip", gzipSync(text), ".csv.gz", {}],
    ["gzip that is named .csv", gzipSync(text), ".csv", {}],
    ["gzip of UTF-16", gzipSync(utf16(text)), ".csv", {}],
    [
      "two gzip members",
      Buffer.concat([gzipSync(text.slice(0, 50)), gzipSync(text.slice(50))]),
      ".csv.gz",
      {},
    ],
  ])("%s is read", async (_, bytes, extension, options) => {
    expect(await linesOf(file(bytes, extension), options)).toEqual([line]);
  });

  test("Windows-1252 is read when it is said, and named when it is not", async () => {
    const path = file(Buffer.from(`${HEADER}\n${rowWith({ Description: "caf\u00e9" })}\n`, "latin1"));

    expect(await linesOf(path, { encoding: "windows-1252" })).toEqual([{ ...LINE, Description: "café" }]);
    await expect(checkInput(path, retailPreset, {})).rejects.toThrow(
      "line 2: Description is not valid UTF-8; --encoding windows-1252 reads it",
    );
  });

  test("a Windows-1252 header is named", async () => {
    const path = file(Buffer.from(`${HEADER},Entr\u00e9e\n${ROW},1\n`, "latin1"));

    await expect(checkInput(path, retailPreset, {})).rejects.toThrow(
      "the header is not valid UTF-8; --encoding windows-1252",
    );
  });

  test("characters that lie across blocks survive, in every encoding", async () => {
    const descriptions = Array.from(
      { length: 3_000 },
      (_, index) => `${"x".repeat(index % 7)}${"茶杯😀é".repeat(10)}`,
    );
    const rows = [HEADER, ...descriptions.map((Description) => rowWith({ Description }))].join("\n");

    for (const bytes of [Buffer.from(rows), utf16(rows), gzipSync(rows)]) {
      const lines = (await linesOf(file(bytes))) as (typeof LINE)[];
      expect(lines.map(({ Description }) => Description)).toEqual(descriptions);
    }
  });

  test.each<[string, Uint8Array, string]>([
    [
      "xlsx",
      Buffer.from("PK\x03\x04xl/workbook.xml"),
      "is a zip archive or an Excel workbook (.xlsx): unpack it, or save",
    ],
    [
      "xls",
      Buffer.from("d0cf11e0a1b11ae1", "hex"),
      "is an old Excel workbook (.xls): save the sheet as CSV UTF-8",
    ],
    ["Parquet", Buffer.from("PAR1\x15\x04"), "is a Parquet file: export it as CSV or JSON lines"],
    ["bzip2", Buffer.from("BZh91AY"), "is compressed by bzip2: unpack it"],
    ["zstd", Buffer.from("28b52ffd", "hex"), "is compressed by zstd: unpack it"],
    ["SQLite", Buffer.from("SQLite format 3\0"), "is an SQLite database: export the table as CSV"],
    ["HTML", Buffer.from("\n<!DOCTYPE html><html>"), "is a page of HTML or XML, not the file itself"],
    [
      "Git LFS",
      Buffer.from("version https://git-lfs.github.com/spec/v1\n"),
      "is the pointer of a file in Git LFS",
    ],
    ["tar", Buffer.concat([Buffer.alloc(257), Buffer.from("ustar\0")]), "is a tar archive: unpack it"],
    [
      "a packed tar",
      gzipSync(Buffer.concat([Buffer.alloc(257), Buffer.from("ustar\0")])),
      "is a tar archive",
    ],
    ["gzip in gzip", gzipSync(gzipSync(ROW)), "is gzip within gzip: unpack it once"],
    [
      "gzip that is cut off",
      gzipSync(`${HEADER}\n${ROW}`).subarray(0, 40),
      "is damaged gzip: unexpected end of file",
    ],
    ["UTF-32", Buffer.from("fffe00004900", "hex"), "is UTF-32LE text: save it as UTF-8"],
    [
      "UTF-16LE without its mark",
      utf16(`${HEADER}\n${ROW}\n`, { mark: false }),
      "--encoding utf-16le reads it",
    ],
    [
      "UTF-16BE without its mark",
      utf16(`${HEADER}\n${ROW}\n`, { mark: false, bigEndian: true }),
      "--encoding utf-16be reads it",
    ],
    ["zeros", Buffer.from(`${HEADER}\n${ROW}\0\n`), "is no text: its byte 135 is zero"],
    ["nothing", Buffer.alloc(0), "is empty"],
    ["nothing, packed", gzipSync(""), "is empty"],
    ["a byte order mark alone", Buffer.from("\ufeff"), "is empty"],
  ])("%s is named, and shows no control character", async (_, bytes, message) => {
    const check = checkInput(file(bytes), retailPreset, {});

    await expect(check).rejects.toThrow(message);
    await expect(check).rejects.toThrow(/^[^\p{Cc}]+$/u);
  });
});

describe("columns", () => {
  test.each([
    [
      "UCI's first edition",
      "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
    ],
    ["R", "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer.ID,Country"],
    ["snake case", "invoice_no,stock_code,description,quantity,invoice_date,unit_price,customer_id,country"],
    [
      "capitals, blanks",
      " INVOICE NO ,Stock Code,DESCRIPTION,QUANTITY,Invoice Date,PRICE,CUSTOMER-ID,COUNTRY",
    ],
    ["full width", "Invoice,StockCode,Description,Ｑｕａｎｔｉｔｙ,InvoiceDate,Price,Customer ID,Country"],
    ["quoted", HEADER.replace(/[^,]+/g, '"$&"')],
  ])("names as %s has them", async (_, header) => {
    expect(await linesOf(file(`${header}\n${ROW}\n`))).toEqual([LINE]);
  });

  test.each([
    ["semicolons", ";"],
    ["tabs", "\t"],
    ["bars", "|"],
  ])("%s are recognised", async (_, delimiter) => {
    const text = `${HEADER}\n${ROW}\n`.replaceAll(",", delimiter);

    expect(await linesOf(file(text))).toEqual([LINE]);
  });

  test("another delimiter is read when it is said, and asked for when it is not", async () => {
    const path = file(`${HEADER}\n${ROW}\n`.replaceAll(",", "^"));

    expect(await linesOf(path, { delimiter: "^" })).toEqual([LINE]);
    await expect(checkInput(path, retailPreset, {})).rejects.toThrow("--delimiter names another");
  });

  test("Excel's first line that says the delimiter", async () => {
    const text = `sep=;\r\n${HEADER}\r\n${ROW}\r\n`.replaceAll(",", ";");

    expect(await linesOf(file(text))).toEqual([LINE]);
    expect(await linesOf(file(`\ufeff"sep=,"\r\n${HEADER}\r\n${ROW}\r\n`))).toEqual([LINE]);
  });

  test("--map names a column that nothing else would find, and goes first", async () => {
    const header = "No,Artikel,Description,Menge,Datum,Preis,Kunde (Nr. é),Country,Price";
    const map = {
      Invoice: "No",
      StockCode: "artikel",
      Quantity: "Menge",
      InvoiceDate: "Datum",
      Price: "Preis",
      Customer_ID: "Kunde (Nr. é)",
    };
    const path = file(`${header}\n${ROW},99\n`.replaceAll(",", ";"));
    const source = replay(path, retailPreset, { map });
    const items: SourceItem[] = [];
    for await (const item of itemsOf(source)) items.push(item);

    expect(parsed(items)).toEqual([LINE]);
    expect(source.columns?.()).toMatchObject({ columnsLeftOut: ["Price"], columnsUnfilled: [] });
  });

  test.each<[string, string, InputOptions, string]>([
    [
      "two names of one column",
      `${HEADER},InvoiceNo`,
      {},
      'columns 1 and 9 of the header ("Invoice", "InvoiceNo") are both Invoice; choose one by --map Invoice=HEADER',
    ],
    [
      "the same name twice",
      `${HEADER},Price`,
      {},
      'columns 6 and 9 of the header ("Price", "Price") are both Price; rename one of them',
    ],
    [
      "a mapped name that is absent",
      HEADER,
      { map: { Price: "Cost" } },
      '--map Price=Cost: no column "Cost" in the header',
    ],
    [
      "a mapped name that is there twice",
      `${HEADER},Cost,Cost`,
      { map: { Price: "Cost" } },
      "--map Price=Cost: the header has 2 columns of that name",
    ],
    ["no header", ROW, {}, "that looks like a row: the first line has to name the columns"],
    ["JSON lines", '{"Invoice":"1"}', {}, "JSON lines are read from a file that ends in .jsonl"],
    [
      "a title first",
      `Sales 2010\n${HEADER}`,
      {},
      "no column Invoice, StockCode, Quantity, InvoiceDate, Price in the header: Sales 2010",
    ],
    ["control characters", "\u001b[31mred,\u0007", {}, '"\\u001b[31mred", "\\u0007"'],
    [
      "a quote that is not closed",
      `"Invoice,${HEADER}\n${ROW}`,
      {},
      "line 1, the header: a quote is not closed",
    ],
  ])("%s is named", async (_, header, options, message) => {
    await expect(checkInput(file(`${header}\n${ROW},1,2\n`), retailPreset, options)).rejects.toThrow(message);
  });

  test("a name said by --map ends an ambiguity", async () => {
    const path = file(`${HEADER},InvoiceNo\n${ROW},7\n`);

    expect(await linesOf(path, { map: { Invoice: "InvoiceNo" } })).toEqual([{ ...LINE, Invoice: "7" }]);
  });

  test("what was left out and what stayed unfilled is known by name; a row that is refused fills nothing", async () => {
    const path = file(
      `,Invoice,StockCode,Quantity,InvoiceDate,Price,Customer,Country,\n` +
        `1,489434,85048,12,2009-12-01 07:45:00,6.95,13085,,\n2,489434,85048,many,2009-12-01 07:45:00,6.95,13085,France,\n`,
    );
    const source = replay(path, retailPreset);
    for await (const _ of itemsOf(source));

    expect(source.columns?.()).toEqual({
      columnsUnfilled: ["Description", "Customer_ID", "Country"],
      columnsLeftOut: ["(unnamed column 1)", "Customer", "(unnamed column 9)"],
      readAsNothing: {},
      readAsInteger: {},
    });
  });

  test("delimiters behind the last column, as spreadsheets leave them, are no fields", async () => {
    expect(await linesOf(file(`${HEADER}\n${ROW},,\n,,,,,,,,,\n`))).toEqual([LINE]);
  });
});

describe("values", () => {
  test.each<
    [string, Partial<Record<keyof typeof LINE, string>>, Partial<Record<keyof typeof LINE, unknown>>]
  >([
    ["blanks round numbers", { Quantity: " 12 ", Price: "\u00a06.95\t" }, {}],
    ["blanks round a date", { InvoiceDate: " 2009-12-01 07:45:00 " }, {}],
    ["a plus", { Quantity: "+12" }, {}],
    ["a whole float", { Quantity: "12.0" }, {}],
    ["an exponent", { Quantity: "1.2e1", Price: "695E-2" }, {}],
    ["no digit before the point", { Price: ".5" }, { Price: 0.5 }],
    [
      "texts as they are",
      { Description: "  a  b ", Country: " x" },
      { Description: "  a  b ", Country: " x" },
    ],
    ["a float identifier", { Customer_ID: "13085.0" }, {}],
    [
      "a code that looks like one",
      { StockCode: "85048.0", Invoice: "1.0" },
      { StockCode: "85048.0", Invoice: "1.0" },
    ],
    [
      "leading zeros of a code",
      { StockCode: "00123", Customer_ID: "00123" },
      { StockCode: "00123", Customer_ID: "00123" },
    ],
    ...["nan", "NaN", "NULL", "null", "None", "NA", "N/A", "#N/A", "<NA>", "NaT", "nil", "\\N", " nan "].map(
      (nothing): [string, Partial<Record<keyof typeof LINE, string>>, Record<string, unknown>] => [
        `${JSON.stringify(nothing)} is no value`,
        { Customer_ID: nothing, Country: nothing, Description: nothing },
        { Customer_ID: "", Country: "", Description: "" },
      ],
    ),
    [
      "words that only begin so",
      { Country: "NANTES", Description: "NONE LEFT" },
      { Country: "NANTES", Description: "NONE LEFT" },
    ],
  ])("%s", async (_, cells, changes) => {
    expect(await linesOf(file(`${HEADER}\n${rowWith(cells)}\n`))).toEqual([{ ...LINE, ...changes }]);
  });

  test.each<[string, Partial<Record<keyof typeof LINE, string>>, string]>([
    ["NaN as a number", { Price: "NaN" }, 'Price is "NaN"; a number is wanted'],
    ["NaN where a text is required", { Invoice: "nan" }, 'Invoice is "nan", which stands for no value'],
    ["thousands", { Quantity: '"1,234"' }, "a number with a decimal point is wanted"],
    ["thousands and a point", { Price: '"1,234.50"' }, "a number without separators of thousands is wanted"],
    ["a currency", { Price: "£6.95" }, 'Price is "£6.95"; a number is wanted'],
    ["an accountant's minus", { Quantity: "(12)" }, 'Quantity is "(12)"; a number is wanted'],
    ["control characters", { Quantity: "\u001b[2J" }, '"\\u001b[2J"'],
  ])("%s is refused", async (_, cells, fault) => {
    const items = await all(file(`${HEADER}\n${rowWith(cells)}\n`));

    expect(parsed(items)).toEqual([expect.stringContaining(fault)]);
  });

  function semicolons(...prices: string[]): string {
    const rows = prices.map((price) => CELLS.map((cell, index) => (index === 5 ? price : cell)).join(";"));
    return [HEADER.replaceAll(",", ";"), ...rows].join("\n");
  }

  function prices(items: readonly SourceItem[]): unknown[] {
    return parsed(items).map((line) => (typeof line === "string" ? line : (line as typeof LINE).Price));
  }

  test("decimal commas are recognised beside semicolons; so are decimal points, but never both", async () => {
    expect(prices(await all(file(semicolons("6,95", "7", "1234,5"))))).toEqual([6.95, 7, 1234.5]);
    expect(prices(await all(file(semicolons("6.95", "7"))))).toEqual([6.95, 7]);

    const mixed = file(semicolons("6,95", "1.234", "7"));
    expect(prices(await all(mixed))).toEqual([
      6.95,
      'Price is "1.234"; numbers above it have a decimal comma',
      7,
    ]);
    await expect(checkInput(mixed, retailPreset, {})).rejects.toThrow("line 3: Price is");
    expect(prices(await all(file(semicolons("1.234", "6,95"))))).toEqual([
      1.234,
      'Price is "6,95"; a number with a decimal point is wanted',
    ]);
  });

  test("--decimal says it", async () => {
    const quotedCommas = file(`${HEADER}\n${rowWith({ Price: '"6,95"' })}\n`);

    expect(await linesOf(quotedCommas, { decimal: "comma" })).toEqual([LINE]);
    await expect(checkInput(quotedCommas, retailPreset, {})).rejects.toThrow("--decimal comma reads it");
    expect(prices(await all(file(semicolons("6,95", "6.95")), { decimal: "point" }))).toEqual([
      'Price is "6,95"; --decimal says point',
      6.95,
    ]);
  });
});

describe("dates", () => {
  test.each([
    ["M/D/YYYY H:MM", "12/1/2010 8:26", "2010-12-01 08:26:00"],
    ["m/d/yyyy h:mm", "12/01/2010 08:26", "2010-12-01 08:26:00"],
    ["dd/mm/yyyy hh:mm:ss", "1/12/2010 8:26:07", "2010-12-01 08:26:07"],
    ["DD.MM.YYYY HH:MM", "01.12.2010 08:26", "2010-12-01 08:26:00"],
    ["D/M/YY", "1/12/10", "2010-12-01 00:00:00"],
    ["M/D/YYYY H:MM A", "12/1/2010 12:26 am", "2010-12-01 00:26:00"],
    ["M/D/YYYY H:MM:SS AM/PM", "12/1/2010 8:26:00 PM", "2010-12-01 20:26:00"],
    ["D-MMM-YYYY HH:MM", "01-Dec-2010 08:26", "2010-12-01 08:26:00"],
    ["MMM D, YYYY", "December 1, 2010", "2010-12-01 00:00:00"],
    ["YYYY-MM-DDTHH:MM:SSZ", "2010-12-01T08:26:00Z", "2010-12-01 08:26:00"],
    ["YYYY-MM-DDTHH:MM:SS.SSSZ", "2010-12-01T00:26:00.999+05:30", "2010-11-30 18:56:00"],
    ["YYYYMMDDHHMMSS", "20101201082600", "2010-12-01 08:26:00"],
    ["excel", "40513.3513888889", "2010-12-01 08:26:00"],
    ["excel", "40513,3513888889", "2010-12-01 08:26:00"],
    ["unix", "1291191960", "2010-12-01 08:26:00"],
    ["unix-ms", "1291191960999", "2010-12-01 08:26:00"],
  ])("%s reads %s, and is what it is taken for", (format, text, expected) => {
    expect(secondsOf(format, text)).toBe(expected);
    // Whatever a date is taken for reads it as it is, unless day and month cannot be told apart.
    const read = formatsOf(text).map((found) => secondsOf(found, text));
    expect(read).toContain(expected);
    expect(read.length).toBeLessThanOrEqual(2);
  });

  test.each([
    ["M/D/YYYY", "13/1/2010"],
    ["D/M/YYYY", "30/2/2010"],
    ["D/M/YYYY", "1/2/2010 8:26"],
    ["D/M/YYYY H:MM", "1/2/2010 24:00"],
    ["D/M/YYYY H:MM A", "1/2/2010 13:00 PM"],
    ["YYYYMMDD", "2010121"],
    ["D-MMM-YYYY", "1-Foo-2010"],
    ["excel", "soon"],
  ])("%s does not read %s", (format, text) => {
    expect(dateReader(format)(text)).toBeUndefined();
  });

  test.each(["", "soon", "2010", "12/13", "2010-12", "13/13/2010", "1.5"])(
    "%j looks like no date",
    (text) => {
      expect(formatsOf(text)).toEqual([]);
    },
  );

  function dated(...dates: string[]): string {
    return [HEADER, ...dates.map((InvoiceDate) => rowWith({ InvoiceDate }))].join("\r\n");
  }

  test("day and month are never guessed: both are named, until a date shows which is which", async () => {
    await expect(
      checkInput(file(dated("12/6/2009 10:30", "1/2/2010 8:26")), retailPreset, {}),
    ).rejects.toThrow("the dates look like M/D/YYYY H:MM or D/M/YYYY H:MM");
    await expect(
      checkInput(file(dated("12/6/2009 10:30", "12/13/2009 10:30")), retailPreset, {}),
    ).rejects.toThrow(
      'line 2: InvoiceDate is "12/6/2009 10:30"; YYYY-MM-DD HH:MM:SS is wanted; ' +
        'the dates look like M/D/YYYY H:MM, read by --date-format "M/D/YYYY H:MM"',
    );
    await expect(
      checkInput(file(dated("12/6/2009 10:30", "13/6/2009 10:30")), retailPreset, {}),
    ).rejects.toThrow('the dates look like D/M/YYYY H:MM, read by --date-format "D/M/YYYY H:MM"');
  });

  test("with the option every row is in, and what it does not read is refused", async () => {
    const path = file(dated("12/6/2009 10:30", "12/13/2009 10:30", "2009-12-13 10:30:00"));

    const items = await all(path, { dateFormat: "M/D/YYYY H:MM" });

    expect(parsed(items)).toEqual([
      { ...LINE, InvoiceDate: "2009-12-06 10:30:00" },
      { ...LINE, InvoiceDate: "2009-12-13 10:30:00" },
      'InvoiceDate is "2009-12-13 10:30:00"; --date-format says "M/D/YYYY H:MM"',
    ]);
  });
});

describe("the check before anything is sent", () => {
  const BAD = rowWith({ Quantity: "many" });

  test.each<[string, string[], number, string | undefined]>([
    ["a good row among bad ones", [BAD, ROW, BAD], 0, undefined],
    ["one bad row, and no other", [BAD], 0, "its only row cannot be sent; line 2: Quantity"],
    ["bad rows only", [BAD, BAD], 0, "none of its 2 rows can be sent; line 2: Quantity"],
    ["bad rows only, allowed", [BAD, BAD], 5, "none of its 2 rows can be sent"],
    [
      "more bad rows than are looked at",
      Array.from({ length: 1_500 }, () => BAD),
      10,
      "none of its first 1000 rows can be sent",
    ],
    ["as many, allowed", Array.from({ length: 1_500 }, () => BAD), 1_500, undefined],
    [
      "a row that an option would read",
      [ROW, rowWith({ InvoiceDate: "13/1/2010" })],
      0,
      "line 3: InvoiceDate",
    ],
    ["the same, allowed", [ROW, rowWith({ InvoiceDate: "13/1/2010" })], 1, undefined],
  ])("%s", async (_, rows, maxBadRows, message) => {
    const check = checkInput(file([HEADER, ...rows].join("\n")), retailPreset, {}, maxBadRows);

    if (message === undefined) await expect(check).resolves.toBeUndefined();
    else await expect(check).rejects.toThrow(message);
  });
});

describe("JSON lines", () => {
  const lines = '{"a":1}\r\n\r\n{"b":"é茶"}\n';

  test.each<[string, string | Uint8Array, string]>([
    ["a byte order mark", `\ufeff${lines}`, ".jsonl"],
    ["gzip", gzipSync(lines), ".ndjson.gz"],
    ["UTF-16", utf16(lines), ".json"],
  ])("%s is no part of a line", async (_, content, extension) => {
    const path = file(content, extension);
    await checkInput(path, retailPreset, {});

    expect((await all(path)).map(({ number }) => number)).toEqual([1, 3]);
    expect(parsed(await all(path))).toEqual([{ a: 1 }, { b: "é茶" }]);
  });

  test.each<[string, string, string]>([
    ["an array, one object a line", '[\n{"a":1},\n{"a":2}\n]\n', "is one JSON array"],
    ["an array that begins with its first object", '[{"a":1},\n{"a":2}]\n', "is one JSON array"],
    ["an array on one line, as pandas writes it", '[{"a":1},{"a":2}]', "is one JSON array"],
    ["an array, pretty-printed", JSON.stringify([{ a: 1 }], null, 2), "is one JSON array"],
    [
      "an object, pretty-printed",
      JSON.stringify({ a: { b: [1] } }, null, 4),
      "holds JSON objects of several lines",
    ],
    [
      "objects, pretty-printed",
      `${JSON.stringify({ a: 1 }, null, 2)}\n`.repeat(3),
      "jq -c . FILE makes them of it",
    ],
    ["nothing", "", "is empty; a JSON object on each line is wanted"],
    ["blank lines", "\n \r\n", "is empty"],
    ["Parquet", "PAR1", "is a Parquet file"],
  ])("%s is named", async (_, content, message) => {
    await expect(checkInput(file(content, ".jsonl"), retailPreset, {})).rejects.toThrow(message);
  });

  test.each([
    ['{"a":1}{"b":2}\n{}'],
    ["[1,2]\n{}"],
    ['[{"a":1}]\n{}'],
    ["[oops\n{}"],
    ['{"a":\n{}\n'],
    ["not JSON"],
  ])("%j breaks the contract line by line, and is sent as it is", async (content) => {
    const path = file(content, ".jsonl");

    expect(
      (await all(path)).map((item) => (isBadRow(item) ? item.fault : Buffer.from(item.bytes).toString())),
    ).toEqual(content.split("\n").filter((line) => line !== ""));
  });
});
