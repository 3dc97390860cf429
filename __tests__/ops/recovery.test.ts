import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { KinesisStreamEvent } from "aws-lambda";
import fc from "fast-check";
import type { Contract } from "../../contract/define";
import type { StreamRecord } from "../../contract/lines";
import { retailTransaction } from "../../contract/retail-transaction";
import { FunctionError } from "../../local/services/lambda/functions/function-error";
import { startLambda } from "../../local/services/lambda/service";
import { ZONES } from "../../modules/batch/zones";
import { arrivalRange, arrivalTime } from "../../ops/reconcile/arrival-times";
import type { DiscardedBatch, OtherFailure } from "../../ops/reconcile/on-failure-records";
import type { Sql } from "../../ops/reconcile/sql";
import { isInWindow } from "../../ops/reconcile/window";
import { invokeLambda } from "../../ops/recovery/invoke-lambda";
import {
  InvocationError,
  type RedrivePorts,
  type RedriveReport,
  redrive,
  redriveCode,
} from "../../ops/recovery/redrive";
import { type ReplayPorts, type ReplayReport, remembered, replay } from "../../ops/recovery/replay";
import { redriveText, replayText } from "../../ops/recovery/report";
import { startEndpoint } from "../support/fake-endpoint";
import { GOOD_ROW } from "../support/good-row";
import { goodLine, kinesisEvent, sequenceNumber } from "../support/kinesis-event";
import { meterReadings } from "../support/meter-readings";
import { judgeRecord } from "../support/retail";

const HOUR_MS = 3_600_000;
const NOON = Date.UTC(2026, 10, 24, 12);

