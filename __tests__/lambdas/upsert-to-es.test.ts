import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { RecordJudge, type StoredLine } from "../../contract/lines";
import { decodeRecordId } from "../../contract/record-id";
import { retailTransaction } from "../../contract/retail-transaction";
import { contractVariable } from "../../contract/variable";
import { createLogger } from "../../lambdas/shared/log";
import { indexName, searchNode } from "../../lambdas/shared/search";
import { createSearch, type SearchAnswer, type SearchRequest } from "../../lambdas/shared/search-client";
import { BULK_QUERY, BulkPacker } from "../../lambdas/upsert-to-es/bulk";
import { upsertToEs } from "../../lambdas/upsert-to-es/core";
import { ENVIRONMENT } from "../../lambdas/upsert-to-es/env";
import { METRICS } from "../../lambdas/upsert-to-es/metrics";
import { closeServer, listenOnLoopback } from "../../lib/loopback";
import { refusedBy } from "../../local/opensearch/sigv4-verifier";
import { BROKEN_LINES } from "../support/broken-lines";
import { lambdaContext, sdkEnvironment, setEnvironment, startEndpoint } from "../support/fake-endpoint";
import { goodLine, kinesisEvent, kinesisRecord, sequenceNumber } from "../support/kinesis-event";
import { COLUMNS, INDEXING, indexMapping, judgeLine, retailJudge } from "../support/retail";
import { startSearchDouble } from "../support/search-double";

/** What the engine does with a document: takes it, or answers its item with a status and an error. */
type Treatment = { readonly status: number; readonly type?: string; readonly reason?: string };

const TAKEN: Treatment = { status: 201 };

interface World {
  /** By the Invoice of the line. @default it is taken */
  readonly treat?: (invoice: string) => Treatment;
  /** In the place of the whole answer of the n-th bulk request. */
  readonly answer?: (n: number) => SearchAnswer | Error | undefined;
  readonly put?: (key: string, body: string) => Promise<void>;
  readonly timeLeftMs?: () => number;
}

/** An engine that remembers, and everything that the function left in the world. */
function makeWorld({ treat = () => TAKEN, answer, put, timeLeftMs = () => 300_000 }: World = {}) {
  const documents = new Map<string, { index: string; source: string }>();
  const requests: SearchRequest[] = [];
  const objects = new Map<string, string>();
  const logged: string[] = [];
  const search = async (request: SearchRequest): Promise<SearchAnswer> => {
    requests.push(request);
    const instead = answer?.(requests.length - 1);
    if (instead instanceof Error) throw instead;
    if (instead) return instead;
    const lines = (request.lines ?? "").split("\n");
    const items = [];
    for (let at = 0; at + 1 < lines.length; at += 2) {
      const { index: place } = JSON.parse(lines[at] ?? "");
      const source = lines[at + 1] ?? "";
      const { status, type, reason } = treat(JSON.parse(source).Invoice);
      if (type === undefined) documents.set(place._id, { index: place._index, source });
      items.push({ index: { status, ...(type !== undefined && { error: { type, reason } }) } });
    }
    return { status: 200, body: { items } };
  };
  const ports = {
    search,
    put: put ?? (async (key: string, body: string) => void objects.set(key, body)),
    log: createLogger("UpsertToES", (line) => logged.push(line)),
    timeLeftMs,
  };
  return {
    documents,
    requests,
    objects,
    run: async (data: readonly (string | Uint8Array)[], judge: RecordJudge = retailJudge) => {
      const settings = { ...INDEXING, judge, quarantinePrefix: "quarantine/" };
      const { batchItemFailures } = await upsertToEs(kinesisEvent(data), settings, ports);
      return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    },
    log: () => logged.map((line): Record<string, unknown> => JSON.parse(line)),
    metrics: (): Record<string, unknown> =>
      logged.map((line) => JSON.parse(line)).find((line) => "_aws" in line),
    quarantine: (): Record<string, string>[] =>
      [...objects.values()].flatMap((body) =>
        body
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line)),
      ),
  };
}

const line = (invoice: string, change: Readonly<Record<string, unknown>> = {}): string =>
  goodLine({ Invoice: invoice, ...change });

