import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { FirehoseTransformationEventRecord } from "aws-lambda";
import fc from "fast-check";
import { unpackAggregate } from "../../contract/aggregate";
import type { Column, Kind } from "../../contract/column";
import { judgeValue, storedValue } from "../../contract/column-value";
import { explainNotJson } from "../../contract/explain";
import {
  answerBytes,
  base64Bytes,
  largestAnswer,
  MAX_ANSWER_BYTES,
  MAX_RECORD_BYTES,
  maxLines,
  transformationBufferMiB,
} from "../../contract/limits";
import type { Line, UserRecord } from "../../contract/lines";
import { REASONS, type RefusalReason } from "../../contract/reasons";
import { decodeRecordId, encodeRecordId, firehoseName, LONGEST_RECORD_ID } from "../../contract/record-id";
import { createLogger } from "../../lambdas/shared/log";
import { validateRecords } from "../../lambdas/validate-records/core";
import { decodeFirehoseRecords } from "../../lambdas/validate-records/decode";
import { goodLine } from "../support/kinesis-event";
import { AGGREGATES, aggregate, field, framed } from "../support/kpl/aggregates";
import { COLUMNS, judgeRecord, judgeUserRecord, MAX_LINES, retailJudge } from "../support/retail";

const SEQUENCE = "49590338271490256608559692538361571095921575989136588898";
const SHARD = "shardId-000000000001";
const ARRIVED_MS = Date.UTC(2026, 10, 24, 3, 8, 27, 123);

function userRecord(data: string | Uint8Array, within?: number | string): UserRecord {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  return {
    shardId: SHARD,
    sequenceNumber: SEQUENCE,
    arrivedAtMs: ARRIVED_MS,
    data: bytes,
    ...(within !== undefined && { within }),
  };
}

function verdicts(lines: readonly Line[]): string[] {
  return lines.map(({ verdict }) => (verdict.accepted ? "accepted" : verdict.reason));
}

/** The one entry that a record is refused by. */
function whole(data: Buffer): { reason: string; detail: string } {
  const lines = judgeRecord(userRecord(data));
  const [line] = lines;
  if (lines.length !== 1 || line === undefined || line.verdict.accepted) {
    throw new Error(`not one entry: ${verdicts(lines).slice(0, 5)}`);
  }
  expect(Buffer.from(line.original)).toEqual(data);
  expect(decodeRecordId(line.recordId)).toMatchObject({ line: 0, subsequenceNumber: 0 });
  return line.verdict;
}

const KINDS = {
  text: { kind: "text", search: "exact" },
  integer: { kind: "integer" },
  bigint: { kind: "bigint" },
  double: { kind: "double" },
  boolean: { kind: "boolean" },
  timestamp: { kind: "timestamp", format: "seconds" },
  iso: { kind: "timestamp", format: "iso" },
} as const satisfies Readonly<Record<string, Kind>>;

