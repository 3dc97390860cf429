import fc from "fast-check";
import { MAX_DEPTH, MAX_KEY_CHARACTERS, MAX_NUMBER_CHARACTERS } from "../../contract/canonical-json";
import { topLevelMembers } from "../../contract/json-members";
import { lineJudge, MAX_LINE_BYTES } from "../../contract/judge";
import { isStored, RecordJudge, splitLines, type UserRecord } from "../../contract/lines";
import { quarantineEntry, writeQuarantine } from "../../contract/quarantine";
import type { RefusalReason } from "../../contract/reasons";
import {
  decodeRecordId,
  encodeRecordId,
  firehoseName,
  isRecordId,
  lineId,
  recordPrefix,
  type StreamPosition,
} from "../../contract/record-id";
import { DAY_MS, formatTimestamp, parseSeconds } from "../../contract/timestamp";
import { EnvironmentError, integer, list, readEnvironment, s3Location, text } from "../../lambdas/shared/env";
import { count, createLogger, errorFields } from "../../lambdas/shared/log";
import { MAX_BULK_BYTES } from "../../lambdas/upsert-to-es/bulk";
import { GOOD_ROW } from "../support/good-row";
import {
  COLUMNS,
  GROWTH_BYTES,
  judgeLine,
  judgeRecord,
  judgeUserRecord,
  storedJson,
} from "../support/retail";

const ARRIVED_MS = Date.UTC(2026, 10, 24, 3, 8, 27, 123);

const bytesOf = (json: unknown): Buffer =>
  Buffer.from(typeof json === "string" ? json : JSON.stringify(json));
const judge = (json: unknown) => judgeLine(bytesOf(json), ARRIVED_MS);
/** The good line's text with one value written as given, however unusual. */
const spelled = (field: string, raw: string): string =>
  JSON.stringify({ ...GOOD_ROW, [field]: "@@" }).replace('"@@"', () => raw);
const record = (data: string | Uint8Array, more: Partial<UserRecord> = {}): UserRecord => ({
  shardId: "shardId-000000000003",
  sequenceNumber: "49590338271490256608559692538361571095921575989136588898",
  arrivedAtMs: ARRIVED_MS,
  data: typeof data === "string" ? Buffer.from(data) : data,
  ...more,
});

const kinesisPosition = fc.record({
  shardId: fc.integer({ min: 0, max: 999_999_999_999 }).map((n) => `shardId-${String(n).padStart(12, "0")}`),
  sequenceNumber: fc.bigInt(0n, 10n ** 57n - 1n).map(String),
  subsequenceNumber: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 25 - 1 })),
  line: fc.integer({ min: 0, max: 2 ** 25 - 1 }),
});

/** Any code points, halves of surrogate pairs too. fast-check's own unit for them takes a second to make its table. */
const wildText = fc
  .array(fc.nat(0x10ffff), { maxLength: 120 })
  .map((points) => String.fromCodePoint(...points));

