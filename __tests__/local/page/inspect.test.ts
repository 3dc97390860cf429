import { encodeRecordId } from "../../../contract/record-id";
import { retailTransaction } from "../../../contract/retail-transaction";
import { journeyAnswer, lineJourney } from "../../../local/page/inspect";
import type { Sql } from "../../../ops/reconcile/sql";
import type { Journey, TraceSources } from "../../../ops/trace/journey";

const position = { shardId: "shardId-000000000002", sequenceNumber: "77", subsequenceNumber: 3, line: 1 };
const recordId = encodeRecordId(position);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const none: Journey = { recordId, position, stream: { state: "not held" }, quarantine: [] };

describe("the answer for a column's value", () => {
  /** Sources whose table has these identities. */
  function sources(count: number): TraceSources {
    const sql: Sql = {
      query: async (statement, onRow) => {
        const limit = Number(/LIMIT (\d+)$/.exec(statement)?.[1]);
        for (let at = 0; at < Math.min(limit, count); at++)
          onRow({ record_id: `id-${at}`, first_arrival: "t" });
      },
    };
    const tables = { json: "raw", parquet: "merged", quarantine: "quarantine" };
    return { contract: retailTransaction, batch: { sql, tables } } as unknown as TraceSources;
  }

  test.each([
    [0, 0, false],
    [20, 20, false],
    [21, 20, true],
  ])("%d lines", async (count, shown, hasMore) => {
    const answer = await journeyAnswer(sources(count), "Country=France");
    expect(answer).toEqual({
      lines: Array.from({ length: shown }, (_, at) => ({ recordId: `id-${at}`, arrivedAt: "t" })),
      hasMore,
    });
  });

  test.each([
    ["nonsense", '"nonsense" is neither a record_id nor COLUMN=VALUE'],
    ["Nope=1", 'Nope=1: "Nope" is no column of the contract'],
    ["Quantity=1.5", "Quantity=1.5: a whole number is wanted"],
  ])("%s is refused", async (wanted, message) => {
    await expect(journeyAnswer(sources(1), wanted)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(message),
    });
  });
});

describe("a line's journey for a page", () => {
  test("has the position, what is known, and that nothing has the line", () => {
    expect(lineJourney(none, 5)).toEqual({
      asOfMs: 5,
      recordId,
      ...position,
      notFound: "no place has a line of this identity",
      steps: [
        {
          place: "stream",
          entries: [{ text: "the stream does not have the record: it has expired, or never was there" }],
        },
      ],
      documents: [],
    });
  });

  test("has the line's bytes of the stream, or of the quarantine where the stream has expired", () => {
    const sent = Buffer.from([0x7b, 0xff]);
    const object = { location: "s3://lake/q" };
    const quarantined = {
      layer: "batch",
      reason: "not_utf8",
      detail: "",
      original: base64(Buffer.from("q")),
      object,
    };
    const refused = { reason: "not_utf8", detail: "", original: base64(sent) };
    const { original, notFound } = lineJourney({ ...none, stream: { state: "refused", ...refused } }, 5);
    expect([original, notFound]).toEqual([{ base64: base64(sent), bytes: 2 }, undefined]);
    expect(lineJourney({ ...none, quarantine: [quarantined] }, 5).original).toEqual({
      base64: base64(Buffer.from("q")),
      bytes: 1,
    });
  });

  test("cuts a large line, and says how large it is", () => {
    const original = base64(Buffer.alloc(100_000, "x"));
    const found = lineJourney({ ...none, stream: { state: "accepted", original } }, 5).original;
    expect(found?.bytes).toBe(100_000);
    expect(Buffer.from(found?.base64 ?? "", "base64").toString()).toBe("x".repeat(63 * 1024));
  });

  test("has each document of the index", () => {
    const index = [
      { index: "retail-a", document: { Country: "France" } },
      { index: "retail-b", document: {} },
    ];
    expect(lineJourney({ ...none, index }, 5).documents).toEqual([
      { index: "retail-a", json: '{\n  "Country": "France"\n}' },
      { index: "retail-b", json: "{}" },
    ]);
  });
});