describe("how many lines a record may have", () => {
  const column = (kind: keyof typeof KINDS, field: string, required = true): Column => {
    return { field, required, comment: "", ...KINDS[kind] };
  };

  test("follows from the contract, and is never more than 20,000", () => {
    const shortest = {
      Invoice: "1",
      StockCode: "1",
      Quantity: 1,
      InvoiceDate: "2009-12-01 07:45:00",
      Price: 1,
    };
    const line = `${JSON.stringify(shortest)}\n`;
    expect(MAX_LINES).toBe(Math.floor(MAX_RECORD_BYTES / line.length));
    expect(MAX_LINES).toBe(11_522);
    expect(maxLines([column("integer", "a")])).toBe(20_000);
    expect(maxLines([column("text", "a".repeat(1000))])).toBe(
      Math.floor((MAX_RECORD_BYTES + 1) / (1000 + 9)),
    );
    expect(judgeRecord(userRecord(line.repeat(MAX_LINES))).every(({ verdict }) => verdict.accepted)).toBe(
      true,
    );
  });

  test("a record of more is one entry; a record of as many is judged line by line, blank ones not counted", () => {
    expect(whole(Buffer.from("x\n".repeat(MAX_LINES + 1)))).toEqual({
      accepted: false,
      reason: "too_many_lines",
      detail: "11523 lines; a record may have 11522",
    });
    const lines = judgeRecord(userRecord(`${"x\n\n".repeat(MAX_LINES - 1)}${goodLine()}`));
    expect(lines).toHaveLength(MAX_LINES);
    expect(verdicts(lines.slice(-2))).toEqual(["not_json", "accepted"]);
  });

  test.each<[string, readonly Column[]]>([
    ["retail", COLUMNS],
    ["a date", [column("timestamp", "t")]],
    [
      "many numbers that grow",
      [column("timestamp", "t"), ..."abcdefgh".split("").map((name) => column("double", name))],
    ],
    [
      "optional numbers",
      [column("timestamp", "t"), ..."abcdefgh".split("").map((name) => column("double", name, false))],
    ],
  ])("the transformation's buffer keeps the answer below 5.5 MB: %s", (_, columns) => {
    const buffer = transformationBufferMiB(columns);
    expect(buffer).toBeGreaterThanOrEqual(0.2);
    expect(buffer).toBeLessThanOrEqual(1);
    expect(largestAnswer(columns, buffer * 1024 * 1024)).toBeLessThanOrEqual(MAX_ANSWER_BYTES);
    if (buffer < 1)
      expect(largestAnswer(columns, (buffer + 0.1) * 1024 * 1024)).toBeGreaterThan(MAX_ANSWER_BYTES);
  });
});

describe("a record whose lines grow by their unknown columns", () => {
  const line = goodLine({ Note: '"'.repeat(130_000) });

  test("is stored where they fit into an answer, and refused as a whole where they do not", () => {
    const fits = judgeUserRecord(userRecord(Array(7).fill(line).join("\n")));
    expect(verdicts(fits)).toEqual(Array(7).fill("accepted"));
    // Less than half of what an answer may hold, as they were sent.
    const record = Buffer.from(Array(8).fill(line).join("\n"));
    expect(base64Bytes(record.length)).toBeLessThan(MAX_ANSWER_BYTES / 1.9);
    expect(whole(record)).toMatchObject({ reason: "record_too_large" });
  });
});

