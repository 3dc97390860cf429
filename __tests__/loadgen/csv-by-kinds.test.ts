import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import Papa from "papaparse";
import { text, timestamp } from "../../contract/column";
import { defineContract } from "../../contract/define";
import { type AcceptedLine, lineJudge } from "../../contract/judge";
import type { RunTimeContract } from "../../contract/variable";
import type { CsvOptions } from "../../loadgen/csv";
import { type Preset, presetOf } from "../../loadgen/preset";
import { checkInput, replay } from "../../loadgen/replay";
import { isBadRow, itemsOf } from "../../loadgen/source";
import { anyContract, everyKind } from "../support/any-contract";

const NOW = Date.UTC(2026, 10, 28, 9, 30);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "csv-by-kinds-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(content: string): string {
  const path = join(folder, `${++files}.csv`);
  writeFileSync(path, content);
  return path;
}

/** The lines of a file, and the faults of rows that are none. */
async function linesOf(preset: Preset, content: string, options: CsvOptions = {}): Promise<string[]> {
  const lines: string[] = [];
  for await (const item of itemsOf(replay(file(content), preset, { now: () => NOW, ...options }))) {
    lines.push(isBadRow(item) ? `${item.reason}: ${item.fault}` : Buffer.from(item.bytes).toString());
  }
  return lines;
}

const preset = presetOf(everyKind);
const GOOD: Readonly<Record<string, string>> = {
  ...{ meter_id: "m-1", order: "1", serial: "2", ratio: "1", amount: "3", is_valid: "true" },
  happened: "2026-11-28T10:30:00+01:00",
};

/** The line of a row with other cells, by itself. */
async function lineOf(cells: Readonly<Record<string, string>>, options?: CsvOptions): Promise<string> {
  const row = { ...GOOD, ...cells };
  const [line = ""] = await linesOf(preset, Papa.unparse([row]), options);
  return line;
}

/** The member of a line, as it is written. */
async function memberOf(field: string, cell: string, options?: CsvOptions): Promise<string | undefined> {
  const line = await lineOf({ [field]: cell }, options);
  return line.startsWith("{") ? new RegExp(`"${field}":("[^"]*"|[^,}]*)`).exec(line)?.[1] : line;
}

test.each([
  ["is_valid", "true", "true"],
  ["is_valid", "False", "false"],
  ["is_valid", " TRUE ", "true"],
  ["is_valid", "1", "true"],
  ["is_valid", "0", "false"],
  ["is_valid", "yes", 'not_a_boolean: is_valid is "yes"; true, false, 1 or 0 is wanted'],
  ["is_valid", "constructor", 'not_a_boolean: is_valid is "constructor"; true, false, 1 or 0 is wanted'],
  ["is_valid", "", 'not_a_boolean: is_valid is ""; true, false, 1 or 0 is wanted'],
  ["opt_valid", "", undefined],
  ["serial", "9223372036854775807", "9223372036854775807"],
  ["serial", "+9007199254740993", "9007199254740993"],
  ["serial", "007", "7"],
  ["serial", "1.0", "1"],
  [
    "serial",
    "9223372036854775808",
    "out_of_range: serial is 9223372036854775808; a whole number of 64 bits is wanted",
  ],
  ["serial", "1.5", "wrong_type: serial is 1.5; a whole number is wanted"],
  ["opt_serial", "NaN", undefined],
  ["amount", "12345678901234.5678", "12345678901234.5678"],
  ["amount", ".5", "0.5"],
  ["amount", "-.5", "-0.5"],
  ["amount", "5.", "5"],
  ["amount", "1.5E2", "150"],
  ["amount", "3.2500", "3.25"],
  [
    "amount",
    "0.12345",
    "out_of_range: amount is 0.12345; at most 14 digits before the point and 4 behind it are allowed",
  ],
  ["amount", "NaN", 'not_a_number: amount is "NaN"; a number is wanted'],
  ["opt_amount", "NULL", undefined],
  ["ratio", "1e-7", "1e-7"],
  ["ratio", "0.30000000000000004", "0.30000000000000004"],
  ["ratio", "1e400", 'not_a_number: ratio is "1e400"; a number is wanted'],
  ["order", "2147483648", "out_of_range: order is 2147483648; -2147483648 to 2147483647 are allowed"],
  ["order", "1.0", "1"],
  ["happened", "2026-11-28T10:30:00.123456+01:00", '"2026-11-28T10:30:00.123456+01:00"'],
  ["happened", "2026-11-28 10:30Z", '"2026-11-28 10:30Z"'],
  [
    "happened",
    "2026-11-28 10:30:00",
    'invalid_date: happened is "2026-11-28 10:30:00"; ISO 8601 with a zone is wanted',
  ],
  ["installed", "2026-11-27 10:30:00", '"2026-11-27 10:30:00"'],
  [
    "installed",
    "2026-11-27T10:30:00Z",
    'invalid_date: installed is "2026-11-27T10:30:00Z"; YYYY-MM-DD HH:MM:SS is wanted',
  ],
  ["installed", "", undefined],
  ["site", "13085.0", '"13085.0"'],
  ["site", "NA", '""'],
])("%s: %j becomes %j", async (field, cell, expected) => {
  expect(await memberOf(field, cell)).toBe(expected);
});