describe("redrive", () => {
  const nothing: RedriveReport = {
    ...{ redriven: 0, recordsRedriven: 0, pending: 0, recordsPending: 0 },
    ...{ failed: [], skipped: [], stoppedEarly: false },
  };
  const result = { key: "a", records: 1, reason: "why" };
  test.each<[string, Partial<RedriveReport>, number]>([
    ["nothing is there", {}, 0],
    ["all is redriven", { redriven: 2, recordsRedriven: 9 }, 0],
    ["a dry run looked", { pending: 2, recordsPending: 9 }, 0],
    ["something else lies there", { skipped: [{ ...result, kind: "skipped" }] }, 0],
    ["a batch failed", { redriven: 2, failed: [{ ...result, kind: "failed" }] }, 1],
    ["it stopped early", { stoppedEarly: true }, 1],
  ])("the exit code when %s", (_, change, code) => {
    expect(redriveCode({ ...nothing, ...change })).toBe(code);
  });

  function batch(key: string, records = 3, functionName = "UpsertToES"): DiscardedBatch {
    return {
      key,
      condition: "RecordAgeExceeded",
      functionArn: `arn:aws:lambda:eu-west-1:000000000000:function:${functionName}`,
      event: kinesisEvent(Array.from({ length: records }, () => goodLine())),
    };
  }

  const failedFrom = (n: number) => ({ batchItemFailures: [{ itemIdentifier: sequenceNumber(n) }] });
  const OK = { batchItemFailures: [] };

  class World {
    readonly invocations: string[][] = [];
    readonly removed: string[] = [];
    readonly waits: number[] = [];

    /** @param answers of the function, one after the other; then it acknowledges everything */
    constructor(
      private readonly objects: readonly (DiscardedBatch | OtherFailure)[],
      private readonly answers: readonly (object | Error)[] = [],
    ) {}

    redrive(options: Partial<{ dryRun: boolean }> = {}): Promise<RedriveReport> {
      const { objects } = this;
      const ports: RedrivePorts = {
        objects: (async function* () {
          yield* objects;
        })(),
        functionName: "UpsertToES",
        remove: async (key) => void this.removed.push(key),
        sleep: async (ms) => void this.waits.push(ms),
        onObject: () => undefined,
        invoke: async ({ Records }: KinesisStreamEvent) => {
          const answer = this.answers[this.invocations.length] ?? OK;
          this.invocations.push(Records.map(({ kinesis }) => kinesis.sequenceNumber));
          if (answer instanceof Error) throw answer;
          return answer;
        },
      };
      return redrive(ports, { dryRun: false, ...options });
    }
  }

  const numbers = (...n: number[]): string[] => n.map(sequenceNumber);

  test("a batch that is acknowledged is removed", async () => {
    const world = new World([batch("a"), batch("b", 2)]);

    expect(await world.redrive()).toMatchObject({ redriven: 2, recordsRedriven: 5, failed: [], skipped: [] });
    expect(world.invocations).toEqual([numbers(0, 1, 2), numbers(0, 1)]);
    expect(world.removed).toEqual(["a", "b"]);
    expect(world.waits).toEqual([]);
  });

  test("while it makes progress, it continues from the first record that was not processed, and counts its attempts anew", async () => {
    const stuck = failedFrom(1);
    const world = new World([batch("a")], [failedFrom(1), stuck, stuck, failedFrom(2), failedFrom(2)]);

    expect(await world.redrive()).toMatchObject({ redriven: 1, failed: [] });
    expect(world.invocations).toEqual([
      numbers(0, 1, 2),
      numbers(1, 2),
      numbers(1, 2),
      numbers(1, 2),
      numbers(2),
      numbers(2),
    ]);
    expect(world.waits).toEqual([1_000, 2_000, 1_000]);
    expect(world.removed).toEqual(["a"]);
  });

  test.each<[string, object | Error, RegExp]>([
    ["names its first record", failedFrom(0), /does not get past record shardId-000000000001:\d+/],
    ["names a record of another batch", failedFrom(9), /names no record of the batch/],
    ["fails", new InvocationError("UpsertToES failed: Sandbox.Timedout"), /Timedout/],
  ])("a function that %s: the object fails, and the next one is tried once", async (_, answer, reason) => {
    const given = ["a", "b", "c", "d"].map((key) => batch(key));
    const world = new World(given, [answer, answer, answer, answer, OK, answer, answer]);

    const report = await world.redrive();

    expect(report).toMatchObject({ redriven: 2, stoppedEarly: false });
    expect(report.failed).toEqual([
      { key: "a", records: 3, kind: "failed", reason: expect.stringMatching(reason) },
      { key: "b", records: 3, kind: "failed", reason: expect.stringMatching(reason) },
    ]);
    // Three for a, one for b; c shows that it works again, so d is worth three.
    expect(world.invocations).toHaveLength(8);
    expect(world.waits).toEqual([1_000, 2_000, 1_000, 2_000]);
    expect(world.removed).toEqual(["c", "d"]);
  });

  test("after three objects that failed it stops", async () => {
    const world = new World(
      ["a", "b", "c", "d"].map((key) => batch(key)),
      Array(9).fill(failedFrom(0)),
    );

    const report = await world.redrive();

    expect(report).toMatchObject({ redriven: 0, stoppedEarly: true });
    expect(report.failed.map(({ key }) => key)).toEqual(["a", "b", "c"]);
    expect(world.removed).toEqual([]);
    expect(redriveText(report)).toContain("Stopped early");
  });

  test("anything but a failed invocation ends it: nothing is removed", async () => {
    const world = new World([batch("a")], [new Error("AccessDenied")]);

    await expect(world.redrive()).rejects.toThrow("AccessDenied");
    expect(world.removed).toEqual([]);
  });

  test("what is not this function's is skipped, and a dry run does nothing", async () => {
    const objects = [{ key: "other" }, batch("theirs", 1, "Another"), batch("a")];

    const report = await new World(objects).redrive();
    expect(report).toMatchObject({ redriven: 1, failed: [] });
    expect(report.skipped.map(({ key, reason }) => [key, reason])).toEqual([
      ["other", "it holds no batch of a stream"],
      ["theirs", "it was discarded by the mapping of Another"],
    ]);

    const dry = new World(objects);
    expect(await dry.redrive({ dryRun: true })).toMatchObject({
      redriven: 0,
      pending: 1,
      recordsPending: 3,
    });
    expect([dry.invocations, dry.removed]).toEqual([[], []]);
  });

  test("the report as text", async () => {
    expect(redriveText(await new World([]).redrive())).toBe("There are no discarded records.");
    expect(redriveText(await new World([batch("a", 1)]).redrive())).toBe(
      "redriven: 1 object with 1 record; the objects are deleted",
    );
    const failed = new World([batch("a")], Array(3).fill(failedFrom(0)));
    expect(redriveText(await failed.redrive())).toMatch(
      /^failed, still in the lake: run it again: 1 object with 3 records\n {2}a: the function/,
    );
  });
});