function compare(a: bigint | number | string, b: bigint | number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

describe("record_id", () => {
  test("decoding gives back what was encoded", () => {
    fc.assert(
      fc.property(kinesisPosition, (position) => {
        expect(decodeRecordId(encodeRecordId(position))).toEqual(position);
      }),
    );
  });

  test("identities sort as positions do: shard, sequence number, subsequence, line", () => {
    const near = fc.record({
      shardId: fc.constantFrom("shardId-000000000000", "shardId-000000000031", "shardId-000000000032"),
      sequenceNumber: fc.constantFrom("0", "31", "32", `${10n ** 56n}`, `${10n ** 57n - 1n}`),
      subsequenceNumber: fc.integer({ min: 0, max: 40 }),
      line: fc.integer({ min: 0, max: 40 }),
    });
    const pair = fc.oneof(fc.tuple(near, near), fc.tuple(kinesisPosition, kinesisPosition));
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const byPosition =
          compare(a.shardId, b.shardId) ||
          compare(BigInt(a.sequenceNumber), BigInt(b.sequenceNumber)) ||
          compare(a.subsequenceNumber, b.subsequenceNumber) ||
          compare(a.line, b.line);
        expect(compare(encodeRecordId(a), encodeRecordId(b))).toBe(byPosition);
      }),
      { numRuns: 1000 },
    );
  });

  test("is 51 characters that need no escaping anywhere, 57 for a line of an aggregated record", () => {
    const position = { shardId: "shardId-000000000003", sequenceNumber: "9".repeat(56), line: 7 };
    expect(encodeRecordId(position)).toMatch(/^[0-9a-v]{51}$/);
    expect(encodeRecordId({ ...position, subsequenceNumber: 1 })).toMatch(/^[0-9a-v]{46}w[0-9a-v]{10}$/);
  });

  test.each([
    ["shard-3", "1"],
    ["shardId-3", "1"],
    ["shardId-0000000000031", "1"],
    ["shardId-000000000003", ""],
    ["shardId-000000000003", "-1"],
    ["shardId-000000000003", "1e5"],
    ["shardId-000000000003", "007"],
    ["shardId-000000000003", "1".repeat(58)],
  ])("refuses shard %s with sequence number %s", (shardId, sequenceNumber) => {
    expect(() => recordPrefix(shardId, sequenceNumber)).toThrow(RangeError);
  });

  test("refuses line numbers that do not fit, or are none", () => {
    for (const line of [-1, 1.5, 2 ** 25, Number.NaN]) {
      expect(() => lineId("p", line)).toThrow(/line .* does not fit/);
      expect(() => lineId("p", 0, line)).toThrow(/subsequence .* does not fit/);
    }
  });

  test("whatever decodes, encodes to itself: no place has two identities", () => {
    const digit = fc.constantFrom(..."0123456789abcdefghijklmnopqrstuv");
    const almost = fc
      .tuple(fc.array(digit, { minLength: 51, maxLength: 56 }), fc.boolean())
      .map(([digits, marked]) =>
        (marked ? [...digits.slice(0, 46), "w", ...digits.slice(46)] : digits).join(""),
      );
    fc.assert(
      fc.property(fc.oneof(almost, fc.string()), (id) => {
        let decoded: StreamPosition;
        try {
          decoded = decodeRecordId(id);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect(isRecordId(id)).toBe(false);
          return;
        }
        expect(encodeRecordId(decoded)).toBe(id);
        expect(isRecordId(id)).toBe(true);
      }),
    );
    const first = encodeRecordId({ shardId: "shardId-000000000000", sequenceNumber: "0", line: 0 });
    expect(() => decodeRecordId(`${first.slice(0, 46)}w00000${first.slice(46)}`)).toThrow(
      "is not a record_id",
    );
    expect(() => decodeRecordId(`v${first.slice(1)}`)).toThrow("is not a record_id");
    expect(isRecordId(`${first.slice(0, 46)}w00000${first.slice(46)}`)).toBe(false);
    const last = { shardId: `shardId-${"9".repeat(12)}`, sequenceNumber: "9".repeat(57), line: 2 ** 25 - 1 };
    expect(isRecordId(encodeRecordId(last))).toBe(true);
    expect(isRecordId(encodeRecordId({ ...last, firehoseName: firehoseName("x") }))).toBe(true);
    const next = (digits: string): string => {
      const value = [...digits].reduce((sum, one) => sum * 32n + BigInt(Number.parseInt(one, 32)), 0n);
      return (value + 1n).toString(32);
    };
    const id = encodeRecordId(last);
    expect(isRecordId(next(id.slice(0, 8)) + id.slice(8))).toBe(false);
    expect(isRecordId(id.slice(0, 8) + next(id.slice(8, 46)) + id.slice(46))).toBe(false);
    expect(() => decodeRecordId(first.toUpperCase().replace("0", "A"))).toThrow(RangeError);
  });
});

describe("timestamps", () => {
  test("arrival has whole milliseconds, whichever service gave the time", () => {
    expect(formatTimestamp(ARRIVED_MS)).toBe("2026-11-24 03:08:27.123");
    expect(formatTimestamp((ARRIVED_MS / 1000) * 1000 + 0.4)).toBe("2026-11-24 03:08:27.123");
    expect(formatTimestamp(ARRIVED_MS - 0.4)).toBe("2026-11-24 03:08:27.123");
  });

  test("every second of the calendar is read back", () => {
    const second = fc.integer({ min: Date.UTC(100, 0, 1) / 1000, max: Date.UTC(9999, 11, 31) / 1000 });
    fc.assert(
      fc.property(second, (seconds) => {
        expect(parseSeconds(formatTimestamp(seconds * 1000).slice(0, 19))).toBe(seconds * 1000);
      }),
    );
  });

  test.each([
    "2010-02-29 00:00:00",
    "2010-13-01 00:00:00",
    "2010-00-10 00:00:00",
    "2010-01-01 24:00:00",
    "2010-01-01 23:59:60",
    "2010-01-01T00:00:00",
    "2010-01-01",
    "2010-1-1 0:0:0",
    " 2010-01-01 00:00:00",
    "2010-01-01 00:00:00.000",
    "0099-01-01 00:00:00",
    "२०१०-01-01 00:00:00",
    "",
  ])("%j is no second", (given) => {
    expect(parseSeconds(given)).toBeUndefined();
  });
});

