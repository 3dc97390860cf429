import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { EventEmitter, once } from "node:events";
import fs, { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Writable } from "node:stream";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import { lineJudge } from "../../contract/judge";
import { splitLines } from "../../contract/lines";
import { lineId, recordPrefix } from "../../contract/record-id";
import { parseContractVariable } from "../../contract/variable";
import { SAME_SIGNAL_MS } from "../../lib/interrupt";
import { closeServer, listenOnLoopback } from "../../lib/loopback";
import { onInterrupt } from "../../loadgen/interrupt";
import { createKinesisClient } from "../../loadgen/kinesis";
import { openLedger, readLedger } from "../../loadgen/ledger";
import { Progress } from "../../loadgen/progress";
import { replay } from "../../loadgen/replay";
import { retailPreset } from "../../loadgen/retail-preset";
import { run } from "../../loadgen/run";
import { type SendReport, sendReportText } from "../../loadgen/send-report";
import { isBadRow, itemsOf } from "../../loadgen/source";
import { type KinesisService, startKinesis } from "../../local/services/kinesis/service";
import { openStore, type Store } from "../../local/store/store";
import { streamModel } from "../local/support/streams";
import { BROKEN_LINES } from "../support/broken-lines";
import { describeRealRows, realRowsFile } from "../support/real-rows";

const HEADER = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer_ID,Country";
const GOOD = "490397,21844,RETRO SPOT MUG,6,2009-12-06 10:30:00,2.95,12417,Belgium";

const environment = { ...process.env };
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "loadgen-"));
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" });
});
afterAll(() => {
  process.env = environment;
  rmSync(folder, { recursive: true });
});

