import {
  GetRecordsCommand,
  InvalidArgumentException,
  type KinesisClient,
  ResourceNotFoundException,
} from "@aws-sdk/client-kinesis";
import { encodeRecordId } from "../../contract/record-id";
import { retailTransaction } from "../../contract/retail-transaction";
import { UsageError } from "../../lib/exit";
import { recordAt } from "../../ops/reconcile/stream-records";
import { checkForm, findLines, parseColumnValue } from "../../ops/trace/find";
import { isFound, type Journey } from "../../ops/trace/journey";
import { journeySteps, journeyText } from "../../ops/trace/report";
import { meterReadings } from "../support/meter-readings";

describe("COLUMN=VALUE", () => {
  const { columns } = retailTransaction;

  test.each([
    ["Invoice=493512", "Invoice", "493512"],
    ["customer_id=", "Customer_ID", ""],
    ["Description=a=b", "Description", "a=b"],
    ["quantity=-6", "Quantity", "-6"],
    ["Price=12.50", "Price", "12.50"],
    ["InvoiceDate=2026-11-29 05:42:05", "InvoiceDate", "2026-11-29 05:42:05.000"],
  ])("%s", (text, field, value) => {
    expect(parseColumnValue(text, columns)).toMatchObject({ column: { field }, value });
  });

  test.each([
    ["Nope=1", "its columns are Invoice, StockCode"],
    ["Quantity=1.5", "a whole number is wanted"],
    ["Price=1 OR 1=1", "a number such as 12.5 is wanted"],
    ["InvoiceDate=yesterday", "a time such as"],
  ])("%s is a wrong command line", (text, message) => {
    expect(() => parseColumnValue(text, columns)).toThrow(UsageError);
    expect(() => parseColumnValue(text, columns)).toThrow(message);
  });

  test("a text is an identity or has a column", () => {
    const position = { shardId: "shardId-000000000002", sequenceNumber: "77", line: 1 };
    for (const text of [encodeRecordId(position), "Invoice=", "Nope=1"]) checkForm(text);
    for (const text of ["", "493512", `${encodeRecordId(position)} `])
      expect(() => checkForm(text)).toThrow(UsageError);
  });

  async function sqlFor(text: string, of: Parameters<typeof parseColumnValue>[1] = columns): Promise<string> {
    let asked = "";
    const sql = {
      query: async (statement: string) => {
        asked = statement;
      },
    };
    const tables = { json: "raw", parquet: "merged", quarantine: "quarantine" };
    await findLines({ batch: { sql, tables } }, parseColumnValue(text, of), 5);
    return asked;
  }

  test.each([
    ['Description=O\'NEILL "X"', `"description" = 'O''NEILL "X"'`],
    ["Quantity=6", '"quantity" = 6'],
    ["Price=5.45", `"price" = 5.45`],
    ["InvoiceDate=2026-11-29 05:42:05", `"invoicedate" = TIMESTAMP '2026-11-29 05:42:05.000'`],
  ])("%s is asked of the raw table as a value of its kind", async (text, condition) => {
    expect(await sqlFor(text)).toContain(` FROM "raw" WHERE ${condition} GROUP BY record_id `);
  });

  test("without a batch layer the index is asked", async () => {
    const asked: unknown[] = [];
    const client = {
      search: async (request: unknown) => {
        asked.push(request);
        return {
          statusCode: 200,
          body: {
            timed_out: false,
            _shards: { failed: 0 },
            hits: { hits: [{ _id: "id", _source: { arrived_at: "2026-11-29 05:42:05.598" } }] },
          },
        };
      },
    };
    const search = { client, indexPattern: "retail*" } as unknown as NonNullable<
      Parameters<typeof findLines>[0]["search"]
    >;
    const found = await findLines({ search }, parseColumnValue("description=X", columns), 5);
    expect(found).toEqual([{ recordId: "id", arrivedAt: "2026-11-29 05:42:05.598" }]);
    expect(asked).toMatchObject([
      { body: { size: 5, query: { term: { "Description.keyword": { value: "X" } } } } },
    ]);
  });

  test("a time with a zone", async () => {
    expect(await sqlFor("read_at=2026-11-29T06:42:05+01:00", meterReadings.columns)).toContain(
      `"read_at" = TIMESTAMP '2026-11-29 05:42:05.000'`,
    );
  });
});

describe("the record at a sequence number", () => {
  const RECORD = { SequenceNumber: "7", ApproximateArrivalTimestamp: new Date(5), Data: Buffer.from("x") };

  function client(records: readonly object[], refusal?: Error): KinesisClient {
    const send = async (command: unknown) => {
      if (command instanceof GetRecordsCommand) return { Records: records, MillisBehindLatest: 0 };
      if (refusal) throw refusal;
      return { ShardIterator: "it" };
    };
    return { send } as unknown as KinesisClient;
  }
  const at = (kinesis: KinesisClient) => recordAt(kinesis, "s", "shardId-000000000001", "7");
  const error = { $metadata: {} };

  test("is that record, and no other", async () => {
    expect(await at(client([RECORD]))).toEqual({
      shardId: "shardId-000000000001",
      sequenceNumber: "7",
      arrivedAtMs: 5,
      data: RECORD.Data,
    });
    // The iterator of an expired record begins at the oldest one.
    expect(await at(client([{ ...RECORD, SequenceNumber: "9" }]))).toBeUndefined();
    expect(await at(client([]))).toBeUndefined();
  });

  test("is not held where the shard is gone, or cannot have the number; a stream that is not there is an error", async () => {
    const shard = "Shard shardId-000000000001 in stream s under account 1 does not exist";
    const stream = new ResourceNotFoundException({
      message: "Stream s under account 1 not found.",
      ...error,
    });
    expect(await at(client([], new ResourceNotFoundException({ message: shard, ...error })))).toBeUndefined();
    expect(await at(client([], new InvalidArgumentException({ message: "", ...error })))).toBeUndefined();
    await expect(at(client([], stream))).rejects.toBe(stream);
  });
});