describe("replay", () => {
  function record(n: number, arrivedAtMs: number, ...lines: readonly string[]): StreamRecord {
    return {
      shardId: "shardId-000000000001",
      sequenceNumber: sequenceNumber(n),
      arrivedAtMs,
      data: Buffer.from(lines.join("\n")),
    };
  }

  interface Row {
    readonly record_id: string;
    readonly arrived_at: string;
  }

  /** A lake whose tables show what was put into it. */
  class Lake {
    readonly objects = new Map<string, string>();
    readonly queries: string[] = [];
    /** The values of an hour that the raw table does not show, joined. */
    unregistered = "";

    rows(prefix: string): Row[] {
      return [...this.objects]
        .filter(([key]) => key.startsWith(prefix))
        .flatMap(([, body]) => body.trimEnd().split("\n"))
        .map((line): Row => JSON.parse(line));
    }

    readonly sql: Sql = {
      query: async (sql, onRow) => {
        this.queries.push(sql);
        const zone = sql.includes(`"${retailTransaction.tables.quarantine}"`) ? ZONES.quarantine : ZONES.raw;
        for (const { record_id } of this.rows(zone)) onRow({ record_id });
      },
    };

    replay(
      records: readonly StreamRecord[],
      options: Partial<{ dryRun: boolean; fromMs: number; toMs: number; contract: Contract }> = {},
    ): Promise<ReplayReport> {
      const { dryRun = false, fromMs = NOON - HOUR_MS, toMs = NOON + 3 * HOUR_MS } = options;
      const ports: ReplayPorts = {
        contract: options.contract ?? retailTransaction,
        records: async function* (window) {
          yield* records.filter(({ arrivedAtMs }) => isInWindow(window, arrivedAtMs));
        },
        sql: this.sql,
        partitions: async (values) => values.filter((value) => value.join() !== this.unregistered),
        put: async (key, body) => void this.objects.set(key, body),
        onHour: () => undefined,
      };
      return replay(ports, { fromMs, toMs }, { dryRun });
    }
  }

  const LAST = record(3, NOON + HOUR_MS, goodLine());
  const RECORDS = [
    record(1, NOON + 5, goodLine(), '{"Invoice":'),
    record(2, NOON + 6, goodLine({ Channel: "web" })),
    LAST,
  ];

  test("lines go below the hour that they arrived in as ValidateRecords passes them on, the broken to quarantine", async () => {
    const lake = new Lake();

    const report = await lake.replay(RECORDS);

    expect(report).toEqual({ lines: 4, missing: 3, missingFromQuarantine: 1, objects: 3 });
    const keys = [...lake.objects.keys()];
    const [first, broken, second, third] = RECORDS.flatMap((one) => judgeRecord(one)).map(
      ({ recordId }) => recordId,
    );
    expect(keys).toEqual([
      expect.stringMatching(`^quarantine/batch/${broken}-[0-9a-f]{16}.json$`),
      expect.stringMatching(`^json-data/year=2026/month=11/day=24/hour=12/replay-${first}-[0-9a-f]{16}$`),
      expect.stringMatching(`^json-data/year=2026/month=11/day=24/hour=13/replay-${third}-[0-9a-f]{16}$`),
    ]);
    expect(lake.rows(ZONES.raw)).toMatchObject([
      { Invoice: "490397", record_id: first, arrived_at: "2026-11-24 12:00:00.005" },
      { extra: '{"Channel":"web"}', record_id: second, arrived_at: "2026-11-24 12:00:00.006" },
      { record_id: third, arrived_at: "2026-11-24 13:00:00.000" },
    ]);
    expect(lake.rows(ZONES.quarantine)).toMatchObject([{ layer: "batch", reason: "not_json" }]);
    expect(replayText(report, false)).toBe(
      "4 lines in the stream: the raw zone lacked 3 lines, the quarantine 1 line; 3 objects written.",
    );
  });

  test("another contract's lines are stored by its columns, and looked for in its tables", async () => {
    const lake = new Lake();
    const reading = '{"read_at":"2026-11-24T13:00:00.25+01:00","reading_kwh":1.50,"meter_id":"m-1"}';

    const report = await lake.replay([record(1, NOON + 5, reading, goodLine())], { contract: meterReadings });

    expect(report).toEqual({ lines: 2, missing: 1, missingFromQuarantine: 1, objects: 2 });
    const [, stored = ""] = [...lake.objects].find(([key]) => key.startsWith(ZONES.raw)) ?? [];
    expect(stored).toMatch(
      /^\{"meter_id":"m-1","reading_kwh":1\.5,"read_at":"2026-11-24 12:00:00\.250","record_id":/,
    );
    const tables = lake.queries.map((sql) => /FROM "(\w+)"/.exec(sql)?.[1]);
    expect(new Set(tables)).toEqual(new Set(["meter_readings_quarantine", "meter_readings_json"]));
  });

  test("a line that was refused once and keeps the contract today is brought back", async () => {
    const lake = new Lake();
    const [line] = judgeRecord(LAST);
    const refused = { record_id: line?.recordId, layer: "batch", reason: "internal_error" };
    lake.objects.set(`${ZONES.quarantine}batch/x.json`, JSON.stringify(refused));

    expect(await lake.replay([LAST])).toMatchObject({ missing: 1, missingFromQuarantine: 0 });
    expect(lake.rows(ZONES.raw)).toMatchObject([{ record_id: line?.recordId }]);
  });

  test("what was stored before there was a column extra stays as it is; what lacks is brought back with it", async () => {
    const lake = new Lake();
    const two = record(4, NOON + 7, goodLine({ Channel: "web" }), goodLine({ Channel: "shop", year: 2010 }));
    const [stored] = judgeRecord(two);
    const before = JSON.stringify({ ...GOOD_ROW, Channel: "web", record_id: stored?.recordId });
    lake.objects.set(`${ZONES.raw}before`, before);

    expect(await lake.replay([two])).toMatchObject({ lines: 2, missing: 1, objects: 1 });
    expect(lake.objects.get(`${ZONES.raw}before`)).toBe(before);
    const [, brought] = lake.rows(ZONES.raw);
    expect(brought).toMatchObject({ extra: '{"Channel":"shop","year":2010}' });
    expect(Object.keys(brought ?? {})).not.toContain("Channel");
    expect(await lake.replay([two])).toMatchObject({ missing: 0, objects: 0 });
  });

  test("a dry run finds the same and writes nothing", async () => {
    const lake = new Lake();

    expect(await lake.replay(RECORDS, { dryRun: true })).toEqual({
      lines: 4,
      missing: 3,
      missingFromQuarantine: 1,
      objects: 0,
    });
    expect(lake.objects.size).toBe(0);
  });

  test("the raw zone is asked hour by hour, also for objects that began in the hour before", async () => {
    const lake = new Lake();
    await lake.replay([], { fromMs: NOON + 60_000, toMs: NOON + HOUR_MS + 60_000 });

    expect(lake.queries).toHaveLength(3);
    expect(lake.queries[1]).toContain('"hour" = 11) OR');
    expect(lake.queries[1]).toContain(
      "(arrived_at >= TIMESTAMP '2026-11-24 12:01:00.000' AND arrived_at < TIMESTAMP '2026-11-24 13:00:00.000')",
    );
    expect(lake.queries[2]).toContain(
      "(arrived_at >= TIMESTAMP '2026-11-24 13:00:00.000' AND arrived_at < TIMESTAMP '2026-11-24 13:01:00.000')",
    );
  });

  test("an hour that the table does not show is not taken for empty, neither the one before the first", async () => {
    for (const hour of ["10", "12"]) {
      const lake = new Lake();
      lake.unregistered = `2026,11,24,${hour}`;

      await expect(lake.replay(RECORDS)).rejects.toThrow(
        `${retailTransaction.tables.raw} has no partition for 2026-11-24T${hour}, so its lines there cannot be queried`,
      );
      expect(lake.objects.size).toBe(0);
    }
  });

  test("much that is missing makes several objects", async () => {
    const lake = new Lake();
    const text = "x".repeat(200_000);
    const records = Array.from({ length: 100 }, (_, n) => record(n, NOON, goodLine({ Description: text })));

    expect(await lake.replay(records)).toMatchObject({ missing: 100, objects: 2 });
    expect(new Set(lake.rows(ZONES.raw).map(({ record_id }) => record_id)).size).toBe(100);
  });

  test("whatever was delivered already: afterwards each line is there once, and a second time writes nothing", async () => {
    const one = fc.record({
      hour: fc.integer({ min: 0, max: 2 }),
      good: fc.boolean(),
      delivered: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 30 }), async (given) => {
        const records = given.map(({ hour, good }, n) =>
          record(n, NOON + hour * HOUR_MS, good ? goodLine() : "{"),
        );
        const lake = new Lake();
        await lake.replay(records.filter((_, n) => given[n]?.delivered));

        await lake.replay(records);
        const written = new Map(lake.objects);
        const again = await lake.replay(records);

        const all = records.flatMap((each) => judgeRecord(each)).sort(byId);
        const there = [...lake.rows(ZONES.raw), ...lake.rows(ZONES.quarantine)];
        expect(there.map(({ record_id }) => record_id).sort()).toEqual(all.map(({ recordId }) => recordId));
        expect(again).toEqual({ lines: all.length, missing: 0, missingFromQuarantine: 0, objects: 0 });
        expect(lake.objects).toEqual(written);
      }),
    );
  });
});