describe("documents", () => {
  test("go into the index of their month, under their identity, as both layers store them", async () => {
    const world = makeWorld();

    const failed = await world.run([
      `${line("1")}\n\n${line("2", { InvoiceDate: "2010-02-28 23:59:59", colour: "red" })}`,
      line("3"),
    ]);

    expect(failed).toEqual([]);
    const documents = [...world.documents].map(([id, { index, source }]) => ({
      id,
      index,
      source: JSON.parse(source),
    }));
    expect(documents.map(({ index }) => index)).toEqual([
      "retail-2009-12",
      "retail-2010-02",
      "retail-2009-12",
    ]);
    expect(documents.map(({ id }) => decodeRecordId(id))).toEqual([
      { shardId: "shardId-000000000001", sequenceNumber: sequenceNumber(0), line: 0, subsequenceNumber: 0 },
      { shardId: "shardId-000000000001", sequenceNumber: sequenceNumber(0), line: 2, subsequenceNumber: 0 },
      { shardId: "shardId-000000000001", sequenceNumber: sequenceNumber(1), line: 0, subsequenceNumber: 0 },
    ]);
    expect(documents[1]?.source).toEqual({
      ...JSON.parse(line("2", { InvoiceDate: "2010-02-28 23:59:59" })),
      record_id: documents[1]?.id,
      arrived_at: "2026-11-24 03:00:00.123",
      extra: '{"colour":"red"}',
    });
    expect(world.requests).toMatchObject([{ method: "POST", path: "/_bulk" }]);
    expect(world.requests[0]?.lines?.split("\n", 1)).toEqual([
      JSON.stringify({ index: { _index: "retail-2009-12", _id: documents[0]?.id } }),
    ]);
    expect(world.metrics()).toMatchObject({
      FunctionName: "UpsertToES",
      [METRICS.indexed]: 3,
      [METRICS.quarantined]: 0,
      [METRICS.retried]: 0,
      [METRICS.unknownColumns]: 1,
      [METRICS.bulkRequests]: 1,
      [METRICS.refusals]: 0,
    });
  });

  test("an arrival in fractions of a second is rounded to the millisecond", async () => {
    const world = makeWorld();
    const record = kinesisRecord(line("1"), 0);
    const settings = { ...INDEXING, quarantinePrefix: "q/" };
    const at = async (seconds: number): Promise<string> => {
      const kinesis = { ...record.kinesis, approximateArrivalTimestamp: seconds };
      await upsertToEs({ Records: [{ ...record, kinesis }] }, settings, {
        search: async (request) => {
          world.requests.push(request);
          return { status: 200, body: { items: [{ index: { status: 201 } }] } };
        },
        put: async () => undefined,
        log: createLogger("test", () => undefined),
        timeLeftMs: () => 60_000,
      });
      return JSON.parse(world.requests.at(-1)?.lines?.split("\n")[1] ?? "").arrived_at;
    };

    expect(await at(1795489200.1234)).toBe("2026-11-24 03:00:00.123");
    expect(await at(1795489200.9996)).toBe("2026-11-24 03:00:01.000");
    expect(await at(1795489200)).toBe("2026-11-24 03:00:00.000");
  });

  test("a batch without lines asks nothing of the domain", async () => {
    const world = makeWorld();

    expect(await world.run(["", "\n \n"])).toEqual([]);
    expect(world.requests).toEqual([]);
    expect(world.objects.size).toBe(0);
  });
});