test("a decimal comma is read exactly", async () => {
  expect(await memberOf("amount", "12345678901234,5678", { decimal: "comma" })).toBe("12345678901234.5678");
});

test.each([
  ["D/M/YYYY H:MM", "27/11/2026 9:05", '"2026-11-27T09:05:00.000Z"', '"2026-11-27 09:05:00"'],
  [
    "YYYY-MM-DD HH:MM:SS.SSSZ",
    "2026-11-27 09:05:01.2504+01:00",
    '"2026-11-27T08:05:01.250Z"',
    '"2026-11-27 08:05:01"',
  ],
  ["unix-ms", "1764147901999", '"2025-11-26T09:05:01.999Z"', '"2025-11-26 09:05:01"'],
])("--date-format %s writes %s in each column's format", async (dateFormat, cell, iso, seconds) => {
  const line = await lineOf({ happened: cell, installed: cell }, { dateFormat });

  expect(line).toContain(`"happened":${iso}`);
  expect(line).toContain(`"installed":${seconds}`);
});

test("the remedy for a date without a zone is named", async () => {
  const path = file(Papa.unparse([{ ...GOOD, happened: "2026-11-28 10:30:00" }]));

  await expect(checkInput(path, preset, {})).rejects.toThrow('--date-format "YYYY-MM-DD H:MM:SS"');
});

test("names of columns match in any case and punctuation, and sales' other names do not", async () => {
  const renamed = Object.fromEntries(
    Object.entries(GOOD).map(([field, cell]) => [field.replace("_", " ").toUpperCase(), cell]),
  );
  const [line = ""] = await linesOf(preset, Papa.unparse([renamed]));
  expect(JSON.parse(line)).toMatchObject({ meter_id: "m-1", is_valid: true });

  const price = presetOf(
    defineContract({ name: "p", eventTime: "at", columns: { at: timestamp(), Price: text() } }),
  );
  await expect(checkInput(file("at,UnitPrice\n2026-11-28 09:30:00,1\n"), price, {})).rejects.toThrow(
    "no column Price in the header",
  );
});

test("names that differ by punctuation only are told apart, or mapped", async () => {
  const twins = presetOf(
    defineContract({
      name: "twins",
      eventTime: "at",
      columns: { at: timestamp(), a_b: text(), ab: text().optional() },
    }),
  );
  const row = "2026-11-28 09:30:00,1,2";

  expect(await linesOf(twins, `at,AB,A_B\n${row}\n`)).toEqual([
    '{"at":"2026-11-28 09:30:00","a_b":"2","ab":"1"}',
  ]);
  await expect(checkInput(file(`at,a b,c\n${row}\n`), twins, {})).rejects.toThrow(
    "no column a_b in the header",
  );
  expect(await linesOf(twins, `at,a b,c\n${row}\n`, { map: { a_b: "a b" } })).toEqual([
    '{"at":"2026-11-28 09:30:00","a_b":"1"}',
  ]);
});

