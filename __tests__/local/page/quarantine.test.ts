import type { LambdaClient } from "@aws-sdk/client-lambda";
import fc from "fast-check";
import { QUARANTINE_COLUMNS, type QuarantineEntry, quarantineEntry } from "../../../contract/quarantine";
import type { Layer } from "../../../dashboards/spec";
import { entriesRequest, redriveAction } from "../../../local/page/inspect";
import type { EntriesRequest, QuarantinedEntry } from "../../../local/page/inspect-state";
import {
  firstBytes,
  PAGE_ENTRIES,
  type QuarantineBrowser,
  quarantineBrowser,
} from "../../../local/page/quarantine";
import { readSchema } from "../../../local/page/schema";
import { ZONES } from "../../../modules/batch/zones";
import { athenaSql } from "../../../ops/reconcile/sql";
import { goodLine, kinesisEvent } from "../../support/kinesis-event";
import { BUCKET, DATABASE, SqlBench, sqlPlane, table } from "../support/sql";

const COMMENTED = QUARANTINE_COLUMNS.map(({ name, type, comment }) => ({ name, type, comment }));

function entry(number: number, layer: Layer, reason: string, line = "x"): QuarantineEntry {
  const second = String(Math.floor(number / 3)).padStart(2, "0");
  const recordId = `id-${String(number).padStart(3, "0")}`;
  const arrivedAt = `2026-11-25 12:00:${second}.250`;
  return quarantineEntry(
    { recordId, arrivedAt, original: Buffer.from(line) },
    layer,
    reason,
    `detail of ${number}`,
  );
}

/** More than a page of one reason; several lines arrive at one time; one reason has a quote, one line is large. */
const ENTRIES = [
  ...Array.from({ length: 2 * PAGE_ENTRIES + 3 }, (_, at) => entry(at, "batch", "not_json")),
  ...Array.from({ length: 3 }, (_, at) => entry(at, "speed", "not_json")),
  entry(90, "speed", "the engine's own", "y".repeat(5_000)),
];

let bench: SqlBench;
let browsers: Readonly<Record<"table" | "objects", QuarantineBrowser>>;

beforeAll(async () => {
  const location = `s3://${BUCKET}/${ZONES.quarantine}`;
  const quarantine = table("quarantine", COMMENTED, { location, description: "Refused lines" });
  bench = await SqlBench.start(sqlPlane([quarantine]));
  // A retried invocation may have put the same entries into two objects.
  for (const [at, entries] of [ENTRIES.slice(0, 30), ENTRIES.slice(20)].entries()) {
    await bench.put(
      `${ZONES.quarantine}batch/${at}.json`,
      entries.map((one) => `${JSON.stringify(one)}\n`).join(""),
    );
  }
  const sql = athenaSql(bench.athena, bench.s3, "people", DATABASE);
  const tables = { json: "", parquet: "", quarantine: "quarantine" };
  browsers = {
    table: quarantineBrowser({ batch: { sql, tables } }),
    objects: quarantineBrowser({ failures: { s3: bench.s3, bucket: BUCKET } }),
  };
});

afterAll(() => bench.close());

test("without a table and a bucket there is nothing to browse", () => {
  expect(() => quarantineBrowser({})).toThrow("neither a table over it nor a bucket");
});

describe.each(["table", "objects"] as const)("by the %s", (by) => {
  test("lines by reason and layer, each once", async () => {
    const { lines, reasons } = await browsers[by].counts();
    expect(lines).toBe(2 * PAGE_ENTRIES + 3 + 1);
    expect(reasons).toEqual([
      { layer: "batch", reason: "not_json", lines: 2 * PAGE_ENTRIES + 3 },
      { layer: "speed", reason: "not_json", lines: 3 },
      { layer: "speed", reason: "the engine's own", lines: 1 },
    ]);
  });

  test("the newest first, page by page, each line once", async () => {
    const pages: QuarantinedEntry[][] = [];
    let request: EntriesRequest = { layer: "batch", reason: "not_json" };
    for (let hasMore = true; hasMore; ) {
      const page = await browsers[by].entries(request);
      pages.push([...page.entries]);
      ({ hasMore } = page);
      const last = page.entries.at(-1);
      if (last) request = { ...request, after: last };
    }
    expect(pages.map(({ length }) => length)).toEqual([PAGE_ENTRIES, PAGE_ENTRIES, 3]);
    const wanted = Array.from(
      { length: 2 * PAGE_ENTRIES + 3 },
      (_, at) => entry(at, "batch", "not_json").record_id,
    );
    expect(pages.flat().map(({ recordId }) => recordId)).toEqual(wanted.reverse());
    expect(pages[0]?.[0]).toEqual({
      recordId: "id-042",
      arrivedAt: "2026-11-25 12:00:14.250",
      detail: "detail of 42",
      original: { base64: "eA==", bytes: 1 },
    });
  });

  test("of a large line the first bytes, and how many it has", async () => {
    const { entries, hasMore } = await browsers[by].entries({ layer: "speed", reason: "the engine's own" });
    expect(hasMore).toBe(false);
    const [original] = entries.map((one) => one.original);
    expect(original?.bytes).toBe(5_000);
    expect(Buffer.from(original?.base64 ?? "", "base64").toString()).toBe("y".repeat(768));
  });

  test("a reason that nothing has", async () => {
    expect(await browsers[by].entries({ layer: "speed", reason: "' OR '1'='1" })).toEqual({
      entries: [],
      hasMore: false,
    });
  });
});