/** Keeps what is written. */
class Sink extends Writable {
  text = "";

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs the command in this process. */
async function runHere(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string; left: number[] }> {
  const stdout = new Sink();
  const stderr = new Sink();
  const left: number[] = [];
  const code = await run(args, {
    stdout,
    stderr,
    signals: new EventEmitter(),
    leave: (leave) => void left.push(leave),
  });
  return { code, stdout: stdout.text, stderr: stderr.text, left };
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Streams of the tests, each its own. */
const STREAMS = 6;

describe("with a stream", () => {
  let service: KinesisService;
  let store: Store;
  let url: string;
  let client: KinesisClient;
  let streams = 0;

  beforeAll(async () => {
    store = openStore(mkdtempSync(join(folder, "stream-")));
    const models = Array.from({ length: STREAMS }, (_, n) => streamModel({ name: `retail-trans-${n + 1}` }));
    service = await startKinesis({ models, store });
    service.acceptPuts();
    url = service.url;
    client = createKinesisClient({ region: "eu-west-1", endpointUrl: url });
  });
  afterAll(async () => {
    client.destroy();
    await service.close();
    store.close();
  });

  function newStream(): string {
    streams++;
    if (streams > STREAMS) throw new Error(`there are only ${STREAMS} streams`);
    return `retail-trans-${streams}`;
  }

  function to(stream: string): string[] {
    return ["--region-name", "eu-west-1", "--endpoint-url", url, "--stream-name", stream];
  }

  /** Every line of the stream with its identity, and the number of records. */
  async function contents(StreamName: string): Promise<{ lines: Map<string, Buffer>; records: number }> {
    const lines = new Map<string, Buffer>();
    let records = 0;
    const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
    for (const { ShardId = "" } of Shards) {
      const start = await client.send(
        new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" }),
      );
      let iterator = start.ShardIterator;
      while (iterator !== undefined) {
        const { Records = [], NextShardIterator } = await client.send(
          new GetRecordsCommand({ ShardIterator: iterator }),
        );
        for (const { SequenceNumber = "", Data = new Uint8Array() } of Records) {
          records++;
          const prefix = recordPrefix(ShardId, SequenceNumber);
          for (const { number, bytes } of splitLines(Data))
            lines.set(lineId(prefix, number), Buffer.from(bytes));
        }
        iterator = Records.length > 0 ? NextShardIterator : undefined;
      }
    }
    return { lines, records };
  }

  describeRealRows("the real rows", () => {
    // A line a record is what the whole runs in scenarios/ send.
    test.each([4, 25])(
      "arrive to the byte, %d lines a record; the ledger names each of them",
      async (pack) => {
        const stream = newStream();
        const ledger = join(folder, `ledger-${pack}.txt`);

        const { code, stdout, stderr } = await runHere(
          ...to(stream),
          ...["--input-file", realRowsFile(), "--pack", String(pack), "--ledger", ledger, "--json"],
        );

        expect(code).toBe(0);
        expect(stderr).not.toMatch(/failed:|not sent|error/);
        const records = Math.ceil(14_269 / pack);
        expect(JSON.parse(stdout)).toMatchObject({
          read: 14_269,
          accepted: 14_269,
          acknowledged: 14_269,
          retried: 0,
          failed: 0,
          refused: 0,
          columnsUnfilled: [],
          columnsLeftOut: [],
          records,
          calls: Math.ceil(records / 500),
          interrupted: false,
        });
        const found = await contents(stream);
        expect(found.records).toBe(records);
        expect(readFileSync(ledger, "utf8").trimEnd().split("\n").sort()).toEqual(
          [...found.lines.keys()].sort(),
        );
        const sent: string[] = [];
        for await (const item of itemsOf(replay(realRowsFile(), retailPreset)))
          if (!isBadRow(item)) sent.push(Buffer.from(item.bytes).toString());
        expect([...found.lines.values()].map(String).sort()).toEqual(sent.sort());
      },
    );
  });

  test("broken lines arrive as they are", async () => {
    const stream = newStream();
    const path = file(
      "broken.jsonl",
      Buffer.concat(BROKEN_LINES.flatMap(({ bytes }) => [bytes, Buffer.from("\n\n")])),
    );

    const { code } = await runHere(...to(stream), "--input-file", path, "--pack", "7");

    expect(code).toBe(0);
    const { lines } = await contents(stream);
    const hex = (bytes: Buffer): string => bytes.toString("hex");
    expect([...lines.values()].map(hex).sort()).toEqual(BROKEN_LINES.map(({ bytes }) => hex(bytes)).sort());
  });

  test("a stream that is not there: the run ends with what to do, and the report", async () => {
    const { code, stdout, stderr } = await runHere(...to("no-such-stream"), "--max-count", "3", "--json");

    expect(code).toBe(1);
    expect(stderr).toContain("lines 1-3: failed: PutRecords on no-such-stream: ResourceNotFoundException");
    expect(stderr).toContain("check --stream-name, --region-name and the account");
    expect(JSON.parse(stdout)).toMatchObject({
      accepted: 3,
      acknowledged: 0,
      failed: 3,
      error: expect.any(String),
    });
  });

  test("a ledger that cannot be closed well is an error beside the result of the run", async () => {
    const path = join(folder, "unsafe.txt");
    const signals = new EventEmitter();
    const [stdout, stderr] = [new Sink(), new Sink()];
    const sync = jest.spyOn(fs, "fsyncSync").mockImplementation(() => {
      throw new Error("EIO: i/o error, fsync");
    });
    try {
      const code = await run([...to(newStream()), "--max-count", "3", "--ledger", path, "--json"], {
        stdout,
        stderr,
        signals,
        leave: () => {},
      });

      const error = `the ledger ${path} may not be safe on disk: EIO: i/o error, fsync`;
      expect(code).toBe(1);
      expect(JSON.parse(stdout.text)).toMatchObject({ acknowledged: 3, failed: 0, error });
      expect(stderr.text).toBe(`error: ${error}\n`);
      expect(signals.listenerCount("SIGINT")).toBe(0);
    } finally {
      sync.mockRestore();
    }
  });

  test("the same seed sends the same lines, whatever the rate", async () => {
    const [first, second] = [newStream(), newStream()];
    const args = ["--max-count", "40", "--seed", "11"];

    await runHere(...to(first), ...args);
    await runHere(...to(second), ...args, "--rate", "200", "--pack", "3");

    const rows = async (stream: string): Promise<string[]> => {
      const { lines } = await contents(stream);
      return [...lines.values()].map((line) => line.toString().replace(/"InvoiceDate":"[^"]*"/, "")).sort();
    };
    expect(await rows(second)).toEqual(await rows(first));
    expect(await rows(first)).toHaveLength(40);
  });
});

describe("the command", () => {
  test("console: lines on standard output, the report on standard error", async () => {
    const { code, stdout, stderr } = await runHere("--service-name", "console", "--max-count", "30");

    expect(code).toBe(0);
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(30);
    expect(rows[0]).toMatchObject({ Invoice: expect.any(String), Quantity: expect.any(Number) });
    expect(stderr).toContain("acknowledged           30 lines");
  });

  test("bad rows: each is named with its line, the others are sent, the code says so", async () => {
    const path = file("bad.csv", [HEADER, GOOD, GOOD.replace("2.95", "dear"), GOOD, `${GOOD},x`].join("\n"));

    const { code, stdout, stderr } = await runHere("--service-name", "console", "--input-file", path);

    expect(code).toBe(1);
    expect(stdout.trimEnd().split("\n")).toHaveLength(2);
    expect(stderr).toContain('line 3: not sent: Price is "dear"; a number is wanted\n');
    expect(stderr).toContain("line 5: not sent: 9 fields; the header has 8\n");
    expect(stderr).toContain("refused                 2 lines  not sent: not_a_number 1, field_count 1");
    expect(stderr).toContain("error: 2 of 4 rows were refused and not sent\n");
  });

  test("a line that failed is named, and the code says so", async () => {
    const path = file("large.jsonl", `{}\n\n${"x".repeat(1_500_000)}\n{}\n`);

    const { code, stdout, stderr } = await runHere("--service-name", "console", "--input-file", path);

    expect({ code, stdout }).toEqual({ code: 1, stdout: "{}\n{}\n" });
    expect(stderr).toContain("line 3: failed: a stream record of 1500011 bytes");
  });

  test("a file that cannot be used: an error, and nothing is sent", async () => {
    const path = file("other.csv", "a,b\n1,2\n");

    const { code, stdout, stderr } = await runHere("--service-name", "console", "--input-file", path);

    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(
      `error: ${path}: no column Invoice, StockCode, Quantity, InvoiceDate, Price in the header: a, b`,
    );
  });

  test("--max-bad-rows: that many rows may be refused, one more may not", async () => {
    const path = file("some-bad.csv", [HEADER, GOOD, `${GOOD},x`, GOOD, `${GOOD},x`].join("\n"));

    const allowed = await runHere("--dry-run", "--input-file", path, "--max-bad-rows", "2", "--json");
    const exceeded = await runHere("--dry-run", "--input-file", path, "--max-bad-rows", "1");

    expect(allowed.code).toBe(0);
    expect(JSON.parse(allowed.stdout)).toMatchObject({ read: 4, accepted: 2, refused: 2 });
    expect(allowed.stderr).toContain("line 3: not sent");
    expect(exceeded.code).toBe(1);
    expect(exceeded.stderr).toContain(
      "error: 2 of 4 rows were refused and not sent, more than --max-bad-rows 1\n",
    );
  });

  test("at most 20 refused rows are named; the report counts all", async () => {
    const bad = Array.from({ length: 50 }, () => `${GOOD},x`);
    const path = file("many-bad.csv", [HEADER, GOOD, ...bad].join("\n"));

    const { code, stdout, stderr } = await runHere("--dry-run", "--input-file", path);

    expect(code).toBe(1);
    expect(stderr.match(/not sent: 9 fields/g)).toHaveLength(20);
    expect(stderr).toContain("line 22: not sent");
    expect(stderr).toContain("more rows are refused; the report has their counts by reason\n");
    expect(stdout).toContain("refused                50 lines  not sent: field_count 50");
  });

  test("the report names columns that are left out, unfilled, and what was read otherwise", async () => {
    const path = file(
      "columns.csv",
      `,Invoice,StockCode,Quantity,InvoiceDate,Price,customer-id,note\n0,1,2,3,2010-01-01 00:00:00,4,13085.0,a\n1,1,2,3,2010-01-01 00:00:00,4,NaN,b\n`,
    );

    const { code, stdout, stderr } = await runHere("--dry-run", "--input-file", path);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("columns of the contract without any value: Description, Country\n");
    expect(stdout).toContain("columns of the file not sent: (unnamed column 1), note\n");
    expect(stdout).toContain("read as no value (NaN, NULL and the like): Customer_ID 1\n");
    expect(stdout).toContain("read as whole numbers (13085.0 as 13085): Customer_ID 1\n");
  });

  test.each([
    ["an empty file", "", "is empty; a header with column names is wanted"],
    ["a header alone", `${HEADER}\n`, "has a header and no row"],
    ["a header and blank lines", `${HEADER}\n\n,,,,,,,\n \n`, "has a header and no row"],
    [
      "dates of another form",
      `${HEADER}\n${GOOD.replace("2009-12-06 10:30:00", "13/1/2009 8:26")}\n`,
      'the dates look like D/M/YYYY H:MM, read by --date-format "D/M/YYYY H:MM"',
    ],
  ])("%s is found before anything is put, whatever --max-bad-rows says", async (name, content, message) => {
    const path = file(`${name}.csv`, content);
    const args = ["--service-name", "console", "--input-file", path];

    const { code, stdout, stderr } = await runHere(...args);
    const json = await runHere("--dry-run", "--input-file", path, "--json", "--max-bad-rows", "5");

    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^error: [^\n]*\n$/);
    expect(stderr).toContain(message);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({ error: expect.stringContaining(message) });
  });

  test("a file that breaks off later: what was sent stays in the report, with the error", async () => {
    const rows = Array.from({ length: 3_000 }, () => GOOD).join("\n");
    const whole = gzipSync(`${HEADER}\n${rows}\n${randomBytes(40_000).toString("hex")}`);
    const path = file("cut.csv.gz", whole.subarray(0, whole.length - 9_000));

    const { code, stdout, stderr } = await runHere("--dry-run", "--input-file", path, "--json");

    expect(code).toBe(1);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ accepted: 3_000, skipped: 3_000, error: expect.any(String) });
    expect(stderr).toContain("error: ");
    expect(report.error).toContain("cut.csv.gz is damaged gzip: unexpected end of file");
  });

  test("to AWS a line a second goes, unless a rate is said; a dry run and this machine are not slowed down", async () => {
    /** What a run says that is interrupted before its first line. */
    async function said(...args: string[]): Promise<string> {
      const [signals, stderr] = [new EventEmitter(), new Sink()];
      const ended = run(args, { stdout: new Sink(), stderr, signals, leave: () => {} });
      signals.emit("SIGINT");
      expect(await ended).toBe(130);
      return stderr.text;
    }
    const notice = "1 line a second by default; --rate max sends as fast as the stream accepts\n";
    const aws = ["--region-name", "eu-west-1"];

    expect(await said(...aws)).toContain(notice);
    expect(await said(...aws, "--endpoint-url", "https://kinesis.eu-west-1.amazonaws.com")).toContain(notice);
    for (const args of [
      ["--rate", "max"],
      ["--rate", "5"],
      ["--dry-run"],
      ["--endpoint-url", "http://127.0.0.1:1"],
    ])
      expect(await said(...aws, ...args)).not.toContain(notice);
  });

  test("a dry run needs no stream, and sends nothing", async () => {
    const { code, stdout } = await runHere("--dry-run", "--max-count", "1000", "--pack", "10", "--json");

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      accepted: 1_000,
      skipped: 1_000,
      acknowledged: 0,
      records: 100,
    });
  });

  test("a duration ends a dry run, which nothing else slows down", async () => {
    const { code, stdout } = await runHere("--dry-run", "--duration", "1", "--json");

    expect(code).toBe(0);
    expect(JSON.parse(stdout).accepted).toBeGreaterThan(100);
  });

  test.each([
    [
      ["--rate", "fast"],
      "option '--rate <lines/s>' argument 'fast' is invalid. A number from 0.001 to 10000000 is wanted.",
    ],
    [["--rate", "0"], "argument '0' is invalid"],
    [["--max-count", "1.5"], "A whole number from 1 to 1000000000000 is wanted."],
    [["--pack", "-1"], "A whole number from 1 to 10000 is wanted."],
    [["--seed", ""], "A whole number from 0 to 4294967295 is wanted."],
    [["--duration", "forever"], "A number from 0.001 to 10000000 is wanted."],
    [["--service-name", "firehose"], "Allowed choices are kinesis, console."],
    [["--stream-name", "retail trans"], "1 to 128 letters, digits, . _ - is wanted."],
    [["--region-name", "Ireland"], "A region such as eu-west-1 is wanted."],
    [["--endpoint-url", "localhost:4566"], "A URL such as http://127.0.0.1:9200 is wanted."],
    [
      ["--input-file", "rows.xlsx"],
      "A file that ends in .csv, .tsv, .txt, .jsonl, .ndjson, .json is wanted.",
    ],
    [["--input-file", "/nonexistent/rows.csv"], "There is no such file."],
    [["--input-file", tmpdir()], "It is a directory."],
    [["--rate", "most"], "A number from 0.001 to 10000000 is wanted."],
    [["--map", "Price"], "FIELD=HEADER is wanted."],
    [["--map", "Cost=Price"], "--map Cost=Price: the fields are Invoice, StockCode,"],
    [["--map", "Price=a", "--map", "price=b"], "--map price=b: Price is mapped already"],
    [["--map", "Price=a", "--map", "Quantity=a"], '"a" is mapped already.'],
    [["--map", "Price=a"], "--map goes with --input-file"],
    [["--max-bad-rows", "3"], "--max-bad-rows goes with --input-file"],
    [["--history-count", "3"], "--history-count goes with --history"],
    [["--history", "0", "--history-count", "3"], "--history-count goes with --history"],
    [["--history", "365"], "A span from 1h to 3650d in hours, days or weeks is wanted, such as 365d, or 0."],
    [["--history", "0d"], "A span from 1h to 3650d"],
    [["--history", "3651d"], "A span from 1h to 3650d"],
    [["--history", "1mo"], "A span from 1h to 3650d"],
    [["--history-count", "0"], "A whole number from 1 to 1000000000 is wanted."],
    [["--max-bad-rows", "-1"], "A whole number from 0 is wanted."],
    [["--date-format", "M/YYYY"], "the day is not there"],
    [["--date-format", "%m/%d/%Y"], '"%" is no part of a date'],
    [["--delimiter", "ab"], "One character that is no letter, digit or quote, or tab, is wanted."],
    [["--decimal", "dot"], "Allowed choices are point, comma."],
    [["--encoding", "klingon"], "A name such as utf-8"],
    [["--service-name", "console", "--json"], "--json does not go with --service-name console"],
    [["--service-name", "console", "--ledger", "x"], "--ledger does not go with --service-name console"],
    [["--service-name", "console", "--endpoint-url", "http://a"], "--endpoint-url does not go with"],
    [["--service-name", "console", "--dry-run"], "--dry-run does not go with"],
    [["--dry-run", "--ledger", "x"], "cannot be used with option"],
    [["--unknown"], "unknown option '--unknown'"],
    [["more"], "too many arguments"],
    [["--contract", "at,name:t!"], 'It begins with "at", which is no required timestamp among its columns.'],
    [["--contract", "at,at:s!,name:x"], 'It has "name:x" in the place of a column.'],
    [["--contract", "at,at:s!,cost:d8.2", "--map", "Price=a"], "--map Price=a: the fields are at, cost"],
  ])("a wrong command line: %j", async (args, message) => {
    const { code, stdout, stderr } = await runHere(...args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  describe("a contract of one's own", () => {
    const READINGS = "read_at,meter_id:t!,reading_kwh:d12.3!,read_at:z!,site:t";

    test("is that of the synthetic lines", async () => {
      const { code, stdout } = await runHere(
        ...["--service-name", "console", "--contract", READINGS, "--max-count", "50"],
      );

      expect(code).toBe(0);
      const judge = lineJudge(parseContractVariable(READINGS).columns);
      const lines = stdout.trimEnd().split("\n");
      expect(lines).toHaveLength(50);
      for (const line of lines) {
        expect(judge(Buffer.from(line), Date.now())).toMatchObject({ accepted: true, extra: "{}" });
      }
    });

    test("is that of a file", async () => {
      const path = file(
        "readings.csv",
        "Meter;kWh;Read at;Site\nm-1;1234,5;28.11.2025 9:30;north\nm-2;0,0001;28.11.2025 9:30;\n",
      );

      const { code, stdout, stderr } = await runHere(
        ...["--service-name", "console", "--contract", READINGS, "--input-file", path],
        ...["--map", "METER_ID=Meter", "--map", "reading_kwh=kWh", "--date-format", "D.M.YYYY H:MM"],
        ...["--max-bad-rows", "1"],
      );

      expect({ code, stdout }).toEqual({
        code: 0,
        stdout:
          '{"meter_id":"m-1","reading_kwh":1234.5,"read_at":"2025-11-28T09:30:00.000Z","site":"north"}\n',
      });
      expect(stderr).toContain(
        "line 3: not sent: reading_kwh is 0.0001; at most 9 digits before the point and 3 behind it are allowed",
      );
    });
  });

  test("help names every exit code", async () => {
    const { code, stdout } = await runHere("--help");

    expect(code).toBe(0);
    for (const exit of ["0 ", "1 ", "2 ", "130 "]) expect(stdout).toContain(`\n  ${exit}`);
  });

  test("standard output that is full: an error with its reason", async () => {
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(new Error("ENOSPC: no space left")),
    });
    stdout.on("error", () => {});
    const stderr = new Sink();

    const code = await run(["--service-name", "console", "--max-count", "3"], {
      stdout,
      stderr,
      signals: new EventEmitter(),
      leave: () => {},
    });

    expect(code).toBe(1);
    expect(stderr.text).toContain("error: the output takes no more: ENOSPC: no space left");
  });
});