describe("what becomes of a document, by its item", () => {
  const MAPPING = "failed to parse field [Price] of type [double] in document with id 'a'";
  test.each<[Treatment, "indexed" | "quarantined" | "retried"]>([
    [{ status: 201 }, "indexed"],
    [{ status: 200 }, "indexed"],
    [{ status: 400, type: "mapper_parsing_exception", reason: MAPPING }, "quarantined"],
    [
      { status: 400, type: "strict_dynamic_mapping_exception", reason: "mapping set to strict" },
      "quarantined",
    ],
    [
      {
        status: 400,
        type: "illegal_argument_exception",
        reason: 'Document contains at least one immense term in field="k"',
      },
      "quarantined",
    ],
    [
      {
        status: 400,
        type: "illegal_argument_exception",
        reason: "mapper [n] cannot be changed from type [long] to [float]",
      },
      "quarantined",
    ],
    [
      { status: 400, type: "illegal_argument_exception", reason: "pipeline with id [x] does not exist" },
      "retried",
    ],
    [
      {
        status: 400,
        type: "validation_exception",
        reason:
          "Validation Failed: 1: this action would add [2] total shards, but this cluster currently has [1000]/[1000] maximum shards open;",
      },
      "retried",
    ],
    [{ status: 400, type: "index_closed_exception", reason: "closed" }, "retried"],
    [{ status: 400, type: "invalid_index_name_exception", reason: "must be lowercase" }, "retried"],
    [{ status: 401, type: "security_exception", reason: "no" }, "retried"],
    [
      { status: 403, type: "security_exception", reason: "no permissions for [indices:data/write/bulk[s]]" },
      "retried",
    ],
    [
      { status: 403, type: "cluster_block_exception", reason: "index read-only / allow delete (api)" },
      "retried",
    ],
    [{ status: 404, type: "index_not_found_exception", reason: "no such index" }, "retried"],
    [{ status: 409, type: "version_conflict_engine_exception", reason: "conflict" }, "retried"],
    [{ status: 429, type: "rejected_execution_exception", reason: "queue is full" }, "retried"],
    [
      { status: 429, type: "cluster_block_exception", reason: "TOO_MANY_REQUESTS/12/disk usage exceeded" },
      "retried",
    ],
    [{ status: 500, type: "mapper_parsing_exception", reason: "a bug" }, "retried"],
    [{ status: 503, type: "unavailable_shards_exception", reason: "primary shard is not active" }, "retried"],
  ])("%j: %s", async (treatment, result) => {
    const world = makeWorld({ treat: (invoice) => (invoice === "odd" ? treatment : TAKEN) });

    const failed = await world.run([line("1"), line("odd"), line("3")]);

    expect(failed).toEqual(result === "retried" ? [sequenceNumber(1)] : []);
    expect(world.quarantine()).toHaveLength(result === "quarantined" ? 1 : 0);
    expect(world.documents.size).toBe(result === "indexed" ? 3 : 2);
    if (result === "quarantined") {
      expect(world.quarantine()[0]).toMatchObject({
        layer: "speed",
        reason: treatment.type,
        detail: treatment.reason,
        original: Buffer.from(line("odd")).toString("base64"),
      });
    }
  });

  test("the cause that the engine gives stands in the quarantine, not in the log", async () => {
    const secret = "4929 1234 5678 9012";
    const world = makeWorld({
      answer: () => ({
        status: 200,
        body: {
          items: [
            {
              index: {
                status: 400,
                error: {
                  type: "mapper_parsing_exception",
                  reason: `Preview of field's value: '${secret}'`,
                  caused_by: { type: "number_format_exception", reason: `For input string: "${secret}"` },
                },
              },
            },
            {
              index: { status: 400, error: { type: "illegal_argument_exception", reason: `odd: ${secret}` } },
            },
          ],
        },
      }),
    });

    await world.run([line("1"), line("2")]);

    expect(world.quarantine()[0]?.["detail"]).toBe(
      `Preview of field's value: '${secret}': For input string: "${secret}"`,
    );
    expect(JSON.stringify(world.log())).not.toContain(secret);
    expect(world.log()).toContainEqual(
      expect.objectContaining({
        message: "Lines were quarantined",
        reasons: { mapper_parsing_exception: 1 },
      }),
    );
    expect(world.log()).toContainEqual(
      expect.objectContaining({
        message: "Records are retried",
        from: sequenceNumber(1),
        faults: [{ status: 400, type: "illegal_argument_exception", times: 1 }],
      }),
    );
  });
});