function byId(a: { recordId: string }, b: { recordId: string }): number {
  return a.recordId < b.recordId ? -1 : 1;
}

describe("the range of arrivals", () => {
  test("from the oldest record of the stream until a quarter of an hour ago, unless options name a range", () => {
    const quarter = HOUR_MS / 4;
    expect(arrivalRange({}, 24, NOON)).toEqual({
      fromMs: NOON - quarter - 23 * HOUR_MS,
      toMs: NOON - quarter,
    });
    expect(arrivalRange({ from: 1, to: 2 }, 24, NOON)).toEqual({ fromMs: 1, toMs: 2 });
    // Lines that arrive later are in one place when that is read, and not yet in another.
    expect(arrivalRange({ from: 1, to: NOON + 1 }, 24, NOON)).toEqual({ fromMs: 1, toMs: NOON });
    expect(() => arrivalRange({ from: NOON - 1 }, 24, NOON)).toThrow(
      "--from 2026-11-24T11:59:59.999Z must lie before --to, which is a quarter of an hour ago, the default",
    );
  });

  test("a replay reads what the stream still has", () => {
    const day = 24 * HOUR_MS;
    expect(remembered({ fromMs: NOON - 2 * day, toMs: NOON }, 24, NOON)).toEqual({
      fromMs: NOON - day,
      toMs: NOON,
    });
    expect(remembered({ fromMs: NOON - 2, toMs: NOON - 1 }, 24, NOON)).toEqual({
      fromMs: NOON - 2,
      toMs: NOON - 1,
    });
    for (const range of [
      { fromMs: 0, toMs: NOON - day - 1 },
      { fromMs: 0, toMs: NOON - day },
    ]) {
      expect(() => remembered(range, 24, NOON)).toThrow("its retention is 24 hours");
    }
  });

  test("times are UTC", () => {
    expect(arrivalTime("2026-11-24T12:00")).toBe(NOON);
    expect(arrivalTime("2026-11-24T12:00:00Z")).toBe(NOON);
    expect(() => arrivalTime("yesterday")).toThrow("Such as");
  });
});

