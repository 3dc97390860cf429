import { createServer, type RequestListener, type Server } from "node:http";
import fc from "fast-check";
import { encodeRecordId } from "../../contract/record-id";
import { CongestionWindow } from "../../loadgen/congestion-window";
import { createKinesisClient, kinesisPut, type RecordsClient } from "../../loadgen/kinesis";
import { Pacer } from "../../loadgen/pacer";
import { MAX_CALL_BYTES, MAX_CALL_RECORDS, MAX_RECORD_BYTES, Packer, sizeOf } from "../../loadgen/pack";
import { ProduceError, type ProduceOptions, produce } from "../../loadgen/produce";
import { PutError, type RecordOutcome } from "../../loadgen/put";
import type { SendReport } from "../../loadgen/send-report";
import type { SourceItem } from "../../loadgen/source";
import { SYSTEM_TIMING } from "../../loadgen/timing";
import { type CallPlan, FakeStream, FakeTime, lines } from "./fake-stream";

/** A run whose every step can be looked at. */
async function runProduce(
  stream: FakeStream,
  options: Partial<ProduceOptions> = {},
): Promise<{
  report: SendReport;
  error?: ProduceError;
  ledger: string[];
  failed: number[];
  reasons: string[];
}> {
  const ledger: string[] = [];
  const failed: number[] = [];
  const reasons: string[] = [];
  const watched: ProduceOptions = {
    put: stream.put,
    lines: lines(100),
    timing: new FakeTime(),
    ledger: { append: (ids) => void ledger.push(...ids) },
    onFailed: ({ numbers, reason }) => {
      failed.push(...numbers);
      reasons.push(reason);
    },
    ...options,
  };
  try {
    return { report: await produce(watched), ledger, failed, reasons };
  } catch (error) {
    if (!(error instanceof ProduceError)) throw error;
    return { report: error.report, error, ledger, failed, reasons };
  }
}

/** Identities of everything that the fake stream took, with the line that each is of. */
function identities(stream: FakeStream): Map<string, number> {
  return new Map(
    stream.taken.flatMap(({ sequenceNumber, record }) =>
      record.numbers.map((number, line): [string, number] => [
        encodeRecordId({ shardId: "shardId-000000000000", sequenceNumber, line }),
        number,
      ]),
    ),
  );
}