describe("the bound of an answer", () => {
  const columns = fc
    .array(
      fc.record({
        kind: fc.oneof(
          fc.constantFrom<Kind>(...Object.values(KINDS)),
          fc
            .integer({ min: 1, max: 18 })
            .chain((precision) =>
              fc
                .integer({ min: 0, max: precision })
                .map((scale): Kind => ({ kind: "decimal", precision, scale })),
            ),
        ),
        name: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4_000 })),
        required: fc.boolean(),
      }),
      { minLength: 1, maxLength: 8 },
    )
    .map((list) =>
      list.map(
        ({ kind, name, required }, at): Column => ({
          field: `${at}`.padEnd(name, "x"),
          required,
          comment: "",
          ...kind,
        }),
      ),
    );

  /** The shortest value, and those that grow most, as they are sent. */
  function valuesOf(column: Column): readonly [string, ...string[]] {
    switch (column.kind) {
      case "text":
        return ['"x"'];
      case "boolean":
        return ["true"];
      case "integer":
        return ["1", "1e9"];
      case "bigint":
        return ["1", "9e18"];
      case "double":
        return ["1", "1e7"];
      case "decimal": {
        const { precision, scale } = column;
        return [
          "0",
          ...(precision > scale ? [`1e${precision - scale - 1}`] : []),
          ...(scale > 0 ? [`1e-${scale}`] : []),
        ];
      }
      case "timestamp":
        return column.format === "iso" ? ['"2009-12-01T07:45Z"'] : ['"2009-12-01 07:45:00"'];
    }
  }

  /** A value as it is stored. */
  function storedOf(column: Column, raw: string): string {
    const judged = judgeValue(column, { parsed: JSON.parse(raw), raw }, Date.UTC(2026, 0, 1));
    if ("refusal" in judged || judged.value === null) throw new Error(`${column.field}: ${raw}`);
    return storedValue(column, judged.value, raw);
  }

  /** Sent and stored bytes of lines: all of one shape, unknown columns in the last. */
  function bytesOf(
    all: readonly Column[],
    grown: ReadonlyMap<number, number>,
    lines: number,
    unknown: number,
  ): { sent: number; stored: number } {
    const members = all.flatMap((column, at) => {
      const values = valuesOf(column);
      const raw = values[(grown.get(at) ?? 0) % values.length] ?? values[0];
      return column.required || grown.has(at) ? [{ column, raw }] : [];
    });
    const text = members.map(({ column, raw }) => `"${column.field}":${raw}`).join(",");
    const own = members.map(({ column, raw }) => `"${column.field}":${storedOf(column, raw)}`).join(",");
    const id = "v".repeat(LONGEST_RECORD_ID);
    const identity = `,"record_id":"${id}","arrived_at":"2026-11-24 03:08:27.123","extra":"{}"`;
    const sent = `{${text}}\n`.length;
    const stored = `{${own}${identity}}\n`.replace("{,", "{").length;
    return { sent: lines * sent + unknown, stored: lines * stored + 2 * unknown };
  }

  test("is never reached, whatever lines fill the request", () => {
    const shape = fc.record({
      lines: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 20_000 })),
      unknown: fc.oneof(
        fc.constant(0),
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.integer({ min: 0, max: 900 }),
      ),
      grown: fc.uniqueArray(fc.tuple(fc.nat(7), fc.nat(2)), { selector: ([at]) => at }),
      tenths: fc.integer({ min: 2, max: 10 }),
    });
    let closest = 0;
    fc.assert(
      fc.property(columns, shape, (all, { lines, unknown, grown, tenths }) => {
        const buffer = (tenths / 10) * MAX_RECORD_BYTES;
        const { sent, stored } = bytesOf(all, new Map(grown), Math.min(lines, maxLines(all)), unknown);
        const records = Math.floor(
          Math.min(buffer / sent, (6 * 1024 * 1024) / (176 + 280 + base64Bytes(sent))),
        );
        const answer = records * answerBytes("x".repeat(176), stored);
        const bound = largestAnswer(all, buffer);
        closest = Math.max(closest, answer / bound);
        expect(answer).toBeLessThanOrEqual(bound);
      }),
      { numRuns: 5_000 },
    );
    // Else the bound would say little.
    expect(closest).toBeGreaterThan(0.95);
  });
});

