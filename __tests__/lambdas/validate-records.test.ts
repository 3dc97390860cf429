import type { FirehoseTransformationEvent, FirehoseTransformationEventRecord } from "aws-lambda";
import fc from "fast-check";
import { decodeRecordId } from "../../contract/record-id";
import { retailTransaction } from "../../contract/retail-transaction";
import { contractVariable } from "../../contract/variable";
import { createLogger } from "../../lambdas/shared/log";
import { validateRecords } from "../../lambdas/validate-records/core";
import { ENVIRONMENT } from "../../lambdas/validate-records/env";
import { BROKEN_LINES } from "../support/broken-lines";
import { lambdaContext, sdkEnvironment, setEnvironment, startEndpoint } from "../support/fake-endpoint";
import { GOOD_ROW } from "../support/good-row";
import { retailJudge } from "../support/retail";

const ARRIVED_MS = Date.UTC(2026, 10, 24, 3, 8, 27, 123);
const FIRST_SEQUENCE = 49590338271490256608559692538361571095921575989136588898n;
const GOOD_LINE = JSON.stringify(GOOD_ROW);
/** The largest answer of a function that is called synchronously: 6 MB, as Lambda counts them. */
const ANSWER_LIMIT = 6 * 1024 * 1024;

function firehoseRecord(
  data: string | Uint8Array,
  index = 0,
  subsequenceNumber = "",
): FirehoseTransformationEventRecord {
  return {
    recordId: `record-${index}`.padEnd(56, "0"),
    approximateArrivalTimestamp: ARRIVED_MS + 5000,
    data: Buffer.from(data).toString("base64"),
    kinesisRecordMetadata: {
      shardId: "shardId-000000000001",
      partitionKey: `part-${index}`,
      approximateArrivalTimestamp: ARRIVED_MS,
      sequenceNumber: String(FIRST_SEQUENCE + BigInt(index)),
      subsequenceNumber,
    },
  };
}

function eventOf(records: FirehoseTransformationEventRecord[]): FirehoseTransformationEvent {
  return {
    invocationId: "invocation",
    deliveryStreamArn: "arn:aws:firehose:eu-west-1:000000000000:deliverystream/retail-trans",
    sourceKinesisStreamArn: "arn:aws:kinesis:eu-west-1:000000000000:stream/retail-trans",
    region: "eu-west-1",
    records,
  };
}

const SETTINGS = { quarantinePrefix: "quarantine/", judge: retailJudge };

/** Runs the function on records and reads what it answered, wrote and logged. */
async function run(records: FirehoseTransformationEventRecord[]) {
  const written: { key: string; body: string }[] = [];
  const logged: string[] = [];
  const answer = await validateRecords(eventOf(records), SETTINGS, {
    put: async (key, body) => void written.push({ key, body }),
    log: createLogger("validate", (line) => logged.push(line)),
  });
  return {
    answer,
    written,
    logged: logged.map((line) => JSON.parse(line)),
    lines: answer.records.map(({ data }) => Buffer.from(data ?? "", "base64").toString()),
    quarantine: written.flatMap(({ body }) => rows(body)),
  };
}

function rows(text: string): Record<string, unknown>[] {
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}