describe("Lambda does not invoke", () => {
  async function invoke(status: number, type: string): Promise<unknown> {
    const body = JSON.stringify({ __type: type, message: "no" });
    const endpoint = await startEndpoint(() => ({ status, body }));
    const credentials = { accessKeyId: "a", secretAccessKey: "b" };
    const lambda = new LambdaClient({
      endpoint: endpoint.url,
      region: "eu-west-1",
      credentials,
      maxAttempts: 1,
    });
    try {
      return await invokeLambda(lambda, "Echo")(kinesisEvent([goodLine()])).catch((error: unknown) => error);
    } finally {
      lambda.destroy();
      await endpoint.close();
    }
  }

  test.each([
    [429, "TooManyRequestsException"],
    [500, "ServiceException"],
    [503, "Unavailable"],
  ])(
    "while it is busy, %i %s: its batch has failed, as one that the function failed",
    async (status, type) => {
      const error = await invoke(status, type);
      expect(error).toBeInstanceOf(InvocationError);
      expect(error).toMatchObject({ message: expect.stringMatching(/^Echo was not invoked: .*: no$/) });
    },
  );

  test.each([
    [403, "AccessDeniedException"],
    [404, "ResourceNotFoundException"],
  ])("for ever, %i %s: that ends a redrive", async (status, type) => {
    expect(await invoke(status, type)).toMatchObject({ name: type, message: "no" });
  });
});