test("a generated line that goes through a CSV file is the same to the judge, whatever its contract", async () => {
  await fc.assert(
    fc.asyncProperty(anyContract, fc.nat(), async (contract, seed) => {
      const own = presetOf(contract);
      const sent: string[] = [];
      for await (const { bytes } of itemsOf(own.syntheticLines(seed, () => NOW))) {
        if (sent.push(Buffer.from(bytes).toString()) === 5) break;
      }
      const judged = sent.map((line) => valuesOf(contract, line));
      // Digits of exact numbers, which JSON.parse would round.
      const header = contract.columns.map(({ field }) => field);
      const rows = judged.map((values) => header.map((field) => values[field] ?? ""));

      const read = await linesOf(
        own,
        Papa.unparse([header, ...rows.map((row, at) => isoOf(contract, row, sent[at] ?? ""))]),
      );

      expect(read.map((line) => valuesOf(contract, line))).toEqual(
        judged.map((values) => withoutEmpty(contract, values)),
      );
    }),
    { numRuns: 60 },
  );
});

test("whatever a row holds, its line keeps the contract and has the cells' texts, or the row is no line", async () => {
  const cell = fc.oneof(
    fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "")),
    fc.constantFrom(
      "",
      " ",
      "NaN",
      "a\\b",
      'say "12"',
      "tab\tand\u0001",
      "é€😀\u2028",
      "-0",
      "1.50",
      "1e400",
      "9007199254740993",
    ),
    fc.constantFrom(
      "true",
      "2026-11-28 09:30:00",
      "2026-11-28T09:30:00Z",
      "2026-02-30 09:30:00",
      "2999-01-01T00:00:00Z",
    ),
  );
  const fields = everyKind.columns.map(({ field }) => field);
  const rows = fc.array(
    fc.record(
      Object.fromEntries(
        fields.map((field) => [
          field,
          fc.oneof({ weight: 20, arbitrary: fc.constant(GOOD[field] ?? "") }, cell),
        ]),
      ),
    ),
    { minLength: 20, maxLength: 20 },
  );
  const seen = { lines: 0, faults: 0 };
  await fc.assert(
    fc.asyncProperty(rows, async (drawn) => {
      const read = await linesOf(preset, Papa.unparse(drawn));
      expect(read).toHaveLength(drawn.length);
      for (const [at, line] of read.entries()) {
        seen[line.startsWith("{") ? "lines" : "faults"]++;
        if (!line.startsWith("{")) continue;
        expect(valuesOf(everyKind, line)["meter_id"]).toBe(drawn[at]?.["meter_id"]);
      }
    }),
    { numRuns: 50 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
});

function valuesOf({ columns }: RunTimeContract, line: string): AcceptedLine["values"] {
  const verdict = lineJudge(columns)(Buffer.from(line), NOW);
  if (!verdict.accepted) throw new Error(`${line}: ${verdict.reason}: ${verdict.detail}`);
  return verdict.values;
}

/** A file has the timestamps as they were sent, not as they are stored. */
function isoOf({ columns }: RunTimeContract, row: readonly unknown[], line: string): unknown[] {
  const given = JSON.parse(line);
  return columns.map(({ field, kind }, at) =>
    kind === "timestamp" && Object.hasOwn(given, field) ? given[field] : row[at],
  );
}

/** A file cannot tell null from an empty text: of a text the latter comes back. */
function withoutEmpty({ columns }: RunTimeContract, values: AcceptedLine["values"]): AcceptedLine["values"] {
  return Object.fromEntries(
    columns.map(({ field, kind }) => [field, values[field] ?? (kind === "text" ? "" : null)]),
  );
}