/** The good row as the judge gives it: the digits of a decimal are a text, so that none is rounded. */
const JUDGED_ROW = { ...GOOD_ROW, Price: "2.95" };

describe("the judge of a line", () => {
  test("takes a good line as it is", () => {
    expect(judge(GOOD_ROW)).toEqual({
      accepted: true,
      values: JUDGED_ROW,
      storedMembers: `${JSON.stringify(GOOD_ROW).slice(1, -1)},`,
      extra: "{}",
      unknownColumns: 0,
    });
  });

  test("takes optional columns absent, null or empty", () => {
    const { Description: _, ...absent } = { ...GOOD_ROW, Customer_ID: "", Country: null };
    expect(judge(absent)).toMatchObject({
      accepted: true,
      values: { Description: null, Customer_ID: "", Country: null },
    });
  });

  test.each([
    ["Quantity", "6.0", 6],
    ["Quantity", "6e0", 6],
    ["Quantity", "-2147483648", -2147483648],
    ["Quantity", "2147483647", 2147483647],
    ["Quantity", "0", 0],
    ["Price", "3", "3"],
    ["Price", "-0.0", "0"],
    ["Price", "2.950e0", "2.95"],
    ["Price", "-11062.06", "-11062.06"],
    ["Price", "99999999.9999", "99999999.9999"],
    ["InvoiceDate", '"2000-01-01 00:00:00"', "2000-01-01 00:00:00"],
    ["InvoiceDate", '"2026-11-25 03:08:27"', "2026-11-25 03:08:27"],
    ["Description", '"  SMALL  \\"MUG\\", 1/2 \\u00e9\\ud83d\\ude00"', '  SMALL  "MUG", 1/2 é😀'],
    ["Invoice", '" "', " "],
  ])("takes %s written %s", (field, raw, value) => {
    expect(judge(spelled(field, raw))).toMatchObject({ accepted: true, values: { [field]: value } });
  });

  const deep = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
  const refusals: [what: string, line: unknown, reason: RefusalReason, detail: RegExp][] = [
    ["nothing like JSON", "this is no JSON", "not_json", /JSON/],
    ["a cut line", JSON.stringify(GOOD_ROW).slice(0, 50), "not_json", /cut off/],
    ["two objects", JSON.stringify(GOOD_ROW).repeat(2), "several_objects", /two objects on one line/],
    ["a byte order mark", `\ufeff${JSON.stringify(GOOD_ROW)}`, "not_json", /byte order mark/],
    ["NaN", spelled("Price", "NaN"), "not_json", /JSON/],
    ["an array", [GOOD_ROW], "not_an_object", /an array/],
    ["null", "null", "not_an_object", /null/],
    ["a text", '"text"', "not_an_object", /a string/],
    ["no Invoice", { ...GOOD_ROW, Invoice: undefined }, "missing_field", /Invoice is absent/],
    ["StockCode null", { ...GOOD_ROW, StockCode: null }, "missing_field", /StockCode is null/],
    ["no InvoiceDate", { ...GOOD_ROW, InvoiceDate: undefined }, "missing_field", /InvoiceDate/],
    ["no Quantity", { ...GOOD_ROW, Quantity: undefined }, "missing_field", /Quantity/],
    ["Price null", { ...GOOD_ROW, Price: null }, "missing_field", /Price is null/],
    ["Invoice empty", { ...GOOD_ROW, Invoice: "" }, "empty_field", /Invoice/],
    ["StockCode empty", { ...GOOD_ROW, StockCode: "" }, "empty_field", /StockCode/],
    ["Invoice a number", { ...GOOD_ROW, Invoice: 490397 }, "wrong_type", /Invoice is 490397; a string/],
    ["Quantity a text", { ...GOOD_ROW, Quantity: "6" }, "wrong_type", /Quantity is "6"; a JSON number/],
    ["Quantity a fraction", { ...GOOD_ROW, Quantity: 6.5 }, "wrong_type", /6\.5; a whole number/],
    ["Quantity true", { ...GOOD_ROW, Quantity: true }, "wrong_type", /true/],
    ["Quantity above 32 bits", { ...GOOD_ROW, Quantity: 2 ** 31 }, "out_of_range", /2147483648/],
    ["Quantity below 32 bits", { ...GOOD_ROW, Quantity: -(2 ** 31) - 1 }, "out_of_range", /-2147483649/],
    ["Price a text", { ...GOOD_ROW, Price: "2.95" }, "wrong_type", /Price/],
    ["Price of five digits behind the point", { ...GOOD_ROW, Price: 2.00001 }, "out_of_range", /4 behind it/],
    ["Price of nine digits before the point", { ...GOOD_ROW, Price: 1e8 }, "out_of_range", /8 digits before/],
    ["Price infinite", spelled("Price", "1e400"), "out_of_range", /Price is too large/],
    ["Country a number", { ...GOOD_ROW, Country: 7 }, "wrong_type", /Country is 7; a string/],
    [
      "Customer_ID an object",
      { ...GOOD_ROW, Customer_ID: { a: 1 } },
      "wrong_type",
      /Customer_ID is an object/,
    ],
    ["Description deep", spelled("Description", deep(90_000)), "wrong_type", /Description is an array/],
    ["30 February", { ...GOOD_ROW, InvoiceDate: "2010-02-30 10:00:00" }, "invalid_date", /2010-02-30/],
    ["a date alone", { ...GOOD_ROW, InvoiceDate: "2010-02-03" }, "invalid_date", /YYYY-MM-DD HH:MM:SS/],
    ["InvoiceDate a number", { ...GOOD_ROW, InvoiceDate: 5 }, "wrong_type", /InvoiceDate/],
    ["a date in 1999", { ...GOOD_ROW, InvoiceDate: "1999-12-31 23:59:59" }, "out_of_range", /2000-01-01/],
    [
      "a day and a second on",
      { ...GOOD_ROW, InvoiceDate: "2026-11-25 03:08:28" },
      "out_of_range",
      /a day after/,
    ],
    ["another case", { ...GOOD_ROW, invoice: "1" }, "ambiguous_key", /"invoice" differs from "Invoice"/],
    ["only another case", { ...GOOD_ROW, Price: undefined, price: 1 }, "ambiguous_key", /"price"/],
    ["an unknown key twice", spelled("Note", '1,"Note":2'), "ambiguous_key", /holds the key "Note" twice/],
    ["a key twice", JSON.stringify(GOOD_ROW).replace("}", ',"Price":1}'), "ambiguous_key", /"Price"/],
    [
      "a key twice, escaped",
      JSON.stringify(GOOD_ROW).replace("}", ',"Pric\\u0065":1}'),
      "ambiguous_key",
      /Price/,
    ],
    [
      "an inner key twice",
      spelled("Note", '[{"a":{"b":1},"\\u0061":2}]'),
      "ambiguous_key",
      /"Note" holds the key "a" twice/,
    ],
    ["half a surrogate pair", spelled("Country", '"\\ud83d"'), "not_unicode", /surrogate/],
    ["half a pair in a key", spelled("\ud83d", "1"), "not_unicode", /surrogate/],
    ["half a pair far inside", spelled("Note", '[{"a":["\\udc00"]}]'), "not_unicode", /surrogate/],
    ["an unknown column too deep", spelled("Note", deep(MAX_DEPTH + 1)), "out_of_range", /deeper than 64/],
    ["an unknown column far too deep", spelled("Note", deep(90_000)), "out_of_range", /deeper than 64/],
    ["too long a number", spelled("Note", "1".repeat(MAX_NUMBER_CHARACTERS + 1)), "out_of_range", /501/],
    ["an infinite number inside", spelled("Note", '{"a":[1e999]}'), "out_of_range", /too large/],
    ["too long a key", { ...GOOD_ROW, ["k".repeat(MAX_KEY_CHARACTERS + 1)]: 1 }, "out_of_range", /1025 char/],
    ["too long an inner key", { ...GOOD_ROW, n: { ["k".repeat(2000)]: 1 } }, "out_of_range", /2000 char/],
  ];
  test.each(refusals)("refuses %s", (_what, line, reason, detail) => {
    const verdict = judge(line);
    expect(verdict).toMatchObject({ accepted: false, reason });
    expect(verdict).toHaveProperty("detail", expect.stringMatching(detail));
  });

  test("refuses what is not UTF-8, however it is broken", () => {
    for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98]]) {
      const line = Buffer.concat([Buffer.from('{"Invoice":"'), Buffer.from(bytes), Buffer.from('"}')]);
      expect(judgeLine(line, ARRIVED_MS)).toMatchObject({ accepted: false, reason: "not_utf8" });
    }
  });

  test("takes a line of exactly 256 KiB, refuses one byte more", () => {
    const padded = (bytes: number): string => {
      const rest = JSON.stringify({ ...GOOD_ROW, Description: "" }).length;
      return JSON.stringify({ ...GOOD_ROW, Description: "x".repeat(bytes - rest) });
    };
    expect(judge(padded(MAX_LINE_BYTES))).toMatchObject({ accepted: true });
    expect(judge(padded(MAX_LINE_BYTES + 1))).toMatchObject({ reason: "line_too_large" });
  });

  test("keeps unknown columns in their canonical text, numbers as they were written", () => {
    const raw =
      '{"big": 12345678901234567890, "b": [1.50, "}", {"c" : "\\"{\\u00e9\\/"}, -0, 1E2, true, null]}';
    expect(judge(spelled("Note", raw))).toMatchObject({
      accepted: true,
      extra: '{"Note":{"b":[1.50,"}",{"c":"\\"{é/"},-0,1E2,true,null],"big":12345678901234567890}}',
      unknownColumns: 1,
    });
    expect(judge(GOOD_ROW)).toMatchObject({ accepted: true, extra: "{}", unknownColumns: 0 });
    expect(judge(spelled("Note", deep(MAX_DEPTH)))).toMatchObject({ accepted: true });
    expect(judge(spelled("Note", '[{"a":1},{"a":1},{"b":{"a":1}}]'))).toMatchObject({ accepted: true });
  });

  test.each<[what: string, members: string, extra: string]>([
    ["the engines' own names", '"_id":{"$oid":"6"},"_source":1', '{"_id":{"$oid":"6"},"_source":1}'],
    ["dots wherever", '".a":1,"a.":2,"a..b":3,".":4', '{".":4,".a":1,"a.":2,"a..b":3}'],
    ["an empty key", '"":1', '{"":1}'],
    [
      "the pipeline's own names",
      '"record_id":"mine","Arrived_At":1,"year":2010,"HOUR":1,"extra":{"extra":"x"}',
      '{"Arrived_At":1,"HOUR":1,"extra":{"extra":"x"},"record_id":"mine","year":2010}',
    ],
    [
      "keys alike but for case",
      '"note":1,"Note":{"a":1,"A":2},"NOTE":3',
      '{"NOTE":3,"Note":{"A":2,"a":1},"note":1}',
    ],
    ["names of JavaScript's", '"__proto__":{"a":1},"constructor":2', '{"__proto__":{"a":1},"constructor":2}'],
    ["numbers for keys, which keep no order of their own", '"10":1,"9":2', '{"10":1,"9":2}'],
  ])("accepts %s as unknown columns", (_what, members, extra) => {
    const line = JSON.stringify(GOOD_ROW).replace("{", `{${members},`);
    expect(judge(line)).toMatchObject({ accepted: true, values: JUDGED_ROW, extra });
  });

  test("accepts 1,000 unknown columns", () => {
    const many = Object.fromEntries(
      Array.from({ length: 1000 }, (_, at) => [`c${at}`, at % 2 ? at : `${at}`]),
    );
    const verdict = judge({ ...many, ...GOOD_ROW });
    expect(verdict).toMatchObject({ accepted: true, unknownColumns: 1000 });
    expect(verdict.accepted && JSON.parse(verdict.extra)).toEqual(many);
  });

  test("a detail never holds half of a surrogate pair, which the quarantine table could not be read with", () => {
    const cut = `${"x".repeat(79)}😀`;
    expect(judge({ ...GOOD_ROW, InvoiceDate: cut })).toMatchObject({ reason: "invalid_date" });
    fc.assert(
      fc.property(wildText, (wild) => {
        for (const line of [wild, { ...GOOD_ROW, InvoiceDate: wild }, { ...GOOD_ROW, Price: wild }]) {
          const verdict = judge(line);
          expect((verdict.accepted ? "" : verdict.detail).isWellFormed()).toBe(true);
        }
      }),
    );
  });

  test("never throws, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(typeof judgeLine(bytes, ARRIVED_MS).accepted).toBe("boolean");
      }),
    );
  });

  test("learns its columns from the schema alone", () => {
    const withGift = lineJudge([...COLUMNS, { field: "Gift", kind: "integer", required: true, comment: "" }]);
    expect(withGift(bytesOf(GOOD_ROW), ARRIVED_MS)).toMatchObject({ reason: "missing_field" });
    expect(withGift(bytesOf({ ...GOOD_ROW, Gift: 1 }), ARRIVED_MS)).toMatchObject({ values: { Gift: 1 } });
  });
});