test("the size of bytes is told from their base64", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      const { base64, bytes: size } = firstBytes(Buffer.from(bytes).toString("base64"), 6);
      expect(size).toBe(bytes.length);
      expect(Buffer.from(base64, "base64")).toEqual(Buffer.from(bytes.subarray(0, 6)));
    }),
  );
});

test.each([
  [{}, "layer must be batch or speed"],
  [{ layer: "raw", reason: "x" }, "layer must be batch or speed"],
  [{ layer: "batch" }, "reason must be a string"],
  [{ layer: "batch", reason: "x", after: "y" }, "after must be an entry"],
  [
    { layer: "batch", reason: "x", after: { arrivedAt: "now", recordId: "a" } },
    "after.arrivedAt must be a time",
  ],
  [
    { layer: "batch", reason: "x", after: { arrivedAt: "2026-11-25 12:00:00.000" } },
    "after.recordId must be a string",
  ],
])("%j is no request for entries", (body, message) => {
  expect(() => entriesRequest(body)).toThrow(message);
});

describe("the redrive", () => {
  const NAME = "retail-bi-dev-upsert-to-es";
  const { signal } = new AbortController();

  /** @param answer of the function */
  function redriveWith(answer: () => Promise<object>) {
    const send = async () => ({ Payload: { transformToString: () => "{}" }, ...(await answer()) });
    const lambda = { send } as unknown as LambdaClient;
    const arn = `arn:aws:lambda:eu-west-1:123456789012:function:${NAME}`;
    const action = redriveAction({ s3: bench.s3, bucket: BUCKET }, lambda, arn);
    return (dryRun: unknown) => action({ dryRun }, signal);
  }

  const discard = (key: string, name: string): Promise<void> =>
    bench.put(
      `${ZONES.onFailure}${key}`,
      JSON.stringify({
        requestContext: {
          functionArn: `arn:aws:lambda:eu-west-1:123456789012:function:${name}`,
          condition: "RecordAgeExceeded",
        },
        KinesisBatchInfo: {},
        payload: JSON.stringify(kinesisEvent([goodLine()])),
      }),
    );

  test("says what it would do, then does it, and names what it did not do", async () => {
    await discard("a", NAME);
    await discard("b", "another");
    const redrive = redriveWith(async () => ({}));
    expect(await redrive(true)).toEqual({
      pending: 1,
      isDone: true,
      text: `would be redriven: 1 object with 1 record
skipped: 1 object with 1 record
  ${ZONES.onFailure}b: it was discarded by the mapping of another`,
    });
    expect(await redrive(false)).toMatchObject({
      pending: 0,
      text: expect.stringContaining("redriven: 1 object with 1 record; the objects are deleted"),
    });
    expect(await redrive(true)).toMatchObject({
      pending: 0,
      text: expect.stringMatching(/^skipped: 1 object/),
    });
  });

  test("runs once at a time; a look at what is there is free", async () => {
    await discard("a", NAME);
    let end: (() => void) | undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const redrive = redriveWith(() => ended.then(() => ({})));
    const running = redrive(false);
    await expect(redrive(false)).rejects.toMatchObject({ status: 409 });
    expect(await redrive(true)).toMatchObject({ pending: 1 });
    end?.();
    expect(await running).toMatchObject({ isDone: true });
    expect(await redrive(false)).toMatchObject({ isDone: true });
  });

  test("wants to be told whether to do it", async () => {
    await expect(redriveWith(async () => ({}))("yes")).rejects.toThrow("dryRun must be true or false");
  });
});

test("the schema has the catalog's tables with their columns, comments and partition keys", async () => {
  const { tables } = await readSchema(bench.glue, DATABASE);
  expect(tables).toEqual([
    {
      name: "quarantine",
      comment: "Refused lines",
      columns: COMMENTED.map((column) => ({ ...column, isPartitionKey: false })),
    },
  ]);
});
