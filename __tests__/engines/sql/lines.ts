import fc from "fast-check";
import type { ColumnKind } from "../../../contract/column";
import { MAX_LINE_BYTES } from "../../../contract/judge";
import { EXTRA_COLUMN, IDENTITY_COLUMNS, PARTITION_COLUMNS } from "../../../contract/stored-columns";
import { formatTimestamp } from "../../../contract/timestamp";
import { COLUMNS } from "../../support/retail";

/** A member of an object as written: key and value, both JSON text that may be invalid. */
type Written = readonly [key: string, value: string];

/** Arrival time of the lines in the stream. */
export const ARRIVED_MS = Date.UTC(2026, 10, 24, 3, 8, 27, 123);
const EARLIEST_MS = Date.UTC(2000, 0, 1);

/** Texts that a reader of tables or of lines might misread. */
const ODD_TEXTS = [
  "",
  " ",
  "\t",
  "null",
  "NULL",
  "\\N",
  "true",
  "0",
  "1e5",
  "NaN",
  '{"Invoice":"2"}',
  "[1,2]",
  'a "quoted" one',
  "back\\slash\\",
  "two\nlines",
  "two\r\nlines",
  "\r",
  "nul\u0000inside",
  "\u0001\u001f\u007f",
  "\u0085\u00a0\u2028\u2029",
  "\ufeffmark",
  "\ufffd",
  "e\u0301 and é",
  "İıſK",
  "日本語",
  "👩‍👩‍👧‍👦🇦🇹",
  "\u{10ffff}",
  "2009-12-06 10:30:00",
];

/** Spellings of strings that JavaScript's JSON writer would not choose. */
const ODD_STRINGS = [
  '"\\u0041\\u00e9\\ud83c\\udde6"',
  '"\\/\\b\\f"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"raw\ttab"',
  "'single'",
  '"\\x41"',
  '"open',
];

const ODD_NUMBERS = [
  "0",
  "-0",
  "-0.0",
  "6.0",
  "6e0",
  "600E-2",
  "1e2",
  "12.7",
  "2147483647",
  "2147483648",
  "-2147483648",
  "-2147483649",
  "9007199254740993",
  "123456789012345678901234567890",
  "0.1",
  "0.30000000000000004",
  "2.9500000000000000000000000000000000001",
  "1e21",
  "1e-7",
  "5e-324",
  "1e-400",
  "1.7976931348623157e308",
  "1e309",
  "-1e400",
  "+1",
  "01",
  ".5",
  "5.",
  "0x10",
  "NaN",
  "Infinity",
  `1${"0".repeat(400)}`,
  `0.${"1".repeat(600)}`,
];

const ODD_DATES = [
  "2009-12-06",
  "10:30:00",
  "2009-12-06T10:30:00",
  "2009-12-06 10:30",
  "2009-12-06 10:30:00.5",
  "2009-12-06 10:30:00Z",
  "2009-12-06 24:00:00",
  "2009-12-06 23:59:60",
  "2010-02-30 00:00:00",
  "2024-02-29 00:00:00",
  "1999-12-31 23:59:59",
  "2000-01-01 00:00:00",
  "0000-00-00 00:00:00",
  "9999-12-31 23:59:59",
  "２００９-12-06 10:30:00",
  " 2009-12-06 10:30:00",
];

/** Columns that the pipeline adds to a line, or the tables have in addition. */
const ADDED_NAMES = [
  ...[...IDENTITY_COLUMNS, EXTRA_COLUMN].map(({ field }) => field),
  ...PARTITION_COLUMNS,
] as const;