describe("members of a JSON object", () => {
  test("are those that JSON.parse sees, with the text of their values", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (object, indent) => {
        const members = topLevelMembers(JSON.stringify(object, null, indent));
        const read = members.map(({ key, rawValue }) => [key, JSON.parse(rawValue)]);
        expect(read).toEqual(Object.entries(JSON.parse(JSON.stringify(object))));
      }),
    );
  });

  test("include repeated keys", () => {
    expect(topLevelMembers('{"a":1, "a" : 2}')).toEqual([
      { key: "a", rawValue: "1" },
      { key: "a", rawValue: "2" },
    ]);
  });
});

describe("lines of a record", () => {
  const goodLine = JSON.stringify(GOOD_ROW);

  test("are numbered with the blank ones, which are none", () => {
    const numbers = splitLines(Buffer.from(`a\n\n \t\r\nb\r\n\nc`)).map(({ number, bytes }) => [
      number,
      Buffer.from(bytes).toString(),
    ]);
    expect(numbers).toEqual([
      [0, "a"],
      [3, "b\r"],
      [5, "c"],
    ]);
    expect(splitLines(Buffer.alloc(0))).toEqual([]);
  });

  test("give back the record's bytes when joined", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        const lines = splitLines(data);
        const all = Buffer.from(data).toString("latin1").split("\n");
        for (const { number, bytes } of lines) {
          expect(Buffer.from(bytes).toString("latin1")).toBe(all[number]);
          delete all[number];
        }
        expect(all.filter((rest) => /[^ \t\r]/.test(rest ?? ""))).toEqual([]);
      }),
    );
  });

  test("carry distinct identities in the order of the record, good and bad alike", () => {
    const lines = judgeRecord(record(`${goodLine}\nbad\n\n${goodLine}\n`));
    expect(lines.map(({ recordId }) => decodeRecordId(recordId).line)).toEqual([0, 1, 3]);
    expect(lines.map(isStored)).toEqual([true, false, true]);
    expect(lines.map(({ arrivedAt }) => arrivedAt)).toEqual(Array(3).fill("2026-11-24 03:08:27.123"));
    expect(lines.map(({ recordId }) => recordId)).toEqual(lines.map(({ recordId }) => recordId).sort());
  });

  test("of unpacked records do not collide", () => {
    const ids = [0, 1, 2].flatMap((subsequenceNumber) =>
      judgeUserRecord(record(`${goodLine}\n${goodLine}`, { within: subsequenceNumber })).map(
        ({ recordId }) => recordId,
      ),
    );
    expect(new Set(ids).size).toBe(6);
    expect(ids).toEqual([...ids].sort());
  });

  test("a fault of our own refuses that line and no other", () => {
    const broken: typeof judgeLine = (bytes, ms) => {
      if (bytes[0] === 0x21) throw new TypeError("boom");
      return judgeLine(bytes, ms);
    };
    const lines = new RecordJudge(COLUMNS, broken).judgeRecord(record(`${goodLine}\n!\n${goodLine}`));
    expect(lines.map(({ verdict }) => verdict.accepted)).toEqual([true, false, true]);
    expect(lines[1]?.verdict).toEqual({
      accepted: false,
      reason: "internal_error",
      detail: "TypeError: boom",
    });
  });
});

