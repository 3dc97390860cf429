/**
 * Compares the local run's stream with kinesalite: CPU time of the server's process for putting records and reading them
 * again over HTTP, with the same requests, in turn.
 *
 * npm run bench -- stream --input-file transactions.csv
 *
 * Puts stay below the throughput of a new on-demand stream, which kinesalite does not limit; only CPU time is compared.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Table from "cli-table3";
import { Command } from "commander";
import { MAX_CALL_RECORDS, type PackedRecord, Packer } from "../loadgen/pack";
import { replay } from "../loadgen/replay";
import { retailPreset } from "../loadgen/retail-preset";
import { isBadRow, itemsOf, type SourceItem } from "../loadgen/source";
import { SHARDS, STREAM_NAME } from "./stream/stream";

const CONTENDERS = ["own", "kinesalite"] as const;
const PACKS = [1, 25] as const;
const RECORDS = { 1: 12_000, 25: 3_000 } as const;
const READ_LIMIT = 1_000;
/** Below the 4,000 records and 4 MiB a second of four shards. */
const RECORDS_PER_SECOND = 3_000;
const BYTES_PER_SECOND = 3 * 1024 * 1024;
/** Below the five reads and 2 MiB a second of a shard. */
const READS_PER_SECOND = 4;
const READ_BYTES_PER_SECOND = 1.8 * 1024 * 1024;
const WARM_UP_CALLS = 4;

interface Measurement {
  readonly putMs: number;
  readonly getMs: number;
  /** Reading by a consumer in the server's process; the local run's stream alone. */
  readonly consumeMs?: number;
}

class StreamProcess {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  private constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
  ) {}

  static async start(which: string, dataDir: string): Promise<StreamProcess> {
    const child = fork(join(__dirname, "stream", "server.ts"), [which, dataDir], {
      execArgv: ["--import", "tsx", "--disable-warning=ExperimentalWarning"],
    });
    const { url } = await new Promise<{ url: string }>((resolve, reject) => {
      child.once("message", (message) => resolve(message as { url: string }));
      child.once("exit", () => reject(new Error(`the ${which} stream did not start`)));
    });
    return new StreamProcess(child, url);
  }

  /** CPU time of the process so far, ms. @param ask `read` reads everything in the process first */
  async cpuMs(ask: "cpu" | "read" = "cpu"): Promise<{ readonly ms: number; readonly records: number }> {
    const answer = await new Promise<{ cpu: NodeJS.CpuUsage; records: number }>((resolve) => {
      this.child.once("message", (message) => resolve(message as never));
      this.child.send(ask);
    });
    return { ms: (answer.cpu.user + answer.cpu.system) / 1_000, records: answer.records };
  }

  /** @returns the answer's text */
  call(operation: string, body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const call = request(this.url, {
        method: "POST",
        agent: this.agent,
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "content-length": Buffer.byteLength(body),
          "x-amz-target": `Kinesis_20131202.${operation}`,
          // kinesalite looks for its parts.
          "x-amz-date": "20261128T000000Z",
          authorization: "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c",
        },
      });
      call.once("error", reject);
      call.once("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${operation}: ${response.statusCode} ${text}`));
        });
      });
      call.end(body);
    });
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    const exited = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await exited;
  }
}

/** Records of real or of generated lines. */
async function recordsOf(
  inputFile: string | undefined,
  pack: number,
  count: number,
): Promise<PackedRecord[]> {
  const packer = new Packer(pack, 1);
  const records: PackedRecord[] = [];
  for (let number = 0; ; ) {
    const lines = inputFile === undefined ? retailPreset.syntheticLines(1) : replay(inputFile, retailPreset);
    for await (const line of itemsOf<SourceItem>(lines)) {
      if (isBadRow(line)) continue;
      records.push(...packer.add({ ...line, number: ++number }));
      if (records.length >= count) return records.slice(0, count);
    }
  }
}