describe("what a producer is told", () => {
  const GOOD = goodLine();
  const lines: [what: string, line: string, reason: RefusalReason, detail: RegExp][] = [
    [
      "two objects",
      GOOD + GOOD,
      "several_objects",
      /^two objects on one line; send each object on a line of its own$/,
    ],
    ["two objects and a comma", `${GOOD}, ${GOOD}`, "several_objects", /^two objects/],
    [
      "three objects, the last cut off",
      `${GOOD} ${GOOD}${GOOD.slice(0, 40)}`,
      "several_objects",
      /^3 objects/,
    ],
    ["an object and a word", `${GOOD} done`, "not_json", /more text after the object/],
    ["a closing bracket too many", `${GOOD}}`, "not_json", /more text after the object/],
    ["an array's bracket", "[", "array_over_lines", /part of an array/],
    ["an array's end", " ] ", "array_over_lines", /part of an array/],
    ["an object of an array", `${GOOD},`, "array_over_lines", /brackets and commas/],
    ["the first of an array", `[${GOOD},`, "array_over_lines", /part of an array/],
    ["the last of an array", `${GOOD}]`, "array_over_lines", /part of an array/],
    ["a comma first", `,${GOOD}`, "array_over_lines", /part of an array/],
    ["an object's brace", "{", "object_over_lines", /spread over several lines/],
    ["an object's end", "},", "object_over_lines", /spread over several lines/],
    ["a member", '  "Invoice": "T54a",', "object_over_lines", /spread over several lines/],
    ["a byte order mark", `\ufeff${GOOD}`, "not_json", /byte order mark/],
    ["NUL bytes", GOOD.split("").join("\0"), "not_json", /NUL/],
    ["a Python dict", "{'Invoice': '1', 'Price': 1.0}", "not_json", /single quotes.*Python/],
    ["a Python dict with one", `{"Invoice": 'it"s', "Price": 1}`, "not_json", /single quotes/],
    ["NaN", '{"Price": NaN}', "not_json", /NaN or Infinity/],
    ["-Infinity", '{"Price":-Infinity}', "not_json", /NaN or Infinity/],
    ["None", '{"Country": None}', "not_json", /None, True, False/],
    ["a comma at the end", '{"Invoice":"1",}', "not_json", /comma before a closing bracket/],
    ["keys without quotes", '{Invoice: "1"}', "not_json", /key without quotes/],
    ["a comment", '{"Invoice":"1" /* new */}', "not_json", /comment/],
    ["a cut line", GOOD.slice(0, 60), "not_json", /cut off/],
    ["a line cut behind a value", '{"a":1', "not_json", /cut off/],
    [
      "a word inside a text is none",
      '{"a":"NaN, None, \'x\', /*", "b":}',
      "not_json",
      /begins like an object/,
    ],
    [
      "CSV",
      "489434,85048,15CM GLASS BALL,12,2009-12-01 07:45:00,6.95,13085,United Kingdom",
      "not_json",
      /CSV/,
    ],
    ["CSV with semicolons", "489434;85048;BALL;12;2009-12-01;6,95", "not_json", /CSV/],
    ["a sentence", "well, this, is no row", "not_json", /^the line is not JSON; a JSON object is wanted$/],
    ["XML", "<sale id='1'/>", "not_json", /XML or HTML/],
    ["base64", Buffer.from(GOOD).toString("base64"), "not_json", /base64/],
    ["base64 of gzip", gzipSync(GOOD).toString("base64"), "not_json", /base64/],
    ["a long word", "abcdefghijklmnopqrstuvwxyz", "not_json", /^the line is not JSON/],
    ["percent encoding", encodeURIComponent(GOOD), "not_json", /percent-encoded/],
    ["an array on one line", `[${GOOD}]`, "not_an_object", /an array; send each object on a line of its own/],
    ["a text", '"text"', "not_an_object", /a string; a JSON object is wanted/],
    ["an object encoded twice", JSON.stringify(GOOD), "not_an_object", /encoded twice/],
    ["a number", "42", "not_an_object", /a number/],
    ["null", "null", "not_an_object", /null/],
    ["true", "true", "not_an_object", /a boolean/],
    ["an empty object", "{}", "missing_field", /the object is empty/],
    ["an empty object with blanks", "{ }", "missing_field", /the object is empty/],
  ];
  test.each(lines)("%s, beside a good line", (_, line, reason, detail) => {
    const [first, second] = judgeRecord(userRecord(`${GOOD}\n${line}`));
    expect(first?.verdict.accepted).toBe(true);
    expect(second?.verdict).toMatchObject({ accepted: false, reason, detail: expect.stringMatching(detail) });
  });

  test("never a parser's position, and no part of the line", () => {
    for (const [, line] of lines) {
      const [, refused] = judgeRecord(userRecord(`${GOOD}\n${line}`));
      expect(refused?.verdict.accepted).toBe(false);
      expect(JSON.stringify(refused?.verdict)).not.toMatch(/position|column \d|Unexpected|489434|12417/);
    }
  });

  test("in a time that is linear in the line, however it is built", () => {
    const pieces = [
      "[",
      "{",
      '"',
      "\\",
      ",",
      " ",
      "'",
      ":",
      "a",
      "]",
      "}",
      "{}",
      '{"a":1}',
      '"\\"',
      ", ",
      "/*",
    ];
    const size = 250 * 1024;
    for (const one of pieces) {
      for (const other of pieces) {
        const piece = one + other;
        // A quadratic pass over 250 KB would take minutes, and jest ends this test after one.
        expect(explainNotJson(piece.repeat(size / piece.length)).detail).not.toBe("");
      }
    }
  });

  const pretty = JSON.stringify(JSON.parse(GOOD), null, 2);
  const records: [what: string, data: Buffer, reason: RefusalReason, detail: RegExp][] = [
    ["a pretty-printed object", Buffer.from(pretty), "object_over_lines", /one object over several lines/],
    ["the same with CRLF", Buffer.from(pretty.replaceAll("\n", "\r\n")), "object_over_lines", /one object/],
    [
      "a pretty-printed array",
      Buffer.from(`[${pretty},\n${pretty}]`),
      "array_over_lines",
      /an array over several/,
    ],
    [
      "a pretty-printed array of many lines",
      Buffer.from(`[${Array(1200).fill(pretty).join()}]`),
      "array_over_lines",
      /an array/,
    ],
    ["gzip", gzipSync(`${GOOD}\n`.repeat(50)), "compressed", /gzip/],
    ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x0a, 0x00, 0x0a]), "compressed", /zstd/],
    ["zip", Buffer.from("PK\u0003\u0004\n\n0"), "compressed", /zip/],
    ["UTF-16", Buffer.from(`${GOOD}\n${GOOD}`, "utf16le"), "not_utf8", /UTF-16; send UTF-8/],
    ["UTF-16 with its mark", Buffer.from(`\ufeff${GOOD}\n${GOOD}`, "utf16le"), "not_utf8", /UTF-16/],
    ["UTF-16, big end first", Buffer.from(`${GOOD}\n${GOOD}`, "utf16le").swap16(), "not_utf8", /UTF-16/],
  ];
  test.each(records)("%s: one entry for the record", (_, data, reason, detail) => {
    expect(whole(data)).toMatchObject({ reason, detail: expect.stringMatching(detail) });
  });

  test("a good line never goes with the record around it", () => {
    const around = records.map(([, data]) => data);
    for (const data of around) {
      const record = Buffer.concat([data, Buffer.from(`\n${GOOD}\n`)]);
      const lines = judgeRecord(userRecord(record));
      if (lines.length === 1) expect(data.toString().split("\n").length).toBeGreaterThan(MAX_LINES - 100);
      else expect(verdicts(lines).filter((verdict) => verdict === "accepted")).toHaveLength(1);
    }
  });

  test("an array, one object a line: the last object has no comma and is taken, every other line says what it is", () => {
    const record = `[\n${GOOD},\n${GOOD},\n${GOOD}\n]\n`;
    expect(verdicts(judgeRecord(userRecord(record)))).toEqual([
      "array_over_lines",
      "array_over_lines",
      "array_over_lines",
      "accepted",
      "array_over_lines",
    ]);
  });

  test("a byte order mark at a record's start is none of the line, elsewhere it is", () => {
    const mark = Buffer.from([0xef, 0xbb, 0xbf]);
    const marked = Buffer.concat([mark, Buffer.from(`${GOOD}\n`), mark, Buffer.from(GOOD)]);
    const [first, second] = judgeRecord(userRecord(marked));
    expect(first?.verdict).toEqual(judgeRecord(userRecord(GOOD))[0]?.verdict);
    expect(second?.verdict).toMatchObject({
      reason: "not_json",
      detail: expect.stringMatching(/byte order mark/),
    });
    expect(judgeRecord(userRecord(mark))).toEqual([]);
    const refused = Buffer.concat([mark, Buffer.from("x")]);
    expect(judgeRecord(userRecord(refused))[0]?.original).toEqual(refused);
  });

  test("every reason stands in the runbook with its meaning, and nothing else does", () => {
    const runbook = readFileSync(join(__dirname, "../../docs/operations.md"), "utf8");
    const rows = [...runbook.matchAll(/^\| `([a-z0-9_]+)` \| (.+) \|$/gm)].map(([, code, meaning]) => [
      code,
      meaning,
    ]);
    expect(Object.fromEntries(rows.filter(([code]) => code !== undefined && code in REASONS))).toEqual(
      REASONS,
    );
  });
});