describe("what becomes of a bulk request as a whole", () => {
  const body = (type: string, reason = "why") => ({ error: { type, reason } });
  test.each<[string, SearchAnswer | Error]>([
    ["no connection", new Error("connect ECONNREFUSED")],
    ["400", { status: 400, body: body("parse_exception") }],
    ["401", { status: 401, body: "Unauthorized" }],
    ["403", { status: 403, body: body("security_exception") }],
    ["404", { status: 404, body: body("index_not_found_exception") }],
    ["413", { status: 413, body: "" }],
    ["429", { status: 429, body: "429 Too Many Requests /_bulk" }],
    ["500", { status: 500, body: null }],
    ["502 of a proxy", { status: 502, body: "<html>Bad Gateway</html>" }],
    ["503", { status: 503, body: body("cluster_block_exception") }],
    ["a 200 that is no bulk answer", { status: 200, body: "welcome" }],
    ["a 200 with an item too few", { status: 200, body: { items: [{ index: { status: 201 } }] } }],
    ["a 200 with an item that says nothing", { status: 200, body: { items: [{}, {}] } }],
  ])("%s: all its records are retried, and nothing is quarantined", async (_, answer) => {
    const world = makeWorld({ answer: () => answer });

    const failed = await world.run([line("1"), "broken", line("2")]);

    expect(failed).toEqual([sequenceNumber(0)]);
    expect(world.objects.size).toBe(0);
    expect(world.metrics()).toMatchObject({
      [METRICS.retried]: 3,
      [METRICS.indexed]: 0,
      [METRICS.bulkRequests]: 1,
    });
  });

  test("a line refused before the first document is settled all the same", async () => {
    const world = makeWorld({ answer: () => ({ status: 503, body: "" }) });

    expect(await world.run(["broken", line("1"), "broken too"])).toEqual([sequenceNumber(1)]);
    expect(
      world.quarantine().map(({ original }) => Buffer.from(original ?? "", "base64").toString()),
    ).toEqual(["broken"]);
  });

  test("after it no further request is sent", async () => {
    const big = { Description: "x".repeat(250_000) };
    const lines = Array.from({ length: 60 }, (_, n) => line(String(n), big));
    const world = makeWorld({ answer: (n) => (n === 1 ? { status: 429, body: "" } : undefined) });

    const failed = await world.run(lines);

    expect(world.requests).toHaveLength(2);
    expect(failed).toEqual([sequenceNumber(world.documents.size)]);
    for (const { lines: sent = "" } of world.requests) {
      expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(5 * 1024 * 1024);
      expect(Buffer.byteLength(sent)).toBeGreaterThan(4.5 * 1024 * 1024);
    }
  });

  test("without time it is not sent, and with little time it gets no more than there is", async () => {
    const late = makeWorld({ timeLeftMs: () => 10_500 });
    const short = makeWorld({ timeLeftMs: () => 15_000 });
    const ample = makeWorld();

    expect(await late.run(["broken", line("1")])).toEqual([sequenceNumber(1)]);
    expect(late.requests).toEqual([]);
    expect(late.quarantine()).toHaveLength(1);
    expect(await short.run([line("1")])).toEqual([]);
    expect(short.requests[0]?.timeoutMs).toBe(5_000);
    await ample.run([line("1")]);
    expect(ample.requests[0]?.timeoutMs).toBe(30_000);
  });

  test.each([
    [
      {
        error: {
          type: "security_exception",
          reason: "no permissions for [indices:data/write/bulk] and User [name=role]",
        },
      },
      /firehose_role/,
    ],
    [
      { Message: "User: arn:aws:iam::1:role/x is not authorized to perform: es:ESHttpPost" },
      /access policy .* es:ESHttpPost/,
    ],
    [
      {
        error: {
          type: "cluster_block_exception",
          reason: "blocked by: [FORBIDDEN/10/cluster create-index blocked (api)]",
        },
      },
      /free storage/,
    ],
  ])("403 with %j names what is missing", async (answer, remedy) => {
    const world = makeWorld({ answer: () => ({ status: 403, body: answer }) });

    await world.run([line("1")]);

    expect(world.log()).toContainEqual(
      expect.objectContaining({ level: "ERROR", remedy: expect.stringMatching(remedy) }),
    );
    expect(world.metrics()).toMatchObject({ [METRICS.refusals]: 1 });
  });
});