describe("Ctrl-C", () => {
  /** A run without end, and what it is interrupted by. */
  function endless(): { signals: EventEmitter; left: number[]; stderr: Sink; ended: Promise<number> } {
    const signals = new EventEmitter();
    const stderr = new Sink();
    const left: number[] = [];
    const io = {
      stdout: new Sink(),
      stderr,
      signals,
      leave: (code: number) => void left.push(code),
    };
    return {
      signals,
      left,
      stderr,
      ended: run(["--service-name", "console", "--rate", "100"], io),
    };
  }

  test("ends the run with its report and code 130; listens no more", async () => {
    const { signals, stderr, left, ended } = endless();

    signals.emit("SIGINT");

    expect(await ended).toBe(130);
    expect(stderr.text).toContain("stopping: waiting for the calls in flight");
    expect(stderr.text).toMatch(/acknowledged +\d+ lines/);
    expect(left).toEqual([]);
    expect(signals.eventNames()).toEqual([]);
  });

  test("a second one leaves at once; the copy that npm makes of the first does not", () => {
    const signals = new EventEmitter();
    let now = 1_000;
    const said: string[] = [];
    const { signal } = onInterrupt(
      signals,
      () => said.push("first"),
      () => said.push("second"),
      () => now,
    );

    signals.emit("SIGINT");
    now += 20;
    signals.emit("SIGINT");
    expect({ said, aborted: signal.aborted }).toEqual({ said: ["first"], aborted: true });

    now += 1_000;
    signals.emit("SIGTERM");
    expect(said).toEqual(["first", "second"]);
  });

  test("a reader that goes away ends the process without a fault", async () => {
    const child = spawn(
      "sh",
      ["-c", '"$0" --import tsx loadgen/cli.ts --service-name console | head -2', process.execPath],
      {
        cwd: resolve(__dirname, "../.."),
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });

    await new Promise((done) => child.on("close", done));

    expect(stderr).toBe("");
    expect(stdout.trimEnd().split("\n")).toHaveLength(2);
  });

  test.each([
    ["SIGINT", "without a reader of its messages"],
    ["SIGHUP", "without a reader of its messages"],
    ["SIGHUP", "with one"],
  ] as const)("%s %s: what the stream answers for is in the ledger", async (signal, reader) => {
    const held = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const answered: { readonly ShardId: string; readonly SequenceNumber: string }[] = [];
    const server = createServer(async (request, response) => {
      const { Records } = (await json(request)) as { readonly Records: readonly unknown[] };
      held.resolve();
      await released.promise;
      const answers = Records.map((_, n) => ({
        ShardId: "shardId-000000000000",
        SequenceNumber: String(answered.length + n + 1),
      }));
      answered.push(...answers);
      response.setHeader("content-type", "application/x-amz-json-1.1");
      response.end(JSON.stringify({ FailedRecordCount: 0, Records: answers }));
    });
    const url = await listenOnLoopback(server, 0, "stand-in of Kinesis");
    const ledger = join(folder, `ledger-${signal}-${reader}`);
    let child: ChildProcess | undefined;
    try {
      child = spawn(
        process.execPath,
        [
          ...["--import", "tsx", "loadgen/cli.ts", "--stream-name", "s", "--region-name", "eu-west-1"],
          ...["--endpoint-url", url, "--rate", "20", "--ledger", ledger],
        ],
        { cwd: resolve(__dirname, "../.."), env: process.env, stdio: ["ignore", "pipe", "pipe"] },
      );
      const ended = once(child, "close");
      child.stdout?.resume();
      child.stderr?.resume();
      await held.promise;
      if (reader !== "with one") child.stderr?.destroy();
      child.kill(signal);
      // Longer than two signals are one: what is written meanwhile is no second Ctrl-C.
      await sleep(SAME_SIGNAL_MS + 200);
      released.resolve();

      expect(await ended).toEqual([130, null]);
      expect(readFileSync(ledger, "utf8").trimEnd().split("\n").sort()).toEqual(
        answered
          .map(({ ShardId, SequenceNumber }) => lineId(recordPrefix(ShardId, SequenceNumber), 0))
          .sort(),
      );
    } finally {
      child?.kill("SIGKILL");
      await closeServer(server);
    }
  });

  test("in a process of its own: every line that was counted was written", async () => {
    const root = resolve(__dirname, "../..");
    const child = spawn(
      process.execPath,
      ["--import", "tsx", "loadgen/cli.ts", "--service-name", "console", "--rate", "500"],
      {
        cwd: root,
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let stdout = "";
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.stdout.on("data", (chunk) => {
      if (stdout === "") setTimeout(() => child.kill("SIGINT"), 300);
      stdout += chunk;
    });

    const code = await new Promise((done) => child.on("close", done));

    expect(code).toBe(130);
    const acknowledged = Number(/acknowledged +([\d,]+) lines/.exec(stderr)?.[1]?.replaceAll(",", ""));
    expect(acknowledged).toBeGreaterThan(10);
    expect(stdout.trimEnd().split("\n")).toHaveLength(acknowledged);
  });
});

describe("a ledger file", () => {
  function pipe(): string {
    const path = join(folder, "pipe");
    expect(spawnSync("mkfifo", [path]).status).toBe(0);
    return path;
  }

  /** A run of one line with this ledger. */
  const runInto = (path: string) =>
    runHere("--region-name", "eu-west-1", "--max-count", "1", "--ledger", path);

  const ID = lineId(recordPrefix("shardId-000000000001", "4952"), 0);

  async function read(path: string): Promise<string[]> {
    const ids: string[] = [];
    for await (const id of readLedger(path)) ids.push(id);
    return ids;
  }

  test("is appended to, and on disk before it is closed", async () => {
    const path = join(folder, "appended.txt");
    const first = openLedger(path);
    first.append([ID, ID]);
    first.append([]);
    expect(readFileSync(path, "utf8")).toBe(`${ID}\n${ID}\n`);
    first.close();

    const second = openLedger(path);
    second.append([ID]);
    second.close();

    expect(await read(path)).toEqual([ID, ID, ID]);
  });

  test.each([
    ["another file", `${HEADER}\n${GOOD}\n${GOOD}\n`],
    ["a short file", "x"],
    ["a ledger that was cut off", `${ID}\n${ID.slice(0, 20)}`],
  ])("%s is not written into", async (name, content) => {
    const path = file(`${name}.txt`, content);

    const { code, stderr } = await runInto(path);

    expect(code).toBe(2);
    expect(stderr).toBe(
      `error: ${path} is not a ledger, or was cut off: give a file that does not exist yet\n`,
    );
    expect(readFileSync(path, "utf8")).toBe(content);
  });

  test("that the disk has no room for keeps whole lines only, and can be opened again", async () => {
    const path = join(folder, "full.txt");
    // The shell's limit is in blocks of 512 or 1,024 bytes; neither 51,200 nor 102,400 is a multiple of a line's 51.
    const script = `
      const { openLedger } = require("./loadgen/ledger.ts");
      const ledger = openLedger(${JSON.stringify(path)});
      const batch = Array(10).fill(${JSON.stringify(ID)});
      let taken = 0;
      try {
        for (; taken < 10_000; taken += batch.length) ledger.append(batch);
      } catch (error) {
        console.log(error.code);
      }
      // Of a call that was in flight.
      try {
        ledger.append(batch);
      } catch (error) {
        console.log(error.code);
      }
      ledger.close();
      console.log(taken);`;
    const node = [process.execPath, "--import", "tsx", "-e", script];
    const { stdout, stderr, status } = spawnSync("sh", ["-c", `ulimit -f 100; exec "$@"`, "sh", ...node], {
      cwd: resolve(__dirname, "../.."),
      encoding: "utf8",
      env: { ...process.env, TSX_DISABLE_CACHE: "1" },
    });

    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    const [first, second, taken] = stdout.split("\n");
    expect([first, second]).toEqual(["EFBIG", "EFBIG"]);
    expect(Number(taken)).toBeGreaterThan(100);
    expect(readFileSync(path, "utf8")).toBe(`${ID}\n`.repeat(Number(taken)));
    const again = openLedger(path);
    again.append([ID]);
    again.close();
    expect(await read(path)).toHaveLength(Number(taken) + 1);
  });

  test.each([
    ["a device", () => "/dev/null", "is no regular file"],
    ["a pipe", () => pipe(), "is no regular file"],
    ["a directory", () => folder, "cannot be opened: EISDIR"],
  ])("that is %s is refused before anything is sent", async (_, pathOf, reason) => {
    const path = pathOf();

    const { code, stderr } = await runInto(path);

    expect(code).toBe(2);
    expect(stderr).toContain(`error: the ledger ${path} ${reason}`);
  });

  test("whose closing fails is closed, and says what that means", () => {
    const path = join(folder, "unsynced.txt");
    const opened = jest.spyOn(fs, "openSync");
    const sync = jest.spyOn(fs, "fsyncSync").mockImplementation(() => {
      throw new Error("EIO: i/o error, fsync");
    });
    try {
      const ledger = openLedger(path);
      const descriptor = opened.mock.results[0]?.value as number;

      expect(() => ledger.close()).toThrow(
        `the ledger ${path} may not be safe on disk: EIO: i/o error, fsync`,
      );
      expect(() => fs.fstatSync(descriptor)).toThrow("EBADF");
    } finally {
      opened.mockRestore();
      sync.mockRestore();
    }
  });

  test("that cannot be made is named before anything is sent", async () => {
    const path = join(folder, "none", "ledger.txt");

    const { code, stderr } = await runInto(path);

    expect(code).toBe(2);
    expect(stderr).toContain(`error: the ledger ${path} cannot be opened: ENOENT`);
    expect(existsSync(path)).toBe(false);
  });

  test("with a line that is no identity is not read further", async () => {
    await expect(read(file("odd.txt", `${ID}\nodd\n`))).rejects.toThrow(
      'odd.txt, line 2: "odd" is not a record_id',
    );
  });
});

describe("what a person sees", () => {
  const report: SendReport = {
    read: 12_347,
    accepted: 12_345,
    refused: 2,
    refusedByReason: { field_count: 2 },
    acknowledged: 12_000,
    retried: 500,
    failed: 345,
    skipped: 0,
    uncertain: 7,
    throttled: 480,
    records: 12_345,
    bytes: 2_345_678,
    calls: 26,
    seconds: 12.3,
    linesPerSecond: 975.6,
  };

  test("the report", () => {
    expect(sendReportText(report)).toBe(
      [
        "read               12,347 lines",
        "accepted           12,345 lines",
        "refused                 2 lines  not sent: field_count 2",
        "acknowledged       12,000 lines",
        "retried               500 lines  throttled: 480",
        "failed                345 lines",
        "uncertain               7 lines  no answer: perhaps in the stream twice",
        "12,345 stream records, 2.3 MB, 26 calls, 12.3 s, 976 lines/s",
      ].join("\n"),
    );
  });

  test.each([
    {
      isTTY: true,
      after: 250,
      written: "\r\u001b[2K12,000 lines · 976/s · throttled 480 · failed 345 · refused 2 · 12 s",
    },
    {
      isTTY: false,
      after: 10_500,
      written: "12,000 lines · 976/s · throttled 480 · failed 345 · refused 2 · 12 s\n",
    },
  ])("progress, terminal: $isTTY", ({ isTTY, after, written }) => {
    const texts: string[] = [];
    let now = 0;
    const progress = new Progress({ isTTY, write: (text) => texts.push(text) }, () => now);

    progress.update(report);
    now = after;
    progress.update(report);
    progress.update(report);
    expect(texts).toEqual([written]);

    progress.say("line 3: not sent");
    expect(texts.slice(1)).toEqual([...(isTTY ? ["\r\u001b[2K"] : []), "line 3: not sent\n"]);
  });
});