describe("aggregated records", () => {
  test.each(AGGREGATES)("of $library: $what", ({ data, userRecords }) => {
    const unpacked = unpackAggregate(data);
    if (unpacked.kind !== "aggregated") throw new Error(`it is ${unpacked.kind}`);
    expect(unpacked.userRecords.map((record) => Buffer.from(record).toString())).toEqual(userRecords);
    const lines = judgeRecord(userRecord(data));
    expect(lines).toEqual(userRecords.flatMap((text, place) => judgeUserRecord(userRecord(text, place))));
    expect(lines.length).toBeGreaterThan(0);
  });

  test("any user records come back as they were, and number their lines", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 200 }), (records) => {
        const unpacked = unpackAggregate(aggregate(records));
        expect(
          unpacked.kind === "aggregated" && unpacked.userRecords.map((data) => Buffer.from(data)),
        ).toEqual(records.map((data) => Buffer.from(data)));
      }),
    );
    const lines = judgeRecord(userRecord(aggregate([`${goodLine()}\n${goodLine()}`, "", goodLine()])));
    expect(lines.map(({ recordId }) => decodeRecordId(recordId))).toMatchObject([
      { subsequenceNumber: 0, line: 0 },
      { subsequenceNumber: 0, line: 1 },
      { subsequenceNumber: 2, line: 0 },
    ]);
  });

  test("every cut and every changed byte makes an ordinary record of one", () => {
    const { data } = AGGREGATES[0] ?? { data: Buffer.alloc(0) };
    const plain = new Set<string>();
    for (let at = 0; at < data.length; at++) {
      const changed = Buffer.from(data);
      changed[at] = (changed[at] ?? 0) ^ 1;
      for (const broken of [changed, data.subarray(0, at)]) {
        const { kind } = unpackAggregate(broken);
        expect(kind).not.toBe("aggregated");
        plain.add(kind);
      }
    }
    expect(plain).toEqual(new Set(["plain", "broken"]));
  });

  const KEY = field(1, "key");
  const record = (...fields: Buffer[]): Buffer => field(3, Buffer.concat(fields));
  const malformed: [what: string, message: Buffer, fault: RegExp][] = [
    ["no partition key", record(field(1, 0), field(3, "x")), /refers to a key/],
    ["a key that is not there", Buffer.concat([KEY, record(field(1, 1), field(3, "x"))]), /refers to a key/],
    [
      "an index of 60 bits",
      Buffer.concat([KEY, record(field(1, 2 ** 52), field(3, "x"))]),
      /refers to a key/,
    ],
    [
      "a hash key that is not there",
      Buffer.concat([KEY, record(field(1, 0), field(2, 0), field(3, "x"))]),
      /refers to a key/,
    ],
    ["no data", Buffer.concat([KEY, record(field(1, 0))]), /no data/],
    ["no index", Buffer.concat([KEY, record(field(3, "x"))]), /no partition key/],
    ["a text for an index", Buffer.concat([KEY, record(field(1, "0"), field(3, "x"))]), /not a number/],
    ["a number for data", Buffer.concat([KEY, record(field(1, 0), field(3, 1))]), /is a number/],
    ["a number for records", Buffer.concat([KEY, field(3, 1)]), /is a number/],
    [
      "a length beyond the end",
      Buffer.concat([KEY, Buffer.from([0x1a, 0xff, 0xff, 0xff, 0x7f])]),
      /inside of a field/,
    ],
    ["a length without an end", Buffer.concat([KEY, Buffer.from([0x1a, 0xff])]), /inside of a number/],
    ["a number of eleven bytes", Buffer.concat([KEY, Buffer.alloc(11, 0xff)]), /too long/],
    ["a group", Buffer.concat([KEY, Buffer.from([0x0b])]), /unknown kind/],
    ["field 0", Buffer.concat([KEY, Buffer.from([0x00, 0x00])]), /number 0/],
  ];
  test.each(malformed)("%s: an ordinary record, refused by one entry that says why", (_, message, fault) => {
    const data = framed(message);
    expect(unpackAggregate(data)).toEqual({ kind: "broken", fault: expect.stringMatching(fault) });
    const refused = whole(data);
    expect(refused).toMatchObject({
      reason: "not_utf8",
      detail: expect.stringMatching(/aggregated one \(KPL\), but/),
    });
    expect(verdicts(judgeUserRecord(userRecord(data)))).toEqual(["not_utf8"]);
  });

  test("tags, fields to come and tables behind the records are no faults", () => {
    const userRecords = record(
      field(1, 0),
      field(2, 0),
      field(3, "x"),
      field(4, field(1, "tag")),
      field(9, "new"),
    );
    const fixed = Buffer.concat([Buffer.from([0x51]), Buffer.alloc(8), Buffer.from([0x55]), Buffer.alloc(4)]);
    const message = Buffer.concat([userRecords, fixed, field(2, "0"), KEY]);
    expect(unpackAggregate(framed(message))).toEqual({
      kind: "aggregated",
      userRecords: [new Uint8Array([0x78])],
    });
  });

  test("one inside of another is not unpacked, by neither function; its neighbours are", () => {
    const inner = aggregate([goodLine(), goodLine()]);
    const data = aggregate([inner, goodLine()]);
    expect(verdicts(judgeRecord(userRecord(data)))).toEqual(["aggregated_record", "accepted"]);
    expect(judgeUserRecord(userRecord(inner, 0))).toEqual(judgeRecord(userRecord(data)).slice(0, 1));
  });

  test("bounds: as many user records, table entries or lines as fit into the largest record", () => {
    const largest = (piece: Buffer): Buffer => {
      const repeated = Buffer.alloc(Math.floor((MAX_RECORD_BYTES - 40) / piece.length) * piece.length, piece);
      return framed(Buffer.concat([KEY, repeated]));
    };
    const empty = unpackAggregate(largest(record(field(1, 0), field(3, ""))));
    expect(empty.kind === "aggregated" && empty.userRecords.length).toBe(174_756);
    expect(judgeRecord(userRecord(largest(record(field(1, 0), field(3, "")))))).toEqual([]);
    expect(unpackAggregate(largest(field(1, ""))).kind).toBe("aggregated");
    expect(unpackAggregate(largest(field(2, ""))).kind).toBe("aggregated");
    expect(whole(largest(record(field(1, 0), field(3, "x"))))).toMatchObject({ reason: "too_many_lines" });
    expect(whole(aggregate(["x\n".repeat(MAX_LINES), "x"]))).toMatchObject({ reason: "too_many_lines" });
  });
});