describe("quarantine", () => {
  test("takes every broken line once, with its reason, in one object", async () => {
    const world = makeWorld();

    const failed = await world.run([...BROKEN_LINES.map(({ bytes }) => bytes), line("1")]);

    expect(failed).toEqual([]);
    expect(world.objects.size).toBe(1);
    expect([...world.objects.keys()][0]).toMatch(/^quarantine\/speed\/[0-9a-v]{51}-[0-9a-f]{16}\.json$/);
    expect(world.quarantine().map(({ reason }) => reason)).toEqual(BROKEN_LINES.map(({ reason }) => reason));
    expect(world.documents.size).toBe(1);
  });

  test("that cannot be written: the records concerned are retried, what lies before them does not", async () => {
    const world = makeWorld({
      treat: (invoice) => (invoice === "odd" ? { status: 400, type: "mapper_parsing_exception" } : TAKEN),
      put: async () => {
        throw new Error("AccessDenied");
      },
    });

    expect(await world.run([line("1"), line("odd"), "broken"])).toEqual([sequenceNumber(1)]);
    expect(world.log()).toContainEqual(
      expect.objectContaining({
        level: "ERROR",
        message: expect.stringContaining("Quarantine cannot be written"),
      }),
    );
    expect(world.metrics()).toMatchObject({ [METRICS.quarantined]: 0, [METRICS.indexed]: 1 });
  });

  test("is in stream order, so that a repetition writes the same object", async () => {
    const treat = (invoice: string): Treatment =>
      invoice === "odd" ? { status: 400, type: "mapper_parsing_exception" } : TAKEN;
    const world = makeWorld({ treat });
    const lines = [line("odd"), "broken", `${line("1")}\n${line("odd")}\nbroken`];

    await world.run(lines);
    await world.run(lines);

    expect(world.objects.size).toBe(1);
    const ids = world.quarantine().map(({ record_id: id }) => id ?? "");
    expect(ids).toHaveLength(4);
    expect(ids).toEqual([...ids].sort());
  });

  const failing = (text: string): void => {
    if (text.includes("odd")) throw new Error("our own");
  };
  const failingJudge = new RecordJudge(COLUMNS, (bytes, arrivedAtMs) => {
    failing(Buffer.from(bytes).toString());
    return judgeLine(bytes, arrivedAtMs);
  });
  class FailingWriter extends RecordJudge {
    override storedJson(stored: StoredLine): string {
      failing(JSON.stringify(stored));
      return super.storedJson(stored);
    }
  }

  test.each([
    ["judging", failingJudge],
    ["writing", new FailingWriter(COLUMNS)],
  ])("takes a line on which our own code fails (%s it), and the shard goes on", async (_, judge) => {
    const world = makeWorld();

    const failed = await world.run([line("1"), `${line("2")}\n${line("odd")}`, line("3")], judge);

    expect(failed).toEqual([]);
    expect(world.quarantine()).toMatchObject([
      {
        reason: "internal_error",
        detail: expect.stringContaining("our own"),
        original: Buffer.from(line("odd")).toString("base64"),
      },
    ]);
    expect(world.documents.size).toBe(3);
  });

  test("a record whose place cannot be read has no identity: it is retried", async () => {
    const world = makeWorld();
    const record = { ...kinesisRecord(line("1"), 4), eventID: "nonsense" };
    const answer = await upsertToEs(
      { Records: [kinesisRecord(line("0"), 3), record, kinesisRecord("broken", 5)] },
      { ...INDEXING, quarantinePrefix: "quarantine/" },
      {
        search: async () => ({ status: 200, body: { items: [{ index: { status: 201 } }] } }),
        put: async (key, body) => void world.objects.set(key, body),
        log: createLogger("test", () => undefined),
        timeLeftMs: () => 60_000,
      },
    );

    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: sequenceNumber(4) }]);
    expect(world.objects.size).toBe(0);
  });
});