describe("the stored form of a line", () => {
  const price = fc
    .integer({ min: -999_999_999_999, max: 999_999_999_999 })
    .map((smallest) => smallest / 10_000);
  const words = fc.string({ unit: "grapheme", maxLength: 20 });
  const optional = fc.option(words, { nil: undefined });
  const goodLine = fc.record({
    Invoice: words.filter((value) => value !== ""),
    StockCode: words.filter((value) => value !== ""),
    Description: fc.option(words),
    Quantity: fc.integer(),
    InvoiceDate: fc
      .integer({ min: Date.UTC(2000, 0, 1) / 1000, max: Math.floor((ARRIVED_MS + DAY_MS) / 1000) })
      .map((seconds) => formatTimestamp(seconds * 1000).slice(0, 19)),
    Price: price,
    Customer_ID: optional,
    Country: optional,
  });
  const unknown = fc.dictionary(
    fc.string({ maxLength: 8 }).map((key) => `x${key.toLowerCase()}`),
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer())),
    { maxKeys: 3 },
  );
  const stored = (json: string, more: Partial<UserRecord> = {}): string => {
    const [line, ...others] = judgeUserRecord(record(json, more));
    if (!line || others.length > 0 || !isStored(line)) throw new Error(`refused: ${JSON.stringify(line)}`);
    return storedJson(line);
  };

  test("says what the line said, with identity and arrival, on one line", () => {
    fc.assert(
      fc.property(goodLine, unknown, fc.nat(2), (values, extra, indent) => {
        const given = JSON.stringify({ ...extra, ...values }, null, indent).replaceAll("\n", "\r");
        const text = stored(given);
        const { record_id, arrived_at, extra: stored_extra, ...rest } = JSON.parse(text);
        const { Description, ...others } = JSON.parse(JSON.stringify(values));
        expect(rest).toEqual({
          ...others,
          ...(Description !== null && { Description }),
          Price: values.Price + 0,
        });
        expect(JSON.parse(stored_extra)).toEqual(extra);
        expect(decodeRecordId(record_id)).toMatchObject({ line: 0 });
        expect(arrived_at).toBe("2026-11-24 03:08:27.123");
        expect(text).not.toMatch(/[\r\n]/);
      }),
    );
  });

  test("lets the two layers and a second pass agree: contract columns in order and in one spelling", () => {
    const one = stored(JSON.stringify(GOOD_ROW));
    const two = stored(
      `{ "Country":"B\\u0065lgium", "Price":2.950e0, "Quantity":6.0, "Invoice":"490397", "StockCode":"21844",
         "InvoiceDate":"2009-12-06 10:30:00", "Customer_ID":"12417", "Description":"RETRO SPOT MUG" }`.replace(
        /\n/,
        "",
      ),
    );
    expect(two).toBe(one);
    expect(Object.keys(JSON.parse(one))).toEqual([
      ...COLUMNS.map(({ field }) => field),
      "record_id",
      "arrived_at",
      "extra",
    ]);
  });

  describe("is no longer than the line, what its columns and the pipeline add, and the characters of its extra", () => {
    const name = firehoseName("any");
    const growthOf = (json: string): { growth: number; most: number } => {
      const [line] = judgeUserRecord(record(json, { within: name }));
      if (!line || !isStored(line)) throw new Error(`refused: ${JSON.stringify(line)}`);
      const growth = Buffer.byteLength(storedJson(line)) - Buffer.byteLength(json);
      return { growth, most: GROWTH_BYTES + line.verdict.extra.length };
    };
    const lineOf = (price: string, quantity: string, text: string, rest: string): string =>
      `{"Invoice":"1","StockCode":"${text}1","Quantity":${quantity},"InvoiceDate":"2000-01-01 00:00:00","Price":${price}${rest}}`;

    test("in every spelling", () => {
      const price = fc.constantFrom(...["1e7", "-1e7", "1e-4", "1E+7", "12345678.9012", "-0", "1", "1.50e1"]);
      const quantity = fc.constantFrom("2e9", "-2e9", "1e0", "0");
      const pieces = fc
        .array(
          fc.constantFrom(
            ...["\\u0000", "\\n", '\\"', "\\/", "\\\\", "\\u0022", "\\u005c"],
            ...["é", "\u2028", "\u007f", "\\u00e9", "😀", "\\ud83d\\ude00"],
          ),
        )
        .map((list) => list.join(""));
      const value = fc.oneof(
        fc.json({ maxDepth: 3 }),
        pieces.map((text) => `"${text}"`),
        pieces.map((text) => `[{"${text}":["","",1.50]}, [ ] ]`),
        price,
      );
      const members = fc
        .array(fc.tuple(pieces, value), { maxLength: 4 })
        .map((list) => list.map(([key, text], at) => `,"${at}${key}" : ${text}`).join(""));
      fc.assert(
        fc.property(price, quantity, pieces, members, (one, many, text, rest) => {
          const { growth, most } = growthOf(lineOf(one, many, text, rest));
          expect(growth).toBeLessThanOrEqual(most);
        }),
        { numRuns: 500 },
      );
    });

    test("and some are as long as that", () => {
      const plain = growthOf(lineOf("1e7", "1e9", "", ""));
      // The characters of `{}`, of which neither is escaped.
      expect(plain).toEqual({ growth: GROWTH_BYTES, most: GROWTH_BYTES + 2 });
      const quotes = growthOf(lineOf("1e7", "1e9", "", `,"":"${'\\"'.repeat(1000)}"`));
      expect(quotes.most - quotes.growth).toBe(4);
      expect(quotes.growth).toBeGreaterThan(2000);
    });
  });

  test("the largest line of unknown columns nearly doubles, and fits", () => {
    const rest = lineRest(MAX_LINE_BYTES);
    const text = stored(rest);
    expect(Buffer.byteLength(rest)).toBe(MAX_LINE_BYTES);
    expect(Buffer.byteLength(text)).toBeGreaterThan(1.99 * MAX_LINE_BYTES);
    expect(JSON.parse(JSON.parse(text).extra).Note).toBe(JSON.parse(rest).Note);
    expect(Buffer.byteLength(text)).toBeLessThan(MAX_BULK_BYTES);
  });
});