describe("how Firehose numbers user records", () => {
  function firehose(
    recordId: string,
    subsequenceNumber: unknown,
    data = goodLine(),
  ): FirehoseTransformationEventRecord {
    return {
      recordId,
      approximateArrivalTimestamp: ARRIVED_MS,
      data: Buffer.from(data).toString("base64"),
      kinesisRecordMetadata: {
        shardId: SHARD,
        partitionKey: "key",
        approximateArrivalTimestamp: ARRIVED_MS,
        sequenceNumber: SEQUENCE,
        subsequenceNumber: subsequenceNumber as string,
      },
    };
  }

  const ids = (...invocations: FirehoseTransformationEventRecord[][]): string[] =>
    invocations.flatMap((records) =>
      decodeFirehoseRecords(records)
        .flatMap((record) => judgeUserRecord(record))
        .map(({ recordId }) => recordId),
    );
  const upsertIds = (count: number): string[] =>
    judgeRecord(userRecord(aggregate(Array(count).fill(goodLine())))).map(({ recordId }) => recordId);
  const old = (place: number): string => `${SEQUENCE}${String(place).padStart(6, "0")}`;
  const today = (place: number): string =>
    `${SHARD}${"0".repeat(88)}${SEQUENCE}${String(place).padStart(12, "0")}`;
  const named = (place: number): string => `record-${place}`;

  test.each([old, today])("an ordinary record has the identity that UpsertToES gives it (%#)", (name) => {
    for (const number of ["", "0", 0, undefined])
      expect(ids([firehose(name(0), number)])).toEqual(upsertIds(1));
  });

  test.each([old, today, named])(
    "counted from 0 it is UpsertToES's, whatever the invocations (%#)",
    (name) => {
      const records = [0, 1, 2].map((place) => firehose(name(place), String(place)));
      expect(ids(records)).toEqual(upsertIds(3));
      expect(ids(...records.map((record) => [record]))).toEqual(upsertIds(3));
    },
  );

  test.each<[string, (place: number) => unknown]>([
    ["empty", () => ""],
    ["constant 0", () => 0],
    ["constant 5", () => "5"],
    ["from one", (place) => place + 1],
    ["beyond what an identity holds", () => 2 ** 25],
  ])("%s: no two lines have one identity, together or apart, nor one that is another line's", (_, number) => {
    for (const name of [old, today]) {
      const records = [0, 1, 2, 3].map((place) => firehose(name(place), number(place)));
      const together = ids(records);
      const apart = ids(...records.map((record) => [record]));
      for (const found of [together, apart]) {
        expect(new Set(found).size).toBe(4);
        // An identity that UpsertToES gives is given to the same line or to none.
        found.forEach((id, place) => {
          const elsewhere = upsertIds(4).indexOf(id);
          expect([place, -1]).toContain(elsewhere);
        });
      }
      expect(new Set([...together, ...apart]).size).toBe(4);
    }
    const records = [0, 1, 2].map((place) => firehose(named(place), number(place)));
    expect(new Set(ids(records)).size).toBe(3);
  });

  test("a name of Firehose's makes an identity that is decoded again", () => {
    const position = {
      shardId: SHARD,
      sequenceNumber: SEQUENCE,
      line: 3,
      firehoseName: firehoseName("record-1"),
    };
    const id = encodeRecordId(position);
    expect(id).toMatch(/^[0-9a-v]{46}x[0-9a-v]{25}$/);
    expect(decodeRecordId(id)).toEqual({ ...position, subsequenceNumber: 0 });
    expect(firehoseName("record-1")).not.toBe(firehoseName("record-2"));
  });

  test("an answer that would be too large goes without the record that is too much, which is kept as a whole", async () => {
    const line = goodLine({ Note: "n".repeat(1000) });
    const data = `${line}\n`.repeat(Math.floor(MAX_RECORD_BYTES / (line.length + 1)));
    const records = Array.from({ length: 5 }, (_, place) => firehose(today(place), place, data));
    const written: string[] = [];
    const answer = await validateRecords(
      {
        invocationId: "i",
        deliveryStreamArn: "a",
        sourceKinesisStreamArn: "s",
        region: "eu-west-1",
        records,
      },
      { quarantinePrefix: "quarantine/", judge: retailJudge },
      { put: async (_, body) => void written.push(body), log: createLogger("test", () => undefined) },
    );
    expect(JSON.stringify(answer).length).toBeLessThanOrEqual(MAX_ANSWER_BYTES);
    expect(answer.records.map(({ result }) => result)).toEqual(["Ok", "Ok", "Ok", "Dropped", "Dropped"]);
    const entries = written
      .join("")
      .trim()
      .split("\n")
      .map((row) => JSON.parse(row));
    expect(entries).toMatchObject([
      { reason: "answer_too_large", original: records[3]?.data },
      { reason: "answer_too_large", original: records[4]?.data },
    ]);
    expect(base64Bytes(4)).toBe(8);
  });
});
