import fc from "fast-check";
import type { Column } from "../../contract/column";
import { bigint, boolean, decimal, double, integer, text, timestamp } from "../../contract/column";
import { defineContract } from "../../contract/define";
import { topLevelMembers } from "../../contract/json-members";
import { lineJudge, MAX_LINE_BYTES, writtenLineJudge } from "../../contract/judge";
import { plainReader } from "../../contract/plain-members";

const ARRIVED_MS = Date.UTC(2026, 10, 28, 12);

const { columns } = defineContract({
  name: "samples",
  eventTime: "Taken",
  columns: {
    Name: text(),
    Taken: timestamp(),
    Seen: timestamp({ format: "iso" }).optional(),
    Count: integer(),
    Total: bigint().optional(),
    Price: decimal(12, 4).optional(),
    Share: double().optional(),
    Is_Gift: boolean().optional(),
    constructor: text().optional(),
  },
});

const SEPARATORS = ["", "", "", "", " ", "  ", "\t", "\r", "\n", "\u00a0", "\ufeff"];
const STRINGS = [
  '""',
  '"a"',
  '"RETRO SPOT MUG "',
  '"a\\"b\\\\"',
  '"\\u00e9\\n\\/"',
  '"é€😀\u2028\u007f"',
  '"\\ud83d\\ude00"',
  '"\\ud83d"',
  '"\\uDC00\\uD800"',
  '"\\x"',
  '"\\u12"',
  '"\\',
  '"\u0000"',
  '"\t"',
  '"open',
  "'a'",
  '"__proto__"',
];
const NUMBERS = [
  ...["0", "-0", "-0.0", "1", "-1", "12", "2.50", "0.1", "1.0", "1e2", "1E+2", "12.5e-1", "1e400", "-1e400"],
  ...["9007199254740993", "9223372036854775807", "9223372036854775808", "123456789012345678901234567890"],
  ...[
    "2147483648",
    "12345678.12345",
    "01",
    "-01",
    "+1",
    ".5",
    "1.",
    "1.e1",
    "-",
    "1-",
    "--1",
    "0x1",
    "1_0",
    "१",
  ],
  ...["1".repeat(400), `0.${"3".repeat(600)}`, "NaN", "Infinity"],
];
const TIMES = [
  ...['"2026-11-28 09:30:00"', '"2026-02-30 09:30:00"', '"2026-11-28 9:30:00"', '"2026-11-28T09:30:00Z"'],
  ...[
    '"1999-12-31 23:59:59"',
    '"2026-11-29 12:00:00"',
    '"2026-11-29 12:00:01"',
    '"\\u0032026-11-28 09:30:00"',
  ],
];
const OTHERS = [
  ...["true", "false", "null", "True", "nul", "truefalse", "{}", "[]", '{"a":1}', '[1,"}"]', '{"a":1,"a":2}'],
  ...["[".repeat(70) + "]".repeat(70), "", "undefined"],
];
const KEYS = [
  ...["name", "NAME", "Nam", "Names", "extra", "record_id", "", "é", "a b", "__proto__", "toString", "Gift"],
  ...["k".repeat(1025)],
];

/** What a column usually holds. */
const GOOD: Readonly<Record<string, readonly string[]>> = {
  Name: STRINGS.slice(1, 7),
  Taken: TIMES.slice(0, 1),
  Seen: ['"2026-11-28T09:30:00+01:00"', "null"],
  Count: ["12", "-3", "0"],
  Total: ["9007199254740993", "null"],
  Price: ["2.95", "2.50", "0", "-1"],
  Share: ["0.25", "12345678901234567890"],
  Is_Gift: ["true", "false"],
  constructor: ['"a"', '""'],
};

const separator = fc.constantFrom(...SEPARATORS);
const anyValue = fc.constantFrom(...STRINGS, ...NUMBERS, ...TIMES, ...OTHERS);
const keyText = (key: string): fc.Arbitrary<string> =>
  fc.oneof({ weight: 30, arbitrary: fc.constant(JSON.stringify(key)) }, fc.constant(escaped(key)));
const escaped = (key: string): string =>
  `"${[...key].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"`;

const blanks = fc.array(fc.oneof({ weight: 40, arbitrary: fc.constantFrom("", " ") }, separator), {
  minLength: 3,
  maxLength: 3,
});
const memberOf = (field: string, isCompact: boolean): fc.Arbitrary<string> =>
  fc
    .tuple(
      keyText(field),
      fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(...(GOOD[field] ?? ["1"])) },
        { weight: 1, arbitrary: anyValue },
      ),
      isCompact ? fc.constant(["", "", ""]) : blanks,
    )
    .map(([key, value, [before, between, after]]) => `${before}${key}${between}:${between}${value}${after}`);

const anyMember = fc.tuple(fc.constantFrom(...KEYS, ...columns.map(({ field }) => field)), anyValue);
const usualMember = fc.tuple(fc.constantFrom("Gift", "Note", "é"), fc.constantFrom('"x"', "1.50", "null"));
const unknownMember = fc
  .oneof(anyMember, { weight: 4, arbitrary: usualMember })
  .map(([key, value]) => `${JSON.stringify(key)}:${value}`);