describe("laws", () => {
  const TREATMENTS: readonly Treatment[] = [
    TAKEN,
    TAKEN,
    { status: 400, type: "mapper_parsing_exception", reason: "x" },
    { status: 429, type: "rejected_execution_exception" },
    { status: 403, type: "security_exception" },
  ];
  const someLine = fc.oneof(
    fc.record({ kind: fc.constant("good"), treatment: fc.nat({ max: TREATMENTS.length - 1 }) }),
    fc.record({ kind: fc.constantFrom("broken", "blank"), treatment: fc.constant(0) }),
  );

  /** Lines as text; the Invoice of a good one names its treatment. */
  function render(lines: readonly { kind: string; treatment: number }[]): string {
    return lines
      .map(({ kind, treatment }) =>
        kind === "good" ? line(`treatment ${treatment}`) : kind === "broken" ? "{" : "",
      )
      .join("\n");
  }

  /** Record and line number of every line that is none of the blank ones. */
  function places(batch: readonly (readonly { kind: string }[])[]): { record: number; line: number }[] {
    return batch.flatMap((lines, record) =>
      lines.flatMap(({ kind }, number) => (kind === "blank" ? [] : [{ record, line: number }])),
    );
  }

  const place = (id: string): string => {
    const { sequenceNumber: sequence, line: number } = decodeRecordId(id);
    return `${BigInt(sequence) - BigInt(sequenceNumber(0))} ${number}`;
  };

  test("each line is indexed, quarantined, or of a record at or behind the lowest that is retried", async () => {
    const batches = fc.array(fc.array(someLine, { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(batches, fc.boolean(), fc.boolean(), async (batch, down, noQuarantine) => {
        const world = makeWorld({
          treat: (invoice) => TREATMENTS[Number(invoice.split(" ")[1])] ?? TAKEN,
          ...(down && { answer: () => ({ status: 503, body: "" }) }),
          ...(noQuarantine && { put: () => Promise.reject(new Error("no")) }),
        });

        const [lowest] = await world.run(batch.map(render));

        const firstAgain =
          lowest === undefined
            ? Number.POSITIVE_INFINITY
            : Number(BigInt(lowest) - BigInt(sequenceNumber(0)));
        const indexed = new Set([...world.documents.keys()].map(place));
        const quarantined = new Set(world.quarantine().map(({ record_id: id }) => place(id ?? "")));
        for (const { record, line: number } of places(batch)) {
          const key = `${record} ${number}`;
          expect(indexed.has(key) && quarantined.has(key)).toBe(false);
          expect(indexed.has(key) || quarantined.has(key) || record >= firstAgain).toBe(true);
        }
        for (const key of quarantined) expect(Number(key.split(" ")[0])).toBeLessThan(firstAgain);
      }),
      { numRuns: 300 },
    );
  });

  test("repeated from the lowest until nothing is retried, the end is the same as without faults", async () => {
    const good = fc.array(fc.constantFrom("good", "bad", "broken"), { minLength: 1, maxLength: 3 });
    const faults = fc.array(fc.boolean(), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.array(good, { minLength: 1, maxLength: 8 }), faults, async (batch, plan) => {
        const data = batch.map((kinds) =>
          kinds.map((kind) => (kind === "broken" ? "{" : line(kind))).join("\n"),
        );
        const permanent = (invoice: string): Treatment =>
          invoice === "bad" ? { status: 400, type: "mapper_parsing_exception", reason: "x" } : TAKEN;
        const calm = makeWorld({ treat: permanent });
        let asked = 0;
        const stormy = makeWorld({
          treat: (invoice) => (plan[asked++] ? { status: 429, type: "rejected" } : permanent(invoice)),
        });

        await calm.run(data);
        let records = data.map((item, n) => kinesisRecord(item, n));
        for (let again = records.length > 0; again; ) {
          const from = await stormy.run(
            data.map((item, n) => (n < data.length - records.length ? "" : item)),
          );
          records = records.filter(
            ({ kinesis }) => from.length > 0 && BigInt(kinesis.sequenceNumber) >= BigInt(from[0] ?? 0),
          );
          again = from.length > 0;
        }

        const byId = <T>(entries: Iterable<readonly [string, T]>) =>
          new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
        expect(byId(stormy.documents)).toEqual(byId(calm.documents));
        const quarantined = (world: typeof calm) =>
          new Set(world.quarantine().map(({ record_id: id }) => id));
        expect(quarantined(stormy)).toEqual(quarantined(calm));
      }),
      { numRuns: 200 },
    );
  });

  test("bulk requests hold every document in order, none above the limit, and none that fits into the one before", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme", maxLength: 40 })),
        fc.integer({ min: 200, max: 500 }),
        (texts, limit) => {
          const packer = new BulkPacker(limit);
          const bulks = [
            ...texts.map((entry) => packer.add({ entry, bytes: Buffer.byteLength(entry) })),
            packer.take(),
          ].filter((bulk) => bulk !== undefined);

          expect(bulks.flatMap(({ documents }) => documents.map(({ entry }) => entry))).toEqual(texts);
          for (const [at, { body, documents }] of bulks.entries()) {
            expect(body).toBe(documents.map(({ entry }) => entry).join(""));
            expect(Buffer.byteLength(body)).toBeLessThanOrEqual(limit);
            const before = bulks[at - 1];
            const [first] = documents;
            if (before && first) expect(Buffer.byteLength(before.body + first.entry)).toBeGreaterThan(limit);
          }
        },
      ),
    );
  });
});