/** Keys in addition to the contract's: some repeat its columns for a reader that ignores case, or that respects it. */
const ODD_KEYS = [
  "invoice",
  "INVOICE",
  "Customer ID",
  "customer_id",
  " Invoice",
  "Invoice ",
  "Invoice.x",
  "ſtockCode",
  "Stoc\u212aCode",
  "Inv\u0131ice",
  "Prıce",
  "PRİCE",
  "",
  ".",
  "$path",
  "a.b",
  "__proto__",
  "constructor",
  "two\nlines",
  "\u0000",
  "👍",
  "k".repeat(1_025),
  ...ADDED_NAMES,
  ...ADDED_NAMES.map((name) => name.toUpperCase()),
  "_id",
  "_source",
  "a..b",
];

/** Beyond the limits of Java's parsers, though JavaScript's accepts it. */
const BEYOND = [
  `1${"0".repeat(300)}.${"1".repeat(1_000)}`,
  `${"[".repeat(1_100)}${"]".repeat(1_100)}`,
  `${'{"a":'.repeat(1_100)}1${"}".repeat(1_100)}`,
  `{"${"k".repeat(50_001)}":1}`,
];

const anyText = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "grapheme", maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 200 }) },
  { weight: 3, arbitrary: fc.constantFrom(...ODD_TEXTS) },
);

const written = (value: unknown): string => JSON.stringify(value) ?? "null";
const texts = anyText.map(written);
const strange = fc.oneof(
  fc.constantFrom("null", "true", "false", "[]", "{}", '["a"]', '{"a":1}', "nul", "", "undefined"),
  fc.constantFrom(...ODD_STRINGS),
  fc.constantFrom(...ODD_NUMBERS),
);

const GOOD: Readonly<Record<ColumnKind, fc.Arbitrary<string>>> = {
  text: texts,
  integer: fc.oneof(
    fc.integer().map(String),
    fc.integer({ min: -100, max: 100 }).map((value) => `${value}.0`),
  ),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  decimal: fc.integer({ min: -1_000_000, max: 1_000_000 }).map((pence) => String(pence / 100)),
  boolean: fc.boolean().map(String),
  double: fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(written),
    fc.integer({ min: -1_000_000, max: 1_000_000 }).map((pence) => String(pence / 100)),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  ),
  timestamp: fc
    .integer({ min: EARLIEST_MS / 1000, max: Math.floor(ARRIVED_MS / 1000) })
    .map((seconds) => written(formatTimestamp(seconds * 1000).slice(0, 19))),
};

const ODD: Readonly<Record<ColumnKind, fc.Arbitrary<string>>> = {
  text: strange,
  integer: fc.oneof(fc.constantFrom(...ODD_NUMBERS), texts),
  bigint: fc.oneof(fc.constantFrom(...ODD_NUMBERS), texts),
  decimal: fc.oneof(fc.constantFrom(...ODD_NUMBERS), texts),
  boolean: strange,
  double: fc.oneof(fc.constantFrom(...ODD_NUMBERS), texts),
  timestamp: fc.oneof(fc.constantFrom(...ODD_DATES).map(written), texts),
};

/** Uses the odd value in one of `oneIn` cases. */
const rarely = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T> =>
  fc.oneof({ weight: oneIn - 1, arbitrary: usual }, { weight: 1, arbitrary: odd });

const contractMembers: fc.Arbitrary<Written[]> = fc
  .tuple(
    ...COLUMNS.map(({ field, kind, required }) => {
      const value = rarely(GOOD[kind], fc.oneof(ODD[kind], strange), 40);
      const member = value.map((text): Written[] => [[written(field), text]]);
      const nothing = fc.constantFrom<Written[]>([], [[written(field), "null"]], [[written(field), '""']]);
      return rarely(member, nothing, required ? 80 : 4);
    }),
  )
  .map((members) => members.flat());

const unknownValue = fc.oneof(
  { weight: 8, arbitrary: fc.json({ maxDepth: 4 }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.json({ maxDepth: 3 }), fc.constantFrom("\r", "\t", "  "))
      .map(([text, between]) => JSON.stringify(JSON.parse(text), null, 1).replaceAll("\n", between)),
  },
  { weight: 2, arbitrary: texts },
  { weight: 1, arbitrary: rarely(strange, fc.constantFrom(...BEYOND), 20) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('{"a":1,"A":2}', '{"a":1,"a":2}', '{"x":{"invoice":1,"Invoice":2}}'),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 80 }).map((depth) => "[".repeat(depth) + "]".repeat(depth)),
  },
);