describe("the journey for a person", () => {
  const position = { shardId: "shardId-000000000002", sequenceNumber: "77", subsequenceNumber: 0, line: 1 };
  const recordId = encodeRecordId(position);
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const none: Journey = {
    recordId,
    position,
    stream: { state: "not held" },
    raw: [],
    parquet: [],
    index: [],
    quarantine: [],
  };

  test("of a line in every layer has the time since its arrival", () => {
    const journey: Journey = {
      ...none,
      arrivedAt: "2026-11-29 05:42:05.598",
      stream: { state: "accepted", original: base64('{"a":"\u001b[2J"}\n') },
      raw: [{ location: "s3://lake/a.gz", bytes: 3_525, writtenAtMs: Date.UTC(2026, 10, 29, 5, 42, 16) }],
      parquet: [{ location: "s3://lake/run=R/b", run: "R" }],
      index: [{ index: "retail-2026-11", document: {} }],
    };
    expect(isFound(journey)).toBe(true);
    expect(journeyText(journey).split("\n")).toEqual([
      `record_id  ${recordId}`,
      "position   shardId-000000000002, line 1",
      "           sequence number 77",
      // Nothing that a producer sends controls the terminal.
      'line       {"a":"\\u001b[2J"}',
      "",
      "stream     2026-11-29 05:42:05.598",
      "           accepted by the contract",
      "raw zone   2026-11-29 05:42:16, 10 s after its arrival",
      "           s3://lake/a.gz (3,525 bytes)",
      "Parquet    the object is gone",
      "           s3://lake/run=R/b (gone)",
      "           merge run R",
      "index      no time is kept",
      `           retail-2026-11/_doc/${recordId}`,
    ]);
  });

  test("of a refused line has each layer's reason, and does not wait for the line", () => {
    const object = { location: "s3://lake/q.json", bytes: 9, writtenAtMs: Date.UTC(2026, 10, 29, 5, 42, 6) };
    const refusal = { reason: "not_json", detail: "it is cut", original: base64("{"), object };
    const text = journeyText({
      ...none,
      arrivedAt: "2026-11-29 05:42:05.598",
      stream: { state: "refused", original: base64("{"), reason: "not_json", detail: "it is cut" },
      quarantine: [
        { layer: "batch", ...refusal },
        { layer: "speed", ...refusal },
      ],
    });
    expect(text).toContain("refused by the contract: not_json: it is cut");
    expect(text).toContain("raw zone   no: the line was refused");
    expect(text).toContain("index      no: the line was refused");
    expect(text).toContain(
      "quarantine 2026-11-29 05:42:06, less than 1 s after its arrival\n           batch layer: not_json: it is cut",
    );
    expect(text).toContain("speed layer: not_json: it is cut");
  });

  test("says how long the merge took after the newest raw object that it had", () => {
    const at = (second: number, location: string) => {
      return { location, bytes: 1, writtenAtMs: Date.UTC(2026, 10, 29, 5, 42, second) };
    };
    const parquetOf = (raw: Journey["raw"]) => {
      const journey = { ...none, arrivedAt: "2026-11-29 05:42:05.000", ...(raw && { raw }) };
      const steps = journeySteps({ ...journey, parquet: [at(45, "s3://lake/p")] });
      return steps.find(({ place }) => place === "Parquet")?.entries[0]?.time;
    };
    const own = "2026-11-29 05:42:45, 40 s after its arrival";
    expect(parquetOf([at(10, "s3://lake/a"), at(15, "s3://lake/b")])).toBe(
      `${own}, 30 s after the raw object`,
    );
    // A replay wrote it after the merge, which cannot have had it.
    expect(parquetOf([at(50, "s3://lake/c")])).toBe(own);
    expect(parquetOf([{ location: "s3://lake/gone" }])).toBe(own);
  });

  test("of a line that the contract refuses and that no quarantine has says so", () => {
    const refusal = { reason: "not_json", detail: "it is cut", original: base64("{") };
    const steps = journeySteps({ ...none, stream: { state: "refused", ...refusal } });
    expect(steps.at(-1)).toEqual({
      place: "quarantine",
      entries: [{ text: "not there: no layer has refused it yet, or the object is gone" }],
    });
    expect(journeySteps(none).map(({ place }) => place)).not.toContain("quarantine");
  });

  test("of a line that no place has", () => {
    expect(isFound(none)).toBe(false);
    expect(isFound({ ...none, stream: { state: "no such line", lines: 3 } })).toBe(false);
    expect(isFound({ ...none, discarded: { condition: "c", location: "l" } })).toBe(true);
    expect(journeyText(none)).toContain("it has expired, or never was there");
  });
});