describe("environment", () => {
  test.each([
    ["vpc-salesv1-abc.eu-west-1.es.amazonaws.com", "https://vpc-salesv1-abc.eu-west-1.es.amazonaws.com"],
    ["http://127.0.0.1:9200", "http://127.0.0.1:9200"],
    ["localhost:9200", "https://localhost:9200"],
    ["https://host/", "https://host"],
  ])("ES_HOST=%s is %s", (given, origin) => {
    expect(searchNode(given)).toBe(origin);
  });

  test.each(["https://host/path", "ftp://host", "https://user:pw@host", "no host", "https://host?x=1"])(
    "ES_HOST=%s is refused",
    (given) => {
      expect(() => searchNode(given)).toThrow("must be a host, or a URL of scheme, host and port");
    },
  );

  test("ES_INDEX is a name that the engine takes", () => {
    expect(indexName("retail")).toBe("retail");
    for (const wrong of ["Retail", "-retail", "re*tail", "re,tail"])
      expect(() => indexName(wrong)).toThrow("lower-case");
  });

  test("holds the four variables", () => {
    expect(Object.keys(ENVIRONMENT)).toEqual([
      "ES_HOST",
      "ES_INDEX",
      "REGION_NAME",
      "QUARANTINE_LOCATION",
      "CONTRACT",
    ]);
  });
});