/** A good line of that many bytes, nearly all of them quotes in an unknown column. */
function lineRest(bytes: number): string {
  const free = bytes - Buffer.byteLength(JSON.stringify({ ...GOOD_ROW, Note: "" }));
  return JSON.stringify({ ...GOOD_ROW, Note: '"'.repeat(Math.floor(free / 2)) + "x".repeat(free % 2) });
}

describe("quarantine", () => {
  const refused = judgeRecord(record("bad\nworse"));
  const entries = refused.map((line) => quarantineEntry(line, "batch", "not_json", "why"));

  test("keeps the bytes, whatever they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 50 }), (bytes) => {
        const refuse = () => ({ accepted: false, reason: "not_json", detail: "" }) as const;
        const [line] = new RecordJudge(COLUMNS, refuse).judgeRecord(record(bytes));
        if (!line) return;
        const { original } = quarantineEntry(line, "speed", "r", "d");
        expect(Buffer.from(original, "base64")).toEqual(Buffer.from(line.original));
      }),
    );
  });

  test("is one object of JSON lines, the same object for the same lines", async () => {
    const written: [string, string][] = [];
    const put = async (key: string, body: string) => void written.push([key, body]);
    await writeQuarantine(entries, "quarantine/", put);
    await writeQuarantine(entries, "quarantine/", put);
    await writeQuarantine(entries.slice(0, 1), "quarantine/", put);
    const [first, second, third] = written;
    expect(first).toEqual(second);
    expect(third?.[0]).not.toBe(first?.[0]);
    expect(first?.[0]).toMatch(new RegExp(`^quarantine/batch/${refused[0]?.recordId}-[0-9a-f]{16}\\.json$`));
    expect(
      first?.[1]
        .trimEnd()
        .split("\n")
        .map((row) => JSON.parse(row)),
    ).toEqual(entries);
  });

  test("writes nothing for nothing, and a failed write is the caller's to know", async () => {
    const put = jest.fn().mockRejectedValue(new Error("S3 is away"));
    await writeQuarantine([], "quarantine/", put);
    expect(put).not.toHaveBeenCalled();
    await expect(writeQuarantine(entries, "quarantine/", put)).rejects.toThrow("S3 is away");
  });
});