const unknownMember: fc.Arbitrary<Written> = fc.tuple(
  rarely(fc.string({ unit: "grapheme", maxLength: 12 }), fc.constantFrom(...ODD_KEYS), 8).map(written),
  unknownValue,
);

/** A key of the contract a second time, or with another spelling. */
const repeated: fc.Arbitrary<Written> = fc
  .tuple(fc.constantFrom(...COLUMNS), fc.constantFrom("same", "lower", "escaped"))
  .map(([{ field }, how]): Written => {
    const escaped = `"\\u${field.charCodeAt(0).toString(16).padStart(4, "0")}${field.slice(1)}"`;
    return [how === "escaped" ? escaped : written(how === "lower" ? field.toLowerCase() : field), '"1"'];
  });

const members: fc.Arbitrary<Written[]> = fc
  .tuple(
    contractMembers,
    rarely(fc.constant<Written[]>([]), fc.array(unknownMember, { minLength: 1, maxLength: 3 }), 2),
    rarely(
      fc.constant<Written[]>([]),
      repeated.map((one) => [one]),
      40,
    ),
  )
  .chain(([contract, unknown, again]) => {
    const all = [...contract, ...unknown, ...again];
    return fc.shuffledSubarray(all, { minLength: all.length });
  });

const blank = rarely(
  fc.constant(""),
  fc.constantFrom(" ", "\t", "  \t ", "\r", "\u00a0", "\ufeff", "\f"),
  60,
);

const objectText = fc.tuple(members, blank, blank, blank).map(([list, before, between, after]) => {
  const body = list.map(([key, value]) => `${between}${key}${between}:${value}`).join(`,${between}`);
  return `${before}{${body}${between}}${after}`;
});

/** Damage to a line in transit, or input that is not a line at all. */
const damaged: fc.Arbitrary<Buffer> = fc.oneof(
  fc.tuple(objectText, fc.nat()).map(([text, at]) => Buffer.from(text.slice(0, at % text.length))),
  fc.tuple(objectText, objectText).map((both) => Buffer.from(both.join(""))),
  fc
    .tuple(objectText, fc.constantFrom(",", "}", "]", " garbage", "\u0000", "//"))
    .map((parts) => Buffer.from(parts.join(""))),
  objectText.map((text) => Buffer.from(`[${text}]`)),
  objectText.map((text) => Buffer.from(text.replaceAll('"', "'"))),
  objectText.map((text) => Buffer.from(text.replace("}", ",}"))),
  objectText.map((text) => Buffer.from(text, "utf16le")),
  fc
    .tuple(objectText, fc.uint8Array({ minLength: 1, maxLength: 3 }), fc.nat())
    .map(([text, bytes, place]) => {
      const line = Buffer.from(text);
      const at = place % line.length;
      return Buffer.concat([line.subarray(0, at), bytes, line.subarray(at)]);
    }),
  fc
    .constantFrom("", " ", "garbage", "42", "null", '"text"', "[]", "{}", "\u00a0")
    .map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
);

/** Close to the length limit of a line. */
const long: fc.Arbitrary<Buffer> = fc.integer({ min: -300, max: 5 }).map((more) => {
  const text = (description: string) =>
    `{"Invoice":"1","StockCode":"1","Description":"${description}","Quantity":1,"InvoiceDate":"2020-01-01 00:00:00","Price":1}`;
  return Buffer.from(text("x".repeat(MAX_LINE_BYTES - text("").length + more)));
});

/** A line as any producer might send it. */
export const anyLine: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 900, arbitrary: objectText.map((text) => Buffer.from(text)) },
  { weight: 99, arbitrary: damaged },
  { weight: 1, arbitrary: long },
);