describe("the local run's Lambda API", () => {
  const ARN = "arn:aws:lambda:eu-west-1:000000000000:function:Echo";
  let api: Awaited<ReturnType<typeof startLambda>>;
  let client: LambdaClient;

  beforeAll(async () => {
    api = await startLambda({
      functions: [
        { name: "Echo", arn: ARN },
        { name: "Slow", arn: ARN.replace("Echo", "Slow") },
      ],
      invoke: async (arn, event) => {
        if (arn !== ARN) {
          throw FunctionError.of("Slow", "Sandbox.Timedout", "Task timed out after 3.00 seconds");
        }
        return { arn, event };
      },
    });
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    client = new LambdaClient({ endpoint: api.url, region: "eu-west-1", credentials, maxAttempts: 1 });
  });

  afterAll(async () => {
    client.destroy();
    await api.close();
  });

  test.each(["Echo", ARN])("%s is invoked with the event, and answers", async (FunctionName) => {
    const event = kinesisEvent([goodLine()]);
    const answer = await client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));

    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
    expect(answer.FunctionError).toBeUndefined();
    expect(JSON.parse(answer.Payload?.transformToString() ?? "")).toEqual({ arn: ARN, event });
  });

  test("a function that fails answers 200 with the error; who takes back a batch is told", async () => {
    const event = kinesisEvent([goodLine()]);
    const Payload = JSON.stringify(event);
    const answer = await client.send(new InvokeCommand({ FunctionName: "Slow", Payload }));

    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
    expect(JSON.parse(answer.Payload?.transformToString() ?? "")).toEqual({
      errorType: "Sandbox.Timedout",
      errorMessage: "Task timed out after 3.00 seconds",
      trace: [],
    });
    expect(await invokeLambda(client, "Echo")(event)).toEqual({ arn: ARN, event });
    const failure = invokeLambda(client, "Slow")(event);
    await expect(failure).rejects.toThrow(InvocationError);
    await expect(failure).rejects.toThrow(/^Slow failed: .*Sandbox.Timedout/);
  });

  test.each([
    ["another function", { FunctionName: "Nobody" }, "ResourceNotFoundException", "there are Echo, Slow"],
    ["later", { InvocationType: "Event" }, "InvalidParameterValueException", "invocation type Event"],
    ["with a log", { LogType: "Tail" }, "InvalidParameterValueException", "log type Tail"],
    ["a version", { Qualifier: "7" }, "InvalidParameterValueException", "qualifier 7"],
    ["no JSON", { Payload: "{" }, "InvalidRequestContentException", "Could not parse"],
    ["too much", { Payload: "x".repeat(6_291_457) }, "RequestTooLargeException", "longer than 6291456"],
  ] as const)("refused: %s", async (_, input, name, message) => {
    const sent = client.send(new InvokeCommand({ FunctionName: "Echo", Payload: "{}", ...input }));

    await expect(sent).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  });

  test("any other call is refused by name", async () => {
    const response = await fetch(`${api.url}/2015-03-31/functions/`);

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      message: expect.stringContaining("serves Lambda's Invoke"),
    });
  });
});