describe("produce", () => {
  test("sends every line once, in order within a record, each with a newline", async () => {
    const stream = new FakeStream();

    const { report, ledger } = await runProduce(stream, { lines: lines(1_001), pack: 25 });

    expect(report).toMatchObject({
      accepted: 1_001,
      acknowledged: 1_001,
      failed: 0,
      retried: 0,
      records: 41,
      calls: 1,
    });
    const text = stream.taken.map(({ record }) => Buffer.from(record.data).toString()).join("");
    expect(text).toBe(Array.from({ length: 1_001 }, (_, index) => `{"line":${index + 1}}\n`).join(""));
    expect(report.bytes).toBe(text.length);
    expect(ledger).toEqual([...identities(stream).keys()]);
  });

  const status = fc.constantFrom<RecordOutcome["status"]>(
    "acknowledged",
    "acknowledged",
    "throttled",
    "failed",
  );
  const plan: fc.Arbitrary<CallPlan> = fc.oneof(
    { weight: 6, arbitrary: fc.array(status, { minLength: 1, maxLength: 12 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<CallPlan>("throttled", "unreachable", "unanswered", "answer lost"),
    },
    { weight: 1, arbitrary: fc.constant<CallPlan>("refused") },
  );

  test("whatever the stream does, each line is acknowledged or failed, and the ledger is what was acknowledged", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plan, { maxLength: 30 }),
        fc.integer({ min: 0, max: 2_500 }),
        fc.integer({ min: 1, max: 40 }),
        async (plans, count, pack) => {
          const stream = new FakeStream(plans);

          const { report, error, ledger, failed } = await runProduce(stream, { lines: lines(count), pack });

          expect(report.acknowledged + report.failed).toBe(report.accepted);
          if (error === undefined) expect(report.accepted).toBe(count);
          expect(ledger).toHaveLength(report.acknowledged);
          expect(new Set(ledger).size).toBe(ledger.length);
          expect(failed).toHaveLength(report.failed);
          const inStream = identities(stream);
          const accounted = [...ledger.map((id) => inStream.get(id)), ...failed].sort(
            (a = 0, b = 0) => a - b,
          );
          expect(accounted).toEqual(Array.from({ length: report.accepted }, (_, index) => index + 1));
          // What the stream has beyond the ledger came from calls that were not answered.
          expect(inStream.size - ledger.length).toBeLessThanOrEqual(report.uncertain);
          const sent = stream.calls.flat().reduce((sum, { numbers }) => sum + numbers.length, 0);
          expect(sent).toBeLessThanOrEqual(report.accepted + report.retried);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("only what was not taken is sent again", async () => {
    const stream = new FakeStream([["acknowledged", "throttled", "failed"], ["acknowledged"]]);

    const { report, ledger } = await runProduce(stream, { lines: lines(9) });

    expect(stream.calls.map((records) => records.flatMap(({ numbers }) => numbers))).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
      [3, 6, 9, 2, 5, 8],
    ]);
    expect(report).toMatchObject({ acknowledged: 9, retried: 6, throttled: 3, failed: 0, calls: 2 });
    expect(ledger).toHaveLength(9);
  });

  test("a call that was not answered is repeated, and said to be uncertain", async () => {
    const stream = new FakeStream(["answer lost"]);

    const { report, ledger } = await runProduce(stream, { lines: lines(7) });

    expect(report).toMatchObject({ acknowledged: 7, retried: 7, uncertain: 7 });
    expect(identities(stream).size).toBe(14);
    expect(ledger).toHaveLength(7);
  });

  test("a record that always fails is counted as failed after eight attempts; the others are not", async () => {
    const stream = new FakeStream();
    const put: ProduceOptions["put"] = async (records) => {
      const outcomes = [...(await stream.put(records.filter(({ numbers }) => numbers[0] !== 3)))];
      return records.map((record) => {
        return record.numbers[0] === 3
          ? { status: "failed", reason: "InternalFailure" }
          : (outcomes.shift() ?? { status: "skipped" });
      });
    };

    const { report, error, failed, reasons } = await runProduce(stream, { put, lines: lines(5) });

    expect(error).toBeUndefined();
    expect(report).toMatchObject({ accepted: 5, acknowledged: 4, failed: 1, calls: 8 });
    expect({ failed, reasons }).toEqual({ failed: [3], reasons: ["InternalFailure"] });
  });

  test("waits double up to five seconds, and are drawn from the whole of that", async () => {
    const waits: number[] = [];
    const time = new FakeTime();
    const timing = {
      now: () => time.now(),
      sleep: async (milliseconds: number) => {
        waits.push(milliseconds);
        await time.sleep(milliseconds);
      },
    };

    await runProduce(new FakeStream(new Array<CallPlan>(20).fill("throttled")), { timing, lines: lines(1) });

    const bounds = [100, 200, 400, 800, 1_600, 3_200, ...new Array<number>(14).fill(5_000)];
    expect(waits).toHaveLength(20);
    for (const [index, wait] of waits.entries()) expect(wait).toBeLessThanOrEqual(bounds[index] ?? 0);
    const shares = waits.map((wait, index) => wait / (bounds[index] ?? 1));
    expect(Math.min(...shares)).toBeLessThan(0.3);
    expect(Math.max(...shares)).toBeGreaterThan(0.7);
  });

  test("throttling for five minutes ends the run, naming why", async () => {
    const stream = new FakeStream(new Array<CallPlan>(2_000).fill(["throttled"]));
    const timing = new FakeTime();

    const { report, error, reasons } = await runProduce(stream, { timing, lines: lines(2) });

    expect(error).toBeUndefined();
    expect(report).toMatchObject({ accepted: 2, failed: 2 });
    expect(reasons).toEqual(["planned: throttled"]);
    expect(timing.now()).toBeGreaterThan(300_000);
    expect(timing.now()).toBeLessThan(310_000);
  });

  test("a stream with a limit slows the run down to it, and nothing fails", async () => {
    const time = new FakeTime();
    const stream = new FakeStream();
    let room = 1_000;
    let filledAt = 0;
    let largest = 0;
    let inFlight = 0;
    const put: ProduceOptions["put"] = async (records) => {
      largest = Math.max(largest, ++inFlight);
      await time.sleep(5);
      room = Math.min(1_000, room + time.now() - filledAt);
      filledAt = time.now();
      const fitting = records.slice(0, room);
      room -= fitting.length;
      const outcomes = fitting.length > 0 ? await stream.put(fitting) : [];
      inFlight--;
      return records.map((_, index) => outcomes[index] ?? { status: "throttled", reason: "limit" });
    };

    const { report } = await runProduce(stream, { put, timing: time, lines: lines(20_000) });

    expect(report).toMatchObject({ accepted: 20_000, acknowledged: 20_000, failed: 0 });
    expect(report.throttled).toBeGreaterThan(0);
    expect(report.linesPerSecond).toBeLessThan(1_060);
    expect(largest).toBeLessThanOrEqual(8);
    // Far fewer than a producer that hammers on: each line is refused less than twice on average.
    expect(report.throttled).toBeLessThan(2 * report.accepted);
  });

  test("an error that no repetition helps ends the run at once, with its report", async () => {
    const stream = new FakeStream(["refused"]);

    const { report, error, reasons } = await runProduce(stream, { lines: lines(), maxCount: 1_000_000 });

    expect(error?.message).toBe("planned: refused");
    expect(report.acknowledged + report.failed).toBe(report.accepted);
    expect(report.accepted).toBeLessThan(10_000);
    expect(reasons).toContain("planned: refused");
  });

  test.each([
    { failure: "unanswered", uncertain: 80 },
    { failure: "unreachable", uncertain: 0 },
  ] as const)("$failure eight times ends the run too", async ({ failure, uncertain }) => {
    const stream = new FakeStream(new Array<CallPlan>(200).fill(failure));

    const { report, error } = await runProduce(stream, { lines: lines(10) });

    expect(error?.message).toBe(`planned: ${failure}`);
    expect(report).toMatchObject({
      accepted: 10,
      acknowledged: 0,
      failed: 10,
      calls: 8,
      retried: 70,
      uncertain,
    });
  });

  test("when the run has to end, what waits for its repetition fails instead", async () => {
    const untilAborted = (_: number, signal?: AbortSignal): Promise<void> =>
      new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
    const stream = new FakeStream(["throttled", "refused"]);

    const { report, reasons } = await runProduce(stream, {
      lines: lines(1_000),
      timing: { now: () => 0, sleep: untilAborted },
    });

    expect(report).toMatchObject({ accepted: 1_000, failed: 1_000, calls: 2, retried: 0 });
    expect(reasons).toEqual(["planned: refused", "the run ended before it could be sent again"]);
  });

  test("a ledger that cannot be written ends the run; what was acknowledged stays counted", async () => {
    const full = {
      append: () => {
        throw new Error("ENOSPC");
      },
    };

    const { report, error } = await runProduce(new FakeStream(), { ledger: full, lines: lines(10) });

    expect(error?.message).toBe("lines were acknowledged, but the ledger cannot take them: ENOSPC");
    expect(report).toMatchObject({ accepted: 10, acknowledged: 10, failed: 0 });
  });

  test("input that breaks off: what came before is sent", async () => {
    async function* breakingOff(): AsyncGenerator<SourceItem> {
      yield* lines(700);
      throw new Error("line 701: the disk is gone");
    }
    const stream = new FakeStream([["throttled", "acknowledged"]]);

    const { report, error } = await runProduce(stream, { lines: breakingOff() });

    expect(error?.message).toBe("line 701: the disk is gone");
    expect(report).toMatchObject({ accepted: 700, acknowledged: 700, failed: 0 });
  });

  test("bad rows are counted by reason and told of, and are not sent", async () => {
    async function* mixed(): AsyncGenerator<SourceItem> {
      yield* lines(2);
      yield { number: 3, reason: "not_a_number", fault: "Price" };
    }
    const bad: number[] = [];

    const { report } = await runProduce(new FakeStream(), {
      lines: mixed(),
      onBadRow: ({ number }) => bad.push(number),
    });

    expect(report).toMatchObject({
      accepted: 2,
      acknowledged: 2,
      read: 3,
      refused: 1,
      refusedByReason: { not_a_number: 1 },
    });
    expect(bad).toEqual([3]);
  });

  test("a line that is none is an error: it would shift the identities of the others", async () => {
    for (const text of ["a\nb", "", " \t\r"]) {
      async function* broken(): AsyncGenerator<SourceItem> {
        yield { number: 9, bytes: Buffer.from(text) };
      }

      const { error, report } = await runProduce(new FakeStream(), { lines: broken() });

      expect(error?.message).toBe("line 9 of the source is blank or holds a newline");
      expect(report.accepted).toBe(0);
    }
  });

  test("a line too large for any record is reported by its number", async () => {
    async function* large(): AsyncGenerator<SourceItem> {
      yield { number: 1, bytes: Buffer.alloc(MAX_RECORD_BYTES - 11, "x") };
      yield { number: 2, bytes: Buffer.alloc(MAX_RECORD_BYTES - 10, "x") };
      yield { number: 3, bytes: Buffer.from("{}") };
    }
    const stream = new FakeStream();

    const { report, failed, reasons } = await runProduce(stream, { lines: large(), pack: 10 });

    expect(failed).toEqual([2]);
    expect(reasons).toEqual([
      "a stream record of 1048577 bytes, its key included; at most 1048576 are taken",
    ]);
    expect(report).toMatchObject({ accepted: 3, acknowledged: 2, failed: 1 });
    expect(stream.taken.map(({ record }) => record.numbers)).toEqual([[1], [3]]);
  });

  test("calls and records stay within the service's limits, and are filled", async () => {
    const size = fc.oneof(
      fc.integer({ min: 1, max: 400 }),
      fc.constantFrom(100_000, 300_000, 700_000, 1_000_000),
    );

    await fc.assert(
      fc.asyncProperty(
        fc.array(size, { maxLength: 60 }),
        fc.integer({ min: 1, max: 30 }),
        async (sizes, pack) => {
          async function* sized(): AsyncGenerator<SourceItem> {
            for (const [index, bytes] of sizes.entries())
              yield { number: index, bytes: Buffer.alloc(bytes, "x") };
          }
          const stream = new FakeStream();

          await runProduce(stream, { lines: sized(), pack });

          for (const [index, records] of stream.calls.entries()) {
            const total = records.reduce((sum, record) => sum + sizeOf(record), 0);
            expect(total).toBeLessThanOrEqual(MAX_CALL_BYTES);
            const [next] = stream.calls[index + 1] ?? [];
            if (next) expect(total + sizeOf(next)).toBeGreaterThan(MAX_CALL_BYTES);
            for (const record of records) {
              expect(sizeOf(record)).toBeLessThanOrEqual(MAX_RECORD_BYTES);
              expect(record.numbers.length).toBeLessThanOrEqual(pack);
            }
          }
          expect(stream.taken.flatMap(({ record }) => record.numbers)).toEqual([...sizes.keys()]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a call has at most 5 MiB", async () => {
    async function* large(): AsyncGenerator<SourceItem> {
      for (let number = 1; number <= 12; number++) yield { number, bytes: Buffer.alloc(1_000_000, "x") };
    }
    const stream = new FakeStream();

    await runProduce(stream, { lines: large() });

    expect(stream.calls.map(({ length }) => length)).toEqual([5, 5, 2]);
  });

  test("a call has at most 500 records", async () => {
    const stream = new FakeStream();

    await runProduce(stream, { lines: lines(1_201) });

    expect(stream.calls.map(({ length }) => length)).toEqual([500, 500, 201]);
    expect(MAX_CALL_RECORDS).toBe(500);
  });

  test("a dry run withholds everything", async () => {
    const { report } = await runProduce(new FakeStream([["skipped"]]), { lines: lines(20) });

    expect(report).toMatchObject({ accepted: 20, skipped: 20, acknowledged: 0, failed: 0 });
  });

  test("progress is told after each call", async () => {
    const seen: number[] = [];

    await runProduce(new FakeStream(), {
      lines: lines(1_200),
      onProgress: ({ acknowledged }) => seen.push(acknowledged),
    });

    expect(seen).toEqual([500, 1_000, 1_200]);
  });
});

describe("limits of a run", () => {
  test("max-count: not one line more is taken from the source", async () => {
    let taken = 0;
    async function* counted(): AsyncGenerator<SourceItem> {
      for await (const line of lines()) {
        taken++;
        yield line;
      }
    }

    const { report } = await runProduce(new FakeStream(), { lines: counted(), maxCount: 7, pack: 3 });

    expect(report).toMatchObject({ accepted: 7, acknowledged: 7, records: 3 });
    expect(taken).toBe(7);
    expect((await runProduce(new FakeStream(), { lines: lines(), maxCount: 0 })).report.accepted).toBe(0);
  });

  test.each([
    { rate: 1_000, durationMs: 10_000, accepted: 10_000 },
    { rate: 20, durationMs: 10_000, accepted: 200 },
    { rate: 0.5, durationMs: 10_000, accepted: 5 },
  ])("$rate lines/s for $durationMs ms", async ({ rate, durationMs, accepted }) => {
    const timing = new FakeTime();
    const stream = new FakeStream();

    const { report } = await runProduce(stream, { lines: lines(), rate, durationMs, timing });

    expect(Math.abs(report.accepted - accepted)).toBeLessThanOrEqual(1 + rate * 0.06);
    expect(report.acknowledged).toBe(report.accepted);
    expect(timing.now()).toBeLessThanOrEqual(durationMs + 1);
    // Spread over the time, not sent in one go; and not one call a line either.
    expect(report.calls).toBeGreaterThan(Math.min(report.accepted, 50) - 2);
    expect(report.calls).toBeLessThanOrEqual(205);
  });

  test("the rate may change while it runs; 0 pauses", async () => {
    const timing = new FakeTime();
    const rate = (): number => {
      if (timing.now() < 10_000) return 10;
      return timing.now() < 20_000 ? 0 : 100;
    };
    const at: number[] = [];
    const stream = new FakeStream();
    const put: ProduceOptions["put"] = (records) => {
      at.push(...records.map(() => timing.now()));
      return stream.put(records);
    };

    await runProduce(stream, { put, lines: lines(), rate, durationMs: 30_000, timing });

    const between = (from: number, to: number): number =>
      at.filter((time) => time >= from && time < to).length;
    expect(Math.abs(between(0, 10_250) - 101)).toBeLessThan(4);
    expect(between(10_250, 20_000)).toBe(0);
    expect(Math.abs(between(20_000, 30_100) - 1_000)).toBeLessThan(60);
  });

  test("a packed record does not wait longer than a second for its lines", async () => {
    const timing = new FakeTime();
    const stream = new FakeStream();

    await runProduce(stream, { lines: lines(), rate: 10, pack: 1_000, durationMs: 5_000, timing });

    expect(stream.calls.length).toBeGreaterThanOrEqual(4);
    for (const record of stream.calls.flat()) expect(record.numbers.length).toBeLessThanOrEqual(13);
  });

  test("a stall is not made up for by more than a second's lines", () => {
    const timing = new FakeTime();
    const pacer = new Pacer(
      () => 100,
      () => timing.now(),
    );
    timing.pass(60_000);

    let burst = 0;
    while (pacer.take() === 0) burst++;

    expect(burst).toBe(100);
  });

  test("the first lines do not wait for the rate, but for 0 they do", async () => {
    const stream = new FakeStream();
    const timing = new FakeTime();
    const rate = (): number => (timing.now() < 5_000 ? 0 : 2);
    const sentAt: number[] = [];
    const put: ProduceOptions["put"] = async (records) => {
      sentAt.push(...records.flatMap(({ numbers }) => numbers.map(() => timing.now())));
      return stream.put(records);
    };

    await runProduce(stream, { put, lines: lines(), rate, unpacedLines: 300, durationMs: 15_000, timing });

    // A pacer lets its first line through.
    const first = sentAt.slice(1, 300);
    const others = sentAt.slice(300);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(5_000);
    expect(Math.max(...first)).toBeLessThan(6_000);
    expect(others.length).toBeGreaterThan(15);
    expect(others.length).toBeLessThan(24);
  });

  test("a change of the rate acts within a quarter of a second, however slow the rate was", () => {
    const pacer = new Pacer(
      () => 0.001,
      () => 0,
    );

    expect([pacer.take(), pacer.take()]).toEqual([0, 250]);
  });

  test("a rate that is none is an error", () => {
    const pacer = new Pacer(
      () => Number.NaN,
      () => 0,
    );

    expect(() => pacer.take()).toThrow("the rate is NaN lines a second; 0 or more is wanted");
  });

  test("the signal stops the offering; what is in flight is finished, repetitions too", async () => {
    const stop = new AbortController();
    const stream = new FakeStream([["throttled"]]);
    const put: ProduceOptions["put"] = async (records) => {
      stop.abort();
      return stream.put(records);
    };

    const { report, error } = await runProduce(stream, { put, lines: lines(), signal: stop.signal });

    expect(error).toBeUndefined();
    expect(report.accepted).toBeGreaterThanOrEqual(500);
    expect(report.accepted).toBeLessThan(5_000);
    expect(report).toMatchObject({ acknowledged: report.accepted, failed: 0 });
    expect(report.retried).toBeGreaterThan(0);
  });

  test("the signal gets through where neither source nor stream ever waits", async () => {
    const stop = new AbortController();
    setImmediate(() => stop.abort());

    const { report } = await runProduce(new FakeStream(), {
      lines: lines(),
      maxCount: 200_000,
      signal: stop.signal,
      timing: SYSTEM_TIMING,
    });

    expect(report.accepted).toBeLessThan(10_000);
  });

  test("the signal also ends a wait for the next line's turn", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);

    const { report } = await runProduce(new FakeStream(), {
      lines: lines(),
      rate: 0.01,
      signal: stop.signal,
      timing: SYSTEM_TIMING,
    });

    expect(report).toMatchObject({ accepted: 1, acknowledged: 1 });
    expect(report.seconds).toBeLessThan(5);
  });
});

describe("batches in flight", () => {
  test("half as many after a throttled call, one more after as many clean ones, between 1 and 8", () => {
    const window = new CongestionWindow();
    const sizeAfter = (throttled: boolean, calls: number): number => {
      for (let call = 0; call < calls; call++) window.learn(throttled);
      return window.size;
    };

    expect(window.size).toBe(8);
    expect(sizeAfter(true, 1)).toBe(4);
    expect(sizeAfter(true, 5)).toBe(1);
    expect(sizeAfter(false, 1)).toBe(2);
    expect(sizeAfter(false, 3)).toBe(3);
    expect(sizeAfter(false, 1_000)).toBe(8);
  });
});

describe("packing", () => {
  test("partition keys are part-00001 to part-01024, evenly, by seed", () => {
    const keys = (seed: number): string[] => {
      const packer = new Packer(1, seed);
      return Array.from({ length: 20_000 }, (_, number) => {
        return packer.add({ number, bytes: Buffer.from("{}") })[0]?.partitionKey ?? "";
      });
    };

    const drawn = keys(1);

    expect(new Set(drawn).size).toBe(1_024);
    expect([...drawn].sort()[0]).toBe("part-00001");
    expect([...drawn].sort().at(-1)).toBe("part-01024");
    expect(keys(1)).toEqual(drawn);
    expect(keys(2)).not.toEqual(drawn);
  });

  test.each([0, 1.5, Number.NaN])("%d lines in a record are refused", (pack) => {
    expect(() => new Packer(pack, 1)).toThrow(
      `${pack} lines in a stream record: a whole number from 1 is wanted`,
    );
  });
});

describe("Kinesis", () => {
  const record = { partitionKey: "part-00001", data: Buffer.from("{}\n"), numbers: [1] };

  function client(answer: Awaited<ReturnType<RecordsClient["send"]>> | Error, attempts = 1): RecordsClient {
    return {
      config: { maxAttempts: async () => attempts },
      send: async () => {
        if (answer instanceof Error) throw answer;
        return answer;
      },
    };
  }

  test("each record's answer is read", async () => {
    const put = kinesisPut(
      client({
        $metadata: {},
        Records: [
          { ShardId: "shardId-000000000001", SequenceNumber: "77" },
          { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "Rate exceeded for shard" },
          { ErrorCode: "InternalFailure", ErrorMessage: "Internal service failure." },
          {},
        ],
      }),
      "retail-trans",
    );

    expect(await put([record, record, record, record])).toEqual([
      { status: "acknowledged", position: { shardId: "shardId-000000000001", sequenceNumber: "77" } },
      { status: "throttled", reason: "ProvisionedThroughputExceededException: Rate exceeded for shard" },
      { status: "failed", reason: "InternalFailure: Internal service failure." },
      { status: "failed", reason: "no error code" },
    ]);
  });

  test("a client that repeats calls by itself is refused", async () => {
    const put = kinesisPut(client({ $metadata: {}, Records: [] }, 3), "retail-trans");

    await expect(put([record])).rejects.toThrow(
      "the Kinesis client makes 3 attempts; make it with createKinesisClient",
    );
    const own = createKinesisClient({ region: "eu-west-1" });
    expect(await own.config.maxAttempts()).toBe(1);
    own.destroy();
  });

  test.each([
    ["ECONNREFUSED", "nothing listens there: check --endpoint-url"],
    ["ENOTFOUND", "there is no such host: check --endpoint-url and --region-name"],
  ])("%s comes with what to do about it", async (code, remedy) => {
    const error = Object.assign(new Error("connect"), { code, $metadata: { attempts: 1 } });

    await expect(kinesisPut(client(error), "retail-trans")([record])).rejects.toMatchObject({
      failure: "unreachable",
      message: `PutRecords on retail-trans: connect: ${remedy}`,
    });
  });

  test("an answer for another number of records counts as none", async () => {
    const put = kinesisPut(client({ $metadata: {}, Records: [] }), "retail-trans");

    await expect(put([record])).rejects.toMatchObject({
      failure: "unanswered",
      message: "PutRecords on retail-trans answered for 0 of 1 records",
    });
  });

  describe("over HTTP", () => {
    const environment = { ...process.env };
    let server: Server | undefined;

    beforeEach(() => {
      process.env["AWS_ACCESS_KEY_ID"] = "local";
      process.env["AWS_SECRET_ACCESS_KEY"] = "local";
    });
    afterEach(async () => {
      process.env = { ...environment };
      await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
      server = undefined;
    });

    async function putTo(listener: RequestListener): Promise<unknown> {
      const listening = createServer(listener);
      server = listening;
      await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
      const address = listening.address();
      if (address === null || typeof address === "string") throw new Error("the server has no port");
      return putAt(`http://127.0.0.1:${address.port}`);
    }

    async function putAt(endpointUrl: string): Promise<unknown> {
      const own = createKinesisClient({ region: "eu-west-1", endpointUrl });
      try {
        return await kinesisPut(own, "retail-trans")([record]);
      } finally {
        own.destroy();
      }
    }

    function answer(status: number, body: string): RequestListener {
      return (request, response) => {
        request.resume();
        response
          .writeHead(status, { "content-type": "application/x-amz-json-1.1", connection: "close" })
          .end(body);
      };
    }

    function fault(type: string): string {
      return JSON.stringify({ __type: type, message: "says the service" });
    }

    test.each([
      ["throttled", 400, fault("ProvisionedThroughputExceededException"), "says the service"],
      ["throttled", 400, fault("KMSThrottlingException"), "says the service"],
      ["throttled", 429, fault("SomethingNew"), "says the service"],
      ["unanswered", 500, fault("InternalFailure"), "InternalFailure"],
      ["unanswered", 503, "", "PutRecords on retail-trans"],
      ["unanswered", 502, "<html>Bad gateway</html>", "is not valid JSON"],
      ["unanswered", 200, "<html>a proxy's page</html>", "is not valid JSON"],
      ["refused", 400, fault("ResourceNotFoundException"), "there is no such stream: check --stream-name"],
      ["refused", 400, fault("AccessDeniedException"), "may not call kinesis:PutRecords"],
      ["refused", 400, fault("ExpiredTokenException"), "the credentials have expired"],
      ["refused", 400, fault("ValidationException"), "ValidationException: says the service"],
    ])("%s: %i %s", async (failure, status, body, message) => {
      const error = await putTo(answer(status, body)).catch((reason: unknown) => reason);

      expect(error).toBeInstanceOf(PutError);
      expect(error).toMatchObject({ failure, message: expect.stringContaining(message) });
    });

    test("a connection that breaks may have delivered", async () => {
      await expect(putTo((request) => request.socket.destroy())).rejects.toMatchObject({
        failure: "unanswered",
      });
    });

    test("nobody listens", async () => {
      await expect(putAt("http://127.0.0.1:9")).rejects.toMatchObject({ failure: "unanswered" });
    });

    test("no region", async () => {
      for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"]) delete process.env[name];
      process.env["AWS_CONFIG_FILE"] = "/nonexistent";
      const own = createKinesisClient({});

      await expect(kinesisPut(own, "retail-trans")([record])).rejects.toMatchObject({
        failure: "refused",
        message: "PutRecords on retail-trans: Region is missing: give --region-name, or set AWS_REGION",
      });
      own.destroy();
    });
  });
});