const line = fc
  .tuple(
    fc.subarray(
      columns.map(({ field }) => field),
      { minLength: 7 },
    ),
    fc.boolean(),
    fc.boolean(),
    fc.array(unknownMember, { maxLength: 3 }),
  )
  .chain(([fields, isCompact, isShuffled, others]) => {
    const own = fields.map((field) => memberOf(field, isCompact));
    const members = fc.tuple(...own).map((written) => [...written, ...others]);
    return isShuffled ? members.chain((all) => fc.shuffledSubarray(all, { minLength: all.length })) : members;
  })
  .map((members) => `{${members.join(",")}}`);

/** A line in which a character is lost, doubled or replaced. */
const damaged = fc
  .tuple(
    line,
    fc.nat(),
    fc.constantFrom("", ",", '"', "}", "{", ":", "\\", "\ufeff", "1", "\r"),
    fc.boolean(),
  )
  .map(([whole, place, put, isInserted]) => {
    const at = place % (whole.length + 1);
    return whole.slice(0, at) + put + whole.slice(isInserted ? at : at + 1);
  });

const anyLine = fc.oneof({ weight: 3, arbitrary: line }, { weight: 1, arbitrary: damaged }, fc.string());

describe("the shortcut for plain lines", () => {
  const fast = lineJudge(columns);
  const slow = lineJudge(columns, () => undefined);
  const read = plainReader(columns);

  test("gives every line the verdict that it has without it", () => {
    const seen = { plain: 0, accepted: 0, refused: 0, lines: 0 };
    fc.assert(
      fc.property(anyLine, (text) => {
        const bytes = Buffer.from(text);
        const verdict = slow(bytes, ARRIVED_MS);
        expect(fast(bytes, ARRIVED_MS)).toEqual(verdict);
        seen.lines++;
        seen[verdict.accepted ? "accepted" : "refused"]++;
        if (read(bytes.toString()) !== undefined) seen.plain++;
      }),
      { numRuns: 4_000 },
    );
    // All of them are compared often enough to mean something.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(400);
  });

  test("reads what JSON.parse and the scan of the members read, and nothing that they do not", () => {
    const fields = new Set(columns.map(({ field }) => field));
    fc.assert(
      fc.property(anyLine, (text) => {
        const plain = read(text);
        if (plain === undefined) return;
        const parsed = JSON.parse(text) as Record<string, unknown>;
        const members = topLevelMembers(text);
        expect(new Set(members.map(({ key }) => key)).size).toBe(members.length);
        const raws = new Map(members.map(({ key, rawValue }) => [key, rawValue]));
        const expected = columns.map(({ field }) =>
          raws.has(field) ? { parsed: parsed[field], raw: raws.get(field) } : undefined,
        );
        expect(plain.given).toEqual(expected);
        expect([...plain.unknown.keys()]).toEqual([...raws.keys()].filter((key) => !fields.has(key)));
      }),
      { numRuns: 4_000 },
    );
  });

  test("a line that is written of values has the verdict of the line when it is read", () => {
    const judgeWritten = writtenLineJudge(columns);
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(line, (text) => {
        const given = read(text)?.given;
        if (given === undefined) return;
        const members = columns.flatMap(({ field }, at) =>
          given[at] ? [`"${field}":${given[at].raw}`] : [],
        );
        // An empty object is refused in other words, and no file can have one.
        if (members.length === 0) return;
        const bytes = Buffer.from(`{${members.join(",")}}`);
        const verdict = judgeWritten(bytes, given, ARRIVED_MS);
        expect(verdict).toEqual(slow(bytes, ARRIVED_MS));
        seen[verdict.accepted ? "accepted" : "refused"]++;
      }),
      { numRuns: 1_000 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
    const long = Buffer.alloc(MAX_LINE_BYTES + 1);
    expect(judgeWritten(long, [], ARRIVED_MS)).toEqual(slow(long, ARRIVED_MS));
  });

  const row = { Name: "a", Taken: "2026-11-28 09:30:00", Count: 12, Price: 2.95, Other: "b" };
  const spelled = (separators: readonly [string, string], order = Object.keys(row)): string =>
    `{${order.map((key) => `"${key}"${separators[1]}${JSON.stringify(row[key as keyof typeof row])}`).join(separators[0])}}`;

  test.each([
    ["compact", spelled([",", ":"])],
    ["as json.dumps of Python", spelled([", ", ": "])],
    ["in another order", spelled([",", ":"], Object.keys(row).reverse())],
    ["with escapes", spelled([",", ":"]).replace('"a"', '"\\u00e9 \\"12\\""')],
    ["with blanks around", ` \t${spelled([",", ":"])}\r`],
  ])("takes a line %s", (_, text) => {
    expect(read(text)).toBeDefined();
  });

  test("does not depend on the lines before", () => {
    const shuffled = [spelled([",", ":"], Object.keys(row).reverse()), spelled([",", ":"])];
    for (const text of [...shuffled, ...shuffled]) {
      expect(read(text)).toEqual(plainReader(columns)(text));
    }
  });

  test("a contract without columns in the line is no plain one", () => {
    const none: readonly Column[] = columns.slice(0, 1);
    expect(plainReader(none)("{}")).toBeUndefined();
    expect(plainReader(none)("")).toBeUndefined();
  });
});