async function measure(which: string, records: readonly PackedRecord[]): Promise<Measurement> {
  const dataDir = mkdtempSync(join(tmpdir(), "bench-stream-"));
  const stream = await StreamProcess.start(which, dataDir);
  try {
    if (which === "kinesalite") {
      await stream.call("CreateStream", JSON.stringify({ StreamName: STREAM_NAME, ShardCount: SHARDS }));
      await sleep(500);
    }
    const calls: { readonly body: string; readonly ms: number }[] = [];
    for (let at = 0; at < records.length; at += MAX_CALL_RECORDS) {
      const part = records.slice(at, at + MAX_CALL_RECORDS);
      const bytes = part.reduce((sum, { data }) => sum + data.length, 0);
      const Records = part.map(({ data, partitionKey }) => ({
        Data: Buffer.from(data).toString("base64"),
        PartitionKey: partitionKey,
      }));
      const ms = 1_000 * Math.max(part.length / RECORDS_PER_SECOND, bytes / BYTES_PER_SECOND);
      calls.push({ body: JSON.stringify({ StreamName: STREAM_NAME, Records }), ms });
    }
    const put = async ({ body, ms }: (typeof calls)[number]): Promise<void> => {
      const text = await stream.call("PutRecords", body);
      if (text.includes("ErrorCode"))
        throw new Error(`${which} did not take a record: ${text.slice(0, 300)}`);
      await sleep(ms);
    };
    for (const call of calls.slice(0, WARM_UP_CALLS)) await put(call);
    await readShards(stream);
    const start = await stream.cpuMs();
    for (const call of calls) await put(call);
    const afterPuts = await stream.cpuMs();
    const read = await readShards(stream);
    const afterGets = await stream.cpuMs();
    const sent = records.length + Math.min(records.length, WARM_UP_CALLS * MAX_CALL_RECORDS);
    if (read !== sent) throw new Error(`${which}: ${read} of ${sent} records were read`);
    const measurement = { putMs: afterPuts.ms - start.ms, getMs: afterGets.ms - afterPuts.ms };
    if (which === "kinesalite") return measurement;
    const consumed = await stream.cpuMs("read");
    if (consumed.records !== sent) throw new Error(`${consumed.records} of ${sent} records were consumed`);
    return { ...measurement, consumeMs: consumed.ms - afterGets.ms };
  } finally {
    await stream.stop();
    rmSync(dataDir, { recursive: true });
  }
}

/** Reads everything from the beginning. @returns the number of records */
async function readShards(stream: StreamProcess): Promise<number> {
  let count = 0;
  for (let shard = 0; shard < SHARDS; shard++) {
    const start = {
      StreamName: STREAM_NAME,
      ShardId: `shardId-${String(shard).padStart(12, "0")}`,
      ShardIteratorType: "TRIM_HORIZON",
    };
    let { ShardIterator } = JSON.parse(await stream.call("GetShardIterator", JSON.stringify(start)));
    for (;;) {
      const text = await stream.call("GetRecords", JSON.stringify({ ShardIterator, Limit: READ_LIMIT }));
      const found = text.split('"SequenceNumber":').length - 1;
      if (found === 0) break;
      count += found;
      ShardIterator = /"NextShardIterator":"([^"]+)"/.exec(text)?.[1];
      // Base64 is a third longer than the bytes that count.
      await sleep(1_000 * Math.max(1 / READS_PER_SECOND, (text.length * 0.75) / READ_BYTES_PER_SECOND));
    }
  }
  return count;
}

async function main(): Promise<void> {
  const { inputFile } = new Command()
    .option("--input-file <file>", "lines of this file instead of generated ones")
    .parse()
    .opts<{ inputFile?: string }>();
  const table = new Table({
    head: ["lines in a record", "stream", "put", "get", "records per CPU second", "ratio", "in-process read"],
    style: { head: [] },
  });
  for (const pack of PACKS) {
    const records = await recordsOf(inputFile, pack, RECORDS[pack]);
    const rates: number[] = [];
    for (const which of CONTENDERS) {
      const { putMs, getMs, consumeMs } = await measure(which, records);
      // Reads also have the records of the warm-up.
      const read = records.length + Math.min(records.length, WARM_UP_CALLS * MAX_CALL_RECORDS);
      const perRecordMs = putMs / records.length + getMs / read;
      rates.push(1_000 / perRecordMs);
      const micros = (ms: number, count: number): string => `${((1_000 * ms) / count).toFixed(1)} µs`;
      table.push([
        pack,
        which,
        micros(putMs, records.length),
        micros(getMs, read),
        Math.round(1_000 / perRecordMs).toLocaleString("en"),
        which === "own" ? "" : `${((rates[0] ?? 0) / (rates[1] ?? 1)).toFixed(1)} ×`,
        consumeMs === undefined ? "" : micros(consumeMs, read),
      ]);
    }
  }
  process.stdout.write(`CPU time of the server for a record, ${SHARDS} shards\n${table}\n`);
}

void main();