describe("the environment of a function", () => {
  const spec = { NAME: text, PLACE: s3Location, HOURS: integer(1, 48), COLUMNS: list } as const;

  test("is read into values", () => {
    const given = { NAME: "n", PLACE: "s3://b/p/q/", HOURS: "26", COLUMNS: "a, b", OTHER: "x" };
    expect(readEnvironment(spec, given)).toEqual({
      NAME: "n",
      PLACE: { bucket: "b", prefix: "p/q/" },
      HOURS: 26,
      COLUMNS: ["a", "b"],
    });
  });

  test("names everything that is missing or malformed at once", () => {
    const read = () => readEnvironment(spec, { NAME: "", PLACE: "s3://b/p", HOURS: "49" });
    expect(read).toThrow(EnvironmentError);
    expect(read).toThrow(
      'NAME is not set; PLACE="s3://b/p" must have the form s3://bucket/prefix/; ' +
        'HOURS="49" must be a whole number from 1 to 48; COLUMNS is not set',
    );
    for (const hours of ["0", "1.5", "x", "1e1", " 2"]) {
      expect(() => readEnvironment({ HOURS: integer(1, 48) }, { HOURS: hours })).toThrow("whole number");
    }
    expect(() => readEnvironment({ COLUMNS: list }, { COLUMNS: "a,,b" })).toThrow("separated by commas");
  });
});