describe("ValidateRecords", () => {
  test("passes a good line on with identity and arrival, newline-terminated", async () => {
    const { answer, lines, written } = await run([firehoseRecord(GOOD_LINE)]);

    expect(answer.records).toEqual([
      { recordId: firehoseRecord("").recordId, result: "Ok", data: expect.any(String) },
    ]);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    const { record_id, ...rest } = JSON.parse(lines[0] ?? "");
    expect(rest).toEqual({ ...GOOD_ROW, arrived_at: "2026-11-24 03:08:27.123", extra: "{}" });
    expect(decodeRecordId(record_id)).toEqual({
      shardId: "shardId-000000000001",
      sequenceNumber: String(FIRST_SEQUENCE),
      line: 0,
      subsequenceNumber: 0,
    });
    expect(written).toEqual([]);
  });

  test("splits a packed record: good lines pass, bad ones go to quarantine with their bytes", async () => {
    const packed = Buffer.concat([
      Buffer.from(`${GOOD_LINE}\n`),
      ...BROKEN_LINES.flatMap(({ bytes }) => [bytes, Buffer.from("\n")]),
      Buffer.from(`\n${GOOD_LINE}\n`),
    ]);
    const { answer, lines, quarantine, written } = await run([firehoseRecord(packed)]);

    expect(answer.records[0]?.result).toBe("Ok");
    const lineOf = ({ record_id }: Record<string, unknown>) => decodeRecordId(String(record_id)).line;
    expect(rows(lines[0] ?? "").map(lineOf)).toEqual([0, 22]);
    expect(quarantine.map(lineOf)).toEqual(BROKEN_LINES.map((_, index) => index + 1));
    expect(quarantine.map(({ reason }) => reason)).toEqual(BROKEN_LINES.map(({ reason }) => reason));
    expect(quarantine.map(({ original }) => Buffer.from(String(original), "base64"))).toEqual(
      BROKEN_LINES.map(({ bytes }) => bytes),
    );
    expect(new Set(quarantine.map(({ layer }) => layer))).toEqual(new Set(["batch"]));
    expect(written.map(({ key }) => key)).toEqual([
      expect.stringMatching(/^quarantine\/batch\/[0-9a-v]{51}-[0-9a-f]{16}\.json$/),
    ]);
  });

  test("drops a record with no good line: bad, blank or empty", async () => {
    const { answer, quarantine } = await run([
      firehoseRecord("bad", 0),
      firehoseRecord(GOOD_LINE, 1),
      firehoseRecord(" \r\n\n", 2),
      firehoseRecord("", 3),
    ]);

    expect(answer.records.map(({ result }) => result)).toEqual(["Dropped", "Ok", "Dropped", "Dropped"]);
    expect(answer.records.map(({ data }) => data === undefined)).toEqual([true, false, true, true]);
    expect(quarantine).toHaveLength(1);
  });

  test("every line is in the answer or in quarantine, once, and records keep their order", async () => {
    const line = fc.constantFrom(
      GOOD_LINE,
      "bad",
      "",
      '{"Invoice":"1"}',
      JSON.stringify({ ...GOOD_ROW, X: 1 }),
    );
    const record = fc.array(line, { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 8 }), async (records) => {
        const given = records.map((lines, index) => firehoseRecord(lines.join("\n"), index));
        const { answer, lines, quarantine, logged } = await run(given);

        expect(answer.records.map(({ recordId }) => recordId)).toEqual(given.map(({ recordId }) => recordId));
        const passed = lines.flatMap(rows);
        const expected = records.flat().filter((text) => text !== "");
        const isGood = (text: string) => text.includes("RETRO");
        expect(passed).toHaveLength(expected.filter(isGood).length);
        expect(quarantine).toHaveLength(expected.filter((text) => !isGood(text)).length);
        const identities = [...passed, ...quarantine].map(({ record_id }) => record_id);
        expect(new Set(identities).size).toBe(expected.length);
        expect(logged.find(({ _aws }) => _aws)).toMatchObject({
          FunctionName: "validate",
          LinesAccepted: passed.length,
          LinesQuarantined: quarantine.length,
          UnknownColumns: passed.filter(({ extra }) => extra === '{"X":1}').length,
        });
      }),
    );
  });

  test("a repeated invocation gives the same answer and writes the same object", async () => {
    const records = [firehoseRecord(`${GOOD_LINE}\nbad`), firehoseRecord("worse", 1)];
    const first = await run(records);
    const second = await run(records);
    expect(second.answer).toEqual(first.answer);
    expect(second.written).toEqual(first.written);
    expect(first.written).toHaveLength(1);
  });

  test("records that Firehose unpacked do not collide", async () => {
    const unpacked = ["", "0", "1", "2"].map((subsequence) => firehoseRecord(GOOD_LINE, 7, subsequence));
    const { lines } = await run(unpacked.slice(1));
    expect(new Set(lines.flatMap(rows).map(({ record_id }) => record_id)).size).toBe(3);
    const both = await run(unpacked.slice(0, 2));
    expect(both.lines[0]).toBe(both.lines[1]);
  });

  test("logs reasons and counts, never what a producer sent", async () => {
    const { logged } = await run([
      firehoseRecord(`${JSON.stringify({ ...GOOD_ROW, Price: "secret" })}\nbad`),
    ]);
    expect(logged.find(({ level }) => level === "WARN")).toMatchObject({
      reasons: { wrong_type: 1, not_json: 1 },
    });
    expect(JSON.stringify(logged)).not.toContain("secret");
  });

  test("fails when the quarantine cannot be written, so that Firehose repeats the invocation", async () => {
    const put = () => Promise.reject(new Error("AccessDenied"));
    const log = createLogger("validate", () => {});
    const failing = validateRecords(eventOf([firehoseRecord("bad")]), SETTINGS, { put, log });
    await expect(failing).rejects.toThrow("AccessDenied");
    const clean = validateRecords(eventOf([firehoseRecord(GOOD_LINE)]), SETTINGS, { put, log });
    await expect(clean).resolves.toHaveProperty("records.length", 1);
  });

  test("fails on a record without an identity, and says what to change", async () => {
    const { kinesisRecordMetadata: _, ...direct } = firehoseRecord(GOOD_LINE);
    await expect(run([direct])).rejects.toThrow("the delivery stream's source must be a Kinesis stream");
    for (const subsequence of ["x", "-1", "1.5"]) {
      await expect(run([firehoseRecord(GOOD_LINE, 0, subsequence)])).rejects.toThrow("subsequenceNumber");
    }
  });

  test("answers under 6 MB for a full buffer of 1 MB, packed as tightly as the contract allows", async () => {
    const shortest =
      '{"Invoice":"1","StockCode":"1","Quantity":1,"InvoiceDate":"2000-01-01 00:00:00","Price":1e7}\n';
    const packed = shortest.repeat(Math.floor((1024 * 1024) / shortest.length));
    const { answer, lines } = await run([firehoseRecord(packed, 0, String(2 ** 25 - 1))]);
    expect(rows(lines[0] ?? "")).toHaveLength(packed.length / shortest.length);
    const bytes = JSON.stringify(answer).length;
    expect(bytes).toBeLessThan(ANSWER_LIMIT);
    expect(bytes).toBeGreaterThan(ANSWER_LIMIT / 2);
  });

  test("answers less than it was given for records of one line, and what it was given is under 6 MB too", async () => {
    const shortest =
      '{"Invoice":"1","StockCode":"1","Quantity":1,"InvoiceDate":"2000-01-01 00:00:00","Price":1e7}';
    for (const line of [shortest, "", "x"]) {
      const records = Array.from({ length: 500 }, (_, index) => firehoseRecord(line, index));
      const { answer } = await run(records);
      expect(JSON.stringify(answer).length).toBeLessThan(JSON.stringify(eventOf(records)).length);
    }
  });

  test("reads its variables", () => {
    expect(Object.keys(ENVIRONMENT)).toEqual(["QUARANTINE_LOCATION", "CONTRACT"]);
    expect(ENVIRONMENT.QUARANTINE_LOCATION("s3://lake/quarantine/")).toEqual({
      bucket: "lake",
      prefix: "quarantine/",
    });
  });

  test("its handler writes to the bucket that the variable names, and fails when it may not", async () => {
    let status = 200;
    const endpoint = await startEndpoint(() => ({ status }));
    const restore = setEnvironment({
      ...sdkEnvironment(endpoint.url),
      QUARANTINE_LOCATION: "s3://lake/quarantine/",
      CONTRACT: contractVariable(retailTransaction),
    });
    const output = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      const { handler } = jest.requireActual<typeof import("../../lambdas/validate-records/handler")>(
        "../../lambdas/validate-records/handler",
      );
      const event = eventOf([firehoseRecord("bad"), firehoseRecord(GOOD_LINE, 1)]);
      const answer = await handler(event, lambdaContext("validate"));
      expect(answer.records.map(({ result }) => result)).toEqual(["Dropped", "Ok"]);
      const [request] = endpoint.requests;
      expect(request?.method).toBe("PUT");
      expect(request?.path).toMatch(/^\/lake\/quarantine\/batch\/[0-9a-v]{51}-[0-9a-f]{16}\.json/);
      expect(request?.headers["content-type"]).toBe("application/x-ndjson");
      expect(request?.body).toContain('"reason":"not_json"');
      status = 403;
      await expect(handler(event, lambdaContext("validate"))).rejects.toThrow();
    } finally {
      output.mockRestore();
      restore();
      await endpoint.close();
    }
  });
});