describe("the client", () => {
  async function serve(listener: RequestListener) {
    const server = createServer(listener);
    const url = await listenOnLoopback(server, 0, "test server");
    return { url, close: () => closeServer(server) };
  }

  const KEYS = { AWS_ACCESS_KEY_ID: "first", AWS_SECRET_ACCESS_KEY: "secret", AWS_SESSION_TOKEN: "token" };

  test("signs each request with the credentials of that moment, for the service and region of the domain", async () => {
    const seen: { authorization: string | undefined; token: unknown; hash: unknown }[] = [];
    const { url, close } = await serve((request, response) => {
      const { authorization, "x-amz-security-token": token, "x-amz-content-sha256": hash } = request.headers;
      seen.push({ authorization, token, hash });
      request.resume().on("end", () => response.setHeader("content-type", "application/json").end('{"a":1}'));
    });
    const restore = setEnvironment(KEYS);
    try {
      const search = createSearch(url, "eu-west-1");
      const request = { method: "POST", path: "/_bulk", lines: "{}\n", timeoutMs: 5_000 } as const;
      const first = await search(request);
      Object.assign(process.env, { AWS_ACCESS_KEY_ID: "second", AWS_SESSION_TOKEN: "" });
      await search(request);

      expect(first).toEqual({ status: 200, body: { a: 1 } });
      expect(
        seen.map(({ authorization }) =>
          /Credential=(\w+)\/\d{8}\/([\w/-]+)/.exec(authorization ?? "")?.slice(1),
        ),
      ).toEqual([
        ["first", "eu-west-1/es/aws4_request"],
        ["second", "eu-west-1/es/aws4_request"],
      ]);
      expect(seen.map(({ token }) => token)).toEqual(["token", undefined]);
      expect(seen[0]?.hash).toMatch(/^[0-9a-f]{64}$/);
    } finally {
      restore();
      await close();
    }
  });

  test.each<Omit<SearchRequest, "timeoutMs">>([
    { method: "GET", path: "/retail-*/_mapping" },
    { method: "POST", path: "/_bulk", query: BULK_QUERY, lines: '{"a":"é"}\n' },
    { method: "PUT", path: "/a", query: { b: "x y/z", "a-b": "*", a: "1" }, body: { a: 1 } },
    { method: "POST", path: "/b", content: { type: "multipart/form-data; boundary=b", text: "--b--" } },
    { method: "PATCH", path: "/c", headers: { "osd-xsrf": "true" }, body: [] },
  ])("the domain takes the signature of $method $path", async (request) => {
    const refusals: (string | undefined)[] = [];
    const { url, close } = await serve(async (received, response) => {
      const { method = "", url: target = "", rawHeaders } = received;
      const keys = { first: { secret: "secret", sessionToken: "token" } };
      const body = await buffer(received);
      const verifier = { region: "eu-west-1", service: "es", keys, now: new Date() };
      refusals.push(refusedBy(verifier, { method, target, rawHeaders, body }));
      response.end();
    });
    const restore = setEnvironment(KEYS);
    try {
      await createSearch(url, "eu-west-1")({ ...request, timeoutMs: 5_000 });
      expect(refusals).toEqual([undefined]);
    } finally {
      restore();
      await close();
    }
  });

  test("answers with any status, repeats nothing, and rejects when there is no answer in time", async () => {
    let calls = 0;
    const { url, close } = await serve((request, response) => {
      calls++;
      if (request.url === "/slow")
        response.writeHead(200, { "content-type": "application/json" }).write('{"half":');
      else if (request.url === "/cut")
        response.writeHead(200).write("half", () => request.socket.resetAndDestroy());
      else if (request.url === "/broken")
        response.writeHead(200, { "content-type": "application/json" }).end('{"half":');
      else response.writeHead(503, { "content-type": "text/plain" }).end("busy");
    });
    const restore = setEnvironment(KEYS);
    try {
      const search = createSearch(url, "eu-west-1");

      expect(await search({ method: "GET", path: "/", timeoutMs: 5_000 })).toEqual({
        status: 503,
        body: "busy",
      });
      expect(calls).toBe(1);
      await expect(search({ method: "GET", path: "/slow", timeoutMs: 200 })).rejects.toThrow(
        "GET /slow had no whole answer within 200 ms",
      );
      await expect(search({ method: "GET", path: "/cut", timeoutMs: 5_000 })).rejects.toThrow();
      expect(await search({ method: "GET", path: "/broken", timeoutMs: 5_000 })).toEqual({
        status: 200,
        body: '{"half":',
      });
    } finally {
      restore();
      await close();
    }
    await expect(
      createSearch(url, "eu-west-1")({ method: "GET", path: "/", timeoutMs: 5_000 }),
    ).rejects.toThrow();
  });

  test("says which credential is missing", async () => {
    const restore = setEnvironment({ ...KEYS, AWS_ACCESS_KEY_ID: "" });
    try {
      const search = createSearch("http://127.0.0.1:1", "eu-west-1");
      await expect(search({ method: "GET", path: "/", timeoutMs: 1_000 })).rejects.toThrow(
        "AWS_ACCESS_KEY_ID is not set",
      );
    } finally {
      restore();
    }
  });
});

describe("the handler", () => {
  test("wires the environment, the domain and the bucket", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "upsert-"));
    const double = await startSearchDouble({ dataDir });
    const mappings = indexMapping();
    await fetch(`${double.url}/retail-2009-12`, { method: "PUT", body: JSON.stringify({ mappings }) });
    const bucket = await startEndpoint(() => ({}));
    const restore = setEnvironment({
      ...sdkEnvironment(bucket.url),
      ES_HOST: double.url,
      ES_INDEX: "retail",
      REGION_NAME: "eu-west-1",
      QUARANTINE_LOCATION: "s3://lake/quarantine/",
      CONTRACT: contractVariable(retailTransaction),
    });
    const output = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      const { handler } = jest.requireActual<typeof import("../../lambdas/upsert-to-es/handler")>(
        "../../lambdas/upsert-to-es/handler",
      );

      const answer = await handler(kinesisEvent([line("1"), "broken"]), lambdaContext("UpsertToES"));

      expect(answer).toEqual({ batchItemFailures: [] });
      await fetch(`${double.url}/retail-2009-12/_refresh`, { method: "POST" });
      expect(await (await fetch(`${double.url}/retail-*/_count`)).json()).toMatchObject({ count: 1 });
      expect(bucket.requests).toMatchObject([
        {
          method: "PUT",
          path: expect.stringContaining("/quarantine/speed/"),
          body: expect.stringContaining("not_json"),
        },
      ]);
    } finally {
      output.mockRestore();
      restore();
      await bucket.close();
      await double.close();
      rmSync(dataDir, { recursive: true });
    }
  });
});