describe("the log", () => {
  const lines: string[] = [];
  const log = createLogger(
    "merge",
    (line) => lines.push(line),
    () => ARRIVED_MS,
  );
  beforeEach(() => void lines.splice(0));

  test("is one JSON document a line", () => {
    log.info("one", { a: "x\ny" });
    log.warn("two");
    log.error(
      "three",
      errorFields(Object.assign(new TypeError("no"), { $metadata: { httpStatusCode: 503 } })),
    );
    const time = "2026-11-24T03:08:27.123Z";
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: "INFO", time, message: "one", functionName: "merge", a: "x\ny" },
      { level: "WARN", time, message: "two", functionName: "merge" },
      {
        level: "ERROR",
        time,
        message: "three",
        functionName: "merge",
        error: "TypeError",
        errorMessage: "no",
        status: 503,
      },
    ]);
    expect(lines.join("")).not.toContain("\n");
    expect(errorFields("text")).toEqual({ error: "text" });
    expect(errorFields(new Error("m"))).toEqual({ error: "Error", errorMessage: "m" });
  });

  test("carries metrics in CloudWatch's embedded format", () => {
    log.metrics({ Lines: count(3), Lag: { value: 1.5, unit: "Seconds" } }, { batch: "b" });
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      _aws: {
        Timestamp: ARRIVED_MS,
        CloudWatchMetrics: [
          {
            Namespace: "RetailBI",
            Dimensions: [["FunctionName"]],
            Metrics: [
              { Name: "Lines", Unit: "Count" },
              { Name: "Lag", Unit: "Seconds" },
            ],
          },
        ],
      },
      FunctionName: "merge",
      batch: "b",
      Lines: 3,
      Lag: 1.5,
    });
  });
});
